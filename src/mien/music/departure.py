"""A phrase that follows some song for twelve notes → the same phrase, turned elsewhere by changing few of its notes.

The composer prefers drafts that copy nobody (`mien.music.originality`). What remains arises where phrases join, where a
pick-up leads on, or where an ornament divides a note. The weakest note of a known run moves by a few steps.

References: those of `originality`.
"""

from dataclasses import replace

import numpy as np

from mien.music.draft import Draft
from mien.music.harmony import slot_at
from mien.music.originality import RUN_NOTES, is_known
from mien.music.rhythm import Meter, strength

TURNS = (1, -1, 2, -2, 3, -3)
"""Steps by which a note may move to leave a known run, nearest first."""


def departed(draft: Draft, heard: tuple[int, ...], meter: Meter) -> Draft:
    """The phrase with as few notes changed as it takes to leave its known runs, as far as that succeeds. Most have
    none.

    Parameters
    ----------
    heard : the pitches right before it, `RUN_NOTES` − 1 at most.
    """
    while (known := is_known([*heard, *(n.pitch_midi for n in draft.melody)])).any():
        start = int(np.argmax(known)) - len(heard)
        inside = range(max(0, start), min(start + RUN_NOTES, len(draft.melody) - 1))
        weakest = sorted(inside, key=lambda i: (strength(draft.melody[i].onset_ticks, meter), i == 0, -i))
        tries = (_turned(draft, place, by) for place in weakest for by in TURNS)
        fewer = (one for one in tries if is_known([*heard, *(n.pitch_midi for n in one.melody)]).sum() < known.sum())
        changed = next(fewer, None)
        if changed is None:
            return draft
        draft = changed
    return draft


def _turned(draft: Draft, place: int, by: int) -> Draft:
    """The phrase with one note moved by this many steps."""
    note = draft.melody[place]
    chord = slot_at(draft.slots, note.onset_ticks).harmony
    moved = replace(note, step=note.step + by, pitch_midi=chord.pitch(note.step + by))
    return replace(draft, melody=(*draft.melody[:place], moved, *draft.melody[place + 1 :]))
