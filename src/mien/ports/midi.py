"""Events → MIDI messages, to a device or into a file.

Notes, controllers and programs, on the channels of the ensemble; the clock if asked for: 24 pulses a quarter, start and
stop, and after a port was lost or pulses were missed song position and continue, at a sixteenth, so that a follower is
where the music is. A device needs `python-rtmidi` (the extra `midi`), which has no wheels for every Python; a name that
ends in `.mid` is a file instead, the device's silent twin: the same messages with their times, if there is a note among
them.

References: MIDI 1.0 detailed specification 4.2 (system real time; song position counts sixteenths, six pulses each);
Standard MIDI Files 1.0 (chunks, and times as numbers of variable length).
"""

import importlib.util
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import mido

from mien.errors import BadInput, CannotWrite, cause_of, extra
from mien.ports.port import CONTROLLERS, Control, Event, PortLost, Program, Pulse, Release, Strike, Transport

SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123
SILENCING = ((SUSTAIN, 0), (ALL_NOTES_OFF, 0), (ALL_SOUND_OFF, 0))
PULSES_A_SIXTEENTH = 6
LAST_SIXTEENTH = 16383
"""Song position has fourteen bits."""
TICKS_A_SECOND = 960
"""Of the file twin: 480 a quarter at 120 a minute."""
SAVE_S = 60.0
"""A kill costs a file no more than its last so many seconds; after a power cut, what the system had not yet written."""
_HEAD = b"MThd" + bytes([0, 0, 0, 6, 0, 0, 0, 1]) + (TICKS_A_SECOND // 2).to_bytes(2, "big") + b"MTrk"
"""A file of one track, up to the track's length in bytes, a number of four."""
_END, _SEAM = b"\0\xff\x2f\0", b"\0\xff\x01\0"
"""The end of a track, and an empty text, which takes its place when more follows."""

log = logging.getLogger(__name__)


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
        self._next = 0
        """The position of the pulse that is awaited, while it runs."""

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
        """The messages of the clock; a port that comes to music under way, or missed pulses because the machine stood
        still, joins it at the next sixteenth."""
        match event:
            case Transport(runs):
                had, self._runs, self._next = self._runs, runs, 0
                return [mido.Message("start" if runs else "stop")] if runs or had else []
            case Pulse(position) if self._runs and position == self._next:
                self._next += 1
                return [mido.Message("clock")]
            case Pulse(position) if self._runs and position < self._next:
                return []
            case Pulse(position):
                stop = [mido.Message("stop")] if self._runs else []
                self._runs = position % PULSES_A_SIXTEENTH == 0
                if not self._runs:
                    return stop
                self._next = position + 1
                place = min(position // PULSES_A_SIXTEENTH, LAST_SIXTEENTH)
                return [*stop, mido.Message("songpos", pos=place), mido.Message("continue"), mido.Message("clock")]
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
    """A device that writes what it was sent into a MIDI file; no file where no note was sent.

    A file has no place for the clock's messages: start, stop and continue become markers, pulses are left out. It is
    begun after `SAVE_S` and grows as often, whole each time, and memory holds no more than what is new: an
    installation plays for weeks.

    Parameters
    ----------
    path : of the file; there is none of that name.
    now_s : seconds, any clock that rises.
    """

    def __init__(self, path: Path, now_s: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._now_s = now_s
        self._start_s = self._saved_s = now_s()
        self._tick = 0
        self._new = bytearray()
        self._file: BinaryIO | None = None
        self._length = 0
        self._has_notes = False

    def send(self, message: Any) -> None:
        """Keep a message with its time, if a file has a place for it.

        Raises
        ------
        CannotWrite
            If the file cannot be written.
        """
        if (kept := _in_a_file(message)) is None:
            return
        now_s = self._now_s()
        tick = round((now_s - self._start_s) * TICKS_A_SECOND)
        self._new += _variable_length(tick - self._tick) + bytes(kept.bytes())
        self._tick = tick
        self._has_notes = self._has_notes or message.type == "note_on"
        if now_s - self._saved_s >= SAVE_S:
            self._saved_s = now_s
            self._save()

    def close(self) -> None:
        """Complete the file, or remove it if no note was sent.

        Raises
        ------
        CannotWrite
            If it cannot be written.
        """
        try:
            if self._has_notes and self._new:
                self._save()
        finally:
            if self._file:
                self._file.close()
        if self._has_notes:
            log.info("MIDI of a session: %s", self._path)
        elif self._file:
            self._path.unlink(missing_ok=True)

    def _save(self) -> None:
        """Write what is new behind the track's end, then let the track reach so far: it is whole at every moment."""
        new, end_at = bytes(self._new), len(_HEAD) + 4 + self._length
        try:
            if self._file is None:
                self._file = self._path.open("xb")
                self._file.write(_HEAD + (len(new) + len(_END)).to_bytes(4, "big") + new + _END)
                self._file.flush()
            else:
                for at, content in (
                    (end_at, new + _END),
                    (end_at - len(_END), _SEAM),
                    (len(_HEAD), (self._length + len(new) + len(_END)).to_bytes(4, "big")),
                ):
                    self._file.seek(at)
                    self._file.write(content)
                    self._file.flush()
        except OSError as error:
            raise CannotWrite(cause_of(error)) from error
        self._length += len(new) + len(_END)
        self._new.clear()


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


def _variable_length(number: int) -> bytes:
    """A number as a file has times: seven bits a byte, the highest first, all but the last marked."""
    found = bytes([number & 127])
    while number := number >> 7:
        found = bytes([number & 127 | 128]) + found
    return found


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
