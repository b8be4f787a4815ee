"""Figures suit the instruments that play them."""

from dataclasses import replace

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.ensembles import ensemble, ensembles
from mien.music.bass import WIDEST_APPROACH
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.figures import ACCOMPANIMENT, choose_texture, figures
from mien.music.harmony import Slot
from mien.music.score.staves import lay_out
from mien.music.texture import Ground, Stroke, Voice, accompany, tokens, with_passing_tones
from mien.music.theory import harmony
from mien.values import Part
from mien.vocabulary import METERS, Mode


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


def test_a_player_avoids_figures_that_do_not_suit_the_instrument() -> None:
    players, part = ensemble("electronic"), Part.TEXTURE
    avoided = players.players[part].avoids
    assert avoided and set(avoided) <= {figure.name for figure in figures(part)}
    brief = brief_from_affect(affect_of("sad"), ensemble="electronic", seed=1, meter=(4, 4))
    chosen = {
        choose_texture(brief, players, 1.0, 0.0, None, np.random.default_rng(seed)).of(part).name for seed in range(30)
    }
    assert len(chosen) > 1 and not chosen & set(avoided)


@pytest.mark.parametrize(
    ("name", "part"), [(n, p) for n, e in ensembles().items() for p in e.players if p in ACCOMPANIMENT]
)
def test_every_player_has_figures_for_every_metre_and_the_table_knows_those_it_names(name: str, part: Part) -> None:
    players = ensemble(name)
    player = players.players[part]
    assert {*player.only, *player.avoids} <= {figure.name for figure in figures(part)}
    for meter in METERS:
        brief = brief_from_affect(affect_of("sad"), ensemble=name, seed=1, meter=meter)
        chosen = {
            choose_texture(brief, players, 1.0, lift, None, np.random.default_rng(3)).of(part) for lift in (0.0, 0.5)
        }
        assert all(meter in figure.meters and figure.hands <= player.hands for figure in chosen)
        assert all(figure.name in player.only for figure in chosen if figure.reserved)


@pytest.mark.parametrize("emotion", ["sad", "calm", "happy", "angry"])
def test_a_pianist_in_an_ensemble_has_two_hands(emotion: str) -> None:
    octaves = chords = strokes = 0
    for seed in range(1, 4):
        phrase = compose(brief_from_affect(affect_of(emotion), ensemble="chamber", seed=seed), 60, seed)
        begun: dict[int, list[int]] = {}
        for note in phrase.part(Part.HARMONY):
            begun.setdefault(note.onset_ticks, []).append(note.pitch_midi)
        octaves += sum(min(p) + 12 in p and min(p) < 53 for p in begun.values())
        chords += sum(len(p) >= 3 for p in begun.values())
        strokes += len(begun)
        piano = next(system for system in lay_out(phrase) if system.name == "Piano")
        assert len(piano.staves) == 2
    assert octaves >= 0.15 * strokes and chords >= 0.18 * strokes


def test_an_octave_of_the_left_hand_sounds_under_the_chords_until_the_next() -> None:
    chord = harmony("I", Mode.IONIAN, "T")
    slots = (Slot(0, 3840, chord, 48),)
    piano = Voice(Part.HARMONY, 36, 73, monophonic=False)
    stride = next(figure for figure in figures(Part.HARMONY) if figure.name == "stride")
    ground = Ground([(60, 64, 67)], [127], {})
    strokes = accompany(list(tokens(stride, slots, (4, 4))), piano, slots, ground, (4, 4))
    left = [(s.onset_ticks, s.length_ticks, s.pitch_midi) for s in strokes if s.pitch_midi < 60]
    assert left == [(tick, 960, pitch) for tick in range(0, 3840, 960) for pitch in (36, 48)]
    assert {s.onset_ticks % 960 for s in strokes if s.pitch_midi >= 60} == {480}
