"""Where a brief asks for it, phrases break off before their close: a hush, a pause of all, an unlooked-for chord."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mien.circumplex import affect_at, affect_of
from mien.ensembles import ensemble, ensembles
from mien.music import interruption
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.form import BREAKS_FROM, PHRASE_BARS, find_form, forms
from mien.music.interruption import HUSH, KIND, PAUSE, STROKE
from mien.music.journey.phrases import next_phrase
from mien.music.journey.state import Journey
from mien.music.mapping import parse_mapping, shipped_mapping
from mien.music.perform import perform
from mien.music.plan import plan
from mien.music.rhythm import beat_ticks
from mien.music.score.musicxml import musicxml
from mien.values import Brief, Part, Phrase
from mien.vocabulary import METERS, EmotionClass, Mode

SURPRISE = brief_from_affect(affect_of("surprise"), seed=1, meter=(4, 4))


def marked(phrase: Phrase, text: str) -> list[int]:
    return [mark.onset_ticks for mark in phrase.marks if (mark.kind, mark.text) == (KIND, text)]


def asking(share: float, **fields: object) -> Brief:
    return replace(SURPRISE, interruption=share, **fields)


def test_surprise_asks_for_interruptions_as_any_class_may() -> None:
    assert SURPRISE.interruption == 1.0
    assert BREAKS_FROM[0] <= brief_from_affect(affect_of("fear")).interruption < BREAKS_FROM[1]
    for emotion in ("happiness", "anger", "neutral"):
        assert brief_from_affect(affect_of(emotion)).interruption == 0.0
    coy = EmotionClass("coy", 0.2, 0.1, {"interruption": 0.5})
    brief = brief_from_affect(replace(affect_at(0.2, 0.1), probs=(1.0,), classes=(coy,)))
    assert brief.interruption == 0.5
    assert any("'coy' (100%) asks for 0.5" in reason.because for reason in brief.reasons)


def test_the_more_is_asked_for_the_more_phrases_break_off() -> None:
    counts = [len(marked(compose(asking(share), 60, 1), PAUSE)) for share in (0.0, 0.29, 0.3, 0.59, 0.6, 1.0)]
    assert counts == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("form", forms())
@pytest.mark.parametrize("bars", [2, 7, 12, 24, 25, 43, 90])
def test_neither_the_first_phrase_nor_the_last_close_may_break_off(form: str, bars: int) -> None:
    sections = plan(bars, np.random.default_rng(1), find_form(form))
    phrases = [phrase for section in sections for phrase in section.phrases]
    free = [n for n, phrase in enumerate(phrases) if phrase.breaks_from <= 1]
    assert len(free) <= 2 and len(phrases) - 1 not in free
    assert all(phrases[n].bars == PHRASE_BARS for n in free)
    assert not free or free[0] > next(n for n, phrase in enumerate(phrases) if phrase.bars == PHRASE_BARS)
    assert all(b - a >= 2 for a, b in pairwise(free))
    assert free or len(phrases) < 4


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("name", list(ensembles()))
def test_all_pause_a_beat_or_more_and_then_all_strike(name: str, meter: tuple[int, int]) -> None:
    brief = replace(SURPRISE, ensemble=name, meter=meter)
    written = compose(brief, 45, 2)
    assert 1 <= len(marked(written, PAUSE)) == len(marked(written, STROKE)) <= 2
    for phrase in (written, perform(written, brief)):
        for pause, stroke in zip(marked(written, PAUSE), marked(written, STROKE), strict=True):
            assert stroke - pause >= beat_ticks(meter)
            late = 0 if phrase is written else 60  # a player may be late, or let go late
            assert not [n for n in phrase.notes if n.onset_ticks < stroke - late and n.end_ticks > pause + late]
    for stroke in marked(written, STROKE):
        struck = {n.part for n in written.notes if n.onset_ticks == stroke}
        shared = {Part.TEXTURE} if ensemble(name).solo else set()  # whose tone is in the chord already
        assert struck | shared == set(ensemble(name).players)


def test_a_pedal_does_not_sound_into_the_pause() -> None:
    brief = asking(1.0, legato=0.95)
    written = compose(brief, 45, 1)
    played = perform(written, brief)
    for pause, stroke in zip(marked(written, PAUSE), marked(written, STROKE), strict=True):
        assert not [n for n in played.notes if n.onset_ticks < pause and n.end_ticks > pause + 30]
        assert min(n.onset_ticks for n in played.notes if n.onset_ticks >= pause) >= stroke


def test_the_stroke_is_much_louder_than_the_hush() -> None:
    written = compose(SURPRISE, 45, 1)
    for hush in marked(written, HUSH):
        pause, stroke = (next(tick for tick in marked(written, text) if tick > hush) for text in (PAUSE, STROKE))
        soft = [n.velocity for n in written.part(Part.MELODY) if hush <= n.onset_ticks < pause]
        loud = [n.velocity for n in written.part(Part.MELODY) if n.onset_ticks == stroke]
        assert min(loud) > max(soft) + 40


@pytest.mark.parametrize("mode", Mode)
def test_the_chord_is_another_than_the_one_expected(mode: Mode) -> None:
    whole, broken = (compose(asking(share, mode=mode), 45, 1) for share in (0.0, 1.0))
    for pause, stroke in zip(marked(broken, PAUSE), marked(broken, STROKE), strict=True):
        due = next(chord for chord in whole.chords if chord.onset_ticks == pause)
        before = next(chord for chord in reversed(whole.chords) if chord.onset_ticks < pause)
        struck = next(chord for chord in broken.chords if chord.onset_ticks == stroke)
        assert struck.pcs[0] not in (due.pcs[0], before.pcs[0])
        assert next(mark.text for mark in broken.marks if mark.onset_ticks == stroke and mark.kind == "cadence") == (
            interruption.EVADED
        )


def test_what_broke_off_returns_whole() -> None:
    journey, closes = Journey(3, SURPRISE, form="period"), []
    for _ in range(12):
        journey, stretch = next_phrase(journey, lambda _: SURPRISE)
        closes += [mark.text for mark in stretch.written.marks if mark.kind == "cadence"]
        assert not any(draft.breaks_off for drafts in journey.memory.themes.values() for draft in drafts)
    assert closes[0] != interruption.EVADED
    assert 2 <= closes.count(interruption.EVADED) <= len(closes) / 3


def test_the_score_says_where_all_pause_and_how_suddenly_it_is_soft() -> None:
    written = compose(SURPRISE, 45, 1)
    score = musicxml(written, briefs=((0, SURPRISE),))
    assert score.count("G. P.") == len(marked(written, PAUSE)) == 2
    assert score.count("subito") == len(marked(written, HUSH)) == 1  # the other phrase has the piece's highest note
    assert "<ff />" in score and "<p />" in score
    assert "G. P." not in musicxml(compose(asking(0.0), 45, 1), briefs=((0, SURPRISE),))


def test_a_table_from_before_there_were_interruptions_still_plays() -> None:
    head, tail = shipped_mapping().toml.split("[interruption]")
    older = parse_mapping(head + tail[tail.index("#") :])
    assert older.rows == shipped_mapping().rows
