"""The meters read what the standard says; the limiter keeps what it promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import uniform_filter1d
from scipy.signal import resample_poly

from mien.sound.desk import impulse_response, pan_gains
from mien.sound.loudness import SILENT_LUFS, Planes, limiting_gain, loudness_lufs, ramps, true_peaks

RATE_HZ = 48_000


def sine(
    hz: float, level_db: float, length_s: float, rate_hz: int = RATE_HZ, channels: tuple[int, int] = (1, 1)
) -> Planes:
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * np.arange(int(length_s * rate_hz)) / rate_hz)
    return np.array([wave * on for on in channels], dtype=np.float32)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_full_scale_sine_in_one_channel_reads_minus_three(rate_hz: int) -> None:
    """BS.1770-5, annex 1: 0 dB FS, 1 kHz (997 Hz), one front channel: −3.01 LKFS."""
    assert loudness_lufs(sine(997, 0, 5, rate_hz, (1, 0)), rate_hz) == pytest.approx(-3.01, abs=0.05)


def test_ebu_cases() -> None:
    """EBU Tech 3341, cases 1 to 4: stereo sines at 1 kHz."""
    assert loudness_lufs(sine(1000, -23, 20), RATE_HZ) == pytest.approx(-23, abs=0.1)
    assert loudness_lufs(sine(1000, -33, 20), RATE_HZ) == pytest.approx(-33, abs=0.1)
    gated = np.concatenate([sine(1000, level, s) for level, s in ((-36, 10), (-23, 60), (-36, 10))], axis=1)
    assert loudness_lufs(gated, RATE_HZ) == pytest.approx(-23, abs=0.1)
    silent = [sine(1000, level, s) for level, s in ((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10))]
    assert loudness_lufs(np.concatenate(silent, axis=1), RATE_HZ) == pytest.approx(-23, abs=0.1)


def test_silence_and_moments_are_measured_too() -> None:
    assert loudness_lufs(np.zeros((2, RATE_HZ), np.float32), RATE_HZ) == SILENT_LUFS
    assert loudness_lufs(np.zeros((2, 0), np.float32), RATE_HZ) == SILENT_LUFS
    assert loudness_lufs(sine(1000, -20, 0.2), RATE_HZ) == pytest.approx(-20, abs=1)


def test_true_peaks_lie_between_samples() -> None:
    """A sine at a quarter of the rate, sampled 45° off its peaks, hides 3 dB between its samples."""
    hidden = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4).astype(np.float32)
    planes = np.array([hidden, hidden])
    assert np.abs(planes).max() == pytest.approx(0.707, abs=0.001)
    assert true_peaks(planes, RATE_HZ)[5:-5].max() == pytest.approx(1, abs=0.03)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 8))
def test_the_limiter_keeps_true_peaks_below_the_ceiling(seed: int, drive: float) -> None:
    rng = np.random.default_rng(seed)
    noise = uniform_filter1d(rng.standard_normal((2, 24_000)), 5)  # music has little at the very top either
    planes = (noise * np.abs(np.sin(np.arange(24_000) / 2000)) * drive / 2).astype(np.float32)
    ceiling = 0.86
    gain = ramps(limiting_gain(true_peaks(planes, RATE_HZ), ceiling), RATE_HZ)
    assert ((gain > 0) & (gain <= 1)).all()
    assert np.abs(np.diff(gain)).max() < 0.003
    limited = resample_poly(planes * gain, 4, 1, axis=1)  # another oversampler than the meter's
    assert np.abs(limited).max() < ceiling * 1.035  # 0.3 dB: what −1.3 leaves to −1 dBTP


def test_pan_keeps_power_and_sides() -> None:
    for pan in np.linspace(-1, 1, 9):
        left, right = pan_gains(float(pan))
        assert left**2 + right**2 == pytest.approx(1)
        assert right - left == pytest.approx(np.sqrt(2) * np.sin(pan * np.pi / 4))


def test_a_larger_room_rings_longer_at_unit_energy() -> None:
    small, large = (impulse_response(share, RATE_HZ) for share in (0.1, 0.4))
    assert large.shape[1] > 1.5 * small.shape[1]
    assert np.square(small).sum(axis=1) == pytest.approx([1, 1], abs=1e-3)
    assert not small[:, : int(0.017 * RATE_HZ)].any()
    assert abs(np.corrcoef(small)[0, 1]) < 0.2
