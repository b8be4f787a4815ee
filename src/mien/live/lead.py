"""A lead: from where the face is to where the music shall take it, over minutes (the mode "trajectory").

The way is that of `music.journey.path`: the mood is met, moved, and left to arrive. A lead can be held, reversed and
taken up again; its place is a share of the way, 0..1.

References: Altshuler 1948 (the iso principle); Starcke, Mayr & von Georgi 2021.
"""

from dataclasses import dataclass, replace
from typing import Any

from mien.circumplex import affect_at, affect_of
from mien.errors import BadInput
from mien.live.settings import number
from mien.music.journey.path import affect_along, path_between
from mien.values import Affect
from mien.vocabulary import EIGHT, Classes

MINUTES = (0.5, 60.0)
DIRECTIONS = {"go": 1.0, "hold": 0.0, "reverse": -1.0}


@dataclass(frozen=True, slots=True)
class Lead:
    """A way between two affects; `at` is where on it one stands, 0..1, `doing` a key of `DIRECTIONS`."""

    start: Affect
    end: Affect
    minutes: float
    at: float = 0.0
    doing: str = "go"

    def after(self, seconds: float) -> "Lead":
        """The lead some seconds later."""
        at = self.at + DIRECTIONS[self.doing] * seconds / (60 * self.minutes)
        return replace(self, at=min(1.0, max(0.0, at)))

    @property
    def affect(self) -> Affect:
        """The affect of the place one stands at."""
        over_s = 60 * self.minutes
        return affect_along(path_between(self.start, self.end, over_s), self.at * over_s)

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "valence": round(self.end.valence, 3),
            "arousal": round(self.end.arousal, 3),
            "minutes": self.minutes,
            "at": round(self.at, 4),
            "doing": self.doing,
        }


def lead_to(start: Affect, to: Any, minutes: Any, classes: Classes = EIGHT) -> Lead:
    """Begin a lead.

    Parameters
    ----------
    start : where the face is.
    to : the name of an emotion, or an object with `valence` and `arousal`.
    minutes : 0.5 to 60.
    classes : of the reader, which `to` may name too.

    Raises
    ------
    BadInput
        If one is not allowed.
    """
    over = number("lead: minutes", minutes, *MINUTES)
    if isinstance(to, str):
        return Lead(start, affect_of(to, classes), over)
    if not isinstance(to, dict):
        raise BadInput("lead: 'to' must be the name of an emotion or an object with valence and arousal")
    valence, arousal = (number(f"lead: {name}", to.get(name), -1, 1) for name in ("valence", "arousal"))
    return Lead(start, affect_at(valence, arousal), over)
