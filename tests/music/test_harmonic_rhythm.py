"""How long chords last: a theme has a pace of its own, and a contrast another."""

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.form import PhraseSpec
from mien.music.harmonic_rhythm import (
    BROAD,
    PLAIN,
    QUICK,
    changes,
    chord_bars_in,
    draw_chord_bars,
    opening_ticks,
)
from mien.music.rhythm import bar_ticks
from mien.values import Brief, Phrase

ANTECEDENT = PhraseSpec("antecedent", 4, "half", ("a", "b", "a"))
CONTINUATION = PhraseSpec("continuation", 4, "authentic", ("a", "b", "a"))


def brief_of(emotion: str, meter: tuple[int, int] = (4, 4), ensemble: str = "piano") -> Brief:
    return brief_from_affect(affect_of(emotion), seed=1, meter=meter, ensemble=ensemble)


def chords_a_bar(phrase: Phrase) -> dict[str, float]:
    """Chords a bar of the first statement of each theme; introduction, interlude and coda left out."""
    titles = [(mark.onset_ticks, mark.text) for mark in phrase.marks if mark.kind == "section"]
    found: dict[str, float] = {}
    for (start, title), end in zip(titles, [*(tick for tick, _ in titles[1:]), phrase.length_ticks], strict=True):
        if title[0].isupper() and title[0] not in found:
            count = sum(start <= chord.onset_ticks < end for chord in phrase.chords)
            found[title[0]] = count * phrase.bar_ticks / (end - start)
    return found


@pytest.mark.parametrize("emotion", ["happy", "sad", "angry", "calm"])
def test_the_contrasts_of_a_piece_move_at_another_harmonic_pace_than_its_theme(emotion: str) -> None:
    differences = []
    for seed in range(1, 17):
        paces = chords_a_bar(compose(brief_from_affect(affect_of(emotion), seed=seed), 60, seed))
        others = [pace for theme, pace in paces.items() if theme != "A"]
        differences.append(max(abs(pace - paces["A"]) for pace in others))
    assert np.median(differences) >= 0.25  # chords a bar; .06 to .19 where every theme had one pace


def test_a_contrast_never_takes_the_pace_of_its_theme() -> None:
    brief = brief_of("neutral")
    for pace in (BROAD, PLAIN, QUICK):
        drawn = {draw_chord_bars(brief, pace, np.random.default_rng(seed)) for seed in range(40)}
        assert pace not in drawn and len(drawn) == 2
    assert {draw_chord_bars(brief, None, np.random.default_rng(seed)) for seed in range(40)} == {BROAD, PLAIN, QUICK}


@pytest.mark.parametrize(
    ("emotion", "meter", "missing"),
    [("sad", (4, 4), BROAD), ("surprise", (3, 4), QUICK), ("surprise", (6, 8), QUICK)],
)
def test_a_slow_piece_has_no_broader_chords_and_a_fast_one_no_quicker(
    emotion: str, meter: tuple[int, int], missing: float
) -> None:
    brief = brief_of(emotion, meter)
    assert missing not in {draw_chord_bars(brief, PLAIN, np.random.default_rng(seed)) for seed in range(40)}


def test_an_ensemble_with_a_pace_of_its_own_keeps_it() -> None:
    brief = brief_of("neutral", ensemble="ambient")
    assert {draw_chord_bars(brief, unlike, np.random.default_rng(1)) for unlike in (None, PLAIN)} == {PLAIN}
    assert chord_bars_in(CONTINUATION, brief, PLAIN) == PLAIN


def test_a_continuation_hastens() -> None:
    brief = brief_of("neutral")
    assert chord_bars_in(CONTINUATION, brief, PLAIN) == QUICK
    assert chord_bars_in(CONTINUATION, brief, BROAD) == BROAD
    assert chord_bars_in(ANTECEDENT, brief, PLAIN) == PLAIN


def test_broad_chords_hold_the_first_for_two_bars_and_quick_ones_change_in_the_middle_of_each() -> None:
    brief, rng = brief_of("neutral"), np.random.default_rng(1)
    bar = bar_ticks(brief.meter)
    assert opening_ticks(brief, ANTECEDENT, BROAD) == 2 * bar
    assert opening_ticks(brief, ANTECEDENT, QUICK) == bar // 2
    assert changes(brief, bar // 2, 4, 2, rng, QUICK) == [
        *((place * bar // 2, bar // 2) for place in range(1, 6)),
        (3 * bar, bar),
    ]
