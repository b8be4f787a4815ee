"""A session's reading process, seen from the session: newest frame wins, crashes are mended (CameraFrame → answers).

One frame is being read, one may wait; a newer one takes the waiting one's place and the older counts as dropped. A
process that dies or hangs, or that the machine cannot start just now, is replaced, a little later each time; the
session is told and goes on meanwhile.
`on_answer` and `on_change` are called on the event loop.
"""

import asyncio
import json
import logging
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self

from mien.assets import read_manifest
from mien.clock import Clock
from mien.errors import cause_of
from mien.live.answers import Answer, FrameRow, Ready, Refusal
from mien.live.frames import CameraFrame, frame_bytes
from mien.live.worker import serve
from mien.reader_manifest import classes_told
from mien.vocabulary import EIGHT, Classes

HUNG_S = 5.0
"""A frame that takes longer has stuck the process."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 4.0
"""How long a replacement waits, doubling from the first to the longest; a reading brings back the first."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A frame with its arrival, session time."""

    frame: CameraFrame
    arrived_s: float


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """What is read: by which network (`weights`, None for the shipped one), the `classes` it tells apart, and whether
    expression `coefficients` too."""

    weights: Path | None = None
    classes: Classes = EIGHT
    coefficients: bool = False

    @classmethod
    def of(cls, weights: Path | None, coefficients: bool = False) -> Self:
        """The choice of a network, by its manifest alone: nothing of `mien.affect` is loaded.

        Raises
        ------
        BadAsset
            If it has no manifest of a reader.
        """
        return cls(weights, EIGHT if weights is None else classes_told(read_manifest(weights), weights), coefficients)


SHIPPED = ReaderChoice()


class ReadingProcess:
    """The reading process of one session; to be used from one event loop.

    Parameters
    ----------
    reads_affect : whether expressions are read, or cues only measured.
    clock : the session's.
    on_answer : called with what the process says of a frame, and the frame.
    on_change : called with "starting", "ready" or "lost".
    choice : what is read, and by which network.
    """

    def __init__(
        self,
        reads_affect: bool,
        clock: Clock,
        on_answer: Callable[[Answer, Waiting], None],
        on_change: Callable[[str], None],
        choice: ReaderChoice = SHIPPED,
    ) -> None:
        self._reads_affect = reads_affect
        self._clock = clock
        self._on_answer = on_answer
        self._on_change = on_change
        self._choice = choice
        self._loop = asyncio.get_running_loop()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._generation = 0
        self._ready = False
        self._reading: tuple[Waiting, float] | None = None
        self._next: Waiting | None = None
        self._wait_s = FIRST_WAIT_S
        self._restart: asyncio.TimerHandle | None = None
        self._closed = False
        self._dropped = 0
        self.affect_modules: tuple[str, ...] | None = None
        """What of `mien.affect` the process had loaded when it was ready; None before."""
        self._start()

    def submit(self, frame: CameraFrame) -> None:
        """Have a frame read, now or when the one at hand is done; a frame that waits is dropped for it."""
        waiting = Waiting(frame, self._clock.now_s)
        if self._reading and self._clock.now_s - self._reading[1] > HUNG_S and self._process:
            self._process.kill()  # its end of the pipe closes: the rest is as after a crash
        if self._ready and self._reading is None:
            self._send(waiting)
            return
        self._dropped += self._next is not None
        self._next = waiting

    def dropped(self) -> int:
        """How many frames were dropped since this was last asked."""
        new, self._dropped = self._dropped, 0
        return new

    def change(self, reads_affect: bool) -> None:
        """Read expressions, or measure cues only, from now on: another process, if need be."""
        if reads_affect != self._reads_affect:
            self._reads_affect = reads_affect
            self._stop()
            self._start()

    def close(self) -> None:
        """End the process."""
        self._closed = True
        self._stop()

    def _start(self) -> None:
        self._restart = None
        self._generation += 1
        self._ready, self._reading, self.affect_modules = False, None, None
        try:
            self._process, self._connection = self._started()
        except OSError as error:  # no memory, no process or no file descriptor left just now
            if self._wait_s < LONGEST_WAIT_S:  # not for ever, where it goes on for days
                log.warning("the reading process cannot be started: %s; it is tried again", cause_of(error))
            self._lose(self._generation)
            return
        self._on_change("starting")
        heard = (self._connection, self._process, self._generation)
        threading.Thread(target=self._listen, args=heard, daemon=True).start()

    def _started(self) -> tuple[BaseProcess, Connection]:
        """A new process, and our end of the pipe to it."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        with theirs:
            asked = (theirs, self._reads_affect, self._choice.weights, self._choice.coefficients)
            process = context.Process(target=serve, args=asked, daemon=True)
            try:
                process.start()
            except OSError:
                ours.close()
                raise
        return process, ours

    def _stop(self) -> None:
        """End the process; its thread ends with the pipe."""
        self._generation += 1
        if self._restart:  # it was lost a moment ago
            self._restart.cancel()
            self._restart = None
        if self._process and self._process.is_alive():
            self._process.kill()
        self._process, self._connection, self._ready, self._reading, self._next = None, None, False, None, None

    def _listen(self, connection: Connection, process: BaseProcess, generation: int) -> None:
        """A thread: hand on what one process says, until it says no more."""
        try:
            while True:
                said = json.loads(connection.recv_bytes())
                self._call(self._hear, generation, said)
        except (EOFError, OSError, ValueError):
            connection.close()
            process.join(HUNG_S)
            self._call(self._lose, generation)

    def _call(self, work: Callable[..., None], *given: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(work, *given)
        except RuntimeError:
            return  # the loop has ended, and the session with it

    def _hear(self, generation: int, said: FrameRow | Refusal | Ready) -> None:
        if generation != self._generation:
            return
        if "ready" in said:
            self.affect_modules = tuple(said["affect_modules"])
            self._ready = True
            self._on_change("ready")
        elif self._reading:
            waiting, _ = self._reading
            self._reading = None
            self._wait_s = FIRST_WAIT_S
            self._on_answer(said, waiting)
        if self._ready and self._reading is None and self._next is not None:
            following, self._next = self._next, None
            self._send(following)

    def _send(self, waiting: Waiting) -> None:
        """The process waits for it, so the pipe is empty and this does not block."""
        self._reading = (waiting, self._clock.now_s)
        try:
            if self._connection:
                self._connection.send_bytes(frame_bytes(waiting.frame))
        except OSError:
            return  # the listening thread notices as well

    def _lose(self, generation: int) -> None:
        if generation != self._generation or self._closed:
            return
        self._ready, self._reading = False, None
        self._on_change("lost")
        self._restart = self._loop.call_later(self._wait_s, self._start)
        self._wait_s = min(LONGEST_WAIT_S, 2 * self._wait_s)
