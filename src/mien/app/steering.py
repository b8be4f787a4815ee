"""OSC wishes → commands of the oldest session (the addresses of `docs/osc.md`)."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator

from mien.errors import BadInput
from mien.live.commands import Command
from mien.live.station import Station
from mien.ports.osc_in import LONGEST_NAME, OscIn, Wish

BUTTONS = ("start", "stop", "panic")
"""What is pressed. It is logged when it is obeyed: why there is music, or none."""

log = logging.getLogger(__name__)


def command_of(wish: Wish) -> Command:
    """The command of a wish; what its argument may be is checked where the command is obeyed.

    Raises
    ------
    BadInput
        If there is none of that address.
    """
    address, given = wish
    first = given[0] if given else None
    match address.split("/"):
        case ["hand", ("valence" | "arousal") as axis]:
            return Command("hand", {axis: first})
        case ["hold", field]:
            return Command("hold", {"fields": {field: first}})
        case [("mode" | "tune" | "ensemble" | "tonic" | "meter" | "seed") as setting]:
            return Command("settings", {setting: first})
        case ["lead"] if len(given) == 2:
            return Command("lead", {"do": "start", "to": first, "minutes": given[1]})
        case ["lead"]:
            return Command("lead", {"do": first})
        case [("start" | "stop" | "panic") as kind]:
            return Command(kind, {})
    raise BadInput("no wish of that address")


def is_release(wish: Wish) -> bool:
    """Whether somebody let go of a button: controllers send 1 when it is pressed, 0 when it is released."""
    address, given = wish
    return address in BUTTONS and bool(given) and not given[0]


@contextlib.contextmanager
def steered_by_osc(station: Station, port: int | None) -> Iterator[None]:
    """While it lasts, what is heard on a loopback port steers the oldest session; without a port nothing does.

    Raises
    ------
    BadInput
        If the port is taken.
    """
    if port is None:
        yield
        return
    loop = asyncio.get_running_loop()

    def obey(wish: Wish) -> None:
        session = next(iter(station.sessions.values()), None)
        if session is None or is_release(wish):
            return
        try:
            command = command_of(wish)
            session.do(command)
        except BadInput as error:
            listening.refuse(f"/mien/{wish[0][:LONGEST_NAME]}: {error}")
        else:
            if command.kind in BUTTONS:
                log.info("OSC in: %s", command.kind)

    def hear(wish: Wish) -> None:
        loop.call_soon_threadsafe(obey, wish)

    listening = OscIn("127.0.0.1", port, hear)
    log.info("OSC in on port %d", listening.port)
    try:
        yield
    finally:
        listening.close()
