"""An ensemble that takes its time: pads are held, chords and breaths are long, cadences have no drive."""

from dataclasses import replace

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.ensembles import Pace, ensemble
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.form import PhraseSpec, SectionSpec
from mien.music.pace import at_pace
from mien.values import Part, Phrase
from mien.vocabulary import METERS

SLOW = ensemble("ambient").pace
ANSWER = PhraseSpec("consequent", 4, "authentic", ("a", "b", "a fragment"), 2)
THEME = SectionSpec("A", "A", 0, (replace(ANSWER, role="antecedent", cadence="half", opens_like=0), ANSWER))


def ambient(emotion: str, seed: int, meter: tuple[int, int] | None = None, seconds: float = 90) -> Phrase:
    return compose(brief_from_affect(affect_of(emotion), ensemble="ambient", seed=seed, meter=meter), seconds, seed)


def test_a_slow_phrase_closes_early_without_drive_over_a_drone() -> None:
    one, other = at_pace(THEME, SLOW).phrases
    assert one.treatment == other.treatment == ("a", "b", "close", "rest")
    assert (one.cadence, one.pedal) == ("deceptive", "")
    assert (other.cadence, other.pedal, other.pedal_bar) == ("plagal", "tonic", 0)


def test_the_end_of_a_piece_and_songs_are_left_alone() -> None:
    assert at_pace(replace(THEME, is_last=True), SLOW).phrases[-1] == ANSWER
    assert at_pace(THEME, Pace()) is THEME
    assert [phrase.cadence for phrase in at_pace(replace(THEME, is_contrast=True), SLOW).phrases] == ["half", "plagal"]
    assert "rest" not in at_pace(replace(THEME, is_height=True), SLOW).phrases[-1].treatment
    short = replace(ANSWER, bars=2, treatment=("a",), opens_like=0)
    assert at_pace(replace(THEME, phrases=(short,)), SLOW).phrases == (short,)


@pytest.mark.parametrize("emotion", ["sad", "calm", "happy", "angry"])
def test_ambient_pads_are_always_there_and_long(emotion: str) -> None:
    phrase = ambient(emotion, 3)
    pads = phrase.part(Part.HARMONY)
    begun = {tick for chord in phrase.chords for tick in [chord.onset_ticks]} - {n.onset_ticks for n in pads}
    assert len(begun) <= 3  # those in which an introduction or a coda lets it wait
    assert np.median([n.length_ticks for n in pads]) >= phrase.bar_ticks
    songs = compose(brief_from_affect(affect_of(emotion), ensemble="piano", seed=3), 90, 3)
    assert len(phrase.chords) < 0.75 * len(songs.chords)
    assert len(phrase.part(Part.MELODY)) < 0.9 * len(songs.part(Part.MELODY))


@pytest.mark.parametrize("meter", METERS)
def test_an_ambient_melody_breathes_and_its_bass_is_deep(meter: tuple[int, int]) -> None:
    phrase = ambient("calm", 5, meter, 75)  # short enough to stay in its key, where nothing needs to be confirmed
    melody = phrase.part(Part.MELODY)
    bars = range(phrase.length_ticks // phrase.bar_ticks)
    empty = [bar for bar in bars if not any(n.onset_ticks // phrase.bar_ticks == bar for n in melody)]
    assert len(empty) >= 0.1 * len(bars)
    assert np.median([n.pitch_midi for n in phrase.part(Part.RHYTHM)]) <= 41
    assert "authentic" not in [mark.text for mark in phrase.marks if mark.kind == "cadence"][:-1]


def test_an_ambient_harp_is_sparse_but_there() -> None:
    rates = []
    for emotion in ("sad", "calm", "happy", "angry"):
        phrase = ambient(emotion, 2)
        rates.append(len(phrase.part(Part.TEXTURE)) * phrase.bar_ticks / phrase.length_ticks)
    assert min(rates) > 0 and max(rates) < 3
