"""Another player may hold the tune of a contrast, and everybody who reads the tune knows."""

from dataclasses import replace

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.ensembles import ensemble
from mien.lab.scores.compare_music import out_of_range
from mien.lab.scores.measures import rest_share
from mien.leads import LEAD, leads, tune
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.form import chain
from mien.music.handover import CLEAR_OF_BASS, fitting, handed, with_lead
from mien.music.melody import Sung
from mien.music.score.articulation import slurs
from mien.music.texture import Stroke, Voice
from mien.values import Mark, Note, Part, Phrase


def led(name: str, emotion: str = "happy", by: Part = Part.TEXTURE) -> Phrase:
    for seed in range(1, 30):
        phrase = compose(brief_from_affect(affect_of(emotion), ensemble=name, seed=seed), 75, seed)
        if any(mark.kind == LEAD and mark.text == by.name.lower() for mark in phrase.marks):
            return phrase
    raise AssertionError("nobody leads")


def sung_by(phrase: Phrase, part: Part) -> list[tuple[int, int]]:
    """The spans in which a part holds the tune."""
    held = leads(phrase)
    spans = zip(held.ticks, [*held.ticks[1:], phrase.length_ticks], strict=True)
    return [(start, end) for start, end in spans if held.at(start) is part]


@pytest.mark.parametrize(("name", "instrument"), [("quartet", "Violin II"), ("chamber", "Clarinet")])
def test_the_second_voice_leads_a_contrast_and_its_title_says_so(name: str, instrument: str) -> None:
    phrase = led(name)
    held = leads(phrase)
    titled = [mark for mark in phrase.marks if mark.kind == "section" and f"{instrument} leads" in mark.text]
    assert titled and all(held.at(mark.onset_ticks) is Part.TEXTURE for mark in titled)
    assert held.at(0) is held.at(phrase.length_ticks - 1) is Part.MELODY
    assert out_of_range(phrase) == 0


@pytest.mark.parametrize("name", ["quartet", "chamber"])
def test_the_tune_goes_on_where_another_holds_it_and_lies_over_the_others(name: str) -> None:
    phrase = led(name)
    held = leads(phrase)
    theirs = [note for note in tune(phrase) if note.part is Part.TEXTURE]
    beneath = [n for n in phrase.notes if n.part in (Part.HARMONY, Part.RHYTHM)]
    bars = {note.onset_ticks // phrase.bar_ticks for note in theirs}
    assert len(bars) >= 4 and rest_share(phrase) < 0.33
    crossed = [
        any(o.pitch_midi > n.pitch_midi and o.onset_ticks <= n.onset_ticks < o.end_ticks for o in beneath)
        for n in theirs
    ]
    assert np.mean(crossed) < 0.1
    for start, end in zip(held.ticks, [*held.ticks[1:], phrase.length_ticks], strict=True):
        if held.at(start) is not Part.MELODY:
            inside = [n for n in phrase.notes if start <= n.onset_ticks < end]
            assert any(n.part is Part.HARMONY for n in inside)


@pytest.mark.parametrize("emotion", ["happy", "calm", "fear"])
def test_a_viola_leads_clear_of_the_bass_and_the_first_violin_accompanies_from_above(emotion: str) -> None:
    phrase = led("quartet", emotion, Part.HARMONY)
    assert out_of_range(phrase) == 0
    for start, end in sung_by(phrase, Part.HARMONY):
        inside = {part: [n for n in phrase.part(part) if start <= n.onset_ticks < end] for part in Part}
        sung, above = inside[Part.HARMONY], inside[Part.MELODY]
        assert sung, "somebody plays the tune"
        if above:  # or rests, as the viola would have
            assert min(n.velocity for n in sung) > max(n.velocity for n in above)
            assert np.median([n.pitch_midi for n in above]) > np.median([n.pitch_midi for n in sung])
        for note in sung:
            beneath = [b.pitch_midi for b in inside[Part.RHYTHM] if sounding_together(b, note)]
            assert all(note.pitch_midi - pitch >= CLEAR_OF_BASS for pitch in beneath)


def sounding_together(one: Note, other: Note) -> bool:
    return one.onset_ticks < other.end_ticks and other.onset_ticks < one.end_ticks


def test_a_tune_too_low_for_the_viola_stays_where_it_is() -> None:
    voices = {part: Voice(part, low, 80, True) for part, low in ((Part.MELODY, 60), (Part.HARMONY, 53))}
    bass = [Stroke(0, 480, 48, Part.RHYTHM), Stroke(0, 480, 60, Part.HARMONY)]
    assert fitting(Part.HARMONY, [([Sung(0, 480, 2, 64)], bass)], voices) is Part.MELODY, "52 is below its strings"
    assert fitting(Part.HARMONY, [([Sung(0, 480, 4, 67)], bass)], voices) is Part.HARMONY
    near = [Stroke(240, 480, 54, Part.RHYTHM)]
    assert fitting(Part.HARMONY, [([Sung(0, 480, 4, 67)], near)], voices) is Part.MELODY, "a semitone above the bass"
    assert fitting(Part.TEXTURE, [([Sung(0, 480, 2, 64)], bass)], voices) is Part.TEXTURE


def test_who_leads_from_the_middle_changes_lines_with_the_first_and_the_bass_stays() -> None:
    assert handed(Part.MELODY, Part.HARMONY) == (Part.HARMONY, -12)
    assert handed(Part.HARMONY, Part.HARMONY) == (Part.MELODY, 12)
    assert handed(Part.RHYTHM, Part.HARMONY) == (Part.RHYTHM, 0)
    assert handed(Part.MELODY, Part.TEXTURE) == (Part.TEXTURE, 0)
    assert handed(Part.HARMONY, Part.MELODY) == (Part.HARMONY, 0)


def test_a_theme_that_is_stated_twice_running_may_be_answered_by_the_viola() -> None:
    spec = next(chain(np.random.default_rng(1)))
    twice = [replace(spec, title="A", turn=0), replace(spec, title="A'", turn=1), replace(spec, turn=2, is_last=True)]
    drawn = [with_lead(twice, ensemble("quartet"), np.random.default_rng(seed)) for seed in range(10)]
    assert {plan[1].lead for plan in drawn} == {Part.MELODY, Part.HARMONY}
    assert all(plan[0].lead is plan[2].lead is Part.MELODY for plan in drawn)


def test_what_another_player_sings_is_slurred_as_a_tune() -> None:
    phrase = led("quartet", "calm")
    brief = replace(brief_from_affect(affect_of("calm"), ensemble="quartet", seed=1), legato=1.0)
    held = leads(phrase)
    assert any(held.has(first) for first, _ in slurs(phrase, Part.TEXTURE, ((0, brief),)))


def test_a_piano_alone_keeps_its_tune_and_so_does_the_height_of_a_piece() -> None:
    sections = [section for section, _ in zip(chain(np.random.default_rng(1)), range(5), strict=False)]
    drawn = [with_lead(sections, ensemble("piano"), np.random.default_rng(seed)) for seed in range(10)]
    assert all(section.lead is Part.MELODY for plan in drawn for section in plan)
    raised = [replace(section, is_height=section.is_contrast) for section in sections]
    drawn = [with_lead(raised, ensemble("quartet"), np.random.default_rng(seed)) for seed in range(10)]
    assert all(section.lead is Part.MELODY for plan in drawn for section in plan)


def test_a_phrase_without_a_word_about_it_is_led_by_the_melody() -> None:
    phrase = compose(brief_from_affect(affect_of("happy"), seed=1), 20, 1)
    assert tune(phrase) == phrase.part(Part.MELODY)
    assert tune(replace(phrase, marks=(Mark(0, LEAD, "guitar"),))) == phrase.part(Part.MELODY)
    assert tune(replace(phrase, marks=(Mark(0, LEAD, "rhythm"),))) == phrase.part(Part.RHYTHM)


def test_a_tune_handed_back_and_taken_at_once_is_with_who_takes_it() -> None:
    phrase = compose(brief_from_affect(affect_of("happy"), seed=1), 20, 1)
    marks = (
        Mark(0, LEAD, "texture"),
        Mark(960, LEAD, "harmony"),
        Mark(960, LEAD, "melody"),
        Mark(1920, LEAD, "melody"),
    )
    held = leads(replace(phrase, marks=marks))
    assert held.parts == (Part.TEXTURE, Part.HARMONY, Part.MELODY)
    assert held.ticks == (0, 960, 1920)
