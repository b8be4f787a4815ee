"""Events → MIDI messages, to a device or into a file.

Notes, controllers and programs, on the channels of the ensemble; the clock if asked for: 24 pulses a quarter, start and
stop, and after a port was lost song position and continue, at a sixteenth, so that a follower is where the music is. A
device needs `python-rtmidi` (the extra `midi`), which has no wheels for every Python; a name that ends in `.mid` is a
file instead, the device's silent twin: the same messages with their times, written when the port is closed, if there
was a note.

References: MIDI 1.0 detailed specification 4.2 (system real time; song position counts sixteenths, six pulses each).
"""

import importlib.util
import io
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import mido

from mien.errors import BadInput, extra
from mien.ports.port import CONTROLLERS, Control, Event, PortLost, Program, Pulse, Release, Strike, Transport
from mien.writing import write_bytes

SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123
SILENCING = ((SUSTAIN, 0), (ALL_NOTES_OFF, 0), (ALL_SOUND_OFF, 0))
PULSES_A_SIXTEENTH = 6
LAST_SIXTEENTH = 16383
"""Song position has fourteen bits."""
TICKS_A_SECOND = 960
"""Of the file twin: 480 a quarter at 120 a minute."""


log = logging.getLogger("mien.live")


class Device(Protocol):
    """What takes messages."""

    def send(self, message: Any) -> None:
        """Send one."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


class MidiPort:
    """Sends to one MIDI output.

    Parameters
    ----------
    name : what messages call it.
    device : where messages go.
    keeps_time : whether the clock is sent.
    """

    def __init__(self, name: str, device: Device, *, keeps_time: bool = False) -> None:
        self.name = f"midi {name}"
        self._device = device
        self._keeps_time = keeps_time
        self._runs = False

    def send(self, events: Sequence[Event]) -> None:
        """Send what MIDI has a word for."""
        try:
            for event in events:
                for message in messages(event) + (self._timing(event) if self._keeps_time else []):
                    self._device.send(message)
        except Exception as error:  # backends fail in their own ways
            raise PortLost(f"{self.name}: {error}") from None

    def panic(self) -> None:
        """Silence all channels, and stop who follows the clock: nobody knows what they still believe."""
        self._runs = False
        try:
            if self._keeps_time:
                self._device.send(mido.Message("stop"))
            for channel in range(16):
                for control, value in SILENCING:
                    self._device.send(mido.Message("control_change", channel=channel, control=control, value=value))
        except Exception as error:
            raise PortLost(f"{self.name}: {error}") from None

    def close(self) -> None:
        """Let the device go; who follows the clock is stopped first."""
        try:
            for message in self._timing(Transport(runs=False)):
                self._device.send(message)
        except Exception as error:
            raise PortLost(f"{self.name}: {error}") from None
        finally:
            self._device.close()

    def _timing(self, event: Event) -> list[Any]:
        """The messages of the clock; a port that comes to music under way joins it at the next sixteenth."""
        match event:
            case Transport(runs):
                had, self._runs = self._runs, runs
                return [mido.Message("start" if runs else "stop")] if runs or had else []
            case Pulse() if self._runs:
                return [mido.Message("clock")]
            case Pulse(position) if position % PULSES_A_SIXTEENTH == 0:
                self._runs = True
                place = min(position // PULSES_A_SIXTEENTH, LAST_SIXTEENTH)
                return [mido.Message("songpos", pos=place), mido.Message("continue"), mido.Message("clock")]
            case _:
                return []


def messages(event: Event) -> list[Any]:
    """The MIDI messages of an event."""
    match event:
        case Strike(channel, _, pitch, velocity):
            return [mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)]
        case Release(channel, _, pitch):
            return [mido.Message("note_off", channel=channel, note=pitch, velocity=64)]
        case Control(channel, _, control, value):
            number, step = CONTROLLERS[control], round(127 * min(1.0, max(0.0, value)))
            return [mido.Message("control_change", channel=channel, control=number, value=step)]
        case Program(channel, program, controls):
            changes = [
                mido.Message("control_change", channel=channel, control=number, value=value)
                for number, value in controls.items()
            ]
            return [mido.Message("program_change", channel=channel, program=program), *changes]
        case _:
            return []


class FileTwin:
    """A device that writes what it was sent into a MIDI file when it is closed; no file where no note was sent.

    A file has no place for the clock's messages: start, stop and continue become markers, pulses are left out.

    Parameters
    ----------
    path : of the file.
    now_s : seconds, any clock that rises.
    """

    def __init__(self, path: Path, now_s: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._now_s = now_s
        self._start_s = now_s()
        self._taken: list[tuple[float, Any]] = []

    def send(self, message: Any) -> None:
        """Keep a message with its time, if a file has a place for it."""
        if (kept := _in_a_file(message)) is not None:
            self._taken.append((self._now_s() - self._start_s, kept))

    def close(self) -> None:
        """Write the file, whole or not at all."""
        if not any(message.type == "note_on" for _, message in self._taken):
            return
        file = mido.MidiFile(type=0, ticks_per_beat=TICKS_A_SECOND // 2)
        track = mido.MidiTrack()
        file.tracks.append(track)
        before = 0
        for at_s, message in self._taken:
            tick = round(at_s * TICKS_A_SECOND)
            track.append(message.copy(time=tick - before))
            before = tick
        content = io.BytesIO()
        file.save(file=content)
        write_bytes(self._path, content.getvalue())
        log.warning("MIDI of a session: %s", self._path)


class FileTwins:
    """Opens a file twin for each session, the first of `FILE.mid`, `FILE-2.mid` and so on that there is no file of.

    One twin is closed before the next is opened: a session that played nothing leaves its name to the next.

    Raises
    ------
    BadInput
        If there is no folder for them.
    """

    def __init__(self, path: Path, *, keeps_time: bool = False) -> None:
        if not path.absolute().parent.is_dir():
            raise BadInput(f"--midi-out {path}: there is no folder {path.parent}; make it first")
        self._path, self._keeps_time = path, keeps_time

    def __call__(self) -> MidiPort:
        """The port of the next session."""
        path, count = self._path, 1
        while path.exists():
            count += 1
            path = self._path.with_stem(f"{self._path.stem}-{count}")
        return MidiPort(str(path), FileTwin(path), keeps_time=self._keeps_time)


def _in_a_file(message: Any) -> Any:
    """A message as a file holds it, None if it does not."""
    if message.type in ("start", "stop", "continue"):
        return mido.MetaMessage("marker", text=message.type)
    return None if message.type in ("clock", "songpos") else message


def open_midi(name: str, *, keeps_time: bool = False) -> MidiPort:
    """Open an output by name: a device that is there, or else a virtual one of that name (for files see `FileTwins`).

    Parameters
    ----------
    keeps_time : whether the clock is sent.

    Raises
    ------
    BadInput
        If no backend is installed.
    PortLost
        If the device cannot be opened now.
    """
    _need_backend()
    try:
        is_there = name in mido.get_output_names()
        return MidiPort(name, mido.open_output(name, virtual=not is_there), keeps_time=keeps_time)
    except (OSError, RuntimeError, ValueError, NotImplementedError) as error:
        raise PortLost(f"midi {name}: {error}") from None


def output_names() -> list[str]:
    """The MIDI outputs of this machine.

    Raises
    ------
    BadInput
        If no backend is installed.
    """
    _need_backend()
    try:
        return list(mido.get_output_names())
    except (OSError, RuntimeError) as error:
        raise BadInput(f"MIDI: this machine gives no outputs ({error}); use --midi-out FILE.mid, or --osc") from None


def _need_backend() -> None:
    if importlib.util.find_spec("rtmidi") is None:
        raise BadInput(
            f"MIDI outputs need python-rtmidi: {extra('midi')}; without it --midi-out FILE.mid writes a file"
        )
