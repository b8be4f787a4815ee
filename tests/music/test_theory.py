"""Numerals mean the chords that theory says, and the vocabulary of every mode is spelled in them."""

import pytest

from mien.music.harmony import vocabulary
from mien.music.theory import harmony
from mien.vocabulary import Mode


@pytest.mark.parametrize(
    ("roman", "mode", "pcs"),
    [
        ("I", Mode.IONIAN, (0, 4, 7)),
        ("V7", Mode.IONIAN, (7, 11, 2, 5)),
        ("ii7", Mode.IONIAN, (2, 5, 9, 0)),
        ("IV7", Mode.IONIAN, (5, 9, 0, 4)),
        ("vii°7", Mode.HARMONIC_MINOR, (11, 2, 5, 8)),
        ("V", Mode.AEOLIAN, (7, 11, 2)),
        ("v", Mode.AEOLIAN, (7, 10, 2)),
        ("bII", Mode.AEOLIAN, (1, 5, 8)),
        ("II", Mode.PHRYGIAN, (1, 5, 8)),
        ("II", Mode.LYDIAN, (2, 6, 9)),
        ("iiø7", Mode.AEOLIAN, (2, 5, 8, 0)),
        ("V7/V", Mode.IONIAN, (2, 6, 9, 0)),
        ("V7/vi", Mode.IONIAN, (4, 8, 11, 2)),
        ("vii°7/V", Mode.AEOLIAN, (6, 9, 0, 3)),
    ],
)
def test_numerals_name_their_chords(roman, mode, pcs) -> None:
    assert harmony(roman, mode, "T").pcs == pcs


def test_a_dominant_has_a_leading_tone_and_a_seventh_to_resolve() -> None:
    dominant = harmony("V7", Mode.AEOLIAN, "D")
    assert (dominant.leading_pc, dominant.seventh_pc) == (11, 5)
    assert harmony("v", Mode.AEOLIAN, "D").leading_pc is None


@pytest.mark.parametrize(
    ("roman", "bass_pc", "figured"),
    [("V7", 11, "V65"), ("V7", 7, "V7"), ("V7", 5, "V42"), ("ii", 5, "ii6"), ("V7/vi", 8, "V65/vi")],
)
def test_inversions_are_figured(roman, bass_pc, figured) -> None:
    assert harmony(roman, Mode.IONIAN, "D").figured(bass_pc) == figured


def test_the_scale_of_a_chord_holds_its_tones_in_order() -> None:
    for mode in Mode:
        for chord in vocabulary(mode).chords:
            assert list(chord.scale) == sorted(chord.scale)
            assert {chord.scale[letter] % 12 for letter in chord.letters} == set(chord.pcs)


@pytest.mark.parametrize("bad", ["H", "VIII", "", "V8"])
def test_other_words_are_no_numerals(bad: str) -> None:
    with pytest.raises(ValueError, match="no roman numeral"):
        harmony(bad, Mode.IONIAN, "T")


@pytest.mark.parametrize("mode", Mode)
def test_every_cadence_is_spelled_in_the_vocabulary_of_its_mode(mode: Mode) -> None:
    words = vocabulary(mode)
    for kind, formulas in words.cadences.items():
        for formula in formulas:
            ending = [words.find(roman) for roman in formula][-1]
            if kind in ("authentic", "plagal", "tonic"):
                assert (ending.pcs[0], ending.function) == (0, "T")
            if kind == "half":
                assert ending.pcs[0] != 0
