"""What a port is: something that music and readings are sent to, now.

Events are small frozen values; a port takes those it has a word for and leaves the rest. Channels count from 0,
pitches and velocities are MIDI's, control values 0..1, addresses are relative to the port's own root. `SilentTwin` is
the port of tests and of `mien ports --test`: it keeps what it was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mien.values import Part

CONTROLLERS: Mapping[str, int] = {"vibrato": 1, "breath": 2, "pan": 10, "expression": 11, "brightness": 74}
"""MIDI controller of each gesture control (MIDI 1.0 controller table; 74 is brightness by General MIDI 2)."""

HIGHEST_PORT = 65535
"""Highest number of a UDP or TCP port: sixteen bits."""


def part_word(part: Part) -> str:
    """The word for a part in addresses, markers and messages, such as "melody"."""
    return part.name.lower()


@dataclass(frozen=True, slots=True)
class Strike:
    """A note begins."""

    channel: int
    part: Part
    pitch_midi: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Release:
    """A note ends."""

    channel: int
    part: Part
    pitch_midi: int


@dataclass(frozen=True, slots=True)
class Control:
    """A controller moves; `value` 0..1, `control` a key of `CONTROLLERS`."""

    channel: int
    part: Part
    control: str
    value: float


@dataclass(frozen=True, slots=True)
class Program:
    """A channel gets an instrument (General MIDI, from 0) and its place on the desk: controller number → 0..127."""

    channel: int
    program: int
    controls: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Value:
    """A number by name, as "face/0/valence"; it was true `age_s` seconds ago."""

    address: str
    value: float
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """The cues of one face, by name in their own units, and its pose in degrees: for ports with a tracker's profile."""

    seat: int
    cues: Mapping[str, float]
    pose_deg: tuple[float, float, float]
    box_px: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat falls, counted from 1 in its bar."""

    beat: int
    bar: int
    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class Pulse:
    """A twenty-fourth of a quarter note is over; `position` counts them from 0 at the beginning of the music."""

    position: int


@dataclass(frozen=True, slots=True)
class Transport:
    """The music is about to begin (`runs`), or has ended."""

    runs: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """A face did something at a moment: "blink", "wink_left", "wink_right"; `age_s` seconds ago."""

    seat: int
    what: str
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Named:
    """Something begins in the music that has a name: `what` is "chord" (`names` are its name and its Roman numeral),
    "key" or "section"."""

    what: str
    names: tuple[str, ...]


Event = Strike | Release | Control | Program | Value | Seen | Beat | Pulse | Transport | Happened | Named


class PortLost(Exception):
    """A port went away while it was in use; it can be opened again."""


class Port(Protocol):
    """Where events go. Not for several threads at a time."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def send(self, events: Sequence[Event]) -> None:
        """Send events together, now.

        Raises
        ------
        PortLost
            If the device is gone.
        """
        ...

    def panic(self) -> None:
        """Silence the other side, whatever it believes to be sounding."""
        ...

    def close(self) -> None:
        """Let the device go."""
        ...


@dataclass(slots=True)
class SilentTwin:
    """A port that keeps what it was sent; `breaks` makes it fail, as an unplugged device does."""

    name: str = "silent"
    sent: list[Event] = field(default_factory=list)
    panics: int = 0
    is_closed: bool = False
    breaks: bool = False

    def send(self, events: Sequence[Event]) -> None:
        """Keep the events."""
        if self.breaks:
            raise PortLost(f"{self.name}: unplugged")
        self.sent += events

    def panic(self) -> None:
        """Count the call."""
        self.panics += 1

    def close(self) -> None:
        """Remember it."""
        self.is_closed = True
