"""A stream of readings becomes steady: cues, affect and label follow what is seen without trembling (pure steps).

    steady(cues, affect, memory) → (steadied, memory)

Time comes from the readings themselves; any rate, even an uneven one, gives about the same course, since every decay is
exact for the time that has passed. After a gap longer than `gap_s` the stream begins anew.

- A cue goes through a one-euro filter (Casiez, Roussel & Vogel 2012): a low pass whose cutoff rises with the speed of
  the cue, so that a resting face is still and a fast one is not late. Speed is counted in the cue's usual range a
  second, so that one setting serves all units; lids and mouth have settings of their own (a blink lasts .1 to .4 s).
- Probabilities, doubt and shares move half of the way to what is seen in `mood_half_life_s`.
- The label changes only to an emotion that has led by `label_margin` without a break for `label_dwell_s`, or to
  "cannot tell" when the doubt has lasted as long.

Each output is a mean of inputs, weighted by age: it stays within what was seen and overshoots nothing.
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mien.circumplex import valence_arousal
from mien.cues.names import CUES
from mien.values import CANNOT_TELL, Affect, Cues

LID_CUES = ("eye_openness", "lower_lid_raise")
"""What lids do: cues whose name begins so have the settings of the lids."""


@dataclass(frozen=True, slots=True)
class OneEuro:
    """A one-euro filter: `cutoff_hz` at rest, `speed_gain` more Hz for each usual range a second, and the cutoff of the
    speed itself."""

    cutoff_hz: float = 1.0
    speed_gain: float = 2.0
    speed_cutoff_hz: float = 1.0

    def __post_init__(self) -> None:
        if not (self.cutoff_hz > 0 and self.speed_gain >= 0 and self.speed_cutoff_hz > 0):
            raise ValueError(f"{self}: cutoffs are above 0, the gain is not below")


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How steady the stream shall be; half-lives and times in seconds."""

    cues: OneEuro = field(default_factory=OneEuro)
    lids: OneEuro = field(default_factory=lambda: OneEuro(cutoff_hz=2.0, speed_gain=6.0, speed_cutoff_hz=2.0))
    mouth: OneEuro = field(default_factory=lambda: OneEuro(cutoff_hz=1.5, speed_gain=4.0, speed_cutoff_hz=2.0))
    mood_half_life_s: float = 0.5
    label_margin: float = 0.1
    label_dwell_s: float = 0.3
    gap_s: float = 2.0

    def __post_init__(self) -> None:
        if not (self.mood_half_life_s > 0 and self.label_margin >= 0 and self.label_dwell_s >= 0 and self.gap_s > 0):
            raise ValueError(f"{self}: half-life and gap are above 0, margin and dwell are not below")


@dataclass(frozen=True, slots=True, eq=False)
class CueMemory:
    """What the filter keeps of each cue, (c,) each: last value, its smooth course, its speed, when it was seen (−∞ if
    never)."""

    seen: NDArray[np.float64]
    course: NDArray[np.float64]
    speed: NDArray[np.float64]
    time_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelMemory:
    """The label that holds, who would follow it, and since when (s)."""

    label: str
    rival: str
    since_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Where the stream stands."""

    cues: CueMemory
    affect: Affect
    label: LabelMemory


@dataclass(frozen=True, slots=True, eq=False)
class Steadied:
    """A steadied reading; `label` is what it reads as for now, which is not always the first of `affect`."""

    cues: Cues
    affect: Affect
    label: str


AS_SHIPPED = Smoothing()


def steady(
    cues: Cues, affect: Affect, memory: Memory | None = None, options: Smoothing = AS_SHIPPED
) -> tuple[Steadied, Memory]:
    """Take one reading of a stream.

    Parameters
    ----------
    cues, affect : of the same face and frame, later than the last
    memory : what the last step returned, None at the beginning
    """
    if memory is not None and affect.time_s - memory.affect.time_s > options.gap_s:
        memory = None
    calm_cues, cue_memory = steady_cues(cues, memory.cues if memory else None, options)
    calm = steadied(memory.affect if memory else None, affect, options)
    label = steady_label(calm, memory.label if memory else None, options)
    return Steadied(calm_cues, calm, label.label), Memory(cue_memory, calm, label)


def steadied(before: Affect | None, seen: Affect, options: Smoothing = AS_SHIPPED) -> Affect:
    """Let a steadied reading (None at the beginning) follow what is seen, half of the way in each half-life."""
    if before is None or before.classes != seen.classes:
        return seen
    kept = 0.5 ** (max(0.0, seen.time_s - before.time_s) / options.mood_half_life_s)

    def between(old: tuple[float, ...], new: tuple[float, ...]) -> tuple[float, ...]:
        parts = [kept * a + (1 - kept) * b for a, b in zip(old, new, strict=True)]
        whole = math.fsum(parts)
        return tuple(part / whole for part in parts)

    probs = between(before.probs, seen.probs)
    valence, arousal = valence_arousal(probs, seen.classes)
    return replace(
        seen,
        probs=probs,
        valence=valence,
        arousal=arousal,
        doubt=kept * before.doubt + (1 - kept) * seen.doubt,
        shares=between(before.shares, seen.shares),
    )


def steady_label(affect: Affect, before: LabelMemory | None, options: Smoothing = AS_SHIPPED) -> LabelMemory:
    """Let a new label wait until it has led by the margin for the dwell."""
    first, now_s = affect.reads_as, affect.time_s
    if before is None:
        return LabelMemory(first, first, now_s)
    lead = math.inf  # whether one can tell at all has its own threshold
    if CANNOT_TELL not in (first, before.label):
        lead = affect.probs[affect.names.index(first)] - affect.probs[affect.names.index(before.label)]
    if first == before.label or lead < options.label_margin:
        return LabelMemory(before.label, before.label, now_s)
    since_s = before.since_s if before.rival == first else now_s
    if now_s - since_s >= options.label_dwell_s:
        return LabelMemory(first, first, now_s)
    return LabelMemory(before.label, first, since_s)


def steady_cues(cues: Cues, before: CueMemory | None = None, options: Smoothing = AS_SHIPPED) -> tuple[Cues, CueMemory]:
    """One-euro filter on every valid cue; one that is not valid keeps its place until it is seen again."""
    x = cues.values.astype(np.float64)
    if before is None:
        never = np.full(len(x), -np.inf)
        before = CueMemory(x, x, np.zeros(len(x)), never)
    passed_s = np.maximum(cues.time_s - before.time_s, 0)
    anew = passed_s > options.gap_s
    dt_s = np.where(anew | (passed_s == 0), 1.0, passed_s)  # where it is not used, any number will do
    low, high = (np.array([getattr(cue, end) for cue in CUES], dtype=np.float64) for end in ("low", "high"))
    cutoff_hz, gain, speed_cutoff_hz = _settings(options)
    rate = (x - before.seen) / (high - low) / dt_s
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
    """How much of the way a first-order low pass goes in a time: exact, so that rates agree."""
    return np.asarray(1 - np.exp(-2 * np.pi * cutoff_hz * dt_s))


def _settings(options: Smoothing) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Cutoff, gain and cutoff of the speed for each cue, (c,) each."""
    chosen = [
        options.lids if cue.name.startswith(LID_CUES) else options.mouth if cue.region == "mouth" else options.cues
        for cue in CUES
    ]
    table = np.array([(one.cutoff_hz, one.speed_gain, one.speed_cutoff_hz) for one in chosen])
    return table[:, 0], table[:, 1], table[:, 2]
