"""`mien live --camera 0 --audio`: the instrument without a browser, for installations; this machine or ports sound.

A camera, one session and the ports, from start to signal. What fails comes back by itself: the camera, a port, the
reading process, the composer. A watchdog begins the music anew if it should ever have ended by itself; whoever stopped
it, by OSC, starts it again. While nobody is there it may rest (`--rest-after`). Log lines tell states and numbers,
never pictures.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping
from typing import Any

from mien.app.attendance import LOOK_S, Attendance
from mien.live.camera import Camera
from mien.live.commands import Command
from mien.live.options import USUAL, SessionOptions
from mien.live.session import Session
from mien.live.settings import next_seed
from mien.live.station import Station

STATUS_S = 60.0
"""How often the state is logged; where the music begins or ends it is logged at once."""
IN_THE_LOG = ("port-lost", "port-back", "reader-lost")
"""Notices that whoever gives them logs too, as what is refused always is."""
TROUBLES = ("composer-restarted", "video-lost")
"""Notices that are a warning in the log; the others tell a normal state."""

log = logging.getLogger(__name__)


class Status:
    """What the session last told, for the status line."""

    def __init__(self) -> None:
        self._brief: Mapping[str, Any] | None = None
        self._clocks: Mapping[str, Any] = {}
        self._faces = 0
        self.films = True
        """Whether a camera is there."""

    @property
    def plays(self) -> bool:
        """Whether music sounds, as far as was told."""
        return self._brief is not None

    def hear(self, message: Mapping[str, Any]) -> None:
        """Take a message in."""
        if message["type"] == "brief":
            self._brief = message["now"]
        elif message["type"] == "clocks":
            self._clocks = message
        elif message["type"] == "reading":
            self._faces = len(message["faces"])
        elif message["type"] == "notice" and message["code"] == "no-face":
            if self.films:  # else no face is what is to be expected
                log.info("no face is seen")
        elif message["type"] == "notice" and message["code"] not in IN_THE_LOG:
            log.log(logging.WARNING if message["code"] in TROUBLES else logging.INFO, "%s", message["text"])
        elif message["type"] == "calibration" and (message["state"] != "running" or not message["progress"]):
            log.info("resting face %s: %s", message["state"], message["text"])

    def line(self) -> str:
        """The state in a line."""
        music = f"{self._brief['key']}, {self._brief['tempo_bpm']:.0f} a minute" if self._brief else "silent"
        if not self.films:
            return f"{music}; no camera"
        rate = self._clocks.get("read_a_s") or 0.0
        return f"{music}; {self._faces} face{'' if self._faces == 1 else 's'}, {rate:.1f} frames a second"


class Watchdog:
    """Begins the music, and begins it anew where it should play and does not; lets it rest while nobody is there.

    Parameters
    ----------
    session : whose music it is.
    options : of its station, which say when it rests.
    """

    def __init__(self, session: Session, options: SessionOptions = USUAL) -> None:
        self._session = session
        self._attendance = Attendance(session, options)
        self._is_due = True
        """Whether it was silent as it should be, so that there is nothing to warn of when the music begins."""

    def look(self) -> None:
        """Begin or close the music, if that is due."""
        session = self._session
        self._attendance.look()
        self._is_due |= self._attendance.is_resting
        if session.performance.is_playing or session.is_stopped or self._attendance.is_resting:
            return
        if not self._is_due:
            log.warning("the music ended by itself; it begins anew")
        try:
            session.start()
        except Exception:  # nobody is there to start it again
            log.exception("the music does not begin; it is tried again with another seed")
            session.do(Command("settings", {"seed": next_seed(session.state()["seed"])}))
        else:
            self._is_due = False
            log.info("the music begins; its seed is %d", session.state()["seed"])


async def play_headless(station: Station, camera: str) -> None:
    """Play until a signal tells to end.

    Parameters
    ----------
    camera : number of a camera, or path of a video (see `mien.live.camera.open_source`).
    """
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises instead
            loop.add_signal_handler(number, over.set)
    status = Status()
    session, _ = station.enter(None)
    session.attach(status.hear, {}, resumed=False)
    if folder := station.options.keep_video:
        log.warning("pictures are KEPT in %s: a sign must say so to whoever is seen", folder)
        session.do(Command("record", {"on": True}))

    def film(message: bytes) -> None:
        loop.call_soon_threadsafe(session.hear_frame, message)

    missing = "not there"

    def change(is_there: bool) -> None:
        nonlocal missing
        status.films = is_there
        if is_there:
            log.info("camera %s is there", camera)
        else:
            log.warning("camera %s is %s; it is tried again", camera, missing)
        missing = "gone"

    filming = Camera(camera, film, change)
    try:
        await _watch(session, status, over, Watchdog(session, station.options))
    finally:
        filming.close()
        await station.close()


async def _watch(session: Session, status: Status, over: asyncio.Event, watchdog: Watchdog) -> None:
    """Keep the music as it should be, and tell how it goes, until it is over."""
    told_s = session.now_s
    was_playing = False
    while not over.is_set():
        watchdog.look()
        if status.plays != was_playing or session.now_s - told_s >= STATUS_S:
            told_s, was_playing = session.now_s, status.plays
            log.info("%s", status.line())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), LOOK_S)
