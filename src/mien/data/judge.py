"""What was seen becomes marks: each picture by itself (rows → marks).

Limits are constants here, chosen by measurement (`python -m benchmarks.curating` prints the rates again); see each.
"drawn", "text" and "covered" are heuristics: they point out pictures worth a look, and a person overrules them.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

TINY_PX = 12.0
"""Distance of the eyes. The reader was taught on faces of 18."""
BLURRED = 0.2
COVERED = 0.3
DRAWN = 0.35
LETTERED = 0.02
TURNED_DEG = 30.0
"""Yaw or pitch, as the table of marks says."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a picture; `other` is the picture that it is a copy of, if it is one."""

    sha256: str
    kind: str
    because: str
    other: str = ""


def judge(picture: sqlite3.Row, face: sqlite3.Row | None, faces: int) -> Iterator[Mark]:
    """Marks of one picture that was looked at: its row, the row of its largest face, and how many faces it has."""
    sha256 = picture["sha256"]
    if (picture["drawn"] or 0) > DRAWN:
        yield Mark(sha256, "drawn", f"{picture['drawn']:.0%} of it is without grain")
    if (picture["lettered"] or 0) > LETTERED:
        yield Mark(sha256, "text", f"{picture['lettered']:.1%} of it looks like lines of text")
    if face is None:
        yield Mark(sha256, "no face", "neither the whole nor its parts show one")
        return
    if faces > 1:
        yield Mark(sha256, "several faces", f"{faces} faces")
    if face["eyes_apart"] < TINY_PX:
        yield Mark(sha256, "tiny", f"its eyes are {face['eyes_apart']:.0f} pixels apart; {TINY_PX:.0f} are needed")
    elif face["sharpness"] < BLURRED:
        yield Mark(sha256, "blurred", f"sharpness {face['sharpness']:.2f}; {BLURRED:.2f} is needed")
    if (face["hidden"] or 0) > COVERED:
        yield Mark(sha256, "covered", f"hidden {face['hidden']:.2f}; up to {COVERED:.2f} is usual")
    turned = max(abs(face["yaw"]), abs(face["pitch"]))
    if turned > TURNED_DEG:
        yield Mark(sha256, "turned", f"by {turned:.0f} degrees")
