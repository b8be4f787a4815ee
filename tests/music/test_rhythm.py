"""The rhythms of bars suit a mood: held notes where a line sings, dotted ones where it is sharp, early ones where it is
syncopated."""

from itertools import pairwise

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.lab.scores.measures import note_rate
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.motif import notes_in_bar
from mien.music.rhythm import (
    Rhythm,
    bar_ticks,
    draw_rhythm,
    is_syncopated,
    onsets,
    pushed,
    repertoire,
    sharpness,
    singing,
)
from mien.values import Part
from mien.vocabulary import METERS


def drawn(meter: tuple[int, int], legato: float, sharp: float) -> list[Rhythm]:
    rng = np.random.default_rng(1)
    return [draw_rhythm(meter, 3.0, 0.1, 80.0, rng, legato=legato, sharp=sharp) for _ in range(300)]


def dotted(rhythms: list[Rhythm]) -> int:
    return sum(any(a >= 3 * b > 0 for a, b in pairwise(rhythm)) for rhythm in rhythms)


@pytest.mark.parametrize("meter", METERS)
def test_a_line_that_sings_holds_its_notes_and_sharp_ones_are_dotted(meter: tuple[int, int]) -> None:
    sung, plain, sharp = drawn(meter, 1.02, 0.0), drawn(meter, 0.84, 0.0), drawn(meter, 0.6, 0.8)
    longest = [np.mean([max(rhythm) for rhythm in rhythms]) for rhythms in (sung, plain)]
    assert longest[0] > longest[1]
    assert dotted(sung) < dotted(plain) < dotted(sharp)


def test_sad_and_calm_sing_anger_is_sharp_and_fear_too_soft_to_be() -> None:
    sad, calm, anger, fear, neutral = (
        brief_from_affect(affect_of(mood)) for mood in ("sad", "calm", "angry", "fear", "neutral")
    )
    assert singing(sad.legato) > 0.5 and singing(calm.legato) > 0.5
    assert singing(anger.legato) == 0 == sharpness(sad.legato, sad.loudness)
    assert sharpness(anger.legato, anger.loudness) > 1.5 * sharpness(fear.legato, fear.loudness)
    assert notes_in_bar(sad) < notes_in_bar(neutral) < notes_in_bar(anger)


@pytest.mark.parametrize(
    ("meter", "rhythm", "early"),
    [
        ((4, 4), (480, 480, 480, 480), (240, 720, 240, 720)),  # the third is not pushed right after the second
        ((4, 4), (480, 240, 240, 960), (240, 480, 1200)),  # another note is in the way: held across the beat
        ((4, 4), (480, -240, 240, 480, 480), (480, -240, 720, 480)),
        ((4, 4), (240, -240, 960, 480), (240, 1200, 480)),
        ((3, 4), (-480, 960), (-240, 1200)),
        ((6, 8), (480, 240, 720), (480, 960)),
        ((4, 4), (320, 320, 320, 960), (320, 320, 320, 960)),  # a triplet stays whole
        ((4, 4), (1920,), (1920,)),
    ],
)
def test_a_pushed_note_comes_early_and_sounds_across_its_beat(
    meter: tuple[int, int], rhythm: Rhythm, early: Rhythm
) -> None:
    assert pushed(rhythm, meter, 2.0, np.random.default_rng(1)) == early  # certain, at such odds
    assert pushed(rhythm, meter, 0.2, np.random.default_rng(1)) == rhythm


@pytest.mark.parametrize("meter", METERS)
def test_pushed_bars_are_as_long_as_before(meter: tuple[int, int]) -> None:
    for rhythm in repertoire(meter).rhythms:
        late = pushed(rhythm, meter, 0.6, np.random.default_rng(1))
        assert sum(map(abs, late)) == bar_ticks(meter) and 0 not in late
        assert onsets(late)[0][0] <= onsets(rhythm)[0][0] and len(onsets(late)) <= len(onsets(rhythm))


def test_the_melody_is_as_syncopated_as_its_mood_asks() -> None:
    shares = {}
    for emotion in ("sad", "neutral", "angry", "happy", "surprise"):  # they ask .08, .20, .26, .33 and .45
        notes = [
            is_syncopated(note.onset_ticks, note.length_ticks, piece.meter)
            for piece in (compose(brief_from_affect(affect_of(emotion), seed=seed), 60, seed) for seed in range(1, 17))
            for note in piece.part(Part.MELODY)
        ]
        shares[emotion] = np.mean(notes)
    assert shares["surprise"] > 0.1 and shares["happy"] > 0.08  # .06 each where notes never came early
    assert max(shares["sad"], shares["neutral"]) < 0.08


@pytest.mark.parametrize("emotion", ["happy", "angry", "calm"])
def test_a_mood_is_about_as_busy_in_six_eight_as_in_four_four(emotion: str) -> None:
    rates = []
    for meter in ((4, 4), (6, 8)):
        briefs = [brief_from_affect(affect_of(emotion), seed=seed, meter=meter) for seed in range(1, 9)]
        rates.append(np.median([note_rate(compose(brief, 45, seed)) for seed, brief in enumerate(briefs, 1)]))
    assert 0.9 < rates[1] / rates[0] < 1.3  # 1.4 where a dotted beat was filled as if it lasted longer
