"""Motifs: one bar of rhythm and contour that is invented once and comes back transformed.

`lengths` are ticks that fill one bar, rests negative; `steps` are the scale steps from each note to the next (so one
fewer than notes). A motif has no pitch of its own: the melody places it on the harmony, which is how a motif is
transposed and sequenced within a key.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 3 and 9 (motif and its treatment); Huron 2006,
*Sweet Anticipation*, ch. 5 (step inertia, post-skip reversal, through the learnt table); Narmour 1990, *The Analysis
and Cognition of Basic Melodic Structures* (leaps are filled).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.ensembles import ensemble
from mien.music.rhythm import (
    Meter,
    Rhythm,
    bar_ticks,
    beat_fill,
    beats_in_bar,
    draw_rhythm,
    melody_table,
    middle_ticks,
    onsets,
    pushed,
    sharpness,
    singing,
)
from mien.values import Brief

CANDIDATES = 24
"""Number of contours tried for one motif; the most distinct is kept."""

WANTED_LEAPS = 0.2
"""Share of a motif's moves that are a fourth or wider. It exceeds the Lieder's median, 0.14 (`docs/measures.md`),
because closing bars have none and the search for a line removes some."""

SUNG_THINS = 0.1
"""Share of its notes that a line which sings throughout leaves to the accompaniment."""

DIVISIONS = {480: (240, 240), 720: (480, 240), 960: (480, 480), 1440: (960, 480)}
"""How a note of each length is divided in two."""


@dataclass(frozen=True, slots=True)
class Motif:
    """One bar of melody without pitch; `name` says where it comes from, for example "a inverted"."""

    name: str
    lengths: Rhythm
    steps: tuple[int, ...]


@cache
def step_odds() -> NDArray[np.float64]:
    """Learnt odds of a step given the step before: (2m+1, 2m+1), each row sums to 1, index = step + m.

    Zero counts are smoothed so that nothing singable is impossible.
    """
    table = melody_table()["steps"]
    counts = np.array(table, dtype=np.float64) + 0.5
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


@cache
def _step_chances() -> NDArray[np.float64]:
    """The learnt odds, cumulated along each row, so that one number draws a step."""
    added = step_odds().cumsum(axis=1)
    return np.asarray(added / added[:, -1:])


def notes_in_bar(brief: Brief) -> float:
    """The number of notes a bar of melody should have: its share of the brief's density, at the ensemble's pace. A line
    that sings has fewer, and the accompaniment more."""
    pace = ensemble(brief.ensemble).pace.notes * (1 - SUNG_THINS * singing(brief.legato))
    return pace * beats_in_bar(brief.meter) * (0.2 + 0.31 * brief.density) * beat_fill(brief.meter)


def invent(
    name: str, brief: Brief, notes_wanted: float, rng: np.random.Generator, others: Iterable[Motif] = ()
) -> Motif:
    """Invent a motif for a brief: rhythm from songs, then the most distinct of several sung contours.

    `others` are the motifs it will stand beside: it repeats none of their rhythms, and moves by step where they leap,
    or the other way round (Narmour 1990: what is opened is to be filled).
    """
    beside = tuple(others)
    heard = [step for motif in beside for step in motif.steps]
    lengths = draw_rhythm(
        brief.meter,
        notes_wanted,
        brief.syncopation,
        brief.tempo_bpm,
        rng,
        distinct=True,
        legato=brief.legato,
        sharp=sharpness(brief.legato, brief.loudness),
        avoid=tuple(motif.lengths for motif in beside),
    )
    lengths = pushed(lengths, brief.meter, brief.syncopation, rng)
    count = len(onsets(lengths)) - 1
    chances = _step_chances()
    widest = len(chances) // 2
    best: tuple[float, tuple[int, ...]] = (-np.inf, ())
    for _ in range(CANDIDATES):
        steps: list[int] = []
        before = 1 if rng.random() < 0.5 + brief.contour / 2 else -1
        for _ in range(count):
            before = int(chances[before + widest].searchsorted(rng.random(), side="right")) - widest
            steps.append(before)
        best = max(best, (_distinctness(steps, heard, brief) + rng.normal(0, 0.3), tuple(steps)))
    return Motif(name, lengths, best[1])


def _distinctness(steps: list[int], heard: list[int], brief: Brief) -> float:
    """How memorable a contour is: a clear span, a turn, the slope asked for; and skips, leaps and repeated notes as
    frequent as in songs, counting the motifs beside it."""
    if not steps:
        return 0.0
    heights = np.cumsum([0, *steps])
    wanted_span = 1.5 + brief.spread_semitones * 0.6
    together = [*heard, *steps]
    skips = sum(abs(s) >= 2 for s in together) / len(together)
    leaps = sum(abs(s) >= 3 for s in together) / len(together)
    repeats = sum(s == 0 for s in together) / len(together)
    wanted_repeats = 0.35 if brief.tension > 0.55 and brief.density > 4 else 0.2  # hammering, Juslin & Laukka 2003
    slope = np.sign(heights[-1]) * brief.contour
    return float(
        -abs(np.ptp(heights) - wanted_span) * 0.6
        - abs(skips - 0.25 - brief.spread_semitones * 0.05) * 2.5
        - abs(leaps - WANTED_LEAPS) * 2.5
        - abs(repeats - wanted_repeats) * 2
        + slope
    )


def inverted(motif: Motif) -> Motif:
    """The same rhythm with every step turned upside down."""
    return replace(motif, name=f"{motif.name} inverted", steps=tuple(-s for s in motif.steps))


def fragmented(motif: Motif, meter: Meter) -> Motif:
    """The motif's head, stated twice: the bar divides at its middle, and the first group of beats comes again.

    A head of one note would say nothing: such a motif stays whole.
    """
    middle, bar = middle_ticks(meter), bar_ticks(meter)
    head = [(tick, min(length, middle - tick)) for tick, length in onsets(motif.lengths) if tick < middle]
    if len(head) < 2:
        return motif
    again = [(tick + middle, min(length, bar - middle - tick)) for tick, length in head if tick + middle < bar]
    steps = motif.steps[: len(head) - 1]
    back = -sum(steps) + (1 if sum(steps) < 0 else -1)  # the second statement starts a step further on
    return Motif(
        f"{motif.name} fragment", _as_rhythm(head + again, bar), (*steps, back, *steps)[: len(head + again) - 1]
    )


def augmented(motif: Motif, meter: Meter) -> tuple[Motif, Motif]:
    """The motif's notes at twice their length, over two bars. One that begins with half a bar's rest is repeated
    unchanged instead, so that no bar stays empty."""
    bar = bar_ticks(meter)
    slow = [(2 * tick, 2 * length) for tick, length in onsets(motif.lengths)]
    first = [(tick, min(length, bar - tick)) for tick, length in slow if tick < bar]
    if not first:
        return motif, motif
    second = [(tick - bar, length) for tick, length in slow if tick >= bar]
    steps = motif.steps[len(first) :]
    held = sum(slow[len(first) - 1]) - bar
    if not second:  # strike the last note of the first bar again, so that no bar stays empty
        second = [(0, bar)]
    elif held > 0:  # likewise, where it would leave a hole by sounding across the bar line
        second, steps = [(0, held), *second], motif.steps[len(first) - 1 :]
    name = f"{motif.name} augmented"
    return (
        Motif(name, _as_rhythm(first, bar), motif.steps[: len(first) - 1]),
        Motif(name, _as_rhythm(second, bar), steps),
    )


def varied(motif: Motif, rng: np.random.Generator) -> Motif:
    """The motif with its rhythm varied: a note is divided, by a neighbour or on the way to the next. If none can be, it
    stays."""
    lengths, steps = list(motif.lengths), list(motif.steps)
    places = [i for i, length in enumerate(lengths) if length in DIVISIONS]
    note_of = np.cumsum([length > 0 for length in lengths]) - 1
    if not places:
        return motif
    place = places[int(rng.integers(len(places)))]
    lengths[place : place + 1] = DIVISIONS[lengths[place]]
    note = int(note_of[place])
    leaving = steps[note] if note < len(steps) else 0
    between = int(np.sign(leaving)) if abs(leaving) >= 2 else (1 if rng.random() < 0.5 else -1)
    steps[note : note + 1] = [between, leaving - between] if note < len(steps) else [between]
    return Motif(f"{motif.name} varied", tuple(lengths), tuple(steps))


def grown(name: str, motif: Motif, rng: np.random.Generator) -> Motif:
    """A new motif that grew from another: its rhythm, a note divided; its steps from the last to the first, so that it
    goes the same way (Schoenberg 1967, ch. 3: what is new develops what was heard)."""
    return replace(varied(replace(motif, steps=motif.steps[::-1]), rng), name=name)


def _as_rhythm(notes: list[tuple[int, int]], bar: int) -> Rhythm:
    """Lengths that fill the bar from (onset, length) pairs, with rests between."""
    lengths, tick = [], 0
    for onset, length in notes:
        if onset > tick:
            lengths.append(tick - onset)
        lengths.append(length)
        tick = onset + length
    if tick < bar:
        lengths.append(tick - bar)
    return tuple(lengths)
