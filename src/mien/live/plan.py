"""Notes that lie in the future → what ports must be told now, with nothing left sounding.

A `Plan` holds notes and other events by session time; `due` gives what has come due, in order: releases, then
instruments and values, then strikes; what was missed altogether stays silent, be it a note, a beat or a pulse of the
clock. A later plan replaces what has not begun; what sounds keeps its release, at its time or another. The ledger pairs
them up.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mien.live.ledger import Ledger
from mien.ports.port import Beat, Event, Program, Pulse, Strike

RELEASE, OTHER, STRIKE = 0, 1, 2
"""Order of what falls at one time."""
LATE_S = 0.25
"""A note that is over before it could be sent, and was due so long ago, is not struck any more, and beats and pulses of
so long ago come no more, rather than all at once: the machine stood still."""


@dataclass(frozen=True, slots=True)
class PlannedNote:
    """A note to come, by session time in seconds."""

    note_id: int
    onset_s: float
    end_s: float
    strike: Strike


_Entry = tuple[float, int, int, PlannedNote | Event | int]


class Plan:
    """What is to sound; not for several threads at a time."""

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._heap: list[_Entry] = []
        self._sounding: dict[int, PlannedNote] = {}
        self._count = 0
        self._foreseen: set[int] = set()

    @property
    def next_s(self) -> float | None:
        """When something comes due, None if nothing will."""
        return self._heap[0][0] if self._heap else None

    def replace(
        self,
        from_s: float,
        notes: Iterable[PlannedNote],
        ends: Mapping[int, float],
        others: Sequence[tuple[float, Event]] = (),
    ) -> None:
        """Let a new plan take the place of all that begins at `from_s` or later.

        Parameters
        ----------
        ends : by id, when notes planned before end now, sooner or later.
        others : what is not a note, with its time.
        """
        kept: list[_Entry] = []
        for time_s, rank, count, what in self._heap:
            if isinstance(what, PlannedNote):
                if time_s < from_s:
                    kept.append((time_s, rank, count, _ending(what, ends.get(what.note_id, what.end_s))))
            elif isinstance(what, int) or time_s < from_s:
                kept.append((time_s, rank, count, what))
        self._heap = kept
        heapq.heapify(self._heap)
        for note_id, end_s in ends.items():
            if note := self._sounding.get(note_id):
                self._sounding[note_id] = ended = _ending(note, end_s)
                self._push(ended.end_s, RELEASE, note_id)
        for note in notes:
            self._push(note.onset_s, STRIKE, note)
        for time_s, event in others:
            self._push(time_s, OTHER, event)

    def due(self, now_s: float) -> list[Event]:
        """What has come due, to be sent in this order. Of beats and pulses that are late only the newest beat is left:
        it says where the music is."""
        events: list[Event] = []
        late: Beat | None = None
        while self._heap and self._heap[0][0] <= now_s:
            time_s, _, _, what = heapq.heappop(self._heap)
            if isinstance(what, PlannedNote):
                if what.end_s <= now_s and what.onset_s < now_s - LATE_S:
                    continue
                events += self._ledger.strike(what.note_id, what.strike)
                self._sounding[what.note_id] = what
                self._push(what.end_s, RELEASE, what.note_id)
            elif isinstance(what, int):
                note = self._sounding.get(what)
                if note and time_s >= note.end_s:  # or its end was put off
                    del self._sounding[what]
                    events += self._ledger.release(what, note.strike.channel, note.strike.pitch_midi)
            elif isinstance(what, Beat | Pulse) and time_s < now_s - LATE_S:
                late = what if isinstance(what, Beat) else late
            else:
                late = None if isinstance(what, Beat) else late
                events.append(what)
        return [late, *events] if late else events

    def coming(self, until_s: float) -> list[PlannedNote | Program]:
        """Notes and instruments that come due until a time, in order, each told once."""
        found = [one for one in self._heap if one[0] <= until_s and isinstance(one[3], PlannedNote | Program)]
        new = sorted(one for one in found if one[2] not in self._foreseen)
        self._foreseen = {count for _, _, count, _ in found}
        return [what for _, _, _, what in new if isinstance(what, PlannedNote | Program)]

    def silence(self) -> list[Event]:
        """Forget all that is to come; what to send so that nothing sounds."""
        self._heap.clear()
        self._sounding.clear()
        return list(self._ledger.silence())

    def _push(self, time_s: float, rank: int, what: PlannedNote | Event | int) -> None:
        self._count += 1
        heapq.heappush(self._heap, (time_s, rank, self._count, what))


def _ending(note: PlannedNote, end_s: float) -> PlannedNote:
    return PlannedNote(note.note_id, note.onset_s, max(note.onset_s, end_s), note.strike)
