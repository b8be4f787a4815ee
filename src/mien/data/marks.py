"""The marks: what can be wrong with a picture, or worth a look. One table that cleaning, splits and reports share.

A picture with a mark that `spoils` is not learnt from or examined on, until a person takes the mark away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class MarkKind:
    """A kind of mark: whether it `spoils` a picture for learning, and its meaning, ready to print."""

    spoils: bool
    meaning: str


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
        "two classes": MarkKind(True, "the same picture came in under two classes"),
        "several faces": MarkKind(False, "more faces than one; the largest counts"),
        "turned": MarkKind(False, "the head is turned away beyond 30 degrees"),
    }
)
SPOILING = tuple(kind for kind, mark in MARKS.items() if mark.spoils)
