"""What moves by steps along music, as a brief or a tempo does, and its value at a tick."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

from mien.values import Brief

Briefs = Sequence[tuple[int, Brief]]
"""Briefs in force, each from its tick on, the first from tick 0: for music whose mood moves."""

_Value = TypeVar("_Value")


def in_force(steps: Sequence[tuple[int, _Value]], tick: int) -> _Value:
    """The value in force at `tick`: the last that has begun, from steps (tick, value) in order, the first at tick 0."""
    return steps[bisect_right(steps, tick, key=lambda step: step[0]) - 1][1]
