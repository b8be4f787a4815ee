"""The mixing desk: dry stems become a finished mix, and stay its parts (planes → planes).

Sound is float32 planes (2, n), left first. Everything up to the limiter is linear, and the limiter is one gain curve
for all, so the finished stems add up to the finished mix.

References: Bauer 1961 (constant-power pan); Bristow-Johnson, "Audio EQ Cookbook" (shelf); Moorer 1979, "About this
reverberation business" (exponentially decaying noise as a room); EBU R 128 s2 (−16 LUFS for streaming, −1 dBTP).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, sosfilt

from mien.sound.loudness import SILENT_LUFS, Planes, limiting_gain, loudness_lufs, true_peaks


@dataclass(frozen=True, slots=True)
class Finish:
    """What the mix shall measure, and how it ends."""

    loudness_lufs: float = -16.0
    ceiling_dbtp: float = -1.3
    """The limiter aims a little under −1 dBTP, so that a second meter agrees."""
    silence_db: float = -56.0
    """Sound that stays below this has rung out."""
    fade_s: float = 0.4


_SHELF_HZ, _SHELF_DB = 2500.0, 9.0
"""Brightness 0..1 turns the highs by −9..9 dB; a brighter timbre reads as energetic (Eerola, Friberg & Bresin 2013)."""

_LOWEST_HZ = 20.0
_TONE_RING_S = 0.12
"""How long the tone control itself rings, to −100 dB."""

_IMPULSE_SEED = 1979
"""A room is a room: the same noise in every run."""


def pan_gains(pan: float) -> tuple[float, float]:
    """Left and right gain of constant power for a place −1..1."""
    angle = (min(max(pan, -1.0), 1.0) + 1) * math.pi / 4
    return math.cos(angle), math.sin(angle)


def tone_response(brightness: float, hz: NDArray[np.floating], rate_hz: int) -> NDArray[np.complex64]:
    """Response of the tone control: what is below hearing goes, the highs tilt by the brightness (0.5: as they are)."""
    delay = np.exp(-2j * np.pi * hz / rate_hz)
    high_pass = (1 - delay) / (1 - math.exp(-2 * math.pi * _LOWEST_HZ / rate_hz) * delay)
    root = 10 ** ((2 * brightness - 1) * _SHELF_DB / 40)
    angle = 2 * math.pi * _SHELF_HZ / rate_hz
    cosine, slope = math.cos(angle), math.sin(angle) * math.sqrt(2 * root)
    up, down = root + 1, root - 1
    above = up + down * cosine + slope - 2 * (down + up * cosine) * delay + (up + down * cosine - slope) * delay**2
    below = up - down * cosine + slope + 2 * (down - up * cosine) * delay + (up - down * cosine - slope) * delay**2
    return np.asarray(high_pass * root * above / below, dtype=np.complex64)


def impulse_response(share: float, rate_hz: int) -> Planes:
    """Synthesise a room: float32 (2, n) of unit energy a channel, the longer the larger its share in the mix.

    Noise that decays in three bands, the highs fastest (air and walls take them), after a short pre-delay and a few
    early reflections.
    """
    rng = np.random.default_rng(_IMPULSE_SEED)
    decay_s = 0.8 + 4.0 * share
    time_s = np.arange(int(1.1 * decay_s * rate_hz)) / rate_hz
    noise = rng.standard_normal((2, len(time_s)))
    room = np.zeros_like(noise)
    for band_hz, share_of_decay in (((120, 600), 1.1), ((600, 3000), 1.0), ((3000, 9000), 0.5)):
        band = sosfilt(butter(1, band_hz, "bandpass", fs=rate_hz, output="sos"), noise)
        room += band * np.exp(-time_s * math.log(1000) / (decay_s * share_of_decay))
    room *= 1 - np.exp(-time_s / 0.012)  # echoes grow dense before they are many
    loudest = np.abs(room).max()
    for channel in room:
        for at_s in rng.uniform(0.002, 0.05, 6):
            channel[int(at_s * rate_hz)] += rng.choice((-1, 1)) * 2 * loudest * math.exp(-at_s / 0.03)
    room = np.concatenate([np.zeros((2, round(0.018 * rate_hz))), room], axis=1)
    return np.asarray(room / np.sqrt(np.square(room).sum(axis=1, keepdims=True)), dtype=np.float32)


def channel(planes: Planes, gain_db: float, brightness: float, impulse: Planes, share: float, rate_hz: int) -> Planes:
    """Take a dry stem through its channel: tone, gain, and the room, `share` of its power as reverb.

    All that is linear, so it is one product of spectra, block by block (overlap-add); the result is longer than the
    stem by the room's ring.
    """
    ring = impulse.shape[1] + round(_TONE_RING_S * rate_hz)
    size = next_fast_len(3 * ring, real=True)
    tone = tone_response(brightness, np.fft.rfftfreq(size, 1 / rate_hz), rate_hz) * np.float32(10 ** (gain_db / 20))
    dry = tone * np.float32(math.sqrt(1 - share))
    wet = tone * rfft(impulse, size) * np.float32(math.sqrt(share / 2))
    hop = size - ring
    sounding = np.zeros((2, planes.shape[1] + ring), np.float32)
    for start in range(0, planes.shape[1], hop):
        block = planes[:, start : start + hop]
        if block.any():
            spectra = rfft(block, size)
            spectra = spectra * dry + spectra.sum(axis=0) * wet
            room = sounding[:, start : start + size]
            room += irfft(spectra, size)[:, : room.shape[1]]
    return sounding


def finish(stems: Sequence[Planes], rate_hz: int, aim: Finish | None = None) -> tuple[Planes, list[Planes]]:
    """Bring the sum of the stems to its loudness, keep its peaks, end it in silence; the stems follow.

    Parameters
    ----------
    stems : float32 (2, n), all of one length; they are worked on in place, a minute of music being large.

    Returns
    -------
    The mix and the stems that add up to it, of a common length.
    """
    aim = aim or Finish()
    mix: Planes = np.add.reduce(stems, dtype=np.float32)
    gain = _mastering_gain(mix, rate_hz, aim)
    mix *= gain
    end = _end_of_sound(mix, rate_hz, aim)
    fade = np.ones(end, np.float32)
    faded = min(end, round(aim.fade_s * rate_hz))
    fade[end - faded :] = np.cos(np.linspace(0, math.pi / 2, faded, dtype=np.float32)) ** 2
    fade[-1:] = 0
    mix[:, :end] *= fade
    for stem in stems:
        np.multiply(stem, gain, out=stem)
        stem[:, :end] *= fade
    return mix[:, :end], [stem[:, :end] for stem in stems]


def _mastering_gain(mix: Planes, rate_hz: int, aim: Finish) -> Planes:
    """Loudness and limiter as one gain curve; limiting costs loudness, so it is aimed again."""
    frames = mix.shape[1]
    loudness = loudness_lufs(mix, rate_hz)
    if loudness <= SILENT_LUFS:
        return np.ones(frames, np.float32)
    peaks = true_peaks(mix, rate_hz)
    ceiling = 10 ** (aim.ceiling_dbtp / 20)
    up = 10 ** ((aim.loudness_lufs - loudness) / 20)
    gain = limiting_gain(peaks * np.float32(up), ceiling, frames) * np.float32(up)
    for _ in range(3):
        if peaks.max() * up <= ceiling or (missing := aim.loudness_lufs - loudness_lufs(mix * gain, rate_hz)) < 0.3:
            break
        up *= 10 ** (missing / 20)
        gain = limiting_gain(peaks * np.float32(up), ceiling, frames) * np.float32(up)
    return gain


def _end_of_sound(mix: Planes, rate_hz: int, aim: Finish) -> int:
    """First frame after which the sound has rung out."""
    heard = np.flatnonzero(np.abs(mix).max(axis=0) > 10 ** (aim.silence_db / 20))
    frames: int = mix.shape[1]
    last = int(heard[-1]) if len(heard) else frames
    return min(frames, last + round(aim.fade_s * rate_hz / 2))
