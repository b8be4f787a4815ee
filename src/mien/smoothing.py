"""A stream of cues and readings becomes steady (what is seen, what was before → the same, calm; pure steps).

- A cue goes through a one-euro filter (Casiez, Roussel & Vogel 2012): a low pass whose cutoff rises with the speed of
  the cue, so that a resting face is still and a fast one is not late. Speed is counted in the cue's usual ranges per
  second, so that one setting serves all units; lids and mouth have their own settings (a blink lasts .1 to .4 s).
- Probabilities, doubt and shares move half of the way to what is seen in `mood_half_life_s`.
- The label changes only to an emotion that has led by `label_margin` without a break for `label_dwell_s`, or to
  "cannot tell" when the doubt has lasted as long. Where readings come more seldom than that, one is enough: a label
  that waited for a second would contradict the probabilities beside it.

Time comes from the values themselves. Any rate, even an uneven one, gives about the same course, since every decay is
exact for the time that has passed. Each output but the label is a mean of inputs, weighted by age: it stays within what
was seen and never overshoots.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mien.circumplex import with_probs
from mien.cues.names import CUES
from mien.values import CANNOT_TELL, Affect, Cues

LID_CUES = ("eye_openness", "lower_lid_raise")
"""Cues of the lids: those whose names begin like this have the settings of the lids."""


@dataclass(frozen=True, slots=True)
class OneEuro:
    """A one-euro filter: `cutoff_hz` at rest, `speed_gain` more Hz for each usual range per second, and the cutoff of
    the speed itself."""

    cutoff_hz: float
    speed_gain: float
    speed_cutoff_hz: float

    def __post_init__(self) -> None:
        if not (self.cutoff_hz > 0 and self.speed_gain >= 0 and self.speed_cutoff_hz > 0):
            raise ValueError(f"{self}: cutoffs are above 0, the gain is not below")


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How steady a stream is to be; half-lives and times in seconds.

    The first three are the filters of lids, mouth and all other cues. After a gap of more than `gap_s` a cue or a
    reading starts afresh.
    """

    lids: OneEuro = OneEuro(2.0, 6.0, 2.0)
    mouth: OneEuro = OneEuro(1.5, 4.0, 2.0)
    cues: OneEuro = OneEuro(1.0, 2.0, 1.0)
    gap_s: float = 2.0
    mood_half_life_s: float = 0.5
    label_margin: float = 0.1
    label_dwell_s: float = 0.3

    def __post_init__(self) -> None:
        if not (self.gap_s > 0 and self.mood_half_life_s > 0 and self.label_margin >= 0 and self.label_dwell_s >= 0):
            raise ValueError(f"{self}: gap and half-life are above 0, margin and dwell are not below")


USUAL = Smoothing()

_RANGES = np.array([cue.high - cue.low for cue in CUES], dtype=np.float64)
_FILTERS = [0 if cue.name.startswith(LID_CUES) else 1 if cue.region == "mouth" else 2 for cue in CUES]
"""Which filter each cue has, in the order of `Smoothing`."""


@dataclass(frozen=True, slots=True, eq=False)
class CueMemory:
    """What the filter keeps of each cue, (c,) each: last value, smoothed course, speed, time last seen (−∞ if
    never)."""

    seen: NDArray[np.float64]
    course: NDArray[np.float64]
    speed: NDArray[np.float64]
    time_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelMemory:
    """The current label, its rival, since when the rival leads (s), and when the last reading was made (s)."""

    label: str
    rival: str
    since_s: float
    seen_s: float


def steady_cues(cues: Cues, before: CueMemory | None = None, options: Smoothing = USUAL) -> tuple[Cues, CueMemory]:
    """Apply the one-euro filter to every valid cue; an invalid one keeps its state until it is seen again."""
    x = cues.values.astype(np.float64)
    if before is None:
        never = np.full(len(x), -np.inf)
        before = CueMemory(x, x, np.zeros(len(x)), never)
    passed_s = np.maximum(cues.time_s - before.time_s, 0)
    anew = passed_s > options.gap_s
    dt_s = np.where(anew | (passed_s == 0), 1.0, passed_s)  # where it is not used, any number will do
    filters = [(f.cutoff_hz, f.speed_gain, f.speed_cutoff_hz) for f in (options.lids, options.mouth, options.cues)]
    cutoff_hz, gain, speed_cutoff_hz = np.array(filters, dtype=np.float64)[_FILTERS].T
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


def steady_affect(seen: Affect, before: Affect | None, options: Smoothing = USUAL) -> Affect:
    """Let a steady reading (None at the start) follow what is seen, half of the way in each half-life."""
    if before is None or before.classes != seen.classes or seen.time_s - before.time_s > options.gap_s:
        return seen
    kept = 0.5 ** (max(0.0, seen.time_s - before.time_s) / options.mood_half_life_s)

    def between(old: tuple[float, ...], new: tuple[float, ...]) -> tuple[float, ...]:
        parts = [kept * a + (1 - kept) * b for a, b in zip(old, new, strict=True)]
        whole = math.fsum(parts)
        return tuple(part / whole for part in parts)

    return with_probs(
        seen,
        between(before.probs, seen.probs),
        doubt=kept * before.doubt + (1 - kept) * seen.doubt,
        shares=between(before.shares, seen.shares),
    )


def steady_label(affect: Affect, before: LabelMemory | None, options: Smoothing = USUAL) -> LabelMemory:
    """Let a new label wait until it has led by the margin for the dwell time."""
    first, now_s = affect.reads_as, affect.time_s
    if before is None:
        return LabelMemory(first, first, now_s, now_s)
    lead = math.inf  # "cannot tell" has its own threshold
    if CANNOT_TELL not in (first, before.label):
        lead = affect.probs[affect.names.index(first)] - affect.probs[affect.names.index(before.label)]
    if first == before.label or lead < options.label_margin:
        return LabelMemory(before.label, before.label, now_s, now_s)
    begins_s = before.seen_s if now_s - before.seen_s > options.label_dwell_s else now_s
    since_s = before.since_s if before.rival == first else begins_s
    if now_s - since_s >= options.label_dwell_s:
        return LabelMemory(first, first, now_s, now_s)
    return LabelMemory(before.label, first, since_s, now_s)


def _share(cutoff_hz: NDArray[np.float64], dt_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the way that a first-order low pass goes in `dt_s`: exact, so that rates agree."""
    return np.asarray(1 - np.exp(-2 * np.pi * cutoff_hz * dt_s))
