"""Players of single notes give way where parts would go in consecutive fifths or octaves."""

from itertools import combinations, pairwise

import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.harmony import Slot
from mien.music.melody import Sung
from mien.music.part_writing import led_apart
from mien.music.texture import Stroke, Voice
from mien.music.theory import harmony
from mien.values import Note, Part
from mien.vocabulary import Mode

METER = (4, 4)
TONIC = harmony("I", Mode.IONIAN, "T")
SLOTS = (Slot(0, 1920, TONIC, 48), Slot(1920, 1920, harmony("ii", Mode.IONIAN, "S"), 50))
VOICES = {
    Part.HARMONY: Voice(Part.HARMONY, 48, 72, monophonic=True),
    Part.RHYTHM: Voice(Part.RHYTHM, 36, 60, monophonic=True),
}


def strokes(part: Part, *pitches: int, length: int = 960) -> list[Stroke]:
    return [Stroke(place * length, length, pitch, part) for place, pitch in enumerate(pitches)]


def pitches(found: list[Stroke], part: Part) -> list[int]:
    return [stroke.pitch_midi for stroke in found if stroke.part is part]


def sung(*notes: int) -> list[Sung]:
    return [Sung(place * 1920, 1920, 0, pitch) for place, pitch in enumerate(notes)]


def direct_parallels(one: tuple[Note, ...], other: tuple[Note, ...]) -> tuple[int, int]:
    """How often two parts leave together what sounded right before in parallel fifths or octaves, and how often they
    move together at all."""
    moves = parallels = 0
    lines = [{note.onset_ticks: (before, note) for before, note in pairwise(part)} for part in (one, other)]
    for tick in lines[0].keys() & lines[1].keys():
        (a, b), (c, d) = lines[0][tick], lines[1][tick]
        up, along = b.pitch_midi - a.pitch_midi, d.pitch_midi - c.pitch_midi
        if up and along and a.end_ticks == tick == c.end_ticks:
            moves += 1
            here, there = abs(a.pitch_midi - c.pitch_midi) % 12, abs(b.pitch_midi - d.pitch_midi) % 12
            parallels += up * along > 0 and here == there and here in (0, 7)
    return parallels, moves


@pytest.mark.parametrize(("emotion", "most"), [("happy", 0.012), ("surprise", 0.01), ("calm", 0.03), ("fear", 0.008)])
def test_the_parts_of_a_quartet_seldom_go_in_fifths_or_octaves(emotion: str, most: float) -> None:
    parallels = moves = 0  # .014 to .058 if nobody gives way
    for seed in range(1, 9):
        phrase = compose(brief_from_affect(affect_of(emotion), ensemble="quartet", seed=seed), 60, seed)
        for one, other in combinations([Part.MELODY, Part.TEXTURE, Part.HARMONY, Part.RHYTHM], 2):
            found, all_moves = direct_parallels(phrase.part(one), phrase.part(other))
            parallels, moves = parallels + found, moves + all_moves
    assert parallels / moves < most


def test_an_inner_note_gives_way_to_parallel_octaves_with_the_bass() -> None:
    played = [*strokes(Part.HARMONY, 60, 62, length=1920), *strokes(Part.RHYTHM, 48, 50, length=1920)]
    found = led_apart(played, SLOTS, sung(76, 77), VOICES, {}, METER)
    assert pitches(found, Part.RHYTHM) == [48, 50]
    assert pitches(found, Part.HARMONY) != [60, 62]
    for stroke, slot in zip(found, SLOTS, strict=False):
        assert stroke.pitch_midi % 12 in {pc % 12 for pc in slot.harmony.pcs}


def test_octaves_from_one_beat_together_to_the_next_count_too() -> None:
    viola = [*strokes(Part.HARMONY, 60, 64, 67, 64, length=480), Stroke(1920, 1920, 62, Part.HARMONY)]
    found = led_apart([*viola, *strokes(Part.RHYTHM, 48, 50, length=1920)], SLOTS, sung(76, 77), VOICES, {}, METER)
    line = pitches(found, Part.HARMONY)
    assert (line[0] % 12, line[-1] % 12) != (0, 2)


def test_what_came_before_the_phrase_counts() -> None:
    past = {Part.HARMONY: Stroke(-960, 960, 62, Part.HARMONY), Part.RHYTHM: Stroke(-960, 960, 50, Part.RHYTHM)}
    played = [Stroke(0, 1920, 60, Part.HARMONY), Stroke(0, 1920, 48, Part.RHYTHM)]
    assert pitches(led_apart(played, SLOTS, sung(76), VOICES, {}, METER), Part.HARMONY) == [60]
    assert pitches(led_apart(played, SLOTS, sung(76), VOICES, past, METER), Part.HARMONY) != [60]


def test_what_only_passes_stays() -> None:
    viola = [*strokes(Part.HARMONY, 64, 62, length=960), Stroke(1920, 1920, 62, Part.HARMONY)]
    bass = strokes(Part.RHYTHM, 52, 50, length=960)  # octaves into a tone that is foreign to the chord
    assert led_apart([*viola, *bass], SLOTS, sung(79, 81), VOICES, {}, METER)[1].pitch_midi == 62


def test_the_only_third_of_a_chord_stays() -> None:
    played = strokes(Part.HARMONY, 64, 65, length=1920)
    assert led_apart(played, SLOTS, sung(71, 72), VOICES, {}, METER) == played
    assert led_apart(played, SLOTS, sung(76, 77), VOICES, {}, METER) != played  # the tune has it, in octaves


def test_who_plays_chords_is_left_alone() -> None:
    played = [*strokes(Part.HARMONY, 60, 62, length=1920), *strokes(Part.RHYTHM, 48, 50, length=1920)]
    several = {**VOICES, Part.HARMONY: Voice(Part.HARMONY, 48, 72, monophonic=False)}
    assert led_apart(played, SLOTS, sung(76, 77), several, {}, METER) == played


def test_a_bass_on_a_pedal_stays() -> None:
    slots = (Slot(0, 1920, TONIC, 48), Slot(1920, 1920, TONIC, 48))
    bass = strokes(Part.RHYTHM, 48, 55, 48, 55)
    tune = [Sung(place * 960, 960, 0, pitch) for place, pitch in enumerate((72, 79, 72, 79))]
    assert led_apart(bass, slots, tune, VOICES, {}, METER) == bass
