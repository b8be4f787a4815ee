"""Notes that a face plays itself → page and ports at once, and a place among the notes of the composer.

A note is told with the longest length it may have, and shortened when it is lifted: whatever happens to camera, page or
session in between, it ends. Once a leg of the music is over its notes are laid into it (`with_solo`), so that exports
and a replay hold them where they sounded. Their ids count down from −1: the composer's count up.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mien.live.conductor import Leg
from mien.live.messages import Tell
from mien.live.music_messages import lift_told, rounded_s, strike_told
from mien.live.plan import PlannedNote
from mien.live.player import Player
from mien.live.take import KEPT_S
from mien.music.tune import LONGEST_S
from mien.ports.port import Strike
from mien.values import Note

ALL_KEPT_S = float("inf")
"""A plan from here on replaces nothing."""


class Solo:
    """The notes that the face of one session plays.

    Parameters
    ----------
    tell : where messages go.
    player : who plays on ports.
    """

    def __init__(self, tell: Tell, player: Player) -> None:
        self._tell = tell
        self._player = player
        self._next_id = -1
        self._sounding: PlannedNote | None = None
        self._notes: list[PlannedNote] = []

    @property
    def notes(self) -> Sequence[PlannedNote]:
        """The notes so far; the one that sounds has its longest length."""
        return [*self._notes, self._sounding] if self._sounding else self._notes

    def strike(self, now_s: float, strike: Strike) -> None:
        """Let a note begin; the one before has been lifted."""
        note = PlannedNote(self._next_id, rounded_s(now_s), rounded_s(now_s + LONGEST_S), strike)
        self._sounding, self._next_id = note, self._next_id - 1
        self._player.replace(ALL_KEPT_S, [note], {})
        self._tell(strike_told(note))

    def lift(self, now_s: float) -> PlannedNote | None:
        """Let the note that sounds end; gives it as it sounded, None if none did."""
        note = self._sounding
        if note is None:
            return None
        end_s = rounded_s(min(note.end_s, max(now_s, note.onset_s + 0.001)))
        ended = replace(note, end_s=end_s)
        self._sounding = None
        self._notes = [one for one in self._notes if one.onset_s > now_s - KEPT_S] + [ended]
        self._player.replace(ALL_KEPT_S, [], {note.note_id: end_s})
        self._tell(lift_told({note.note_id: end_s}))
        return ended


def with_solo(leg: Leg, notes: Sequence[PlannedNote]) -> Leg:
    """A leg with the notes that were played while it sounded; a note that outlasts it ends with it."""
    own = [note for note in notes if leg.start_s <= note.onset_s < leg.end_s]
    if not own:
        return leg
    times_s = leg.start_s + leg.played.seconds_at(np.arange(leg.played.length_ticks + 1))
    pairs = list(zip(leg.played.notes, leg.ids, strict=True))
    for note in own:
        onset, end = (int(tick) for tick in np.searchsorted(times_s, (note.onset_s, note.end_s)))
        onset = min(onset, leg.played.length_ticks - 1)
        length = max(1, min(end, leg.played.length_ticks) - onset)
        strike = note.strike
        pairs.append((Note(onset, strike.part, strike.pitch_midi, length, strike.velocity), note.note_id))
    pairs.sort()
    played = replace(leg.played, notes=tuple(note for note, _ in pairs))
    return replace(leg, played=played, ids=tuple(id_ for _, id_ in pairs))
