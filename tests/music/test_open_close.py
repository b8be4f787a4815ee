"""Full closes inside a piece may leave the melody on the third; what is remembered, and what ends, is on the tonic."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.draft import Draft, Neighbours
from mien.music.form import PhraseSpec
from mien.music.harmony import Slot, vocabulary
from mien.music.melody import Sung
from mien.music.open_close import left_open, stays_open
from mien.values import Part
from mien.vocabulary import Mode

WORDS = vocabulary(Mode.IONIAN)
SLOTS = (Slot(0, 1920, WORDS.find("V"), 43), Slot(1920, 1920, WORDS.find("I"), 48))
HIGH = Sung(0, 960, 11, 79)
PHRASE = Draft(
    PhraseSpec("consequent", 2, "authentic", ("a",)),
    SLOTS,
    (HIGH, Sung(960, 960, 8, 74), Sung(1920, 960, 7, 72), Sung(3600, 240, 6, 71)),
    (),
    pick_up_ticks=3600,
)


def test_a_close_that_falls_to_the_tonic_rises_to_the_third_instead() -> None:
    opened = left_open(PHRASE)
    assert [note.pitch_midi for note in opened.melody] == [79, 74, 76, 71]
    assert replace(opened, melody=PHRASE.melody) == PHRASE


def test_a_leading_tone_still_rises_and_a_close_is_no_climax() -> None:
    first, _, *rest = PHRASE.melody
    led = replace(PHRASE, melody=(first, Sung(960, 960, 6, 71), *rest))
    low = replace(PHRASE, melody=PHRASE.melody[1:])
    assert left_open(led) is led and left_open(low) is low


@pytest.mark.parametrize("why", ["it ends the piece", "it breaks off", "it is no full close"])
def test_some_phrases_never_stay_open(why: str) -> None:
    around = Neighbours(ends=why == "it ends the piece")
    spec = replace(PHRASE.spec, cadence="half") if why == "it is no full close" else PHRASE.spec
    draft = replace(PHRASE, breaks_off=why == "it breaks off", spec=spec)
    assert not any(stays_open(draft, around, np.random.default_rng(seed)) for seed in range(20))
    assert any(stays_open(PHRASE, Neighbours(), np.random.default_rng(seed)) for seed in range(20))


def test_what_a_first_statement_leaves_open_a_return_closes() -> None:
    opened = 0
    for seed in range(16):
        brief = brief_from_affect(affect_of("happy"), seed=seed, tonic_pc=0)
        written = compose(brief, 60, seed)
        phrases = [mark.onset_ticks for mark in written.marks if mark.kind == "phrase"]
        cadences = [mark.text for mark in written.marks if mark.kind == "cadence"]
        sections = [(mark.onset_ticks, mark.text) for mark in written.marks if mark.kind == "section"]
        melody = sorted(written.part(Part.MELODY))
        for (start, end), cadence in zip(pairwise([*phrases, written.length_ticks]), cadences, strict=True):
            if cadence != "authentic":
                continue
            within = [note for note in melody if end - written.bar_ticks <= note.onset_ticks < end]
            close = max(within, key=lambda note: (note.length_ticks, note.onset_ticks))
            title = [text for tick, text in sections if tick <= start][-1]
            opened += title == "A" and close.pitch_midi % 12 == 4
            assert close.pitch_midi % 12 == 0 or not title.startswith("A'"), (seed, title)
    assert opened >= 2
