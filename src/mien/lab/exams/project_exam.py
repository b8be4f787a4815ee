"""Weights × a project → how well they read its classes, as plain data (`mien evaluate WEIGHTS --data PROJECT`).

It examines what ships (LiteRT) on the faces of one side of the project that most annotators, or the folder, assign to
one class. A network that knows more classes than the project, or the same ones by other names ("happiness" for
"happy"), is asked only for the project's: their probabilities divided by their sum. The shipped reader is examined at
first sight: a project keeps small cuts of its faces, and a closer look (`mien.affect.closer`) needs more. Needs no
keras.

`on.learnt_from` counts the examined faces that the network, or one that it started from, has met on the train or
develop side of any project: their picture, or one that belongs together with it (one person, one film, copies). The
manifest remembers pictures, whatever project they belonged to. It is null where that cannot be told: the manifest says
nothing of its training, or dates from before 0.7 and remembers none. FER+ pictures are not compared.

`on.undecided` are faces of the side on which people do not agree; they are left out. Of the others, `on.labelled` are
those that a person labelled; for the rest a folder's name is the truth, which nobody checked.

Intervals are over `on.bundles`, the groups of faces that belong together, if there are fewer of them than faces. Those
of balanced accuracy and macro-F1 are null where some class has too few (see `mien.lab.exams.metrics`).
"""

import csv
import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.affect.network import Reader
from mien.data.splitting.split import SIDES
from mien.data.words import counted
from mien.errors import BadInput
from mien.lab.exams import metrics
from mien.lab.exams.evaluate import describe
from mien.lab.training.heads import known_as
from mien.lab.training.project_faces import ProjectFaces

CANNOT_BE_TOLD = (
    "whether this network learnt from these pictures cannot be told, its manifest remembers none; "
    "train anew, then evaluate"
)


def columns_of(reader: Reader, faces: ProjectFaces) -> tuple[int | None, ...]:
    """Places of the project's classes among those of a reader; None for a class that it does not know and that has no
    face.

    Raises
    ------
    BadInput
        If it does not know a class that has faces.
    """
    found = {one.name: known_as(one.name, reader.names) for one in faces.classes}
    shown = {one.name for place, one in enumerate(faces.classes) if (faces.majority == place).any()}
    if missing := [name for name, known in found.items() if known is None and name in shown]:
        raise BadInput(
            f"the weights do not know the class '{missing[0]}' (they know {', '.join(reader.names)}); "
            "train some on the project:  mien train --data PROJECT --out RUN"
        )
    return tuple(None if known is None else reader.names.index(known) for known in found.values())


def probs_of(reader: Reader, faces: ProjectFaces, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a reader says of some of a project's faces, float64 (n, k) in the order of the project's classes."""
    columns = columns_of(reader, faces)
    some = faces.examples(reader.scale).take(rows)
    probs = calibrated(reader.answer(some.chips, some.cues).logits, reader.temperature)
    told = np.zeros((len(rows), len(columns)))
    is_known = [column is not None for column in columns]
    told[:, is_known] = metrics.renormalised(probs, tuple(column for column in columns if column is not None))
    return told


def learnt_from(training: Mapping[str, Any], faces: ProjectFaces) -> NDArray[np.bool_] | None:
    """For each face, whether a network learnt from it or from one that belongs together with it; None if it cannot be
    told.

    Parameters
    ----------
    training : as its manifest tells it.
    faces : of the project.
    """
    if not training:
        return None
    marks: set[str] = set()
    for one in _trainings(training):
        sides = one.get("sides", {})
        is_of_project = "split" in one.get("recipe", {})  # told by older manifests, by some without the pictures
        if (sides or is_of_project) and "pictures" not in sides:
            return None
        marks |= set(sides.get("pictures", "").split())
    return faces.akin(marks)


def _trainings(training: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every training of a network, the last first."""
    yield training
    if "after" in training:
        yield from _trainings(training["after"])


def lacking(own: Mapping[str, Any]) -> str | None:
    """What must be said if the examined side has no face of some classes; None if it has all."""
    absent = [name for name in own["classes"] if name not in own["found"]]
    if not absent:
        return None
    count = f"{len(own['found'])} of {len(own['classes'])} classes"
    return f"this is of {count}: there is no face of {', '.join(absent)}, and nothing is known of how they read"


def truth_of(on: Mapping[str, Any]) -> str:
    """Whose word the truth of an exam is, and what is left out for lack of one."""
    rest = on["faces"] - on["labelled"]
    if not rest:
        told = "what people said"
    elif rest == on["faces"]:
        told = "what the folders are called, which nobody checked by a label"
    else:
        told = f"what people said of {on['labelled']} faces, and of {rest} what the folders are called, unchecked"
    left_out = (
        f"; left out: {counted(on['undecided'], 'face')} of the side on which people do not agree"
        if on["undecided"]
        else ""
    )
    return told + left_out


def warning(on: Mapping[str, Any]) -> str | None:
    """What must be said if a network learnt from an exam's faces; None if nothing must."""
    if on["learnt_from"] is None:
        return CANNOT_BE_TOLD
    if not on["learnt_from"]:
        return None
    met = "this network learnt from them or chose by them, or by pictures that belong together with them"
    return f"{on['learnt_from']} of these {on['faces']} faces are not new to it: {met}; " + (
        "train anew, then evaluate" if on["side"] == SIDES[-1] else f"what counts is the side {SIDES[-1]}"
    )


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
    rows = examined(faces, side)
    return measured(faces, rows, probs_of(reader, faces, rows), training)


def examined(faces: ProjectFaces, side: str) -> NDArray[np.int64]:
    """Which faces an exam of a side asks about: those with a clear class.

    Raises
    ------
    BadInput
        If the side is unknown or has no such faces.
    """
    if side not in SIDES:
        raise BadInput(f"unknown side '{side}': choose one of {', '.join(SIDES)}")
    rows = np.flatnonzero((faces.sides == side) & (faces.majority >= 0))
    if not len(rows):
        raise BadInput(f"{faces.name}: no face with a clear class on the side '{side}'; label more")
    return rows


def measured(
    faces: ProjectFaces, rows: NDArray[np.int64], probs: NDArray[np.float64], training: Mapping[str, Any]
) -> dict[str, Any]:
    """Every number that a reader's answers give, `probs` (n, k) for the faces in `rows`, all of one side."""
    met, side = learnt_from(training, faces), str(faces.sides[rows[0]])
    groups = faces.groups[rows]
    on: Mapping[str, Any] = {
        "data": f"project '{faces.name}'",
        "side": side,
        "learnt_from": None if met is None else int(met[rows].sum()),
        "sha256": faces.digest,
        "faces": len(rows),
        "undecided": int(((faces.sides == side) & (faces.majority < 0)).sum()),
        "labelled": int(faces.labelled[rows].sum()),
        "bundles": len(np.unique(groups)),
    }
    return {"on": dict(on), "own": describe(faces.majority[rows], probs, [one.name for one in faces.classes], groups)}


def predictions(faces: ProjectFaces, rows: NDArray[np.int64], probs: NDArray[np.float64]) -> str:
    """The answers face by face, as CSV: picture (sha256, as in `faces.csv`), bundle, truth, answer, and the probability
    of each class. For paired tests and for looking at what was mistaken."""
    names, told = [one.name for one in faces.classes], io.StringIO()
    table = csv.writer(told, lineterminator="\n")
    table.writerow(["sha256", "bundle", "truth", "answer", *names])
    for row, bundle, answer in zip(rows.tolist(), faces.groups[rows].tolist(), probs, strict=True):
        truth = names[int(faces.majority[row])]
        shares = [f"{prob:.6f}" for prob in answer]
        table.writerow([faces.pictures[row], bundle, truth, names[int(answer.argmax())], *shares])
    return told.getvalue()
