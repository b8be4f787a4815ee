"""Plans fill their bars; motifs keep their identity through what becomes of them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.circumplex import affect_of
from mien.errors import BadInput
from mien.music.brief import brief_from_affect
from mien.music.compose import compose, next_section
from mien.music.form import REST, SectionSpec, chain, find_form, find_theme, forms
from mien.music.memory import Memory
from mien.music.motif import Motif, augmented, fragmented, invent, inverted, varied
from mien.music.plan import BROAD_BARS, INTERLUDE, INTRODUCTIONS, LONG_BARS, coda, ending, faltering, plan
from mien.music.rhythm import bar_ticks, onsets, repertoire, strength, syncopation
from mien.values import Part
from mien.vocabulary import METERS


@given(st.integers(2, 2000), st.integers(0, 99))
def test_a_plan_fills_its_bars_and_ends_once(bars: int, seed: int) -> None:
    sections = plan(bars, np.random.default_rng(seed))
    assert sum(section.bars for section in sections) == bars
    assert [section.is_last for section in sections] == [False] * (len(sections) - 1) + [True]
    assert sections[-1].phrases[-1].cadence in ("authentic", "plagal", "tonic")
    for section in sections:
        assert all(len(phrase.treatment) <= phrase.bars for phrase in section.phrases)
    if bars >= 12:
        themes = [section.theme for section in sections]
        assert themes[0] == "A" and len(set(themes)) > 1
        assert any(section.theme == "A" and section.turn for section in sections)


def test_a_bar_is_too_short_for_a_plan() -> None:
    with pytest.raises(ValueError, match="needs 2"):
        plan(1, np.random.default_rng(0))


def test_the_endless_chain_returns_and_moves_on() -> None:
    sections = [section for section, _ in zip(chain(np.random.default_rng(1)), range(60), strict=False)]
    assert len({section.title for section in sections}) == len(sections)
    assert sum(section.turn > 0 for section in sections) > 20


@pytest.mark.parametrize("meter", METERS)
def test_bar_rhythms_fill_their_bar(meter) -> None:
    have = repertoire(meter)
    assert len(have.rhythms) > 50
    assert all(sum(map(abs, rhythm)) == bar_ticks(meter) for rhythm in have.rhythms)


def test_strengths_and_syncopation_are_those_of_theory() -> None:
    assert [strength(tick, (4, 4)) for tick in (0, 480, 960, 1440, 240)] == [3, 1, 2, 1, 0]
    assert [strength(tick, (6, 8)) for tick in (0, 240, 720)] == [3, 0, 2]
    assert syncopation((480, 480, 480, 480), (4, 4)) == 0
    assert syncopation((240, 480, 240, 960), (4, 4)) == 1


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("emotion", ["happy", "sad", "angry"])
def test_transformed_motifs_fill_their_bar_and_have_a_step_between_notes(emotion: str, meter) -> None:
    brief = brief_from_affect(affect_of(emotion), meter=meter)
    rng = np.random.default_rng(3)
    for _ in range(12):
        motif = invent("a", brief, 5, rng, ())
        made: list[Motif] = [motif, inverted(motif), fragmented(motif, meter), varied(motif, rng)]
        made += augmented(motif, meter)
        for one in made:
            assert sum(map(abs, one.lengths)) == bar_ticks(meter)
            assert len(one.steps) == len(onsets(one.lengths)) - 1
        assert inverted(inverted(motif)).steps == motif.steps


@given(st.sampled_from(sorted(forms())), st.integers(2, 400), st.integers(0, 99))
def test_every_form_fills_its_bars_with_its_own_sections(name: str, bars: int, seed: int) -> None:
    form = find_form(name)
    sections = plan(bars, np.random.default_rng(seed), form)
    assert sum(section.bars for section in sections) == bars
    assert sections[-1].is_last and sections[0].turn == 0
    letters = [section.theme for section in sections if section.title not in ("introduction", "coda", "episode")]
    if 4 <= bars < 4 * (len(form.orders[0]) + 1):
        assert letters == ["A"]
    fitting = {order for order in form.orders if len(order) == len(letters)}
    if bars // 4 <= len(form.orders[-1]):
        assert "".join(letters) in fitting
    assert letters[-1] == "A"


@pytest.mark.parametrize(
    ("name", "bars", "titles"),
    [
        ("song", 34, ["introduction", "A", "A'", "B", "A''", "coda"]),
        ("song", 16, ["A", "A'", "B", "A''"]),
        ("rondo", 42, ["introduction", "A", "B", "A'", "C", "A''", "coda"]),
        ("ternary", 26, ["A", "B", "A'", "coda"]),
        ("variations", 42, ["introduction", "A", "A'", "A''", "A'''", "A'4", "coda"]),
        ("period", 18, ["A", "A'", "coda"]),
    ],
)
def test_forms_are_what_their_names_say(name: str, bars: int, titles: list[str]) -> None:
    sections = plan(bars, np.random.default_rng(2), find_form(name))
    assert [section.title for section in sections] == titles
    assert {section.turn for section in sections if section.theme == "A"} == set(range(sum("A" in t for t in titles)))
    assert ("introduction" in titles) is (bars >= LONG_BARS)


@pytest.mark.parametrize("name", ["period", "sentence"])
def test_themes_are_built_as_the_form_says(name: str) -> None:
    for seed in range(6):
        section = plan(18, np.random.default_rng(seed), find_form(name))[0]
        assert section.phrases == find_theme(name).phrases


def test_chapters_of_endless_music_return_to_the_first_theme_and_reuse_no_letter() -> None:
    for form in forms().values():
        seen: set[str] = set()
        sections = list(zip(range(60), chain(np.random.default_rng(1), form), strict=False))
        statements = [section.turn for _, section in sections if section.theme == "A"]
        assert statements == list(range(len(statements))) and len(statements) > 3
        for (_, before), (_, section) in pairwise(sections):
            if section.turn == 0:
                assert section.theme not in seen
            seen.add(before.theme)


def test_every_later_chapter_comes_home_to_the_first_theme() -> None:
    for form in forms().values():
        for number in range(1, 5):
            assert form.names(number)[-1] == "A"


def test_contrasts_of_the_first_chapter_return_as_they_were() -> None:
    form = find_form("free")
    sections = [section for section, _ in zip(chain(np.random.default_rng(4), form), range(15), strict=False)]
    phrases = {section.title: section.phrases for section in sections}
    later = ["D", "E", "D'", "B'", "A'''", "F", "G", "F'", "C'", "A'4"]
    assert [section.title for section in sections[5:]] == later
    assert phrases["B'"] == phrases["B"] and phrases["C'"] == phrases["C"]


def test_a_later_chapter_grows_from_the_first_theme() -> None:
    brief, memory = brief_from_affect(affect_of("happy"), seed=2, meter=(4, 4)), Memory()
    rng = np.random.default_rng(6)
    for spec, _ in zip(chain(rng), range(6), strict=False):
        memory, _ = next_section(brief, memory, spec, rng)
    old, new = memory.motifs["A"]["a"], memory.motifs["D"]["a"]
    assert new.name not in {motif.name for motif in memory.motifs["A"].values()}
    assert {tick for tick, _ in onsets(old.lengths)} <= {tick for tick, _ in onsets(new.lengths)}
    assert abs(sum(old.steps) - sum(new.steps)) <= 1


def test_an_unknown_form_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="unknown form 'blues': choose one of free, period, sentence, ternary, song"):
        find_form("blues")


def test_a_coda_remembers_the_theme() -> None:
    assert [coda(bars).opens_like for bars in (1, 2, 3, 4, 5)] == [0, 0, 1, 2, 2]
    assert coda(4).treatment == ("a", "b", "a augmented")


def test_a_tense_piece_ends_strong_and_a_calm_one_with_an_amen() -> None:
    def close(tension: float, seed: int = 1, loudness: float = 0.0) -> SectionSpec:
        return ending(4, tension, loudness, np.random.default_rng(seed), ("a", "a"))

    moods = ((0.0, 0.0), (0.3, 0.0), (0.7, 0.5))  # tension, loudness
    closes = [{close(tension, seed, loud).phrases[0].cadence for seed in range(40)} for tension, loud in moods]
    assert closes == [{"plagal"}, {"plagal", "authentic"}, {"authentic"}]
    assert close(0.7, loudness=0.5).energy > 0 > close(0.3).energy
    assert close(0.0, loudness=0.6).phrases[0].cadence == "authentic" and close(0.0, loudness=0.6).energy > 0
    treatments = {close(0.3, seed).phrases[0].treatment for seed in range(20)}
    assert treatments == {("a", "a", "a augmented"), ("a fragment",) * 3}, "it recalls the theme, or only its head"


def test_what_is_tense_but_soft_falters_over_its_tonic() -> None:
    last = ending(5, 0.9, 0.35, np.random.default_rng(1), ("a", "a"))
    (phrase,) = last.phrases
    assert phrase.treatment == ("a fragment", REST, "a fragment", REST)
    assert (phrase.cadence, phrase.pedal, phrase.opens_like) == ("plagal", "tonic", 0)
    assert last.energy < 0
    assert not last.plays(Part.HARMONY, 3) and last.plays(Part.RHYTHM, 3) and last.plays(Part.HARMONY, 4)
    assert faltering(1).cadence == "tonic"
    assert ending(5, 0.9, 0.5, np.random.default_rng(1), ("a", "a")).energy > 0


@pytest.mark.parametrize("ensemble", ["piano", "quartet"])
def test_fear_fades_while_anger_ends_strong(ensemble: str) -> None:
    for emotion, falters in (("fear", True), ("angry", False)):
        louder = []
        for seed in range(1, 5):
            phrase = compose(brief_from_affect(affect_of(emotion), ensemble=ensemble, seed=seed), 60, seed)
            start = next(mark.onset_ticks for mark in phrase.marks if mark.text == "coda" and mark.kind == "section")
            after, before = (
                np.mean([note.velocity for note in phrase.notes if (note.onset_ticks >= start) is late])
                for late in (True, False)
            )
            louder.append(after - before)
        assert (max(louder) < -8) if falters else (min(louder) > 0)


def test_a_theme_of_a_free_piece_is_answered_or_said_twice() -> None:
    for fours in range(2, 9):
        first, second, *_ = plan(4 * fours + 2, np.random.default_rng(1))
        assert len(first.phrases) == 2 or second.theme == first.theme or fours == 3


def test_a_motif_that_begins_with_half_a_bar_of_rest_leaves_no_bar_empty_when_it_is_slowed() -> None:
    motif = Motif("a", (-720, 360, 120, 240), (1, 1))
    for slow in augmented(motif, (3, 4)):
        assert sum(map(abs, slow.lengths)) == 1440
        assert any(length > 0 for length in slow.lengths)


def test_introductions_are_of_several_kinds_and_somebody_always_plays() -> None:
    firsts = [plan(70, np.random.default_rng(seed))[0] for seed in range(40)]
    assert {section.title for section in firsts} == {"introduction"}
    assert {section.bars for section in firsts} == {2, 4}
    assert {frozenset(part for part, _, _ in section.rests) for section in firsts} == {
        frozenset(waits) for waits in INTRODUCTIONS.values()
    }
    for section in firsts:
        assert all(any(section.plays(part, bar) for part in Part) for bar in range(section.bars))
        assert section.plays(Part.MELODY, 0) or section.plays(Part.RHYTHM, 0)


def test_only_a_long_piece_lets_its_melody_rest_before_the_last_return_and_its_coda_thin_out() -> None:
    for bars in (BROAD_BARS - 1, BROAD_BARS):
        plans = [plan(bars, np.random.default_rng(seed)) for seed in range(40)]
        rests = [section for sections in plans for section in sections if section.title == INTERLUDE]
        fading = [sections[-1] for sections in plans if sections[-1].rests]
        assert bool(rests) is bool(fading) is (bars >= BROAD_BARS)
        assert not any(section.is_sung for section in rests)
        for sections in plans:
            after = [b for a, b in pairwise(sections) if a.title == INTERLUDE]
            assert all(section.theme == "A" and section.turn for section in after)
            assert all(sections[-1].plays(part, sections[-1].bars - 1) for part in Part)
