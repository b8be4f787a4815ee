"""The sessions of one server: made, resumed, waited for, ended; and the files they export.

A station has places for so many sessions. One whose page is away goes on for `AWAY_S`, then its music closes and it
ends. Ports belong to one session at a time: the oldest that is there, and when it ends, the oldest then whose page is
not away. Files are made in a process of their own, what they are made of in a thread: no music waits for them. That
process makes one file at a time: who asks while another session's is made waits for that.
"""

import asyncio
import logging
import multiprocessing
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mien.clock import WallClock
from mien.errors import BadInput
from mien.live.options import USUAL, SessionOptions
from mien.live.player import Opener
from mien.live.session import Session
from mien.live.session_file import parse_session
from mien.live.tables import readings_csv
from mien.live.take import piece_of
from mien.piece import Piece

DRAWN_SEEDS = 10**6
"""Seeds are drawn below this: few enough digits to write one down, enough that none comes again soon."""
AWAY_S = 30.0
CLOSING_S = 20.0
"""The longest that an ending is waited for."""
EXPORTS = {
    "mid": "audio/midi",
    "wav": "audio/wav",
    "musicxml": "application/vnd.recordare.musicxml+xml",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
    "json": "application/json",
    "session": "application/x-ndjson",
    "csv": "text/csv",
}

log = logging.getLogger(__name__)


class StationFull(Exception):
    """All places are taken."""


class Busy(Exception):
    """Another export of the session is running."""


class NothingPlayed(Exception):
    """There is no music yet to make a file of."""


class Station:
    """The sessions of one server.

    Parameters
    ----------
    places : how many sessions there may be at a time.
    openers : ports, by name.
    options : what holds for all sessions.
    """

    def __init__(
        self, places: int, openers: Mapping[str, Opener] | None = None, options: SessionOptions = USUAL
    ) -> None:
        self.places = places
        self.options = options
        self._openers = dict(openers or {})
        self._away_s = AWAY_S
        self.sessions: dict[str, Session] = {}
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._lent_to: str | None = None
        self._exporting: set[str] = set()
        self._exporter: ProcessPoolExecutor | None = None
        self._clock = WallClock()

    @property
    def uptime_s(self) -> float:
        """Since when the station is there."""
        return self._clock.now_s

    def enter(self, wanted: str | None) -> tuple[Session, bool]:
        """Resume a session, or begin one.

        Returns
        -------
        The session, and whether it was resumed.

        Raises
        ------
        StationFull
            If a new one is needed and there is no place.
        """
        if wanted in self.sessions:
            if leaving := self._leaving.pop(str(wanted), None):
                leaving.cancel()
            self._hand_on()
            return self.sessions[str(wanted)], True
        if len(self.sessions) >= self.places:
            raise StationFull
        session_id = secrets.token_hex(16)
        openers = (self._openers if self._lent_to is None else {}) if self._openers else None
        started = datetime.now(UTC).isoformat(timespec="seconds")
        session = Session(session_id, WallClock(), started, openers, _with_seed(self.options))
        if openers:
            self._lent_to = session_id
        self.sessions[session_id] = session
        return session, False

    def leave(self, session: Session) -> None:
        """A session's page went away: wait for it, then end."""
        session.detach()
        if session.session_id in self.sessions:
            self._leaving[session.session_id] = asyncio.get_running_loop().create_task(self._wait_for(session))

    async def end(self, session: Session) -> None:
        """End a session and forget it."""
        if self.sessions.pop(session.session_id, None) is None:
            return
        self._leaving.pop(session.session_id, None)
        try:
            await session.close()
        finally:
            if self._lent_to == session.session_id:
                self._lent_to = None
            self._hand_on()

    def _hand_on(self) -> None:
        """Give ports that nobody has to the oldest session whose page is there."""
        there = [session_id for session_id in self.sessions if session_id not in self._leaving]
        if self._openers and self._lent_to is None and there:
            self._lent_to = there[0]
            self.sessions[there[0]].take_ports(self._openers)

    def silence(self) -> None:
        """Let no session sound on."""
        for session in self.sessions.values():
            session.silence()

    async def close(self) -> None:
        """End all sessions."""
        for leaving in list(self._leaving.values()):
            leaving.cancel()
        self._openers = {}  # nobody is given another's any more
        await asyncio.gather(*(self.end(session) for session in list(self.sessions.values())))
        if self._exporter:
            self._exporter.shutdown(wait=False, cancel_futures=True)

    async def export(self, session: Session, kind: str, movement: int | None) -> tuple[bytes, int]:
        """Make a file of what a session played.

        Parameters
        ----------
        kind : a key of `EXPORTS`.
        movement : from 1; the last one if None.

        Returns
        -------
        The file's bytes, and how many movements there are.

        Raises
        ------
        NothingPlayed
            If nothing was played yet.
        BadInput
            If the kind or the movement is unknown.
        Busy
            If another file of this session is being made.
        """
        if kind not in EXPORTS:
            raise BadInput(f"export {kind!r}: choose one of {', '.join(EXPORTS)}")
        if session.session_id in self._exporting:
            raise Busy
        self._exporting.add(session.session_id)
        try:
            return await self._made(session, kind, movement)
        finally:
            self._exporting.discard(session.session_id)

    async def _made(self, session: Session, kind: str, movement: int | None) -> tuple[bytes, int]:
        if kind in ("session", "csv"):
            content = await asyncio.to_thread(session.file.copy().content, session.now_s)
            return (await self._in_process(_table_of, content) if kind == "csv" else content), 1
        movements = session.performance.heard(session.now_s)
        if not movements:
            raise NothingPlayed("nothing was played yet: press start first")
        place = len(movements) if movement is None else movement
        if not 1 <= place <= len(movements):
            there_are = "there is only one" if len(movements) == 1 else f"there are {len(movements)}, counted from 1"
            raise BadInput(f"movement {place}: {there_are}")
        piece = await asyncio.to_thread(piece_of, movements[place - 1], "session")
        return await self._in_process(_file_of, piece, kind), len(movements)

    async def _in_process(self, work: Callable[..., bytes], *given: Any) -> bytes:
        loop = asyncio.get_running_loop()
        if self._exporter is None:
            self._exporter = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        try:
            return await loop.run_in_executor(self._exporter, work, *given)
        except BrokenProcessPool:
            self._exporter = None
            raise BadInput("the export broke off: try again, or a shorter movement") from None

    async def _wait_for(self, session: Session) -> None:
        """Wait for a page that is away, then let the music close and end; what fails at that keeps no place."""
        await asyncio.sleep(self._away_s)
        try:
            session.finish()
            limit_s = time.monotonic() + CLOSING_S
            while session.performance.is_playing and time.monotonic() < limit_s:
                await asyncio.sleep(0.1)
        except Exception:
            log.exception("the music of a page that is away does not close; its session ends")
        await self.end(session)


def drawn_seed() -> int:
    """A seed that nobody chose."""
    return secrets.randbelow(DRAWN_SEEDS)


def _with_seed(options: SessionOptions) -> SessionOptions:
    """What one session begins with."""
    if not options.draws_seed:
        return options
    return replace(options, settings=replace(options.settings, seed=drawn_seed()))


def _table_of(content: bytes) -> bytes:
    """In the exporting process: the readings of a session file as a table."""
    return readings_csv(parse_session(content, "session")).encode()


def _file_of(piece: Piece, kind: str) -> bytes:
    """In the exporting process: a piece as the bytes of one file."""
    with tempfile.TemporaryDirectory() as folder:
        return piece.save(Path(folder), [kind])[kind].read_bytes()
