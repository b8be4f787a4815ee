"""Open Sound Control in → wishes: a UDP socket on loopback that steers the music (datagrams → calls).

What addresses there are below `/mien/` says `docs/osc.md`; whoever takes wishes knows them. Anything else is dropped
with a line in the log that names its address, one a second at most: that of the next second tells what more there was.
A flood is cut to `MOST_A_S` messages a second; packets above `MAX_BYTES` and bundles in bundles are not read. What
python-osc would log itself, a line for each unknown type, does not reach it.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

from pythonosc.osc_message import OscMessage, ParseError

from mien.errors import BadInput, cause_of
from mien.ports.port import HIGHEST_PORT

MAX_BYTES = 1024
MOST_A_S = 200
"""Messages a second that are obeyed."""
MOST_NAMED, LONGEST_NAME = 4, 60
"""Of a line in the log: things dropped, and characters of an address."""
ROOT, BUNDLE = b"/mien/", b"#bundle\0"
TYPES = frozenset(b"fdihs")
"""Types of arguments that are read: numbers and strings."""

log = logging.getLogger(__name__)

Wish = tuple[str, tuple[float | int | str, ...]]
"""What follows the root `/mien/`, and its arguments."""


class OscIn:
    """Listens until closed; `on_wish` is called from its thread.

    Raises
    ------
    BadInput
        If the port is taken, or there is none of that number.
    """

    def __init__(self, host: str, port: int, on_wish: Callable[[Wish], None]) -> None:
        if not 0 <= port <= HIGHEST_PORT:
            raise BadInput(f"--osc-in {port}: give 1 to {HIGHEST_PORT}, or 0 for a free one")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise BadInput(f"OSC in on {host}:{port}: {cause_of(error)}; choose another --osc-in") from None
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self.refused = 0
        self._on_wish = on_wish
        self._said_s = 0.0
        self._more: list[str] = []
        self._more_count = 0
        self._saying = threading.Lock()
        self._is_over = False
        self._thread = threading.Thread(target=self._listen, name="mien-osc-in", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._is_over = True
        self._thread.join()
        self._socket.close()

    def refuse(self, why: str) -> None:
        """Count something as dropped, from any thread; a line in the log, at once or a second after the last."""
        why = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in why)
        with self._saying:
            self.refused += 1
            self._more_count += 1
            if why not in self._more and len(self._more) < MOST_NAMED:
                self._more.append(why)
        self._say()

    def _say(self) -> None:
        """Tell what was dropped since the last line, if that is a second ago."""
        with self._saying:
            now_s = time.monotonic()
            if self._more and now_s - self._said_s >= 1:
                count = f"{self._more_count} times, " if self._more_count > 1 else ""
                log.warning("OSC in: %s (%s%d dropped so far)", "; ".join(self._more), count, self.refused)
                self._said_s, self._more, self._more_count = now_s, [], 0

    def _listen(self) -> None:
        window_s, count = time.monotonic(), 0
        while not self._is_over:
            self._say()
            try:
                datagram = self._socket.recv(MAX_BYTES + 1)
            except TimeoutError:
                continue
            except OSError:
                return
            now_s = time.monotonic()
            if now_s - window_s >= 1:
                window_s, count = now_s, 0
            if not datagram.startswith((ROOT, BUNDLE)):
                self.refuse(f"{_named(datagram)}: no address of mien")
                continue
            if count >= MOST_A_S:
                self.refuse(f"more than {MOST_A_S} messages a second")
                continue
            wishes = parse_wishes(datagram)
            if not wishes:
                count += 1
                self.refuse(f"{_named(datagram)}: not read (too long, or arguments that are no numbers or texts)")
            for wish in wishes:
                count += 1
                if count > MOST_A_S:
                    self.refuse(f"more than {MOST_A_S} messages a second")
                else:
                    self._on_wish(wish)


def parse_wishes(datagram: bytes) -> list[Wish]:
    """The wishes of a datagram, none if it holds something else."""
    if len(datagram) > MAX_BYTES:
        return []
    try:
        found = [OscMessage(one) for one in _messages(datagram) if _is_readable(one)]
    except (ParseError, ValueError, IndexError):
        return []
    return [(one.address.removeprefix("/mien/"), tuple(one.params)) for one in found]


def _named(datagram: bytes) -> str:
    """What a packet says it is for: its address, or that of a bundle's first message."""
    address = next(_messages(datagram), b"")[:LONGEST_NAME].partition(b"\0")[0]
    return address.decode("utf-8", "replace") or "a packet without address"


def _messages(datagram: bytes) -> Iterator[bytes]:
    """What may be messages in a packet: itself, or what a bundle holds after its name and time."""
    if not datagram.startswith(BUNDLE):
        yield datagram
        return
    at = 16
    while at < len(datagram):
        begin = at + 4
        at = begin + int.from_bytes(datagram[at:begin], "big")
        yield datagram[begin:at]


def _is_readable(message: bytes) -> bool:
    """Whether a message is one of ours, of types that are read. Both its strings are filled up to four bytes."""
    end = message.find(b"\0")
    types = message[(end // 4 + 1) * 4 :].partition(b"\0")[0]
    return message.startswith(ROOT) and end > 0 and TYPES.issuperset(types[1:])
