"""Pictures to be examined on: a side of FER+ → pictures, faces as they are seen, truths (ferplus_dev.npz → Exam).

It needs no keras and no training: `look_close_ups` sees the pictures of one side as live faces are seen, and their cues
are standardised with the scale that the network under examination carries. Sides are those of
`mien.lab.training.corpus.splits`: "validate" (split4 = 1) for reporting, "develop" for choosing, "train" for teaching
the methods that ours is compared with.

Conventions: pictures uint8 (n, 48, 48), grey; four int64 (n,), the majority among `FOUR`; only pictures whose majority
is one of the four are taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.affect.network import Answer, Reader
from mien.cues.geometry import measure
from mien.errors import BadInput
from mien.lab.arrays import load_arrays
from mien.lab.training.corpus import FOUR_COLUMNS, splits
from mien.nets import Floats
from mien.values import Face
from mien.vocabulary import EMOTIONS

Pictures = NDArray[np.uint8]
"""A method under examination: pictures (n, 48, 48) → probabilities of the `FOUR` (n, 4)."""

FERPLUS, LONDON = "ferplus_dev.npz", "london_ccby.npz"
SIDES = ("train", "develop", "validate")
LIMIT_SEED = 48


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Faces with a truth, n rows each.

    `pictures` uint8 (n, 48, 48); `four` int64 (n,) in the order of `FOUR`; `targets` float32 (n, 8), the votes for the
    eight divided by their sum; `rows` int64 (n,), places in the file.
    """

    pictures: Pictures
    four: NDArray[np.int64]
    targets: Floats
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.four)

    @property
    def eight(self) -> NDArray[np.int64]:
        """The truth among the eight, int64 (n,)."""
        return np.array(FOUR_COLUMNS)[self.four]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Faces as a reader is given them: `faces`, `chips` uint8 (n, 64, 64), `cues` float32 (n, c) standardised."""

    faces: Sequence[Face]
    chips: NDArray[np.uint8]
    cues: Floats


def find_data(given: Path, name: str) -> Path:
    """The file with this name: `given` itself, or inside the folder `given`.

    Raises
    ------
    BadInput
        If it is not there.
    """
    path = given / name if given.is_dir() else given
    if not path.is_file():
        raise BadInput(f"{path}: no such file; with --data give {name} or the folder that holds it")
    return path


def load_exam(data: Path, side: str = "validate", limit: int | None = None) -> Exam:
    """Take one side of FER+.

    Parameters
    ----------
    data : ferplus_dev.npz, or the folder that holds it
    side : one of `SIDES`
    limit : take only this many, drawn at random, always the same

    Raises
    ------
    BadInput
        If the file is missing or of another kind, or the side is empty or unknown.
    """
    if side not in SIDES:
        raise BadInput(f"unknown side '{side}': choose one of {', '.join(SIDES)}")
    path = find_data(data, FERPLUS)
    held = load_arrays(path, "images", "votes", "split4", "dup_group", "label4")
    sides = splits(held["votes"], held["split4"], held["dup_group"])
    rows = np.flatnonzero(sides[SIDES.index(side)] & (held["label4"].astype(int) >= 0))
    if limit is not None and limit < len(rows):
        rows = np.sort(np.random.default_rng(LIMIT_SEED).choice(rows, limit, replace=False))
    if not len(rows):
        raise BadInput(f"{path}: no face of the side '{side}'; give the whole file")
    known = held["votes"][rows, : len(EMOTIONS)].astype(np.float32)
    return Exam(
        pictures=held["images"][rows].astype(np.uint8),
        four=held["label4"][rows].astype(np.int64),
        targets=known / known.sum(axis=1, keepdims=True),
        rows=rows,
    )


def reader_of_ferplus(weights: Path) -> Reader:
    """A reader that can be examined on FER+: its classes are the eight, in their order.

    Raises
    ------
    BadInput
        If it tells other classes apart.
    """
    reader = Reader(weights)
    if reader.names != EMOTIONS:
        raise BadInput(
            f"{weights.name}: it reads {', '.join(reader.names)}; FER+ examines readers of {', '.join(EMOTIONS)}: "
            "examine it on its own project, mien evaluate WEIGHTS --data PROJECT"
        )
    return reader


def prepare(reader: Reader, seen: Iterable[Face]) -> Seen:
    """What a reader is given for these faces."""
    faces = tuple(seen)
    cues = np.concatenate([reader.standardised(face, measure(face)) for face in faces])
    return Seen(faces, np.stack([face.chip for face in faces]), cues)


def ask(reader: Reader, seen: Seen, present: Floats | None = None) -> tuple[Answer, Floats]:
    """The network's answer, and its calibrated probabilities float32 (n, 8)."""
    answer = reader.answer(seen.chips, seen.cues, present)
    return answer, calibrated(answer.logits, reader.temperature)
