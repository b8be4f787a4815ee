"""Time comes in as a value: a wall clock for live use, an offline clock for tests and rendering.

`now_s` is monotonic: seconds since the clock was made. The same stages run on both clocks.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time and can wait."""

    @property
    def now_s(self) -> float:
        """Seconds since the clock was made."""
        ...

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass (none if negative)."""
        ...


class WallClock:
    """The machine's monotonic clock."""

    def __init__(self) -> None:
        self._start_s = time.monotonic()

    @property
    def now_s(self) -> float:
        """Seconds since the clock was made."""
        return time.monotonic() - self._start_s

    def wait(self, seconds: float) -> None:
        """Sleep for `seconds`."""
        time.sleep(max(0.0, seconds))


class OfflineClock:
    """A clock that moves only when told to, and then at once."""

    def __init__(self) -> None:
        self._now_s = 0.0

    @property
    def now_s(self) -> float:
        """Seconds waited for so far."""
        return self._now_s

    def wait(self, seconds: float) -> None:
        """Move the clock forward by `seconds` without waiting."""
        self._now_s += max(0.0, seconds)
