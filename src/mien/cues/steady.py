"""A stream of cues becomes steady: still at rest, quick in motion (Cues, what was before → the same; pure steps).

A cue goes through a one-euro filter (Casiez, Roussel & Vogel 2012): a low pass whose cutoff rises with the speed of the
cue, so that a resting face is still and a fast one is not late. Speed is counted in the cue's usual ranges per second,
so that one setting serves all units; lids and mouth have their own settings (a blink lasts .1 to .4 s).

Time comes from the cues themselves. Any rate, even an uneven one, gives about the same course, since every decay is
exact for the time that has passed. Each output is a mean of inputs, weighted by age: it stays within what was seen and
never overshoots.
"""

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.cues.names import CUES
from mien.values import Cues

LID_CUES = ("eye_openness", "lower_lid_raise")
"""Cues of the lids: those whose names begin like this have the settings of the lids."""


@dataclass(frozen=True, slots=True)
class OneEuro:
    """A one-euro filter: `cutoff_hz` at rest, `speed_gain` more Hz for each usual range per second, and the cutoff of
    the speed itself."""

    cutoff_hz: float = 1.0
    speed_gain: float = 2.0
    speed_cutoff_hz: float = 1.0

    def __post_init__(self) -> None:
        if not (self.cutoff_hz > 0 and self.speed_gain >= 0 and self.speed_cutoff_hz > 0):
            raise ValueError(f"{self}: cutoffs are above 0, the gain is not below")


@dataclass(frozen=True, slots=True)
class CueSmoothing:
    """How steady cues are to be; after a gap of more than `gap_s` seconds a cue starts afresh."""

    cues: OneEuro = field(default_factory=OneEuro)
    lids: OneEuro = field(default_factory=lambda: OneEuro(cutoff_hz=2.0, speed_gain=6.0, speed_cutoff_hz=2.0))
    mouth: OneEuro = field(default_factory=lambda: OneEuro(cutoff_hz=1.5, speed_gain=4.0, speed_cutoff_hz=2.0))
    gap_s: float = 2.0

    def __post_init__(self) -> None:
        if not self.gap_s > 0:
            raise ValueError(f"{self}: the gap is above 0")


@dataclass(frozen=True, slots=True, eq=False)
class CueMemory:
    """What the filter keeps of each cue, (c,) each: last value, smoothed course, speed, time last seen (−∞ if
    never)."""

    seen: NDArray[np.float64]
    course: NDArray[np.float64]
    speed: NDArray[np.float64]
    time_s: NDArray[np.float64]


CUES_AS_SHIPPED = CueSmoothing()
_RANGES = np.array([cue.high - cue.low for cue in CUES], dtype=np.float64)


def steady_cues(
    cues: Cues, before: CueMemory | None = None, options: CueSmoothing = CUES_AS_SHIPPED
) -> tuple[Cues, CueMemory]:
    """Apply the one-euro filter to every valid cue; an invalid one keeps its state until it is seen again."""
    x = cues.values.astype(np.float64)
    if before is None:
        never = np.full(len(x), -np.inf)
        before = CueMemory(x, x, np.zeros(len(x)), never)
    passed_s = np.maximum(cues.time_s - before.time_s, 0)
    anew = passed_s > options.gap_s
    dt_s = np.where(anew | (passed_s == 0), 1.0, passed_s)  # where it is not used, any number will do
    cutoff_hz, gain, speed_cutoff_hz = _settings(options)
    rate = (x - before.seen) / _RANGES / dt_s
    speed = before.speed + _share(speed_cutoff_hz, dt_s) * (rate - before.speed)
    course = before.course + _share(cutoff_hz + gain * np.abs(speed), dt_s) * (x - before.course)
    moved = cues.valid & (passed_s > 0)
    memory = CueMemory(
        seen=np.where(moved, x, before.seen),
        course=np.where(moved, np.where(anew, x, course), before.course),
        speed=np.where(moved, np.where(anew, 0.0, speed), before.speed),
        time_s=np.where(moved, cues.time_s, before.time_s),
    )
    return replace(cues, values=np.where(cues.valid, memory.course, 0).astype(np.float32)), memory


def _share(cutoff_hz: NDArray[np.float64], dt_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the way that a first-order low pass goes in `dt_s`: exact, so that rates agree."""
    return np.asarray(1 - np.exp(-2 * np.pi * cutoff_hz * dt_s))


@cache
def _settings(options: CueSmoothing) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Cutoff, gain and speed cutoff for each cue, (c,) each."""
    chosen = [
        options.lids if cue.name.startswith(LID_CUES) else options.mouth if cue.region == "mouth" else options.cues
        for cue in CUES
    ]
    table = np.array([(one.cutoff_hz, one.speed_gain, one.speed_cutoff_hz) for one in chosen])
    return table[:, 0], table[:, 1], table[:, 2]
