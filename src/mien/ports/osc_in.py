"""Open Sound Control in → wishes: a UDP socket on loopback that steers the music (datagrams → calls).

Addresses: `/mien/hand/valence` and `/mien/hand/arousal` (−1..1), `/mien/hold/FIELD` with a number, or with none to
let it go, `/mien/mode NAME`, `/mien/tune NAME` (none ends it), `/mien/start`, `/mien/stop`, `/mien/panic`. Anything
else is dropped with a line in the log, one a second at most. A flood is cut to `MOST_A_S` messages a second; packets
above `MAX_BYTES` and bundles in bundles are not read. What python-osc would log itself, a line for each unknown type,
does not reach it.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

from pythonosc.osc_message import OscMessage, ParseError

from mien.errors import BadInput, cause_of

MAX_BYTES = 1024
MOST_A_S = 200
"""Messages a second that are obeyed."""
ROOT, BUNDLE = b"/mien/", b"#bundle\0"
TYPES = frozenset(b"fdihs")
"""Types of arguments that are read: numbers and strings."""

log = logging.getLogger("mien.live")

Wish = tuple[str, tuple[float | int | str, ...]]
"""What follows the root `/mien/`, and its arguments."""


class OscIn:
    """Listens until closed; `on_wish` is called from its thread.

    Raises
    ------
    BadInput
        If the port is taken.
    """

    def __init__(self, host: str, port: int, on_wish: Callable[[Wish], None]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            raise BadInput(f"OSC in on {host}:{port}: {cause_of(error)}; choose another --osc-in") from None
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self.refused = 0
        self._on_wish = on_wish
        self._said_s = 0.0
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
        """Count something as dropped, from any thread; a line in the log, one a second at most."""
        with self._saying:
            self.refused += 1
            now_s = time.monotonic()
            if now_s - self._said_s >= 1:
                self._said_s = now_s
                log.warning("OSC in: %s (%d dropped so far)", why, self.refused)

    def _listen(self) -> None:
        window_s, count = time.monotonic(), 0
        while not self._is_over:
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
                self.refuse("a packet that is no wish")
                continue
            if count >= MOST_A_S:
                self.refuse(f"more than {MOST_A_S} messages a second")
                continue
            wishes = parse_wishes(datagram)
            if not wishes:
                count += 1
                self.refuse("a packet that is no wish")
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
