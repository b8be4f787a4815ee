"""Responses are those of the filters that others build; sound goes through them as through a difference equation."""

import numpy as np
import pytest
from scipy import signal

from mien.sound.filters import band_pass, fft_frames, filtered, high_pass, high_shelf, low_pass, low_pass_ring_s
from mien.sound.loudness import k_weighting

RATE_HZ = 48_000
HZ = np.linspace(5, 23_000, 400)


@pytest.mark.parametrize("cutoff_hz", [120.0, 1000.0, 12_000.0])
def test_low_pass_is_butterworth_and_takes_resonance(cutoff_hz: float) -> None:
    _, wanted = signal.sosfreqz(signal.butter(2, cutoff_hz, fs=RATE_HZ, output="sos"), HZ, fs=RATE_HZ)
    assert np.abs(low_pass(HZ, cutoff_hz, 0.0, RATE_HZ) - wanted).max() < 1e-3
    there = np.array([cutoff_hz])
    assert 20 * np.log10(abs(low_pass(there, cutoff_hz, 12.0, RATE_HZ)[0])) == pytest.approx(12 - 3.01, abs=0.01)


def test_band_pass_and_high_pass_are_butterworth() -> None:
    _, band = signal.sosfreqz(signal.butter(1, (600, 3000), "bandpass", fs=RATE_HZ, output="sos"), HZ, fs=RATE_HZ)
    assert np.abs(band_pass(HZ, 600, 3000, RATE_HZ) - band).max() < 1e-9
    _, high = signal.sosfreqz(signal.butter(1, 20, "highpass", fs=RATE_HZ, output="sos"), HZ, fs=RATE_HZ)
    assert np.abs(high_pass(HZ, 20, RATE_HZ) - high).max() < 1e-9


@pytest.mark.parametrize("gain_db", [-9.0, 4.0])
def test_a_shelf_lifts_the_highs_and_half_at_its_corner(gain_db: float) -> None:
    found_db = 20 * np.log10(np.abs(high_shelf(np.array([10.0, 2500.0, 23_900.0]), 2500.0, gain_db, RATE_HZ)))
    assert found_db == pytest.approx([0, gain_db / 2, gain_db], abs=0.05)


def test_k_weighting_has_the_coefficients_of_the_standard() -> None:
    """ITU-R BS.1770-5, annex 1, tables 1 and 2 (48 kHz)."""
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585]
    low_cut = [1, -2, 1, 1, -1.99004745483398, 0.99007225036621]
    _, wanted = signal.sosfreqz([shelf, low_cut], HZ, fs=RATE_HZ)
    assert np.abs(k_weighting(HZ, RATE_HZ) - wanted).max() < 1e-4


def test_blocks_join_without_a_seam() -> None:
    noise = np.random.default_rng(3).standard_normal((2, 50_000)).astype(np.float32)
    noise[:, 20_000:33_000] = 0  # silence is passed over
    size, ring = 4096, int(low_pass_ring_s(300.0, 6.0) * RATE_HZ) + 1
    response = low_pass(np.fft.rfftfreq(size, 1 / RATE_HZ), 300.0, 6.0, RATE_HZ).astype(np.complex64)
    found = np.zeros_like(noise)
    for frames, sounding in filtered(noise, lambda spectra: spectra * response, size, ring):
        found[:, frames] = sounding
    angle = 2 * np.pi * 300 / RATE_HZ
    alpha = np.sin(angle) / 2 / 10 ** ((6.0 - 3.01) / 20)
    b = np.array([1, 2, 1]) * (1 - np.cos(angle)) / 2
    wanted = signal.lfilter(b, [1 + alpha, -2 * np.cos(angle), 1 - alpha], noise.astype(np.float64))
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()


def test_transforms_are_long_enough_and_no_longer_than_need_be() -> None:
    for at_least in (1, 2, 3, 100, 4097, 144_000, 409_601):
        assert at_least <= fft_frames(at_least) < 1.34 * at_least + 1
