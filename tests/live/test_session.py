"""A composer who stumbles, a page that goes and comes: on the ports nothing hangs, no choice is lost."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from made_answers import LEFT, answer, cues, reading

from mien.app import headless
from mien.app.steering import command_of
from mien.clock import OfflineClock, WallClock
from mien.live import session as sessions
from mien.live.session import Session
from mien.live.settings import LARGEST_SEED
from mien.ports.port import Release, SilentTwin, Strike

HAND = {"settings": {"mode": "hand"}}


class Stumbling:
    """A composer who fails some times, then goes on."""

    def __init__(self, does: Callable[..., Any], times: int) -> None:
        self.does, self.left = does, times

    def __call__(self, *given: Any) -> Any:
        if self.left > 0:
            self.left -= 1
            raise RuntimeError("no idea")
        return self.does(*given)


async def heard(told: list[dict[str, Any]], kind: str, **fields: Any) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            for message in told:
                if message["type"] == kind and all(message.get(key) == value for key, value in fields.items()):
                    return message
            await asyncio.sleep(0.01)


def sounding(twin: SilentTwin) -> set[tuple[int, int]]:
    down: set[tuple[int, int]] = set()
    for event in twin.sent:
        if isinstance(event, Strike):
            down.add((event.channel, event.pitch_midi))
        elif isinstance(event, Release):
            down.discard((event.channel, event.pitch_midi))
    return down


@pytest.mark.parametrize("when", ["while it plays", "at a command", "at a wish by OSC"])
def test_a_composer_who_stumbles_is_silenced_and_begins_anew(when: str, caplog: pytest.LogCaptureFixture) -> None:
    async def evening() -> None:
        told: list[dict[str, Any]] = []
        twin = SilentTwin("twin")
        session = Session("x", WallClock(), "now", {"twin": lambda: twin})
        session.attach(told.append, HAND, resumed=False)
        session.start()
        await heard(told, "notes")
        await heard(told, "state", ports=[{"name": "twin", "kind": "twin", "alive": True}])
        async with asyncio.timeout(30):
            while not sounding(twin):
                await asyncio.sleep(0.01)
        if when == "while it plays":
            session.performance.advance = Stumbling(session.performance.advance, 1)  # type: ignore[method-assign]
        else:
            session.performance.close = Stumbling(session.performance.close, 1)  # type: ignore[method-assign]
            if when == "at a command":
                session.hear('{"type": "stop"}')
            else:
                session.do(command_of(("stop", ())))
        await heard(told, "hush", why="restart")
        await heard(told, "notice", code="composer-restarted")
        seed = told[0]["state"]["seed"]
        await heard(told, "state", playing=True, seed=seed + 1)
        await session.close()
        assert sounding(twin) == set()
        assert twin.is_closed

    asyncio.run(evening())
    assert "the composer stumbled" in caplog.text


def test_after_the_largest_seed_comes_the_smallest() -> None:
    async def evening() -> None:
        told: list[dict[str, Any]] = []
        session = Session("x", WallClock(), "now")
        session.attach(told.append, {"settings": {"mode": "hand", "seed": LARGEST_SEED}}, resumed=False)
        session.start()
        session.performance.advance = Stumbling(session.performance.advance, 1)  # type: ignore[method-assign]
        await heard(told, "notice", code="composer-restarted")
        await heard(told, "state", playing=True, seed=0)
        assert not session._task.done(), "the clock goes on"
        await session.close()

    asyncio.run(evening())


def test_a_watchdog_finds_another_seed_after_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headless, "LOOK_S", 0.01)

    async def evening() -> None:
        session = Session("x", WallClock(), "now")
        session.attach(lambda _: None, {"settings": {"mode": "hand", "seed": LARGEST_SEED}}, resumed=False)
        session.performance.start = Stumbling(session.performance.start, 1)  # type: ignore[method-assign]
        over = asyncio.Event()
        watching = asyncio.create_task(headless._watch(session, headless.Status(), over, headless.Watchdog(session)))
        async with asyncio.timeout(30):
            while not (watching.done() or session.performance.is_playing):
                await asyncio.sleep(0.01)
        over.set()
        await watching
        assert session.state()["seed"] == 0
        await session.close()

    asyncio.run(evening())


@pytest.mark.parametrize("wish", ["stop", "panic"])
def test_a_watchdog_leaves_music_alone_that_was_stopped_until_it_is_started(
    wish: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(headless, "LOOK_S", 0.01)

    async def evening() -> None:
        session = Session("x", WallClock(), "now")
        session.attach(lambda _: None, HAND, resumed=False)
        over = asyncio.Event()
        watching = asyncio.create_task(headless._watch(session, headless.Status(), over, headless.Watchdog(session)))

        async def until_playing(plays: bool) -> None:
            async with asyncio.timeout(30):
                while session.performance.is_playing is not plays:
                    await asyncio.sleep(0.01)

        await until_playing(True)
        session.do(command_of((wish, ())))
        if wish == "stop":
            session.silence()  # as the closing bars would end
        await until_playing(False)
        await asyncio.sleep(0.1)
        assert not session.performance.is_playing
        session.do(command_of(("start", ())))
        assert session.performance.is_playing
        session.silence()
        await until_playing(True)
        over.set()
        await watching
        await session.close()

    with caplog.at_level(logging.INFO):
        asyncio.run(evening())
    assert caplog.messages.count("the music ended by itself; it begins anew") == 1


def test_one_who_stumbles_again_falls_silent_and_the_session_lives_on(caplog: pytest.LogCaptureFixture) -> None:
    async def evening() -> None:
        told: list[dict[str, Any]] = []
        twin = SilentTwin("twin")
        session = Session("x", WallClock(), "now", {"twin": lambda: twin})
        session.attach(told.append, HAND, resumed=False)
        session.start()
        session.performance.advance = Stumbling(session.performance.advance, 1)  # type: ignore[method-assign]
        session.performance.start = Stumbling(session.performance.start, 1)  # type: ignore[method-assign]
        await heard(told, "hush", why="restart")
        await heard(told, "notice", code="composer-restarted")
        assert not session.performance.is_playing
        session.hear('{"type": "ping", "id": 1, "sent_s": 0}')
        await heard(told, "pong")
        session.hear('{"type": "start"}')
        assert session.performance.is_playing
        await session.close()
        assert sounding(twin) == set()

    asyncio.run(evening())
    assert "the music stops" in caplog.text


def test_a_page_that_comes_back_takes_nothing_back_that_was_chosen_elsewhere() -> None:
    async def evening() -> None:
        told: list[dict[str, Any]] = []
        session = Session("x", WallClock(), "now")
        page = {"settings": {"mode": "hand", "ensemble": "piano", "seed": 5}}
        session.attach(told.append, page, resumed=False)
        session.detach()
        session.hear('{"type": "settings", "mode": "gesture"}')  # as OSC does
        mine = {"settings": {**page["settings"], "ensemble": "quartet"}}  # as the page does while its socket is away
        session.attach(told.append, mine, resumed=True)
        state = session.state()
        assert (state["mode"], state["ensemble"], state["seed"]) == ("gesture", "quartet", 5)
        session.detach()
        session.attach(told.append, {"settings": {"mode": "hand", "ensemble": "quartet", "seed": 5}}, resumed=True)
        assert session.state()["mode"] == "hand", "it was told of the other mode, and wants its own"
        await session.close()

    asyncio.run(evening())


class Reader:
    """A reading process that is lost, starts and is ready when the test says so."""

    def __init__(
        self, reads_affect: bool, clock: Any, on_answer: Any, on_change: Callable[[str], None], _: Any
    ) -> None:
        self.reads_affect, self.becomes = reads_affect, on_change
        on_change("starting")

    def change(self, reads_affect: bool) -> None:
        if reads_affect != self.reads_affect:
            self.reads_affect = reads_affect
            self.becomes("starting")

    def close(self) -> None:
        """Nothing to end."""


def test_nobody_is_missed_while_the_reading_process_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "ReadingProcess", Reader)
    told: list[dict[str, Any]] = []
    clock = OfflineClock()

    def said_after(session: Session, seconds: float) -> list[str]:
        told.clear()
        clock.wait(seconds)
        session._tick()
        return [message["code"] for message in told if message["type"] == "notice"]

    async def evening() -> None:
        session = Session("x", clock, "now")
        session.attach(told.append, {"settings": {"mode": "emotion"}}, resumed=False)
        reader = session._reading
        assert isinstance(reader, Reader)
        assert said_after(session, 60) == [], "it has not begun to look"
        reader.becomes("ready")
        assert said_after(session, 1) == []
        session.watching.see(answer((LEFT, cues(), reading("happiness"))), session.now_s, True)
        mood = session._wanted().mood
        assert (mood.affect is not None, mood.source) == (True, "face")
        session.hear('{"type": "settings", "mode": "gesture"}')
        assert said_after(session, 60) == []
        mood = session._wanted().mood
        assert (mood.affect, mood.source) == (None, "face"), "the music goes on as with a face"
        reader.becomes("ready")
        assert said_after(session, 1) == []
        session.hear('{"type": "settings", "mode": "hand"}')
        assert said_after(session, 60) == [], "a hand needs no face"
        reader.becomes("ready")
        session.hear('{"type": "settings", "mode": "gesture"}')
        reader.becomes("ready")
        assert said_after(session, 60) == ["no-face"]
        reader.becomes("lost")
        assert said_after(session, 60) == []
        await session.close()

    asyncio.run(evening())
