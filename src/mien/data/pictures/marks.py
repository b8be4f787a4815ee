"""The marks: what can be wrong with a picture, or worth a look. One table that cleaning, splits and reports share.

A picture with a mark that `spoils` is not learnt from or examined on, until a person takes the mark away. Where
`labels_mend` it, a label by a person is enough. A picture whose people refused consent is left out like a spoilt one,
and nothing mends it but another word of theirs.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mien.data.arrivals import REFUSED


@dataclass(frozen=True, slots=True)
class MarkKind:
    """A kind of mark: whether it `spoils` a picture for learning, its meaning, ready to print, and what mends it."""

    spoils: bool
    meaning: str
    labels_mend: bool = False


MARKS: Mapping[str, MarkKind] = MappingProxyType(
    {
        "no face": MarkKind(True, "no face is found"),
        "tiny": MarkKind(True, "the largest face is too small to read"),
        "blurred": MarkKind(True, "the largest face is too blurred to read"),
        "covered": MarkKind(True, "much of the largest face is hidden"),
        "drawn": MarkKind(True, "a drawing or painting, not a photograph"),
        "text": MarkKind(True, "written text lies over or around the face"),
        "copy": MarkKind(True, "nearly the same picture as another"),
        "mirrored copy": MarkKind(True, "nearly the mirror image of another"),
        "burst": MarkKind(True, "a frame of one moment of which another is kept"),
        "two classes": MarkKind(True, "the same picture came in under two classes", labels_mend=True),
        "several faces": MarkKind(False, "more faces than one; the largest counts"),
        "turned": MarkKind(False, "the head is turned away beyond 30 degrees"),
    }
)
SPOILING = tuple(kind for kind, mark in MARKS.items() if mark.spoils)
BEYOND_LABELS = tuple(kind for kind in SPOILING if not MARKS[kind].labels_mend)
"""Marks with which a picture is not even shown to annotators."""


def left_out(db: sqlite3.Connection, kinds: Sequence[str]) -> set[str]:
    """The sha256 of the pictures that have a mark of one of these kinds, or whose people refused consent."""
    wanted = f"SELECT sha256 FROM marks WHERE kind IN ({', '.join('?' * len(kinds))}) UNION {REFUSED}"
    return {row["sha256"] for row in db.execute(wanted, tuple(kinds))}
