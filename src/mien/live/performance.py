"""Aims in time → music told to the page, planned for the ports, and kept: the structure clock.

`advance` is called some thirty times a second with the aim that is wanted. It lets the conductor compose on, sends
music on its way again when the aim has moved, and stops at bar lines where ensemble or metre shall change. What is
told replaces what was told before from a time on (`from_s`), never less than a beat ahead. Nothing here waits, draws
or reads a clock: the same calls give the same music.

Times are session seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from mien.ensembles import ensemble
from mien.live.conductor import EARLY_S, Aim, Conductor, Leg, Step, begin, forget, kept_s, late, stepped
from mien.live.messages import Tell
from mien.live.music_messages import hush_told, notes_told, programs_of, set_up_told
from mien.live.plan import PlannedNote
from mien.live.player import Player
from mien.live.schedule import beats_along, names_along, planned_notes, pulses_along
from mien.live.set_ups import SetUp, SetUps, set_ups_of
from mien.live.solo import Solo, with_solo
from mien.live.take import Movement, Take, resting, without_resting
from mien.music.brief import with_tonic_named
from mien.music.journey.steer import FRAME, KEY, distance
from mien.music.midi import channels
from mien.music.tune import pitch_of
from mien.ports.port import Beat, Event, Strike, Transport, part_word
from mien.values import Brief, Part

START_S = 0.35
"""From the wish to the first note: time for page and ports to get ready."""
AHEAD_S = 6.0
"""Music is known at least so far ahead: that is what plays on while a socket is away."""
READY_S = 0.01
"""Who follows a clock is told to start so long before its first pulse."""
MARGIN_S = 0.25
"""What is changed lies this much more than a beat ahead: for composing and the way to the page."""
DECIDE_S = 0.4
"""The least time between two changes of course."""
WORTH_TURNING = 0.015
"""Shares of a field's span by which an aim must have moved."""


Timed = tuple[float, Event]
"""When, and what."""
NO_ENDS: Mapping[int, float] = {}


@dataclass(frozen=True, slots=True)
class Ahead:
    """What begins at `from_s` or later: who plays, notes and beats; and by id, when notes of before end now."""

    from_s: float
    set_ups: Sequence[SetUp]
    notes: Sequence[PlannedNote]
    beats: Sequence[tuple[float, Beat]]
    ends: Mapping[int, float]


class Keeper(Protocol):
    """Who writes down what happens (see `mien.live.session_file`)."""

    def keep(self, kind: str, time_s: float, **what: Any) -> None:
        """Keep one thing that happened."""
        ...


class Performance:
    """The music of one session.

    Parameters
    ----------
    tell : where messages go.
    player : who plays on ports.
    keeper : who writes down the steps.
    """

    def __init__(self, tell: Tell, player: Player, keeper: Keeper) -> None:
        self._tell = tell
        self._player = player
        self._keeper = keeper
        self._conductor: Conductor | None = None
        self._aim: Aim | None = None
        self._decided_s = 0.0
        self._set_ups = SetUps()
        self._next_id = 1
        self._bar = (1, 0)
        self._ticks = 0
        self._rests: list[tuple[float, frozenset[Part]]] = []
        self._solo = Solo(tell, player)
        self.take = Take()
        self.led_s: float | None = None
        """From the last decision to the first note that obeys it."""

    @property
    def is_playing(self) -> bool:
        """Whether music sounds or is about to."""
        return self._conductor is not None

    @property
    def is_closing(self) -> bool:
        """Whether it is coming to its end."""
        return self._conductor is not None and self._conductor.has_closed

    @property
    def aim(self) -> Aim | None:
        """Where the music goes to, None while nothing plays."""
        return self._aim if self._conductor else None

    def set_up_at(self, now_s: float) -> SetUp | None:
        """Since when which ensemble plays."""
        return self._set_ups.at(now_s) if self._conductor else None

    def brief_at(self, now_s: float) -> Brief | None:
        """The brief in force."""
        if self._conductor is None:
            return None
        for leg in self._conductor.legs:
            if leg.end_s > now_s:
                ticks = [tick for tick, _ in leg.stretch.briefs]
                heard = [tick for tick, at_s in zip(ticks, leg.times_s(ticks), strict=True) if at_s <= now_s]
                return leg.stretch.brief_at(heard[-1] if heard else 0)
        return self._aim.brief if self._aim else None

    def start(self, now_s: float, seed: int, wanted: Aim, rests: frozenset[Part] = frozenset()) -> None:
        """Begin, with some parts at rest; what plays is ended at once."""
        if self._conductor:
            self.silence(now_s, "restart")
        self._conductor = begin(seed, wanted.brief, now_s + START_S, self._next_id)
        self._aim, self._decided_s = wanted, now_s
        self._set_ups, self._ticks, self._bar = SetUps(), 0, (1, 0)
        self._rests.clear()
        self.take.begin(seed)
        self._keeper.keep("start", now_s, seed=seed, brief=wanted.brief, next_id=self._next_id)
        if rests:
            self._keep_rest(kept_s(now_s), rests)
        self._compose_on(now_s)
        start_s = self._conductor.start_s
        self._announce(start_s, {}, [(start_s - READY_S, Transport(runs=True))])

    def advance(self, now_s: float, wanted: Aim) -> None:
        """Let time pass: keep the music ahead of it, and on its way to where it is wanted."""
        if self._conductor is None:
            return
        self._forget(now_s)
        if self._conductor.has_closed:
            if now_s >= self._conductor.end_s:
                self._finish(self._conductor.end_s)
            return
        self._go_on(now_s)
        if self._aim is None or self._wants_turn(now_s, self._aim, wanted):
            self._turn(now_s, wanted)
        else:
            self._aim = _spelled_as(wanted.brief, self._aim)
            end_s = self._conductor.end_s
            if self._compose_on(now_s):
                self._announce(end_s, {})

    def close(self, now_s: float, wanted: Aim) -> None:
        """Bring the music to an end from the next bar line on."""
        if self._conductor is None or self._conductor.has_closed:
            return
        self._go_on(now_s)
        self._change(now_s, wanted, ("cut", "close"))

    def silence(self, now_s: float, why: str) -> None:
        """End at once: no note sounds on, what was to come is forgotten."""
        self.lift(now_s)
        self._player.silence(panic=why == "panic")
        self._player.send([Transport(runs=False)])
        self._tell(hush_told(now_s, why))
        if self._conductor:
            now_s = kept_s(now_s)
            self._keeper.keep("silence", now_s, why=why)
            self._finish(now_s)

    def resume(self, now_s: float) -> None:
        """Tell a page that was away all that still lies ahead."""
        if self._conductor and self._conductor.legs:
            self._tell_ahead(self._ahead(now_s, set_ups_of(self._conductor.legs, now_s, None)))

    def plan_anew(self, now_s: float) -> None:
        """Plan for ports that were another's all that still lies ahead; the page knows of it."""
        if self._conductor and self._conductor.legs:
            self._plan(self._ahead(now_s, set_ups_of(self._conductor.legs, now_s, None)))

    def heard(self, now_s: float) -> list[Movement]:
        """What was played until now, movement by movement."""
        so_far = self.take.copy()
        for leg in self._conductor.legs if self._conductor else ():
            so_far.add(self._heard(leg), now_s)
        return so_far.movements

    def movements(self, now_s: float) -> int:
        """How many movements `heard` would give."""
        return self.take.count(self._conductor.legs if self._conductor else (), now_s)

    def strike(self, now_s: float, degree: int, velocity: int) -> None:
        """Let the player's own note begin, a degree of the scale in force, if the composer's melody makes room."""
        brief = self.brief_at(now_s)
        if self._conductor is None or brief is None or Part.MELODY not in resting(self._rests, now_s):
            return
        self.lift(now_s)
        channel = channels(ensemble(brief.ensemble).players)[Part.MELODY]
        pitch = pitch_of(degree, brief.tonic_pc, brief.mode)
        self._solo.strike(now_s, Strike(channel, Part.MELODY, pitch, velocity))

    def lift(self, now_s: float) -> None:
        """Let the player's own note end, if one sounds."""
        if note := self._solo.lift(now_s):
            self._keeper.keep("tune", note.onset_s, note=note)

    def rest(self, now_s: float, parts: frozenset[Part]) -> None:
        """Let some parts rest, and all others play, from the next bar line that is far enough ahead. To be asked again
        and again: a line that a turn of the tempo may still move is waited for."""
        if self._conductor is None or parts == (self._rests[-1][1] if self._rests else frozenset()):
            return
        self._go_on(now_s)
        conductor = self._known()
        line_s = conductor.settled_line_from(now_s + conductor.beat_s(now_s) + MARGIN_S)
        if line_s is not None:
            from_s = kept_s(line_s - EARLY_S)
            self._keep_rest(from_s, parts)
            self._announce(from_s, {})

    def _keep_rest(self, from_s: float, parts: frozenset[Part]) -> None:
        self._rests.append((from_s, parts))
        self._keeper.keep("rest", from_s, parts=sorted(map(part_word, parts)))

    def _wants_turn(self, now_s: float, aim: Aim, wanted: Aim) -> bool:
        if now_s - self._decided_s < DECIDE_S:
            return False
        here, there = aim.brief, wanted.brief
        return _differ(here, there, (*KEY, *FRAME)) or distance(here, there) > WORTH_TURNING

    def _turn(self, now_s: float, wanted: Aim) -> None:
        is_frame = self._aim is not None and _differ(self._aim.brief, wanted.brief, FRAME)
        self._change(now_s, wanted, ("cut", "next") if is_frame else ("redirect",))

    def _change(self, now_s: float, wanted: Aim, steps: tuple[str, ...]) -> None:
        """Take steps from the first beat on that is far enough ahead, and tell what is new."""
        conductor = self._known()
        self._aim, self._decided_s = wanted, now_s
        from_s = now_s + conductor.beat_s(now_s) + MARGIN_S
        found = conductor.beat_from(from_s)
        before = conductor.ends_s()
        if found is None:
            from_s = conductor.end_s
            steps = tuple(step for step in steps if step in ("next", "close")) or ("next",)
            leg_number, tick = conductor.next_leg, 0
        else:
            leg, tick = found
            leg_number, from_s = leg.number, leg.times_s([tick])[0]
        for do in steps:
            is_place = do in ("cut", "redirect")
            self._step(Step(do, leg_number if is_place else 0, tick if is_place else 0, wanted), now_s)
        self._compose_on(now_s)
        self.led_s = from_s - now_s
        after = self._known().ends_s()
        ends = {id_: end for id_, end in after.items() if abs(end - before.get(id_, end)) > 1e-6}
        self._announce(from_s - EARLY_S, ends)

    def _known(self) -> Conductor:
        if self._conductor is None:
            raise ValueError("nothing plays")
        return self._conductor

    def _go_on(self, now_s: float) -> None:
        """Where the music has run out, because the program stood still for longer than `AHEAD_S`, let it go on now."""
        conductor = self._known()
        if conductor.end_s < now_s and not conductor.has_closed:
            at_s = kept_s(now_s + START_S)
            self._conductor = late(conductor, at_s)
            self._keeper.keep("gap", at_s)

    def _compose_on(self, now_s: float) -> bool:
        """Compose until enough lies ahead; whether there was need."""
        was_short = False
        while not self._known().has_closed and self._known().end_s < now_s + AHEAD_S and self._aim:
            self._step(Step("next", 0, 0, self._aim), now_s)
            was_short = True
        return was_short

    def _step(self, step: Step, now_s: float) -> None:
        self._conductor = stepped(self._known(), step)
        self._next_id = self._conductor.next_id
        self._keeper.keep("step", now_s, step=step)

    def _announce(self, from_s: float, ends: Mapping[int, float], before: Sequence[Timed] = ()) -> None:
        """Tell page and ports what begins at `from_s` or later, and ports what comes right before."""
        ahead = self._ahead(from_s, self._set_ups.anew(self._known().legs, from_s), ends)
        self._plan(ahead, before)
        self._tell_ahead(ahead)

    def _ahead(self, from_s: float, set_ups: Sequence[SetUp], ends: Mapping[int, float] = NO_ENDS) -> Ahead:
        """What lies ahead from a time on."""
        legs = self._known().legs
        notes = planned_notes((without_resting(leg, self._rests) for leg in legs), from_s)
        beats = [beat for beat in beats_along(legs, *self._bar) if beat[0] >= from_s - 1e-9]
        return Ahead(from_s, set_ups, notes, beats, ends)

    def _tell_ahead(self, ahead: Ahead) -> None:
        """Tell the page what lies ahead."""
        legs = self._known().legs
        for set_up in ahead.set_ups:
            self._tell(set_up_told(set_up.at_s, ensemble(set_up.ensemble)))
        self._tell(notes_told(legs, ahead.from_s, ahead.notes, ahead.ends, ahead.beats))

    def _plan(self, ahead: Ahead, before: Sequence[Timed] = ()) -> None:
        """Plan for the ports what lies ahead, and what comes right before."""
        programs = [
            (set_up.at_s, program) for set_up in ahead.set_ups for program in programs_of(ensemble(set_up.ensemble))
        ]
        names = names_along(self._known().legs, ahead.from_s)
        others = [*before, *ahead.beats, *names, *self._timing(ahead.from_s), *programs]
        self._player.replace(ahead.from_s, ahead.notes, ahead.ends, others)

    def _timing(self, from_s: float) -> list[Timed]:
        """The clock's pulses from a time on, and its stop where the music ends."""
        legs = self._known().legs if self._player.keeps_time else ()
        found: list[Timed] = [*pulses_along(legs, self._ticks, from_s)]
        return [*found, (self._known().end_s, Transport(runs=False))] if self._known().has_closed else found

    def _forget(self, now_s: float) -> None:
        """Keep legs that are over in the take, and let the conductor forget them."""
        conductor = self._known()
        kept = forget(conductor, now_s)
        gone = conductor.legs[: len(conductor.legs) - len(kept.legs)]
        for leg in gone:
            self._keep_leg(leg, leg.end_s)
            self._ticks += leg.played.length_ticks
            bars, ticks = divmod(self._bar[1] + leg.played.length_ticks, leg.played.bar_ticks)
            self._bar = (self._bar[0] + bars, ticks)
        self._conductor = kept

    def _keep_leg(self, leg: Leg, until_s: float) -> None:
        if kept := self.take.add(self._heard(leg), until_s):
            for note in planned_notes([kept], 0.0):
                self._keeper.keep("note", note.onset_s, note=note)

    def _heard(self, leg: Leg) -> Leg:
        """A leg without what rested, with what the player played."""
        return with_solo(without_resting(leg, self._rests), self._solo.notes)

    def _finish(self, until_s: float) -> None:
        """Keep what was heard, and play no more."""
        self.lift(until_s)
        for leg in self._known().legs:
            self._keep_leg(leg, until_s)
        self._conductor, self._aim = None, None


def _differ(one: Brief, other: Brief, fields: Iterable[str]) -> bool:
    """Whether two briefs differ in one of these fields."""
    return any(getattr(one, name) != getattr(other, name) for name in fields)


def _spelled_as(wanted: Brief, aim: Aim) -> Aim:
    """What the music goes to, its tonic spelled as it is asked for now: that moves no note, and redirects nothing."""
    if aim.brief.tonic_pc != wanted.tonic_pc or aim.brief.tonic_fifths == wanted.tonic_fifths:
        return aim
    return replace(aim, brief=with_tonic_named(replace(aim.brief, tonic_fifths=wanted.tonic_fifths)))
