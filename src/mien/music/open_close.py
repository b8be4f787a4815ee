"""A phrase that closes on the tonic → the same phrase, its melody left open on the third (an imperfect cadence).

Every full close that ends the tune on the tonic is as final as the last one. So inside a piece some do not: where the
melody would step down from the second degree, it steps up to the third instead, over the same chords. The theme is
remembered as it was written, and closes another time.

References: Caplin 1998, *Classical Form* (imperfect and perfect authentic cadences, a closure withheld); Huron 2006,
*Sweet Anticipation*, ch. 9 (where scale degrees lead).
"""

from dataclasses import replace

import numpy as np

from mien.music.draft import Draft, Neighbours, faults_of

ODDS = 0.6
"""How often the full close of a first statement that can stay open does."""


def stays_open(draft: Draft, around: Neighbours, rng: np.random.Generator) -> bool:
    """Whether this statement of a phrase leaves its close open: not the last of the piece, not one that breaks off, and
    none in which a fault of the outer voices would come of it."""
    if around.ends or draft.breaks_off or draft.spec.cadence != "authentic" or rng.random() >= ODDS:
        return False
    opened = left_open(draft)
    return opened is not draft and faults_of(opened, around) <= faults_of(draft, around)


def left_open(draft: Draft) -> Draft:
    """The phrase with its closing note on the third of the last chord, if the melody comes to the tonic from the second
    degree; otherwise the phrase itself."""
    slot, place = draft.slots[-1], _closing_place(draft)
    if not place or draft.melody[place].step % 7 or draft.melody[place - 1].step - draft.melody[place].step != 1:
        return draft
    step = draft.melody[place].step + 2
    third = replace(draft.melody[place], step=step, pitch_midi=slot.harmony.pitch(step))
    if third.pitch_midi > max(note.pitch_midi for note in draft.melody):  # a close is no climax
        return draft
    return replace(draft, melody=(*draft.melody[:place], third, *draft.melody[place + 1 :]))


def _closing_place(draft: Draft) -> int | None:
    """Which note closes the phrase: the last of the longest that begin with or after its last chord, before a pick-up;
    None if there is none."""
    start, end = draft.slots[-1].onset_ticks, draft.pick_up_ticks
    places = [
        place
        for place, note in enumerate(draft.melody)
        if note.onset_ticks >= start and (end is None or note.onset_ticks < end)
    ]
    return max(places, key=lambda place: (draft.melody[place].length_ticks, place), default=None)
