"""A stream of readings becomes steady: affect and label follow what is seen without trembling (pure steps).

Time comes from the readings themselves. Any rate, even an uneven one, gives about the same course, since every decay is
exact for the time that has passed. After a gap longer than `gap_s` a reading starts afresh.

- A cue goes through a one-euro filter (`mien.cues.steady`), whose settings are among the options here.
- Probabilities, doubt and shares move half of the way to what is seen in `mood_half_life_s`.
- The label changes only to an emotion that has led by `label_margin` without a break for `label_dwell_s`, or to
  "cannot tell" when the doubt has lasted as long.

Each output but the label is a mean of inputs, weighted by age: it stays within what was seen and never overshoots.
"""

import math
from dataclasses import dataclass, replace

from mien.circumplex import valence_arousal
from mien.cues.steady import CueSmoothing
from mien.values import CANNOT_TELL, Affect


@dataclass(frozen=True, slots=True)
class Smoothing(CueSmoothing):
    """How steady the stream is to be, cues and readings; half-lives and times in seconds."""

    mood_half_life_s: float = 0.5
    label_margin: float = 0.1
    label_dwell_s: float = 0.3

    def __post_init__(self) -> None:
        CueSmoothing.__post_init__(self)
        if not (self.mood_half_life_s > 0 and self.label_margin >= 0 and self.label_dwell_s >= 0):
            raise ValueError(f"{self}: the half-life is above 0, margin and dwell are not below")


@dataclass(frozen=True, slots=True)
class LabelMemory:
    """The current label, its rival, and since when the rival leads (s)."""

    label: str
    rival: str
    since_s: float


AS_SHIPPED = Smoothing()


def steadied(before: Affect | None, seen: Affect, options: Smoothing = AS_SHIPPED) -> Affect:
    """Let a steadied reading (None at the start) follow what is seen, half of the way in each half-life."""
    if before is None or before.classes != seen.classes or seen.time_s - before.time_s > options.gap_s:
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
    """Let a new label wait until it has led by the margin for the dwell time."""
    first, now_s = affect.reads_as, affect.time_s
    if before is None:
        return LabelMemory(first, first, now_s)
    lead = math.inf  # "cannot tell" has its own threshold
    if CANNOT_TELL not in (first, before.label):
        lead = affect.probs[affect.names.index(first)] - affect.probs[affect.names.index(before.label)]
    if first == before.label or lead < options.label_margin:
        return LabelMemory(before.label, before.label, now_s)
    since_s = before.since_s if before.rival == first else now_s
    if now_s - since_s >= options.label_dwell_s:
        return LabelMemory(first, first, now_s)
    return LabelMemory(before.label, first, since_s)
