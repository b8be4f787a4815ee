import pytest

from mien.music.spelling import chord_name, with_fewest_signs
from mien.values import Chord
from mien.vocabulary import Mode


@pytest.mark.parametrize(
    ("pcs", "bass_pc", "name"),
    [
        ((7, 10, 2, 5), 10, "Gm7/B♭"),
        ((0, 4, 7), 0, "C"),
        ((10, 2, 5, 9), 10, "B♭maj7"),
        ((9, 0, 3), 9, "Adim"),
        ((0, 5, 7), 0, "Csus4"),
    ],
)
def test_chords_are_named_as_on_a_lead_sheet(pcs: tuple[int, ...], bass_pc: int, name: str) -> None:
    chord = Chord(0, 480, pcs, bass_pc, "I", "T")
    assert chord_name(chord, with_fewest_signs(5, Mode.IONIAN).signature) == name
