"""The mixing desk: dry sound becomes a finished mix (planes → planes).

Sound is float32 planes (2, n), left first, worked on in place: a minute of music is large. Everything up to the
limiter is linear, and the limiter is one gain curve, so the stems of a mix that go the same way add up to it.

References: Bauer 1961 (constant-power pan); Moorer 1979, "About this reverberation business" (exponentially decaying
noise as a room); EBU R 128 s2 (−16 LUFS for streaming, −1 dBTP); Juslin & Laukka 2003 (loudness tells emotions apart).
"""

import math
from dataclasses import dataclass

import numpy as np

from mien.ensembles import plays_one_note
from mien.sound.filters import Samples, Spectra, band_pass, fft_frames, filtered, high_pass, high_shelf
from mien.sound.loudness import (
    SILENT_LUFS,
    Blocks,
    Planes,
    block_frames,
    integrated_lufs,
    limiting_gain,
    ramps,
    true_peaks,
    weighted_power,
)

USUAL_LUFS, USUAL_LOUDNESS, LUFS_PER_LOUDNESS, LUFS_RANGE = -16.0, 0.6, 12.0, (-22.0, -14.0)
"""A finished mix of music that is played at the usual loudness of a brief (0..1), what full loudness adds to that, and
the limits: a quiet mood stays quieter than a loud one, and neither asks for the volume knob."""


def finished_lufs(loudness: float) -> float:
    """What a mix shall measure, LUFS, for a piece whose briefs ask for this loudness (0..1) on average."""
    low, high = LUFS_RANGE
    return min(high, max(low, USUAL_LUFS + LUFS_PER_LOUDNESS * (loudness - USUAL_LOUDNESS)))


@dataclass(frozen=True, slots=True, eq=False)
class Master:
    """The last fader, one for a mix and its stems: gains at the edges of milliseconds, an end, a fade before it."""

    gains: Blocks
    rate_hz: int
    frames: int
    fade_frames: int

    def apply(self, planes: Planes) -> Planes:
        """Bring planes (2, n) to level in place; return what is left before the end."""
        heard = planes[:, : self.frames]
        heard *= ramps(self.gains, self.rate_hz)[: self.frames]
        faded = heard[:, self.frames - self.fade_frames :]
        faded *= np.cos(np.linspace(0, math.pi / 2, faded.shape[1], dtype=np.float32)) ** 2
        heard[:, -1:] = 0
        return heard


_CEILING_DBTP = -1.3
"""The limiter aims a little under −1 dBTP, so that a second meter agrees."""
_SILENCE_DB, _FADE_S = -56.0, 0.4
"""Sound that stays below this has rung out, and how long the end fades."""

_SHELF_HZ, _SHELF_DB = 2500.0, 9.0
"""Brightness 0..1 turns the highs by −9..9 dB; a brighter timbre reads as energetic (Eerola, Friberg & Bresin 2013)."""

_KEYBOARD_PAN = 0.35 / 36
"""A keyboard, harp or mallet instrument spreads its pitches from left to right: pan a semitone from middle C."""

_LOWEST_HZ = 20.0
_TONE_RING_S = 0.12
"""How long the tone control itself rings, to −100 dB."""

_IMPULSE_SEED = 1979
"""A room is a room: the same noise in every run."""

_AIMS = 5
"""Limiting costs loudness, so the level is aimed again, so many times at most."""


def pan_gains(pan: float) -> tuple[float, float]:
    """Left and right gain of constant power for a place −1..1."""
    angle = (min(max(pan, -1.0), 1.0) + 1) * math.pi / 4
    return math.cos(angle), math.sin(angle)


def key_pan(program: int, pitch_midi: int) -> float:
    """How far to the left or right of its instrument a pitch sounds, −1..1."""
    return 0.0 if plays_one_note(program) else _KEYBOARD_PAN * (pitch_midi - 60)


def lay(planes: Planes, samples: Samples, start: int, pan: float, gain: float = 1.0) -> None:
    """Add mono sound to planes (2, n) from a frame on, at a place −1..1; what lies beyond their end is lost."""
    samples = samples[: max(0, planes.shape[1] - start)]
    for plane, side in zip(planes, pan_gains(pan), strict=True):
        plane[start : start + len(samples)] += samples * np.float32(gain * side)


def dry_and_wet(share: float) -> tuple[np.float32, np.float32]:
    """Gain of the sound itself and of the room's answer, which each channel gives to the sum of both, for the share of
    the power that goes to the room, 0..1."""
    return np.float32(math.sqrt(1 - share)), np.float32(math.sqrt(share / 2))


def impulse_response(share: float, rate_hz: int) -> Planes:
    """Synthesise a room: float32 (2, n) of unit energy a channel, the longer the larger its share in the mix.

    Noise that decays in three bands, the highs fastest (air and walls take them), after a short pre-delay and a few
    early reflections.
    """
    rng = np.random.default_rng(_IMPULSE_SEED)
    decay_s = 0.8 + 4.0 * share
    time_s = np.arange(int(1.1 * decay_s * rate_hz)) / rate_hz
    noise = rng.standard_normal((2, len(time_s)))
    size = fft_frames(len(time_s) + round(_TONE_RING_S * rate_hz))
    spectra, hz = np.fft.rfft(noise, size), np.fft.rfftfreq(size, 1 / rate_hz)
    room = np.zeros_like(noise)
    for low_hz, high_hz, share_of_decay in ((120, 600, 1.1), (600, 3000, 1.0), (3000, 9000, 0.5)):
        band = np.fft.irfft(spectra * band_pass(hz, low_hz, high_hz, rate_hz), size)[:, : len(time_s)]
        room += band * np.exp(-time_s * math.log(1000) / (decay_s * share_of_decay))
    room *= 1 - np.exp(-time_s / 0.012)  # echoes grow dense before they are many
    loudest = np.abs(room).max()
    for channel in room:
        for at_s in rng.uniform(0.002, 0.05, 6):
            channel[int(at_s * rate_hz)] += rng.choice((-1, 1)) * 2 * loudest * math.exp(-at_s / 0.03)
    room = np.concatenate([np.zeros((2, round(0.018 * rate_hz))), room], axis=1)
    return np.asarray(room / np.sqrt(np.square(room).sum(axis=1, keepdims=True)), dtype=np.float32)


def add_tone_and_room(planes: Planes, brightness: float, share: float, rate_hz: int) -> None:
    """Give dry planes their tone and their room, in place.

    Parameters
    ----------
    planes : float32 (2, n); what would ring beyond their end is lost.
    brightness : 0..1, a tilt of the highs; 0.5 leaves them. What is below hearing goes.
    share : of the power that goes to the room, 0..1; it answers to the sum of both channels.
    """
    impulse = impulse_response(share, rate_hz)
    ring = impulse.shape[1] + round(_TONE_RING_S * rate_hz)
    size = fft_frames(3 * ring)
    hz = np.fft.rfftfreq(size, 1 / rate_hz)
    shelf = high_shelf(hz, _SHELF_HZ, (2 * brightness - 1) * _SHELF_DB, rate_hz)
    tone = (high_pass(hz, _LOWEST_HZ, rate_hz) * shelf).astype(np.complex64)
    dry_gain, wet_gain = dry_and_wet(share)
    dry = tone * dry_gain
    wet = tone * np.fft.rfft(impulse, size) * wet_gain

    def turn(spectra: Spectra) -> Spectra:
        return np.asarray(spectra * dry + spectra.sum(axis=0) * wet)

    for frames, sounding in filtered(planes, turn, size, ring):
        planes[:, frames] = sounding


def master(mix: Planes, rate_hz: int, loudness_lufs: float) -> Master:
    """Find the fader that brings a mix to a loudness, keeps its peaks, and ends it when it has rung out."""
    power, peaks = weighted_power(mix, rate_hz), true_peaks(mix, rate_hz)
    gains = _gains(power, peaks, loudness_lufs)
    heard = np.flatnonzero(peaks * gains[1:] > 10 ** (_SILENCE_DB / 20))
    fade = round(_FADE_S * rate_hz)
    last = (int(heard[-1]) + 1) * block_frames(rate_hz) if len(heard) else mix.shape[1]
    end = min(mix.shape[1], last + fade // 2)
    return Master(gains, rate_hz, end, min(end, fade))


def _gains(power: Blocks, peaks: Blocks, loudness_lufs: float) -> Blocks:
    """Loudness and limiter as one gain curve."""
    ceiling, up = 10 ** (_CEILING_DBTP / 20), 1.0
    gains = np.ones(len(peaks) + 1, np.float32)
    for _ in range(_AIMS):
        limited_lufs = integrated_lufs(power * ((gains[:-1] + gains[1:]) / 2) ** 2)
        missing = loudness_lufs - limited_lufs
        if limited_lufs <= SILENT_LUFS or abs(missing) < 0.05:
            break
        up *= 10 ** (missing / 20)
        gains = limiting_gain(peaks * np.float32(up), ceiling) * np.float32(up)
    return gains
