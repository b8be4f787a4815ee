"""Weights × a project → how well they read its classes, as plain data (`mien evaluate WEIGHTS --data PROJECT`).

It examines what ships (LiteRT) on one side of the project's faces, on those of which most annotators, or the folder,
say one class. A network that knows more classes than the project, or the same ones by other names ("happiness" for
"happy"), is asked for the project's alone: their probabilities over their sum. The shipped reader is examined at first
sight: a project keeps the small cuts of its faces, and a closer look (`mien.affect.closer`) needs more. Needs no keras.

`on.dealt_anew` says whether the sides that the network learnt from, or the one that it began from, are others than
those of today: faces of the test side may then be among them. It is null where its manifest tells of none.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
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

DEALT_ANEW = (
    "the sides were dealt anew since this network learnt, so that part of the test side may have been learnt from; "
    "train anew, then evaluate"
)


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


def dealt_anew(training: Mapping[str, Any], faces: ProjectFaces) -> bool | None:
    """Whether sides of the project that a network learnt from are others than those of today; None if none is told.

    Parameters
    ----------
    training : as its manifest tells it.
    faces : of the project.
    """
    told = [sides["sha256"] != faces.learnt for sides in _sides(training) if sides["project"] == faces.name]
    return any(told) if told else None


def _sides(training: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """What every training of a network, the last first, says of the sides that it learnt from."""
    if "sides" in training:
        yield training["sides"]
    if "after" in training:
        yield from _sides(training["after"])


def examine(
    reader: Reader, faces: ProjectFaces, side: str = "test", training: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """Every number that one side of a project gives.

    Parameters
    ----------
    reader, faces, side : who is examined, and on what.
    training : how the reader learnt, as its manifest tells it.

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
        "dealt_anew": dealt_anew(training, faces),
        "sha256": faces.digest,
        "faces": len(rows),
    }
    return {"on": dict(on), "own": describe(faces.majority[rows], probs, [one.name for one in faces.classes])}
