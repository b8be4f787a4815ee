"""Who is sounding: strikes and releases that always come in pairs.

The ledger stands between a plan of notes and the ports. A note that is struck is held under its key (channel, pitch)
until it is released; striking a key that is held releases it first, and a release of a note that no longer holds its
key does nothing. Whatever ends a session, `silence` gives the releases that are still owed.
"""

from mien.ports.port import Release, Strike
from mien.values import Part

Key = tuple[int, int]
"""Channel and pitch."""


class Ledger:
    """The keys that are down, each with the id of the note that holds it."""

    def __init__(self) -> None:
        self._held: dict[Key, tuple[int, Part]] = {}

    def strike(self, note_id: int, strike: Strike) -> tuple[Strike | Release, ...]:
        """What to send so that a note begins: its key is released first if it is down."""
        key = (strike.channel, strike.pitch_midi)
        due = (self._release(key),) if key in self._held else ()
        self._held[key] = (note_id, strike.part)
        return (*due, strike)

    def release(self, note_id: int, channel: int, pitch_midi: int) -> tuple[Release, ...]:
        """What to send so that a note ends: nothing if another has taken its key, or all was silenced."""
        key = (channel, pitch_midi)
        held = self._held.get(key)
        return (self._release(key),) if held and held[0] == note_id else ()

    def silence(self) -> tuple[Release, ...]:
        """What to send so that nothing sounds."""
        return tuple(self._release(key) for key in sorted(self._held))

    def _release(self, key: Key) -> Release:
        _, part = self._held.pop(key)
        return Release(key[0], part, key[1])
