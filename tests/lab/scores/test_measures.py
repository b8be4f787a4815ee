"""Measures say what they say on music whose numbers are known."""

from statistics import median

import pytest

from mien.circumplex import affect_of
from mien.lab.scores.measures import MEASURES, measure
from mien.lab.scores.real_music import real_music
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.values import Note, Part, Phrase
from mien.vocabulary import Mode


def phrase_of(*notes: tuple[int, Part, int, int]) -> Phrase:
    return Phrase(
        notes=tuple(sorted(Note(onset, part, pitch, length, 64) for onset, part, pitch, length in notes)),
        length_ticks=1920,
        meter=(4, 4),
        tempo=((0, 120.0),),
        tonic_pc=0,
        mode=Mode.IONIAN,
        ensemble="piano",
        seed=0,
    )


def line(*pitches: int, part: Part = Part.MELODY) -> list[tuple[int, Part, int, int]]:
    return [(480 * i, part, pitch, 480) for i, pitch in enumerate(pitches)]


def test_intervals_are_told_apart() -> None:
    found = measure(phrase_of(*line(60, 62, 62, 67)))
    assert (found["step_share"], found["repeat_share"], found["leap_share"]) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_entropy_scale_and_polyphony_of_a_chord() -> None:
    found = measure(phrase_of(*[(0, Part.HARMONY, pitch, 960) for pitch in (60, 64, 67, 66)], *line(72, 72, 72, 72)))
    assert found["scale_consistency"] == pytest.approx(7 / 8)
    assert found["polyphony"] == pytest.approx((5 * 8 + 1 * 8) / 16)
    assert found["pitch_class_entropy"] == pytest.approx(1.5487949)


def test_parallel_fifths_are_found_and_contrary_motion_is_not() -> None:
    fifths = [*line(67, 69), *line(48, 50, part=Part.RHYTHM)]
    contrary = [*line(67, 64), *line(48, 49, part=Part.RHYTHM)]
    assert measure(phrase_of(*fifths, *[(960, Part.MELODY, 69, 480)]))["parallel_share"] == 1
    assert measure(phrase_of(*contrary, *[(960, Part.MELODY, 64, 480)]))["parallel_share"] == 0


def test_rests_and_empty_beats_are_counted() -> None:
    found = measure(phrase_of(*line(60, 62, 64)[:3]))
    assert found["rest_share"] == found["empty_beats"] == pytest.approx(0.25)


def test_cadences_are_counted_by_the_bar() -> None:
    chords = [
        (onset, Part.HARMONY, pitch, 480)
        for onset, pitches in ((0, (48, 64, 67)), (480, (53, 57, 60)), (960, (43, 59, 65)), (1440, (48, 64, 67)))
        for pitch in pitches
    ]
    assert measure(phrase_of(*line(72, 72, 71, 72), *chords))["cadence_rate"] == 1
    assert measure(phrase_of(*line(72, 72, 71, 72)))["cadence_rate"] == 0


@pytest.mark.parametrize("emotion", ["happy", "angry", "sad", "neutral", "calm"])
def test_our_music_lies_where_songs_lie(emotion: str) -> None:
    """Limits: the 5 to 95 % range of the voices of the OpenScore Lieder; outer parts as Huron 2001 asks."""
    pieces = [compose(brief_from_affect(affect_of(emotion), seed=seed), 60, seed) for seed in range(40)]
    measured = [measure(piece) for piece in pieces]
    mean = {name: sum(row[name] for row in measured) / len(measured) for name in MEASURES}
    assert 0.29 <= mean["step_share"] <= 0.68
    assert 0.05 <= mean["repeat_share"] <= 0.45
    assert 0.05 <= mean["leap_share"] <= 0.27
    assert 0.03 <= mean["rest_share"] <= 0.30
    assert 12 <= mean["melodic_range"] <= 21
    assert median(row["motif_recurrence"] for row in measured) >= 0.43  # as theirs: what is sung comes again
    assert mean["note_rate"] >= 2.33  # EMOPIA's 5th percentile: slow music flows
    assert mean["cadence_rate"] >= real_music()["cadence_rate"].middle  # the songs' median, by the same ears
    assert mean["parallel_share"] < 0.01
