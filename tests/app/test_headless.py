"""The log of an instrument without a browser: normal states are information, troubles are warnings."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from mien.app import attendance
from mien.app.headless import Status, Watchdog
from mien.live.commands import Command
from mien.live.options import SessionOptions


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ({"type": "notice", "code": "face-back", "text": "a face is seen"}, logging.INFO),
        ({"type": "notice", "code": "video-lost", "text": "no more video"}, logging.WARNING),
        ({"type": "calibration", "state": "done", "progress": 1.0, "text": "this is your resting face"}, logging.INFO),
        ({"type": "notice", "code": "port-back", "text": "osc is there"}, None),  # whoever says so logs it
    ],
)
def test_what_happens_is_logged_by_its_weight(
    message: dict, level: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        Status().hear(message)
    assert [record.levelno for record in caplog.records] == [level] * (level is not None)


def test_nobody_is_missed_in_the_log_while_there_is_no_camera(caplog: pytest.LogCaptureFixture) -> None:
    status = Status()
    alone = {"type": "notice", "code": "no-face", "text": "no face is seen: come closer, into the light"}
    with caplog.at_level(logging.INFO):
        status.films = False
        status.hear(alone)
        assert caplog.messages == []
        assert status.line() == "silent; no camera"
        status.films = True
        status.hear(alone)
    assert caplog.messages == ["no face is seen"], "advice is for who stands there, not for who reads the log"


@pytest.mark.parametrize(("faces", "says"), [(0, "0 faces"), (1, "1 face,"), (2, "2 faces,")])
def test_the_status_line_counts_faces(faces: int, says: str) -> None:
    status = Status()
    status.hear({"type": "reading", "faces": [{}] * faces})
    assert f"silent; {says}" in status.line()


class Station:
    """A session as a watchdog knows it, and time that passes by hand; music closes at once."""

    def __init__(self) -> None:
        self.now_s, self.is_alone, self.is_stopped, self.seed = 0.0, False, False, 1
        self.follows_faces = True
        self.openings: list[int] = []
        self.performance = SimpleNamespace(is_playing=False, is_closing=False)
        self.watching = SimpleNamespace(is_alone=lambda _: self.is_alone)

    def start(self) -> None:
        self.performance.is_playing = True
        self.openings.append(self.seed)

    def finish(self) -> None:
        self.performance.is_playing = False

    def do(self, command: Command) -> None:
        self.seed = command.fields["seed"]

    def state(self) -> dict[str, int]:
        return {"seed": self.seed}

    def wait(self, watchdog: Watchdog, seconds: int, is_alone: bool) -> bool:
        """Let seconds pass; whether music plays then."""
        self.is_alone = is_alone
        for _ in range(seconds):
            self.now_s += 1
            watchdog.look()
        return self.performance.is_playing


def test_the_music_rests_while_nobody_is_there_and_begins_otherwise_when_somebody_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(attendance, "drawn_seed", lambda: 17)
    station: Any = Station()
    watchdog = Watchdog(station, SessionOptions(rest_after_s=120, draws_seed=True))
    with caplog.at_level(logging.INFO):
        assert station.wait(watchdog, 60, is_alone=False)
        assert station.wait(watchdog, 119, is_alone=True)
        assert station.wait(watchdog, 10, is_alone=False)
        assert station.wait(watchdog, 119, is_alone=True), "who came in between counts"
        assert not station.wait(watchdog, 300, is_alone=True)
        assert station.wait(watchdog, 2, is_alone=False)
    assert station.openings == [1, 17]
    assert not [record for record in caplog.records if record.levelno > logging.INFO], "nothing went wrong"
    assert "nobody has been there for 2 minutes: the music rests until somebody comes" in caplog.messages


def test_without_a_rest_the_music_goes_on_in_an_empty_room() -> None:
    station: Any = Station()
    assert station.wait(Watchdog(station), 10_000, is_alone=True)


def test_where_a_hand_leads_nobody_has_to_be_seen() -> None:
    station: Any = Station()
    station.follows_faces = False
    assert station.wait(Watchdog(station, SessionOptions(rest_after_s=60)), 100, is_alone=True)


def test_who_comes_does_not_start_what_was_stopped() -> None:
    station: Any = Station()
    watchdog = Watchdog(station, SessionOptions(rest_after_s=60))
    station.wait(watchdog, 10, is_alone=False)
    station.is_stopped, station.performance.is_playing = True, False
    station.wait(watchdog, 100, is_alone=True)
    assert not station.wait(watchdog, 100, is_alone=False)
