"""What was played, leg by leg → a `Piece` that can be saved: movements of one ensemble and metre each, without a gap.

A leg is kept as it sounded: what was redirected is there in its last version, what was silenced ends where it did.
Live, the last half hour is held and older legs are let go; a replay holds all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mien.account import Moods
from mien.live.conductor import Leg
from mien.music.journey.stretch import join
from mien.music.passage import later
from mien.piece import Piece
from mien.values import Part, Phrase

KEPT_S = 1800.0
GAP_S = 0.05
"""Legs that lie further apart do not follow each other."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Legs of one ensemble and metre, in order, from one seed."""

    seed: int
    legs: tuple[Leg, ...]


Rests = Sequence[tuple[float, frozenset[Part]]]
"""Which parts rest from each time on, session seconds rising, `EARLY_S` before bar lines; none before the first."""


def resting(rests: Rests, time_s: float) -> frozenset[Part]:
    """The parts that rest at a time."""
    return next((parts for from_s, parts in reversed(rests) if from_s <= time_s + 1e-6), frozenset())


def without_resting(leg: Leg, rests: Rests) -> Leg:
    """A leg without the notes of parts that rest when they would begin."""
    if not any(parts for _, parts in rests):
        return leg
    onsets = leg.times_s([note.onset_ticks for note in leg.played.notes])
    heard = [
        (note, id_)
        for note, id_, onset_s in zip(leg.played.notes, leg.ids, onsets, strict=True)
        if note.part not in resting(rests, onset_s)
    ]
    played = replace(leg.played, notes=tuple(note for note, _ in heard))
    return replace(leg, played=played, ids=tuple(id_ for _, id_ in heard))


class Take:
    """The legs of a session.

    Parameters
    ----------
    kept_s : so much of the end is held.
    """

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self.movements: list[Movement] = []
        self._seed = 0
        self._is_new = True

    def begin(self, seed: int) -> None:
        """Let the next leg begin a movement."""
        self._seed, self._is_new = seed, True

    def copy(self) -> "Take":
        """A take that can go on by itself."""
        other = Take(self._kept_s)
        other.movements, other._seed, other._is_new = list(self.movements), self._seed, self._is_new
        return other

    def add(self, leg: Leg, until_s: float) -> Leg | None:
        """Keep a leg as far as it was heard; None if nothing of it was.

        Returns
        -------
        What was kept of it.
        """
        heard = _until(leg, until_s)
        if heard is None:
            return None
        if self._is_new or _begins(self._last, heard):
            self.movements.append(Movement(self._seed, (heard,)))
        else:
            before = self.movements[-1]
            self.movements[-1] = replace(before, legs=(*before.legs, heard))
        self._is_new = False
        self._let_go(heard.end_s - self._kept_s)
        return heard

    def count(self, legs: Iterable[Leg], now_s: float) -> int:
        """How many movements there are now, if these legs follow."""
        count, last, is_new = len(self.movements), self._last, self._is_new
        for leg in legs:
            if leg.start_s < now_s:
                count += is_new or _begins(last, leg)
                last, is_new = leg, False
        return count

    @property
    def _last(self) -> Leg | None:
        return self.movements[-1].legs[-1] if self.movements else None

    def _let_go(self, before_s: float) -> None:
        for index, movement in enumerate(self.movements):
            kept = tuple(leg for leg in movement.legs if leg.end_s >= before_s)
            if len(kept) == len(movement.legs):
                break
            self.movements[index] = replace(movement, legs=kept)
        self.movements = [movement for movement in self.movements if movement.legs]


def _begins(last: Leg | None, leg: Leg) -> bool:
    """Whether a movement begins: another ensemble or metre plays than before, or nothing did (but for the rest of a bar
    that was broken off, which belongs to what it fills)."""
    if last is None or (last.played.ensemble, last.played.meter) != (leg.played.ensemble, leg.played.meter):
        return True
    return leg.start_s > last.end_s + GAP_S and not leg.before.rest_ticks


def piece_of(movement: Movement, name: str) -> Piece:
    """A movement as a piece."""
    legs = movement.legs
    stretch = join([leg.stretch for leg in legs], movement.seed)
    notes, tempo, start = [], [], 0
    for leg in legs:
        notes += later(leg.played.notes, start)
        tempo += [(tick + start, bpm) for tick, bpm in leg.played.tempo]
        start += leg.played.length_ticks
    performed: Phrase = replace(stretch.written, notes=tuple(sorted(notes)), tempo=tuple(tempo))
    return Piece(
        name=name,
        path=_moods(legs),
        brief=stretch.briefs[0][1],
        written=stretch.written,
        performed=performed,
        briefs=stretch.briefs,
    )


def _moods(legs: Sequence[Leg]) -> Moods:
    """What the legs were asked to follow: one affect until the next, so that each change is a leap."""
    moods = [(0.0, legs[0].affects[0][1])]
    for leg in legs:
        affects = [one for one in leg.affects if one[0] < leg.played.length_ticks]
        for at_s, (_, affect) in zip(leg.times_s([tick for tick, _ in affects]), affects, strict=True):
            _, before = moods[-1]
            if affect != before:
                moods += [(at_s - legs[0].start_s, before), (at_s - legs[0].start_s, affect)]
    return tuple(moods)


def _until(leg: Leg, until_s: float) -> Leg | None:
    """A leg as it sounded until a time; its bars stay whole."""
    if until_s >= leg.end_s:
        return leg
    if until_s <= leg.start_s:
        return None
    ticks = np.arange(leg.played.length_ticks + 1)
    tick = int(np.searchsorted(leg.start_s + leg.played.seconds_at(ticks), until_s))
    bar = leg.played.bar_ticks
    end = min(leg.played.length_ticks, -(-max(tick, 1) // bar) * bar)
    stretch = leg.stretch.until(end)
    pairs = [
        (replace(note, length_ticks=max(1, min(note.end_ticks, tick) - note.onset_ticks)), id_)
        for note, id_ in zip(leg.played.notes, leg.ids, strict=True)
        if note.onset_ticks < tick
    ]
    played = replace(
        leg.played,
        notes=tuple(note for note, _ in pairs),
        length_ticks=end,
        tempo=tuple(step for step in leg.played.tempo if step[0] < end),
        chords=stretch.written.chords,
        marks=stretch.written.marks,
    )
    return replace(leg, stretch=stretch, played=played, ids=tuple(id_ for _, id_ in pairs))
