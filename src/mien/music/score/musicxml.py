"""A written phrase becomes a printed score (Phrase → MusicXML 4.0).

Concert pitch throughout. Divisions are ticks, 480 to a quarter. `notes` writes the notes, `staves` lays out the staves,
`signs` decides what the signs between them say, and `touch` what stands at the notes.

References: W3C, "MusicXML 4.0" (2021); Gould 2011, "Behind Bars".
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from mien.ensembles import ensemble
from mien.music.in_force import Briefs
from mien.music.score.articulation import articulations, slurs
from mien.music.score.notes import Phrasing, Rests, Speller, VoiceWriter, add
from mien.music.score.signs import Sign, closes, signatures, signs_above, signs_below
from mien.music.score.staves import Staff, System, lay_out, octave_lines
from mien.music.spelling import written_key
from mien.values import TICKS_PER_QUARTER, Phrase
from mien.vocabulary import is_compound, quarters_in_beat
from mien.writing import provenance

_CLEFS = {
    "treble": ("G", 2, 0), "alto": ("C", 3, 0), "bass": ("F", 4, 0), "percussion": ("percussion", None, 0),
    "treble 8va": ("G", 2, 1), "bass 8vb": ("F", 4, -1),
}  # fmt: skip
"""Sign, line, and octaves by which the notes sound higher than written."""
_LONGEST_TITLE = 60
"""Letters."""
_LONGEST_FRAMED = 3
"""Longest rehearsal mark, in letters, that has a frame: Verovio draws frames too narrow for words, so those stand bold
without one."""


def musicxml(phrase: Phrase, *, title: str | None = None, briefs: Briefs = ()) -> str:
    """Write a score.

    Parameters
    ----------
    phrase : written (on the grid); a performed one is first put on the grid, and shows it.
    title : printed above; by default the ensemble's.
    briefs : (tick, brief) in force along it, the first at tick 0. With them the score says how it is played: slurs and
        dots by touch, wedges where the loudness moves or a section swells, the slowing and the held chord at the
        end, new signatures where the mode turns. Without, only notes, accents, tempi and dynamics.

    Returns
    -------
    A `score-partwise` document.
    """
    band = ensemble(phrase.ensemble)
    heading = _printable(title or "") or band.title
    root = ET.Element("score-partwise", version="4.0")
    add(add(root, "work"), "work-title", heading)
    origin = add(root, "identification")
    add(origin, "creator", "mien", type="composer")
    encoding = add(origin, "encoding")
    add(encoding, "software", provenance(phrase.seed))
    for kind, words, justify in (
        ("title", heading, "center"),
        ("subtitle", f"{band.title}, {written_key(phrase).name}", "center"),
        ("composer", provenance(phrase.seed), "right"),
    ):
        credit = add(root, "credit", page="1")
        add(credit, "credit-type", kind)
        add(credit, "credit-words", words, justify=justify, valign="top")
    systems = lay_out(phrase)
    parts = add(root, "part-list")
    if len(systems) > 1:
        group = add(parts, "part-group", type="start", number="1")
        add(group, "group-symbol", "bracket")
        add(group, "group-barline", "yes")
    for number, system in enumerate(systems, 1):
        part = add(parts, "score-part", id=f"P{number}")
        add(part, "part-name", system.name)
        short = band.players[system.parts[0]].short
        if short and len(systems) > 1:
            add(part, "part-abbreviation", short)
    if len(systems) > 1:
        add(parts, "part-group", type="stop", number="1")
    for number, system in enumerate(systems, 1):
        signs = signs_below(phrase, system.parts, briefs)
        if number == 1:
            signs = [*signs_above(phrase, briefs), *signs]
        if any(band.players[played].transposes for played in system.parts):
            signs = [Sign(0, "words", "concert pitch"), *signs]
        _write_part(add(root, "part", id=f"P{number}"), phrase, system, signs, briefs)
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _printable(title: str) -> str:
    """A title, often a file's name, reduced to what XML may hold and a line of the page has room for."""
    plain = "".join(letter for letter in title if letter.isprintable()).strip()
    return plain if len(plain) <= _LONGEST_TITLE else f"{plain[: _LONGEST_TITLE - 1]}…"


def _write_part(part: ET.Element, phrase: Phrase, system: System, signs: Sequence[Sign], briefs: Briefs) -> None:
    fifths = signatures(phrase, briefs)
    spellers = [Speller(fifths[0], phrase.chords) for _ in system.staves]
    marks = articulations(phrase, system.parts, briefs)
    phrasing = Phrasing(slurs(phrase, min(system.parts), briefs), marks)
    lines = [octave_lines(staff) for staff in system.staves]
    is_closed = closes(phrase, briefs)
    last = len(system.staves[0].bars) - 1
    for bar in range(last + 1):
        measure = add(part, "measure", number=str(bar + 1))
        start = bar * phrase.bar_ticks
        if bar == 0:
            _write_attributes(measure, phrase, system.staves, fifths[0])
        elif fifths[bar] != fifths[bar - 1] and system.staves[0].clef != "percussion":
            add(add(add(measure, "attributes"), "key"), "fifths", fifths[bar])
        for sign in signs:
            _write_sign(measure, phrase, sign, start, len(system.staves))
        voice = 0
        for number, (staff, speller) in enumerate(zip(system.staves, spellers, strict=True), 1):
            several = len(system.staves) > 1
            voices = dict(enumerate(staff.bars[bar], voice + 1))
            speller.turn_bar(fifths[bar], start, voices)
            for place, (voice, symbols) in enumerate(voices.items()):
                if voice > 1:
                    add(add(measure, "backup"), "duration", phrase.bar_ticks)
                if not place:
                    _write_octave_line(measure, lines[number - 1], bar, number if several else None, ends=False)
                writer = VoiceWriter(
                    measure=measure,
                    speller=speller,
                    phrasing=phrasing if voice == 1 else Phrasing(marks=marks),  # only the first voice is slurred
                    start_ticks=start,
                    is_kit=staff.clef == "percussion",
                    voice=voice,
                    staff_number=number if several else None,
                    stem=("down" if place else "up") if len(staff.bars[bar]) > 1 else None,
                    rests=Rests.ALL if not place else Rests.NONE if staff.clef == "percussion" else Rests.BEFORE,
                    is_held=is_closed and bar == last and not place,
                )
                writer.write(symbols, phrase.meter)
            _write_octave_line(measure, lines[number - 1], bar, number if several else None, ends=True)
        if bar == last:
            add(add(measure, "barline", location="right"), "bar-style", "light-heavy")


def _write_attributes(measure: ET.Element, phrase: Phrase, staves: Sequence[Staff], fifths: int) -> None:
    attributes = add(measure, "attributes")
    add(attributes, "divisions", TICKS_PER_QUARTER)
    if staves[0].clef != "percussion":
        add(add(attributes, "key"), "fifths", fifths)
    time = add(attributes, "time")
    add(time, "beats", phrase.meter[0])
    add(time, "beat-type", phrase.meter[1])
    if len(staves) > 1:
        add(attributes, "staves", len(staves))
    for number, staff in enumerate(staves, 1):
        clef = add(attributes, "clef", **({"number": str(number)} if len(staves) > 1 else {}))
        sign, line, octaves = _CLEFS[staff.clef]
        add(clef, "sign", sign)
        if line:
            add(clef, "line", line)
        if octaves:
            add(clef, "clef-octave-change", octaves)


def _write_sign(measure: ET.Element, phrase: Phrase, sign: Sign, start_ticks: int, staves: int) -> None:
    """A sign, if it begins or ends in the bar that begins at `start_ticks`."""
    place = sign.onset_ticks - start_ticks
    if 0 <= place < phrase.bar_ticks:
        is_above = sign.kind in ("tempo", "rehearsal", "words")
        direction = add(measure, "direction", placement="above" if is_above else "below")
        if sign.kind == "tempo":
            _write_tempo(direction, phrase, sign)
            return
        kind = add(direction, "direction-type")
        if sign.kind == "rehearsal" and len(sign.text) <= _LONGEST_FRAMED:
            add(kind, "rehearsal", sign.text)
        elif sign.kind == "rehearsal":
            add(kind, "words", sign.text, **{"font-weight": "bold", "font-style": "normal"})
        elif sign.kind == "dynamic":
            add(add(kind, "dynamics"), sign.text)
        elif sign.end_ticks:
            add(kind, "wedge", type=sign.kind, number="1")
        else:
            add(kind, "words", sign.text, **{"font-style": "italic"})
        _place(direction, place, staves if sign.text == "con Ped." else 1, staves)
    if sign.end_ticks and 0 <= sign.end_ticks - start_ticks < phrase.bar_ticks:
        direction = add(measure, "direction", placement="below")
        add(add(direction, "direction-type"), "wedge", type="stop", number="1")
        _place(direction, sign.end_ticks - start_ticks, 1, staves)


def _place(direction: ET.Element, offset_ticks: int, staff: int, staves: int) -> None:
    if offset_ticks:
        add(direction, "offset", offset_ticks)
    if staves > 1:
        add(direction, "staff", staff)


def _write_tempo(direction: ET.Element, phrase: Phrase, sign: Sign) -> None:
    if sign.text:
        add(add(direction, "direction-type"), "words", sign.text, **{"font-weight": "bold"})
    metronome = add(add(direction, "direction-type"), "metronome", parentheses="yes" if sign.text else "no")
    add(metronome, "beat-unit", "quarter")
    if is_compound(phrase.meter):
        add(metronome, "beat-unit-dot")
    add(metronome, "per-minute", round(sign.bpm))
    add(direction, "sound", tempo=f"{sign.bpm * quarters_in_beat(phrase.meter):.2f}")


def _write_octave_line(measure: ET.Element, octaves: Sequence[int], bar: int, staff: int | None, *, ends: bool) -> None:
    """Begin a line at the first of the bars that are written an octave off, and end it at the last."""
    here, neighbour = octaves[bar], [0, *octaves, 0][bar + 2 if ends else bar]
    if here and here != neighbour:
        kind = "stop" if ends else "down" if here > 0 else "up"
        direction = add(measure, "direction", placement="above" if here > 0 else "below")
        add(add(direction, "direction-type"), "octave-shift", type=kind, size="8", number=str(staff or 1))
        if staff:
            add(direction, "staff", staff)
