"""Scores: every bar of every voice is full, says what the phrase says, and is engraved without a complaint."""

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mien.ensembles import ensembles
from mien.errors import CannotWrite
from mien.music.engrave import engrave, stack, write_svg
from mien.music.notation import VALUES, Symbol, beam, write_bar, write_line
from mien.music.perform import Briefs
from mien.music.score import musicxml
from mien.music.signs import Sign, signs_above, signs_below, slurs
from mien.music.staves import Staff, octave_lines
from mien.values import METERS, Brief, Chord, Mark, Mode, Note, Part, Phrase

BAR = {meter: meter[0] * 1920 // meter[1] for meter in METERS}


@st.composite
def lines(draw: st.DrawFn, part: Part, meter: tuple[int, int], low: int, high: int) -> list[Note]:
    """Notes of one part that follow each other, with rests, chords and triplets, over two bars."""
    triplets = st.sampled_from([(160, 160, 160), (320, 160), (160, 320)])
    plain = st.sampled_from([(480,), (240, 240), (360, 120), (120, 240, 120), (960,), (720, 240), (60, 420), (1440,)])
    notes: list[Note] = []
    now, end = 0, 2 * BAR[meter]
    while now < end:
        may_divide = now % 480 == 0 and now + 480 <= end and draw(st.integers(0, 4)) == 0
        for wish in draw(triplets if may_divide else plain):
            length = min(wish, end - now)
            if length and draw(st.integers(0, 5)):
                pitches = draw(st.lists(st.integers(low, high), min_size=1, max_size=3, unique=True))
                notes += [Note(now, part, pitch, length, 70) for pitch in pitches]
            now += length
    return notes


@st.composite
def written_phrases(draw: st.DrawFn) -> Phrase:
    band = draw(st.sampled_from(list(ensembles().values())))
    meter = draw(st.sampled_from(METERS))
    notes = [n for part, p in band.players.items() for n in draw(lines(part, meter, p.low_midi, p.high_midi))]
    pcs = draw(st.sampled_from([(0, 4, 7), (2, 5, 9, 0), (11, 2, 5, 8), (1, 5, 8), (0, 4, 8)]))
    return Phrase(
        notes=tuple(sorted(notes)),
        length_ticks=2 * BAR[meter],
        meter=meter,
        tempo=((0, draw(st.floats(40, 200))),),
        tonic_pc=draw(st.integers(0, 11)),
        mode=draw(st.sampled_from(Mode)),
        ensemble=band.name,
        seed=1,
        chords=(Chord(0, BAR[meter], pcs, pcs[0], "I", "T"),),
        marks=(Mark(0, "section", "A"), Mark(BAR[meter], "section", "B & <C>")),
    )


@st.composite
def manners(draw: st.DrawFn) -> Briefs:
    """Briefs that move by the beat, or none."""
    fields = {"tempo_bpm": st.floats(50, 150), "legato": st.floats(0.4, 1.1), "loudness": st.floats(0, 1)}
    steps = draw(st.lists(st.builds(Brief, tonic_pc=st.integers(0, 11), mode=st.sampled_from(Mode), **fields)))
    return tuple((480 * index, brief) for index, brief in enumerate(steps))


def sounding(root: ET.Element) -> Counter[tuple[int, int, int]]:
    """(onset, end, MIDI pitch) of the pitched notes of a score, ties joined."""
    found: Counter[tuple[int, int, int]] = Counter()
    steps = dict(zip("CDEFGAB", (0, 2, 4, 5, 7, 9, 11), strict=True))
    for part in root.iter("part"):
        bar_start = 0
        held: dict[tuple[str, int], int] = {}
        for measure in part.iter("measure"):
            now = longest = begin = 0
            for element in measure:
                ticks = int(element.findtext("duration", "0"))
                if element.tag == "backup":
                    now -= ticks
                elif element.tag == "forward":
                    now += ticks
                elif element.tag == "note":
                    if element.find("chord") is None:
                        begin, now = now, now + ticks
                    longest = max(longest, now)
                    pitch = element.find("pitch")
                    if pitch is None:
                        continue
                    midi = steps[pitch.findtext("step", "")] + int(pitch.findtext("alter", "0"))
                    midi += 12 * int(pitch.findtext("octave", "0")) + 12
                    ties = {tie.get("type") for tie in element.iter("tie")}
                    key = (element.findtext("staff", "1"), midi)
                    start = held.pop(key) if "stop" in ties else bar_start + begin
                    if "start" in ties:
                        held[key] = start
                    else:
                        found[start, bar_start + begin + ticks, midi] += 1
            bar_start += longest
        assert not held, "a tie leads nowhere"
    return found


@contextmanager
def complaints() -> Iterator[list[str]]:
    """What Verovio, a C++ library, writes to the process's standard error meanwhile."""
    said: list[str] = []
    with tempfile.TemporaryFile() as log:
        kept = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            log.seek(0)
            said += log.read().decode().splitlines()


@settings(max_examples=30, deadline=None)
@given(written_phrases(), manners())
def test_random_phrases_are_engraved_without_a_warning(phrase: Phrase, briefs: Briefs) -> None:
    with complaints() as said:
        assert engrave(musicxml(phrase, title="Any & <all>", briefs=briefs))
    assert said == []


TWO_HANDS_AT_ONE_PITCH = Phrase(
    notes=(
        Note(0, Part.MELODY, 74, 320, 70),
        Note(0, Part.HARMONY, 74, 160, 70),
        Note(320, Part.MELODY, 52, 160, 70),
    ),
    length_ticks=1440,
    meter=(3, 4),
    tempo=((0, 50.0),),
    tonic_pc=0,
    mode=Mode.PHRYGIAN,
    ensemble="piano",
    seed=1,
)


@settings(max_examples=40, deadline=None)
@given(written_phrases(), manners())
@example(TWO_HANDS_AT_ONE_PITCH, ((0, Brief(tonic_pc=0, mode=Mode.PHRYGIAN, tempo_bpm=50.0, legato=1.0)),))
def test_what_begins_in_a_score_ends(phrase: Phrase, briefs: Briefs) -> None:
    for part in ET.fromstring(musicxml(phrase, briefs=briefs)).iter("part"):
        for tag in ("slur", "wedge", "octave-shift"):
            kinds = ["stop" if mark.get("type") == "stop" else "start" for mark in part.iter(tag)]
            staves = [staff.get("number") for staff in part.iter(tag)]
            for number in set(staves):
                own = [kind for kind, staff in zip(kinds, staves, strict=True) if staff == number]
                assert own == ["start", "stop"] * (len(own) // 2)


@settings(max_examples=40, deadline=None)
@given(written_phrases())
def test_bars_are_full_in_each_voice(phrase: Phrase) -> None:
    root = ET.fromstring(musicxml(phrase))
    for measure in root.iter("measure"):
        voices: dict[str, int] = defaultdict(int)
        for element in measure.iter():
            if element.tag == "forward" or (element.tag == "note" and element.find("chord") is None):
                voices[element.findtext("voice", "")] += int(element.findtext("duration", "0"))
        assert voices
        assert set(voices.values()) == {phrase.bar_ticks}


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(METERS))
def test_the_score_sounds_what_the_phrase_says(data: st.DataObject, meter: tuple[int, int]) -> None:
    """Single-line parts of a quartet come back note for note, whatever was split and tied."""
    notes = []
    for part, player in ensembles()["quartet"].players.items():
        line = data.draw(lines(part, meter, player.low_midi, player.high_midi))
        notes += list({note.onset_ticks: note for note in line}.values())
    phrase = Phrase(tuple(sorted(notes)), 2 * BAR[meter], meter, ((0, 90.0),), 3, Mode.DORIAN, "quartet", 1)
    wanted = Counter((n.onset_ticks, n.end_ticks, n.pitch_midi) for n in notes)
    on_grid = all(edge % 60 == 0 or edge % 80 == 0 for n in notes for edge in (n.onset_ticks, n.end_ticks))
    mixed = {e // 480 for n in notes for e in (n.onset_ticks, n.end_ticks) if e % 60} & {
        e // 480 for n in notes for e in (n.onset_ticks, n.end_ticks) if e % 80
    }
    if on_grid and not mixed:
        assert sounding(ET.fromstring(musicxml(phrase))) == wanted


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(METERS), st.data())
def test_symbols_have_legal_values(meter: tuple[int, int], data: st.DataObject) -> None:
    notes = data.draw(lines(Part.MELODY, meter, 60, 72))
    line = write_line(notes, holds=False)
    for start in (0, BAR[meter]):
        symbols = write_bar(line, start, BAR[meter], meter)
        assert symbols[0].onset_ticks == 0
        assert symbols[-1].end_ticks == BAR[meter]
        assert all(a.end_ticks == b.onset_ticks for a, b in pairwise(symbols))
        whole_rest = len(symbols) == 1 and not symbols[0].pitches
        assert whole_rest or all(s.value in VALUES.values() for s in symbols)
        for group in beam(symbols, meter):
            assert group == list(range(group[0], group[-1] + 1))
            assert all(symbols[i].flags for i in group)


def values(meter: tuple[int, int], *spans: tuple[int, int]) -> list[tuple[int, str]]:
    """Lengths of the symbols of one bar: "r" for rests."""
    notes = [Note(start, Part.MELODY, 60, length, 70) for start, length in spans]
    written = write_bar(write_line(notes, holds=False), 0, BAR[meter], meter)
    return [(s.length_ticks, "n" if s.pitches else "r") for s in written]


@pytest.mark.parametrize(
    ("meter", "spans", "wanted"),
    [
        ((4, 4), [(0, 1440)], [(1440, "n"), (480, "r")]),
        ((4, 4), [(480, 720)], [(480, "r"), (480, "n"), (240, "n"), (240, "r"), (480, "r")]),  # the middle shows
        ((4, 4), [(240, 480)], [(240, "r"), (480, "n"), (240, "r"), (960, "r")]),  # plain syncopation
        ((4, 4), [(480, 960)], [(480, "r"), (960, "n"), (480, "r")]),
        ((4, 4), [(720, 480)], [(480, "r"), (240, "r"), (240, "n"), (240, "n"), (240, "r"), (480, "r")]),
        ((3, 4), [(0, 480)], [(480, "n"), (480, "r"), (480, "r")]),  # no half rest in three
        ((6, 8), [(0, 960)], [(720, "n"), (240, "n"), (240, "r"), (240, "r")]),
        ((6, 8), [(0, 1440)], [(1440, "n")]),
        ((6, 8), [(720, 720)], [(720, "r"), (720, "n")]),
        ((6, 8), [(720, 180), (900, 180), (1080, 180), (1260, 180)], [(720, "r")] + [(180, "n")] * 4),
        ((5, 4), [(0, 2400)], [(1440, "n"), (960, "n")]),
        ((5, 4), [(0, 1920)], [(1440, "n"), (480, "n"), (480, "r")]),
        ((5, 4), [(480, 1920)], [(480, "r"), (960, "n"), (960, "n")]),
        ((4, 4), [(0, 160), (160, 160), (320, 160)], [(160, "n")] * 3 + [(480, "r"), (960, "r")]),
    ],
)
def test_values_show_the_beats(
    meter: tuple[int, int], spans: list[tuple[int, int]], wanted: list[tuple[int, str]]
) -> None:
    assert values(meter, *spans) == wanted


def test_eighths_are_beamed_by_the_half_bar_and_sixteenths_by_the_beat() -> None:
    eighths = [Symbol(240 * i, 240, (60,)) for i in range(8)]
    assert beam(eighths, (4, 4)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    sixteenths = [Symbol(120 * i, 120, (60,)) for i in range(8)]
    assert beam(sixteenths, (4, 4)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert beam([Symbol(240 * i, 240, (60,)) for i in range(6)], (6, 8)) == [[0, 1, 2], [3, 4, 5]]


def test_held_notes_are_tied_under_a_suspension() -> None:
    notes = [
        Note(0, Part.HARMONY, 55, 1920, 60),
        Note(0, Part.HARMONY, 65, 960, 60),
        Note(960, Part.HARMONY, 64, 960, 60),
    ]
    first, second = write_line(notes, holds=True)
    assert (first.pitches, first.tied_to, first.tied_from) == ((55, 65), {55}, set())
    assert (second.pitches, second.tied_to, second.tied_from) == ((55, 64), set(), {55})


def one_bar(notes: list[Note], band: str = "quartet", mode: Mode = Mode.HARMONIC_MINOR) -> ET.Element:
    phrase = Phrase(
        tuple(sorted(notes)), 1920, (4, 4), ((0, 72.0),), 9, mode, band, 9, marks=(Mark(0, "section", "A"),)
    )
    return ET.fromstring(musicxml(phrase, title="Étude"))


def test_accidentals_are_printed_once_a_bar_and_taken_back() -> None:
    notes = [Note(480 * i, Part.MELODY, pitch, 480, 60) for i, pitch in enumerate((68, 68, 67, 68))]
    found = [note.findtext("accidental") for note in one_bar(notes).iter("note") if note.find("pitch") is not None]
    assert found == ["sharp", None, "natural", "sharp"]


def test_the_head_of_the_score() -> None:
    root = one_bar([Note(0, Part.MELODY, 69, 1920, 60)])
    assert root.findtext("work/work-title") == "Étude"
    assert root.findtext("identification/encoding/software", "").startswith("generated by mien")
    assert [p.text for p in root.iter("part-name")] == ["Violin I", "Violin II", "Viola", "Violoncello"]
    assert [c.findtext("sign", "") + c.findtext("line", "") for c in root.iter("clef")] == ["G2", "G2", "C3", "F4"]
    assert root.findtext(".//fifths") == "0"
    assert root.findtext(".//rehearsal") == "A"
    assert root.findtext(".//metronome/per-minute") == "72"
    assert root.find(".//dynamics/mp") is not None
    assert root.findtext(".//bar-style") == "light-heavy"


def test_any_name_of_a_file_makes_a_title() -> None:
    for title in ("a\x01b\n<&>", "\ud800 lone", "very " * 40, "\x02", "笑顔"):
        phrase = Phrase((Note(0, Part.MELODY, 69, 1920, 60),), 1920, (4, 4), ((0, 72.0),), 9, Mode.IONIAN, "quartet", 9)
        document = musicxml(phrase, title=title)
        assert engrave(document)
        assert 0 < len(ET.fromstring(document).findtext("work/work-title", "")) <= 60


def test_a_piano_has_two_staves_and_a_clarinet_says_concert_pitch() -> None:
    notes = [Note(0, Part.MELODY, 72, 1920, 60), Note(0, Part.RHYTHM, 40, 1920, 60)]
    assert one_bar(notes, "piano").findtext(".//staves") == "2"
    assert "concert pitch" in [words.text for words in one_bar([], "chamber").iter("words")]


def test_strings_and_winds_keep_their_clefs_however_low_they_play() -> None:
    low = [Note(0, part, 55, 1920, 60) for part in (Part.MELODY, Part.TEXTURE)]
    for band, wanted in (("quartet", ["G", "G", "C", "F"]), ("chamber", ["G", "G", "G", "F"])):
        assert [c.findtext("sign") for c in one_bar(low, band).iter("clef")][:4] == wanted


def test_a_left_hand_reads_the_bass_clef_and_what_lies_far_off_a_clef_with_an_eight() -> None:
    def clefs(band: str, part: Part, *pitches: int) -> list[str]:
        notes = [Note(480 * i, part, pitch, 480, 60) for i, pitch in enumerate(pitches)]
        found = one_bar(notes, band).findall(".//clef")
        return [c.findtext("sign", "") + c.findtext("clef-octave-change", "") for c in found]

    assert clefs("piano", Part.HARMONY, 47, 59, 60, 61) == ["G", "F"]
    assert clefs("musicbox", Part.RHYTHM, 72, 71, 69, 72) == ["G", "G"]
    assert clefs("electronic", Part.RHYTHM, 28, 31, 33, 36)[3] == "F-1"
    assert clefs("ambient", Part.MELODY, 91, 90, 88, 86)[0] == "G1"


def test_a_section_at_another_tempo_has_a_metronome_mark() -> None:
    notes = tuple(Note(1920 * bar, Part.MELODY, 72, 1920, 60) for bar in range(4))
    marks = tuple(Mark(1920 * bar, "section", "ABCD"[bar]) for bar in range(4))
    tempo = ((0, 80.0), (960, 70.0), (1920, 82.0), (3840, 100.0), (5760, 101.0))  # two too close, one within a bar
    phrase = Phrase(notes, 7680, (4, 4), tempo, 0, Mode.IONIAN, "quartet", 1, marks=marks)
    document = musicxml(phrase)
    printed = [
        (int(measure.get("number", "0")), per_minute.text)
        for measure in ET.fromstring(document).iter("measure")
        for per_minute in measure.iter("per-minute")
    ]
    assert printed == [(1, "80"), (3, "100")]
    assert "♩ = 100" in engrave(document)[0]


STEADY = Brief(72, 0, Mode.IONIAN)


def melody(*spans: tuple[int, int, int], bars: int = 4, marks: tuple[Mark, ...] = ()) -> Phrase:
    """(onset, length, pitch) as a violin's line."""
    notes = tuple(Note(onset, Part.MELODY, pitch, length, 64) for onset, length, pitch in spans)
    return Phrase(notes, 1920 * bars, (4, 4), ((0, 72.0),), 0, Mode.IONIAN, "quartet", 1, marks=marks)


def test_legato_is_slurred_but_not_over_rests_repetitions_and_phrases() -> None:
    line = (
        (0, 480, 60),
        (480, 480, 62),
        (960, 480, 62),
        (1440, 480, 64),
        (1920, 480, 65),
        (2880, 480, 64),
        (3360, 480, 62),
    )
    phrase = melody(*line, marks=(Mark(3360, "phrase", "consequent"),))

    def spans(legato: float) -> list[tuple[int, int]]:
        return [(a.onset_ticks, b.onset_ticks) for a, b in slurs(phrase, ((0, replace(STEADY, legato=legato)),))]

    assert spans(1.0) == [(0, 480), (960, 1920)]
    assert spans(0.7) == []
    root = ET.fromstring(musicxml(phrase, briefs=((0, replace(STEADY, legato=1.0)),)))
    assert [slur.get("type") for slur in root.iter("slur")] == ["start", "stop"] * 2
    assert root.find(".//staccato") is None
    short = ET.fromstring(musicxml(phrase, briefs=((0, replace(STEADY, legato=0.5)),)))
    assert len(list(short.iter("staccato"))) == len(line)


def test_a_long_slur_is_cut_at_bar_lines_and_ends_on_the_last_tied_note() -> None:
    quarters = [(480 * i, 480, 60 + i) for i in range(15)]
    phrase = melody(*quarters, (7200, 960, 80), bars=5)
    briefs = ((0, replace(STEADY, legato=1.0)),)
    assert [(a.onset_ticks, b.onset_ticks) for a, b in slurs(phrase, briefs)] == [(0, 3360), (3840, 7200)]
    measures = list(ET.fromstring(musicxml(phrase, briefs=briefs)).iter("measure"))
    assert [slur.get("type") for slur in measures[3].iter("slur")] == []
    assert [slur.get("type") for slur in measures[4].iter("slur")] == ["stop"]


def test_the_end_slows_and_is_held_unless_the_music_is_cut_off() -> None:
    rest = (Mark(1920, "cadence", "authentic"),)
    phrase = melody((0, 1920, 60), (1920, 960, 62), (2880, 960, 60), bars=2, marks=rest)
    root = ET.fromstring(musicxml(phrase, briefs=((0, STEADY),)))
    assert len(list(root.iter("fermata"))) == 4, "one a player"
    assert "rit." in [words.text for words in root.iter("words")]
    assert ET.fromstring(musicxml(phrase)).find(".//fermata") is None
    for marks in ((), (Mark(1920, "cadence", "half"),)):
        cut_off = ET.fromstring(musicxml(replace(phrase, marks=marks), briefs=((0, STEADY),)))
        assert cut_off.find(".//fermata") is None
        assert "rit." not in [words.text for words in cut_off.iter("words")]
    chord = melody((0, 1920, 60), (1920, 1920, 60), bars=2, marks=rest)
    assert "rit." not in [sign.text for sign in signs_above(chord, ((0, STEADY),))]


def test_dynamics_that_move_have_wedges_or_words() -> None:
    def signs(bars: int) -> list[Sign]:
        louder = [(1920 * bar, replace(STEADY, loudness=0.3 + 0.4 * min(1, bar / bars))) for bar in range(8)]
        notes = [Note(tick, Part.MELODY, 60, 1920, round(90 * brief.loudness + 20)) for tick, brief in louder]
        return signs_below(replace(melody(bars=8), notes=tuple(notes)), (Part.MELODY,), tuple(louder))

    assert [(s.kind, s.text, s.onset_ticks) for s in signs(2)] == [
        ("dynamic", "p", 0),
        ("crescendo", "", 0),
        ("dynamic", "f", 3840),
    ]
    assert [s.text for s in signs(6)] == ["p", "cresc.", "f"]


def test_a_tempo_that_moves_is_told_and_arrives() -> None:
    steps = tuple((1920 * bar, 72.0 + 10 * min(bar, 3)) for bar in range(6))
    phrase = replace(melody(bars=6), tempo=steps)
    briefs = tuple((tick, replace(STEADY, tempo_bpm=bpm)) for tick, bpm in steps)
    told = [(sign.text, sign.bpm, sign.onset_ticks) for sign in signs_above(phrase, briefs)]
    assert told == [("Andante", 72.0, 0), ("accel.", 0.0, 0), ("", 102.0, 5760)]


def test_the_signature_turns_with_the_mode() -> None:
    briefs = ((0, STEADY), (1920, replace(STEADY, mode=Mode.AEOLIAN)))
    root = ET.fromstring(musicxml(melody((1920, 1920, 63)), briefs=briefs))
    first = next(iter(root.iter("part")))
    assert [measure.findtext(".//fifths") for measure in first.iter("measure")] == ["0", "-3", None, None]
    assert first.find(".//accidental") is None


def test_high_bars_are_written_an_octave_lower() -> None:
    bars = tuple(((Symbol(0, 1920, pitches),),) for pitches in ((60,), (93, 86), (91, 90), (96, 60), ()))
    assert octave_lines(Staff("treble", bars)) == [0, 1, 1, 0, 0]
    assert octave_lines(Staff("percussion", bars)) == [0] * 5
    high = melody(
        (0, 960, 72), (960, 960, 74), (1920, 1920, 95), (3840, 1920, 96), (5760, 1920, 72), (7680, 1920, 60), bars=5
    )
    shifts = [
        (int(measure.get("number", "0")), shift.get("type"))
        for measure in ET.fromstring(musicxml(high)).iter("measure")
        for shift in measure.iter("octave-shift")
    ]
    assert shifts == [(2, "down"), (3, "stop")]


def test_drums_stand_on_a_percussion_staff() -> None:
    root = one_bar([Note(0, Part.KIT, 36, 240, 60), Note(480, Part.KIT, 42, 240, 60)], "electronic")
    assert root.findall("part")[-1].findtext(".//clef/sign") == "percussion"
    assert [n.text for n in root.iter("display-step")] == ["G", "F"]
    assert [n.text for n in root.iter("notehead")] == ["x"]
    assert root.findall("part")[-1].find(".//key") is None


def test_pages_are_stacked_into_one_file(tmp_path: Path) -> None:
    notes = tuple(Note(240 * i, Part.MELODY, 60 + i % 12, 240, 60) for i in range(8 * 60))
    phrase = Phrase(notes, 1920 * 60, (4, 4), ((0, 72.0),), 0, Mode.IONIAN, "quartet", 1)
    pages = engrave(musicxml(phrase))
    assert len(pages) > 1
    assert "String quartet, C major" in pages[0] and "seed 1" in pages[0]
    svg = ET.fromstring(stack(pages))
    assert len(svg.findall("{http://www.w3.org/2000/svg}svg")) == len(pages)
    write_svg(musicxml(phrase), tmp_path / "score.svg")
    assert (tmp_path / "score.svg").read_text(encoding="utf-8") == stack(pages)
    with pytest.raises(CannotWrite):
        write_svg(musicxml(phrase), tmp_path / "none" / "score.svg")


def test_bad_scores_are_refused_or_complained_about() -> None:
    """So that silence means something."""
    with complaints(), pytest.raises(ValueError, match="cannot be engraved"):
        engrave("<no-score/>")
    bad = ET.tostring(one_bar([Note(0, Part.MELODY, 69, 1920, 60)]), encoding="unicode").replace("<step>A", "<step>H")
    with complaints() as said:
        engrave(bad)
    assert any("step" in line for line in said)
