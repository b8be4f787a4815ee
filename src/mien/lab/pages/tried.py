"""A new picture tried: its face, every method's verdict, and the music it would start (picture → Tried).

This is the test that the origin made of its classifier: a picture nobody learnt from, shown to all methods side by
side. The own network's reading, or else the shipped one's, is tinted and explained, and the music follows it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.assets import read_manifest
from mien.data.splitting.split import SIDES
from mien.errors import BadInput
from mien.face.pictures import open_picture
from mien.instrument import play
from mien.lab.exams import metrics
from mien.lab.exams.project_exam import columns_of, learnt_from, probs_of, warning
from mien.lab.exams.side_by_side import UNTESTED, Verdict, cnn_verdict, lacking, reader_verdict, simple_verdicts
from mien.lab.pages.explain import Explanation, explain
from mien.lab.training.project_faces import TEST, ProjectFaces
from mien.piece import Piece
from mien.reading import face_at, read, reader_of
from mien.writing import sha256_of

SHIPPED, OWN = "mien's reader", "your network"


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What came of a picture: `rgb` is uint8 (h, w, 3). `verdicts` are those of every method; the last is that of the
    network behind `explanation` and `piece`. `of` says what the simple methods learnt from, and what is left out;
    `notes` what must be said of faces that are not new to a method."""

    name: str
    rgb: NDArray[np.uint8]
    explanation: Explanation
    verdicts: tuple[Verdict, ...]
    piece: Piece
    of: str
    notes: tuple[str, ...] = ()


def try_picture(
    picture: Path,
    faces: ProjectFaces | None = None,
    weights: Path | None = None,
    cnn: Path | None = None,
    *,
    face: int = 1,
    seconds: float = 12.0,
    seed: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Tried:
    """Show a picture to every method.

    Parameters
    ----------
    picture : with a face.
    faces : of a project, to teach the simple methods; without them, or with too few, those methods are left out.
    weights : a network of one's own.
    cnn : a plain CNN, as a Keras file.
    face : which face, 1 for the largest.
    seconds, seed : of the music.
    say : is told what is being done.

    Raises
    ------
    BadInput
        If one of them cannot be used.
    """
    shipped = face_at(read(picture), face)
    readings = {SHIPPED: shipped}
    if weights is not None:
        readings[OWN] = face_at(read(picture, weights=weights), face)
    verdicts: list[Verdict] = []
    wanting = None if faces is None else lacking(faces)
    if faces is not None and wanting is None:
        say(f"teaching the simple methods on '{faces.name}'")
        verdicts += simple_verdicts(faces, shipped)
    if cnn is not None:
        verdicts.append(cnn_verdict(cnn, faces, shipped))
    for method, reading in readings.items():
        used = None if method == SHIPPED else weights
        verdicts.append(reader_verdict(method, reading, *_right(faces, used)))
    main = list(readings.values())[-1]
    say("composing")
    piece = play(picture, weights=weights, face=face, seconds=seconds, seed=seed)
    if faces is None:
        of = "The simple methods are left out: they learn from a project (--project)."
    elif wanting is not None:
        of = f"The simple methods are left out: they need more faces. Project '{faces.name}': {wanting}."
    else:
        count = int((faces.sides == "train").sum())
        of = f"The simple methods learnt from the project '{faces.name}', {count} faces."
    explanation = explain(reader_of(weights), main)
    notes = () if faces is None else notes_on(picture, faces, weights)
    return Tried(picture.stem, open_picture(picture).rgb, explanation, tuple(verdicts), piece, of, notes)


def notes_on(picture: Path, faces: ProjectFaces, weights: Path | None) -> tuple[str, ...]:
    """What must be said where a picture tried, or the test side, is not new to a method: in words, one note each."""
    notes = []
    bundle = faces.together.get(sha256_of(picture))
    if bundle is not None:
        akin = {faces.together.get(name): side for name, side in zip(faces.pictures, faces.sides.tolist(), strict=True)}
        side = akin.get(bundle)
        met = "methods that learnt from the project have met it, or one that belongs together with it"
        rest = f"side '{side}': {met}" if side in SIDES[:-1] else "it is not among what methods learn from there"
        notes.append(f"this picture is in the project '{faces.name}', {rest}")
    rows = (faces.sides == TEST) & (faces.majority >= 0)
    if weights is not None and rows.any() and _knows(weights, faces):
        training = read_manifest(weights).get("training", {})
        learnt = learnt_from(training, faces)
        on = {
            "learnt_from": None if learnt is None else int(learnt[rows].sum()),
            "faces": int(rows.sum()),
            "side": TEST,
        }
        if told := warning(on):
            notes.append(f"{OWN} on the test side: {told}")
    return tuple(notes)


def _knows(weights: Path | None, faces: ProjectFaces) -> bool:
    """Whether a reader knows the classes of a project that have faces."""
    try:
        columns_of(reader_of(weights), faces)
    except BadInput:
        return False
    return True


def _right(faces: ProjectFaces | None, weights: Path | None) -> tuple[Mapping[str, Any] | None, str]:
    """The share of the project's test side that a reader gets right, or None and why it is not known."""
    reader = reader_of(weights)
    if faces is None:
        return None, ""
    if not _knows(weights, faces):
        return None, "it does not know the project's classes"
    rows = np.flatnonzero((faces.sides == TEST) & (faces.majority >= 0))
    if not len(rows):
        return None, UNTESTED
    right = probs_of(reader, faces, rows).argmax(axis=1) == faces.majority[rows]
    return metrics.share_of(right, faces.groups[rows]), ""
