"""MIDI files, ours and others, become phrases that can be measured; damaged ones are refused in one line."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mido
import pytest

from mien.errors import BadInput
from mien.instrument import compose
from mien.lab.scores.any_midi import FEWEST_NOTES, heard_key, read_midi
from mien.lab.scores.real_music import as_written, measure_as_real, real_music
from mien.music.midi import write_midi
from mien.values import Note, Part, Phrase
from mien.vocabulary import Mode


def write(
    path: Path, notes: list[tuple[int, int, int]], per_quarter: int = 96, meter: tuple[int, int] = (4, 4)
) -> Path:
    """A file of one track: (onset, length, pitch) in quarters times `per_quarter`."""
    file = mido.MidiFile(type=0, ticks_per_beat=per_quarter)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1]))
    track.append(mido.MetaMessage("set_tempo", tempo=400_000))
    events = [(on, "note_on", p) for on, _, p in notes] + [(on + length, "note_off", p) for on, length, p in notes]
    now = 0
    for tick, kind, pitch in sorted(events, key=lambda event: (event[0], event[1] == "note_on")):
        track.append(mido.Message(kind, note=pitch, velocity=64, time=tick - now))
        now = tick
    file.save(path)
    return path


def test_measuring_needs_no_training_library() -> None:
    code = "import sys, mien.app.measure, mien.lab.scores.real_music; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "mien.lab.scores.measures" in loaded
    assert not {"keras", "tensorflow", "scipy", "cv2"} & set(loaded)


def test_our_own_files_come_back_with_parts_key_and_marks(tmp_path: Path) -> None:
    for band in ("quartet", "electronic", "piano"):
        piece = compose("sad", seconds=20, seed=3, ensemble=band, key="Eb dorian", meter=(6, 8))
        write_midi(piece.performed, tmp_path / "a.mid", title="x")
        phrase = read_midi(tmp_path / "a.mid")
        assert (phrase.ensemble, phrase.meter, phrase.tonic_pc, phrase.mode) == (band, (6, 8), 3, Mode.DORIAN)
        assert phrase.length_s == pytest.approx(piece.performed.length_s, rel=0.02)
        for part in Part:
            assert len(phrase.part(part)) == len(piece.performed.part(part))
        cadences = [mark.text for mark in piece.written.marks if mark.kind == "cadence"]
        assert [mark.text for mark in phrase.marks if mark.kind == "cadence"] == cadences


def test_other_files_are_heard(tmp_path: Path) -> None:
    tune = [(96 * i, 90, 72 + step) for i, step in enumerate((0, 2, 4, 5, 7, 5, 4, 2) * 2)]
    chords = [(384 * i, 380, pitch) for i in range(4) for pitch in (36, 52, 55)]
    phrase = read_midi(write(tmp_path / "a.mid", tune + chords))
    assert [note.pitch_midi for note in phrase.part(Part.MELODY)] == [pitch for _, _, pitch in sorted(tune)]
    assert [note.pitch_midi for note in phrase.part(Part.RHYTHM)] == [36] * 4
    assert len(phrase.part(Part.HARMONY)) == 8
    assert {note.onset_ticks % 60 for note in phrase.notes} == {0}
    assert (phrase.tonic_pc, phrase.mode) == (0, Mode.IONIAN)
    assert phrase.tempo == ((0, 150.0),)


def test_a_low_note_under_a_held_one_is_no_melody(tmp_path: Path) -> None:
    held = [(384 * i, 384, 76) for i in range(6)]
    below = [(384 * i + 96, 90, 60) for i in range(6)]
    phrase = read_midi(write(tmp_path / "a.mid", held + below))
    assert {note.pitch_midi for note in phrase.part(Part.MELODY)} == {76}


@pytest.mark.parametrize(
    ("steps", "wanted"), [((0, 2, 4, 5, 7, 9, 11, 0, 7, 4), Mode.IONIAN), ((0, 2, 3, 5, 7, 8, 0, 3, 7), Mode.AEOLIAN)]
)
@pytest.mark.parametrize("tonic", [0, 5, 10])
def test_keys_are_heard(steps: tuple[int, ...], wanted: Mode, tonic: int) -> None:
    assert heard_key(60 + tonic + step for step in steps) == (tonic, wanted)


@pytest.mark.parametrize("content", [b"", b"rubbish", b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\x40\0\x90"])
def test_damaged_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mid").write_bytes(content)
    with pytest.raises(BadInput, match=r"a\.mid: .*MIDI"):
        read_midi(tmp_path / "a.mid")
    with pytest.raises(BadInput, match="cannot be read"):
        read_midi(tmp_path / "none.mid")


def test_too_few_notes_are_refused(tmp_path: Path) -> None:
    few = [(96 * i, 96, 60) for i in range(FEWEST_NOTES - 1)]
    with pytest.raises(BadInput, match="fewer than"):
        read_midi(write(tmp_path / "a.mid", few))


def test_real_music_lies_where_its_percentiles_say(tmp_path: Path) -> None:
    for name, real in real_music().items():
        assert real.low <= real.middle <= real.high, name
        assert real.corpus in ("songs", "piano")
    piece = compose("happy", seconds=60, seed=5)
    write_midi(piece.performed, tmp_path / "a.mid")
    measured = measure_as_real(read_midi(tmp_path / "a.mid"))
    assert set(real_music()) <= set(measured)
    assert measured["cadence_rate"] and 0.1 < measured["cadence_rate"] < 1
    assert measured["scale_consistency"] and measured["scale_consistency"] > 0.8


def test_silence_before_and_drums_beside_change_nothing_that_is_heard(tmp_path: Path) -> None:
    tune = [(96 * i, 90, 60 + (i * 5) % 12) for i in range(24)]
    plain = read_midi(write(tmp_path / "a.mid", tune))
    late = read_midi(write(tmp_path / "b.mid", [(on + 96 * 400, length, pitch) for on, length, pitch in tune]))
    drums = tuple(Note(480 * i, Part.KIT, 36, 60, 90) for i in range(16))
    with_drums = replace(plain, notes=tuple(sorted([*plain.notes, *drums])))
    for name in ("note_rate", "pitch_spread", "pitch_class_entropy", "polyphony"):
        wanted = measure_as_real(plain)[name]
        assert measure_as_real(late)[name] == pytest.approx(wanted)
        assert measure_as_real(with_drums)[name] == pytest.approx(wanted)


def test_a_melody_alone_has_no_cadence_rate_and_touch_is_no_rest(tmp_path: Path) -> None:
    staccato = [(96 * i, 60, 60 + i) for i in range(16)]
    phrase = read_midi(write(tmp_path / "a.mid", staccato))
    measured = measure_as_real(phrase)
    assert measured["cadence_rate"] is None
    assert measured["rest_share"] == 0
    line = tuple(Note(480 * i, Part.MELODY, 60 + i, 480, 60) for i in (0, 1, 2, 4, 5))
    with_rest = Phrase(line, 2880, (4, 4), ((0, 60.0),), 0, Mode.IONIAN, "piano", 1)
    assert as_written(with_rest) == with_rest
