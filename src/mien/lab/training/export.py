"""A trained network becomes what ships: TFLite and manifest, with proof that it says what Keras says (Keras → LiteRT).

    python -m mien.lab.training.export --run runs/first --to src/mien/affect/assets --parity tests/affect/parity.npz

writes `reader.tflite` and `reader.json`; the manifest holds everything that the reader must know. `parity.npz` keeps
inputs made of synthetic patterns (no picture of anybody) with Keras's answers, for the test that LiteRT answers the
same.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from mien.affect.calibrate import calibrated
from mien.affect.regions import BOXES
from mien.cues.names import NAMES
from mien.lab.backend import keras
from mien.lab.training.convert import Answers, in_tensorflow, ship_proved
from mien.lab.training.fold import fold
from mien.lab.training.nets import STREAMS, Shape, with_shares
from mien.lab.training.train import NETWORK, TRAINING
from mien.nets import Floats
from mien.values import CHIP_PX
from mien.vocabulary import EMOTIONS
from mien.writing import sha256_of

INPUTS = ("chip", "cues", "presence")
MOST_DIFFERENCE = 1e-4
"""Largest difference allowed between a probability from Keras and the same one from LiteRT."""
SHARES_SENSITIVITY = 10
"""How many times as large it may be for a share: a quotient of moves that may be as small as `SMALLEST_MOVE` (nets)."""
PATTERNS = 6
SHIPPED = "reader.tflite"
"""The file name of the shipped network."""
FERPLUS = (
    {
        "name": "FER2013 pictures (Goodfellow et al. 2013)",
        "terms": "customary research use; no picture is shipped or can be redistributed",
    },
    {"name": "FER+ labels (Barsoum et al. 2016)", "terms": "MIT"},
)
"""What every network, or the one that it started from, learnt from."""
TOLD = ("command", "recipe", "plan", "ways", "shape", "faces", "sides", "portraits_unseen", "after")
"""Entries of `training.json` that the manifest repeats; `after` is the training that this one continued."""


def export(network: keras.Model, training: dict[str, Any], to: Path, parity: Path | None = None) -> Path:
    """Write `reader.tflite` and its manifest into a folder; return the network's path.

    Parameters
    ----------
    network : as trained, without shares
    training : what `mien.lab.training.train` wrote about the training
    to : the folder
    parity : file that keeps inputs and Keras's answers for the tests

    Raises
    ------
    BadAsset
        If LiteRT and Keras give different answers.
    """
    shipped = with_shares(fold(network, Shape.of_row(training["shape"])))
    given = patterns()
    wanted = {name: keras.ops.convert_to_numpy(value) for name, value in shipped(given, training=False).items()}
    path = to / SHIPPED
    ship_proved(shipped, path, lambda aside: describe(aside, training), given, wanted, difference, MOST_DIFFERENCE)
    if parity is not None:
        parity.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(parity, allow_pickle=False, **given, **wanted)
    return path


def export_run(run: Path, to: Path, parity: Path | None = None) -> Path:
    """Ship what a training left in the folder `run` (see `export`), whichever backend trained it."""
    words = ["--run", str(run), "--to", str(to)] + ([] if parity is None else ["--parity", str(parity)])
    if in_tensorflow("mien.lab.training.export", words, run / NETWORK):
        return to / SHIPPED
    training = json.loads((run / TRAINING).read_text(encoding="utf-8"))
    return export(keras.models.load_model(run / NETWORK), training, to, parity)


def patterns() -> dict[str, Floats]:
    """Inputs that belong to nobody's face: gratings and blobs of different sizes, random cues, streams on and off."""
    rng = np.random.default_rng(64)
    y, x = np.mgrid[:CHIP_PX, :CHIP_PX].astype(np.float32)
    chips = []
    for _ in range(PATTERNS):
        wave = np.sin(x * rng.uniform(0.1, 0.8) + y * rng.uniform(-0.5, 0.5))
        blob = np.exp(-((x - rng.uniform(16, 48)) ** 2 + (y - rng.uniform(16, 48)) ** 2) / rng.uniform(50, 400))
        chips.append(np.clip(110 + 60 * wave + 90 * blob, 0, 255).round())
    present = np.ones((PATTERNS, STREAMS), dtype=np.float32)
    present[range(1, 1 + STREAMS), range(STREAMS)] = 0
    return {
        "chip": np.stack(chips)[..., None].astype(np.float32),
        "cues": rng.normal(size=(PATTERNS, len(NAMES))).astype(np.float32),
        "presence": present,
    }


def difference(wanted: Answers, found: Answers) -> float:
    """The largest difference between two answers, in probabilities and, divided by their sensitivity, in shares."""
    names = ("logits", "stream_logits")
    probs = (np.abs(calibrated(wanted[n], 1.0) - calibrated(found[n], 1.0)) for n in names)
    shares = np.abs(wanted["shares"] - found["shares"]) / SHARES_SENSITIVITY
    return max(float(apart.max()) for apart in (*probs, shares))


def describe(path: Path, training: dict[str, Any]) -> dict[str, Any]:
    """The manifest of an exported network; scores come later, from `mien.lab.exams.evaluate`."""
    return {
        "name": "mien reader: four focal streams with a gate",
        "file": path.name,
        "sha256": sha256_of(path),
        "licence": "Apache-2.0",
        "labels": [one["name"] for one in training["classes"]] if "classes" in training else list(EMOTIONS),
        **({"classes": training["classes"]} if "classes" in training else {}),
        "inputs": list(INPUTS),
        "input": {
            "chip": f"(n, {CHIP_PX}, {CHIP_PX}, 1) float32, grey 0..255, cut by mien.face.align",
            "cues": "(n, c) float32, (cue - mean) / deviation cut at ±4, 0 where unknown",
            "presence": "(n, 4) float32, 1 where a stream may speak, in the order of the boxes",
        },
        "boxes": {region: list(box) for region, box in BOXES.items()},
        "temperature": training["temperature"],
        "parameters": training["parameters"],
        "cues": training["cues"],
        "data": [*(row for row in training.get("data", ()) if row not in FERPLUS), *FERPLUS],
        "training": {name: training[name] for name in TOLD if name in training},
    }


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.training.export", description="Ship a trained network.")
    parser.add_argument("--run", type=Path, required=True, help="folder that mien.lab.training.train wrote")
    parser.add_argument("--to", type=Path, required=True, help="folder for reader.tflite and reader.json")
    parser.add_argument("--parity", type=Path, help="file for the inputs and answers of the parity test")
    given = parser.parse_args()
    print(export_run(given.run, given.to, given.parity))


if __name__ == "__main__":
    main()
