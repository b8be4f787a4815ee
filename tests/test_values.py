"""Values refuse nonsense, protect their arrays and compare by content."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.account import account_of_affect
from mien.clock import OfflineClock, WallClock
from mien.ensembles import ensemble, ensembles
from mien.errors import BadInput
from mien.values import CANNOT_TELL, CANNOT_TELL_DOUBT, Affect, Audio, Brief, Cues, Frame, Note, Part, Phrase
from mien.vocabulary import BRIEF_NUMBERS, EIGHT, EMOTIONS, Mode

EVEN = (0.125,) * 8


def phrase(**changes) -> Phrase:
    fields = {
        "notes": (Note(0, Part.MELODY, 60, 480, 80),), "length_ticks": 1920, "meter": (4, 4), "tempo": ((0, 120.0),),
        "tonic_pc": 0, "mode": Mode.IONIAN, "ensemble": "piano", "seed": 1,
    }  # fmt: skip
    return Phrase(**(fields | changes))


def test_arrays_are_copied_and_protected():
    pixels = np.zeros((4, 5, 3), dtype=np.uint8)
    frame = Frame(0.0, pixels)
    pixels[:] = 9
    assert frame.rgb.max() == 0
    with pytest.raises(ValueError, match="read-only"):
        frame.rgb[0, 0, 0] = 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Frame(0.0, np.zeros((4, 5), np.uint8)), "Frame.rgb: shape"),
        (lambda: Frame(0.0, np.full((4, 5, 3), 0.9)), "Frame.rgb: float64 given, uint8 wanted"),
        (lambda: Frame(0.0, np.full((4, 5, 3), 300)), "Frame.rgb: int64 given, uint8 wanted"),
        (lambda: Cues(0.0, np.zeros(2), np.array([0.2, 0.0])), "Cues.valid: float64 given, bool wanted"),
        (lambda: Cues(0.0, np.array([np.nan]), np.array([True])), "not finite"),
        (lambda: Cues(0.0, np.zeros(3), np.zeros(2, bool)), "Cues.valid: shape"),
        (lambda: Affect(0.0, (1.0,), 0, 0, 0), "1 numbers given, 8 wanted"),
        (lambda: Affect(0.0, (0.5,) + (0.0,) * 7, 0, 0, 0), "not to 1"),
        (lambda: Affect(0.0, EVEN, float("nan"), 0, 0), "Affect.valence"),
        (lambda: Affect(0.0, EVEN, 0, 0, 0, (0.5, 0.5, 0.5, 0.5)), "Affect.shares"),
        (lambda: Brief(300, 0, Mode.IONIAN), "Brief.tempo_bpm: 300 given, 40 to 200 allowed"),
        (lambda: Brief(90, 0, Mode.IONIAN, meter=(7, 8)), "Brief.meter"),
        (lambda: Note(0, Part.MELODY, 128, 1, 64), "Note.pitch_midi"),
        (lambda: Note(0, Part.MELODY, 60, 0, 64), "Note.length_ticks"),
        (lambda: phrase(tempo=((5, 120.0),)), "first step"),
        (lambda: phrase(length_ticks=0), "begins after the end"),
        (lambda: Audio(np.zeros(10), 48000), "Audio.samples: shape"),
    ],
)
def test_nonsense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_first_reading_wins():
    assert Affect(0.0, (0.1, 0.6, 0.3) + (0.0,) * 5, 0, 0, 0).emotion == EMOTIONS[1]
    assert Affect(0.0, (0.1, 0.6, 0.3) + (0.0,) * 5, 0, 0, 0).first is EIGHT[1]


def test_a_reading_of_too_much_doubt_names_no_emotion():
    probs = (0.1, 0.6, 0.3) + (0.0,) * 5
    sure, lost = (Affect(0.0, probs, 0, 0, doubt) for doubt in (CANNOT_TELL_DOUBT, CANNOT_TELL_DOUBT + 0.01))
    assert sure.tells and sure.reads_as == EMOTIONS[1]
    assert not lost.tells and lost.reads_as == CANNOT_TELL
    assert lost.emotion == EMOTIONS[1]  # what it would be, if it had to be guessed
    assert account_of_affect(lost)["reads_as"] == "cannot tell"


@given(st.lists(st.tuples(st.integers(1, 2000), st.floats(40, 200)), min_size=1, max_size=6))
def test_seconds_follow_the_tempo(steps):
    ticks = np.cumsum([0] + [length for length, _ in steps])
    tempo = tuple((int(t), bpm) for t, (_, bpm) in zip(ticks, steps, strict=False))
    whole = phrase(notes=(), tempo=tempo, length_ticks=int(ticks[-1]))
    by_hand = sum(length * 60 / (bpm * 480) for length, bpm in steps)
    assert whole.length_s == pytest.approx(by_hand)


def test_compound_beats_are_dotted():
    assert phrase(notes=(), meter=(6, 8), tempo=((0, 60.0),), length_ticks=1440).length_s == pytest.approx(2.0)


def test_ensembles_are_whole():
    for band in ensembles().values():
        assert Part.MELODY in band.players and Part.RHYTHM in band.players
        for player in band.players.values():
            assert 0 <= player.low_midi < player.high_midi <= 127 and abs(player.pan) <= 1
            assert (player.program is None) == (player.part is Part.KIT)
            assert band.solo or player.short, "the later systems of a score need a short name"
    with pytest.raises(BadInput, match="unknown ensemble 'kazoo': choose one of piano"):
        ensemble("kazoo")


def test_clocks():
    offline, wall = OfflineClock(), WallClock()
    offline.wait(2.5)
    offline.wait(-1)
    assert offline.now_s == 2.5
    before = wall.now_s
    wall.wait(0)
    assert wall.now_s >= before >= 0


def test_every_number_of_a_brief_has_its_range_in_one_table() -> None:
    assert {field.name for field in fields(Brief) if field.type is float} == set(BRIEF_NUMBERS)
