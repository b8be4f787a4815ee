"""A long piece leaves its key and comes home; what the score and the account say follows."""

from itertools import pairwise, product

import numpy as np
import pytest

from mien import compose
from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose_in_keys
from mien.music.form import SectionSpec, find_form
from mien.music.harmony import vocabulary
from mien.music.in_force import in_force
from mien.music.plan import plan
from mien.music.score.signs import signatures
from mien.music.spelling import accidentals, near, spell, with_fewest_signs, written_key
from mien.music.tonality import AWAY_S, related_keys, with_keys
from mien.values import Chord
from mien.vocabulary import Mode


def sections(mode: Mode, seed: int = 1, bars: int = 90) -> tuple[SectionSpec, ...]:
    rng = np.random.default_rng(seed)
    return with_keys(plan(bars, rng, find_form("free")), mode, rng)


@pytest.mark.parametrize("mode", Mode)
def test_related_keys_are_near_and_lead_back_on_a_chord_they_have(mode: Mode) -> None:
    for key in related_keys(mode):
        assert -6 <= key.semitones <= 6 and key.semitones
        chord = vocabulary(key.mode).find(key.back)
        home = {(pc - key.semitones) % 12 for pc in mode.value}
        assert len(home & set(key.mode.value)) >= 4
        assert (chord.pcs[0] + key.semitones) % 12 in (1, 2, 5, 7, 10, 11)  # a degree that a dominant may stand on


@pytest.mark.parametrize("mode", Mode)
def test_the_first_theme_and_the_ends_stay_at_home_and_every_other_theme_keeps_its_key(mode: Mode) -> None:
    placed = sections(mode)
    keys: dict[str, tuple[int, Mode | None]] = {}
    for section in placed:
        assert keys.setdefault(section.theme, (section.key, section.mode)) == (section.key, section.mode)
    assert keys.pop("A") == (0, None) and placed[-1].key == 0
    assert len(set(keys.values())) > 1 and (0, None) not in keys.values()


def test_a_contrast_confirms_its_key_and_leads_back() -> None:
    placed = sections(Mode.IONIAN)
    for section, following in pairwise(placed):
        if section.is_contrast and section.key and not following.key:
            assert section.phrases[0].cadence in ("authentic", "half")
            assert section.phrases[-1].goal in {key.back for key in related_keys(Mode.IONIAN)}


def test_only_a_long_piece_leaves_its_key_and_its_briefs_say_where() -> None:
    brief = brief_from_affect(affect_of("happy"), seed=3)
    for seconds in (AWAY_S - 10, AWAY_S + 20):
        phrase, briefs = compose_in_keys(brief, seconds, 3)
        assert (len(briefs) > 1) is (seconds > AWAY_S)
        assert briefs[0] == (0, brief) and briefs[-1][1] == brief
        for tick, here in briefs[1:]:
            mark = next(m for m in phrase.marks if m.kind == "section" and m.onset_ticks == tick)
            assert mark.text.endswith(f", in {written_key(here).name}")
            if here.tonic_pc != brief.tonic_pc:
                assert written_key(here) == near(here.tonic_pc, here.mode, written_key(brief))
            assert {reason.field for reason in here.reasons} == {reason.field for reason in brief.reasons}
        for chord in phrase.chords:  # numerals are those of the key in force
            here = in_force(briefs, chord.onset_ticks)
            if chord.roman in ("I", "i"):
                assert chord.pcs[0] == here.tonic_pc
        assert phrase.chords[-1].pcs[0] == phrase.tonic_pc == brief.tonic_pc
        assert (len(set(signatures(phrase, briefs))) > 1) is (seconds > AWAY_S)


def test_transposing_the_tonic_transposes_a_piece_that_leaves_its_key() -> None:
    made = [compose("sad", seconds=90, seed=2, ensemble="quartet", key=key).written for key in ("C", "F")]
    low, high = ([n.pitch_midi for n in sorted(phrase.notes, key=lambda n: (n.onset_ticks, n.part))] for phrase in made)
    assert {b - a for a, b in zip(low, high, strict=True)} == {5}
    assert made[0].tonic_pc == 0 and made[0].chords[-1].pcs[0] == 0


def test_the_account_tells_the_key_of_each_section() -> None:
    piece = compose("happy", seconds=100, seed=3)
    account = piece.account()
    away = [bar for bar in account["bars"] if bar["section"].startswith("B")]
    told = account["briefs"][away[0]["brief"]]["fields"]["tonic_pc"]["because"]
    assert told.startswith("B stands in ") and away[0]["section"].split(" in ")[1] in told
    assert account["briefs"][account["bars"][-1]["brief"]]["fields"] == account["brief"]


def test_a_visited_key_is_written_near_home() -> None:
    in_b, in_g_flat = (with_fewest_signs(pc, Mode.IONIAN) for pc in (11, 6))
    assert in_g_flat.name == "G♭ major"
    assert near(6, Mode.IONIAN, in_b).name == "F♯ major"
    assert near(11, Mode.IONIAN, in_g_flat).name == "C♭ major"
    for seed in range(8):
        for key in ("B", "Gb", "F#"):
            piece = compose("happy", seconds=90, seed=seed, key=key)
            fifths = signatures(piece.written, piece.briefs)
            assert max(abs(one - fifths[0]) for one in fifths) <= 4


def test_no_chord_is_spelled_with_three_accidentals() -> None:
    for fifths, root in product(range(-7, 8), range(12)):
        for above in ((4, 7), (3, 6, 9), (4, 8), (3, 7, 10)):
            chord = Chord(0, 1, (root, *((root + tone) % 12 for tone in above)), root, "", "T")
            assert all(abs(accidentals(spell(pc, fifths, chord))) <= 2 for pc in chord.pcs)
