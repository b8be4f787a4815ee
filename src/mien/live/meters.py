"""The three clocks of a session, measured: what the message `clocks` says.

Percentiles are over the last `KEPT` measurements, by the nearest rank (numpy's would load its masked arrays, 6 MB,
while everything waits); rates are over the time since they were last told.
"""

from collections import deque
from collections.abc import Sequence
from math import ceil
from typing import Any

from mien.live.messages import clocks_told

KEPT = 600


class Meters:
    """Latencies in milliseconds, rates a second."""

    def __init__(self) -> None:
        self._gesture_ms: deque[float] = deque(maxlen=KEPT)
        self._loop_ms: deque[float] = deque(maxlen=KEPT)
        self._read = 0
        self._dropped = 0
        self._told_s = 0.0

    def gesture(self, seconds: float, dropped: int) -> None:
        """A frame has become controllers, so long after it arrived; so many were dropped before it."""
        self._gesture_ms.append(1e3 * seconds)
        self._read += 1
        self._dropped += dropped

    def loop(self, seconds: float) -> None:
        """The event loop came so late."""
        self._loop_ms.append(1e3 * max(0.0, seconds))

    def told(self, now_s: float, structure_s: float | None, mood_s: float) -> dict[str, Any]:
        """The message; rates begin anew."""
        past_s = max(1e-3, now_s - self._told_s)
        gesture_ms, loop_ms = _percentiles(self._gesture_ms, 95), _percentiles(self._loop_ms, 99)
        read_a_s, dropped_a_s = self._read / past_s, self._dropped / past_s
        message = clocks_told(gesture_ms, structure_s, mood_s, loop_ms, read_a_s, dropped_a_s)
        self._told_s, self._read, self._dropped = now_s, 0, 0
        return message


def _percentiles(values: deque[float], high: int) -> dict[str, float | None]:
    ordered = sorted(values)
    return {f"p{share}": _at(ordered, share) for share in (50, high)}


def _at(ordered: Sequence[float], share: int) -> float | None:
    return round(ordered[ceil(share / 100 * len(ordered)) - 1], 1) if ordered else None
