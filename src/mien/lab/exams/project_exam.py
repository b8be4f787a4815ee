"""Weights × a project → how well they read its classes, as plain data (`mien evaluate WEIGHTS --data PROJECT`).

It examines what ships (LiteRT) on one side of the project's faces, on those of which most annotators, or the folder,
say one class. A network that knows more classes than the project, or the same ones by other names ("happiness" for
"happy"), is asked for the project's alone: their probabilities over their sum. The shipped reader is examined at first
sight: a project keeps the small cuts of its faces, and a closer look (`mien.affect.closer`) needs more. Needs no keras.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.affect.network import Reader
from mien.data.split import SIDES
from mien.errors import BadInput
from mien.lab.exams import metrics
from mien.lab.exams.evaluate import describe
from mien.lab.training.heads import known_as
from mien.lab.training.project_faces import ProjectFaces


def columns_of(reader: Reader, faces: ProjectFaces) -> tuple[int, ...]:
    """Places of the project's classes among those of a reader.

    Raises
    ------
    BadInput
        If it does not know one of them.
    """
    found = {one.name: known_as(one.name, reader.names) for one in faces.classes}
    if missing := [name for name, known in found.items() if known is None]:
        raise BadInput(
            f"the weights do not know the class '{missing[0]}' (they know {', '.join(reader.names)}); "
            "train some on the project:  mien train --data PROJECT --out RUN"
        )
    return tuple(reader.names.index(str(known)) for known in found.values())


def probs_of(reader: Reader, faces: ProjectFaces, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a reader says of some of a project's faces, float64 (n, k) in the order of the project's classes."""
    columns = columns_of(reader, faces)
    some = faces.examples(reader.scale).take(rows)
    probs = calibrated(reader.answer(some.chips, some.cues).logits, reader.temperature)
    return metrics.renormalised(probs, columns)


def examine(reader: Reader, faces: ProjectFaces, side: str = "test") -> dict[str, Any]:
    """Every number that one side of a project gives.

    Raises
    ------
    BadInput
        If the side is unknown or has no faces, or the reader does not know the classes.
    """
    if side not in SIDES:
        raise BadInput(f"unknown side '{side}': choose one of {', '.join(SIDES)}")
    rows = np.flatnonzero((faces.sides == side) & (faces.majority >= 0))
    if not len(rows):
        raise BadInput(f"{faces.name}: no face with a clear class on the side '{side}'; label more")
    probs = probs_of(reader, faces, rows)
    on: Mapping[str, Any] = {
        "data": f"project '{faces.name}'",
        "side": side,
        "split": "the project's" if faces.has_split else "drawn by mien train",
        "sha256": faces.digest,
        "faces": len(rows),
    }
    return {"on": dict(on), "own": describe(faces.majority[rows], probs, [one.name for one in faces.classes])}
