"""When a reader says "I cannot tell": how many unreadable pictures, and how many clean faces, it refuses.

    python -m mien.lab.exams.abstention --data FOLDER [--weights reader.tflite]

prints, for the development split, the share refused of each kind at each candidate threshold, and the threshold by the
rule: the highest, in steps of .05, at which at least `WANTED` of each kind of `UNREADABLE` is refused. The result is
copied by hand into `mien.values.CANNOT_TELL_DOUBT`. `mien evaluate` then reports on validation, with other drawings.

Pictures that FER+ left without a single vote, or that most raters called no face, are reported separately: about half
of them are placeholders and drawings, the rest badly cut faces.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.doubt import doubt, quality_of
from mien.affect.network import Reader
from mien.assets import asset_path
from mien.face.look import look_close_ups
from mien.lab.arrays import load_arrays
from mien.lab.exams import metrics
from mien.lab.exams.exam import FERPLUS, Exam, ask, find_data, load_exam, prepare, reader_of_ferplus
from mien.lab.exams.stimuli import UNREADABLE, Pictures
from mien.values import CANNOT_TELL_DOUBT
from mien.vocabulary import EMOTIONS

DRAWN = 240
"""Number of pictures of each unreadable kind."""
WANTED = 0.95
STEPS = tuple(round(0.05 * step, 2) for step in range(10, 20))
SEEDS: Mapping[str, int] = {"train": 10, "develop": 11, "validate": 12}
"""Choosing and reporting use different drawings."""


def doubts(reader: Reader, pictures: Pictures) -> NDArray[np.float64]:
    """The doubt of each close-up, float64 (n,)."""
    faces = tuple(look_close_ups(pictures))
    _, probs = ask(reader, prepare(reader, faces))
    return np.array([doubt(p, quality_of(face).worth) for p, face in zip(probs, faces, strict=True)])


def doubts_of_unreadable(reader: Reader, exam: Exam, side: str) -> dict[str, NDArray[np.float64]]:
    """Doubts of each kind of `UNREADABLE`, made from faces of an exam."""
    rng = np.random.default_rng(SEEDS[side])
    some = rng.choice(len(exam), min(DRAWN, len(exam)), replace=False)
    return {kind: doubts(reader, make(exam.pictures[some], rng)) for kind, make in UNREADABLE.items()}


def voteless(data: Path) -> Pictures:
    """The pictures of FER+ that nobody voted on, or that most raters called no face; they belong to no side."""
    held = load_arrays(find_data(data, FERPLUS), "images", "votes")
    votes = held["votes"].astype(int)
    total = votes.sum(axis=1)
    unread = (total == 0) | (votes[:, len(EMOTIONS) + 1] * 2 > total)
    return np.asarray(held["images"][unread], dtype=np.uint8)


def describe(refused: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    """The share refused of each kind, with its interval, at the shipped threshold."""
    return {kind: metrics.share_of(found > CANNOT_TELL_DOUBT) for kind, found in refused.items()}


def choose(unreadable: Mapping[str, NDArray[np.float64]]) -> float:
    """The highest of `STEPS` at which enough of every kind is refused; the lowest of them if none does."""
    good = [step for step in STEPS if all((found > step).mean() >= WANTED for found in unreadable.values())]
    return max(good, default=STEPS[0])


def main() -> None:
    """Choose from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.exams.abstention", description="Choose when to abstain.")
    parser.add_argument("--data", type=Path, required=True, help="folder with ferplus_dev.npz, or the file")
    parser.add_argument("--weights", type=Path, default=asset_path("mien.affect", "reader.tflite"))
    parser.add_argument("--limit", type=int, help="use only so many faces")
    given = parser.parse_args()
    reader = reader_of_ferplus(given.weights)
    exam = load_exam(given.data, "develop", given.limit)
    unreadable = doubts_of_unreadable(reader, exam, "develop")
    kinds = {
        "clean faces": doubts(reader, exam.pictures),
        **unreadable,
        "voteless": doubts(reader, voteless(given.data)),
    }
    print("doubt above", *(f"{step:.2f}" for step in STEPS), sep="\t")
    for kind, found in kinds.items():
        print(kind, *(f"{(found > step).mean():.3f}" for step in STEPS), sep="\t")
    print(f"chosen: {choose(unreadable):.2f}; shipped: {CANNOT_TELL_DOUBT}")


if __name__ == "__main__":
    main()
