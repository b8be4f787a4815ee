"""An upbeat belongs to a theme: whatever leads into the theme has it, or nothing does."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.closing import closing_place
from mien.music.compose import compose
from mien.music.draft import Draft
from mien.music.form import PhraseSpec
from mien.music.harmony import Slot, vocabulary
from mien.music.melody import Sung
from mien.music.plan import plan
from mien.music.rhythm import bar_ticks
from mien.music.upbeat import draw_upbeat, led_into, with_upbeat
from mien.values import Brief, Part, Phrase
from mien.vocabulary import METERS, Mode

BRIEF = Brief(96, 0, Mode.IONIAN)
TONIC = Slot(0, 1920, vocabulary(Mode.IONIAN).find("I"), 48)


def closing_on(*lengths: int) -> Draft:
    """A phrase of one bar whose last note is as long as the last of these."""
    starts = np.cumsum([0, *lengths[:-1]])
    notes = tuple(Sung(int(start), length, 0, 60) for start, length in zip(starts, lengths, strict=True))
    return Draft(PhraseSpec("statement", 1, "half", ()), (TONIC,), notes, ())


def entries(phrase: Phrase) -> list[bool]:
    """For each time something leads into a phrase of the first theme, whether an upbeat does."""
    bar, melody = phrase.bar_ticks, phrase.part(Part.MELODY)
    sections = [(mark.onset_ticks, mark.text) for mark in phrase.marks if mark.kind == "section"]
    broken = {mark.onset_ticks // bar for mark in phrase.marks if mark.text == "evaded"}
    found = []
    for mark in phrase.marks:
        tick = mark.onset_ticks
        before = [title for start, title in sections if start < tick]
        if mark.kind != "phrase" or mark.text == "continuation" or before[-1:] in ([], ["introduction"]):
            continue
        if [title for start, title in sections if start <= tick][-1][0] == "A" and tick // bar - 1 not in broken:
            lengths = tuple(n.length_ticks for n in melody if tick - bar <= n.onset_ticks < tick)
            found += [closing_place(lengths) < len(lengths) - 1] if lengths else []
    return found


@pytest.mark.parametrize("emotion", ["happy", "sad", "angry", "neutral"])
def test_a_theme_always_comes_in_with_its_upbeat_or_always_without(emotion: str) -> None:
    pieces = [entries(compose(brief_from_affect(affect_of(emotion), seed=seed), 60, seed)) for seed in range(1, 17)]
    several = [found for found in pieces if len(found) > 1]
    alike = [all(found) or not any(found) for found in several]
    assert sum(alike) >= len(several) - 1  # where each phrase drew for itself, 13 to 52 of 100
    assert any(all(found) for found in several) and any(not any(found) for found in several)


@pytest.mark.parametrize("meter", METERS)
def test_upbeats_are_of_several_kinds_and_half_the_themes_have_none(meter: tuple[int, int]) -> None:
    drawn = [draw_upbeat(meter, np.random.default_rng(seed)) for seed in range(200)]
    assert 70 < drawn.count(()) < 130 and len(set(drawn)) > 2
    assert all(sum(upbeat) <= bar_ticks(meter) / 2 for upbeat in drawn)


def test_a_phrase_without_an_upbeat_gets_one_and_loses_it_again() -> None:
    led = with_upbeat(closing_on(1920), (240, 240), BRIEF)
    assert [(note.onset_ticks, note.length_ticks) for note in led.melody] == [(0, 1440), (1440, 240), (1680, 240)]
    assert led.pick_up_ticks == 1440
    assert with_upbeat(led, (240, 240), BRIEF) is led
    bare = with_upbeat(led, (), BRIEF)
    assert len(bare.melody) == 1 and bare.pick_up_ticks is None


def test_a_close_that_breathed_still_does() -> None:
    led = with_upbeat(closing_on(1440), (240, 240), BRIEF)
    assert led.melody[0].length_ticks == 1200


def test_a_wind_player_breathes_before_the_upbeat() -> None:
    led = with_upbeat(closing_on(1920), (240,), replace(BRIEF, ensemble="chamber"))
    assert led.melody[0].end_ticks < 1680


def test_a_short_close_gets_no_upbeat() -> None:
    short = closing_on(1440, 240)
    assert with_upbeat(short, (240, 240, 240), BRIEF) is short


def opening_on(*steps: int) -> Draft:
    notes = tuple(Sung(480 * place, 480, step, 60) for place, step in enumerate(steps))
    return Draft(PhraseSpec("statement", 1, "half", ()), (TONIC,), notes, ())


def closing_over(breath: int) -> Draft:
    """A phrase of steps 0, 8 and 4, after which a pick-up of two eighths comes after a breath."""
    lengths, steps = (480, 480, 480 - breath, 240, 240), (0, 8, 4, 7, 7)
    starts = (0, 480, 960, 1440, 1680)
    notes = tuple(Sung(start, length, step, 60) for start, length, step in zip(starts, lengths, steps, strict=True))
    return Draft(PhraseSpec("statement", 1, "half", ()), (TONIC,), notes, (), pick_up_ticks=1440)


def test_an_upbeat_without_a_breath_walks_on_from_the_nearer_side() -> None:
    draft = closing_over(breath=0)
    for target, steps in ((7, [5, 6]), (1, [3, 2]), (4, [2, 3])):
        led = led_into(draft, opening_on(target))
        assert [note.step for note in led.melody[-2:]] == steps
        assert led.melody[:3] == draft.melody[:3]


def test_an_upbeat_after_a_breath_goes_the_way_its_theme_goes_on_if_there_is_room() -> None:
    draft = closing_over(breath=240)
    for opening, steps in (((4, 5), [2, 3]), ((4, 3), [6, 5]), ((4, 4), [2, 3]), ((1, 2), [3, 2]), ((8, 7), [6, 7])):
        assert [note.step for note in led_into(draft, opening_on(*opening)).melody[-2:]] == steps


def test_a_section_knows_what_it_leads_to() -> None:
    sections = plan(26, np.random.default_rng(1))
    assert sections[-1].leads_to == ""
    for one, other in itertools.pairwise(sections):
        assert one.leads_to == (other.theme if other.turn or other.phrases[0].opens_like else "")
    assert "A" in {section.leads_to for section in sections}
