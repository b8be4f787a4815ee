"""Events → Lab Streaming Layer: a stream of numbers a face, and markers for what the music does.

Each face is a stream of type "Expression" without a fixed rate: cues in their own units, their distances from the
resting face, and the reading; what is not seen is NaN. Samples bear the time their picture arrived, on LSL's own clock.
"mien music" is a stream of type "Markers": bars, beats, notes, blinks, as words. Record with LabRecorder into XDF; it
corrects clocks between machines, nobody else should.

Needs `pylsl` (the extra `lsl`); a stand-in takes its place in the tests. The library answers whoever looks for streams
within a scope: "machine" unless more is asked for. Its data ports listen on every address of the machine whatever the
scope: on a network that is not trusted a firewall has to close them.

References: Kothe et al. 2025, "The lab streaming layer for synchronized multimodal recording"; the XDF
specification's meta-data (channels: label, unit, type; type "Markers").
"""

import importlib.util
import math
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mien.cues.coefficients import COEFFICIENTS
from mien.cues.names import CUES
from mien.errors import BadInput, extra
from mien.ports.port import Beat, Event, Happened, PortLost, Release, Strike, Transport, Value, part_word
from mien.values import REGIONS
from mien.vocabulary import EMOTIONS

SCOPES = ("machine", "link", "site")
"""How far streams can be found: this machine, the local network, the site (liblsl's `ResolveScope`)."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One number of a sample."""

    label: str
    unit: str
    kind: str


def channels(classes: Sequence[str] = EMOTIONS, coefficients: bool = False) -> tuple[Channel, ...]:
    """What a sample of a face holds, in order; labels are OSC's addresses, `classes` as they stand there."""
    return (
        Channel("found", "bool", "Face"),
        *(Channel(f"cue/{cue.name}", cue.unit, "Cue") for cue in CUES),
        *(Channel(f"from_rest/{cue.name}", "standard deviations", "Departure") for cue in CUES),
        *(Channel(f"coefficient/{name}", "normalized", "Blendshape") for name in COEFFICIENTS if coefficients),
        *(Channel(name, "normalized", "Affect") for name in ("valence", "arousal", "doubt")),
        *(Channel(f"state/{name}", "probability", "Affect") for name in classes),
        *(Channel(f"share/{region}", "share", "Affect") for region in REGIONS),
    )


@dataclass(frozen=True, slots=True)
class Stream:
    """What an outlet says of itself; a stream without channels is one of markers."""

    name: str
    kind: str
    source: str
    channels: tuple[Channel, ...] = ()


class Outlet(Protocol):
    """What takes samples."""

    def push_sample(self, sample: Sequence[float] | Sequence[str], time_s: float) -> None:
        """Send one, true at a time of LSL's clock."""
        ...


class LslPort:
    """Sends to whoever records.

    Parameters
    ----------
    open_outlet : makes the outlet of a stream.
    now_s : LSL's clock.
    classes : the reader's, as OSC's addresses spell them.
    coefficients : whether expression coefficients are told too.
    """

    name = "lsl"

    def __init__(
        self,
        open_outlet: Callable[[Stream], Outlet],
        now_s: Callable[[], float],
        classes: Sequence[str] = EMOTIONS,
        coefficients: bool = False,
    ) -> None:
        self._open = open_outlet
        self._channels = channels(classes, coefficients)
        self._places = {channel.label: place for place, channel in enumerate(self._channels)}
        self._now_s = now_s
        self._faces: dict[int, Outlet] = {}
        self._source = f"mien-{platform.node()}"
        self._markers = self._opened(Stream("mien music", "Markers", f"{self._source}-music"))
        self._face(0)

    def send(self, events: Sequence[Event]) -> None:
        """Send values as one sample a face, the rest as markers."""
        now_s = self._now_s()
        samples: dict[int, list[float]] = {}
        age_s = 0.0
        for event in events:
            if isinstance(event, Value):
                root, of_seat, label = (*event.address.split("/", 2), "", "")[:3]
                if root == "face" and label in self._places:
                    sample = samples.setdefault(int(of_seat), [math.nan] * len(self._channels))
                    sample[self._places[label]] = event.value
                    age_s = event.age_s
            elif words := marker(event):
                was_s = event.age_s if isinstance(event, Happened) else 0.0
                self._push(self._markers, [words], now_s - was_s)
        for seat, sample in samples.items():
            self._push(self._face(seat), sample, now_s - age_s)

    def panic(self) -> None:
        """Mark it."""
        self._push(self._markers, ["panic"], self._now_s())

    def close(self) -> None:
        """Let the outlets go; the library closes them."""
        self._faces.clear()
        del self._markers

    def _face(self, seat: int) -> Outlet:
        if seat not in self._faces:
            stream = Stream(f"mien face {seat}", "Expression", f"{self._source}-face-{seat}", self._channels)
            self._faces[seat] = self._opened(stream)
        return self._faces[seat]

    def _opened(self, stream: Stream) -> Outlet:
        try:
            return self._open(stream)
        except (RuntimeError, OSError) as error:
            raise PortLost(f"{self.name}: {error}") from None

    def _push(self, outlet: Outlet, sample: Sequence[float] | Sequence[str], time_s: float) -> None:
        try:
            outlet.push_sample(sample, time_s)
        except (RuntimeError, OSError, ValueError) as error:
            raise PortLost(f"{self.name}: {error}") from None


def marker(event: Event) -> str:
    """An event in words, "" if it is none of the music's."""
    match event:
        case Beat(beat, bar, tempo_bpm):
            return f"bar {bar} beat {beat} tempo {tempo_bpm:.2f}"
        case Strike(_, part, pitch, velocity):
            return f"note {part_word(part)} {pitch} {velocity}"
        case Release(_, part, pitch):
            return f"note {part_word(part)} {pitch} 0"
        case Transport(runs):
            return "start" if runs else "stop"
        case Happened(seat, what):
            return f"face {seat} {what}"
        case _:
            return ""


def open_lsl(scope: str, classes: Sequence[str] = EMOTIONS, coefficients: bool = False) -> LslPort:
    """Open the streams of a reader of these classes, with or without coefficients, to be found within a scope.

    Raises
    ------
    BadInput
        If `pylsl` is not installed, or the scope is none.
    PortLost
        If the library gives no outlet now.
    """
    check_lsl(scope)
    import pylsl

    pylsl.set_config_content(f"[multicast]\nResolveScope = {scope}\n[log]\nlevel = -2\n")  # the first one counts

    def open_outlet(stream: Stream) -> Any:
        info = pylsl.StreamInfo(
            stream.name,
            stream.kind,
            len(stream.channels) or 1,
            pylsl.IRREGULAR_RATE,
            pylsl.cf_float32 if stream.channels else pylsl.cf_string,
            stream.source,
        )
        if stream.channels:
            info.set_channel_labels([channel.label for channel in stream.channels])
            info.set_channel_units([channel.unit for channel in stream.channels])
            info.set_channel_types([channel.kind for channel in stream.channels])
        return pylsl.StreamOutlet(info)

    return LslPort(open_outlet, pylsl.local_clock, classes, coefficients)


def check_lsl(scope: str) -> None:
    """Refuse now what could never be opened.

    Raises
    ------
    BadInput
        If `pylsl` is not installed, or the scope is none.
    """
    if scope not in SCOPES:
        raise BadInput(f"LSL scope '{scope}': choose one of {', '.join(SCOPES)}")
    if importlib.util.find_spec("pylsl") is None:
        raise BadInput(f"LSL needs pylsl: {extra('lsl')}")
