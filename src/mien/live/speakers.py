"""Events → the loudspeakers of this machine, without a browser (port → sound card).

A thread of its own makes sound ahead of time with `mien.sound.mixer` and puts it into a ring; the audio thread of the
sound card copies from there and does nothing else. Every event sounds the same `AHEAD_S` after it was sent, at its
frame, so waiting adds no jitter. What comes soon is made ready beside them (`mien.live.prefetch`). A sound card needs
`sounddevice` (the extra `audio`); `SilentCard` is its twin.
"""

import contextlib
import importlib.util
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.errors import BadInput, extra
from mien.live.plan import PlannedNote
from mien.live.prefetch import Prefetcher
from mien.ports.port import CONTROLLERS, Control, Event, PortLost, Program, Release, Strike
from mien.sound.font import load_font
from mien.sound.loudness import Planes
from mien.sound.mixer import BLOCK, Mixer
from mien.sound.sampler import Sampler

log = logging.getLogger(__name__)

RATE_HZ = 48_000
AHEAD_S = 0.12
SPARE = 2 * BLOCK
"""The ring holds so much less than `AHEAD_S`: events are taken in before their frames are made."""
RING_FRAMES = 16 * BLOCK
FAREWELL_BLOCKS = 2
"""Silence after the last sound: a card that is closed may drop what it has taken but not played."""
KEPT_FRAMES = 16_000_000
"""Tuned sound that is kept (64 MB): as much as a band plays until it has ended."""
LOOK_S = 0.005
"""The mixing thread looks so often whether there is room."""


class Ring:
    """Frames on their way from one thread to another; only the first writes, only the second reads."""

    def __init__(self, frames: int = RING_FRAMES) -> None:
        self._planes = np.zeros((frames, 2), np.float32)
        self.written = 0
        self.read = 0
        self.missed = 0
        """How often the reader found too little."""

    @property
    def waiting(self) -> int:
        """Frames that wait to be read."""
        return self.written - self.read

    def put(self, planes: Planes) -> None:
        """Add a block (2, n); there must be room."""
        places = np.arange(self.written, self.written + planes.shape[1]) % len(self._planes)
        self._planes[places] = planes.T
        self.written += planes.shape[1]

    def take(self, out: NDArray[np.float32]) -> None:
        """Fill (n, 2) with what comes next, and with silence where it is missing."""
        count = min(len(out), self.waiting)
        first = self.read % len(self._planes)
        head = min(count, len(self._planes) - first)
        out[:head] = self._planes[first : first + head]
        out[head:count] = self._planes[: count - head]
        if count < len(out):
            out[count:] = 0
            self.missed += self.written > 0
        self.read += count


class Card(Protocol):
    """What plays frames: it reads the ring from a thread of its own."""

    @property
    def is_alive(self) -> bool:
        """Whether it still plays."""
        ...

    def close(self) -> None:
        """Stop."""
        ...


class SilentCard:
    """A card that plays when told to, and keeps what it heard."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self.heard: list[NDArray[np.float32]] = []
        self.is_alive = True

    def play(self, frames: int) -> NDArray[np.float32]:
        """Play so many frames, (n, 2)."""
        out = np.empty((frames, 2), np.float32)
        self._ring.take(out)
        self.heard.append(out)
        return out

    def close(self) -> None:
        """Stop."""
        self.is_alive = False


class SoundCard:
    """The sound card of this machine.

    Raises
    ------
    PortLost
        If there is none now.
    """

    def __init__(self, ring: Ring) -> None:
        import sounddevice

        def copy(out: NDArray[np.float32], *_: Any) -> None:
            ring.take(out)

        with contextlib.ExitStack() as undone:
            try:
                self._stream = sounddevice.OutputStream(
                    samplerate=RATE_HZ, channels=2, dtype="float32", blocksize=0, latency="low", callback=copy
                )
                undone.callback(self._stream.close)
                self._stream.start()
            except Exception as error:  # PortAudioError, and others by what drives the card
                raise PortLost(f"audio: {error}") from None
            undone.pop_all()

    @property
    def is_alive(self) -> bool:
        """Whether it still plays."""
        try:
            return bool(self._stream.active)
        except Exception:  # PortAudioError, where the card was pulled
            return False

    def close(self) -> None:
        """Stop."""
        self._stream.close()


class Speakers:
    """A port that sounds on this machine.

    Parameters
    ----------
    mixer : the band.
    open_card : makes the card that reads the ring.
    now_s : seconds, any clock that rises.
    runs : with a thread of its own; otherwise somebody calls `mix`.
    """

    name = "audio"

    def __init__(
        self,
        mixer: Mixer,
        open_card: Callable[[Ring], Card],
        now_s: Callable[[], float] = time.monotonic,
        *,
        runs: bool = True,
    ) -> None:
        self._mixer = mixer
        self._now_s = now_s
        self.ring = Ring()
        self._arriving: deque[tuple[float, Event | None]] = deque()
        self._waiting: deque[tuple[int, Event | None]] = deque()
        self._is_over = threading.Event()
        self._has_failed = False
        self._ahead = round(AHEAD_S * mixer.rate_hz)
        self.mix()
        self._card = open_card(self.ring)
        self.prefetcher = Prefetcher(mixer, runs=runs)
        self._thread = threading.Thread(target=self._run, name="mien-mixer", daemon=True) if runs else None
        if self._thread:
            self._thread.start()

    def send(self, events: Sequence[Event]) -> None:
        """Let events sound, `AHEAD_S` from now."""
        if not self._card.is_alive:
            raise PortLost("audio: the sound card is gone")
        if self._thread and not self._thread.is_alive():
            raise PortLost("audio: the mixer has failed")
        now_s = self._now_s()
        self._arriving.extend(
            (now_s, event) for event in events if isinstance(event, Strike | Release | Control | Program)
        )

    def foresee(self, coming: Sequence[PlannedNote | Program]) -> None:
        """Get ready for what will be sent soon."""
        self.prefetcher.foresee(coming)

    def panic(self) -> None:
        """Silence."""
        self._arriving.append((self._now_s(), None))

    def close(self) -> None:
        """Let what was struck end in silence, and the card go."""
        self._is_over.set()
        self.prefetcher.close()
        if self._thread:
            self._thread.join()
        missed = self.ring.missed
        try:
            self._fade()
        finally:
            self._card.close()
        if missed:
            log.warning("audio: the sound came too late %d times; a machine with less to do helps", missed)

    def _fade(self) -> None:
        """Let all that sounds fade now that nobody mixes, and the card play until there."""
        if self._has_failed or not self._card.is_alive:
            return
        self._arriving.clear()
        self._waiting.clear()
        self._mixer.silence()
        for _ in range(1 + FAREWELL_BLOCKS):
            self.ring.put(self._mixer.block())
        for _ in range(round(2 * AHEAD_S / LOOK_S)):
            if not (self._card.is_alive and self.ring.waiting):
                break
            time.sleep(LOOK_S)

    def mix(self) -> None:
        """Take in what has arrived, and fill the ring as far ahead as it goes."""
        now_s = self._now_s()
        while self._arriving:
            at_s, event = self._arriving.popleft()
            frame = self.ring.read + self._ahead - round((now_s - at_s) * self._mixer.rate_hz)
            last = self._waiting[-1][0] if self._waiting else 0
            self._waiting.append((max(frame, last, self.ring.written), event))
        while self.ring.waiting < self._ahead - SPARE:
            until = self.ring.written + BLOCK
            while self._waiting and self._waiting[0][0] < until:
                frame, event = self._waiting.popleft()
                self._do(event, max(0, frame - self.ring.written))
            self.ring.put(self._mixer.block())

    def _do(self, event: Event | None, after: int) -> None:
        match event:
            case Strike(channel, _, pitch, velocity):
                self._mixer.strike(channel, pitch, velocity, after)
            case Release(channel, _, pitch):
                self._mixer.release(channel, pitch, after)
            case Control(channel, _, control, value):
                self._mixer.control(channel, CONTROLLERS[control], value)
            case Program(channel, program, controls):
                self._mixer.program(channel, program, controls)
            case None:
                self._mixer.silence()

    def _run(self) -> None:
        try:
            while not self._is_over.wait(LOOK_S):
                self.mix()
        except Exception:  # the next stroke finds the port lost, and it is opened anew
            self._has_failed = True
            log.exception("audio: the mixer failed")


def open_speakers() -> Speakers:
    """Open the sound card of this machine, with mien's font.

    Raises
    ------
    BadInput
        If `sounddevice` is not installed.
    PortLost
        If there is no sound card now.
    """
    check_audio()
    speakers = Speakers(Mixer(Sampler(load_font(None), RATE_HZ, KEPT_FRAMES)), SoundCard)
    speakers.prefetcher.warm()
    return speakers


def check_audio() -> None:
    """Refuse now what could never be opened.

    Raises
    ------
    BadInput
        If `sounddevice` is not installed, or lacks the PortAudio library.
    """
    if importlib.util.find_spec("sounddevice") is None:
        raise BadInput(f"sound without a browser needs sounddevice: {extra('audio')}")
    try:
        import sounddevice  # noqa: F401
    except OSError as error:
        raise BadInput(f"sounddevice: {error}; install PortAudio (Debian: apt install libportaudio2)") from None
