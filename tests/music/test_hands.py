"""Hands take what they reach: chords are parted, figures are not, the last chord lies in both."""

from dataclasses import replace

import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.hands import REACH_SEMITONES, in_the_right_hand
from mien.values import Note, Part, Phrase
from mien.vocabulary import Mode

PARTS = (Part.MELODY, Part.HARMONY, Part.TEXTURE, Part.RHYTHM)


def bar(*notes: Note) -> Phrase:
    return Phrase(tuple(sorted(notes)), 1920, (4, 4), ((0, 100.0),), 0, Mode.IONIAN, "piano", 1)


def chord(*pitches: int) -> list[Note]:
    return [Note(0, Part.HARMONY, pitch, 1920, 64) for pitch in pitches]


MELODY, BASS = Note(0, Part.MELODY, 72, 1920, 64), Note(0, Part.RHYTHM, 36, 1920, 64)


def test_melody_and_bass_have_a_hand_each() -> None:
    assert in_the_right_hand(bar(MELODY, BASS), PARTS) == {MELODY}
    assert in_the_right_hand(bar(MELODY, BASS), (Part.RHYTHM,)) == set()


def test_a_wide_chord_lies_in_both_hands() -> None:
    phrase = bar(MELODY, BASS, *chord(48, 60, 64))
    right = sorted(note.pitch_midi for note in in_the_right_hand(phrase, PARTS))
    assert right == [60, 64, 72]


def test_a_figure_of_single_notes_stays_in_one_hand() -> None:
    figure = [Note(240 * i, Part.TEXTURE, pitch, 240, 64) for i, pitch in enumerate((48, 55, 60, 64, 60, 55, 48, 55))]
    right = in_the_right_hand(bar(MELODY, BASS, *figure), PARTS)
    assert not right & set(figure)


@pytest.mark.parametrize("emotion", ["happy", "sad", "calm", "neutral"])
def test_the_last_chord_can_be_reached(emotion: str) -> None:
    for seed in range(6):
        phrase = compose(brief_from_affect(affect_of(emotion), seed=seed), 45, seed)
        right = in_the_right_hand(phrase, PARTS)
        last = [note for note in phrase.notes if note.end_ticks == phrase.length_ticks]
        for hand in ([n for n in last if n in right], [n for n in last if n not in right]):
            pitches = [note.pitch_midi for note in hand]
            assert max(pitches) - min(pitches) <= REACH_SEMITONES + 3, (seed, pitches)


def test_hands_move_with_the_key() -> None:
    brief = brief_from_affect(affect_of("calm"), seed=2)
    phrase = compose(replace(brief, tonic_pc=0), 20, 2)
    assert {note.part for note in in_the_right_hand(phrase, PARTS)} >= {Part.MELODY}
