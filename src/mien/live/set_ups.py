"""Who plays from when on: legs → set-ups, and which of them were told.

A set-up sets the instruments and the desk anew. Page and ports hold those told until they fall due; what is told from a
time on takes the place of all that was told for that time or later.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mien.live.conductor import Leg


@dataclass(frozen=True, slots=True)
class SetUp:
    """From when on (session seconds) an ensemble, by its name, plays."""

    at_s: float
    ensemble: str


def set_ups_of(legs: Iterable[Leg], from_s: float, before: str | None) -> list[SetUp]:
    """The set-ups from a time on; `before` is the ensemble in force right before it, None if there was none."""
    found = []
    for leg in legs:
        if leg.end_s > from_s and leg.played.ensemble != before:
            before = leg.played.ensemble
            found.append(SetUp(max(leg.start_s, from_s), before))
    return found


class SetUps:
    """The set-ups of one performance as they were told."""

    def __init__(self) -> None:
        self._told: list[SetUp] = []

    def at(self, time_s: float) -> SetUp | None:
        """The set-up in force at a time."""
        return next((told for told in reversed(self._told) if told.at_s <= time_s), None)

    def anew(self, legs: Iterable[Leg], from_s: float) -> list[SetUp]:
        """The set-ups from a time on, to be told in the place of those told for then or later."""
        kept = [told for told in self._told if told.at_s < from_s][-1:]
        dropped_s = min((told.at_s for told in self._told if told.at_s >= from_s), default=math.inf)
        found = set_ups_of(legs, from_s, kept[0].ensemble if kept else None)
        if kept and dropped_s < min((one.at_s for one in found), default=math.inf):
            found.insert(0, SetUp(from_s, kept[0].ensemble))  # or those who hold what was dropped would obey it
        self._told = kept + found
        return found
