"""Contrasts of endless music stand in related keys of the same mode, entered and left on a chord of both keys."""

from dataclasses import replace
from itertools import pairwise
from statistics import fmean

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.leads import tune
from mien.music.brief import brief_from_affect
from mien.music.harmony import vocabulary
from mien.music.journey.phrases import close, next_phrase
from mien.music.journey.pivot import key_of
from mien.music.journey.redirect import redirect
from mien.music.journey.state import Journey
from mien.music.journey.stretch import Stretch
from mien.music.spelling import written_key
from mien.music.tonality import related_keys
from mien.values import Brief, Part, Phrase
from mien.vocabulary import Mode

MOODS = ("happy", "sad", "angry")


def of(mood: str, seed: int = 1, tonic_pc: int = 2) -> Brief:
    return brief_from_affect(affect_of(mood), seed=seed, tonic_pc=tonic_pc, meter=(4, 4))


def stream(brief: Brief, seconds: float, seed: int = 1) -> tuple[Journey, list[Stretch]]:
    journey, stretches = Journey(seed, brief, leaves_home=True), []
    while journey.time_s < seconds:
        journey, stretch = next_phrase(journey, lambda _: brief)
        stretches.append(stretch)
    return journey, stretches


def in_contrast(brief: Brief, seed: int = 1) -> tuple[Journey, Stretch]:
    """Endless music in the first contrast that stands in another key."""
    journey = Journey(seed, brief, leaves_home=True)
    while journey.time_s < 120:
        journey, stretch = next_phrase(journey, lambda _: brief)
        if stretch.written.tonic_pc != brief.tonic_pc:
            return journey, stretch
    pytest.fail("no contrast leaves home")


def turns(stretches: list[Stretch]) -> list[tuple[Phrase, Phrase]]:
    pairs = pairwise(stretch.written for stretch in stretches)
    return [(one, other) for one, other in pairs if (one.tonic_pc, one.mode) != (other.tonic_pc, other.mode)]


def is_common(one: Phrase, other: Phrase) -> bool:
    """Whether the last chord of music belongs to the key of what follows."""
    shared = {tuple((pc + other.tonic_pc) % 12 for pc in c.pcs[:3]) for c in vocabulary(other.mode).chords}
    return one.chords[-1].pcs[:3] in shared


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("seed", [1, 2])
def test_contrasts_visit_a_near_key_and_every_turn_is_on_a_chord_of_both(mood: str, seed: int) -> None:
    brief = of(mood, seed)
    near = {(brief.tonic_pc + key.semitones) % 12 for key in related_keys(brief.mode) if key.mode is brief.mode}
    _, stretches = stream(brief, 240, seed)
    visited = {stretch.written.tonic_pc for stretch in stretches} - {brief.tonic_pc}
    assert visited and visited <= near
    assert {stretch.written.mode for stretch in stretches} == {brief.mode}
    assert len(turns(stretches)) >= 2 and all(is_common(*pair) for pair in turns(stretches))
    keys: dict[str, set[int]] = {}
    for stretch in stretches:
        title = next((m.text for m in stretch.written.marks if m.kind == "section"), "")
        if title:
            keys.setdefault(title[0], set()).add(stretch.written.tonic_pc)
    assert keys["A"] == {brief.tonic_pc} and all(len(each) == 1 for each in keys.values())


def test_a_new_key_is_marked_and_its_briefs_say_why() -> None:
    brief = of("happy")
    journey, stretch = in_contrast(brief)
    here = stretch.briefs[0][1]
    assert key_of(here) == (stretch.written.tonic_pc, stretch.written.mode)
    assert key_of(journey.now) == key_of(brief)
    (mark,) = (m for m in stretch.written.marks if m.kind == "section")
    assert mark.text.endswith(f", in {written_key(here).name}")
    told = {reason.field: reason.because for reason in here.reasons}
    assert "a key near D major" in told["tonic_pc"]


def test_a_mode_without_a_near_key_of_its_own_stays_at_home() -> None:
    brief = of("neutral")
    assert brief.mode is Mode.DORIAN
    assert {stretch.written.tonic_pc for stretch in stream(brief, 120)[1]} == {brief.tonic_pc}


def test_the_melody_leaps_no_further_into_another_key_than_from_phrase_to_phrase() -> None:
    leaps: dict[bool, list[int]] = {True: [], False: []}
    for mood in MOODS:
        _, stretches = stream(of(mood), 300)
        for one, other in pairwise(stretch.written for stretch in stretches):
            leap = abs(tune(other)[0].pitch_midi - tune(one)[-1].pitch_midi)
            leaps[one.tonic_pc != other.tonic_pc].append(leap)
    assert len(leaps[True]) > 10
    assert fmean(leaps[True]) < fmean(leaps[False]) + 1
    assert max(leaps[True]) <= 16


@pytest.mark.parametrize("bar", [1, 2, 3])
@pytest.mark.parametrize(("mood", "next_mood"), [("happy", "sad"), ("sad", "happy"), ("angry", "happy")])
def test_a_mood_that_turns_away_from_home_is_led_to_its_own_key(mood: str, next_mood: str, bar: int) -> None:
    first, second = of(mood), of(next_mood)
    journey, stretch = in_contrast(first)
    journey, stretch = redirect(journey, stretch, bar * stretch.written.bar_ticks, lambda _: second)
    heard = [stretch]
    while len(heard) == 1 or heard[-1].written.mode is not second.mode:
        journey, stretch = next_phrase(journey, lambda _: second)
        heard.append(stretch)
        assert len(heard) <= 3, "a bar of cadence, then the new key"
    assert (heard[-1].written.tonic_pc, heard[-1].written.mode) == key_of(second)
    assert all(is_common(*pair) for pair in turns(heard))


def test_a_mood_that_moves_a_little_leaves_the_contrast_where_it_is() -> None:
    brief = of("happy")
    journey, stretch = in_contrast(brief)
    louder = replace(brief, loudness=brief.loudness + 0.1)
    after, changed = redirect(journey, stretch, stretch.written.bar_ticks, lambda _: louder)
    assert changed.written.tonic_pc == stretch.written.tonic_pc
    assert {key_of(one) for _, one in changed.briefs} == {(stretch.written.tonic_pc, brief.mode)}
    assert changed.written.length_ticks == stretch.written.length_ticks
    assert [n.pitch_midi for n in changed.written.part(Part.MELODY)] == [
        n.pitch_midi for n in stretch.written.part(Part.MELODY)
    ]
    assert key_of(after.now) == key_of(brief) and after.now.loudness > brief.loudness


@pytest.mark.parametrize("mood", MOODS)
def test_an_ending_comes_home(mood: str) -> None:
    brief = of(mood)
    journey, _ = in_contrast(brief)
    ending = close(journey, lambda _: brief).written
    assert (ending.tonic_pc, ending.mode) == key_of(brief)
    assert ending.chords[-1].pcs[0] == brief.tonic_pc


def test_without_it_music_stays_in_one_key() -> None:
    brief, journey = of("happy"), Journey(1, of("happy"))
    for _ in range(12):
        journey, stretch = next_phrase(journey, lambda _: brief)
        assert stretch.written.tonic_pc == brief.tonic_pc


def test_transposing_home_transposes_every_note_of_what_is_visited() -> None:
    low, high = (stream(of("happy", tonic_pc=pc), 120)[1] for pc in (0, 5))
    pitches = [np.array([n.pitch_midi for s in each for n in s.written.notes]) for each in (low, high)]
    assert set(pitches[1] - pitches[0]) == {5}
