"""Inner players who sing have lines in lively music: by step, with the tune, in its rhythm or its gaps."""

from itertools import pairwise

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.ensembles import ensemble, ensembles
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.figures import choose_texture, figures
from mien.music.harmony import Slot
from mien.music.inner_line import LINE, answering, line, shadowing
from mien.music.melody import Sung
from mien.music.texture import Stroke, Token, Voice
from mien.music.theory import harmony
from mien.values import Note, Part
from mien.vocabulary import Mode

VIOLIN = Voice(Part.TEXTURE, 60, 82, monophonic=True)
TONIC = harmony("I", Mode.IONIAN, "T")
SLOTS = (Slot(0, 1920, TONIC, 48), Slot(1920, 1920, harmony("V", Mode.IONIAN, "D"), 43))


def moves(notes: tuple[Note, ...]) -> list[int]:
    return [abs(b.pitch_midi - a.pitch_midi) for a, b in pairwise(notes)]


@pytest.mark.parametrize("emotion", ["happy", "angry"])
def test_the_inner_strings_of_a_lively_quartet_seldom_repeat_their_note(emotion: str) -> None:
    repeats, steps = [], []
    for seed in range(1, 9):  # in some of these the second violin leads, and the first answers
        phrase = compose(brief_from_affect(affect_of(emotion), ensemble="quartet", seed=seed), 45, seed)
        for part in (Part.TEXTURE, Part.HARMONY):
            sizes = np.array(moves(phrase.part(part)))
            repeats.append(np.mean(sizes == 0))
            steps.append(np.mean((sizes == 1) | (sizes == 2)))
    assert np.median(repeats) < 0.25
    assert np.median(steps) > 0.25


def test_pairs_move_with_the_tune_in_thirds_and_sixths() -> None:
    tune = [Sung(240 * i, 240, step, pitch) for i, (step, pitch) in enumerate([(9, 76), (8, 74), (7, 72), (8, 74)] * 2)]
    rhythm = shadowing([Token(0, 480, LINE, 0)], SLOTS[:1], tune)
    assert [(one.onset_ticks, one.length_ticks) for one in rhythm] == [(n.onset_ticks, 240) for n in tune]
    found = line(rhythm, VIOLIN, SLOTS[:1], tune, (), (), 7, (4, 4), pairs=True)
    apart = [note.pitch_midi - stroke.pitch_midi for note, stroke in zip(tune, found, strict=True)]
    assert np.mean([size % 12 in (3, 4, 8, 9) for size in apart]) > 0.7 and min(apart) > 0


def test_a_pair_is_cut_where_the_chord_changes_under_the_tune() -> None:
    tune = [Sung(960, 1920, 7, 72)]
    assert [(one.onset_ticks, one.length_ticks, one.number) for one in shadowing([], SLOTS, tune)] == [
        (960, 960, 0),
        (1920, 960, 1),
    ]


def test_an_answer_takes_up_the_tune_while_it_holds() -> None:
    tune = [Sung(0, 240, 7, 72), Sung(240, 240, 8, 74), Sung(480, 480, 9, 76), Sung(960, 1920, 7, 72)]
    base = [Token(0, 960, LINE, 0), Token(960, 960, LINE, 0), Token(1920, 1920, LINE, 1)]
    strokes, asked = answering(base, SLOTS, tune, (4, 4))
    assert [one.onset_ticks for one in strokes][:5] == [0, 960, 1440, 1680, 1920]
    assert asked == {1680: 2, 1920: 2, 2400: -4}
    assert all(one.end_ticks <= two.onset_ticks for one, two in pairwise(strokes))


def test_a_foreign_tone_is_come_to_and_left_by_step() -> None:
    tune = [Sung(0, 1920, 9, 76)]
    rhythm = [Token(240 * i, 240, LINE, 0) for i in range(8)]
    found = line(rhythm, VIOLIN, SLOTS[:1], tune, (), (Stroke(0, 1920, 48, Part.RHYTHM),), 7, (4, 4))
    pitches = [stroke.pitch_midi for stroke in found]
    pcs = {pc % 12 for pc in TONIC.pcs}
    for before, here, after in zip(pitches, pitches[1:], pitches[2:], strict=False):
        assert here % 12 in pcs or (0 < abs(here - before) <= 2 and 0 < abs(after - here) <= 2)


def test_only_players_who_sing_have_lines_and_only_in_lively_music() -> None:
    assert {name for name, band in ensembles().items() if any(p.sings for p in band.players.values())} == {
        "quartet",
        "chamber",
    }
    for name, emotion, has in (("quartet", "happy", True), ("quartet", "sad", False), ("piano", "happy", False)):
        brief = brief_from_affect(affect_of(emotion), ensemble=name, seed=1, meter=(4, 4))
        chosen = [
            choose_texture(brief, ensemble(name), 1.0, 0.0, None, np.random.default_rng(seed)) for seed in range(20)
        ]
        assert any(one.texture.sings or one.harmony.sings for one in chosen) is has
    assert any(figure.sings for figure in figures(Part.HARMONY))
