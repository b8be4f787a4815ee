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
from scipy.signal import butter, lfilter, oaconvolve, sosfilt

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

_IMPULSE_SEED = 1979
"""A room is a room: the same noise in every run."""


def pan_gains(pan: float) -> tuple[float, float]:
    """Left and right gain of constant power for a place −1..1."""
    angle = (min(max(pan, -1.0), 1.0) + 1) * math.pi / 4
    return math.cos(angle), math.sin(angle)


def tone_control(planes: Planes, brightness: float, rate_hz: int) -> Planes:
    """Take off what is below hearing, and tilt the highs by the brightness (0.5: as they are)."""
    pole = math.exp(-2 * math.pi * 20 / rate_hz)
    planes = lfilter(np.array([1, -1], np.float32), np.array([1, -pole], np.float32), planes)
    if abs(brightness - 0.5) < 0.01:
        return planes
    root = 10 ** ((2 * brightness - 1) * _SHELF_DB / 40)
    angle = 2 * math.pi * _SHELF_HZ / rate_hz
    cosine, slope = math.cos(angle), math.sin(angle) * math.sqrt(2 * root)
    up, down = root + 1, root - 1
    b = root * np.array([up + down * cosine + slope, -2 * (down + up * cosine), up + down * cosine - slope])
    a = np.array([up - down * cosine + slope, 2 * (down - up * cosine), up - down * cosine - slope])
    return np.asarray(lfilter((b / a[0]).astype(np.float32), (a / a[0]).astype(np.float32), planes), dtype=np.float32)


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


def add_room(planes: Planes, impulse: Planes, share: float) -> Planes:
    """Put a stem in a room, `share` of its power as reverb; the result is longer by the room's ring."""
    wet = oaconvolve(planes.sum(axis=0, keepdims=True) * np.float32(math.sqrt(share / 2)), impulse, axes=1)
    wet[:, : planes.shape[1]] += planes * np.float32(math.sqrt(1 - share))
    return np.asarray(wet, dtype=np.float32)


def finish(stems: Sequence[Planes], rate_hz: int, aim: Finish | None = None) -> tuple[Planes, list[Planes]]:
    """Bring the sum of the stems to its loudness, keep its peaks, end it in silence; the stems follow.

    Parameters
    ----------
    stems : float32 (2, n), all of one length.

    Returns
    -------
    The mix and the stems that add up to it, of a common length.
    """
    aim = aim or Finish()
    mix: Planes = np.add.reduce(stems, dtype=np.float32)
    gain = _mastering_gain(mix, rate_hz, aim)
    end = _end_of_sound(mix * gain, rate_hz, aim)
    gain = gain[:end]
    fade = min(end, round(aim.fade_s * rate_hz))
    gain[end - fade :] *= np.cos(np.linspace(0, math.pi / 2, fade, dtype=np.float32)) ** 2
    gain[-1:] = 0
    return mix[:, :end] * gain, [stem[:, :end] * gain for stem in stems]


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
