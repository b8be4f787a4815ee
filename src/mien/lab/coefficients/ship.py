"""A trained student becomes what ships: `coefficients.tflite` and its manifest (Keras → LiteRT).

    python -m mien.lab.coefficients.ship --run RUN --to src/mien/cues/assets

Nothing is written unless LiteRT answers as Keras does.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mien.assets import asset_path
from mien.cues.coefficients import OWN, SHAPE_SIZE, halves_of, sides_of
from mien.errors import BadInput
from mien.lab.backend import keras
from mien.lab.coefficients.train import NETWORK, TRAINING
from mien.lab.training.convert import Answers, in_tensorflow, ship_proved
from mien.lab.training.export import patterns
from mien.nets import Floats
from mien.values import DETAIL_PX
from mien.writing import sha256_of

SHIPPED = "coefficients.tflite"
MOST_DIFFERENCE = 0.005
"""Largest difference allowed between a coefficient from Keras and the same one from LiteRT, whose weights are in half
precision."""
TOLD = ("command", "plan", "size", "faces", "after")
"""Entries of `training.json` that the manifest repeats."""
DATA = [
    {"name": "faces rendered by mien.lab.performer from ICT FaceKit Light (Li et al. 2020)", "terms": "MIT"},
    {"name": "Helen (train part) and AFW pictures, as the official head reads them", "terms": "research; none ships"},
    {"name": "FER2013 pictures (Goodfellow et al. 2013), likewise", "terms": "customary research use; none ships"},
    {"name": "MediaPipe face_landmarker.task, the official head", "terms": "Apache-2.0; a teacher, not shipped"},
]


def ship(run: Path, to: Path) -> Path:
    """Convert what a training left in the folder `run`; return the network's path.

    Raises
    ------
    BadInput
        If the folder holds no training.
    BadAsset
        If LiteRT and Keras give different answers.
    """
    if not (run / TRAINING).is_file():
        raise BadInput(f"{run}: no training of python -m mien.lab.coefficients.train")
    if in_tensorflow("mien.lab.coefficients.ship", ["--run", str(run), "--to", str(to)], run / NETWORK):
        return to / SHIPPED
    network = keras.models.load_model(run / NETWORK, compile=False)
    given = made_up()
    wanted = {"moved": keras.ops.convert_to_numpy(network(given, training=False))}
    training = json.loads((run / TRAINING).read_text("utf-8"))
    ship_proved(network, to / SHIPPED, lambda aside: describe(aside, training), given, wanted, apart, MOST_DIFFERENCE)
    return to / SHIPPED


def made_up() -> dict[str, Floats]:
    """Inputs that belong to nobody's face."""
    rng = np.random.default_rng(52)
    chips = patterns()["chip"][..., 0]
    side = np.arange(DETAIL_PX) * chips.shape[1] // DETAIL_PX
    details = chips[:, side][:, :, side].astype(np.uint8)
    shapes = rng.normal(0, 0.05, (len(details), SHAPE_SIZE)).astype(np.float32)
    return {"halves": halves_of(details), "shapes": sides_of(shapes)}


def apart(wanted: Answers, found: Answers) -> float:
    """The largest difference between two answers' readings."""
    return float(np.abs(np.clip(wanted["moved"], 0, 1) - np.clip(found["moved"], 0, 1)).max())


def describe(path: Path, training: dict[str, Any]) -> dict[str, Any]:
    """The manifest of a converted student; scores come later, from `mien.lab.coefficients.evaluate`."""
    return {
        "name": "mien expression coefficients: a student of rendered faces and of the official head",
        "file": path.name,
        "sha256": sha256_of(path),
        "licence": "Apache-2.0",
        "own": list(OWN),
        "input": {
            "halves": f"(n, 2, {DETAIL_PX}, 64) float32, grey 0..255: mien.cues.coefficients.halves_of",
            "shapes": "(n, 2, s) float32: mien.cues.coefficients.sides_of",
        },
        "parameters": training["parameters"],
        "data": DATA,
        "training": {name: training[name] for name in TOLD if name in training},
    }


def main(words: Sequence[str] | None = None) -> None:
    """Ship from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.coefficients.ship", description="Ship a student.")
    parser.add_argument("--run", type=Path, required=True, help="folder that mien.lab.coefficients.train wrote")
    parser.add_argument("--to", type=Path, default=asset_path("mien.cues", "."), help="folder of the network")
    given = parser.parse_args(words)
    print(ship(given.run, given.to))


if __name__ == "__main__":
    main()
