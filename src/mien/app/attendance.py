"""While nobody is there the music rests, and when somebody comes it may begin again (`mien live --rest-after`)."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from mien.live.commands import Command
from mien.live.session import Session
from mien.live.station import Station, drawn_seed

LOOK_S = 1.0

log = logging.getLogger(__name__)


class Attendance:
    """Whether somebody is there for the music of a session.

    Parameters
    ----------
    session : whose music it is.
    rest_after_s : how long nobody may be there until the music closes; None: however long.
    draws_seed : whether what begins after a rest gets another seed.
    """

    def __init__(self, session: Session, rest_after_s: float | None, *, draws_seed: bool = False) -> None:
        self._session = session
        self._rest_after_s = rest_after_s
        self._draws_seed = draws_seed
        self._alone_s: float | None = None
        """Since when nobody is there; None while somebody is."""
        self._played = False
        """Whether there was music when it began to rest."""
        self.is_resting = False
        self._is_due = False

    def look(self) -> None:
        """Let the music close, or end its rest, if that is due."""
        now_s = self._session.now_s
        if not self._session.watching.is_alone(now_s):
            self._alone_s = None
            if self.is_resting:
                self._wake()
            return
        performance = self._session.performance
        if self._alone_s is None or (self.is_resting and performance.is_playing and not performance.is_closing):
            self._alone_s, self.is_resting = now_s, False  # who begins the music meanwhile is heard for as long
        if not self.is_resting and self._rest_after_s is not None and now_s - self._alone_s >= self._rest_after_s:
            self._rest(self._rest_after_s)

    def begin_again(self) -> None:
        """Begin the music that rested, once somebody has come and its close is over; what was stopped stays silent."""
        session = self._session
        if self._is_due and not session.performance.is_playing:
            self._is_due = False
            if not session.is_stopped:
                session.do(Command("start", {}))

    def _rest(self, after_s: float) -> None:
        log.info("nobody has been there for %g minutes: the music rests until somebody comes", after_s / 60)
        self.is_resting, self._played = True, self._session.performance.is_playing
        try:
            self._session.finish()
        except Exception:
            log.exception("the music does not close; it is silenced")
            self._session.silence()

    def _wake(self) -> None:
        log.info("somebody is there")
        self.is_resting, self._is_due = False, self._played
        if self._draws_seed:  # another visitor, another opening
            self._session.do(Command("settings", {"seed": drawn_seed()}))


@contextlib.asynccontextmanager
async def attended(station: Station, rest_after_s: float | None) -> AsyncIterator[None]:
    """While it lasts, the music of every page rests after so long without a face, and begins again when one comes.

    Where a hand leads the music, nobody has to be seen. What was not playing when it began to rest stays silent.
    """
    if rest_after_s is None:
        yield
        return
    looking = asyncio.create_task(_look(station, rest_after_s))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look(station: Station, rest_after_s: float) -> None:
    known: dict[str, Attendance] = {}
    while True:
        await asyncio.sleep(LOOK_S)
        known = {
            session_id: known.get(session_id)
            or Attendance(session, rest_after_s, draws_seed=station.options.draws_seed)
            for session_id, session in station.sessions.items()
            if session.state()["mode"] != "hand"
        }
        for attendance in known.values():
            attendance.look()
            attendance.begin_again()
