"""A theme that returns → the same theme, varied: passing and neighbouring notes divide its long notes.

Times are ticks from the phrase's start. Onsets, harmony and the notes themselves stay; a note only shares its length
with its ornament, which is always shorter, weaker and a step away from the note it leans on. A theme without long notes
is varied the other way: some short notes between the beats are absorbed by the notes before them.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 17 (variation); Quantz 1752, ch. 13 (divisions).
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from mien.music.draft import Draft
from mien.music.harmony import Slot, slot_at
from mien.music.melody import Sung
from mien.music.rhythm import OFFBEAT, Meter, strength

SHORT_TICKS = 240
"""Notes up to this long may be absorbed by the note before."""

DIVISIBLE_TICKS = (480, 720, 960)
"""Lengths that are divided; longer notes are points of rest, shorter ones move enough already."""


def ornamented(draft: Draft, odds: float, meter: Meter, rng: np.random.Generator) -> Draft:
    """Vary a phrase: divide each note that can be divided with probability `odds`."""
    melody: list[Sung] = []
    for note, following in pairwise(draft.melody):
        joined = note.end_ticks == following.onset_ticks
        divides = note.length_ticks in DIVISIBLE_TICKS and joined and rng.random() < odds
        melody += _divided(note, following, draft.slots, rng) if divides else [note]
    varied = replace(draft, melody=(*melody, draft.melody[-1]))
    return varied if varied.melody != draft.melody else _reduced(draft, odds, meter, rng)


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


def _divided(note: Sung, following: Sung, slots: tuple[Slot, ...], rng: np.random.Generator) -> list[Sung]:
    """A passing note if the line skips a third; a neighbour and back if it moves less; a wider leap stays bare."""
    move = following.step - note.step
    is_dotted = note.length_ticks == 720
    unit = 240 if is_dotted else note.length_ticks // 4
    passing = 240 if is_dotted else note.length_ticks // 2
    chord = slot_at(slots, note.onset_ticks).harmony
    lengths: tuple[int, ...]
    steps: tuple[int, ...]
    if abs(move) == 2:
        lengths, steps = (note.length_ticks - passing, passing), (note.step, note.step + move // 2)
    elif abs(move) <= 1:
        side = 1 if rng.random() < 0.6 else -1
        lengths, steps = (note.length_ticks - 2 * unit, unit, unit), (note.step, note.step + side, note.step)
    else:
        return [note]
    found, tick = [], note.onset_ticks
    for length, step in zip(lengths, steps, strict=True):
        pitch = note.pitch_midi if step == note.step else chord.pitch(step)
        found.append(Sung(tick, length, step, pitch))
        tick += length
    return found
