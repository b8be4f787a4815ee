"""Scores: every bar of every voice is full, says what the phrase says, and is engraved without a complaint."""

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_lines import BAR, lines

from mien.ensembles import ensembles
from mien.errors import CannotWrite
from mien.music.in_force import Briefs
from mien.music.score.engrave import engrave, stack, write_svg
from mien.music.score.musicxml import musicxml
from mien.music.score.notation import Symbol
from mien.music.score.notes import Speller
from mien.values import Brief, Chord, Mark, Note, Part, Phrase
from mien.vocabulary import METERS, Mode


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


def one_bar(notes: list[Note], band: str = "quartet", mode: Mode = Mode.HARMONIC_MINOR, bars: int = 1) -> ET.Element:
    phrase = Phrase(
        tuple(sorted(notes)), bars * 1920, (4, 4), ((0, 72.0),), 9, mode, band, 9, marks=(Mark(0, "section", "A"),)
    )
    return ET.fromstring(musicxml(phrase, title="Étude"))


def test_accidentals_are_printed_once_a_bar_and_taken_back() -> None:
    notes = [Note(480 * i, Part.MELODY, pitch, 480, 60) for i, pitch in enumerate((68, 68, 67, 68))]
    found = [note.findtext("accidental") for note in one_bar(notes).iter("note") if note.find("pitch") is not None]
    assert found == ["sharp", None, "natural", "sharp"]


def test_accidentals_go_by_the_order_of_reading_through_all_voices() -> None:
    speller = Speller(0, ())
    upper = [Symbol(0, 960, (65,)), Symbol(960, 960, (66,))]
    lower = [Symbol(0, 480, ()), Symbol(480, 960, (66,)), Symbol(1440, 480, (65,))]
    speller.turn_bar(0, 0, {1: upper, 2: lower})
    assert speller.printed == {(2, 480, 66): "sharp", (2, 1440, 65): "natural"}
    speller.turn_bar(1, 1920, {1: upper[:1], 2: lower[:2]})
    assert speller.printed == {(1, 0, 65): "natural", (2, 480, 66): "sharp"}


def test_a_line_at_the_octave_begins_and_ends_where_its_bars_do() -> None:
    bass = [Note(1920 * bar, Part.RHYTHM, pitch, 1920, 60) for bar, pitch in enumerate((29, 55, 57, 55))]
    now, places = 0, []
    for element in next(one_bar([*bass, Note(0, Part.MELODY, 69, 1920, 60)], "piano", bars=4).iter("measure")):
        if element.find("direction-type/octave-shift") is not None:
            places.append((now, element.findtext("staff")))
        length = int(element.findtext("duration", "0"))
        now += -length if element.tag == "backup" else 0 if element.find("chord") is not None else length
    assert places == [(0, "2"), (1920, "2")]


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


def test_a_long_name_of_a_section_has_no_frame() -> None:
    marks = (Mark(0, "section", "A'"), Mark(1920, "section", "coda"))
    notes = (Note(0, Part.MELODY, 69, 1920, 60), Note(1920, Part.MELODY, 69, 1920, 60))
    phrase = Phrase(notes, 3840, (4, 4), ((0, 72.0),), 9, Mode.IONIAN, "quartet", 9, marks=marks)
    root = ET.fromstring(musicxml(phrase))
    assert [mark.text for mark in root.iter("rehearsal")] == ["A'"]
    assert [(w.text, w.get("font-weight")) for w in root.iter("words") if w.text == "coda"] == [("coda", "bold")]


def test_hands_that_play_in_turn_share_a_voice_and_a_bass_that_is_over_leaves_no_rests() -> None:
    def voices(*notes: Note) -> list[list[str]]:
        found: dict[str, list[str]] = {}
        for note in one_bar(list(notes), "piano", Mode.IONIAN).iter("note"):
            if note.findtext("staff") == "2":
                kind = (
                    "rest" if note.find("rest") is not None else "chord" if note.find("chord") is not None else "note"
                )
                found.setdefault(note.findtext("voice", ""), []).append(kind)
        return list(found.values())

    tune = Note(0, Part.MELODY, 84, 1920, 60)
    bass = Note(0, Part.RHYTHM, 40, 480, 60)
    in_turn = [Note(480 * beat, Part.HARMONY, 52, 480, 60) for beat in (1, 2)]
    assert voices(tune, bass, *in_turn) == [["note", "note", "note", "rest"]]
    figure = [Note(240 * half, Part.TEXTURE, 52 + half % 3, 240, 60) for half in range(8)]
    assert voices(tune, bass, *figure) == [["note"] * 8, ["note"]]
    triplet = [Note(160 * third, Part.HARMONY, 52, 160, 60) for third in range(2)]
    late = Note(360, Part.RHYTHM, 40, 120, 60)
    assert len(voices(tune, late, *triplet)) == 2


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


@pytest.mark.parametrize("bars", range(29, 36))
def test_no_last_page_is_all_but_empty(bars: int) -> None:
    notes = [Note(240 * i, Part.MELODY, 72 + i % 7, 240, 60) for i in range(8 * bars)]
    notes += [Note(480 * i, Part.RHYTHM, 40 + i % 5, 480, 60) for i in range(4 * bars)]
    phrase = Phrase(tuple(sorted(notes)), 1920 * bars, (4, 4), ((0, 72.0),), 0, Mode.IONIAN, "piano", 1)
    held = [page.count('class="measure"') for page in engrave(musicxml(phrase))]
    assert sum(held) == bars
    assert len(held) == 1 or held[-1] >= bars / len(held) / 3


def test_bad_scores_are_refused_or_complained_about() -> None:
    """So that silence means something."""
    with complaints(), pytest.raises(ValueError, match="cannot be engraved"):
        engrave("<no-score/>")
    bad = ET.tostring(one_bar([Note(0, Part.MELODY, 69, 1920, 60)]), encoding="unicode").replace("<step>A", "<step>H")
    with complaints() as said:
        engrave(bad)
    assert any("step" in line for line in said)
