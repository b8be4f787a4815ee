"""Where a local server listens and is reached (host, port → socket, the names it goes by).

Both servers use it: that of the live instrument and that of the label page.
"""

import contextlib
import socket
from collections.abc import Sequence

from mien.errors import BadInput, cause_of
from mien.ports.port import HIGHEST_PORT

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Hosts that stand for every address of this machine, and their loopback."""
FAR = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}
"""Addresses elsewhere, that nobody has (RFC 5737, RFC 3849)."""
BARE_PORT = 80
"""The port that browsers leave out of `Host` and `Origin`."""


def allowed_hosts(host: str, port: int, others: Sequence[str]) -> tuple[str, ...]:
    """The names of this server, what `Host` may say: with the port; at port 80, and of `others` (a proxy's), without it
    too."""
    names = ["127.0.0.1", "localhost", "[::1]"]
    if host in WILDCARDS:
        family = socket.AF_INET if host == "0.0.0.0" else socket.AF_UNSPEC  # "::" hears both
        with contextlib.suppress(OSError):
            names += [shown_host(str(row[4][0])) for row in socket.getaddrinfo(socket.gethostname(), None, family)]
        names += [socket.gethostname(), shown_host(reached_at(host)), reached_at("0.0.0.0")]
    elif host not in LOOPBACK:
        names.append(shown_host(host))
    every = [name.lower() for name in (*names, *others)]
    bare = every if port == BARE_PORT else [name.lower() for name in others]
    return tuple(dict.fromkeys([f"{name}:{port}" for name in every] + bare))


def reached_at(host: str) -> str:
    """Where other machines reach a server that listens on a host: for a wildcard the address that this machine sends
    from, or its loopback if it has no way out. Nothing is sent."""
    if host not in WILDCARDS:
        return host
    with contextlib.suppress(OSError), socket.socket(_family(host), socket.SOCK_DGRAM) as probe:
        probe.connect((FAR[host], 9))
        own = str(probe.getsockname()[0])
        if "%" not in own:  # a browser takes no address with a zone
            return own
    return WILDCARDS[host]


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises
    ------
    BadInput
        If the port cannot be had.
    """
    if not 0 <= port <= HIGHEST_PORT:
        raise BadInput(f"--port {port}: give 0 to {HIGHEST_PORT}; 0 picks a free one")
    listening = socket.socket(_family(host), socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # whoever reads the address may come at once
    except OSError as error:
        listening.close()
        remedy = "--host 127.0.0.1" if isinstance(error, socket.gaierror) else "another with --port, or --port 0"
        raise BadInput(f"port {port} on {host}: {cause_of(error)}; choose {remedy}") from None
    return listening


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def shown_host(host: str) -> str:
    """A host as an address shows it: IPv6 stands in brackets."""
    return f"[{host}]" if ":" in host else host
