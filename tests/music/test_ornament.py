"""A theme that returns is varied, by division where it has long notes, by reduction where it has none."""

import numpy as np
import pytest

from mien.music.draft import Draft
from mien.music.form import PhraseSpec
from mien.music.harmony import Slot, vocabulary
from mien.music.melody import Sung
from mien.music.ornament import ornamented
from mien.music.rhythm import strength
from mien.values import METERS, Mode

TONIC = Slot(0, 1920, vocabulary(Mode.IONIAN).find("I"), 48)
SPEC = PhraseSpec("statement", 1, "authentic", ("a",))


def sung(*lengths: int) -> Draft:
    onsets = np.cumsum([0, *lengths[:-1]])
    notes = [Sung(int(on), n, 7 + i % 3, 72 + i % 3) for i, (on, n) in enumerate(zip(onsets, lengths, strict=True))]
    return Draft(SPEC, (TONIC,), tuple(notes), ())


def test_long_notes_are_divided_and_nothing_is_lost() -> None:
    draft = sung(480, 480, 960)
    varied = ornamented(draft, 1.0, (4, 4), np.random.default_rng(1))
    assert len(varied.melody) > len(draft.melody)
    assert {note.onset_ticks for note in draft.melody} <= {note.onset_ticks for note in varied.melody}


@pytest.mark.parametrize("meter", METERS)
def test_a_theme_of_short_notes_is_never_repeated_literally_and_keeps_its_beats(meter: tuple[int, int]) -> None:
    draft = sung(240, 240, 240, 240, 240, 240, 240, 240, 960)
    for seed in range(20):
        varied = ornamented(draft, 0.4, meter, np.random.default_rng(seed))
        kept = {note.onset_ticks for note in varied.melody}
        lost = {note.onset_ticks for note in draft.melody} - kept
        assert lost and all(strength(tick, meter) == 0 for tick in lost)
        assert sum(note.length_ticks for note in varied.melody) == sum(note.length_ticks for note in draft.melody)
        assert varied.melody[-1] == draft.melody[-1]


def test_what_can_be_neither_divided_nor_joined_stays() -> None:
    draft = sung(1920)
    assert ornamented(draft, 1.0, (4, 4), np.random.default_rng(1)) == draft
