"""Runs that songs have are known in any key; a phrase that has one is turned elsewhere by a note or two."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.lab.scores.compare_music import voices
from mien.lab.scores.learn_runs import filter_of
from mien.music import originality
from mien.music.brief import brief_from_affect
from mien.music.compose import compose, next_section
from mien.music.departure import departed
from mien.music.draft import Draft
from mien.music.form import chain
from mien.music.memory import Memory
from mien.music.originality import RUN_NOTES, is_known, runs_of, tail
from mien.values import Part

DATA = Path(__file__).parents[2].parent / "shared" / "data"
LINE = (60, 64, 67, 66, 60, 59, 71, 70, 63, 62, 68, 61, 60)


@pytest.fixture
def only(monkeypatch):
    """Let nothing be known but the runs of one line."""

    def know(*pitches: int) -> None:
        bits = np.unpackbits(np.frombuffer(filter_of(np.repeat(runs_of(pitches), 40, axis=0)), dtype=np.uint8))
        monkeypatch.setattr(originality, "_known_bits", lambda: bits.astype(np.bool_))

    return know


def test_a_run_is_eleven_intervals() -> None:
    assert runs_of(LINE).shape == (2, RUN_NOTES - 1)
    assert runs_of(LINE)[0].tolist() == [b - a for a, b in pairwise(LINE[:12])]
    assert len(runs_of(LINE[:11])) == len(is_known(LINE[:11])) == 0
    assert tail(LINE) == LINE[2:]


def test_what_was_shown_is_known_in_any_key_and_nothing_else(only) -> None:
    only(*LINE)
    assert is_known(LINE).tolist() == [True, True]
    assert is_known([pitch + 5 for pitch in LINE]).all()
    for place in range(RUN_NOTES):
        other = [pitch + (i == place) for i, pitch in enumerate(LINE[:RUN_NOTES])]
        assert not is_known(other).any()


def test_one_note_struck_again_and_again_is_nobodys(only) -> None:
    only(*[60] * 14)
    assert not is_known([67] * 14).any()


@pytest.fixture
def draft() -> Draft:
    brief = brief_from_affect(affect_of("happy"), seed=4, meter=(4, 4))
    rng = np.random.default_rng(4)
    return next_section(brief, Memory(), next(chain(rng)), rng)[1].drafts[0]


def test_a_phrase_in_a_known_run_is_turned_elsewhere(only, draft: Draft) -> None:
    pitches = [note.pitch_midi for note in draft.melody]
    only(*pitches)
    changed = departed(draft, (), (4, 4))
    after = [note.pitch_midi for note in changed.melody]
    assert is_known(pitches).all() and not is_known(after).any()
    assert 1 <= sum(a != b for a, b in zip(pitches, after, strict=True)) <= 3
    assert after[-1] == pitches[-1]
    assert [n.onset_ticks for n in changed.melody] == [n.onset_ticks for n in draft.melody]


def test_a_run_that_begins_before_the_phrase_counts_too(only, draft: Draft) -> None:
    before = (60, 61, 63, 60, 66, 65)
    pitches = [note.pitch_midi for note in draft.melody]
    only(*before, *pitches[:7])
    assert not is_known(pitches).any()
    changed = departed(draft, before, (4, 4))
    assert not is_known([*before, *(n.pitch_midi for n in changed.melody)]).any()


def test_a_phrase_that_is_nobodys_stays_as_it_is(only, draft: Draft) -> None:
    only(*LINE)
    assert departed(draft, (), (4, 4)) is draft


def test_pieces_share_no_run_with_what_is_known() -> None:
    for emotion in ("happy", "angry", "calm"):
        for seed in range(4):
            phrase = compose(brief_from_affect(affect_of(emotion), seed=seed), 45, seed)
            assert not is_known([note.pitch_midi for note in phrase.part(Part.MELODY)]).any()


@pytest.mark.data
def test_every_run_of_a_song_is_known() -> None:
    if not (DATA / "openscore_lieder.tar").is_file():
        pytest.skip("the corpora are not beside the checkout")
    song = next(voices(DATA / "openscore_lieder.tar"))
    pitches = [note.pitch_midi for note in song.notes]
    runs = runs_of(pitches)
    assert is_known(pitches)[runs.any(axis=1)].all() and len(runs) > 20
