"""What one pair of hands plays stays within its reach, or leaves it time to leap."""

from collections import defaultdict

import pytest

from mien.circumplex import affect_of
from mien.ensembles import ensembles
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.hands import LEAP_S, REACH_SEMITONES, in_the_right_hand
from mien.music.rhythm import beat_ticks
from mien.values import Part, Phrase


def in_the_left_hand(phrase: Phrase) -> dict[int, list[int]]:
    """Pitches that the left hand strikes, by tick."""
    right = in_the_right_hand(phrase, list(ensembles()["piano"].players))
    struck: dict[int, list[int]] = defaultdict(list)
    for note in phrase.notes:
        if note not in right:
            struck[note.onset_ticks].append(note.pitch_midi)
    return struck


@pytest.mark.parametrize("emotion", ["happy", "angry", "surprise", "neutral"])
def test_the_left_hand_of_a_pianist_seldom_stretches_beyond_a_tenth(emotion: str) -> None:
    strokes = wide = beats = two_octaves = 0
    for seed in range(1, 7):
        phrase = compose(brief_from_affect(affect_of(emotion), seed=seed), 40, seed)
        beat = beat_ticks(phrase.meter)
        struck = in_the_left_hand(phrase)
        strokes += len(struck)
        wide += sum(max(chord) - min(chord) > REACH_SEMITONES for chord in struck.values())
        fast: dict[int, list[int]] = defaultdict(list)
        for tick, chord in struck.items():
            fast[tick // beat] += chord
        if beat / 2 * 60 / (phrase.tempo[0][1] * beat) < LEAP_S:  # half a beat is no time to leap
            beats += len(fast)
            two_octaves += sum(max(chord) - min(chord) >= 24 for chord in fast.values())
    assert wide <= 0.09 * strokes
    assert two_octaves <= 0.04 * beats


def test_two_hands_are_those_of_a_pianist() -> None:
    assert [name for name, players in ensembles().items() if players.by_hand] == ["piano"]
    assert ensembles()["musicbox"].solo and Part.MELODY in ensembles()["musicbox"].players
