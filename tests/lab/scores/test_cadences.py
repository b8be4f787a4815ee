"""Cadences are heard in notes alone: each kind, none where the bass or the melody does not come to rest."""

import pytest

from mien.lab.scores.cadences import hear_cadences, kinds, phrase_ends
from mien.values import Note, Part, Phrase
from mien.vocabulary import Mode

QUARTER = 480
SCALE = (60, 62, 64, 65, 67, 65, 64, 62)
"""A melody that says C major before the chords of a cadence are heard."""

CHORDS = {
    "I": (48, 64, 67), "I6": (52, 64, 67), "IV": (53, 65, 69), "ii": (50, 65, 69), "V": (55, 59, 62),
    "V7": (55, 65, 71), "vi": (57, 60, 64), "D7": (50, 66, 72), "G": (43, 62, 71),
}  # fmt: skip


def song(*romans: str, last_ticks: int = 4 * QUARTER, sung: int = 72) -> Phrase:
    """The scale over the tonic, then a chord a half note, then the last one under a long note of the melody."""
    notes = [Note(QUARTER * i, Part.MELODY, pitch, QUARTER, 64) for i, pitch in enumerate(SCALE)]
    notes += [Note(2 * QUARTER * i, Part.HARMONY, p, 2 * QUARTER, 64) for i in range(4) for p in CHORDS["I"]]
    tick = QUARTER * len(SCALE)
    for roman in romans[:-1]:
        notes += [Note(tick, Part.HARMONY, pitch, 2 * QUARTER, 64) for pitch in CHORDS[roman]]
        top = 72 + (CHORDS[roman][2] - 72) % 12
        notes += [Note(tick + QUARTER * i, Part.MELODY, top, QUARTER, 64) for i in range(2)]
        tick += 2 * QUARTER
    notes += [Note(tick, Part.HARMONY, pitch, 4 * QUARTER, 64) for pitch in CHORDS[romans[-1]]]
    notes.append(Note(tick, Part.MELODY, sung, last_ticks, 64))
    return Phrase(tuple(sorted(notes)), tick + 4 * QUARTER, (4, 4), ((0, 100.0),), 0, Mode.IONIAN, "piano", 1)


@pytest.mark.parametrize(
    ("romans", "kind"),
    [
        (("IV", "V7", "I"), "authentic"),
        (("ii", "V", "I"), "authentic"),
        (("I", "IV", "I"), "plagal"),
        (("IV", "V"), "half"),
        (("IV", "V7", "vi"), "deceptive"),
        (("vi", "D7", "G"), "authentic"),  # the dominant seventh names the new key itself
    ],
)
def test_each_kind_is_heard(romans: tuple[str, ...], kind: str) -> None:
    assert [cadence.kind for cadence in hear_cadences(song(*romans))] == [kind]
    assert kinds(song(*romans)) == {kind: 1}


def test_a_chord_that_does_not_stand_on_its_root_closes_nothing() -> None:
    assert hear_cadences(song("IV", "V7", "I6")) == []


def test_a_melody_alone_has_no_cadences() -> None:
    phrase = song("IV", "V7", "I")
    alone = Phrase(phrase.part(Part.MELODY), phrase.length_ticks, (4, 4), phrase.tempo, 0, Mode.IONIAN, "piano", 1)
    assert hear_cadences(alone) == []


def test_phrases_end_before_rests_and_on_long_notes() -> None:
    lengths = [
        (480, 480),
        (480, 480),
        (480, 480),
        (480, 480),
        (240, 480),
        (480, 480),
        (480, 480),
        (480, 480),
        (960, 960),
    ]
    notes, tick = [], 0
    for length, step in [*lengths, *[(480, 480)] * 4]:
        notes.append(Note(tick, Part.MELODY, 60, length, 64))
        tick += step
    assert [note.onset_ticks for note in phrase_ends(notes)] == [4 * 480, 8 * 480, 13 * 480]
