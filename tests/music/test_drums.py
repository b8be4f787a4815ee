"""Drums: a pattern is drawn, contrasts have another one; they thin out, fall silent, fill and build."""

from dataclasses import replace

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.drums import HELD, Beat, draw_beats, draw_kit, drum
from mien.music.figures import Kit, kits
from mien.music.form import PhraseSpec, SectionSpec
from mien.music.plan import INTRODUCTION
from mien.music.rhythm import bar_ticks
from mien.values import Part
from mien.vocabulary import METERS

THEME = SectionSpec("A", "A", 0, (PhraseSpec("antecedent", 4, "half", ("a",)),) * 2)
CONTRAST = replace(THEME, title="B", theme="B", is_contrast=True)
DRIVE = next(kit for kit in kits() if kit.name == "drive")
BAR = bar_ticks((4, 4))


def drums_of(beat: Beat, kit: Kit = DRIVE, *, fills: bool = False, seed: int = 0) -> list[tuple[int, int, int]]:
    rng = np.random.default_rng(seed)
    strokes = drum(kit, 4 * BAR, (4, 4), rng, beat, fills=fills, opens=True)
    return sorted((s.onset_ticks, s.pitch_midi, s.accent) for s in strokes)


@pytest.mark.parametrize("energy", [0.0, 0.3, 0.6, 1.0])
def test_a_contrast_has_another_pattern_than_the_theme(energy: float) -> None:
    drawn = [
        {draw_kit(energy, spec, np.random.default_rng(seed)).name for seed in range(30)} for spec in (THEME, CONTRAST)
    ]
    assert all(len(names) == 2 for names in drawn)
    assert not drawn[0] & drawn[1]


def test_other_seeds_have_other_patterns() -> None:
    brief = brief_from_affect(affect_of("angry"), ensemble="electronic", seed=1, meter=(4, 4))
    bars = set()
    for seed in range(6):
        phrase = compose(brief, 30, seed)
        kit = [n for n in phrase.part(Part.KIT) if BAR <= n.onset_ticks < 2 * BAR]
        bars.add(tuple((n.onset_ticks - BAR, n.pitch_midi) for n in kit))
    assert len(bars) > 1


def test_an_introduction_has_no_backbeat_and_no_cymbal() -> None:
    beats = draw_beats(replace(THEME, title=INTRODUCTION), np.random.default_rng(0))
    keys = {key for _, key, _ in drums_of(beats[0])}
    assert 36 in keys
    assert not keys & {*HELD, 49}


def test_drums_that_rest_are_silent_and_those_that_build_grow_louder() -> None:
    assert drums_of(Beat("rests"), fills=True) == []
    roll = [(tick, accent) for tick, key, accent in drums_of(Beat(last_bar="builds")) if key == 38 and tick >= 3 * BAR]
    accents = [accent for _, accent in roll]
    assert len(roll) == 12 and accents == sorted(accents) and accents[-1] > accents[0] + 12
    assert max(tick for tick, _, _ in drums_of(Beat(last_bar="rests"), fills=True)) < 3 * BAR


def test_calm_drums_do_not_roll() -> None:
    assert max(tick for tick, _, _ in drums_of(Beat(last_bar="builds"), kits()[0])) < 3 * BAR


def test_contrasts_thin_rest_and_lead_back_in_turn() -> None:
    drawn = [draw_beats(CONTRAST, np.random.default_rng(seed)) for seed in range(40)]
    assert {beats[0].way for beats in drawn} == {"plays", "thins", "rests"}
    assert {beats[-1].last_bar for beats in drawn} == {"builds", "rests"}
    assert all(beat == Beat() for beat in draw_beats(THEME, np.random.default_rng(0)))


def test_fills_differ() -> None:
    assert len({tuple(drums_of(Beat(), fills=True, seed=seed)) for seed in range(12)}) > 2


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("kit", kits(), ids=lambda kit: kit.name)
def test_no_drum_is_struck_twice_at_once_and_all_stay_in_the_phrase(kit: Kit, meter: tuple[int, int]) -> None:
    end = 4 * bar_ticks(meter)
    for beat in (Beat(), Beat("thins"), Beat(last_bar="builds")):
        strokes = drum(kit, end, meter, np.random.default_rng(1), beat, fills=True, opens=True)
        places = [(s.onset_ticks, s.pitch_midi) for s in strokes]
        assert len(places) == len(set(places))
        assert all(0 <= s.onset_ticks < s.end_ticks <= end and s.onset_ticks % 60 == 0 for s in strokes)
