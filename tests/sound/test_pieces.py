"""Whole short pieces of every ensemble and mood: as loud as promised, the sum of their parts, and free of clicks."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.ensembles import ensembles
from mien.instrument import compose
from mien.sound.desk import finished_lufs
from mien.sound.loudness import loudness_lufs, true_peaks
from mien.sound.render import RATE_HZ

EMOTIONS = ("happy", "sad", "angry", "neutral")
EDGED = ("Kit", "Synth bass")
"""A stick on a drum and the edge of a sawtooth are clicks that are wanted."""

Samples = NDArray[np.float32]
Played = tuple[Samples, dict[str, Samples], float]
"""The mix and its stems, and the loudness that the mix should measure."""


@pytest.fixture(scope="module", params=list(product(ensembles(), EMOTIONS)), ids="-".join)
def played(request: pytest.FixtureRequest) -> Played:
    band, emotion = request.param
    piece = compose(emotion, ensemble=band, seconds=10, seed=2)
    stems = {label: stem.samples for label, stem in piece.rendering.stems.items()}
    return piece.rendering.mix.samples, stems, finished_lufs(piece.brief.loudness)


def decibels(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 1e-9)))


def clicks(samples: Samples) -> float:
    """How far the sharpest bend stands out from the bends of the 30 ms around it, as a ratio to their RMS.

    A click is a bend of the wave that the sound around it does not explain. In one sample it reaches 38, in noise 4 to
    5, in a pluck or a hammer's stroke 6 or 7, in the tooth of a music box, struck 30 to 50 ms into its sample, 8.8 to
    10.5 (happy pieces of seeds 1 to 6). Bends below 0.003 are not heard.
    """
    hop = RATE_HZ // 100
    bends = np.abs(np.diff(samples.astype(np.float64), n=2, axis=0))
    bends = bends[: len(bends) // hop * hop].reshape(-1, hop, 2)
    sharpest = bends.max(axis=1)
    power = np.square(bends).mean(axis=1)
    around = np.stack([np.convolve(side, np.full(3, 1 / 3), "same") for side in power.T], axis=1)
    return float(np.where(sharpest > 0.003, sharpest / np.sqrt(around + 1e-12), 0).max())


def test_loudness_and_peaks_are_as_promised(played: Played) -> None:
    mix, _, wanted_lufs = played
    assert abs(loudness_lufs(mix.T, RATE_HZ) - wanted_lufs) <= 1
    assert decibels(float(true_peaks(mix.T, RATE_HZ).max())) <= -1


def test_a_mix_keeps_the_loudness_of_its_mood() -> None:
    assert finished_lufs(0.6) == -16
    levels = [finished_lufs(loudness) for loudness in (0.0, 0.3, 0.6, 0.7, 1.0)]
    assert levels == sorted(levels) and levels[0] == -22 and levels[-1] == -14
    sad, angry = (
        loudness_lufs(compose(emotion, seconds=10, seed=2).rendering.mix.samples.T, RATE_HZ)
        for emotion in ("sad", "angry")
    )
    assert angry - sad > 3


def test_stems_add_up(played: Played) -> None:
    mix, stems, _ = played
    assert decibels(float(np.abs(sum(stems.values()) - mix).max())) < -60
    assert max(float(np.abs(stem).max()) for stem in stems.values()) < 1.5


def test_nothing_clicks(played: Played) -> None:
    mix, stems, _ = played
    smooth = mix - sum(stem for label, stem in stems.items() if label in EDGED)
    assert clicks(smooth) < (12 if "Music box (melody)" in stems else 9)


def test_a_click_would_be_heard() -> None:
    mix = compose("sad", ensemble="quartet", seconds=10, seed=2).rendering.mix.samples.copy()
    assert clicks(mix) < 9
    for second in (2, 3, 4, 5, 6):
        cut_off = mix.copy()
        cut_off[RATE_HZ * second :] += np.float32(0.1)  # as when a voice is cut off in mid-wave
        assert clicks(cut_off) > 10
