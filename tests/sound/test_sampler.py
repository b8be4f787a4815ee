"""Single notes: in tune, as loud as they were struck, dying away as their instrument does."""

import numpy as np
import pytest
from scipy import signal

from mien.sound.envelopes import volume_envelope
from mien.sound.filters import Samples
from mien.sound.font import load_font
from mien.sound.sampler import Sampler, resample
from mien.sound.zones import Gen, Zone

RATE_HZ = 48_000
PIANO, VIOLIN, VIBRAPHONE, CLARINET, KIT = (0, 0), (0, 40), (0, 11), (0, 71), (128, 0)
SYNTH_BASS, PAD = (0, 38), (0, 89)


@pytest.fixture(scope="module")
def sampler() -> Sampler:
    return Sampler(load_font(), RATE_HZ)


def sound(sampler: Sampler, preset: tuple[int, int], pitch: int, velocity: int, length_s: float) -> Samples:
    voices = [voice.samples for voice in sampler.play(preset, pitch, velocity, length_s)]
    total = np.zeros(max(map(len, voices)), np.float32)
    for voice in voices:
        total[: len(voice)] += voice
    return total


def level_db(samples: Samples, at_s: float, width_s: float = 0.2) -> float:
    window = samples[int(at_s * RATE_HZ) : int((at_s + width_s) * RATE_HZ)]
    return float(20 * np.log10(np.sqrt(np.square(window, dtype=np.float64).mean()) + 1e-9))


@pytest.mark.parametrize(
    ("preset", "pitch"),
    [(PIANO, 57), (PIANO, 69), (CLARINET, 62), *((VIOLIN, pitch) for pitch in (62, 69, 74, 77, 80, 89))],
)
def test_notes_are_in_tune(sampler: Sampler, preset: tuple[int, int], pitch: int) -> None:
    """The mean of the fundamental: where a violin's vibrato swings to is no measure of its pitch."""
    wanted_hz = 440 * 2 ** ((pitch - 69) / 12)
    steady = sound(sampler, preset, pitch, 90, 5.0)[RATE_HZ // 4 : 5 * RATE_HZ]
    beating = steady * np.exp(-2j * np.pi * wanted_hz / RATE_HZ * np.arange(len(steady)))
    narrow = np.hanning(2 * int(RATE_HZ / wanted_hz / 0.045))
    slow = signal.fftconvolve(beating, narrow, "valid")[::50]
    turns = np.polyfit(np.arange(len(slow)) * 50 / RATE_HZ, np.unwrap(np.angle(slow)), 1, w=np.abs(slow))[0] / 2 / np.pi
    assert abs(1200 * np.log2(1 + turns / wanted_hz)) < 6


def test_velocity_is_a_square_law(sampler: Sampler) -> None:
    soft, loud = (sound(sampler, VIOLIN, 69, velocity, 1.0) for velocity in (50, 100))
    assert level_db(loud, 0.4) - level_db(soft, 0.4) == pytest.approx(40 * np.log10(2), abs=1)


def test_struck_instruments_die_away_and_bowed_ones_do_not(sampler: Sampler) -> None:
    for preset in (PIANO, VIBRAPHONE):
        note = sound(sampler, preset, 60, 80, 4.0)
        assert level_db(note, 0.1) - level_db(note, 3.0) > 20
    bowed = sound(sampler, VIOLIN, 69, 80, 4.0)
    assert abs(level_db(bowed, 1.0) - level_db(bowed, 3.0)) < 3


def test_a_release_fades_and_ends(sampler: Sampler) -> None:
    for preset in (PIANO, VIOLIN, CLARINET):
        note = sound(sampler, preset, 65, 90, 0.5)
        assert RATE_HZ // 2 < len(note) < 4 * RATE_HZ
        assert np.abs(note[-48:]).max() < 1e-4


def test_a_crash_rings_for_seconds(sampler: Sampler) -> None:
    assert level_db(sound(sampler, KIT, 49, 100, float("inf")), 1.5) > -60


def test_a_program_the_font_lacks_borrows_its_family(sampler: Sampler) -> None:
    assert np.array_equal(sound(sampler, (0, 15), 60, 80, 0.2), sound(sampler, (0, 8), 60, 80, 0.2))
    assert np.array_equal(sound(sampler, (128, 40), 38, 80, 0.2), sound(sampler, KIT, 38, 80, 0.2))


def test_envelope_follows_its_times() -> None:
    gens = {Gen.ATTACK: 1200 * -1, Gen.HOLD: -12000, Gen.DECAY: 0, Gen.SUSTAIN_CB: 200, Gen.RELEASE: 0}
    envelope = volume_envelope(Zone((0, 127), (0, 127), 0, gens), 60, 2.0, 1000)
    assert envelope[250] == pytest.approx(0.5, abs=0.01)  # half way up an attack of half a second
    assert envelope[1500] == pytest.approx(0.1, abs=0.002)  # 20 dB down after a fall of 100 dB a second
    assert envelope[2100] == pytest.approx(0.1 * 10 ** (-0.5), rel=0.02)  # a tenth of a second of release
    assert len(envelope) == pytest.approx(2700, abs=2)  # 70 dB left to fall


def test_resampling_a_sine_keeps_it_a_sine() -> None:
    source = np.sin(2 * np.pi * 0.01 * np.arange(4000)).astype(np.float32)
    found = resample(source, 0.75, 4000)
    wanted = np.sin(2 * np.pi * 0.0075 * np.arange(4000))
    assert np.abs(found - wanted)[2:-2].max() < 1e-3
    assert len(resample(source, 2.0, 10_000)) == 2000


def test_notes_of_any_order_and_length_share_tones(sampler: Sampler) -> None:
    """What is kept from earlier notes changes nothing."""
    for preset in (PIANO, SYNTH_BASS, PAD):
        for pitch, length_s in ((48, 0.3), (48, 2.0), (50, 1.0), (48, 0.3)):
            fresh = Sampler(load_font(), RATE_HZ)
            kept, new = (sound(s, preset, pitch, 80, length_s) for s in (sampler, fresh))
            assert len(kept) == len(new)
            assert np.abs(kept - new).max() < 1e-5


def test_a_moving_filter_closes_over_time(sampler: Sampler) -> None:
    """The synth bass opens to 5.8 kHz and falls to a fifth of the way within a quarter of a second."""

    def highs(samples: Samples) -> float:
        power = np.square(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))))
        return float(power[len(power) * 1500 // (RATE_HZ // 2) :].sum() / power.sum())

    note = sound(sampler, SYNTH_BASS, 40, 90, 1.0)
    assert highs(note[: RATE_HZ // 20]) > 30 * highs(note[RATE_HZ // 2 : RATE_HZ])
