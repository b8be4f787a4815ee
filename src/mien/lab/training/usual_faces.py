"""Training faces become the usual faces that `mien.data.quality` holds covered ones against (FER+ → asset).

`python -m mien.lab.training.usual_faces --data FOLDER` writes `usual_faces.npy` and its manifest: float32 (22, 648):
the spreads of the directions (padded), the mean, then 20 directions (principal components of `usual_light` of the chips
and their mirror images). No face can be told from it: it holds 21 averages over thousands.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.quality import usual_light
from mien.face.look import look
from mien.lab.arrays import load_arrays
from mien.nets import Floats
from mien.values import Frame
from mien.writing import sha256_of, write_aside, write_bytes

DIRECTIONS = 20
FACES = 3500
SEED = 77
ASSETS = Path(__file__).parents[2] / "data" / "assets"


def learn(chips: NDArray[np.uint8], directions: int = DIRECTIONS) -> Floats:
    """Usual faces of chips uint8 (n, 64, 64)."""
    light = np.stack([usual_light(np.ascontiguousarray(c)) for chip in chips for c in (chip, chip[:, ::-1])])
    mean = light.mean(axis=0)
    _, spreads, found = np.linalg.svd(light - mean, full_matrices=False)
    held = np.zeros((directions + 2, light.shape[1]), dtype=np.float32)
    held[0, :directions] = spreads[:directions] / np.sqrt(len(light))
    held[1] = mean
    held[2:] = found[:directions]
    return held


def main() -> None:
    """Learn from FER+'s training faces and write the asset."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="folder with ferplus_dev.npz")
    options.add_argument("--out", type=Path, default=ASSETS)
    asked = options.parse_args()
    images, split4, flags = load_arrays(asked.data / "ferplus_dev.npz", "images", "split4", "flags").values()
    known = np.flatnonzero((split4 == 0) & (flags & 16 == 0))
    drawn = np.random.default_rng(SEED).choice(known, min(FACES, len(known)), replace=False)
    seen = [look(Frame(0.0, np.repeat(images[row][:, :, None], 3, axis=2))) for row in drawn]
    chips = np.stack([faces[0].chip for faces in seen if faces])
    path = asked.out / "usual_faces.npy"
    asked.out.mkdir(parents=True, exist_ok=True)
    with write_aside(path) as aside:
        np.save(aside, learn(chips))
    manifest = {
        "name": "usual faces",
        "file": path.name,
        "licence": "Apache-2.0",
        "data": f"FER2013 pictures with FER+ votes, split4 = 0: {len(chips)} faces and their mirror images",
        "made_by": "python -m mien.lab.training.usual_faces",
        "recipe": "see mien.data.quality.hidden_of",
        "sha256": sha256_of(path),
    }
    write_bytes(path.with_suffix(".json"), (json.dumps(manifest, indent=2) + "\n").encode())


if __name__ == "__main__":
    main()
