"""Pages that stop reading: dropped, resumed by others, and no hindrance when the server goes down."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketState

from mien.app import server
from mien.app.server import Sockets
from mien.live.station import Station

HAND = {"settings": {"mode": "hand"}}


class Stalling:
    """The two ends of a socket whose page can stop reading: then a send waits, as uvicorn's does."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.closed_with: int | None = None
        self.reads = asyncio.Event()
        self.reads.set()
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said.put_nowait({"type": "websocket.connect"})
        self.socket = WebSocket({"type": "websocket", "subprotocols": []}, self._said.get, self._send)

    async def _send(self, message: Any) -> None:
        await self.reads.wait()
        if message["type"] == "websocket.send":
            self.heard.append(json.loads(message["text"]))
        elif message["type"] == "websocket.close":
            self.closed_with = message["code"]
            self._said.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    def say(self, kind: str, **fields: Any) -> None:
        text = json.dumps({"type": kind, **fields})
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    async def welcomed(self) -> dict[str, Any]:
        while not (found := [message for message in self.heard if message["type"] == "welcome"]):
            await asyncio.sleep(0.005)
        return found[0]

    async def enter(self, sockets: Sockets, **hello: Any) -> tuple[asyncio.Task[None], str]:
        """Come in and be welcomed; who serves, and the session."""
        serving = asyncio.create_task(sockets.serve(self.socket))
        self.say("hello", protocol=1, **HAND, **hello)
        return serving, (await self.welcomed())["session"]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Station, Sockets], Awaitable[None]]], None]:
    """Runs a scene at a station of its own, where little may wait and closing is given up soon."""
    monkeypatch.setattr(server, "MOST_WAITING", 20)
    monkeypatch.setattr(server, "FAREWELL_S", 0.1)
    monkeypatch.setattr(server, "CLOSE_S", 0.1, raising=False)

    async def whole(scene: Callable[[Station, Sockets], Awaitable[None]]) -> None:
        station = Station(1)
        try:
            async with asyncio.timeout(10):
                await scene(station, Sockets(station, None))
        finally:
            await station.close()

    return lambda scene: asyncio.run(whole(scene))


def flood(page: Stalling) -> None:
    """Stop reading, and ask for more answers than may wait."""
    page.reads.clear()
    for number in range(40):
        page.say("ping", id=number, sent_s=0.0)


def test_a_page_that_stops_reading_is_dropped_and_its_session_waits(play: Any) -> None:
    async def scene(station: Station, sockets: Sockets) -> None:
        page = Stalling()
        serving, session = await page.enter(sockets)
        flood(page)
        await serving
        assert page.closed_with is None, "it took nothing"
        again = Stalling()
        _, resumed = await again.enter(sockets, session=session)
        assert resumed == session
        again.say("bye")
        while station.sessions:
            await asyncio.sleep(0.005)

    play(scene)


def test_a_page_that_reads_again_soon_is_told_why(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CLOSE_S", 15.0, raising=False)

    async def scene(_: Station, sockets: Sockets) -> None:
        page = Stalling()
        serving, _ = await page.enter(sockets)
        flood(page)
        while page.socket.application_state is WebSocketState.CONNECTED:
            await asyncio.sleep(0.005)  # until it is being closed
        page.reads.set()
        await serving
        assert page.closed_with == 4410

    play(scene)


def test_a_session_is_resumed_while_its_page_takes_nothing(play: Any) -> None:
    async def scene(_: Station, sockets: Sockets) -> None:
        page, other = Stalling(), Stalling()
        serving, session = await page.enter(sockets)
        page.reads.clear()
        second, resumed = await other.enter(sockets, session=session)
        await serving
        assert (resumed, page.closed_with) == (session, None)
        other.say("ping", id=7, sent_s=0.0)
        while not any(message.get("id") == 7 for message in other.heard):
            await asyncio.sleep(0.005)
        other.say("bye")
        await second
        assert other.closed_with == 1000

    play(scene)


def test_the_server_goes_down_past_pages_that_take_nothing(play: Any) -> None:
    async def scene(_: Station, sockets: Sockets) -> None:
        page = Stalling()
        serving, _ = await page.enter(sockets)
        page.reads.clear()
        page.say("ping", id=1, sent_s=0.0)
        await sockets.close()
        await serving
        assert page.closed_with is None

    play(scene)


@pytest.mark.parametrize("text", ["nonsense", '{"type": "hello", "protocol": 1, "x": ' + "[" * 500 + "]" * 500 + "}"])
@pytest.mark.parametrize("how", ["has gone", "takes nothing"])
def test_a_page_that_is_refused_and_hears_no_more_of_it_is_let_go(
    text: str, how: str, play: Callable[[Callable[[Station, Sockets], Awaitable[None]]], None]
) -> None:
    async def scene(_: Station, sockets: Sockets) -> None:
        said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        said.put_nowait({"type": "websocket.connect"})
        said.put_nowait({"type": "websocket.receive", "text": text})

        async def send(message: Any) -> None:
            if message["type"] != "websocket.accept":
                if how == "has gone":
                    raise OSError("broken pipe")
                await asyncio.Event().wait()

        async with asyncio.timeout(30):
            await sockets.serve(WebSocket({"type": "websocket", "subprotocols": []}, said.get, send))

    play(scene)
