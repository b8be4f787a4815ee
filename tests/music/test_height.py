"""A piece has one highpoint, above all that was heard: loud music in the theme's last return, quiet music before it."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.lab.scores.measures import motif_recurrence
from mien.music.brief import brief_from_affect
from mien.music.compose import compose, next_section
from mien.music.draft import Compass, Draft, Neighbours
from mien.music.form import SectionSpec
from mien.music.height import WIDEST_LEAP, heightened, with_height
from mien.music.melody import Range
from mien.music.memory import Memory
from mien.music.plan import plan
from mien.music.rhythm import bar_ticks
from mien.values import Brief, Part, Phrase

HAPPY = brief_from_affect(affect_of("happy"), seed=1, meter=(4, 4))
BASS = (40, 57)


def a_phrase() -> Draft:
    """The last phrase of a theme, four bars."""
    rng = np.random.default_rng(3)
    return next_section(HAPPY, Memory(), plan(24, rng)[0], rng)[1].drafts[-1]


def spans_of(phrase: Phrase) -> list[tuple[str, int, int]]:
    """Title, start and end of every section."""
    sections = [(m.onset_ticks, m.text) for m in phrase.marks if m.kind == "section"]
    return [(a[1], a[0], b[0]) for a, b in pairwise([*sections, (phrase.length_ticks, "end")])]


def last_return(phrase: Phrase) -> tuple[int, int]:
    """Start and end of the last return of the theme."""
    return [(start, end) for title, start, end in spans_of(phrase) if title.startswith("A'")][-1]


def last_contrast(phrase: Phrase) -> tuple[int, int]:
    """Start and end of the last contrast before that return."""
    home = last_return(phrase)[0]
    return [(start, end) for title, start, end in spans_of(phrase) if title[0] in "BCDe" and start < home][-1]


@pytest.mark.parametrize("name", ["piano", "quartet", "ambient"])
@pytest.mark.parametrize(
    ("emotion", "section"),
    [("happy", last_return), ("angry", last_return), ("sad", last_contrast), ("neutral", last_contrast)],
)
def test_one_section_has_the_only_highest_note(
    name: str, emotion: str, section: Callable[[Phrase], tuple[int, int]]
) -> None:
    found = []
    for seed in range(1, 7):
        phrase = compose(brief_from_affect(affect_of(emotion), ensemble=name, seed=seed), 50, seed)
        start, end = section(phrase)
        melody = phrase.part(Part.MELODY)
        inside = max(n.pitch_midi for n in melody if start <= n.onset_ticks < end)
        found.append(inside > max(n.pitch_midi for n in melody if not start <= n.onset_ticks < end))
    assert sum(found) >= 4, found


@pytest.mark.parametrize("emotion", ["sad", "calm", "neutral"])
def test_the_height_of_quiet_music_takes_nothing_from_its_motifs(emotion: str) -> None:
    """Songs have a median of .43 (`docs/measures.md`)."""
    pieces = [compose(brief_from_affect(affect_of(emotion), seed=seed), 45, seed) for seed in range(1000, 1040)]
    assert median(motif_recurrence(piece) for piece in pieces) > 0.45


@pytest.mark.parametrize("bars", [18, 22, 34, 42])
@pytest.mark.parametrize("loudness", [0.3, 0.7])
def test_the_height_is_the_fullest_section_of_a_piece(bars: int, loudness: float) -> None:
    sections = with_height(plan(bars, np.random.default_rng(1)), loudness)
    (height,) = (section for section in sections if section.is_height)
    assert height.energy == max(section.energy for section in sections) > 0


def test_a_piece_whose_theme_has_no_contrast_has_its_height_in_the_last_return() -> None:
    strophes = [SectionSpec(title, "A", turn, ()) for turn, title in enumerate(("A", "A'", "A''"))]
    assert [section.is_height for section in with_height(strophes, loudness=0.1)] == [False, False, True]
    assert not any(section.is_height for section in with_height(strophes[:1], loudness=0.1))


def test_a_phrase_that_is_raised_begins_as_it_was_and_keeps_its_rhythm_and_chords() -> None:
    draft = a_phrase()
    top = max(note.pitch_midi for note in draft.melody)
    raised = raise_above(draft, top, summit=20)
    before, after = draft.melody, raised.melody
    assert raised.is_height and raised.slots == draft.slots
    assert [(n.onset_ticks, n.length_ticks) for n in after] == [(n.onset_ticks, n.length_ticks) for n in before]
    kept = sum(note.onset_ticks < 3 * bar_ticks(HAPPY.meter) // 2 for note in before)
    assert after[:kept] == before[:kept]
    assert max(note.pitch_midi for note in after) > top
    assert max(abs(b.pitch_midi - a.pitch_midi) for a, b in pairwise(after[kept - 1 :])) <= WIDEST_LEAP
    assert after[-1].pitch_midi % 12 == before[-1].pitch_midi % 12  # it comes down to the same close


def test_where_the_way_up_is_long_it_begins_half_a_bar_earlier() -> None:
    draft, bar = a_phrase(), bar_ticks(HAPPY.meter)
    top = max(note.pitch_midi for note in draft.melody)
    deep = [
        replace(n, step=n.step - 14, pitch_midi=n.pitch_midi - 24) if 3 * bar // 2 <= n.onset_ticks < 2 * bar else n
        for n in draft.melody
    ]
    low = replace(draft, melody=tuple(deep))
    raised = raise_above(low, top, summit=20)
    changed = [a.onset_ticks for a, b in zip(low.melody, raised.melody, strict=True) if a.step != b.step]
    assert raised.is_height
    assert 3 * bar // 2 <= min(changed) < 2 * bar


def test_without_room_above_a_phrase_stays_as_it_is() -> None:
    draft = a_phrase()
    assert raise_above(draft, max(note.pitch_midi for note in draft.melody), summit=3) is draft
    assert raise_above(draft, 127, summit=20) is draft


def raise_above(draft: Draft, highest_midi: int, *, summit: int, brief: Brief = HAPPY) -> Draft:
    compass = Compass(Range(-9, summit), summit, *BASS)
    return heightened(draft, brief, compass, Neighbours(), highest_midi, np.random.default_rng(1))


def test_a_highpoint_that_breaks_off_is_not_hushed() -> None:
    brief = replace(HAPPY, interruption=1.0)
    phrase = compose(brief, 45, 1)
    start, end = last_return(phrase)
    marks = [m.text for m in phrase.marks if m.kind == "interruption" and start <= m.onset_ticks < end]
    assert marks == ["pause", "stroke"]
    melody = [n for n in phrase.part(Part.MELODY) if start <= n.onset_ticks < end]
    peak = max(melody, key=lambda n: n.pitch_midi)
    stroke = next(m.onset_ticks for m in phrase.marks if m.text == "stroke" and m.onset_ticks > start)
    assert peak.onset_ticks < stroke
    assert all(n.pitch_midi < peak.pitch_midi for n in melody if n.onset_ticks >= stroke)
