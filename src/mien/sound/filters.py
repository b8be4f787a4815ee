"""Filters as responses at frequencies, and sound through them by way of its spectra (samples → samples).

A response is the analog prototype H(s), read on the bilinear transform's axis (`laplace`), so that a corner stands
where it is asked for; frequencies are Hz, responses complex, sound float32 with time as its last axis.

References: R. Bristow-Johnson, "Audio EQ Cookbook" (prototypes); Oppenheim & Schafer, "Discrete-Time Signal
Processing", §7.1 (bilinear transform) and §8.7 (overlap-add).
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Hertz = NDArray[np.floating]
Response = NDArray[np.complex128]
Spectra = NDArray[np.complexfloating]
"""Of float32 sound they are complex64."""

_RUNG_OUT = math.log(1e5)
"""A filter has rung out 100 dB down."""


def laplace(hz: Hertz, corner_hz: float | Hertz, rate_hz: int) -> Response:
    """Evaluate the prototype's variable s at digital frequencies; it is 1j at the corner."""
    return 1j * np.tan(np.pi * hz / rate_hz) / np.tan(np.pi * np.asarray(corner_hz) / rate_hz)


def low_pass(hz: Hertz, corner_hz: float | Hertz, resonance_db: float, rate_hz: int) -> Response:
    """Second-order low-pass; without resonance it is Butterworth's."""
    s = laplace(hz, np.minimum(corner_hz, 0.45 * rate_hz), rate_hz)
    return np.asarray(1 / (s * s + s / _quality(resonance_db) + 1))


def low_pass_ring_s(corner_hz: float, resonance_db: float) -> float:
    """Seconds until a second-order low-pass has rung out."""
    return _RUNG_OUT * max(_quality(resonance_db), 0.5) / (math.pi * corner_hz)


def _quality(resonance_db: float) -> float:
    """Q of a resonance above Butterworth's own 3 dB down at the corner."""
    return 10 ** ((resonance_db - 3.01) / 20)


def high_pass(hz: Hertz, corner_hz: float, rate_hz: int) -> Response:
    """First-order high-pass."""
    s = laplace(hz, corner_hz, rate_hz)
    return np.asarray(s / (s + 1))


def band_pass(hz: Hertz, low_hz: float, high_hz: float, rate_hz: int) -> Response:
    """First-order Butterworth band-pass."""
    low, high = laplace(hz, low_hz, rate_hz), laplace(hz, high_hz, rate_hz)
    return np.asarray((low - high) / (low * high + low - high + 1))


def high_shelf(hz: Hertz, corner_hz: float, gain_db: float, rate_hz: int) -> Response:
    """Second-order high shelf of slope 1: the highs by `gain_db`, half of it at the corner."""
    s, root = laplace(hz, corner_hz, rate_hz), 10 ** (gain_db / 40)
    middle = math.sqrt(2 * root) * s
    return np.asarray(root * (root * s * s + middle + 1) / (s * s + middle + root))


def fft_frames(at_least: int) -> int:
    """Return a length, not much above `at_least`, whose transform is fast (a small multiple of a power of two)."""
    return min(odd << max(0, math.ceil(math.log2(at_least / odd))) for odd in (1, 3, 5, 9, 15))


def filtered(
    samples: Samples, turn: Callable[[Spectra], Spectra], size: int, ring: int
) -> Iterator[tuple[slice, Samples]]:
    """Send sound through a filter, block by block (overlap-add).

    Parameters
    ----------
    samples : float32 (..., n); a block is read before it is handed out, so the caller may write it back.
    turn : multiplies the spectra (..., size // 2 + 1) of a block by the response at `np.fft.rfftfreq(size, …)`.
    size : of the transforms, frames; ring : frames after which the filter has rung out, less than `size`.

    Yields
    ------
    The frames of a block and its filtered samples; blocks in which nothing sounds are passed over.
    """
    hop = size - ring
    carried = np.zeros((*samples.shape[:-1], ring), np.float32)
    for start in range(0, samples.shape[-1], hop):
        block = samples[..., start : start + hop]
        if not block.any() and not carried.any():
            continue
        sounding: Samples = np.fft.irfft(turn(np.fft.rfft(block, size)), size).astype(np.float32, copy=False)
        sounding[..., :ring] += carried
        carried = sounding[..., hop:]
        yield slice(start, start + block.shape[-1]), sounding[..., : block.shape[-1]]
