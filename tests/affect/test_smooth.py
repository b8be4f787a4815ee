"""Smoothing: what a stream of readings may and may not do."""

import numpy as np
import pytest

from mien.affect.smooth import LabelMemory, Smoothing, steadied, steady_label
from mien.values import CANNOT_TELL, EMOTIONS, Affect


def affect_at(time_s: float, doubt: float = 0.0, **probs: float) -> Affect:
    rest = (1 - sum(probs.values())) / (len(EMOTIONS) - len(probs))
    return Affect(time_s, tuple(probs.get(e, rest) for e in EMOTIONS), 0.0, 0.0, doubt, (0.4, 0.3, 0.2, 0.1))


def test_after_a_gap_a_reading_begins_anew() -> None:
    seen = affect_at(10.0, happiness=0.9)
    assert steadied(affect_at(0.0, anger=0.9), seen) == seen


def test_the_same_instant_changes_nothing() -> None:
    before = affect_at(1.0, anger=0.9)
    assert steadied(before, affect_at(1.0, happiness=0.9)).probs == pytest.approx(before.probs)


def test_a_reading_goes_half_of_the_way_in_a_half_life() -> None:
    half_life_s = Smoothing().mood_half_life_s
    before, seen = affect_at(0.0, happiness=1.0), affect_at(half_life_s, doubt=1.0, anger=1.0)
    half = steadied(before, seen)
    assert half.probs[EMOTIONS.index("anger")] == pytest.approx(0.5)
    assert half.doubt == pytest.approx(0.5)
    quarter = steadied(before, affect_at(half_life_s / 2, doubt=1.0, anger=1.0))
    assert steadied(quarter, seen).probs == pytest.approx(half.probs), "two halves of the time make the whole"


def test_the_label_does_not_flicker() -> None:
    rng = np.random.default_rng(5)
    calm: Affect | None = None
    memory: LabelMemory | None = None
    labels = []
    for i in range(300):  # ten seconds of two emotions that change the lead by chance
        tilt = float(rng.normal(0, 0.15))
        calm = steadied(calm, affect_at(i / 30, happiness=0.4 + tilt / 2, neutral=0.4 - tilt / 2))
        memory = steady_label(calm, memory)
        labels.append(memory.label)
    assert len(set(labels)) == 1


def test_a_label_that_leads_comes_after_the_dwell() -> None:
    options = Smoothing(label_dwell_s=0.4, label_margin=0.1)
    memory: LabelMemory | None = steady_label(affect_at(0.0, neutral=0.8), None, options)
    told = []
    for i in range(1, 20):
        memory = steady_label(affect_at(i / 10, happiness=0.8), memory, options)
        told.append(memory.label)
    assert told[:4] == ["neutral"] * 4 and told[4:] == ["happiness"] * 15
    narrow = steady_label(affect_at(5.0, happiness=0.45, sadness=0.5), memory, options)
    assert narrow.label == narrow.rival == "happiness"


def test_doubt_that_lasts_is_told() -> None:
    memory: LabelMemory | None = None
    for i in range(10):
        memory = steady_label(affect_at(i / 10, neutral=0.8), memory)
    for i in range(10, 20):
        memory = steady_label(affect_at(i / 10, doubt=1.0, neutral=0.3), memory)
    assert memory is not None and memory.label == CANNOT_TELL


def test_settings_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="half-life"):
        Smoothing(mood_half_life_s=0)
