"""MIDI files say what the phrase says, to every reader."""

import warnings
from io import BytesIO
from pathlib import Path

import mido
import numpy as np
import pytest
import symusic
from hypothesis import given, settings
from hypothesis import strategies as st

from mien import __version__
from mien.circumplex import affect_of
from mien.ensembles import ensemble, ensembles
from mien.errors import CannotWrite
from mien.music.brief import brief_from_affect
from mien.music.compose import compose_in_keys
from mien.music.midi import channels, midi_bytes, write_midi
from mien.music.perform import perform
from mien.music.spelling import accidentals, name, note_name, spell, with_fewest_signs
from mien.strokes import strike_once
from mien.values import Chord, Mark, Note, Part, Phrase
from mien.vocabulary import METERS, Mode
from mien.writing import provenance


@st.composite
def phrases(draw: st.DrawFn) -> Phrase:
    """Any performed phrase: overlaps, unisons, tempo steps and marks included."""
    band = draw(st.sampled_from(list(ensembles().values())))
    part = st.sampled_from(list(band.players))
    small = st.integers(0, 4000)
    note = st.builds(Note, small, part, st.integers(50, 60), st.integers(1, 3000), st.integers(1, 127))
    steps = draw(st.dictionaries(st.integers(1, 3900), st.floats(40, 200), max_size=5))
    return Phrase(
        notes=tuple(sorted(draw(st.lists(note, max_size=40)))),
        length_ticks=5760,
        meter=draw(st.sampled_from(METERS)),
        tempo=((0, 96.0), *sorted(steps.items())),
        tonic_pc=draw(st.integers(0, 11)),
        mode=draw(st.sampled_from(Mode)),
        ensemble=band.name,
        seed=7,
        marks=(Mark(0, "section", "A"), Mark(480, "cadence", "♭VI–i")),
    )


def rows(notes: tuple[Note, ...], part: Part) -> list[tuple[int, int, int, int]]:
    return sorted((n.onset_ticks, n.length_ticks, n.pitch_midi, n.velocity) for n in notes if n.part is part)


@settings(max_examples=50, deadline=None)
@given(phrases())
def test_symusic_reads_the_same_ticks(phrase: Phrase) -> None:
    score = symusic.Score.from_midi(midi_bytes(phrase))
    assert score.ticks_per_quarter == 480
    struck = strike_once(phrase.notes)
    found = [sorted((n.time, n.duration, n.pitch, n.velocity) for n in track.notes) for track in score.tracks]
    wanted = [rows(struck, part) for part in ensemble(phrase.ensemble).players]
    assert sorted(filter(None, found)) == sorted(filter(None, wanted))


@settings(max_examples=50, deadline=None)
@given(phrases())
def test_pretty_midi_reads_the_same_notes(phrase: Phrase) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pretty_midi reads pkg_resources, and grumbles about tempo on odd tracks
        import pretty_midi

        found = pretty_midi.PrettyMIDI(BytesIO(midi_bytes(phrase)))
    notes = [(n.start, n.end, n.pitch, n.velocity) for i in found.instruments for n in i.notes]
    struck = strike_once(phrase.notes)
    starts = phrase.seconds_at(np.array([n.onset_ticks for n in struck], dtype=np.int64))
    ends = phrase.seconds_at(np.array([n.end_ticks for n in struck], dtype=np.int64))
    wanted = [(s, e, n.pitch_midi, n.velocity) for s, e, n in zip(starts, ends, struck, strict=True)]
    assert sorted(r[2:] for r in notes) == sorted(r[2:] for r in wanted)
    # Whole microseconds a quarter: a rounding of half of one in 300,000 at most.
    assert np.allclose(sorted(r[0] for r in notes), sorted(r[0] for r in wanted), atol=1e-3)
    assert np.allclose(sorted(r[1] for r in notes), sorted(r[1] for r in wanted), atol=1e-3)


@settings(max_examples=50, deadline=None)
@given(phrases())
def test_striking_once_leaves_no_overlap_and_is_idempotent(phrase: Phrase) -> None:
    struck = strike_once(phrase.notes)
    assert strike_once(struck) == struck
    last: dict[tuple[Part, int], int] = {}
    for note in struck:
        assert last.get((note.part, note.pitch_midi), 0) <= note.onset_ticks
        last[note.part, note.pitch_midi] = note.end_ticks
    strokes = {(n.part, n.pitch_midi, n.onset_ticks) for n in phrase.notes}
    assert {(n.part, n.pitch_midi, n.onset_ticks) for n in struck} == strokes


@settings(max_examples=50, deadline=None)
@given(phrases())
def test_same_phrase_same_bytes(phrase: Phrase) -> None:
    assert midi_bytes(phrase) == midi_bytes(phrase)


def make(meter: tuple[int, int] = (4, 4), band: str = "quartet", mode: Mode = Mode.DORIAN) -> Phrase:
    notes = tuple(Note(0, part, 60, 480, 80) for part in sorted(ensemble(band).players))
    marks = (Mark(0, "section", "A"),)
    return Phrase(notes, 1920, meter, ((0, 60.0),), 2, mode, band, 42, marks=marks)


def test_head_says_tempo_meter_key_markers_and_origin() -> None:
    file = mido.MidiFile(file=BytesIO(midi_bytes(make((6, 8)), title="Étude")), charset="utf-8")
    assert (file.type, file.ticks_per_beat) == (1, 480)
    head = {m.type: m for m in file.tracks[0]}
    assert head["set_tempo"].tempo == 666667  # 60 dotted quarters are 90 quarters a minute
    assert (head["time_signature"].numerator, head["time_signature"].denominator) == (6, 8)
    assert head["key_signature"].key == "Am"  # D dorian: no accidental, minor third
    assert head["marker"].text == "section A"
    assert file.tracks[0].name == "Étude"
    texts = [m.text for m in file.tracks[0] if m.type == "text"]
    assert texts == [f"generated by mien {__version__}, seed 42", "D dorian"]
    assert provenance(42) == texts[0]


def test_the_signature_changes_where_the_key_does() -> None:
    brief = brief_from_affect(affect_of("happy"), seed=11, ensemble="piano", tonic_pc=0, mode=Mode.IONIAN)
    written, briefs = compose_in_keys(brief, 120, 11)
    file = mido.MidiFile(file=BytesIO(midi_bytes(perform(written, briefs), briefs=briefs)))
    told, tick = [], 0
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "key_signature":
            told.append((tick, message.key))
    homes = [(mark.onset_ticks, mark.text) for mark in written.marks if mark.text.endswith("in C major")]
    assert told[0] == (0, "C") and len(told) > 2 and told[-1][1] == "C"
    assert {tick for tick, key in told[1:] if key == "C"} == {tick for tick, _ in homes}


@pytest.mark.parametrize("band", ensembles())
def test_each_player_has_a_named_track_and_a_channel(band: str) -> None:
    players = ensemble(band).players
    file = mido.MidiFile(file=BytesIO(midi_bytes(make(band=band))))
    assert len(file.tracks) == 1 + len(players)
    used = set()
    for part, track in zip(sorted(players), file.tracks[1:], strict=True):
        assert players[part].instrument in track.name
        own = {m.channel for m in track if not m.is_meta}
        assert own == {channels(players)[part]}
        assert (own == {9}) == (part is Part.KIT)
        program = next(m.program for m in track if m.type == "program_change")
        assert program == (players[part].program or 0)
        assert {m.control for m in track if m.type == "control_change"} == {7, 10, 11, 91}
        used |= own
    assert len(used) == len(players)


def test_a_part_without_player_is_refused() -> None:
    kit = Phrase((Note(0, Part.KIT, 36, 10, 90),), 1920, (4, 4), ((0, 90.0),), 0, Mode.IONIAN, "piano", 1)
    with pytest.raises(ValueError, match="KIT has no player"):
        midi_bytes(kit)


def test_write_midi_tells_a_missing_folder(tmp_path: Path) -> None:
    write_midi(make(), tmp_path / "a.mid")
    assert (tmp_path / "a.mid").read_bytes() == midi_bytes(make())
    with pytest.raises(CannotWrite, match="nowhere"):
        write_midi(make(), tmp_path / "nowhere" / "a.mid")
    assert [p.name for p in tmp_path.iterdir()] == ["a.mid"]


@pytest.mark.parametrize(
    ("tonic", "mode", "fifths", "said"),
    [
        (2, Mode.DORIAN, 0, "D dorian"),
        (9, Mode.HARMONIC_MINOR, 0, "A harmonic minor"),
        (10, Mode.IONIAN, -2, "B♭ major"),
        (6, Mode.AEOLIAN, 3, "F♯ minor"),
        (3, Mode.AEOLIAN, -6, "E♭ minor"),
        (4, Mode.PHRYGIAN, 0, "E phrygian"),
        (5, Mode.LYDIAN, 0, "F lydian"),
        (8, Mode.IONIAN, -4, "A♭ major"),
    ],
)
def test_signatures(tonic: int, mode: Mode, fifths: int, said: str) -> None:
    key = with_fewest_signs(tonic, mode)
    assert (key.signature, key.name) == (fifths, said)


@pytest.mark.parametrize(
    ("pitch", "tonic", "mode", "said"),
    [(69, 9, Mode.AEOLIAN, "A4"), (71, 6, Mode.IONIAN, "C♭5"), (72, 1, Mode.HARMONIC_MINOR, "B♯4")],
)
def test_octaves_go_by_the_letter(pitch: int, tonic: int, mode: Mode, said: str) -> None:
    assert note_name(pitch, with_fewest_signs(tonic, mode)) == said


def test_scale_tones_are_diatonic_letters() -> None:
    for tonic in range(12):
        for mode in Mode:
            fifths = with_fewest_signs(tonic, mode).signature
            places = [spell((tonic + step) % 12, fifths) for step in mode.value]
            assert len({(p + 1) % 7 for p in places}) == 7, f"{tonic} {mode}: a letter twice"
            assert all(abs(accidentals(p)) <= 2 for p in places)


@pytest.mark.parametrize(
    ("pcs", "tonic", "mode", "names"),
    [
        ((11, 3, 6, 9), 9, Mode.AEOLIAN, "B D♯ F♯ A"),  # V7/V
        ((8, 11, 2, 5), 9, Mode.HARMONIC_MINOR, "G♯ B D F"),  # vii°7
        ((6, 9, 0, 3), 0, Mode.AEOLIAN, "F♯ A C E♭"),  # vii°7/V
        ((1, 5, 8), 0, Mode.IONIAN, "D♭ F A♭"),  # Neapolitan
        ((0, 4, 8), 0, Mode.IONIAN, "C E G♯"),  # augmented
        ((5, 8, 0), 0, Mode.IONIAN, "F A♭ C"),  # borrowed iv
        ((0, 4, 7, 10), 0, Mode.IONIAN, "C E G B♭"),  # V7/IV
    ],
)
def test_chords_are_spelled_from_their_root(pcs: tuple[int, ...], tonic: int, mode: Mode, names: str) -> None:
    chord = Chord(0, 480, pcs, pcs[0], "", "")
    assert " ".join(name(spell(pc, with_fewest_signs(tonic, mode).signature, chord)) for pc in pcs) == names
