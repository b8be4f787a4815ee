"""No stuck notes: whatever happens in whatever order, every strike gets its release, on ports and on the page."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mien.circumplex import affect_at, affect_of
from mien.clock import OfflineClock
from mien.live.conductor import EARLY_S, Aim
from mien.live.performance import AHEAD_S, MARGIN_S, Performance
from mien.live.player import RETRY_S, Player
from mien.live.schedule import planned_notes
from mien.live.seats import resting_parts
from mien.live.session_file import SessionFile, differences, parse_session, replayed
from mien.live.take import piece_of
from mien.music.brief import brief_from_affect
from mien.ports.port import Event, Named, PortLost, Release, SilentTwin, Strike
from mien.values import Brief, Part

MOODS = [
    brief_from_affect(affect_of(name), seed=1, tonic_pc=tonic_pc, meter=(4, 4))
    for name, tonic_pc in (("sad", 2), ("happy", 2), ("angry", 7))
]
TARGETS = [*MOODS, replace(MOODS[0], ensemble="quartet"), replace(MOODS[1], meter=(3, 4), ensemble="electronic")]


class Page:
    """What the browser would hold: notes by id, and what it would sound."""

    def __init__(self) -> None:
        self.notes: dict[int, list[float]] = {}
        self.own = 0

    def tell(self, message: dict[str, Any], now_s: float) -> None:
        if message["type"] == "hush":
            self.notes = {id_: row for id_, row in self.notes.items() if row[0] <= now_s}
            for row in self.notes.values():
                row[1] = min(row[1], max(0.0, now_s - row[0]))
        if message["type"] == "strike":
            id_, onset_s, length_s, channel, pitch, _ = message["note"]
            assert id_ not in self.notes, "an id twice"
            self.notes[id_] = [onset_s, length_s, channel, pitch]
            self.own = id_
        if message["type"] == "lift":
            ((id_, end_s),) = message["ends"]
            assert id_ == self.own
            if id_ in self.notes:
                self.notes[id_][1] = min(self.notes[id_][1], max(0.0, end_s - self.notes[id_][0]))
        if message["type"] == "notes":
            self.notes = {id_: row for id_, row in self.notes.items() if row[0] < message["from_s"]}
            for id_, end_s in message["ends"]:
                assert end_s >= now_s - 1e-3, "a note may not end in the past"
                if id_ in self.notes:
                    row = self.notes[id_]
                    row[1] = max(0.0, end_s - row[0])
            for id_, onset_s, length_s, channel, pitch, _ in message["notes"]:
                assert onset_s >= message["from_s"] - 1e-3
                assert length_s > 0
                assert id_ not in self.notes, "an id twice"
                self.notes[id_] = [onset_s, length_s, channel, pitch]

    def check(self) -> None:
        by_key: dict[tuple[float, float], list[tuple[float, float]]] = {}
        for id_, (onset_s, length_s, channel, pitch) in self.notes.items():
            if id_ < 0:
                continue  # played by hand over what the composer's melody still holds: the sampler strikes it anew
            by_key.setdefault((channel, pitch), []).append((onset_s, onset_s + length_s))
        for spans in by_key.values():
            spans.sort()
            assert all(a[1] <= b[0] + 2e-3 for a, b in pairwise(spans)), "a key struck twice"


class Device(SilentTwin):
    """What sounds on the other side of a port: an unplugged one sounds on until it is there again and silenced."""

    __slots__ = ("down",)

    def __init__(self) -> None:
        super().__init__()
        self.down: set[tuple[int, int]] = set()

    def send(self, events: Sequence[Event]) -> None:
        super().send(events)
        for event in events:
            if isinstance(event, Strike):
                assert (event.channel, event.pitch_midi) not in self.down, "a key struck twice"
                self.down.add((event.channel, event.pitch_midi))
            elif isinstance(event, Release):
                self.down.discard((event.channel, event.pitch_midi))

    def panic(self) -> None:
        super().panic()
        self.down.clear()


class Stage(RuleBasedStateMachine):
    """Starts, stops, moods, ensembles, panics, port losses, failures and pauses, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = OfflineClock()
        self.device = Device()
        self.is_plugged = True
        self.player = Player({"twin": self.open}, self.clock, runs=False)
        self.page = Page()
        self.file = SessionFile("2026-01-01T00:00:00+00:00")
        self.performance = Performance(self.hear, self.player, self.file)
        self.target: Brief = TARGETS[0]
        self.resting: frozenset[Part] = frozenset()
        self.is_start = False

    def open(self) -> Device:
        if not self.is_plugged:
            raise PortLost("unplugged")
        self.device.breaks = False
        return self.device

    def hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "notes" and not self.is_start:
            ahead_s = message["from_s"] - self.clock.now_s
            assert ahead_s >= 60 / 200 + MARGIN_S - 1e-3, "told too late"
        self.page.tell(message, self.clock.now_s)

    @rule(seed=st.integers(0, 3), wish=st.integers(0, len(TARGETS) - 1))
    def start(self, seed: int, wish: int) -> None:
        self.is_start, self.target = True, TARGETS[wish]
        self.performance.start(self.clock.now_s, seed, Aim(self.target))
        self.is_start = False

    @rule(wish=st.integers(0, len(TARGETS) - 1))
    def change_mood(self, wish: int) -> None:
        self.target = TARGETS[wish]

    @rule(seconds=st.sampled_from([0.03, 0.5, 2.0, 7.0]))
    def pass_time(self, seconds: float) -> None:
        end_s = self.clock.now_s + seconds
        while self.clock.now_s < end_s:
            self.clock.wait(0.1)
            self.performance.rest(self.clock.now_s, self.resting)
            self.performance.advance(self.clock.now_s, Aim(self.target))
            self.player.play_due()

    @rule(parts=st.frozensets(st.sampled_from(list(Part)), max_size=3))
    def some_rest(self, parts: frozenset[Part]) -> None:
        self.resting = parts
        self.performance.rest(self.clock.now_s, parts)

    @rule(degree=st.integers(-7, 14))
    def strike(self, degree: int) -> None:
        self.performance.strike(self.clock.now_s, degree, 80)
        self.player.play_due()

    @rule()
    def rest_and_strike(self) -> None:
        self.some_rest(frozenset({Part.MELODY}))
        self.pass_time(7.0)
        self.strike(2)

    @rule()
    def lift(self) -> None:
        self.performance.lift(self.clock.now_s)
        self.player.play_due()

    @rule()
    def close(self) -> None:
        self.performance.close(self.clock.now_s, Aim(self.target))

    @rule(why=st.sampled_from(["stop", "panic", "restart"]))
    def silence(self, why: str) -> None:
        self.performance.silence(self.clock.now_s, why)
        self.player.play_due()
        assert not self.device.down or self.device.breaks
        assert not self.performance.is_playing

    @rule()
    def resume(self) -> None:
        self.is_start = True
        self.page.notes = {}
        self.performance.resume(self.clock.now_s)
        self.is_start = False

    @rule()
    def lose_port(self) -> None:
        self.device.breaks, self.is_plugged = True, False

    @rule()
    def plug_in_again(self) -> None:
        self.is_plugged = True
        self.clock.wait(RETRY_S)

    @invariant()
    def the_page_holds_no_key_twice(self) -> None:
        self.page.check()

    @invariant()
    def enough_is_known(self) -> None:
        if self.performance.is_playing and self.page.notes and not self.performance.is_closing:
            last = max(row[0] + row[1] for row in self.page.notes.values())
            assert last > self.clock.now_s - 10 * AHEAD_S

    @invariant()
    def movements_are_counted_as_they_are_held(self) -> None:
        assert self.performance.movements(self.clock.now_s) == len(self.performance.heard(self.clock.now_s))

    def teardown(self) -> None:
        self.performance.silence(self.clock.now_s, "stop")
        self.player.close()
        assert not self.device.down or self.device.breaks
        lines = parse_session(self.file.content(self.clock.now_s), "session")
        if any(line["kind"] == "note" for line in lines):
            assert differences(lines, replayed(lines)) == []


TestStage = Stage.TestCase
# Shrinking a piece of music takes minutes and tells little: the steps of the failure are printed as they are.
TestStage.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, phases=(Phase.reuse, Phase.generate)
)


def until_it_rests(performance: Performance, clock: OfflineClock, target: Brief, parts: frozenset[Part]) -> float:
    """Ask until it is settled who rests; from when on."""
    before = len(performance._rests)
    while len(performance._rests) == before:
        performance.rest(clock.now_s, parts)
        performance.advance(clock.now_s, Aim(target))
        clock.wait(0.03)
    return performance._rests[-1][0]


def test_parts_join_and_leave_at_bar_lines() -> None:
    clock, heard = OfflineClock(), []
    performance = Performance(heard.append, Player({}, clock), SessionFile("now"))
    performance.start(0.0, 1, Aim(MOODS[0]))
    bars = {row[0] for message in heard if message["type"] == "notes" for row in message["beats"] if row[1] == 1}
    clock.wait(2.0)
    from_s = until_it_rests(performance, clock, MOODS[0], frozenset({Part.MELODY}))
    left = next(message for message in heard if message.get("from_s") == round(from_s, 4))
    assert min(abs(left["from_s"] + EARLY_S - bar) for bar in bars) < 1e-3
    assert left["notes"]
    assert not any(row[3] == 0 for row in left["notes"])  # channel 0 is the melody's
    told = len(heard)
    performance.rest(clock.now_s, frozenset({Part.MELODY}))
    assert heard[told:] == []
    until_it_rests(performance, clock, MOODS[0], frozenset())
    assert any(row[3] == 0 for row in heard[-1]["notes"])


@pytest.mark.parametrize("turns_after_s", [0.0, 0.1, 0.5, 1.0])
def test_parts_leave_at_the_bar_line_that_is_heard_though_the_tempo_turns(turns_after_s: float) -> None:
    clock = OfflineClock()
    performance = Performance(lambda _: None, Player({}, clock), SessionFile("now"))
    calm, lively = (brief_from_affect(affect_at(v, a), seed=3, meter=(4, 4)) for v, a in ((0.3, -0.6), (0.6, 0.8)))
    performance.start(0.0, 5, Aim(calm))
    while clock.now_s < 16:
        if clock.now_s > 8:
            performance.rest(clock.now_s, frozenset({Part.MELODY}))
        performance.advance(clock.now_s, Aim(calm if clock.now_s < 8 + turns_after_s else lively))
        clock.wait(0.03)
    ((from_s, _),) = performance._rests
    legs = [leg for movement in performance.heard(16.0) for leg in movement.legs]
    bars = [time_s for leg in legs for time_s in leg.times_s(range(0, leg.played.length_ticks, leg.played.bar_ticks))]
    assert min(abs(from_s + EARLY_S - bar) for bar in bars) < 1e-3


@pytest.mark.parametrize("name", ["piano", "quartet"])
def test_who_rests_strikes_no_downbeat_more_and_who_returns_lacks_none(name: str) -> None:
    """Players of an ensemble come up to `EARLY_S` early, and a bar line falls between two microseconds."""
    others = frozenset(Part) - {Part.HARMONY}
    early = 0
    for seed in (2, 3, 5, 6, 8):
        clock, device = OfflineClock(), SilentTwin()
        player = Player({"twin": lambda device=device: device}, clock, runs=False)
        performance = Performance(lambda _: None, player, SessionFile("now"))
        brief = brief_from_affect(affect_at(0.3, 0.2), seed=seed, ensemble=name)
        performance.start(0.0, seed, Aim(brief))
        asked = [(4.0, others), (9.0, frozenset())]
        lines: list[float] = []
        sent: list[tuple[float, Strike]] = []
        while not lines[1:] or clock.now_s < lines[1] + 0.1:
            if asked and clock.now_s >= asked[0][0]:
                performance.rest(clock.now_s, asked[0][1])
                if len(performance._rests) > len(lines):
                    asked.pop(0)
                    lines.append(performance._known().bar_line_from(performance._rests[-1][0] - 0.03))
            performance.advance(clock.now_s, Aim(brief))
            player.play_due()
            sent += [(clock.now_s, event) for event in device.sent if isinstance(event, Strike)]
            device.sent.clear()
            clock.wait(0.005)
        leaves, returns = lines
        assert not [row for row in sent if leaves - 0.02 < row[0] < returns - 0.05 and row[1].part != Part.HARMONY]
        written = [note for leg in performance._known().legs for note in planned_notes([leg], returns - 0.03)]
        downbeat = [note for note in written if note.onset_s < returns + 0.05 and note.strike.part != Part.HARMONY]
        heard = [event for at_s, event in sent if returns - 0.05 < at_s and event.part != Part.HARMONY]
        assert downbeat and all(note.strike in heard for note in downbeat)
        early += sum(note.onset_s < returns - 1e-3 for note in downbeat)
    assert early or name == "piano", "some came before the line"


def test_where_music_stops_page_and_port_play_what_the_take_holds_and_no_more() -> None:
    clock, device, page = OfflineClock(), SilentTwin(), Page()
    player = Player({"twin": lambda: device}, clock, runs=False)
    performance = Performance(lambda message: page.tell(message, clock.now_s), player, SessionFile("now"))
    metres = [brief_from_affect(affect_at(0.5, 0.4), seed=3, ensemble="quartet", meter=m) for m in ((4, 4), (3, 4))]
    performance.start(0.0, 3, Aim(metres[0]))
    while clock.now_s < 45:
        performance.advance(clock.now_s, Aim(metres[int(clock.now_s // 7) % 2]))
        player.play_due()
        clock.wait(0.03)
    player.play_due()  # what began within the last step
    performance.silence(clock.now_s, "stop")
    held = [note.note_id for movement in performance.take.movements for note in planned_notes(movement.legs, 0.0)]
    assert sorted(page.notes) == sorted(held)
    assert sum(isinstance(event, Strike) for event in device.sent) == len(held)
    assert performance.take.movements[5:]


def test_a_note_that_is_held_while_the_tempo_slows_ends_where_the_take_has_it_end() -> None:
    clock, device, page = OfflineClock(), SilentTwin(), Page()
    player = Player({"twin": lambda: device}, clock, runs=False)
    performance = Performance(lambda message: page.tell(message, clock.now_s), player, SessionFile("now"))
    lively, calm = (
        brief_from_affect(affect_at(0.4, arousal), seed=3, ensemble="ambient", tonic_pc=0, meter=(4, 4))
        for arousal in (0.3, -0.9)
    )
    performance.start(0.0, 2, Aim(lively))
    turn_s, known, ends = 11.0, {}, {}
    while clock.now_s < 16:
        performance.advance(clock.now_s, Aim(lively if clock.now_s < turn_s else calm))
        for note_id, row in page.notes.items():
            known.setdefault(note_id, row[0] + row[1])
        device.sent.clear()
        player.play_due()
        for event in device.sent:
            if isinstance(event, Release):
                ends.setdefault((event.channel, event.pitch_midi), []).append(clock.now_s)
        clock.wait(0.01)
    performance.silence(clock.now_s, "stop")
    later = 0
    for note in planned_notes((leg for movement in performance.take.movements for leg in movement.legs), 0.0):
        if note.end_s < 15:
            onset_s, length_s, *_ = page.notes[note.note_id]
            assert onset_s + length_s == pytest.approx(note.end_s, abs=1e-3)
            released = ends[note.strike.channel, note.strike.pitch_midi]
            assert min(abs(at_s - note.end_s) for at_s in released) < 0.02
            later += note.onset_s < turn_s and note.end_s > known[note.note_id] + 0.03
    assert later, "some were held when it slowed"


@pytest.mark.parametrize("then", ["go on", "turn", "rest", "close"])
def test_music_that_ran_out_while_the_program_stood_still_goes_on_from_now(then: str) -> None:
    clock, device, told, file = OfflineClock(), SilentTwin(), [], SessionFile("now")
    player = Player({"twin": lambda: device}, clock, runs=False)
    performance = Performance(told.append, player, file)
    performance.start(0.0, 5, Aim(MOODS[0]))

    def pass_time(seconds: float, target: Brief) -> None:
        for _ in range(round(seconds / 0.03)):
            clock.wait(0.03)
            performance.advance(clock.now_s, Aim(target))
            player.play_due()

    pass_time(20, MOODS[0])
    clock.wait(40)
    stood_s, known = clock.now_s, len(told)
    device.sent.clear()
    player.play_due()
    assert not any(isinstance(event, Strike) for event in device.sent)
    if then == "close":
        performance.close(clock.now_s, Aim(MOODS[0]))
    if then == "rest":
        performance.rest(clock.now_s, frozenset({Part.MELODY}))
    pass_time(10, MOODS[then == "turn"])
    rows = [row for message in told[known:] if message["type"] == "notes" for row in message["notes"]]
    assert rows and min(row[1] for row in rows) > stood_s
    assert any(isinstance(event, Strike) for event in device.sent)
    performance.silence(clock.now_s, "stop")
    lines = parse_session(file.content(clock.now_s), "session")
    again = replayed(lines)
    assert differences(lines, again) == []
    assert len(performance.take.movements) == len(again.movements) == 2
    for movement in again.movements:
        length_s = piece_of(movement, "again").performed.length_s
        assert length_s == pytest.approx(movement.legs[-1].end_s - movement.legs[0].start_s)


def test_each_face_plays_a_part_and_one_alone_all() -> None:
    assert resting_parts((0,)) == resting_parts(()) == frozenset()
    assert resting_parts((0, 1)) == {Part.HARMONY, Part.TEXTURE}
    assert resting_parts((0, 1, 2, 3)) == frozenset()


def test_ports_are_told_each_chord_and_the_key_once_when_it_is_heard() -> None:
    clock, twin, told = OfflineClock(), SilentTwin(), []
    player = Player({"twin": lambda: twin}, clock, runs=False)
    performance = Performance(told.append, player, SessionFile("now"))
    performance.start(0.0, 1, Aim(MOODS[0]))
    for step in range(600):
        clock.wait(0.03)
        performance.advance(clock.now_s, Aim(MOODS[0] if step < 150 else MOODS[2]))
        player.play_due()
    named = [event for event in twin.sent if isinstance(event, Named)]
    keys = [event.names for event in named if event.what == "key"]
    assert keys[0] == ("D minor",)
    assert all(one != other for one, other in pairwise(keys))
    assert any(event.what == "section" for event in named)
    rows: dict[float, tuple[str, str]] = {}
    for message in told:
        if message["type"] == "notes":
            rows = {at_s: row for at_s, row in rows.items() if at_s < message["from_s"]}
            rows |= {at_s: (name, roman) for at_s, _, roman, _, name in message["chords"]}
    heard = [row for at_s, row in sorted(rows.items()) if at_s < clock.now_s]
    assert [event.names for event in named if event.what == "chord"] == heard
