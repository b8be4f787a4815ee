"""Events → Open Sound Control over UDP: mien's own addresses, or those of FaceOSC.

Own profile: `/mien/…`, one float an address (a note is three numbers; chord, key and section are words), readings as
one bundle a frame whose time tag is the capture time. FaceOSC's profile: the addresses of that tracker, so that patches
made for it go on working; its scales are imitated, as far as one face model can imitate another (`faceosc`). Values of
our own profile go out at most `MOST_A_S` times a second, what holds until it changes again every `REPEAT_S`, FaceOSC's
with every frame that is read.

References: Wright & Freed 1997, "Open Sound Control: a new protocol for communicating with sound synthesizers"; OSC 1.0
specification (time tags); McDonald, "FaceOSC" (addresses as its own examples print them).
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import UDPClient

from mien.errors import BadInput, cause_of
from mien.ports.port import (
    HIGHEST_PORT,
    Beat,
    Control,
    Event,
    Happened,
    Named,
    PortLost,
    Program,
    Release,
    Seen,
    Strike,
    Transport,
    Value,
    part_word,
)

ROOT = "/mien"
MUSIC = f"{ROOT}/music/"
PORT = 7400
FACEOSC_PORT = 8338
MOST_A_S = 60.0
"""Bundles of values a second, of our own profile."""
REPEAT_S = 2.0
"""How often what is in force is told again."""
LARGEST_BUNDLE = 1400
"""Bytes of a bundle: with the headers of UDP and IP it fits a packet of 1500."""
BUNDLE_HEAD, MESSAGE_HEAD = 16, 4
"""Bytes of a bundle before its messages, and of each message's size."""
ASCII = str.maketrans({"♯": "#", "♭": "b", "°": "o", "ø": "/o"})
"""Strings are ASCII by OSC 1.0; what has no sign there is written as in RomanText (Tymoczko et al. 2019)."""

Message = tuple[str, tuple[float | int | str, ...]]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who hears OSC: opens a port to them. The host may be unknown now, and known later.

    Parameters
    ----------
    host, port : where.
    profile : "mien" or "faceosc".
    """

    host: str
    port: int
    profile: str

    @property
    def name(self) -> str:
        """What messages call the port."""
        return f"{'osc' if self.profile == 'mien' else self.profile} {self.host}:{self.port}"

    def __call__(self) -> "OscPort":
        """Open it.

        Raises
        ------
        PortLost
            If there is no such host now.
        """
        return OscPort(self.host, self.port, self.profile)


class OscPort:
    """Sends to one receiver.

    Parameters
    ----------
    host, port, profile : as `Receiver` has them.

    Raises
    ------
    PortLost
        If there is no such host now.
    """

    def __init__(self, host: str, port: int, profile: str) -> None:
        self.name = Receiver(host, port, profile).name
        self._profile = profile
        self._values_s = -math.inf
        self._repeated_s = time.monotonic()
        self._in_force: dict[str, Message] = {}
        """What holds until it is told otherwise, by address."""
        try:
            self._client = UDPClient(host, port)
        except (OSError, UnicodeError) as error:
            raise PortLost(f"{self.name}: {cause_of(error)}") from None

    def send(self, events: Sequence[Event]) -> None:
        """Send what the profile has a word for."""
        try:
            if self._profile == "faceosc":
                self._bundle([row for event in events for row in faceosc(event)])
                return
            for event in events:
                if not isinstance(event, Value | Seen):
                    for address, given in self._kept(event):
                        self._client.send(_message(address, given))
            self._repeat()
            self._send_values([event for event in events if isinstance(event, Value)])
        except OSError as error:
            raise PortLost(f"{self.name}: {cause_of(error)}") from None

    def panic(self) -> None:
        """Say so; a synthesiser behind OSC knows what to do."""
        try:
            if self._profile == "mien":
                self._client.send(_message(f"{ROOT}/panic", (1,)))
        except OSError as error:
            raise PortLost(f"{self.name}: {cause_of(error)}") from None

    def close(self) -> None:
        """Close the socket."""
        self._client.close()

    def _kept(self, event: Event) -> list[Message]:
        """An event in our own addresses; what it puts in force is kept, what ends with the music is told to be over."""
        rows = own(event)
        match event:
            case Program():  # other players: all controllers are told anew
                self._in_force = {row[0]: row for row in self._in_force.values() if row[0].startswith(MUSIC)}
            case Control() | Named():
                self._in_force |= {row[0]: row for row in rows}
            case Transport(runs=False):
                rows = [(row[0], ("",) * len(row[1])) for row in self._in_force.values() if row[0].startswith(MUSIC)]
                self._in_force = {name: row for name, row in self._in_force.items() if not name.startswith(MUSIC)}
        return rows

    def _repeat(self) -> None:
        """Tell what is in force again now and then: by UDP nobody knows who listens, nor since when."""
        now_s = time.monotonic()
        if self._in_force and now_s - self._repeated_s >= REPEAT_S:
            self._repeated_s = now_s
            self._bundle(list(self._in_force.values()))

    def _send_values(self, values: list[Value]) -> None:
        now_s = time.monotonic()
        if not values or now_s - self._values_s < 1 / MOST_A_S:
            return
        self._values_s = now_s
        self._bundle([(f"{ROOT}/{value.address}", (float(value.value),)) for value in values], values[0].age_s)

    def _bundle(self, rows: Sequence[Message], age_s: float = 0.0) -> None:
        """Send messages of one time, in as many bundles as their size asks for."""
        tag: Any = time.time() - age_s  # seconds since 1970; the builder turns them into NTP's
        for together in _fitting([_message(address, given) for address, given in rows]):
            builder = OscBundleBuilder(tag)
            for message in together:
                builder.add_content(message)
            self._client.send(builder.build())


def _fitting(messages: Sequence[OscMessage]) -> Iterator[list[OscMessage]]:
    """Messages in groups that fit a bundle each."""
    group: list[OscMessage] = []
    size = BUNDLE_HEAD
    for message in messages:
        more = MESSAGE_HEAD + message.size
        if group and size + more > LARGEST_BUNDLE:
            yield group
            group, size = [], BUNDLE_HEAD
        group.append(message)
        size += more
    if group:
        yield group


def own(event: Event) -> list[Message]:
    """An event in our own addresses."""
    match event:
        case Strike(channel, part, pitch, velocity):
            return [(f"{ROOT}/music/{part_word(part)}/note", (pitch, velocity, channel))]
        case Release(channel, part, pitch):
            return [(f"{ROOT}/music/{part_word(part)}/note", (pitch, 0, channel))]
        case Control(_, part, control, value):
            return [(f"{ROOT}/control/{part_word(part)}/{control}", (float(value),))]
        case Happened(seat, what):
            return [(f"{ROOT}/face/{seat}/event/{what}", (1.0,))]
        case Named(what, names):
            return [(f"{ROOT}/music/{what}", tuple(name.translate(ASCII) for name in names))]
        case Beat(beat, bar, tempo_bpm):
            return [
                (f"{ROOT}/music/beat", (float(beat),)),
                (f"{ROOT}/music/bar", (float(bar),)),
                (f"{ROOT}/music/tempo", (float(tempo_bpm),)),
            ]
        case _:
            return []


def faceosc(event: Event) -> list[Message]:
    """The first face as FaceOSC tells it: pixels for the pose, its own gesture scales, angles in radians, and that
    nobody is there where nobody is.

    FaceOSC's gestures are distances in its face model's units, for which a neutral face gives about: mouth width 14,
    mouth height 2, eyebrows 8, eyes 3, jaw 23, nostrils 6. Ours are in eye distances (D); the factors make a neutral
    face match.
    """
    match event:
        case Value("face/0/found", 0.0):
            return [("/found", (0,))]
        case Seen(0, cues, pose_deg, box_px):
            return _seen(cues, pose_deg, box_px)
        case _:
            return []


def _seen(cues: Mapping[str, float], pose_deg: Sequence[float], box_px: Sequence[float]) -> list[Message]:
    x0, y0, x1, y1 = box_px
    pitch, yaw, roll = (math.radians(angle) for angle in pose_deg)
    rows: list[Message] = [
        ("/found", (1,)),
        ("/pose/position", ((x0 + x1) / 2, (y0 + y1) / 2)),
        ("/pose/scale", ((x1 - x0) / 40,)),
        ("/pose/orientation", (pitch, yaw, roll)),
    ]
    for address, name, factor in FACEOSC_GESTURES:
        if name in cues:
            rows.append((f"/gesture/{address}", (factor * cues[name],)))
    return rows


FACEOSC_GESTURES: Sequence[tuple[str, str, float]] = (
    ("mouth/width", "mouth_width", 17.5),
    ("mouth/height", "mouth_openness", 14.0),
    ("eyebrow/left", "brow_height_left", 22.0),
    ("eyebrow/right", "brow_height_right", 22.0),
    ("eye/left", "eye_openness_left", 10.0),
    ("eye/right", "eye_openness_right", 10.0),
    ("jaw", "jaw_drop", 20.0),
    ("nostrils", "nostril_width", 10.0),
)
"""FaceOSC's address, our cue, and what to multiply it with."""


def parse_receiver(text: str, profile: str) -> Receiver:
    """Read "HOST:PORT", "HOST" or "PORT".

    Raises
    ------
    BadInput
        If it is none of them.
    """
    usual = PROFILES[profile]
    if ":" in text:
        host, _, port = text.rpartition(":")
    else:
        host, port = ("127.0.0.1", text) if text.isdigit() else (text, str(usual))
    if not host or not (port.isascii() and port.isdigit() and len(port) < 10):
        raise BadInput(f"OSC receiver '{text}': give HOST:PORT, as in 127.0.0.1:{usual}")
    if not 0 < int(port) <= HIGHEST_PORT:
        raise BadInput(f"OSC receiver '{text}': ports are 1 to {HIGHEST_PORT}; give HOST:PORT, as in 127.0.0.1:{usual}")
    return Receiver(host, int(port), profile)


def _message(address: str, given: Sequence[float | int | str]) -> OscMessage:
    builder = OscMessageBuilder(address)
    for one in given:
        builder.add_arg(one)
    return builder.build()


PROFILES: Mapping[str, int] = {"mien": PORT, "faceosc": FACEOSC_PORT}
"""Profiles, with the port that receivers of each listen on by custom."""
