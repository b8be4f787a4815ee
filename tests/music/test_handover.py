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
from mien.music.handover import with_lead
from mien.music.score.articulation import slurs
from mien.values import Mark, Part, Phrase


def led(name: str, emotion: str = "happy") -> Phrase:
    for seed in range(1, 30):
        phrase = compose(brief_from_affect(affect_of(emotion), ensemble=name, seed=seed), 75, seed)
        if any(mark.kind == LEAD for mark in phrase.marks):
            return phrase
    raise AssertionError("nobody leads")


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
