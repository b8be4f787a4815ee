"""How loud sound is to a listener and how high its true peaks are (planes → LUFS, gain).

Sound is float32 planes (2, n), left first. Meters and limiter count in blocks of a millisecond. Loudness is
integrated, K-weighted and gated; true peaks are found four times oversampled.

References: ITU-R BS.1770-5 (2023), annex 1 (loudness) and annex 2 (true peak); De Man 2014, "Evaluation of
implementations of the EBU R128 loudness measurement" (the filters at any rate).
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mien.sound.filters import Hertz, Response, filtered, laplace

Planes = NDArray[np.float32]
Blocks = NDArray[np.floating]
"""A number for each millisecond of sound, (blocks,); the last block may be cut short."""

SILENT_LUFS = -70.0
"""Absolute gate; also what silence measures."""

_BLOCK_S = 0.001
_HOP, _OVERLAP, _GATE_LU = 100, 4, 10.0
"""Loudness is gated in windows of four hops of 100 blocks."""
_K_RING_S = 0.08

_OVERSAMPLED, _TAPS = 4, 12
_LOOK_BLOCKS = 12
"""The limiter acts from so many blocks before a peak to as many after it."""


def block_frames(rate_hz: int) -> int:
    """Frames of a block."""
    return round(_BLOCK_S * rate_hz)


def k_weighting(hz: Hertz, rate_hz: int) -> Response:
    """Response of the K filter: the head's high shelf, then the high-pass of low-frequency hearing."""
    s = laplace(hz, 1681.974450955533, rate_hz)
    high = 10 ** (3.999843853973347 / 20)
    middle = s / 0.7071752369554196
    shelf = (high * s * s + high**0.4996667741545416 * middle + 1) / (s * s + middle + 1)
    corner_hz, quality = 38.13547087602444, 0.5003270373238773
    s, k = laplace(hz, corner_hz, rate_hz), math.tan(math.pi * corner_hz / rate_hz)
    norm = 1 + k / quality + k * k  # the standard leaves its numerator 1, −2, 1 as it is
    return np.asarray(shelf * norm * s * s / (s * s + s / quality + 1))


def weighted_power(planes: Planes, rate_hz: int) -> Blocks:
    """K-weighted power of each block, both channels added up."""
    size = block_frames(rate_hz)
    ring, transform = round(_K_RING_S * rate_hz), 2**15
    ring += (transform - ring) % size  # so that blocks do not straddle transforms
    response = k_weighting(np.fft.rfftfreq(transform, 1 / rate_hz), rate_hz).astype(np.complex64)
    power = np.zeros(-(-planes.shape[1] // size), np.float32)
    for frames, weighted in filtered(planes, lambda spectra: spectra * response, transform, ring):
        squares = np.einsum("cn,cn->n", weighted, weighted)
        squares = np.pad(squares, (0, -len(squares) % size)).reshape(-1, size)
        power[frames.start // size :][: len(squares)] = squares.mean(axis=1)
    return power


def integrated_lufs(power: Blocks) -> float:
    """Integrated loudness, LUFS, of sound whose `weighted_power` is given; `SILENT_LUFS` if nothing passes the gate."""
    if not len(power):
        return SILENT_LUFS
    hop = min(_HOP, len(power))
    hops = power[: len(power) // hop * hop].reshape(-1, hop).mean(axis=1, dtype=np.float64)
    if len(hops) < _OVERLAP:
        hops = np.full(_OVERLAP, hops.mean())
    windows = np.convolve(hops, np.full(_OVERLAP, 1 / _OVERLAP), "valid")
    heard = windows[windows > _power(SILENT_LUFS)]
    if not len(heard):
        return SILENT_LUFS
    return _lufs(float(heard[heard > _power(_lufs(float(heard.mean())) - _GATE_LU)].mean()))


def loudness_lufs(planes: Planes, rate_hz: int) -> float:
    """Integrated loudness of planes (2, n), LUFS."""
    return integrated_lufs(weighted_power(planes, rate_hz))


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def true_peaks(planes: Planes, rate_hz: int) -> Blocks:
    """Highest true peak of either channel in each block."""
    size = block_frames(rate_hz)
    interpolate = _interpolator(size)
    before, after = _TAPS // 2, _TAPS - 1 - _TAPS // 2
    peaks = np.zeros(-(-planes.shape[1] // size), np.float32)
    for plane in planes:
        padded = np.pad(plane, (before, after + len(peaks) * size - len(plane)))
        blocks = sliding_window_view(padded, before + size + after)[::size]
        for at in range(0, len(blocks), 1000):  # a second at a time: memory
            some = np.ascontiguousarray(blocks[at : at + 1000])
            between = np.abs(some @ interpolate).max(axis=1)
            highest = np.maximum(between, np.abs(some[:, before : before + size]).max(axis=1))
            peaks[at : at + 1000] = np.maximum(peaks[at : at + 1000], highest)
    return peaks


def _interpolator(size: int) -> Planes:
    """Matrix (frames of a block and its neighbours, four times the frames of a block): a Kaiser-windowed sinc."""
    length = _OVERSAMPLED * _TAPS
    kernel = np.sinc((np.arange(length) - (length - 1) / 2) / _OVERSAMPLED) * np.kaiser(length, 7.0)
    phases = kernel.reshape(_TAPS, _OVERSAMPLED) * _OVERSAMPLED / kernel.sum()
    matrix = np.zeros((size + _TAPS - 1, _OVERSAMPLED * size), np.float32)
    for frame in range(size):
        matrix[frame : frame + _TAPS, _OVERSAMPLED * frame : _OVERSAMPLED * (frame + 1)] = phases
    return matrix


def limiting_gain(peaks: Blocks, ceiling: float) -> Blocks:
    """Gain 0..1 that keeps every true peak below `ceiling`: one number at each edge of a block, (blocks + 1,).

    It looks both ways, as offline one may: the lowest gain needed nearby, smoothed twice over no more than "nearby", so
    that it is at its lowest when the peak comes, and moves too slowly to be heard as a click.
    """
    needed = np.minimum(1, ceiling / np.maximum(peaks, 1e-9))
    if needed.min(initial=1) >= 1:
        return np.ones(len(peaks) + 1, np.float32)
    smooth = np.convolve(np.full(_LOOK_BLOCKS, 1 / _LOOK_BLOCKS), np.full(_LOOK_BLOCKS - 1, 1 / (_LOOK_BLOCKS - 1)))
    around = np.pad(needed, _LOOK_BLOCKS + len(smooth) // 2, mode="edge")
    lowest = sliding_window_view(around, 2 * _LOOK_BLOCKS + 1).min(axis=1)
    return np.convolve(lowest, smooth, "valid").astype(np.float32)


def ramps(edges: Blocks, rate_hz: int) -> NDArray[np.float32]:
    """Join gains at the edges of blocks by straight lines, frame by frame."""
    along = np.arange(block_frames(rate_hz), dtype=np.float32) / np.float32(block_frames(rate_hz))
    return (edges[:-1, None] + np.diff(edges)[:, None] * along).ravel()
