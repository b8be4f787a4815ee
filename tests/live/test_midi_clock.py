"""The MIDI clock of a session: every pulse once, in step with the beats, whatever the music turns to."""

from itertools import pairwise
from typing import Any

import pytest

from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.live.conductor import Aim
from mien.live.performance import Performance
from mien.live.player import RETRY_S, InTime, Player
from mien.live.session_file import SessionFile
from mien.music.brief import brief_from_affect
from mien.ports.midi import MidiPort
from mien.ports.port import Beat, Event, PortLost, Pulse, SilentTwin, Transport
from mien.values import Brief

STEP_S = 0.01


def mood(name: str, meter: tuple[int, int] = (4, 4)) -> Brief:
    return brief_from_affect(affect_of(name), seed=1, tonic_pc=2, meter=meter)


class Timed(SilentTwin):
    """A silent twin that also knows when."""

    __slots__ = ("at", "clock")

    def __init__(self, clock: OfflineClock) -> None:
        super().__init__()
        self.clock = clock
        self.at: list[tuple[float, Event]] = []

    def send(self, events: Any) -> None:
        super().send(events)
        self.at += [(self.clock.now_s, event) for event in events]


class Device:
    """A MIDI device that can be unplugged."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.is_there = True

    def send(self, message: Any) -> None:
        if not self.is_there:
            raise OSError("unplugged")
        self.heard.append(message)

    def close(self) -> None:
        return

    def timing(self) -> list[str]:
        return [m.type for m in self.heard if m.type in ("start", "stop", "continue", "clock", "songpos")]


class Band:
    """A performance on one port, and time that passes when told."""

    def __init__(self, opener: Any) -> None:
        self.clock = OfflineClock()
        self.player = Player({"port": InTime(lambda: opener(self.clock))}, self.clock, runs=False)
        self.performance = Performance(lambda _: None, self.player, SessionFile("now"))

    def play(self, seconds: float, target: Brief) -> None:
        end_s = self.clock.now_s + seconds
        while self.clock.now_s < end_s:
            self.clock.wait(STEP_S)
            self.performance.advance(self.clock.now_s, Aim(target))
            self.player.play_due()


@pytest.mark.parametrize("meter", [(4, 4), (6, 8)])
def test_every_pulse_comes_once_and_in_step_with_the_beats(meter: tuple[int, int]) -> None:
    twins: list[Timed] = []
    band = Band(lambda clock: twins.append(Timed(clock)) or twins[-1])
    band.performance.start(0.0, 1, Aim(mood("sad", meter)))
    band.play(6.0, mood("sad", meter))
    band.play(12.0, mood("happy", meter))  # the music turns, the count goes on
    band.performance.close(band.clock.now_s, Aim(mood("happy", meter)))
    band.play(16.0, mood("happy", meter))
    (twin,) = twins
    positions = [event.position for event in twin.sent if isinstance(event, Pulse)]
    assert positions == list(range(len(positions)))
    transports = [event for event in twin.sent if isinstance(event, Transport)]
    assert [event.runs for event in transports] == [True, False]
    assert twin.sent.index(transports[0]) < twin.sent.index(Pulse(0))
    assert twin.sent.index(transports[1]) > twin.sent.index(Pulse(positions[-1]))
    assert not band.performance.is_playing
    pulses_a_beat = 36 if meter == (6, 8) else 24
    at_s = {event.position: at for at, event in twin.at if isinstance(event, Pulse)}
    beats = [at for at, event in twin.at if isinstance(event, Beat)]
    for number, beat_s in enumerate(beats):
        assert at_s[number * pulses_a_beat] == pytest.approx(beat_s, abs=STEP_S)


def test_a_device_hears_start_pulses_and_stop() -> None:
    device = Device()
    band = Band(lambda _: MidiPort("x", device, keeps_time=True))
    band.performance.start(0.0, 1, Aim(mood("sad")))
    band.play(3.0, mood("sad"))
    band.performance.silence(band.clock.now_s, "panic")
    band.player.play_due()
    heard = device.timing()
    assert heard[:3] == ["stop", "start", "clock"], "whoever is there first is stopped, then started"
    assert (heard[-2:], set(heard[2:-2])) == (["stop", "stop"], {"clock"})
    band.play(1.0, mood("sad"))
    assert device.timing() == heard, "nothing pulses while nothing plays"
    band.performance.start(band.clock.now_s, 1, Aim(mood("sad")))
    band.play(1.0, mood("sad"))
    band.player.close()
    ways = [kind for kind, before in zip(device.timing(), [None, *device.timing()], strict=False) if kind != before]
    assert ways == ["stop", "start", "clock", "stop", "start", "clock", "stop"]


def stood_still(opener: Any) -> Band:
    """A band that the machine let wait for three seconds."""
    band = Band(opener)
    band.performance.start(0.0, 1, Aim(mood("sad")))
    band.play(3.0, mood("sad"))
    band.clock.wait(3.0)
    band.play(2.0, mood("sad"))
    return band


def test_after_a_standstill_beats_and_pulses_come_in_no_burst() -> None:
    twins: list[Timed] = []
    stood_still(lambda clock: twins.append(Timed(clock)) or twins[-1])
    (twin,) = twins
    came = [event for at, event in twin.at if 5.9 < at < 6.02]
    assert sum(isinstance(event, Pulse) for event in came) < 15, "a quarter of a second, not three"
    assert sum(isinstance(event, Beat) for event in came) <= 1


def test_after_a_standstill_a_follower_is_where_the_music_is() -> None:
    device, twins = Device(), list[Timed]()
    stood_still(lambda clock: twins.append(Timed(clock)) or twins[-1])
    stood_still(lambda _: MidiPort("x", device, keeps_time=True))
    positions = [event.position for event in twins[0].sent if isinstance(event, Pulse)]
    joined = next(position for before, position in pairwise(positions) if position > before + 1)
    (place,) = [message.pos for message in device.heard if message.type == "songpos"]
    assert place == -(-joined // 6), "the first sixteenth after those that were missed"
    ways = [kind for kind, before in zip(device.timing(), [None, *device.timing()], strict=False) if kind != before]
    assert ways == ["stop", "start", "clock", "stop", "songpos", "continue", "clock"]


def test_who_was_unplugged_joins_at_a_sixteenth() -> None:
    device = Device()

    def plug(_: OfflineClock) -> MidiPort:
        if not device.is_there:
            raise PortLost("unplugged")
        return MidiPort("x", device, keeps_time=True)

    band = Band(plug)
    band.performance.start(0.0, 1, Aim(mood("sad")))
    band.play(2.0, mood("sad"))
    device.is_there = False
    band.play(1.0, mood("sad"))
    before = len(device.heard)
    device.is_there = True
    band.play(RETRY_S + 2.0, mood("sad"))
    back = [m for m in device.heard[before:] if m.type in ("start", "stop", "continue", "clock", "songpos")]
    assert [m.type for m in back[:4]] == ["stop", "songpos", "continue", "clock"]
    assert back[1].pos > 0
    assert {m.type for m in back[4:]} == {"clock"}


def test_a_port_that_keeps_no_time_hears_none() -> None:
    device = Device()
    band = Band(lambda _: MidiPort("x", device))
    band.performance.start(0.0, 1, Aim(mood("sad")))
    band.play(3.0, mood("sad"))
    band.player.close()
    assert device.timing() == []
    assert any(m.type == "note_on" for m in device.heard)


def test_nobody_plans_pulses_for_ports_that_want_none() -> None:
    clock, twin = OfflineClock(), SilentTwin()
    player = Player({"port": lambda: twin}, clock, runs=False)
    performance = Performance(lambda _: None, player, SessionFile("now"))
    performance.start(0.0, 1, Aim(mood("sad")))
    clock.wait(0.4)
    player.play_due()
    assert any(isinstance(event, Beat) for event in twin.sent)
    assert not any(isinstance(event, Pulse) for event in twin.sent)
    assert Transport(True) in twin.sent, "markers of other ports say when it starts"


def test_pulses_are_even_where_the_tempo_is() -> None:
    twins: list[Timed] = []
    band = Band(lambda clock: twins.append(Timed(clock)) or twins[-1])
    band.performance.start(0.0, 1, Aim(mood("happy")))
    band.play(5.0, mood("happy"))
    gaps = [b - a for (a, _), (b, _) in pairwise([row for row in twins[0].at if isinstance(row[1], Pulse)])]
    assert max(gaps) - min(gaps) < 3 * STEP_S
