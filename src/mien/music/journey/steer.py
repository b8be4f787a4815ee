"""Brief, target → the next brief: every field a step nearer, never a jump.

A pure stage, called once per beat with the brief in force and the brief wanted. `STEPS` says how fast each field may
go: mood crosses its whole range within `MOOD_S` seconds at the current tempo, touch and density within a beat. Mode and
tonic turn only at a cadence, metre and ensemble only between sections. A beat is the metre's (a dotted quarter in 6/8);
spans are in the field's own unit.

References: Bachorik et al. 2009, "Emotion in motion: investigating the time-course of emotional judgments of musical
stimuli" (listeners judge a mood after about 8 s).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from mien.values import Brief, Reason
from mien.vocabulary import BRIEF_NUMBERS

MOOD_S = 8.0
"""A mood asked for is reached within this many seconds, including the wait for the next beat."""

CROSS_S = 6.5
"""Seconds in which a mood field crosses its span: with the wait for a beat at 40 bpm, `MOOD_S` in all."""


SPANS: Mapping[str, float] = MappingProxyType({"tempo_bpm": 112, "register_midi": 24})
"""Spans narrower than the range of their number: 48 to 160 a minute, the mapping's and more; two octaves, the widest
mapping's."""

AT_ONCE = ("density", "legato", "interruption")
"""Numbers of the structure clock: a figure may change with the beat, touch with the note, and a phrase breaks off or
does not. All others follow the mood clock (Bachorik et al. 2009); loudness too: a crescendo, not an accent."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a field moves: across `span` in `seconds`, or within the beat if `seconds` is 0."""

    span: float
    seconds: float

    def a_beat(self, tempo_bpm: float) -> float:
        """The most that the field moves in a beat at this tempo."""
        return self.span * min(1.0, 60.0 / tempo_bpm / self.seconds) if self.seconds else self.span


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        name: Step(SPANS.get(name, high - low), 0 if name in AT_ONCE else CROSS_S)
        for name, (low, high) in BRIEF_NUMBERS.items()
    }
)
"""Every number of a brief."""

KEY = ("tonic_pc", "mode")
"""Fields that turn only at a cadence: a change of mode is heard as an event, and form expects one at a cadence (Caplin
1998). The tonic's spelling turns with them, and is no event: it is not heard."""

FRAME = ("meter", "ensemble")
"""Fields that change only between sections."""

NEAR, FAR = 0.08, 0.35
"""Shares of a field's span: up to the first a mood counts as resting; beyond the second it has moved too far to be
followed by steering within a phrase."""

ROUNDING = 1e-9


def steer(
    now: Brief, target: Brief, *, beats: float = 1.0, at_cadence: bool = False, at_section: bool = False
) -> Brief:
    """Move a brief towards another.

    Parameters
    ----------
    now : the brief in force.
    target : the brief wanted.
    beats : how many beats this step is for.
    at_cadence : a phrase has closed: mode and tonic may turn, both at once and all the way. A mode need not pass
        through its neighbours: parallel modes share their tonic, so the turn is one step for the ear however far apart
        they are, and a detour through unwanted modes would take a phrase each.
    at_section : a section begins: metre and ensemble may change.

    Returns
    -------
    A brief in which no field differs from `now` by more than its step. The reasons are the target's, and say which
    fields are still on their way.

    Raises
    ------
    ValueError
        If `beats` is negative.
    """
    if not beats >= 0:
        raise ValueError(f"beats: {beats} given, a number from 0 wanted")
    fields: dict[str, Any] = {name: _nearer(name, now, target, beats) for name in STEPS}
    turned = (*((*KEY, "tonic_fifths") if at_cadence else ()), *(FRAME if at_section else ()))
    fields |= {name: getattr(target, name) for name in turned}
    moved = replace(now, **fields)
    return replace(moved, reasons=tuple(_carried(reason, moved, target) for reason in target.reasons))


def _nearer(name: str, now: Brief, target: Brief, beats: float) -> float:
    """The value of a field after its step; the target's once the step reaches it."""
    here, there = float(getattr(now, name)), float(getattr(target, name))
    step = STEPS[name].a_beat(now.tempo_bpm) * beats
    return there if abs(there - here) <= step + ROUNDING else here + step * (1 if there > here else -1)


def _carried(reason: Reason, now: Brief, target: Brief) -> Reason:
    """The target's reason, with the value from which the field is on its way."""
    here, there = getattr(now, reason.field), getattr(target, reason.field)
    if here == there:
        return reason
    if reason.field in STEPS:
        return replace(reason, because=f"at {here:.3g}, on its way to {reason.because}")
    until = "cadence" if reason.field in KEY else "section"
    return replace(reason, because=f"stays until the next {until}, then {reason.because}")


def distance(now: Brief, target: Brief) -> float:
    """How far apart two briefs are: the largest difference of a field, as a share of its span."""
    return max(
        abs(float(getattr(now, name)) - float(getattr(target, name))) / step.span for name, step in STEPS.items()
    )


def has_moved(now: Brief, target: Brief) -> bool:
    """Whether a mood has moved too far for the current phrase: to another key, or further than `FAR`."""
    return any(getattr(now, name) != getattr(target, name) for name in KEY) or distance(now, target) > FAR


def rests(now: Brief, target: Brief) -> bool:
    """Whether a mood is where it should be: in the wanted key, and within `NEAR`."""
    return all(getattr(now, name) == getattr(target, name) for name in KEY) and distance(now, target) <= NEAR
