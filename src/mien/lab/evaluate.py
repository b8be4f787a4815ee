"""Weights × data → numbers: `results/reader.json`, and the headline scores into the network's manifest.

    python -m mien.lab.evaluate --data ferplus_dev.npz --london london_ccby.npz [--cuts cuts.npz] [--out results]

It examines what ships (LiteRT, through `mien.affect.network.Reader`), on the validation split alone. Measures and their
conventions are in `mien.lab.metrics`; the four-class view takes the four probabilities over their sum.

Parts of the result
-------------------
four : accuracy, balanced accuracy, macro-F1, ECE with 95 % intervals; per class precision and recall; confusion.
eight_accuracy : the first of all eight is the majority's class.
streams_off : the ocular question: accuracy and macro-F1 with only some streams present.
covered : the same with a region's box painted grey and its cues unknown, every stream present.
shares : how often covering the region with the largest share moves the decision more than covering the smallest.
london : how many smiling portraits read happiness first and neutral ones neutral, of eight, by declared group.
"""

import argparse
import io
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.affect.calibrate import calibrated
from mien.affect.network import Answer, Reader
from mien.affect.regions import hide, hide_cues, presence
from mien.cues.geometry import measure
from mien.face.look import look
from mien.lab import metrics
from mien.lab.corpus import FOUR, FOUR_COLUMNS, Examples, load_corpus
from mien.nets import Floats, asset_path
from mien.values import EMOTIONS, REGIONS, Frame

CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    **{f"no {region}": (region,) for region in REGIONS},
    "eyes and brows only": ("nose", "mouth"),
    **{f"{region} only": tuple(other for other in REGIONS if other != region) for region in REGIONS},
}
"""Which streams are absent in each condition of the ocular question."""

SEED = 7
SPEED_CALLS = 200


def evaluate(reader: Reader, faces: Examples) -> dict[str, Any]:
    """Every number that the validation faces give."""
    answer = reader.answer(faces.chips, faces.cues)
    probs = calibrated(answer.logits, reader.temperature)
    truth = faces.four.astype(np.int64)
    eight = np.array(FOUR_COLUMNS)[truth]
    return {
        "faces": len(faces),
        "four": describe(truth, metrics.renormalised(probs, FOUR_COLUMNS)),
        "eight_accuracy": _with_interval(metrics.accuracy, eight, probs),
        "eight_ece": _with_interval(metrics.calibration_error, eight, probs),
        "streams_off": {
            name: _headline(reader, reader.answer(faces.chips, faces.cues, presence(*absent)), truth)
            for name, absent in CONDITIONS.items()
        },
        **_covered(reader, faces, answer, truth),
        "ms_a_face": _speed(reader, faces),
    }


def describe(truth: NDArray[np.int64], probs: NDArray[np.float64]) -> dict[str, Any]:
    """Four-class measures with intervals."""
    counts = metrics.confusion(truth, probs.argmax(axis=1), len(FOUR))
    found, right = metrics.recall(truth, probs), metrics.precision(truth, probs)
    return {
        "accuracy": _with_interval(metrics.accuracy, truth, probs),
        "balanced_accuracy": _with_interval(metrics.balanced_accuracy, truth, probs),
        "macro_f1": _with_interval(metrics.macro_f1, truth, probs),
        "ece": _with_interval(metrics.calibration_error, truth, probs),
        "recall": dict(zip(FOUR, _rounded(found), strict=True)),
        "precision": dict(zip(FOUR, _rounded(right), strict=True)),
        "classes": list(FOUR),
        "confusion": counts.tolist(),
    }


def examine_london(reader: Reader, path: Path) -> dict[str, Any]:
    """Read the 204 portraits of the London Set as live pictures are read."""
    with np.load(path, allow_pickle=False) as file:
        held = {key: file[key] for key in file.files}
    first, faces = [], 0
    for start, end in zip(held["offset"][:-1], held["offset"][1:], strict=True):
        with Image.open(io.BytesIO(held["jpeg"][start:end].tobytes())) as picture:
            seen = look(Frame(0.0, np.asarray(picture.convert("RGB"))))
        faces += bool(seen)
        first.append(reader.read(seen[0], measure(seen[0])).emotion if seen else "")
    read = np.array(first)
    told: dict[str, Any] = {"portraits": len(read), "faces_found": faces}
    for label, emotion in (("happy", "happiness"), ("neutral", "neutral")):
        chosen = held["label"] == label
        right = read[chosen] == emotion
        told[label] = {"wanted": emotion, **_share_of(right), "read_as": _counted(read[chosen])}
        for trait in ("gender", "ethnicity"):
            groups = held[trait][chosen]
            told[label][trait] = {str(group): _share_of(right[groups == group]) for group in np.unique(groups)}
    return told


def _headline(reader: Reader, answer: Answer, truth: NDArray[np.int64]) -> dict[str, Any]:
    probs = metrics.renormalised(calibrated(answer.logits, reader.temperature), FOUR_COLUMNS)
    return {
        "accuracy": _with_interval(metrics.accuracy, truth, probs),
        "macro_f1": _with_interval(metrics.macro_f1, truth, probs),
        "recall": dict(zip(FOUR, _rounded(metrics.recall(truth, probs)), strict=True)),
    }


def _covered(reader: Reader, faces: Examples, plain: Answer, truth: NDArray[np.int64]) -> dict[str, Any]:
    before = calibrated(plain.logits, reader.temperature)
    rows, decided = np.arange(len(faces)), before.argmax(axis=1)
    told, moves = {}, []
    for region in REGIONS:
        answer = reader.answer(hide(faces.chips, region), hide_cues(faces.cues, region))
        after = calibrated(answer.logits, reader.temperature)
        moves.append(np.abs(after - before)[rows, decided])
        told[region] = _headline(reader, answer, truth)
    moved = np.stack(moves, axis=1)
    largest, smallest = plain.shares.argmax(axis=1), plain.shares.argmin(axis=1)
    follows = moved[rows, largest] > moved[rows, smallest]
    mean = dict(zip(REGIONS, _rounded(plain.shares.mean(axis=0)), strict=True))
    return {"covered": told, "shares": {"follow_occlusion": float(follows.mean()), "mean": mean}}


def _speed(reader: Reader, faces: Examples) -> float:
    """Median milliseconds of the network for one face, on one thread."""
    chip, cues = faces.chips[:1], faces.cues[:1]
    taken = []
    for _ in range(SPEED_CALLS):
        begun = time.perf_counter()
        reader.answer(chip, cues)
        taken.append(time.perf_counter() - begun)
    return round(float(np.median(taken)) * 1e3, 2)


def _with_interval(measure_of: Any, truth: NDArray[np.int64], probs: Floats | NDArray[np.float64]) -> dict[str, Any]:
    low, high = metrics.interval(measure_of, truth, probs, np.random.default_rng(SEED))
    return {"value": round(measure_of(truth, probs), 4), "interval": [round(low, 4), round(high, 4)]}


def _share_of(right: NDArray[np.bool_]) -> dict[str, Any]:
    """Share of rights with its 95 % score interval (Wilson 1927), which holds for few cases and for all right."""
    n, p, z = len(right), float(right.mean()), 1.96
    middle, half = (p + z * z / (2 * n)) / (1 + z * z / n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    half /= 1 + z * z / n
    return {"n": n, "share": round(p, 4), "interval": [round(middle - half, 4), round(min(middle + half, 1.0), 4)]}


def _counted(read: NDArray[np.str_]) -> dict[str, int]:
    return {name: int((read == name).sum()) for name in (*EMOTIONS, "") if (read == name).any()}


def _rounded(numbers: NDArray[Any]) -> list[float]:
    return [round(float(number), 4) for number in numbers]


def main() -> None:
    """Evaluate from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.evaluate", description="Measure the reader.")
    parser.add_argument("--data", type=Path, required=True, help="path of ferplus_dev.npz")
    parser.add_argument("--london", type=Path, required=True, help="path of london_ccby.npz")
    parser.add_argument("--cuts", type=Path, help="where the cut faces are kept between runs")
    parser.add_argument("--weights", type=Path, default=asset_path("mien.affect", "reader.tflite"))
    parser.add_argument("--out", type=Path, default=Path("results"))
    given = parser.parse_args()
    reader = Reader(given.weights)
    found = evaluate(reader, load_corpus(given.data, given.cuts).validate)
    found["london"] = examine_london(reader, given.london)
    manifest_path = given.weights.with_suffix(".json")
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    found["weights"] = {name: manifest[name] for name in ("sha256", "parameters", "temperature", "training")}
    found["weights"]["bytes"] = given.weights.stat().st_size
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "reader.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    manifest["scores"] = {
        "on": "the 2,529 faces of split4 = 1 of ferplus_dev.npz, four classes; London Set portraits, eight classes",
        **{name: found["four"][name] for name in ("accuracy", "balanced_accuracy", "macro_f1", "ece")},
        **{f"london_{name}": found["london"][name]["share"] for name in ("happy", "neutral")},
    }
    manifest_path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(manifest["scores"], indent=1))


if __name__ == "__main__":
    main()
