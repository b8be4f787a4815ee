"""Signs above and below the notes: dynamics, tempo, the held end, a new signature, high notes."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from mien.music.score.musicxml import musicxml
from mien.music.score.notation import Symbol
from mien.music.score.signs import Sign, signs_above, signs_below
from mien.music.score.staves import Staff, octave_lines
from mien.values import Brief, Mark, Note, Part, Phrase
from mien.vocabulary import Mode

STEADY = Brief(72, 0, Mode.IONIAN)


def melody(*spans: tuple[int, int, int], bars: int = 4, marks: tuple[Mark, ...] = ()) -> Phrase:
    """(onset, length, pitch) as a violin's line."""
    notes = tuple(Note(onset, Part.MELODY, pitch, length, 64) for onset, length, pitch in spans)
    return Phrase(notes, 1920 * bars, (4, 4), ((0, 72.0),), 0, Mode.IONIAN, "quartet", 1, marks=marks)


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


def test_players_swell_once_in_a_section_where_its_melody_is_highest() -> None:
    marks = (Mark(0, "phrase", "antecedent"), Mark(0, "section", "A"), Mark(7680, "phrase", "consequent"))
    phrase = melody(*((1920 * bar, 1920, 60 + bar) for bar in range(8)), bars=8, marks=marks)

    def wedges(brief: Brief, music: Phrase = phrase, part: Part = Part.MELODY) -> list[tuple[str, int, int]]:
        signs = signs_below(music, (part,), ((0, brief),))
        return [(sign.kind, sign.onset_ticks, sign.end_ticks) for sign in signs if sign.end_ticks]

    free = replace(STEADY, rubato=0.6)
    assert wedges(free) == [("crescendo", 7680, 12000), ("diminuendo", 12000, 14880)]
    assert wedges(STEADY) == [("crescendo", 7680, 12000)], "of a steady player only the rise is shown"
    assert wedges(free, melody((0, 1920, 60), bars=2, marks=(Mark(0, "section", "A"),))) == []
    accompanied = replace(phrase, notes=tuple(sorted((*phrase.notes, Note(7680, Part.RHYTHM, 40, 7680, 50)))))
    assert wedges(free, accompanied, Part.RHYTHM) == wedges(free), "all players swell"
    assert wedges(free, phrase, Part.RHYTHM) == [], "but not who rests"


def test_accents_do_not_raise_the_dynamic() -> None:
    notes = tuple(Note(480 * i, Part.MELODY, 60, 480, 100 if i % 4 == 0 else 76) for i in range(16))
    assert [sign.text for sign in signs_below(replace(melody(), notes=notes), (Part.MELODY,), ())] == ["mf"]


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
