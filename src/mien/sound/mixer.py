"""Keys as they go down and up → sound, block by block: a band that plays now (notes and controllers → planes).

What `mien.sound.render` does for a piece that is known, this does for one that is not: voices of the sampler, each
channel at its place with its volume and expression, a room that all share (uniformly partitioned convolution), and a
curve that bends before it clips. A key that comes up gets the very release that the sampler would have given it, had
the length been known. Brightness and vibrato stay as they are.

References: Wefers 2015, "Partitioned convolution algorithms for real-time auralization"; General MIDI 2 (volume and
expression are squared).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.ensembles import EXPRESSION, KIT_CHANNEL, PAN, REVERB, VOLUME
from mien.sound.desk import dry_and_wet, impulse_response, key_pan, lay
from mien.sound.filters import Samples
from mien.sound.loudness import Planes
from mien.sound.sampler import KIT_PRESET, Sampler, damped

BLOCK = 512
"""Frames that are made at a time."""
LEVEL = 2.4
"""Brings bands between −27 LUFS (a sad piano) and −13 (a happy electronic one); the curve keeps the loudest below 1."""
MOST_VOICES = 96
FIRST_SHARE = 0.16
"""Share of the power that goes to the room, 0..1, until a program says otherwise."""
USUAL_S, EARLY_S = 3.0, 0.5
"""A key counts as held so long, until it still is down so much before: most notes are shorter, and cost less so."""
LONG_S = USUAL_S - EARLY_S
"""A key that is down so long counts as held for ever."""


@dataclass(slots=True)
class Channel:
    """An instrument at its place: gains 0..1, pan −1..1; `gain_before` is the last block's."""

    program: int = 0
    volume: float = 0.62
    expression: float = 1.0
    pan: float = 0.0
    gain_before: float = 0.38

    @property
    def gain(self) -> float:
        """Volume and expression as an amplitude."""
        return (self.volume * self.expression) ** 2


@dataclass(slots=True, eq=False)
class Sounding:
    """A voice under way: `at` is the frame of it that comes next, negative while it waits."""

    channel: int
    preset: tuple[int, int]
    pitch_midi: int
    velocity: int
    samples: Samples
    pan: float
    chokes: int
    place: int
    at: int
    is_down: bool = True
    is_long: bool = False


@dataclass(slots=True)
class Room:
    """The room: convolution with an impulse response, a block at a time."""

    impulse: Planes
    _parts: NDArray[np.complex64] = field(init=False)
    _past: NDArray[np.complex64] = field(init=False)
    _before: Samples = field(init=False)

    def __post_init__(self) -> None:
        count = -(-self.impulse.shape[1] // BLOCK)
        padded = np.zeros((2, count * BLOCK), np.float32)
        padded[:, : self.impulse.shape[1]] = self.impulse
        parts = np.fft.rfft(padded.reshape(2, count, BLOCK), 2 * BLOCK)
        self._parts = parts.astype(np.complex64)
        self._past = np.zeros((count, BLOCK + 1), np.complex64)
        self._before = np.zeros(BLOCK, np.float32)

    def emptied(self) -> "Room":
        """The same room, in which nothing has sounded yet."""
        return Room(self.impulse)

    def answer(self, dry: Samples) -> Planes:
        """What the room says to a block (BLOCK,)."""
        self._past = np.roll(self._past, 1, axis=0)
        self._past[0] = np.fft.rfft(np.concatenate([self._before, dry]))
        self._before = dry
        spectra = np.einsum("pk,cpk->ck", self._past, self._parts)
        return np.fft.irfft(spectra)[:, BLOCK:].astype(np.float32)


class Mixer:
    """A band that plays now; not for several threads at a time, but for `prefetch`.

    Parameters
    ----------
    sampler : what sounds a note.
    """

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._channels: dict[int, Channel] = {}
        self._sounding: list[Sounding] = []
        self._dying: Planes | None = None
        self._share = FIRST_SHARE
        self._room = Room(impulse_response(FIRST_SHARE, sampler.rate_hz))

    @property
    def rate_hz(self) -> int:
        """Frames a second."""
        return self._sampler.rate_hz

    @property
    def voices(self) -> int:
        """How many voices sound."""
        return len(self._sounding)

    def program(self, channel: int, program: int, controls: Mapping[int, int]) -> None:
        """Give a channel its instrument and its place on the desk (controller numbers, 0..127)."""
        one = Channel(program)
        one.volume = controls.get(VOLUME, 79) / 127
        one.expression = controls.get(EXPRESSION, 127) / 127
        one.pan = (controls.get(PAN, 64) - 64) / 63
        one.gain_before = one.gain
        self._channels[channel] = one
        share = controls.get(REVERB, round(127 * self._share)) / 127
        if abs(share - self._share) > 0.5 / 127:
            self._share = share
            self._room = Room(impulse_response(share, self.rate_hz))

    def control(self, channel: int, control: int, value: float) -> None:
        """Move volume, pan or expression of a channel, 0..1; others are not sounded."""
        one = self._channel(channel)
        if control == VOLUME:
            one.volume = value
        elif control == EXPRESSION:
            one.expression = value
        elif control == PAN:
            one.pan = 2 * value - 1

    def prefetch(self, channel: int, program: int, pitch_midi: int, velocity: int, length_s: float) -> None:
        """Make ready what a key will need that goes down soon, for so long; any thread may ask for it."""
        is_long = channel == KIT_CHANNEL or length_s > LONG_S
        self._sampler.play(_preset(channel, program), pitch_midi, velocity, math.inf if is_long else USUAL_S)

    def strike(self, channel: int, pitch_midi: int, velocity: int, after: int = 0) -> None:
        """Let a key go down, so many frames after the beginning of the next block."""
        self.release(channel, pitch_midi, after)
        held_s = math.inf if channel == KIT_CHANNEL else USUAL_S
        program = self._channel(channel).program
        preset, spread = _preset(channel, program), 0.0 if channel == KIT_CHANNEL else key_pan(program, pitch_midi)
        voices = list(self._sampler.play(preset, pitch_midi, velocity, held_s))
        for chokes in {voice.chokes for voice in voices if voice.chokes}:
            self._choke(channel, chokes)  # what sounded before, not the two sides of one stroke
        for place, voice in enumerate(voices):
            pan = spread + voice.pan
            self._sounding.append(
                Sounding(channel, preset, pitch_midi, velocity, voice.samples, pan, voice.chokes, place, -after)
            )
        del self._sounding[: max(0, len(self._sounding) - MOST_VOICES)]

    def release(self, channel: int, pitch_midi: int, after: int = 0) -> None:
        """Let a key come up: its voices take the end that the sampler gives to notes of that length."""
        if channel == KIT_CHANNEL:
            return  # drums ring
        for one in self._sounding:
            if one.is_down and (one.channel, one.pitch_midi) == (channel, pitch_midi):
                one.is_down = False
                self._hold(one, max(1, one.at + after) / self.rate_hz)

    def silence(self) -> None:
        """Let everything fade within a block, the room too."""
        self._dying = self.block() * np.linspace(1, 0, BLOCK, dtype=np.float32)
        self._sounding.clear()
        self._room = self._room.emptied()

    def block(self) -> Planes:
        """The next block, float32 (2, BLOCK) in −1..1."""
        for one in self._sounding:
            if one.is_down and not one.is_long and one.at > LONG_S * self.rate_hz:
                one.is_long = True
                if one.channel != KIT_CHANNEL:
                    self._hold(one, math.inf)
        dry = np.zeros((2, BLOCK), np.float32)
        for number in {one.channel for one in self._sounding}:
            channel = self._channel(number)
            mix = np.zeros((2, BLOCK), np.float32)
            for one in self._sounding:
                if one.channel == number:
                    lay(mix, one.samples[max(0, one.at) :], max(0, -one.at), channel.pan + one.pan)
                    one.at += BLOCK
            mix *= np.linspace(channel.gain_before, channel.gain, BLOCK, dtype=np.float32)
            channel.gain_before = channel.gain
            dry += mix
        self._sounding = [one for one in self._sounding if one.at < len(one.samples)]
        wet = self._room.answer(dry.sum(axis=0))
        dry_gain, wet_gain = dry_and_wet(self._share)
        whole = dry_gain * dry + wet_gain * wet
        bent = np.asarray(np.tanh(np.float32(LEVEL) * whole), dtype=np.float32)
        if self._dying is None:
            return bent
        heard, self._dying = bent + self._dying, None
        return np.asarray(np.clip(heard, -1, 1), dtype=np.float32)

    def _hold(self, one: Sounding, held_s: float) -> None:
        """Let a voice be that of a note of another length; what was heard of it is the same, whoever has the channel
        now."""
        voices = self._sampler.play(one.preset, one.pitch_midi, one.velocity, held_s)
        if one.place < len(voices):
            one.samples = voices[one.place].samples

    def _channel(self, number: int) -> Channel:
        return self._channels.setdefault(number, Channel())

    def _choke(self, channel: int, chokes: int) -> None:
        for one in self._sounding:
            if (one.channel, one.chokes) == (channel, chokes):
                one.samples = damped(one.samples, max(0, one.at), self.rate_hz)
                one.is_down = False


def _preset(channel: int, program: int) -> tuple[int, int]:
    return KIT_PRESET if channel == KIT_CHANNEL else (0, program)
