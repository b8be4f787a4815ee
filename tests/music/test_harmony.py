"""Harmony goes where it says: over pedals, into neighbouring keys, with applied dominants that resolve."""

from itertools import pairwise

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.harmony import PEDALS, Pedal, TimedChord, bass_line, pedal_under, progression, vocabulary
from mien.music.plan import INTRODUCTION, coda
from mien.music.rhythm import bar_ticks
from mien.values import Brief
from mien.vocabulary import Mode


def brief_in(mode: Mode) -> Brief:
    return brief_from_affect(affect_of("neutral"), seed=1, mode=mode, meter=(4, 4))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("kind", "cadence"), [("tonic", "plagal"), ("dominant", "half")])
def test_over_a_pedal_every_chord_has_its_tone_and_the_bass_stays(mode: Mode, kind: str, cadence: str) -> None:
    brief, words = brief_in(mode), vocabulary(mode)
    pedal = pedal_under(brief, kind, cadence, 1)
    if pedal is None:
        assert not any(all(PEDALS[kind] in words.find(r).pcs for r in row) for row in words.cadences[cadence])
        return
    opening = [TimedChord(0, bar_ticks(brief.meter), words.find(words.opening))]
    for seed in range(12):
        rng = np.random.default_rng(seed)
        chords = progression(brief, 5, cadence, opening, rng, pedal=pedal)
        slots = bass_line(chords, 36, 53, None, 1, rng, pedal=pedal)
        over = [slot for slot in slots if pedal.holds(slot.onset_ticks)]
        assert {slot.bass_midi % 12 for slot in over} == {PEDALS[kind]}
        assert all(pedal.pc in slot.harmony.pcs for slot in over)


def test_no_pedal_is_asked_for_without_a_kind() -> None:
    assert pedal_under(brief_in(Mode.IONIAN), "", "half", 0) is None
    assert Pedal(960, 7).holds(960) and not Pedal(960, 7).holds(959)


@pytest.mark.parametrize("mode", Mode)
def test_a_modulating_cadence_is_a_dominant_and_its_tonic(mode: Mode) -> None:
    words = vocabulary(mode)
    for *_, dominant, tonic in words.cadences["modulating"]:
        chord, arrival = words.find(dominant), words.find(tonic)
        assert (chord.pcs[0] - arrival.pcs[0]) % 12 == 7 and chord.leading_pc == (arrival.pcs[0] - 1) % 12
        assert arrival.pcs[0] != 0


@pytest.mark.parametrize("emotion", ["happy", "sad", "calm"])
def test_applied_dominants_resolve_to_their_degree(emotion: str) -> None:
    resolved = applied = 0
    for seed in range(12):
        chords = compose(brief_from_affect(affect_of(emotion), seed=seed), 60, seed).chords
        for one, other in pairwise(chords):
            if "/" in one.roman:
                applied += 1
                resolved += (one.pcs[0] - other.pcs[0]) % 12 in (7, 11)
    assert applied > 0
    assert resolved >= 0.95 * applied


def test_a_long_piece_is_introduced_once_and_its_theme_follows() -> None:
    brief = brief_from_affect(affect_of("happy"), seed=2, meter=(4, 4))
    phrase = compose(brief, 75, 2)
    titles = [mark.text for mark in phrase.marks if mark.kind == "section"]
    assert titles[:2] == [INTRODUCTION, "A"] and titles.count(INTRODUCTION) == 1
    cadence = next(mark for mark in phrase.marks if mark.kind == "cadence")
    assert (cadence.onset_ticks, cadence.text) == (phrase.bar_ticks, "half")
    starts = [mark.onset_ticks for mark in phrase.marks if mark.kind == "section" and mark.text[0] == "A"]
    heads = []
    for start in starts:
        bar = [n for n in phrase.part(phrase.notes[0].part.MELODY) if start <= n.onset_ticks < start + phrase.bar_ticks]
        heads.append([(note.onset_ticks - start, note.pitch_midi) for note in bar])
    assert heads[1] == heads[0]  # what returns first is the theme, not its introduction


def test_a_coda_stands_on_the_tonic() -> None:
    assert [(coda(bars).pedal, coda(bars).pedal_bar) for bars in (1, 2, 4)] == [("", 0), ("tonic", 1), ("tonic", 2)]


def test_the_bass_makes_no_octaves_with_what_the_melody_sang_last_before_a_chord() -> None:
    words = vocabulary(Mode.IONIAN)
    chords = [TimedChord(1920 * place, 1920, words.find(roman)) for place, roman in enumerate(("I", "IV", "V", "I"))]
    sung = {0: 76, 1920: 77, 3840: 74, 5760: 72}

    def rises_to_f(melody: dict[int, int]) -> int:
        lines = [bass_line(chords, 40, 58, None, 2, np.random.default_rng(seed), melody) for seed in range(40)]
        return sum(line[0].bass_midi == 48 and line[1].bass_midi == 53 for line in lines)

    assert rises_to_f(sung) > 5
    assert rises_to_f({**sung, 1680: 72}) == 0  # C to F over C to F, across the bar line
