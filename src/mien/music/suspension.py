"""A phrase → the same phrase with some notes held into the next chord, where they resolve by falling a step.

The melody would otherwise begin a note on every downbeat; songs sound across one bar line in fourteen, most often so.
The accompaniment has suspensions of its own (`mien.music.texture.suspensions`).

References: Aldwell, Schachter & Cadwallader 2010, ch. 21 (preparation, suspension, resolution); Huron 2006, *Sweet
Anticipation*, ch. 15 (what a delayed expectation is felt as).
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from mien.music.draft import Draft, Neighbours, faults_of
from mien.music.rhythm import beat_ticks, division_ticks
from mien.values import Brief

ODDS, TENSION_ODDS = 0.25, 0.5
"""How often a note that can be held into the next chord is, and what full tension adds."""


def suspended(draft: Draft, brief: Brief, around: Neighbours, rng: np.random.Generator) -> Draft:
    """Hold notes of the melody into a chord to which they are foreign, where they fall from there by step to a tone of
    the chord that is at least a beat long, and no fault of the outer voices comes of it. The phrase keeps its notes."""
    beat = beat_ticks(brief.meter)
    part = division_ticks(brief.meter)
    starts = {slot.onset_ticks: slot.harmony for slot in draft.slots[:-1]}  # the close is struck with the bass
    faults = None
    for place, (held, resolution) in enumerate(pairwise(draft.melody)):
        chord = starts.get(resolution.onset_ticks)
        falls = held.end_ticks == resolution.onset_ticks and held.step - resolution.step == 1
        if chord is None or not falls or resolution.length_ticks < beat:
            continue
        if held.pitch_midi % 12 in chord.pcs or resolution.pitch_midi % 12 not in chord.pcs:
            continue
        if rng.random() < ODDS + TENSION_ODDS * brief.tension:
            late = beat if resolution.length_ticks >= 2 * beat else part
            changed = _delayed(draft, place, late)
            faults = faults_of(draft, around) if faults is None else faults
            if faults_of(changed, around) <= faults:
                draft = changed
    return draft


def _delayed(draft: Draft, place: int, late: int) -> Draft:
    """The phrase with a note so many ticks longer, at the cost of the next."""
    melody = list(draft.melody)
    held, resolution = melody[place : place + 2]
    melody[place] = replace(held, length_ticks=held.length_ticks + late)
    melody[place + 1] = replace(
        resolution, onset_ticks=resolution.onset_ticks + late, length_ticks=resolution.length_ticks - late
    )
    return replace(draft, melody=tuple(melody))
