"""The London portraits become two small tables: the mean neutral mesh, and the cues of resting faces.

Run as `python -m mien.lab.assets.resting_face DATA.npz`. It writes `mean_mesh.npy` (float32 (468, 3), in eye distances,
see `mien.face.align`) and `average_neutral.dat` (JSON: mean and standard deviation of each cue) with their manifests
into the package. Source: Face Research Lab London Set (DeBruine & Jones 2017, CC BY 4.0); averages only, no picture.

The mean mesh is found by generalised Procrustes analysis (Gower 1975) and made symmetric; the pairing of mirrored
points follows from the mean itself by optimal assignment.
"""

import hashlib
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mien.assets import asset_path
from mien.cues.geometry import measure
from mien.cues.names import NAMES
from mien.face.align import superpose
from mien.face.find import find_faces
from mien.face.look import look
from mien.face.mesh import LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS, first_square, fit_mesh
from mien.face.pictures import decode
from mien.lab.arrays import load_arrays
from mien.values import Frame

ROUNDS = 10
Points = NDArray[np.float64]


def neutral_portraits(data: Path) -> list[NDArray[np.uint8]]:
    """The neutral pictures of the London set's file, as uint8 (h, w, 3) RGB."""
    arrays = load_arrays(data, "jpeg", "offset", "label")
    pictures = []
    for i in np.flatnonzero(arrays["label"] == "neutral"):
        encoded = arrays["jpeg"][arrays["offset"][i] : arrays["offset"][i + 1]]
        pictures.append(decode(encoded.tobytes(), "a portrait of the London set").rgb)
    return pictures


def average_mesh(meshes: Sequence[Points]) -> Points:
    """Mean of meshes float64 (468, 3) up to rigid motion and scale, symmetric, in eye distances."""
    shapes = [_in_eye_distances(mesh) for mesh in meshes]
    mean: Points = np.mean(shapes, axis=0)
    for _ in range(ROUNDS):
        mean = _in_eye_distances(np.mean([_onto(mean, shape) for shape in shapes], axis=0))
    for _ in range(ROUNDS):
        mean = _onto(_symmetric(mean), mean)
    return _in_eye_distances(_symmetric(mean))


def _onto(model: Points, points: Points) -> Points:
    pose = superpose(model.astype(np.float32), points.astype(np.float32))
    return np.asarray((points - pose.shift) @ pose.rotation / pose.scale)


def _symmetric(points: Points) -> Points:
    reflected = points * [-1, 1, 1]
    gaps = np.linalg.norm(points[:, None] - reflected[None], axis=2)
    _, twin = linear_sum_assignment(np.minimum(gaps, gaps.T))
    return np.asarray((points + reflected[twin]) / 2)


def _in_eye_distances(points: Points) -> Points:
    right, left = points[list(RIGHT_EYE_CORNERS)].mean(axis=0), points[list(LEFT_EYE_CORNERS)].mean(axis=0)
    return np.asarray((points - (right + left) / 2) / np.linalg.norm(left - right))


def _save(package: str, filename: str, content: bytes, name: str, count: int) -> None:
    path = asset_path(package, filename)
    path.write_bytes(content)
    manifest = {
        "name": name,
        "file": filename,
        "sha256": hashlib.sha256(content).hexdigest(),
        "licence": "CC-BY-4.0",
        "notice": "Averages over the neutral portraits of the Face Research Lab London Set (DeBruine & Jones 2017, "
        "CC BY 4.0); no picture is contained.",
        "origin": {"dataset": "Face Research Lab London Set", "portraits": count},
        "command": "python -m mien.lab.assets.resting_face",
    }
    path.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main(data: Path) -> None:
    """Measure the portraits and write both tables."""
    pictures = neutral_portraits(data)
    meshes = [fit_mesh(rgb, first_square(find_faces(rgb)[0]))[0].astype(np.float64) for rgb in pictures]
    array = io.BytesIO()
    np.save(array, average_mesh(meshes).astype(np.float32), allow_pickle=False)
    _save("mien.face", "mean_mesh.npy", array.getvalue(), "Mean neutral face mesh", len(pictures))
    # a fresh process reads the mesh just written; this one may hold the old one
    cues = np.stack([measure(look(Frame(0.0, rgb))[0]).values for rgb in pictures])
    table = {
        name: {"mean": round(float(cues[:, i].mean()), 5), "spread": round(float(cues[:, i].std(ddof=1)), 5)}
        for i, name in enumerate(NAMES)
    }
    _save("mien.cues", "average_neutral.dat", (json.dumps(table, indent=2) + "\n").encode(), "Cues at rest", len(cues))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
