"""While nobody is there the music rests, and when somebody comes it may begin again (`mien live --rest-after`)."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from mien.live.commands import Command
from mien.live.options import USUAL, SessionOptions
from mien.live.session import Session
from mien.live.station import Station, drawn_seed

LOOK_S = 1.0

log = logging.getLogger(__name__)


class Attendance:
    """Whether somebody is there for the music of a session.

    Parameters
    ----------
    session : whose music it is.
    options : after how long it rests, and whether another seed begins after that.
    """

    def __init__(self, session: Session, options: SessionOptions = USUAL) -> None:
        self._session = session
        self._options = options
        self._alone_s: float | None = None
        """Since when nobody is there; None while somebody is."""
        self._played = False
        """Whether there was music when it began to rest."""
        self.is_resting = False
        self._is_due = False
        """Whether it may begin again."""

    def look(self) -> None:
        """Let the music close, or end its rest, if that is due."""
        now_s = self._session.now_s
        if not self._session.follows_faces or not self._session.watching.is_alone(now_s):
            self._alone_s = None
            if self.is_resting:
                self._wake()
            return
        performance = self._session.performance
        if self._alone_s is None or (self.is_resting and performance.is_playing and not performance.is_closing):
            self._alone_s, self.is_resting = now_s, False  # who begins the music meanwhile is heard for as long
        after_s = self._options.rest_after_s
        if not self.is_resting and after_s is not None and now_s - self._alone_s >= after_s:
            self._rest(after_s)

    def begin_again(self) -> None:
        """Begin the music that rested, once somebody has come and its close is over; what was stopped stays silent."""
        session = self._session
        if self._is_due and not session.performance.is_playing:
            self._is_due = False
            if not session.is_stopped:
                session.do(Command("start", {}))

    def _rest(self, after_s: float) -> None:
        log.info("nobody has been there for %g minutes: the music rests until somebody comes", after_s / 60)
        self.is_resting, self._is_due, self._played = True, False, self._session.performance.is_playing
        try:
            self._session.finish()
        except Exception:
            log.exception("the music does not close; it is silenced")
            self._session.silence()

    def _wake(self) -> None:
        log.info("somebody is there")
        self.is_resting, self._is_due = False, self._played
        if self._played and self._options.draws_seed:  # another visitor, another opening
            self._session.do(Command("settings", {"seed": drawn_seed()}))


@contextlib.asynccontextmanager
async def attended(station: Station) -> AsyncIterator[None]:
    """While it lasts, the music of every page may rest while nobody is there, and begins again when somebody comes.

    Where a hand or a lead guides the music, nobody has to be seen. What was not playing when it began to rest stays
    silent.
    """
    if station.options.rest_after_s is None:
        yield
        return
    looking = asyncio.create_task(_look(station))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look(station: Station) -> None:
    known: dict[str, Attendance] = {}
    while True:
        await asyncio.sleep(LOOK_S)
        known = {
            session_id: known.get(session_id) or Attendance(session, station.options)
            for session_id, session in station.sessions.items()
        }
        for attendance in known.values():
            try:
                attendance.look()
                attendance.begin_again()
            except Exception:  # of one page: the others go on
                log.exception("whether somebody is there could not be told")
