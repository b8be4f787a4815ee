"""A plan in time → ports: one thread that sends what has come due, and silences everything when it ends.

Ports are opened by whoever makes the player and closed by it. A port that is lost, or cannot be had at first, is told
of once (`on_change`), left alone, and tried again every `RETRY_S`, in a thread that keeps no other port waiting; when
it is back it is silenced and given its instruments first, since nobody knows what it still believes.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from mien.clock import Clock
from mien.errors import MienError
from mien.live.plan import Plan, PlannedNote
from mien.ports.port import Event, Port, PortLost, Program, Release

RETRY_S = 2.0
LONGEST_WAIT_S = 0.25
"""The thread looks up at least this often."""
FORESIGHT_S = 2.0
"""So long before they are sent, notes are told to ports that need time to get ready."""

FAILURES = (PortLost, OSError, MienError)
"""What a port that is lost, or cannot be had, raises; anything else is a fault of its code, and told to the log."""

log = logging.getLogger(__name__)

Opener = Callable[[], Port]


@runtime_checkable
class Foreseeing(Protocol):
    """A port that gets ready for what comes."""

    def foresee(self, coming: Sequence[PlannedNote | Program]) -> None:
        """Take in what will be sent within `FORESIGHT_S`, in order, each once, as far as it is known by then."""
        ...


@dataclass(frozen=True, slots=True)
class InTime:
    """What opens a port that wants the clock's pulses: they are planned only where somebody does."""

    opens: Opener

    def __call__(self) -> Port:
        """Open it."""
        return self.opens()


class Player:
    """Plays on ports.

    Parameters
    ----------
    openers : what opens each port, by its name. A port that cannot be opened counts as lost, and is tried again.
    clock : the session's.
    on_change : called, from the player's thread, with a port's name, whether it is alive, and if not, why.
    runs : in a thread of its own; otherwise somebody calls `play_due`.
    """

    def __init__(
        self,
        openers: Mapping[str, Opener],
        clock: Clock,
        on_change: Callable[[str, bool, str], None] = lambda *_: None,
        *,
        runs: bool = True,
    ) -> None:
        self._openers: dict[str, Opener] = {}
        self._ports: dict[str, Port | None] = {}
        self._clock = clock
        self._on_change = on_change
        self._runs = runs
        self._plan = Plan()
        self._wake = threading.Condition()
        self._now: list[Event] = []
        self._is_over = False
        self._wants_panic = False
        self._retry_s = 0.0
        self._programs: dict[int, Program] = {}
        self._opened: dict[str, Port] = {}
        self._missed: set[str] = set()
        self._opening: threading.Thread | None = None
        self._thread: threading.Thread | None = None
        self.take_ports(openers)

    def take_ports(self, openers: Mapping[str, Opener]) -> None:
        """Play on these ports from now on: one who had none is given another's.

        Raises
        ------
        ValueError
            If it has ports, or has ended.
        """
        if self._openers or self._is_over:
            raise ValueError("only a player without ports is given some")
        self._openers, self._ports = dict(openers), dict.fromkeys(openers)
        if self._openers and self._runs:
            self._thread = threading.Thread(target=self._run, name="mien-player", daemon=True)
            self._thread.start()

    @property
    def keeps_time(self) -> bool:
        """Whether a port, alive or not, wants the clock's pulses."""
        return any(isinstance(opener, InTime) for opener in self._openers.values())

    def replace(
        self,
        from_s: float,
        notes: Iterable[PlannedNote],
        ends: Mapping[int, float],
        others: Sequence[tuple[float, Event]] = (),
    ) -> None:
        """As `Plan.replace`."""
        if self._openers:
            with self._wake:
                self._plan.replace(from_s, notes, ends, others)
                self._wake.notify()

    def send(self, events: Iterable[Event]) -> None:
        """Send events at once."""
        if self._openers:
            with self._wake:
                self._now += events
                self._wake.notify()

    def silence(self, *, panic: bool = False) -> None:
        """Stop: every note that sounds gets its release, what was to come is forgotten.

        Parameters
        ----------
        panic : the ports shall also silence what nobody knows of.
        """
        if self._openers:
            with self._wake:
                owed = [event for event in self._now if isinstance(event, Release)]
                self._now = owed + self._plan.silence()
                self._wants_panic = self._wants_panic or panic
                self._wake.notify()

    def alive(self) -> dict[str, bool]:
        """Which ports are there, by what each calls itself: a file, by the name that is written."""
        return {port.name if port else name: port is not None for name, port in self._ports.items()}

    def close(self) -> None:
        """Silence everything, close the ports, end the thread."""
        with self._wake:
            self._is_over = True
            self._wake.notify()
        if self._thread:
            self._thread.join()
            self._thread = None
        else:
            self._end()

    def play_due(self) -> None:
        """Send what has come due; open what is not open, now and then."""
        self._open()
        self._take_up()
        with self._wake:
            panics, self._wants_panic = self._wants_panic, False
            events, self._now = self._now + self._plan.due(self._clock.now_s), []
            readies = any(isinstance(port, Foreseeing) for port in self._ports.values())
            coming = self._plan.coming(self._clock.now_s + FORESIGHT_S) if readies else []
        self._programs |= {event.channel: event for event in events if isinstance(event, Program)}
        if events:
            self._each(lambda port: port.send(events))
        if panics:
            self._each(lambda port: port.panic())
        if coming:
            self._each(lambda port: port.foresee(coming) if isinstance(port, Foreseeing) else None)

    def _run(self) -> None:
        try:
            while not self._is_over:
                self.play_due()
                with self._wake:
                    if not (self._now or self._is_over or self._wants_panic):
                        self._wake.wait(self._patience_s())
        finally:
            self._end()

    def _end(self) -> None:
        with self._wake:
            self._is_over = True
        self._take_up()
        events = self._now + self._plan.silence()
        self._each(lambda port: port.send(events))
        self._each(lambda port: port.panic())
        self._each(lambda port: port.close())
        self._ports = dict.fromkeys(self._openers)

    def _patience_s(self) -> float:
        next_s = self._plan.next_s
        return LONGEST_WAIT_S if next_s is None else min(LONGEST_WAIT_S, max(0.0, next_s - self._clock.now_s))

    def _each(self, work: Callable[[Port], None]) -> None:
        """Do something with every port that is there; one that fails is lost."""
        for name, port in list(self._ports.items()):
            if port is None:
                continue
            if (why := _failure(partial(work, port), name)) is not None:
                self._ports[name] = None
                self._retry_s = self._clock.now_s + RETRY_S
                _let_go(port, name)
                self._miss(name, why, port.name)

    def _miss(self, name: str, why: str, called: str | None = None) -> None:
        """Tell of a port that is not there, unless that is known; `called` is what it called itself."""
        if name not in self._missed:
            self._missed.add(name)
            self._on_change(called or name, False, why.removeprefix(f"{called or name}: "))

    def _open(self) -> None:
        """Open what is not open, now and then; after the first time beside the music, which would wait for it."""
        missing = [name for name, port in self._ports.items() if port is None]
        if not missing or self._clock.now_s < self._retry_s or (self._opening and self._opening.is_alive()):
            return
        is_first, self._retry_s = not self._retry_s, self._clock.now_s + RETRY_S
        if is_first or not self._runs:
            self._try(missing)
        else:
            self._opening = threading.Thread(target=self._try, args=(missing,), name="mien-ports", daemon=True)
            self._opening.start()

    def _try(self, names: Iterable[str]) -> None:
        """Open ports as far as they can be had; who comes too late is let go again."""
        for name in names:
            if (why := _failure(partial(self._try_one, name), name)) is not None:
                self._miss(name, why)

    def _try_one(self, name: str) -> None:
        port = self._openers[name]()
        with self._wake:
            if not self._is_over:
                self._opened[name] = port
                self._wake.notify()
                return
        _let_go(port, name)

    def _take_up(self) -> None:
        """Play on what has been opened."""
        with self._wake:
            opened, self._opened = self._opened, {}
        for name, port in opened.items():
            if (why := _failure(partial(self._greet, port), name)) is None:
                self._ports[name] = port
                self._missed.discard(name)
                self._on_change(port.name, True, "")
            else:
                _let_go(port, name)
                self._miss(name, why, port.name)

    def _greet(self, port: Port) -> None:
        """Silence a port that has just been opened, and give it its instruments."""
        port.panic()
        if self._programs:
            port.send(list(self._programs.values()))


def _failure(work: Callable[[], object], name: str) -> str | None:
    """Do something with a port, whatever it raises: one that fails ends neither the others nor the thread.

    Returns
    -------
    Why it failed; None if it did not.
    """
    try:
        work()
    except FAILURES as error:
        return str(error)
    except Exception:
        log.exception("port %s failed as no port should", name)
        return "a fault of mien, told in the log"
    return None


def _let_go(port: Port, name: str) -> None:
    """Close a port that failed, so that none of its threads and sockets stays; it may well fail at that too, which the
    log has: a file that cannot be written is lost."""
    if why := _failure(port.close, name):
        log.warning("port %s could not be closed: %s", name, why)
