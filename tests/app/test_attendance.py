"""The music of a page rests while nobody is there, and begins again when somebody comes."""

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any

import pytest

from mien.app import attendance, live
from mien.app.attendance import Attendance, attended
from mien.live.commands import Command
from mien.live.options import SessionOptions

CLOSING_S = 4


class Page:
    """A session as it is attended, in time that passes by hand; its music takes a few seconds to close."""

    def __init__(self, mode: str = "emotion") -> None:
        self.now_s, self.is_alone, self.is_stopped, self.seed, self.mode = 0.0, False, False, 1, mode
        self.begun: list[int] = []
        self.closes_s: float | None = None
        self.watching = SimpleNamespace(is_alone=lambda _: self.is_alone)
        self.performance = SimpleNamespace(is_playing=False, is_closing=False)

    def do(self, command: Command) -> None:
        if command.kind == "settings":
            self.seed = command.fields["seed"]
        else:
            self.performance.is_playing, self.performance.is_closing, self.closes_s = True, False, None
            self.is_stopped = False
            self.begun.append(self.seed)

    def finish(self) -> None:
        if self.performance.is_playing:
            self.performance.is_closing, self.closes_s = True, self.now_s + CLOSING_S

    @property
    def follows_faces(self) -> bool:
        return self.mode != "hand"

    def state(self) -> dict[str, Any]:
        return {"seed": self.seed, "mode": self.mode}

    def pass_second(self) -> None:
        self.now_s += 1
        if self.closes_s is not None and self.now_s >= self.closes_s:
            self.closes_s, self.performance.is_playing, self.performance.is_closing = None, False, False


def wait(page: Page, attended_by: Attendance, seconds: int, is_alone: bool) -> bool:
    """Let seconds pass; whether music plays then."""
    page.is_alone = is_alone
    for _ in range(seconds):
        page.pass_second()
        attended_by.look()
        attended_by.begin_again()
    return page.performance.is_playing


@pytest.fixture
def page() -> Any:
    return Page()


def test_music_rests_in_an_empty_room_and_begins_again(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "drawn_seed", lambda: 17)
    attended_by = Attendance(page, SessionOptions(rest_after_s=120, draws_seed=True))
    page.do(Command("start", {}))
    assert wait(page, attended_by, 10, is_alone=False)
    assert wait(page, attended_by, 119, is_alone=True)
    assert not wait(page, attended_by, 20, is_alone=True)
    assert wait(page, attended_by, 1, is_alone=False)
    assert page.begun == [1, 17]


def test_who_comes_while_it_closes_hears_the_close_first(page: Any) -> None:
    attended_by = Attendance(page, SessionOptions(rest_after_s=60))
    page.do(Command("start", {}))
    wait(page, attended_by, 62, is_alone=True)
    assert page.performance.is_closing
    wait(page, attended_by, CLOSING_S - 2, is_alone=False)
    assert page.performance.is_closing and page.begun == [1]
    assert wait(page, attended_by, 3, is_alone=False) and not page.performance.is_closing


def test_who_begins_it_by_hand_while_it_closes_and_goes_leaves_an_empty_room(page: Any) -> None:
    attended_by = Attendance(page, SessionOptions(rest_after_s=60))
    page.do(Command("start", {}))
    wait(page, attended_by, 62, is_alone=True)
    wait(page, attended_by, 1, is_alone=False)
    page.do(Command("start", {}))
    assert wait(page, attended_by, 60, is_alone=True)
    assert not wait(page, attended_by, 20, is_alone=True)


def test_what_was_not_begun_or_was_stopped_stays_silent(page: Any) -> None:
    attended_by = Attendance(page, SessionOptions(rest_after_s=60))
    wait(page, attended_by, 100, is_alone=True)
    assert not wait(page, attended_by, 10, is_alone=False), "nobody has pressed start"
    page.do(Command("start", {}))
    wait(page, attended_by, 100, is_alone=True)
    page.is_stopped = True
    assert not wait(page, attended_by, 10, is_alone=False)


def test_music_that_is_begun_in_an_empty_room_plays_as_long_as_before(page: Any) -> None:
    attended_by = Attendance(page, SessionOptions(rest_after_s=60))
    page.do(Command("start", {}))
    assert not wait(page, attended_by, 100, is_alone=True)
    page.do(Command("start", {}))
    assert wait(page, attended_by, 59, is_alone=True)
    assert not wait(page, attended_by, 10, is_alone=True)


@pytest.mark.parametrize(
    ("mode", "rest_after_s", "plays"), [("emotion", 60, False), ("hand", 60, True), ("emotion", None, True)]
)
def test_pages_are_attended_unless_a_hand_leads(
    mode: str, rest_after_s: float | None, plays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "LOOK_S", 0)
    page: Any = Page(mode)
    page.do(Command("start", {}))
    page.is_alone = True
    station: Any = SimpleNamespace(sessions={"a": page}, options=SessionOptions(rest_after_s=rest_after_s))

    async def evening() -> None:
        async with attended(station):
            for _ in range(80):
                page.pass_second()
                await asyncio.sleep(0)
                await asyncio.sleep(0)

    asyncio.run(evening())
    assert page.performance.is_playing is plays


def test_the_command_attends_its_pages(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    asked: list[float | None] = []

    def attended_so(station: Any) -> Any:
        asked.append(station.options.rest_after_s)
        raise KeyboardInterrupt

    monkeypatch.setattr(attendance, "attended", attended_so)
    monkeypatch.setattr(live, "_keep_time", lambda: None)
    with contextlib.closing(live.bind("127.0.0.1", 0)) as listening, caplog.at_level("INFO", "mien"):
        monkeypatch.setattr(live, "bind", lambda *_: listening)
        for after in (5.0, None):
            live.live(rest_after=after, open_page=False)
    assert asked == [300.0, None]
