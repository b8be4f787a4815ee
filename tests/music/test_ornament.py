"""A theme that returns is varied, by division where it has long notes, by reduction where it has none."""

from dataclasses import replace

import numpy as np
import pytest

from mien.music.draft import Draft
from mien.music.form import PhraseSpec
from mien.music.harmony import Slot, vocabulary
from mien.music.melody import Sung
from mien.music.ornament import FIGURES, figures_in_turn, ornamented
from mien.music.rhythm import strength
from mien.vocabulary import METERS, Mode

TONIC = Slot(0, 1920, vocabulary(Mode.IONIAN).find("I"), 48)
SPEC = PhraseSpec("statement", 1, "authentic", ("a",))


def sung(*lengths: int) -> Draft:
    onsets = np.cumsum([0, *lengths[:-1]])
    notes = [Sung(int(on), n, 7 + i % 3, 72 + i % 3) for i, (on, n) in enumerate(zip(onsets, lengths, strict=True))]
    return Draft(SPEC, (TONIC,), tuple(notes), ())


def vary(draft: Draft, odds: float, seed: int, meter: tuple[int, int] = (4, 4)) -> Draft:
    rng = np.random.default_rng(seed)
    return ornamented(draft, odds, meter, figures_in_turn(rng), rng)


def test_long_notes_are_divided_and_nothing_is_lost() -> None:
    draft = sung(480, 480, 960)
    for seed in range(20):
        varied = vary(draft, 1.0, seed)
        assert len(varied.melody) > len(draft.melody)
        assert {note.onset_ticks for note in draft.melody} <= {note.onset_ticks for note in varied.melody}
        assert sum(note.length_ticks for note in varied.melody) == sum(note.length_ticks for note in draft.melody)


def test_a_return_draws_one_of_many_figures_and_a_neighbour_comes_once() -> None:
    draft = sung(480, 480, 480, 480, 480, 480, 480, 960)
    rhythms = [tuple(note.length_ticks for note in vary(draft, 1.0, seed).melody) for seed in range(30)]
    assert len(set(rhythms)) >= 4
    neighbour = next(figure for figure in FIGURES if figure.__name__ == "_neighbour")
    for seed in range(10):
        varied = ornamented(draft, 0.8, (4, 4), (neighbour,), np.random.default_rng(seed))
        assert len(varied.melody) <= len(draft.melody) + 2


def test_ornaments_leave_the_climax_and_the_close_alone() -> None:
    draft = replace(sung(480, 480, 480, 960, 240, 240), pick_up_ticks=2400)
    for figure in FIGURES:
        varied = ornamented(draft, 1.0, (4, 4), (figure,), np.random.default_rng(1))
        assert varied.melody[-3:] == draft.melody[-3:]
        top = max(note.step for note in draft.melody)
        assert max(note.step for note in varied.melody) == top


@pytest.mark.parametrize("meter", METERS)
def test_a_theme_of_short_notes_is_never_repeated_literally_and_keeps_its_beats(meter: tuple[int, int]) -> None:
    draft = sung(240, 240, 240, 240, 240, 240, 240, 240, 960)
    for seed in range(20):
        varied = vary(draft, 0.4, seed, meter)
        kept = {note.onset_ticks for note in varied.melody}
        lost = {note.onset_ticks for note in draft.melody} - kept
        assert lost and all(strength(tick, meter) == 0 for tick in lost)
        assert sum(note.length_ticks for note in varied.melody) == sum(note.length_ticks for note in draft.melody)
        assert varied.melody[-1] == draft.melody[-1]


def test_what_can_be_neither_divided_nor_joined_stays() -> None:
    draft = sung(1920)
    assert vary(draft, 1.0, 1) == draft
