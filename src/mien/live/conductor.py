"""Aim, time → the music to come: the composer on its own clock.

A `Conductor` is endless music laid out in session time: `Leg`s, one a stretch of the journey, each performed and
placed in seconds. Four steps make the next conductor of one: `extended` (compose on), `redirected` (another mood from
a beat on), `cut` (stop at a bar line), `closed` (an ending). All are pure: the same steps from the same seed give the
same notes, which is what a session file holds (`Step`) and `replayed` proves. What was heard is never changed: notes
struck before the beat of a redirection stay, with their ids, but for what comes up to `EARLY_S` before it and belongs
to music that is not played any more.

Times are seconds of the session, ticks count from a leg's start.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mien.ensembles import ensembles
from mien.music.journey.phrases import close, next_phrase
from mien.music.journey.redirect import redirect
from mien.music.journey.state import Journey, at_home
from mien.music.journey.stretch import Stretch
from mien.music.perform import SHORTEST_TICKS, SPREAD_MS, WIDEST_SPREAD, perform
from mien.music.rhythm import bar_ticks, beat_ticks
from mien.values import Affect, Brief, Note, Phrase

MOST_BARS = 8
"""Longest stretch composed at a time: half a minute at most, so that composing never takes long."""

CLOSING_BARS = 2

DISPLACED_TICKS = 40
"""How far a performer moves an onset at most, 14 ms at 200 a minute and more: notes of two performances of the same
music that are nearer than this are the same note."""

EARLY_S = (WIDEST_SPREAD * SPREAD_MS + 2.0) / 1e3
"""What shall change at a beat changes so long before it: a downbeat may be played so early, by the spread of the
players and by what rounding to ticks adds (half a tick is 1.6 ms at 40 a minute). At the beat itself who returns would
lack it, and who rests, or plays other music from there on, would still strike it."""

ANY_PITCH = -1
"""Stands for whatever pitch a part plays."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Where music shall go: the brief, and the affect that asks for it (None: cues alone, or not known)."""

    brief: Brief
    affect: Affect | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: `do` is "next", "redirect", "cut" or "close"; leg and tick say where, `aim` where to."""

    do: str
    leg: int
    tick: int = 0
    aim: Aim | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of the journey, performed.

    Attributes
    ----------
    number : counts the legs from 0.
    before, after : the journey before and after it.
    stretch : as written; `played` as performed, with one of `ids` a note.
    start_s : when its tick 0 falls.
    affects : (tick, the affect that asks for the music from there on), the first at tick 0; see `Aim`.
    """

    number: int
    before: Journey
    after: Journey
    stretch: Stretch
    played: Phrase
    ids: tuple[int, ...]
    start_s: float
    affects: tuple[tuple[int, Affect | None], ...] = ((0, None),)

    @property
    def end_s(self) -> float:
        """When the next leg begins."""
        return self.start_s + self.played.length_s

    def times_s(self, ticks: Sequence[int]) -> list[float]:
        """When each of the ticks falls."""
        return [self.start_s + s for s in self.played.seconds_at(np.array(ticks, dtype=np.int64)).tolist()]

    def beat_ticks(self) -> range:
        """Its beats."""
        return range(0, self.played.length_ticks, beat_ticks(self.played.meter))

    def bar_line(self, tick: int) -> int:
        """The first bar line at `tick` or later; it lies beyond a leg that stops in mid-bar.

        What a bar lacked that was broken off is filled by the leg that follows.
        """
        bar, filled = bar_ticks(self.played.meter), self.before.rest_ticks
        return filled + max(0, -(-(tick - filled) // bar)) * bar


@dataclass(frozen=True, slots=True)
class Conductor:
    """Music laid out in time.

    `journey` stands at the end of the last of `legs`; `start_s` is a time before which nothing begins; `next_id` is
    the id of the next note, `next_leg` the number of the next leg; `has_closed` says that nothing comes after.
    """

    journey: Journey
    start_s: float
    legs: tuple[Leg, ...] = ()
    next_id: int = 1
    next_leg: int = 0
    has_closed: bool = False

    @property
    def end_s(self) -> float:
        """Until when the music is known."""
        return max(self.start_s, self.legs[-1].end_s) if self.legs else self.start_s

    def ends_s(self) -> dict[int, float]:
        """When each known note ends, by id."""
        found: dict[int, float] = {}
        for leg in self.legs:
            ends = leg.times_s([note.end_ticks for note in leg.played.notes])
            found |= dict(zip(leg.ids, ends, strict=True))
        return found

    def beat_from(self, time_s: float) -> tuple[Leg, int] | None:
        """The first beat at `time_s` or later, as leg and tick; None if it lies beyond what is known."""
        for leg in self.legs:
            if leg.end_s <= time_s:
                continue
            beats = leg.beat_ticks()
            for tick, at_s in zip(beats, leg.times_s(beats), strict=True):
                if at_s >= time_s - 1e-9:
                    return leg, tick
        return None

    def bar_line_from(self, time_s: float) -> float:
        """When the first bar line at `time_s` or later falls, or where what is known ends."""
        found = self.beat_from(time_s)
        if found is None:
            return self.end_s
        first, tick = found
        for leg in self.legs:
            line = leg.bar_line(tick if leg is first else 0)
            if leg.number >= first.number and line <= leg.played.length_ticks:
                return leg.times_s([line])[0]
        return self.end_s

    def settled_line_from(self, time_s: float) -> float | None:
        """The first bar line at `time_s` or later, if no beat before it can still turn the tempo and so move it.

        None while one can: who asks again as time passes is told of the line in the end.
        """
        line_s, found = self.bar_line_from(time_s), self.beat_from(time_s)
        if found is None:
            return line_s
        leg, tick = found
        return line_s if leg.times_s([tick])[0] >= line_s - 1e-9 else None

    def beat_s(self, time_s: float) -> float:
        """How long a beat lasts at a time."""
        leg = next((leg for leg in self.legs if leg.end_s > time_s), self.legs[-1] if self.legs else None)
        return 60 / (leg.played.tempo[_step_at(leg, time_s)][1] if leg else self.journey.now.tempo_bpm)


def kept_s(time_s: float) -> float:
    """A time as the session file has it, to the microsecond: what is played must be what is replayed."""
    return round(time_s, 6)


def begin(seed: int, first: Brief, start_s: float, next_id: int = 1) -> Conductor:
    """A conductor who has not begun."""
    return Conductor(Journey(seed, first, leaves_home=True), start_s, next_id=next_id)


def forget(conductor: Conductor, before_s: float) -> Conductor:
    """Drop the legs that ended before a time; the last one stays, since it may still be cut."""
    legs = tuple(leg for leg in conductor.legs[:-1] if leg.end_s > before_s) + conductor.legs[-1:]
    return replace(conductor, legs=legs)


def late(conductor: Conductor, at_s: float) -> Conductor:
    """Let what is composed next begin at a time, because the music has run out before it: nobody plays in the past."""
    return replace(conductor, start_s=at_s)


def extended(conductor: Conductor, aim: Aim) -> Conductor:
    """Compose the next stretch."""
    after, stretch = next_phrase(conductor.journey, lambda _: aim.brief, MOST_BARS)
    return _with_leg(conductor, after, stretch, aim.affect)


def redirected(conductor: Conductor, number: int, tick: int, aim: Aim) -> Conductor:
    """Let the music follow another aim from a beat of a leg on; what was composed beyond that leg is composed anew.

    At tick 0 nothing of the leg has sounded: it is composed anew too.
    """
    kept, leg = _upto(conductor, number)
    if tick == 0:
        return extended(_without(kept, leg), aim)
    after, stretch = redirect(leg.after, leg.stretch, tick, lambda _: aim.brief)
    affects = (*(one for one in leg.affects if one[0] < tick), (tick, aim.affect))
    return _replayed_leg(kept, replace(leg, affects=affects), after, stretch, tick)


def cut(conductor: Conductor, number: int, tick: int) -> Conductor:
    """Stop at the first bar line at `tick` or later; what follows begins a section.

    Where the leg was broken off before that, the cadence that fills its last bar is still played.
    """
    kept, leg = _upto(conductor, number)
    line = leg.bar_line(tick)
    if line == 0:
        return replace(_without(kept, leg), journey=_afresh(leg.before, leg.before.now))
    if line > leg.played.length_ticks and leg.after.rest_ticks:
        filled = extended(replace(kept, journey=leg.after), Aim(leg.after.now, leg.affects[-1][1]))
        return replace(filled, journey=_afresh(filled.journey, filled.journey.now))
    stretch = leg.stretch.until(line)
    now = at_home(leg.after, stretch.briefs[-1][1])
    return _replayed_leg(kept, leg, _afresh(leg.after, now), stretch, min(tick, line))


def closed(conductor: Conductor, aim: Aim) -> Conductor:
    """Compose an ending."""
    stretch = close(conductor.journey, lambda _: aim.brief, CLOSING_BARS)
    return replace(_with_leg(conductor, conductor.journey, stretch, aim.affect, closes=True), has_closed=True)


def stepped(conductor: Conductor, step: Step) -> Conductor:
    """The conductor after a step."""
    if step.do == "cut":
        return cut(conductor, step.leg, step.tick)
    if step.aim is None:
        raise ValueError(f"step '{step.do}' without an aim")
    if step.do == "redirect":
        return redirected(conductor, step.leg, step.tick, step.aim)
    return {"next": extended, "close": closed}[step.do](conductor, step.aim)


def _with_leg(
    conductor: Conductor, after: Journey, stretch: Stretch, affect: Affect | None, *, closes: bool = False
) -> Conductor:
    played = perform(stretch.written, stretch.briefs, closes=closes)
    ids = tuple(range(conductor.next_id, conductor.next_id + len(played.notes)))
    leg = Leg(conductor.next_leg, conductor.journey, after, stretch, played, ids, conductor.end_s, ((0, affect),))
    return replace(
        conductor,
        journey=after,
        legs=(*conductor.legs, leg),
        next_id=conductor.next_id + len(ids),
        next_leg=conductor.next_leg + 1,
    )


def _replayed_leg(conductor: Conductor, leg: Leg, after: Journey, stretch: Stretch, tick: int) -> Conductor:
    """Put another stretch in a leg's place: as it was before `tick`, performed anew from there on."""
    anew = perform(stretch.written, stretch.briefs, closes=False)
    end = anew.length_ticks
    heard = _heard(leg, anew, tick)
    fresh = _fresh(anew.notes, [note for note, _ in heard], tick)
    alone = {part for part, player in ensembles()[anew.ensemble].players.items() if player.monophonic}
    first: dict[tuple[int, int], int] = {}
    for note in fresh:
        first.setdefault((note.part, note.pitch_midi), note.onset_ticks)
        first.setdefault((note.part, ANY_PITCH), note.onset_ticks)

    def until(note: Note) -> int:
        """When a note that was heard ends at the latest: where its key, or its player's only voice, is wanted again."""
        key = (note.part, ANY_PITCH if note.part in alone else note.pitch_midi)
        return min(end, first.get(key, end))

    kept = [(_ending(note, until(note)), id_) for note, id_ in heard]
    pairs = sorted([*kept, *zip(fresh, range(conductor.next_id, conductor.next_id + len(fresh)), strict=True)])
    before = [step for step in leg.played.tempo if step[0] < tick]
    place = bisect_right(anew.tempo, tick, key=lambda step: step[0])
    tempo = (*before, (tick, anew.tempo[place - 1][1]), *anew.tempo[place:])
    played = replace(anew, notes=tuple(note for note, _ in pairs), tempo=tempo)
    changed = replace(leg, after=after, stretch=stretch, played=played, ids=tuple(id_ for _, id_ in pairs))
    return replace(
        conductor, journey=after, legs=(*conductor.legs[:-1], changed), next_id=conductor.next_id + len(fresh)
    )


def _heard(leg: Leg, anew: Phrase, tick: int) -> list[tuple[Note, int]]:
    """The notes of a leg, with their ids, that stay where another performance takes its place from `tick` on.

    Who came early for music that is not played any more has not come yet.
    """
    before = [(note, id_) for note, id_ in zip(leg.played.notes, leg.ids, strict=True) if note.onset_ticks < tick]
    *onsets_s, tick_s = leg.played.seconds_at(np.array([*(note.onset_ticks for note, _ in before), tick])).tolist()
    stays: dict[tuple[int, int], list[int]] = {}
    for note in anew.notes:
        stays.setdefault((note.part, note.pitch_midi), []).append(note.onset_ticks)
    return [
        (note, id_)
        for (note, id_), onset_s in zip(before, onsets_s, strict=True)
        if onset_s < tick_s - EARLY_S or _is_near(note.onset_ticks, stays.get((note.part, note.pitch_midi), ()))
    ]


def _is_near(tick: int, onsets: Iterable[int]) -> bool:
    """Whether a note at `tick` is the same as one of another performance."""
    return any(abs(tick - onset) <= DISPLACED_TICKS for onset in onsets)


def _fresh(anew: Iterable[Note], heard: Sequence[Note], tick: int) -> list[Note]:
    """Notes of a new performance that belong to `tick` or later and were not heard yet.

    A performer plays a little before or after the beat: what stands just before `tick` is new if nobody played it, what
    stands just after it is old if somebody did.
    """
    near: dict[tuple[int, int], list[int]] = {}
    for note in heard:
        if note.onset_ticks >= tick - DISPLACED_TICKS:
            near.setdefault((note.part, note.pitch_midi), []).append(note.onset_ticks)
    fresh = []
    for note in anew:
        onsets = near.get((note.part, note.pitch_midi), ())
        if note.onset_ticks < tick - DISPLACED_TICKS or _is_near(note.onset_ticks, onsets):
            continue
        if note.end_ticks - tick >= SHORTEST_TICKS or note.onset_ticks >= tick:
            onset = max(tick, note.onset_ticks)
            fresh.append(replace(note, onset_ticks=onset, length_ticks=note.end_ticks - onset))
    return sorted(fresh)


def _ending(note: Note, tick: int) -> Note:
    """A note that ends at `tick` if it would sound longer."""
    return replace(note, length_ticks=max(1, min(note.end_ticks, tick) - note.onset_ticks))


def _upto(conductor: Conductor, number: int) -> tuple[Conductor, Leg]:
    """The conductor without the legs beyond a number, and the leg of that number."""
    legs = tuple(leg for leg in conductor.legs if leg.number <= number)
    if not legs or legs[-1].number != number:
        raise ValueError(f"leg {number}: not among those known")
    kept = replace(conductor, legs=legs, start_s=legs[-1].start_s, next_leg=number + 1, has_closed=False)
    return kept, legs[-1]


def _without(conductor: Conductor, leg: Leg) -> Conductor:
    """The conductor before the last leg was composed."""
    return replace(conductor, journey=leg.before, legs=conductor.legs[:-1], start_s=leg.start_s, next_leg=leg.number)


def _afresh(journey: Journey, now: Brief) -> Journey:
    """A journey whose next phrase begins a section, in whatever metre and by whichever players."""
    memory = replace(journey.memory, last=None, joint=None)
    return replace(
        journey,
        now=now,
        memory=memory,
        ahead=(),
        place=0,
        heard_bars=0,
        visit=None,
        last=None,
        is_broken_off=False,
        rest_ticks=0,
    )


def _step_at(leg: Leg, time_s: float) -> int:
    starts = leg.times_s([tick for tick, _ in leg.played.tempo])
    return max(0, bisect_right(starts, time_s) - 1)
