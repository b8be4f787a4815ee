"""A theme that returns → the same theme, varied: one kind of figure, drawn for the return, ornaments its long notes.

Times are ticks from the phrase's start. Onsets, harmony and the notes themselves stay (only an appoggiatura comes where
its note did, and the note after it); a note shares its length with its ornament, which is no more than a step away.
A theme without long notes is varied the other way: some short notes between the beats are absorbed by the notes before
them.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 17 (variation: each has a figure of its own);
Quantz 1752, ch. 8 (appoggiaturas), 13 (divisions).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from mien.music.draft import Draft
from mien.music.harmony import Slot, slot_at
from mien.music.melody import Sung
from mien.music.rhythm import BEAT, OFFBEAT, Meter, strength

SHORT_TICKS = 240
"""Notes up to this long may be absorbed by the note before."""

DIVISIBLE_TICKS = range(480, 1441, SHORT_TICKS)
"""Lengths that are divided; longer notes are points of rest, shorter ones move enough already."""

Figured = Sequence[tuple[int, int]]
"""(length, step) of the notes that a note is divided into; none if the figure does not fit."""

Figure = Callable[[Sung, Sung, Meter], Figured]


def figures_in_turn(rng: np.random.Generator) -> tuple[Figure, ...]:
    """All kinds in the order in which a return prefers them; a phrase takes the first that fits it."""
    return tuple(FIGURES[int(kind)] for kind in rng.permutation(len(FIGURES)))


def ornamented(draft: Draft, odds: float, meter: Meter, figures: Sequence[Figure], rng: np.random.Generator) -> Draft:
    """Vary a phrase by one kind of figure: divide with probability `odds` each note that it fits, only one note by a
    neighbour. If none is divided, the phrase is reduced."""
    for figure in figures:
        fits = [place for place in range(len(draft.melody) - 1) if _figured(draft, place, figure, meter)]
        if not fits:
            continue
        chosen = {place for place in fits if rng.random() < odds}
        if figure is _neighbour and chosen:
            chosen = {fits[int(rng.integers(len(fits)))]}
        if not chosen:
            break
        melody: list[Sung] = []
        for place, note in enumerate(draft.melody):
            melody += _sung(note, _figured(draft, place, figure, meter), draft.slots) if place in chosen else [note]
        return replace(draft, melody=tuple(melody))
    return _reduced(draft, odds, meter, rng)


def _figured(draft: Draft, place: int, figure: Figure, meter: Meter) -> Figured:
    """The figure on a note of the phrase, if it fits: on a long note that is joined to the next, neither the closing
    note nor part of the pick-up after it, and not above the highest note, which stays the climax."""
    note, following = draft.melody[place : place + 2]
    is_led = draft.pick_up_ticks is not None and note.end_ticks >= draft.pick_up_ticks
    if note.length_ticks not in DIVISIBLE_TICKS or note.end_ticks != following.onset_ticks or is_led:
        return ()
    figured = figure(note, following, meter)
    top = max(one.step for one in draft.melody)
    return figured if all(step <= top - (step != note.step) for _, step in figured) else ()


def _sung(note: Sung, figured: Figured, slots: tuple[Slot, ...]) -> list[Sung]:
    """The notes of a figure."""
    chord = slot_at(slots, note.onset_ticks).harmony
    found, tick = [], note.onset_ticks
    for length, step in figured:
        found.append(Sung(tick, length, step, note.pitch_midi if step == note.step else chord.pitch(step)))
        tick += length
    return found


def _half(note: Sung) -> int:
    """Length of the weak end of a note that is divided in two: half of it or less, up to a quarter note."""
    return min(480, note.length_ticks // 2 // SHORT_TICKS * SHORT_TICKS)


def _passing(note: Sung, following: Sung, _: Meter) -> Figured:
    """A skip of a third is filled; a fourth is filled by two notes."""
    move = following.step - note.step
    weak, way = _half(note), 1 if move > 0 else -1
    if abs(move) == 2:
        return (note.length_ticks - weak, note.step), (weak, note.step + way)
    if abs(move) == 3 and weak >= SHORT_TICKS:
        return (
            (note.length_ticks - weak, note.step),
            (weak // 2, note.step + way),
            (weak // 2, note.step + 2 * way),
        )
    return ()


def _neighbour(note: Sung, following: Sung, _: Meter) -> Figured:
    """A step up and back, before a note that is no leap away."""
    unit = 240 if note.length_ticks > 480 else note.length_ticks // 4
    if abs(following.step - note.step) > 1:
        return ()
    return (note.length_ticks - 2 * unit, note.step), (unit, note.step + 1), (unit, note.step)


def _appoggiatura(note: Sung, following: Sung, meter: Meter) -> Figured:
    """The note a step above leans on a note that begins on a beat, and takes its first part."""
    if strength(note.onset_ticks, meter) < BEAT or following.step == note.step + 1:
        return ()
    weak = _half(note)
    return (note.length_ticks - weak, note.step + 1), (weak, note.step)


def _anticipation(note: Sung, following: Sung, _: Meter) -> Figured:
    """A step is anticipated: the next pitch comes a moment early, and is then repeated on its beat."""
    if abs(following.step - note.step) != 1:
        return ()
    weak = 240 if note.length_ticks > 480 else note.length_ticks // 4
    return (note.length_ticks - weak, note.step), (weak, following.step)


def _escape(note: Sung, following: Sung, _: Meter) -> Figured:
    """A step down is left by a step up first, so that the line skips down to its goal."""
    if following.step - note.step != -1:
        return ()
    weak = _half(note)
    return (note.length_ticks - weak, note.step), (weak, note.step + 1)


def _throb(note: Sung, following: Sung, meter: Meter) -> Figured:
    """A long note that begins on a beat is struck again, unless the next repeats it anyway."""
    if note.length_ticks < 720 or strength(note.onset_ticks, meter) < BEAT or following.step == note.step:
        return ()
    weak = _half(note)
    return (note.length_ticks - weak, note.step), (weak, note.step)


FIGURES: tuple[Figure, ...] = (_passing, _neighbour, _appoggiatura, _anticipation, _escape, _throb)
"""The kinds of which a return takes one."""


def _reduced(draft: Draft, odds: float, meter: Meter, rng: np.random.Generator) -> Draft:
    """Let one short note between beats be absorbed by the note before, and each other one with half the probability."""
    melody = draft.melody
    short = [
        place
        for place, (before, note) in enumerate(pairwise(melody), 1)
        if note.length_ticks <= SHORT_TICKS
        and strength(note.onset_ticks, meter) == OFFBEAT
        and before.end_ticks == note.onset_ticks
        and place < len(melody) - 1
    ]
    if not short:
        return draft
    taken = {short[int(rng.integers(len(short)))], *(place for place in short if rng.random() < odds / 2)}
    kept: list[Sung] = []
    for place, note in enumerate(melody):
        if place in taken:
            kept[-1] = replace(kept[-1], length_ticks=note.end_ticks - kept[-1].onset_ticks)
        else:
            kept.append(note)
    return replace(draft, melody=tuple(kept))
