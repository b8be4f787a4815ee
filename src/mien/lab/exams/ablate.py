"""The ocular question with networks trained for each condition at equal budget (regions shown → accuracy by class).

    python -m mien.lab.exams.ablate --data FOLDER --kept FOLDER [--limit N] [--epochs E] [--seeds S] [--out results]

writes `ocular.json`. For each condition of `mien.lab.exams.evaluate.CONDITIONS`, a small full-face network
(`mien.lab.exams.plain_nets`) is trained and examined with only those regions' boxes visible, the rest painted grey.
Boxes overlap, so "no eyes" shows the parts of the brows' and the nose's boxes outside the eyes'. Ours stands beside it:
one network with streams switched off. Each training's answers are kept in --kept under its budget and condition, so
that an interrupted run continues where it stopped; with several seeds the probabilities are averaged.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.regions import BOXES, HIDING_GREY, presence
from mien.assets import asset_path
from mien.face.look import look_close_ups
from mien.lab.arrays import load_arrays, save_arrays
from mien.lab.command import command, made_of
from mien.lab.exams.evaluate import CONDITIONS, headline
from mien.lab.exams.exam import FERPLUS, Exam, ask, find_data, load_exam, prepare, reader_of_ferplus
from mien.lab.exams.metrics import softmax
from mien.lab.exams.prepared import recall
from mien.nets import Floats
from mien.values import CHIP_PX, REGIONS
from mien.writing import write_bytes

Chips = NDArray[np.uint8]


def visible(*absent: str) -> NDArray[np.bool_]:
    """Which pixels of the chip a condition shows, bool (64, 64).

    If one region is absent, its box is hidden; if more are, only the boxes of the others are shown.
    """
    shown = np.ones((CHIP_PX, CHIP_PX), dtype=bool)
    if len(absent) > 1:
        shown[:] = False
        for region in set(REGIONS) - set(absent):
            top, left, bottom, right = BOXES[region]
            shown[top:bottom, left:right] = True
        return shown
    for region in absent:
        top, left, bottom, right = BOXES[region]
        shown[top:bottom, left:right] = False
    return shown


def learn_condition(
    train: tuple[Chips, Floats], examined: Chips, shown: NDArray[np.bool_], epochs: int, seed: int
) -> Floats:
    """Train one small network on what a condition shows; return its logits float32 (n, 8) for the examined chips."""
    from mien.lab.backend import keras
    from mien.lab.exams import plain_nets as nets

    def changed(chips: Chips, targets: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        seen, mixed = nets.changed_as_ours(chips, targets, rng)
        return np.where(shown, seen, np.float32(HIDING_GREY)), mixed

    keras.utils.set_random_seed(seed)
    network = nets.train_plainly(
        nets.NETWORKS["small"](), *train, changed, nets.Budget(epochs=epochs, seed=seed, average=0.98)
    )
    return nets.logits_of(network, np.where(shown, examined, HIDING_GREY).astype(np.uint8))


def trained_conditions(
    train: tuple[Chips, Floats], exam: Exam, examined: Chips, epochs: int, seeds: int, kept: Path
) -> dict[str, dict[str, Any]]:
    """The headline of every condition, from networks trained for it now or earlier."""
    told = {}
    for condition, absent in CONDITIONS.items():
        votes = []
        for seed in range(1, seeds + 1):
            path = kept / f"{condition.replace(' ', '-')}-{len(train[0])}-faces-{epochs}-epochs-seed-{seed}.npz"
            logits = _recall_answers(path, exam)
            if logits is None:
                logits = learn_condition(train, examined, visible(*absent), epochs, seed)
                kept.mkdir(parents=True, exist_ok=True)
                save_arrays(path, rows=exam.rows, logits=logits)
            votes.append(softmax(logits))
        told[condition] = headline(exam.four, np.mean(votes, axis=0).astype(np.float32))
        print(f"{condition:22}{told[condition]['accuracy']['value']:.3f}", flush=True)
    return told


def _recall_answers(path: Path, exam: Exam) -> Floats | None:
    """The logits kept in a file, if it exists and belongs to that exam."""
    if not path.is_file():
        return None
    rows, logits = load_arrays(path, "rows", "logits").values()
    return logits if np.array_equal(rows, exam.rows) else None


def main() -> None:
    """Run or resume from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mien.lab.exams.ablate", description="The ocular question, trained."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with ferplus_dev.npz, or the file")
    parser.add_argument("--kept", type=Path, required=True, help="folder for prepared pictures and answers")
    parser.add_argument("--weights", type=Path, default=asset_path("mien.affect", "reader.tflite"))
    parser.add_argument("--limit", type=int, help="teach on so many faces only (default: all)")
    parser.add_argument("--exam-limit", type=int, help="examine on so many faces only (default: all)")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("results"))
    given = parser.parse_args()
    train, exam = load_exam(given.data, "train", given.limit), load_exam(given.data, "validate", given.exam_limit)
    shown = recall(train, given.kept / f"train-{len(train)}.npz")
    examined = recall(exam, given.kept / f"validate-{len(exam)}.npz")
    told = trained_conditions(
        (shown.chips, train.targets), exam, examined.chips, given.epochs, given.seeds, given.kept / "ocular"
    )
    reader = reader_of_ferplus(given.weights)
    seen = prepare(reader, look_close_ups(exam.pictures))
    found = {
        "command": command(parser, given, "data", "kept"),
        "made_of": made_of(given.weights, find_data(given.data, FERPLUS)),
        "faces": {"taught": len(train), "examined": len(exam)},
        "trained": told,
        "streams_off": {
            name: headline(exam.four, ask(reader, seen, presence(*absent))[1]) for name, absent in CONDITIONS.items()
        },
    }
    given.out.mkdir(parents=True, exist_ok=True)
    write_bytes(given.out / "ocular.json", (json.dumps(found, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
