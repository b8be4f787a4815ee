"""Where a piece has its highpoint, and the last phrase there → the same phrase, rising above everything heard so far.

A piece has one registral peak. Loud music drives to its end: the theme's last return rises. Quiet music opens out in
the contrast before that return and comes home as it set out: it has few notes, and any that a return changed would be
missed as the motifs come back. The phrase begins unchanged. Its last bar but one (and half of the bar before it, if
that makes a better way up) climbs to a note higher than any before, preferably a long one, and the close comes down
from there. Rhythm, harmony and bass stay. If the player has no room above, the phrase stays as it is. Times are ticks
from the phrase's start, pitches MIDI with the tonic at 60 mod 12.

References: Huron 1996, "The melodic arch in Western folksongs"; Agawu 2009, *Music as Discourse*, ch. 2 (highpoints);
Eitan 1997, *Highpoints: A Study of Melodic Peaks*.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf

import numpy as np

from mien.music.draft import GOOD_ENOUGH, Compass, Draft, Neighbours, closing_letters, faults_of, sung_at
from mien.music.form import FIRST_THEME, HEIGHT_ENERGY, SectionSpec
from mien.music.harmony import Outer, slot_at
from mien.music.melody import Range, Sung, Syllable, sing
from mien.music.rhythm import bar_ticks, middle_ticks, strength
from mien.values import Brief

LOUD = 0.5
"""Loudness of a brief from which the height lies in the last return."""

BEYOND_STEPS = 4
"""The peak is the lowest chord tone among this many steps above the highest pitch so far."""

PULL_STEPS = 4
"""The line is drawn to a place this many steps above the peak, lest it fall short."""

TRIES = 6

WIDEST_LEAP = 12
"""The widest leap of the line on its way up and down, in semitones."""


def with_height(sections: Sequence[SectionSpec], loudness: float) -> tuple[SectionSpec, ...]:
    """Choose the section that is the height of a piece, if its theme returns at all."""
    returns = [place for place, section in enumerate(sections) if section.theme == FIRST_THEME and section.turn]
    if not returns:
        return tuple(sections)
    contrasts = [place for place in range(returns[-1]) if sections[place].is_contrast]
    height = contrasts[-1] if contrasts and loudness < LOUD else returns[-1]
    raised = replace(sections[height], energy=HEIGHT_ENERGY, is_height=True)
    return (*sections[:height], raised, *sections[height + 1 :])


def heightened(
    draft: Draft,
    brief: Brief,
    compass: Compass,
    around: Neighbours,
    highest_midi: int,
    rng: np.random.Generator,
) -> Draft:
    """Raise the climax of a phrase above `highest_midi` and its own notes, if the melody's player has room there.

    Parameters
    ----------
    around : the phrases around it; the way up with the fewest faults is taken.
    highest_midi : the highest pitch of the melody before the phrase.
    """
    highest_midi = max([highest_midi, *(note.pitch_midi for note in draft.melody)])
    closes = draft.melody[-1].onset_ticks // bar_ticks(brief.meter)  # a melody may close before its phrase is over
    bar = (closes - 1) * bar_ticks(brief.meter)
    faults, found = inf, draft
    for start in (bar, bar - bar_ticks(brief.meter) + middle_ticks(brief.meter)):
        for raised in _raised_from(start, bar, draft, brief, compass, highest_midi, rng, ends=around.ends):
            faults, found = min((faults, found), (faults_of(raised, around), raised), key=lambda pair: pair[0])
        if faults < GOOD_ENOUGH:
            break
    return found


def _raised_from(
    start: int,
    bar: int,
    draft: Draft,
    brief: Brief,
    compass: Compass,
    highest_midi: int,
    rng: np.random.Generator,
    *,
    ends: bool,
) -> list[Draft]:
    """The phrase, sung anew from tick `start` on, with its peak in the bar that begins at tick `bar`: every version
    found, none if there is no way up."""
    kept = [note for note in draft.melody if note.onset_ticks < start]
    anew = [note for note in draft.melody if note.onset_ticks >= start]
    end = bar + bar_ticks(brief.meter)
    climbing = [place for place, note in enumerate(anew[:-1]) if bar <= note.onset_ticks < end]
    if not kept:
        return []
    slot = slot_at(draft.slots, start - 1)
    joint = Outer(sung_at(kept, slot), slot.bass_midi)
    letters = closing_letters(draft.spec, draft.slots[-1], None)
    for peak in sorted(climbing, key=lambda i: (-anew[i].length_ticks, -strength(anew[i].onset_ticks, brief.meter))):
        summit = _summit(draft, anew[peak].onset_ticks, compass, highest_midi)
        if summit is None:
            continue
        places = [-1, peak, len(anew) - 1]
        arch = np.interp(range(len(anew)), places, [kept[-1].step, summit + PULL_STEPS, anew[-1].step])
        syllables = _syllables(anew, peak, summit, ends=ends)
        span = Range(compass.melody.low, summit)
        lines = [
            sing(brief, span, syllables, list(draft.slots), tuple(kept[-2:]), joint, arch, letters, rng)
            for _ in range(TRIES)
        ]
        raised = [
            replace(draft, melody=(*kept, *line), is_height=True)
            for line in lines
            if max(note.pitch_midi for note in line) > highest_midi and _is_singable([kept[-1], *line])
        ]
        if raised:
            return raised
    return []


def _syllables(anew: list[Sung], peak: int, summit: int, *, ends: bool) -> list[Syllable]:
    """The notes to be found anew: each keeps its own step, except those to and from the peak."""
    steps = [None, *(after.step - before.step for before, after in pairwise(anew))]
    last = len(anew) - 1
    return [
        Syllable(
            note.onset_ticks,
            note.length_ticks,
            None if place in (peak, peak + 1) else steps[place],
            summit if place == peak else None,
            closes=place == last,
            ends=ends and place == last,
        )
        for place, note in enumerate(anew)
    ]


def _summit(draft: Draft, tick: int, compass: Compass, highest_midi: int) -> int | None:
    """The step to rise to at a tick, None if no chord tone lies within reach above the highest pitch so far."""
    chord = slot_at(draft.slots, tick).harmony
    above = [step for step in range(compass.melody.low, compass.summit + 1) if chord.pitch(step) > highest_midi]
    return next((step for step in above[:BEYOND_STEPS] if chord.pitch(step) % 12 in chord.pcs), None)


def _is_singable(line: list[Sung]) -> bool:
    """Whether no leap is too wide."""
    return all(abs(after.pitch_midi - before.pitch_midi) <= WIDEST_LEAP for before, after in pairwise(line))
