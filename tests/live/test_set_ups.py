"""Who plays is told to ports in time, whatever else is told meanwhile, and what a gesture holds survives it."""

from dataclasses import replace

import pytest

from live.test_session_machine import Device, Evening
from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.ensembles import ensemble
from mien.live.conductor import Aim
from mien.live.music_messages import channel_setup
from mien.live.performance import Performance
from mien.live.player import RETRY_S, Player
from mien.live.session_file import SessionFile
from mien.music.brief import brief_from_affect
from mien.ports.port import PortLost, Program, SilentTwin, Strike

PIANO = brief_from_affect(affect_of("sad"), seed=1, tonic_pc=2, meter=(4, 4))
QUARTET = replace(PIANO, ensemble="quartet")


class Stage:
    def __init__(self) -> None:
        self.clock, self.twin, self.is_there = OfflineClock(), SilentTwin(), True
        self.player = Player({"twin": self.plug}, self.clock, runs=False)
        self.performance = Performance(lambda _: None, self.player, SessionFile("2026-01-01T00:00:00+00:00"))

    def plug(self) -> SilentTwin:
        if not self.is_there:
            raise PortLost("unplugged")
        self.twin.breaks = False
        return self.twin

    def play(self, seconds: float, brief) -> None:
        end_s = self.clock.now_s + seconds
        while self.clock.now_s < end_s:
            self.clock.wait(0.1)
            self.performance.advance(self.clock.now_s, Aim(brief))
            self.player.play_due()

    @property
    def programs(self) -> dict[int, int]:
        """What each channel of the device plays."""
        return {event.channel: event.program for event in self.twin.sent if isinstance(event, Program)}


def programs_of(name: str) -> dict[int, int]:
    return {row["channel"]: row["program"] for row in channel_setup(ensemble(name))}


@pytest.mark.parametrize("steps", [[], [0.4, 1.2], [1.2], [0.5] * 12, [1.2, 0.9, 0.9, 0.9, 0.9]])
def test_the_new_players_have_their_instruments_whatever_the_mood_does_meanwhile(steps: list[float]) -> None:
    stage = Stage()
    stage.performance.start(0.0, 5, Aim(PIANO))
    stage.play(3.0, PIANO)
    assert stage.programs == programs_of("piano")
    stage.play(0.2, QUARTET)
    for turn, seconds in enumerate(steps, start=1):
        stage.play(seconds, replace(QUARTET, loudness=QUARTET.loudness + 0.03 * turn))
    stage.play(12.0, replace(QUARTET, loudness=QUARTET.loudness + 0.03 * len(steps)))
    assert programs_of("quartet").items() <= stage.programs.items()
    last = max(place for place, event in enumerate(stage.twin.sent) if isinstance(event, Program))
    assert any(isinstance(event, Strike) for event in stage.twin.sent[last:])


def test_a_change_of_mind_takes_back_who_was_announced() -> None:
    stage = Stage()
    stage.performance.start(0.0, 5, Aim(PIANO))
    stage.play(3.0, PIANO)
    stage.play(0.5, QUARTET)
    stage.play(12.0, PIANO)
    assert programs_of("piano").items() <= stage.programs.items()
    assert stage.performance.set_up_at(stage.clock.now_s).ensemble == "piano"


def test_a_device_that_comes_back_is_given_its_instruments() -> None:
    stage = Stage()
    stage.performance.start(0.0, 5, Aim(QUARTET))
    stage.play(3.0, QUARTET)
    stage.twin.breaks, stage.is_there = True, False
    stage.play(3.0, QUARTET)
    stage.twin.sent.clear()
    stage.is_there = True
    stage.clock.wait(RETRY_S)
    stage.play(0.2, QUARTET)
    assert stage.programs == programs_of("quartet")


def test_a_still_face_holds_its_controllers_when_players_are_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    values: dict[tuple[int, int], int] = {}

    def send(_: Device, message) -> None:
        if message.type == "control_change":
            values[message.channel, message.control] = message.value

    monkeypatch.setattr(Device, "send", send)
    evening, pose = Evening(), {"mouth_openness": 0.5, "eye_openness_left": -0.25, "gaze_x": -0.14}

    def held() -> dict[int, int]:
        return {channel: value for (channel, control), value in values.items() if control == 11}

    def wanted(name: str) -> dict[int, int]:
        gesture = [message["gesture"] for message in evening.told if message["type"] == "controls"][-1]
        return {
            row["channel"]: round(127 * gesture[row["part"]]["expression"])
            for row in channel_setup(ensemble(name))
            if row["part"] in gesture
        }

    evening.faces_do(2.0, [pose])
    evening.start()
    evening.faces_do(3.0, [pose])
    assert any(value < 120 for value in wanted("piano").values()), "the pose moves something"
    assert held() == pytest.approx(wanted("piano"), abs=1)
    evening.change_band("quartet", "4/4")
    evening.faces_do(12.0, [pose])
    now = {channel: held()[channel] for channel in wanted("quartet")}
    evening.teardown()
    assert now == pytest.approx(wanted("quartet"), abs=1)
