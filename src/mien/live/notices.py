"""What happens to reader, ports and faces → a notice, told once, and a line in the log (changes → messages)."""

import logging
from collections.abc import Callable

from mien.live.player import RETRY_S

log = logging.getLogger(__name__)

Notice = Callable[[str, str], None]


class Notices:
    """Tells what has changed.

    Parameters
    ----------
    notice : called with a code of `docs/wire.md` and a sentence.
    """

    def __init__(self, notice: Notice) -> None:
        self._notice = notice
        self.reader_is = "starting"
        """"starting", "ready" or "lost"."""
        self._was_lost = False
        self._is_alone = False

    def reader(self, how: str) -> None:
        """The reading process is starting, ready or lost."""
        before, self.reader_is = self.reader_is, how
        if how == "lost" and before != "lost":  # or it could not be started again
            log.warning("the reading process ended; another one starts")
            self._notice("reader-lost", "reading stopped and starts anew; the music goes on")
        elif how == "ready" and before == "starting" and self._was_lost:
            self._notice("reader-back", "reading goes on")
        self._was_lost = how == "lost" or (self._was_lost and how == "starting")

    def faces(self, is_alone: bool) -> None:
        """Nobody is seen, or somebody."""
        if is_alone != self._is_alone:
            self._is_alone = is_alone
            if is_alone:
                self._notice("no-face", "no face is seen: come closer, into the light, face the camera")
            else:
                self._notice("face-back", "a face is seen")


def port_notice(name: str, is_alive: bool, why: str) -> tuple[str, str]:
    """Code and sentence for a port that came, went or cannot be had; the latter two are in the log too, as warnings."""
    remedy = f"check its name and whether it is on; it is tried again every {RETRY_S:g} seconds"
    text = f"{name} is there" if is_alive else f"{name} is not there ({why}): {remedy}"
    log.info(text) if is_alive else log.warning(text)
    return ("port-back" if is_alive else "port-lost"), text
