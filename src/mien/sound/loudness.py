"""How loud sound is to a listener and how high its true peaks are (planes → LUFS, gain).

Sound is float32 planes (2, n), left first. Loudness is integrated, K-weighted and gated; true peaks are found four
times oversampled.

References: ITU-R BS.1770-5 (2023), annex 1 (loudness) and annex 2 (true peak); De Man 2014, "Evaluation of
implementations of the EBU R128 loudness measurement" (the filters at any rate).
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import firwin, sosfilt

Planes = NDArray[np.float32]

SILENT_LUFS = -70.0
"""Absolute gate; also what silence measures."""

_BLOCK_S, _HOP_S, _GATE_LU = 0.4, 0.1, 10.0
_PEAK_BLOCK_S = 0.001
_LOOK_BLOCKS = 12
"""The limiter acts from so many blocks (ms) before a peak to as many after it."""


def k_weighting(rate_hz: int) -> NDArray[np.float64]:
    """Second-order sections of the K filter: the head's high shelf, then the high-pass of low-frequency hearing."""
    shelf_hz, shelf_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * shelf_hz / rate_hz)
    high = 10 ** (shelf_db / 20)
    band = high**0.4996667741545416
    norm = 1 + k / shelf_q + k * k
    shelf = [
        (high + band * k / shelf_q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / shelf_q + k * k) / norm,
        1,
        2 * (k * k - 1) / norm,
        (1 - k / shelf_q + k * k) / norm,
    ]
    k = math.tan(math.pi * pass_hz / rate_hz)
    norm = 1 + k / pass_q + k * k
    return np.array([shelf, [1, -2, 1, 1, 2 * (k * k - 1) / norm, (1 - k / pass_q + k * k) / norm]])


def loudness_lufs(planes: Planes, rate_hz: int) -> float:
    """Integrated loudness, LUFS; `SILENT_LUFS` if nothing passes the gate.

    Parameters
    ----------
    planes : float32 (2, n).
    """
    if not planes.shape[1]:
        return SILENT_LUFS
    hop = round(_HOP_S * rate_hz)
    count = max(1, planes.shape[1] // hop)
    sections = k_weighting(rate_hz).astype(np.float32)
    power = np.zeros(count)
    for plane in planes:  # one at a time: memory
        weighted = sosfilt(sections, plane)[: count * hop].reshape(count, -1)
        power += np.einsum("hn,hn->h", weighted, weighted) / weighted.shape[1]
    overlap = round(_BLOCK_S / _HOP_S)
    if count < overlap:
        power = np.full(overlap, power.mean())
    blocks = np.convolve(power, np.full(overlap, 1 / overlap), "valid")
    heard = blocks[blocks > _power(SILENT_LUFS)]
    if not len(heard):
        return SILENT_LUFS
    return _lufs(float(heard[heard > _power(_lufs(float(heard.mean())) - _GATE_LU)].mean()))


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def true_peaks(planes: Planes, rate_hz: int) -> Planes:
    """Highest true peak of either channel in each millisecond, float32 (blocks,)."""
    size = round(_PEAK_BLOCK_S * rate_hz)
    phases = firwin(48, 1 / 4, window=("kaiser", 7.0)).astype(np.float32).reshape(12, 4).T * 4
    blocks = -(-planes.shape[1] // size)
    peaks = np.zeros(blocks, np.float32)
    for plane in planes:
        highest = np.abs(plane)
        for phase in phases:
            np.maximum(highest, np.abs(np.convolve(plane, phase, "same")), out=highest)
        highest = np.pad(highest, (0, blocks * size - len(highest)))
        np.maximum(peaks, highest.reshape(blocks, size).max(axis=1), out=peaks)
    return peaks


def limiting_gain(peaks: Planes, ceiling: float, frames: int) -> Planes:
    """Gain 0..1 that keeps every true peak below `ceiling`, float32 (frames,).

    It looks both ways, as offline one may: the lowest gain needed nearby, smoothed twice over no more than "nearby", so
    that it is at its lowest when the peak comes, and moves too slowly to be heard as a click.

    Parameters
    ----------
    peaks : one a block, as from `true_peaks`; frames : length of the sound they came from.
    """
    needed = np.minimum(1, ceiling / np.maximum(peaks, 1e-9))
    if needed.min() >= 1:
        return np.ones(frames, np.float32)
    lowest = minimum_filter1d(needed, 2 * _LOOK_BLOCKS + 1, mode="nearest")
    smooth = uniform_filter1d(uniform_filter1d(lowest, _LOOK_BLOCKS, mode="nearest"), _LOOK_BLOCKS, mode="nearest")
    size = frames / len(peaks)
    centres = (np.arange(len(peaks)) + 0.5) * size
    return np.asarray(np.interp(np.arange(frames), centres, smooth), dtype=np.float32)
