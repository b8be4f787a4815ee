"""How a key is written: as it was asked for, or with the fewest signs; one value says so to all who name it."""

from dataclasses import replace
from io import BytesIO

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien import compose, lead
from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect, with_reasons_of
from mien.music.key import parse_key
from mien.music.midi import midi_bytes
from mien.music.score.signs import signatures
from mien.music.spelling import (
    MOST_SIGNS,
    WrittenKey,
    accidentals,
    as_spelled,
    letter,
    name,
    near,
    note_name,
    pc_of,
    spell,
    why_respelled,
    with_fewest_signs,
    written_key,
)
from mien.values import Brief
from mien.vocabulary import Mode

PLACES = range(-8, 13)
"""F♭ to B♯: every tonic that can be asked for."""
SEMITONES = dict(zip("CDEFGAB", (0, 2, 4, 5, 7, 9, 11), strict=True))

written_keys = st.one_of(
    st.builds(as_spelled, st.sampled_from(PLACES), st.sampled_from(Mode)),
    st.builds(with_fewest_signs, st.integers(0, 11), st.sampled_from(Mode)),
    st.builds(
        near,
        st.integers(0, 11),
        st.sampled_from(Mode),
        st.builds(as_spelled, st.sampled_from(PLACES), st.sampled_from(Mode)),
    ),
)


@given(written_keys)
def test_a_written_key_is_read_back_as_it_was_written(key: WrittenKey) -> None:
    assert parse_key(key.name) == (key.tonic_fifths, key.mode)
    assert as_spelled(*parse_key(key.name)) == key
    brief = Brief(90, pc_of(key.tonic_fifths), key.mode, tonic_fifths=key.tonic_fifths)
    assert written_key(brief) == key and not why_respelled(brief)


@given(written_keys, st.integers(36, 96))
def test_its_signature_can_be_printed_and_spells_its_scale_on_seven_letters(key: WrittenKey, pitch: int) -> None:
    assert abs(key.signature) <= MOST_SIGNS
    places = [spell((pc_of(key.tonic_fifths) + step) % 12, key.signature) for step in key.mode.value]
    assert places[0] == key.tonic_fifths
    assert len({letter(place) for place in places}) == 7
    told = note_name(pitch, key)
    signs = told.count("♯") - told.count("♭")
    assert 12 * (int(told.lstrip("ABCDEFG♯♭")) + 1) + SEMITONES[told[0]] + signs == pitch


@given(st.sampled_from(PLACES), st.sampled_from(Mode))
def test_a_spelling_is_kept_where_it_can_be_printed_and_sounds_the_same_where_not(place: int, mode: Mode) -> None:
    key, asked = as_spelled(place, mode), WrittenKey(place, mode)
    assert (key == asked) is (abs(asked.signature) <= MOST_SIGNS)
    assert pc_of(key.tonic_fifths) == pc_of(place)


@pytest.mark.parametrize(
    ("asked", "said", "why"),
    [
        ("F# major", "F♯ major", ""),
        ("Gb major", "G♭ major", ""),
        ("C# maj", "C♯ major", ""),
        ("Cb lydian", "C♭ lydian", ""),
        ("D#m", "D♯ minor", ""),
        ("G# minor", "G♯ minor", ""),
        ("G# major", "A♭ major", "G♯ major would take 8 sharps"),
        ("Gb minor", "F♯ minor", "G♭ minor would take 9 flats"),
        ("B# major", "C major", "B♯ major would take 12 sharps"),
        ("Fb phrygian", "E phrygian", "F♭ phrygian would take 12 flats"),
    ],
)
def test_a_key_comes_back_as_it_was_asked_for_or_says_why_not(asked: str, said: str, why: str) -> None:
    place, mode = parse_key(asked)
    brief = brief_from_affect(affect_of("happy"), tonic_fifths=place, mode=mode)
    assert (written_key(brief).name, why_respelled(brief)) == (said, why)
    told = next(reason.because for reason in brief.reasons if reason.field == "tonic_pc")
    assert told == f"{said.split()[0]}: asked for" + (f"; {why}" if why else "")


def test_a_key_that_nobody_spelled_takes_the_fewest_signs() -> None:
    brief = brief_from_affect(affect_of("happy"), tonic_pc=6, mode=Mode.IONIAN)
    assert brief.tonic_fifths is None
    assert written_key(brief).name == "G♭ major"
    assert written_key(replace(brief, mode=Mode.AEOLIAN)).name == "F♯ minor"


def test_a_brief_refuses_a_spelling_of_another_tonic() -> None:
    with pytest.raises(ValueError, match=r"Brief.tonic_fifths: 6 given, one of \[-5, 7\] allowed"):
        Brief(90, 1, Mode.IONIAN, tonic_fifths=6)


def test_a_reason_that_stays_names_the_tonic_as_the_new_mode_writes_it() -> None:
    happy, sad = (brief_from_affect(affect_of("calm"), tonic_pc=6, mode=mode) for mode in (Mode.IONIAN, Mode.AEOLIAN))
    told = {reason.field: reason.because for reason in with_reasons_of(happy, sad).reasons}
    assert told["tonic_pc"] == "F♯: asked for"


@pytest.mark.parametrize(
    ("emotion", "sharp", "flat"), [("happy", "F# major", "Gb major"), ("sad", "D# minor", "Eb minor")]
)
def test_two_spellings_are_one_music(emotion: str, sharp: str, flat: str) -> None:
    """A piece that leaves its key: the same notes and chords, and all its keys on the side of the home key."""
    pieces = [compose(emotion, seconds=90, seed=4, key=key) for key in (sharp, flat)]
    one, other = ((piece.performed.notes, piece.written.chords) for piece in pieces)
    assert one == other
    for piece, sign, fifths in zip(pieces, "♯♭", (6, -6), strict=True):
        home, *others = signatures(piece.written, piece.briefs)
        assert home == fifths and len(set(others)) > 1
        assert all(abs(other - home) <= 6 for other in others)
        marked = [mark.text.split(", in ")[1] for mark in piece.written.marks if ", in " in mark.text]
        assert marked and all("♯♭".replace(sign, "") not in key for key in marked)
        (told,) = (text for text in texts(midi_bytes(piece.performed, briefs=piece.briefs)) if sign in text)
        assert told == piece.account()["key"] == written_key(piece.brief).name
        assert parse_key(told)[0] == piece.brief.tonic_fifths


def texts(content: bytes) -> list[str]:
    """The texts in the first track of a MIDI file."""
    (head, *_) = mido.MidiFile(file=BytesIO(content), charset="utf-8").tracks
    return [message.text for message in head if message.type == "text"]


def test_a_mood_that_turns_keeps_the_spelling_wherever_the_mode_allows_it() -> None:
    piece = lead("sad", "happy", seconds=40, seed=2, key="Gb")
    written = {written_key(brief) for _, brief in piece.briefs}
    assert {key.mode for key in written} >= {Mode.IONIAN}
    for key in written:
        assert key == as_spelled(-6, key.mode)
    assert {name(key.tonic_fifths) for key in written if key.mode is Mode.IONIAN} == {"G♭"}
    for _, brief in piece.briefs:
        told = next(reason.because for reason in brief.reasons if reason.field == "tonic_pc")
        aimed = told.removeprefix("stays until the next cadence, then ")
        assert aimed[0] in "FG" and accidentals(parse_key(aimed[:2])[0]) in (1, -1)
