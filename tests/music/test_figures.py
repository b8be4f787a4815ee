"""Figures suit the instruments that play them."""

from dataclasses import replace

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.ensembles import ensemble
from mien.music.bass import WIDEST_APPROACH
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.figures import choose_texture, figures
from mien.music.harmony import Slot
from mien.music.texture import Stroke, with_passing_tones
from mien.music.theory import harmony
from mien.values import Mode, Part


def test_a_slow_inner_line_walks_through_thirds() -> None:
    chord = harmony("I", Mode.IONIAN, "T")
    slots = (Slot(0, 1920, chord, 48), Slot(1920, 1920, chord, 48))

    def line(*pitches: tuple[int, int]) -> list[tuple[int, int]]:
        tick, strokes = 0, []
        for length, pitch in pitches:
            strokes.append(Stroke(tick, length, pitch, Part.TEXTURE))
            tick += length
        return [(s.length_ticks, s.pitch_midi) for s in with_passing_tones(strokes, slots, (4, 4))]

    assert line((1920, 64), (1920, 67)) == [(1440, 64), (480, 65), (1920, 67)]
    assert line((960, 67), (960, 64)) == [(720, 67), (240, 65), (960, 64)]
    assert line((480, 67), (480, 64)) == [(480, 67), (480, 64)]  # too quick
    assert line((1920, 67), (1920, 60)) == [(1920, 67), (1920, 60)]  # too far
    assert line() == []


@pytest.mark.parametrize("emotion", ["sad", "calm"])
def test_in_slow_moods_a_cello_does_not_leap_to_and_fro(emotion: str) -> None:
    for seed in range(1, 5):
        brief = replace(brief_from_affect(affect_of(emotion), ensemble="quartet", seed=seed), density=1.6, loudness=0.3)
        phrase = compose(brief, 40, seed)
        cello = phrase.part(Part.RHYTHM)
        for chord in phrase.chords:
            inside = [n for n in cello if chord.onset_ticks < n.onset_ticks < chord.onset_ticks + chord.length_ticks]
            last = [n for n in cello if n.onset_ticks == chord.onset_ticks]
            leaps = [abs(n.pitch_midi - last[0].pitch_midi) for n in inside if last]
            assert all(leap <= WIDEST_APPROACH for leap in leaps)


@pytest.mark.parametrize(("name", "part"), [("electronic", Part.TEXTURE), ("chamber", Part.HARMONY)])
def test_a_player_avoids_figures_that_do_not_suit_the_instrument(name: str, part: Part) -> None:
    players = ensemble(name)
    avoided = players.players[part].avoids
    assert avoided and set(avoided) <= {figure.name for figure in figures(part)}
    brief = brief_from_affect(affect_of("sad"), ensemble=name, seed=1, meter=(4, 4))
    chosen = {
        choose_texture(brief, players, 1.0, 0.0, None, np.random.default_rng(seed)).of(part).name for seed in range(30)
    }
    assert len(chosen) > 1 and not chosen & set(avoided)
