"""The server of the live page: `docs/wire.md` as an ASGI application around a `Station`.

The page, the font and the exports go over HTTP, a session over one WebSocket. Messages to a page wait in an outbox; a
page that does not take them is dropped and may resume. Frames are never logged or written.
"""

import asyncio
import contextlib
import hmac
import json
import logging
import mimetypes
import time
from collections import deque
from collections.abc import Awaitable, Iterable
from hashlib import sha256
from typing import Any, Never

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from mien import __version__
from mien.app.gate import Gate
from mien.app.page_files import PAGE, PageFiles, page_text
from mien.assets import read_asset
from mien.errors import BadInput
from mien.live.commands import parse_command
from mien.live.frames import MAX_BYTES
from mien.live.greeting import sort_greeting
from mien.live.messages import PROTOCOL, error_told
from mien.live.session import Session
from mien.live.station import EXPORTS, Busy, NothingPlayed, Station, StationFull
from mien.music.mapping import shipped_mapping
from mien.sound.font import font_path

log = logging.getLogger(__name__)

SUBPROTOCOL = "mien.1"
HELLO_S = 5.0
FAREWELL_S = 1.0
"""How long a page's last messages are waited for."""
CLOSE_S = 1.0
"""How long a close may wait for a page that takes nothing."""
MOST_WAITING = 500
"""Messages that a slow page may leave waiting, some twenty seconds' worth."""
MOST_BAD, BAD_S = 40, 60.0
"""Messages that are none of the protocol, and the time within which so many end the socket."""
MOST_TEXTS_A_S = 100
MOST_REFUSED = 8
"""Things in one greeting that are told to be refused."""

_GOES_DOWN, _TOO_LARGE = 1001, 1009
_NORMAL, _MALFORMED, _NO_TOKEN, _NO_HELLO, _TAKEN, _FULL, _SLOW = 1000, 4400, 4401, 4408, 4409, 4429, 4410


def make_app(station: Station, hosts: Iterable[str], token: str | None = None) -> Starlette:
    """The application.

    Parameters
    ----------
    station : the sessions.
    hosts : allowed values of `Host`, whole.
    token : what a page must bring; None on loopback.
    """
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("application/wasm", ".wasm")
    font = read_asset(font_path())
    tag = f'"{sha256(font).hexdigest()[:32]}"'
    sockets = Sockets(station, token)

    async def page(_: Request) -> Response:
        text = page_text("index.html", "mien is running, but its page is not built")
        return HTMLResponse(text.replace("<html", f"<html{_for_the_notice(station)}", 1))

    async def send_font(request: Request) -> Response:
        headers = {"etag": tag, "cache-control": "public, max-age=31536000, immutable"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(font, media_type="application/octet-stream", headers=headers)

    async def mapping(_: Request) -> Response:
        return PlainTextResponse((station.options.mapping or shipped_mapping()).toml)

    async def health(_: Request) -> Response:
        return JSONResponse(
            {
                "status": "ok",
                "version": __version__,
                "sessions": len(station.sessions),
                "places": station.places,
                "uptime_s": round(station.uptime_s, 1),
            }
        )

    async def export(request: Request) -> Response:
        return await _export(station, request, token)

    app = Starlette(
        routes=[
            Route("/", page),
            Route("/index.html", page),
            Route("/font", send_font),
            Route("/mapping", mapping),
            Route("/health", health),
            Route("/sessions/{session}/export/{kind}", export),
            WebSocketRoute("/live", sockets.serve),
            Mount("/", PageFiles(PAGE, html=True)),
        ],
        middleware=[Middleware(Gate, hosts=tuple(host.lower() for host in hosts))],
    )
    app.state.sockets = sockets
    return app


def _for_the_notice(station: Station) -> str:
    """What the page says before a camera is asked for and a session begins, as attributes: the mode that is offered
    first, and whether pictures may be kept."""
    options = station.options
    return f' data-mode="{options.settings.mode}"' + (" data-keeps-video" if options.keep_video else "")


async def _export(station: Station, request: Request, token: str | None) -> Response:
    if token is not None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            return JSONResponse({"error": "token missing or wrong; open the address that mien live printed"}, 401)
    session = station.sessions.get(request.path_params["session"])
    if session is None:
        return JSONResponse({"error": "no such session; it may have ended"}, 404)
    kind = request.path_params["kind"]
    try:
        movement = _movement(request.query_params.get("movement"))
        content, movements = await station.export(session, kind, movement)
    except NothingPlayed as error:
        return JSONResponse({"error": str(error)}, 409)
    except BadInput as error:
        return JSONResponse({"error": str(error)}, 400)
    except Busy:
        return JSONResponse({"error": "another export of this session is running; wait for it"}, 503)
    except Exception:
        log.exception("the export '%s' failed", kind)
        return JSONResponse({"error": "the file could not be made; the log of mien live says why"}, 500)
    suffix = {"session": "jsonl"}.get(kind, kind)
    headers = {"content-disposition": f'attachment; filename="mien.{suffix}"', "mien-movements": str(movements)}
    return Response(content, media_type=EXPORTS[kind], headers=headers)


def _movement(asked: str | None) -> int | None:
    """The movement that a query asks for; None for the last."""
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise BadInput(f"movement {asked!r:.40}: give its number, counted from 1, or none for the last")
    return int(asked)


class Outbox:
    """Messages that wait for a page to take them, until it is dropped: `dropped` then holds code and reason."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._filled = asyncio.Event()
        self.dropped: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    def put(self, message: dict[str, Any]) -> None:
        """Add a message; the page is dropped if too many wait."""
        if len(self._waiting) >= MOST_WAITING:
            self.drop(_SLOW, "the page does not take its messages")
        else:
            self._waiting.append(json.dumps(message, separators=(",", ":")))
            self._filled.set()

    def drop(self, code: int, why: str) -> None:
        """Talk to the page no more; the first reason counts."""
        if not self.dropped.done():
            self.dropped.set_result((code, why))

    async def emptied(self) -> None:
        """Wait until all was taken."""
        while self._waiting:
            await asyncio.sleep(0.01)

    async def take(self) -> str:
        """The next message."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return self._waiting.popleft()


class Sockets:
    """The WebSockets of a station: which session each serves."""

    def __init__(self, station: Station, token: str | None) -> None:
        self._station = station
        self._token = token
        self._serving: dict[str, Outbox] = {}

    async def serve(self, socket: WebSocket) -> None:
        """Serve one page until it leaves."""
        offered = socket.scope.get("subprotocols", [])
        await socket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        if not self._knows_token(offered):
            await _close(socket, _NO_TOKEN, "token missing or wrong")
            return
        hello = await self._greeted(socket)
        if hello is None:
            return
        outbox = Outbox()
        try:
            session, resumed = self._station.enter(hello.get("session"))
        except StationFull:
            places = self._station.places
            taken = "the only place is taken" if places == 1 else f"all {places} places are taken"
            text = f"{taken}: wait, or start mien live with more --sessions"
            await self._part(socket, "station-full", text, _FULL)
            return
        if before := self._serving.get(session.session_id):
            before.drop(_TAKEN, "taken over by another page")
        self._serving[session.session_id] = outbox
        is_bye = False
        try:
            _attach(session, outbox, hello, resumed=resumed)
            is_bye = await self._converse(socket, session, outbox)
        finally:
            if self._serving.get(session.session_id) is outbox:
                del self._serving[session.session_id]
                if not is_bye:
                    self._station.leave(session)

    async def _converse(self, socket: WebSocket, session: Session, outbox: Outbox) -> bool:
        """Talk until one of the two leaves or the page is dropped; whether it said good-bye."""
        sending = asyncio.create_task(_send_all(socket, outbox))
        hearing = asyncio.create_task(_hear_all(socket, session))
        is_bye = False
        try:
            ends: list[asyncio.Future[Any]] = [sending, hearing, outbox.dropped]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if outbox.dropped.done():
                sending.cancel()
                hearing.cancel()
                await _close(socket, *outbox.dropped.result())
            elif hearing.done() and not hearing.cancelled() and hearing.exception() is None:
                code = hearing.result()
                is_bye = code == _NORMAL
                if is_bye:
                    await self._station.end(session)  # before the page knows: its place is free then
                if code is not None:
                    await _close(socket, code, "bye" if is_bye else "too many messages that cannot be read")
        finally:
            sending.cancel()
            hearing.cancel()
            await asyncio.gather(sending, hearing, return_exceptions=True)
        return is_bye

    async def _greeted(self, socket: WebSocket) -> dict[str, Any] | None:
        """The page's greeting, None if the socket was closed instead."""
        try:
            async with asyncio.timeout(HELLO_S):
                message = await socket.receive()
        except TimeoutError:
            await _close(socket, _NO_HELLO, "no hello")
            return None
        if message["type"] == "websocket.disconnect":
            return None
        try:
            command = parse_command(message.get("text") or "")
            if command.kind != "hello" or command.fields["protocol"] != PROTOCOL:
                raise BadInput(f"hello with protocol {PROTOCOL} is wanted first")
        except BadInput as error:
            await self._part(socket, "bad-message", str(error), _MALFORMED)
            return None
        return dict(command.fields)

    async def _part(self, socket: WebSocket, code: str, text: str, close: int) -> None:
        """Tell a page why it is not let in, and close."""
        told = json.dumps(error_told(code, text, "hello"))
        await _farewell(socket.send_text(told))
        await _close(socket, close, code)

    def _knows_token(self, offered: list[str]) -> bool:
        if self._token is None:
            return True
        wanted = f"token.{self._token}".encode()
        return any(hmac.compare_digest(one.encode(), wanted) for one in offered)

    async def close(self) -> None:
        """Tell every page that the server goes down, after what it had still to be told."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await asyncio.gather(*(outbox.emptied() for outbox in self._serving.values()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * CLOSE_S):
                while self._serving:
                    for outbox in self._serving.values():
                        outbox.drop(_GOES_DOWN, "the server goes down")
                    await asyncio.sleep(0.01)


def _attach(session: Session, outbox: Outbox, hello: dict[str, Any], *, resumed: bool) -> None:
    """Attach a page with what of its greeting can be had; what is refused is told first."""
    allowed, refused = sort_greeting(hello)
    for text in refused[:MOST_REFUSED]:
        outbox.put(error_told("bad-message", text, "hello"))
    session.attach(outbox.put, allowed, resumed=resumed)


async def _send_all(socket: WebSocket, outbox: Outbox) -> Never:
    while True:
        await socket.send_text(await outbox.take())


async def _hear_all(socket: WebSocket, session: Session) -> int | None:
    """Hear a page until it leaves; the code to close with, None if it has gone."""
    bad: deque[float] = deque(maxlen=MOST_BAD)
    texts: deque[float] = deque(maxlen=MOST_TEXTS_A_S)
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            if message.get("code") == _TOO_LARGE:
                log.warning("refused: a message above %d bytes; its socket is closed, its session waits", MAX_BYTES)
            return None
        now_s = time.monotonic()
        if (content := message.get("bytes")) is not None:
            is_good = session.hear_frame(content)
        else:
            text = message["text"]
            if len(texts) == MOST_TEXTS_A_S and now_s - texts[0] < 1:
                session.refuse("too-many", f"more than {MOST_TEXTS_A_S} messages a second; some were dropped")
                continue
            texts.append(now_s)
            kind = session.hear(text)
            if kind == "bye":
                return _NORMAL
            is_good = kind is not None
        if not is_good:
            bad.append(now_s)
            if len(bad) == MOST_BAD and now_s - bad[0] < BAD_S:
                return _MALFORMED


async def _close(socket: WebSocket, code: int, why: str) -> None:
    """Close a socket with a code; one that takes nothing for `CLOSE_S` is given up, and ends without."""
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        await _farewell(socket.close(code, why))


async def _farewell(said: Awaitable[None]) -> None:
    """Say a last thing to a page that may have gone, or takes nothing."""
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_S):
            await said
