"""A run without end is weighed and searched for repetition; an ending that is none is told."""

from dataclasses import replace

from mien.circumplex import affect_of
from mien.lab.scores.endless import WEIGHINGS, bars_of, faults_of_ending, run_freely
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.values import Part


def test_music_runs_on_without_repeating_or_growing_and_ends_well() -> None:
    run = run_freely(brief_from_affect(affect_of("happy"), seed=4), 300, 4)
    assert run.seconds >= 300
    assert run.bars > 100
    assert run.repeated_spans == 0
    assert len(run.carried_bytes) == WEIGHINGS
    assert max(run.carried_bytes) < 40_000
    assert run.faults_at_the_end == ()


def test_bars_hold_their_notes() -> None:
    phrase = compose(brief_from_affect(affect_of("sad"), seed=1), 20, 1)
    assert sum(map(len, bars_of(phrase))) == len(phrase.notes)


def test_an_ending_that_breaks_off_is_told() -> None:
    phrase = compose(brief_from_affect(affect_of("sad"), seed=1), 20, 1)
    assert list(faults_of_ending(phrase)) == []
    last = phrase.part(Part.MELODY)[-1]
    broken = replace(phrase, notes=tuple(note for note in phrase.notes if note != last))
    assert "melody stops before the end" in list(faults_of_ending(broken))
    assert len(list(faults_of_ending(replace(phrase, chords=phrase.chords[:-2])))) == 1
