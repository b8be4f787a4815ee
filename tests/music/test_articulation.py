"""Touch in print: slurs, pairs, dots and accents from briefs and written velocities."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from mien.music.score.articulation import articulations, slurs
from mien.music.score.musicxml import musicxml
from mien.values import Brief, Mark, Note, Part, Phrase
from mien.vocabulary import Mode

STEADY = Brief(72, 0, Mode.IONIAN)


def line(*spans: tuple[int, int, int], part: Part = Part.MELODY, bars: int = 4, marks: tuple[Mark, ...] = ()) -> Phrase:
    """(onset, length, pitch) as a line of a string quartet."""
    notes = tuple(Note(onset, part, pitch, length, 64) for onset, length, pitch in spans)
    return Phrase(notes, 1920 * bars, (4, 4), ((0, 72.0),), 0, Mode.IONIAN, "quartet", 1, marks=marks)


def touched(legato: float) -> tuple[tuple[int, Brief]]:
    return ((0, replace(STEADY, legato=legato)),)


def spans(phrase: Phrase, legato: float, part: Part = Part.MELODY) -> list[tuple[int, int]]:
    return [(a.onset_ticks, b.onset_ticks) for a, b in slurs(phrase, part, touched(legato))]


def test_legato_is_slurred_but_not_over_rests_repetitions_and_phrases() -> None:
    notes = (
        (0, 480, 60),
        (480, 480, 62),
        (960, 480, 62),
        (1440, 480, 64),
        (1920, 480, 65),
        (2880, 480, 64),
        (3360, 480, 62),
    )
    phrase = line(*notes, marks=(Mark(3360, "phrase", "consequent"),))
    assert spans(phrase, 1.0) == [(0, 480), (960, 1920)]
    assert spans(phrase, 0.6) == []
    assert slurs(phrase, Part.MELODY, ()) == []
    root = ET.fromstring(musicxml(phrase, briefs=touched(1.0)))
    assert [slur.get("type") for slur in root.iter("slur")] == ["start", "stop"] * 2
    assert root.find(".//staccato") is None
    short = ET.fromstring(musicxml(phrase, briefs=touched(0.65)))
    assert len(list(short.iter("staccato"))) == len(notes)


def test_a_long_slur_is_cut_at_bar_lines_and_ends_on_the_last_tied_note() -> None:
    quarters = [(480 * i, 480, 60 + i) for i in range(15)]
    phrase = line(*quarters, (7200, 960, 80), bars=5)
    assert spans(phrase, 1.0) == [(0, 3360), (3840, 7200)]
    measures = list(ET.fromstring(musicxml(phrase, briefs=touched(1.0))).iter("measure"))
    assert [slur.get("type") for slur in measures[3].iter("slur")] == []
    assert [slur.get("type") for slur in measures[4].iter("slur")] == ["stop"]


def test_between_staccato_and_legato_steps_onto_weak_places_are_slurred_in_pairs() -> None:
    phrase = line(
        (0, 480, 60),  # a step onto a weak beat
        (480, 480, 62),
        (960, 720, 64),  # a step onto half a beat
        (1680, 240, 65),
        (1920, 480, 67),  # a leap
        (2400, 240, 60),  # a step, but the first of three is taken
        (2640, 240, 62),
        (2880, 480, 64),
        (3360, 480, 66),  # begins a phrase
        (3840, 240, 65),  # longer after shorter
        (4080, 480, 64),
        marks=(Mark(3360, "phrase", "consequent"),),
    )
    assert spans(phrase, 0.8) == [(0, 480), (960, 1680), (2400, 2640)]


def test_a_moving_accompaniment_is_bowed_by_the_bar() -> None:
    eighths = [(240 * i, 240, 50 + i % 3) for i in range(16)]
    phrase = line(*eighths, (3840, 960, 50), (4800, 960, 52), part=Part.RHYTHM)
    assert spans(phrase, 1.0, Part.RHYTHM) == [(0, 1680), (1920, 3600)]
    assert spans(phrase, 0.8, Part.RHYTHM) == []
    piano = replace(phrase, ensemble="piano")
    assert slurs(piano, Part.RHYTHM, touched(1.0)) == []
    two_at_once = replace(phrase, notes=tuple(sorted((*phrase.notes, Note(0, Part.RHYTHM, 40, 480, 64)))))
    assert slurs(two_at_once, Part.RHYTHM, touched(1.0)) == []


def test_dots_stand_on_plain_short_notes_only() -> None:
    notes = (
        (0, 240, 60),
        (240, 120, 62),
        (360, 360, 64),
        (720, 160, 65),
        (960, 480, 67),
        (1440, 960, 69),
        (7440, 240, 60),
    )
    held = (7680 - 240, 240, 60)
    found = articulations(line(*notes[:-1], held), (Part.MELODY,), touched(0.65))
    assert found == dict.fromkeys(((0, 60), (720, 65), (960, 67)), ("staccato",))
    assert articulations(line(*notes), (Part.MELODY,), touched(0.7)) == {}
    assert articulations(line(*notes, part=Part.RHYTHM), (Part.RHYTHM,), touched(0.5)) == {}
    inner = line(*notes, part=Part.HARMONY)
    assert articulations(inner, (Part.HARMONY,), touched(0.5))
    assert not articulations(replace(inner, ensemble="piano"), (Part.HARMONY,), touched(0.5))
    tied = ET.fromstring(musicxml(line((1680, 480, 60)), briefs=touched(0.5)))
    assert tied.find(".//staccato") is None


def loud(*velocities: int, part: Part = Part.MELODY, marks: tuple[Mark, ...] = ()) -> Phrase:
    """Half notes of these velocities."""
    notes = tuple(Note(960 * i, part, 60 + i, 960, velocity) for i, velocity in enumerate(velocities))
    return replace(line(marks=marks), notes=notes)


def test_what_is_written_louder_than_its_part_is_accented() -> None:
    phrase = loud(70, 78, 70, 86, 70, 90, 98, 90, marks=(Mark(0, "section", "A"), Mark(4800, "section", "B")))
    found = articulations(phrase, (Part.MELODY,), ())
    assert found == {(960, 61): ("accent",), (2880, 63): ("strong-accent",), (5760, 66): ("accent",)}
    root = ET.fromstring(musicxml(phrase))
    assert len(list(root.iter("accent"))) == 2
    assert len(list(root.iter("strong-accent"))) == 1
    assert articulations(loud(70, 90, 70, part=Part.KIT), (Part.KIT,), ()) == {}


def test_a_crescendo_is_no_row_of_accents() -> None:
    louder = tuple((1920 * bar, replace(STEADY, loudness=0.3 + 0.1 * bar)) for bar in range(4))
    phrase = loud(50, 50, 60, 60, 70, 70, 80, 88)
    assert articulations(phrase, (Part.MELODY,), louder) == {(6720, 67): ("accent",)}
