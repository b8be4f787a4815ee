"""The rhythms of bars are drawn to suit a mood: held notes where a line sings, dotted ones where it is sharp."""

from itertools import pairwise

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.motif import notes_in_bar
from mien.music.rhythm import Rhythm, draw_rhythm, sharpness, singing
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
