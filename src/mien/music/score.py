"""A written phrase becomes a printed score (Phrase → MusicXML 4.0).

Concert pitch throughout. Accidentals hold to the bar line, on their line or space and staff only. Divisions are ticks,
480 a quarter. Chords are spelled from their roots (see `spelling`); dynamics are those of each section.

References: W3C, "MusicXML 4.0" (2021); Gould 2011, "Behind Bars".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from xml.etree import ElementTree as ET

from mien.ensembles import ensemble
from mien.music import spelling
from mien.music.notation import Symbol, beam
from mien.music.staves import Staff, System, lay_out
from mien.values import TICKS_PER_QUARTER, Chord, Mark, Phrase
from mien.writing import provenance

_CLEFS = {"treble": ("G", 2), "alto": ("C", 3), "bass": ("F", 4), "percussion": ("percussion", None)}
_TRANSPOSING = {71}
"""Programs whose players read other notes than sound (clarinet): their staves say that they are in concert pitch."""
_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_BEAMS = {(False, True): "begin", (True, True): "continue", (True, False): "end"}
_TEMPO_WORDS = (
    (50, "Largo"), (66, "Adagio"), (80, "Andante"), (100, "Andante con moto"), (116, "Moderato"), (132, "Allegretto"),
    (160, "Allegro"), (1000, "Presto"),
)  # fmt: skip
"""Word for tempi up to so many quarters (dotted quarters) a minute."""
_NEW_TEMPO = 0.05
"""Share by which a tempo must differ from the last to be printed anew."""
_DYNAMICS = ((34, "pp"), (49, "p"), (62, "mp"), (77, "mf"), (94, "f"), (127, "ff"))
"""Dynamic for mean velocities up to so much."""
_DRUMS = {
    35: ("F", 4, None), 36: ("F", 4, None), 37: ("C", 5, "slash"), 38: ("C", 5, None), 39: ("C", 5, "x"),
    40: ("C", 5, None), 41: ("G", 4, None), 42: ("G", 5, "x"), 43: ("G", 4, None), 44: ("D", 4, "x"),
    45: ("A", 4, None), 46: ("G", 5, "circle-x"), 47: ("B", 4, None), 48: ("D", 5, None), 49: ("A", 5, "x"),
    50: ("E", 5, None), 51: ("F", 5, "x"), 53: ("F", 5, "diamond"), 54: ("B", 5, "x"), 56: ("E", 5, "triangle"),
    57: ("A", 5, "x"), 69: ("B", 5, "x"), 70: ("B", 5, "x"), 75: ("E", 5, "x"), 81: ("B", 5, "triangle"),
}  # fmt: skip
"""Line or space and note head of drum keys, after Weinberg 1998, "Guide to Standardized Drumset Notation"."""
_ANY_DRUM = ("E", 5, "x")


@dataclass(slots=True)
class _Speller:
    """Names pitches by key and harmony, and remembers the accidentals of a bar."""

    fifths: int
    chords: Sequence[Chord]
    shown: dict[tuple[str, int], int] = field(default_factory=dict)

    def turn_bar(self) -> None:
        self.shown = {}

    def name(self, pitch_midi: int, onset_ticks: int) -> tuple[str, int, int]:
        """Letter, accidentals and octave."""
        chord = next((c for c in self.chords if c.onset_ticks <= onset_ticks < c.onset_ticks + c.length_ticks), None)
        place = spelling.spell(pitch_midi % 12, self.fifths, chord)
        alter = spelling.accidentals(place)
        return spelling.letter(place), alter, (pitch_midi - alter) // 12 - 1

    def accidental(self, letter: str, alter: int, octave: int) -> str | None:
        """Accidental to print, if any, now that this note is written."""
        places = range(self.fifths - 1, self.fifths + 6)
        in_key = next(spelling.accidentals(place) for place in places if spelling.letter(place) == letter)
        before = self.shown.get((letter, octave), in_key)
        self.shown[letter, octave] = alter
        return None if before == alter else _ACCIDENTALS[alter]


def musicxml(phrase: Phrase, *, title: str | None = None, composer: str = "mien") -> str:
    """Write a score.

    Parameters
    ----------
    phrase : written (on the grid); a performed one is put on the grid first, and shows it.
    title : printed above; the ensemble's without one.

    Returns
    -------
    A `score-partwise` document.
    """
    root = ET.Element("score-partwise", version="4.0")
    _add(_add(root, "work"), "work-title", title or ensemble(phrase.ensemble).title)
    origin = _add(root, "identification")
    _add(origin, "creator", composer, type="composer")
    encoding = _add(origin, "encoding")
    _add(encoding, "software", provenance(phrase.seed))
    systems = lay_out(phrase)
    parts = _add(root, "part-list")
    if len(systems) > 1:
        group = _add(parts, "part-group", type="start", number="1")
        _add(group, "group-symbol", "bracket")
        _add(group, "group-barline", "yes")
    for number, system in enumerate(systems, 1):
        _add(_add(parts, "score-part", id=f"P{number}"), "part-name", system.name)
    if len(systems) > 1:
        _add(parts, "part-group", type="stop", number="1")
    for number, system in enumerate(systems, 1):
        _write_part(_add(root, "part", id=f"P{number}"), phrase, system, leads=number == 1)
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _add(parent: ET.Element, tag: str, text: str | int | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    if text is not None:
        child.text = str(text)
    return child


def _write_part(part: ET.Element, phrase: Phrase, system: System, *, leads: bool) -> None:
    fifths = spelling.signature(phrase.tonic_pc, phrase.mode)
    spellers = [_Speller(fifths, phrase.chords) for _ in system.staves]
    dynamics = _dynamics(phrase, system)
    last = len(system.staves[0].bars) - 1
    for bar in range(last + 1):
        measure = _add(part, "measure", number=str(bar + 1))
        start = bar * phrase.bar_ticks
        if bar == 0:
            _write_attributes(measure, phrase, system.staves, fifths)
            if {ensemble(phrase.ensemble).players[played].program for played in system.parts} & _TRANSPOSING:
                direction = _add(measure, "direction", placement="above")
                _add(_add(direction, "direction-type"), "words", "concert pitch", **{"font-style": "italic"})
        if leads:
            _write_signs(measure, phrase, start)
        if dynamic := dynamics.get(bar):
            kind = _add(_add(measure, "direction", placement="below"), "direction-type")
            _add(_add(kind, "dynamics"), dynamic)
            if len(system.staves) > 1:
                _add(measure[-1], "staff", 1)
        voice = 0
        for number, (staff, speller) in enumerate(zip(system.staves, spellers, strict=True), 1):
            speller.turn_bar()
            for place, symbols in enumerate(staff.bars[bar]):
                if voice:
                    _add(_add(measure, "backup"), "duration", phrase.bar_ticks)
                voice += 1
                writer = _VoiceWriter(
                    measure=measure,
                    speller=speller,
                    start_ticks=start,
                    is_kit=staff.clef == "percussion",
                    voice=voice,
                    staff_number=number if len(spellers) > 1 else None,
                    stem=("down" if place else "up") if len(staff.bars[bar]) > 1 else None,
                    shows_rests=not place,
                )
                writer.write(symbols, phrase.meter)
        if bar == last:
            _add(_add(measure, "barline", location="right"), "bar-style", "light-heavy")


def _write_attributes(measure: ET.Element, phrase: Phrase, staves: Sequence[Staff], fifths: int) -> None:
    attributes = _add(measure, "attributes")
    _add(attributes, "divisions", TICKS_PER_QUARTER)
    _add(_add(attributes, "key"), "fifths", fifths)
    time = _add(attributes, "time")
    _add(time, "beats", phrase.meter[0])
    _add(time, "beat-type", phrase.meter[1])
    if len(staves) > 1:
        _add(attributes, "staves", len(staves))
    for number, staff in enumerate(staves, 1):
        clef = _add(attributes, "clef", **({"number": str(number)} if len(staves) > 1 else {}))
        sign, line = _CLEFS[staff.clef]
        _add(clef, "sign", sign)
        if line:
            _add(clef, "line", line)


def _write_signs(measure: ET.Element, phrase: Phrase, start_ticks: int) -> None:
    """Tempo and rehearsal marks of the bar that begins at `start_ticks`."""
    end_ticks = start_ticks + phrase.bar_ticks
    if bpm := _tempi(phrase).get(start_ticks):
        direction = _add(measure, "direction", placement="above")
        if not start_ticks:
            word = next(word for limit, word in _TEMPO_WORDS if bpm <= limit)
            _add(_add(direction, "direction-type"), "words", word, **{"font-weight": "bold"})
        metronome = _add(_add(direction, "direction-type"), "metronome", parentheses="no" if start_ticks else "yes")
        _add(metronome, "beat-unit", "quarter")
        if phrase.meter[1] == 8:
            _add(metronome, "beat-unit-dot")
        _add(metronome, "per-minute", round(bpm))
        quarter_bpm = bpm * (1.5 if phrase.meter[1] == 8 else 1)
        _add(direction, "sound", tempo=f"{quarter_bpm:.2f}")
    for mark in _sections(phrase):
        if start_ticks <= mark.onset_ticks < end_ticks:
            direction = _add(measure, "direction", placement="above")
            _add(_add(direction, "direction-type"), "rehearsal", mark.text)


def _tempi(phrase: Phrase) -> dict[int, float]:
    """Tempi to print, by tick: the first, and where a section begins at one clearly other than the last printed."""
    printed = {0: phrase.tempo[0][1]}
    last = phrase.tempo[0][1]
    steps = dict(phrase.tempo)
    for tick in sorted({mark.onset_ticks for mark in _sections(phrase)} & steps.keys() - {0}):
        if tick % phrase.bar_ticks == 0 and abs(steps[tick] / last - 1) >= _NEW_TEMPO:
            printed[tick] = last = steps[tick]
    return printed


def _sections(phrase: Phrase) -> list[Mark]:
    return [mark for mark in phrase.marks if mark.kind == "section"]


def _dynamics(phrase: Phrase, system: System) -> dict[int, str]:
    """Dynamic by bar, where a section changes it."""
    starts = sorted({0, *(mark.onset_ticks for mark in _sections(phrase))})
    found: dict[int, str] = {}
    now = ""
    lead = min(system.parts)
    for start, end in zip(starts, [*starts[1:], phrase.length_ticks], strict=True):
        played = [note for note in phrase.part(lead) if start <= note.onset_ticks < end]
        if not played:
            continue
        mean = fmean(note.velocity for note in played)
        dynamic = next(name for limit, name in _DYNAMICS if mean <= limit)
        if dynamic != now:
            found[played[0].onset_ticks // phrase.bar_ticks] = now = dynamic
    return found


@dataclass(frozen=True, slots=True)
class _VoiceWriter:
    """Writes one voice of one bar into its measure."""

    measure: ET.Element
    speller: _Speller
    start_ticks: int
    is_kit: bool
    voice: int
    staff_number: int | None
    stem: str | None
    shows_rests: bool
    """A second voice comes and goes without rests."""

    def write(self, symbols: Sequence[Symbol], meter: tuple[int, int]) -> None:
        if len(symbols) == 1 and not symbols[0].pitches:
            self._write_rest(symbols[0], whole_bar=True)
            return
        beams = {index: group for group in beam(symbols, meter) for index in group}
        for index, symbol in enumerate(symbols):
            if symbol.pitches:
                self._write_chord(symbols, index, beams.get(index, []))
            elif not self.shows_rests and not symbol.triplet:
                forward = _add(self.measure, "forward")
                _add(forward, "duration", symbol.length_ticks)
                _add(forward, "voice", self.voice)
                if self.staff_number:
                    _add(forward, "staff", self.staff_number)
            else:
                self._write_rest(symbol, _tuplet(symbols, index))

    def _write_rest(self, symbol: Symbol, tuplet: str | None = None, *, whole_bar: bool = False) -> None:
        note = _add(self.measure, "note")
        _add(note, "rest", **({"measure": "yes"} if whole_bar else {}))
        _add(note, "duration", symbol.length_ticks)
        _add(note, "voice", self.voice)
        if not whole_bar:
            _write_value(note, symbol)
        if self.staff_number:
            _add(note, "staff", self.staff_number)
        if tuplet:
            _add(_add(note, "notations"), "tuplet", type=tuplet)

    def _write_chord(self, symbols: Sequence[Symbol], index: int, group: list[int]) -> None:
        symbol = symbols[index]
        for rank, pitch in enumerate(symbol.pitches):
            note = _add(self.measure, "note")
            if rank:
                _add(note, "chord")
            accidental, head = self._write_pitch(note, pitch, symbol)
            _add(note, "duration", symbol.length_ticks)
            ties = [kind for kind, tied in (("stop", symbol.tied_from), ("start", symbol.tied_to)) if pitch in tied]
            for kind in ties:
                _add(note, "tie", type=kind)
            _add(note, "voice", self.voice)
            _write_value(note, symbol, accidental)
            if self.stem:
                _add(note, "stem", self.stem)
            if head:
                _add(note, "notehead", head)
            if self.staff_number:
                _add(note, "staff", self.staff_number)
            if not rank:
                for level, kind in _beam_kinds(symbols, index, group):
                    _add(note, "beam", kind, number=str(level))
            tuplet = None if rank else _tuplet(symbols, index)
            if ties or tuplet:
                notations = _add(note, "notations")
                for kind in ties:
                    _add(notations, "tied", type=kind)
                if tuplet:
                    _add(notations, "tuplet", type=tuplet)

    def _write_pitch(self, note: ET.Element, pitch: int, symbol: Symbol) -> tuple[str | None, str | None]:
        """Write line or pitch; tell the accidental and the note head to come."""
        if self.is_kit:
            step, octave, head = _DRUMS.get(pitch, _ANY_DRUM)
            unpitched = _add(note, "unpitched")
            _add(unpitched, "display-step", step)
            _add(unpitched, "display-octave", octave)
            return None, head
        letter, alter, octave = self.speller.name(pitch, self.start_ticks + symbol.onset_ticks)
        written = _add(note, "pitch")
        _add(written, "step", letter)
        if alter:
            _add(written, "alter", alter)
        _add(written, "octave", octave)
        # A note tied over the bar line keeps its accidental unprinted.
        if pitch in symbol.tied_from and symbol.onset_ticks == 0:
            return None, None
        return self.speller.accidental(letter, alter, octave), None


def _write_value(note: ET.Element, symbol: Symbol, accidental: str | None = None) -> None:
    name, dots = symbol.value
    _add(note, "type", name)
    for _ in range(dots):
        _add(note, "dot")
    if accidental:
        _add(note, "accidental", accidental)
    if symbol.triplet:
        change = _add(note, "time-modification")
        _add(change, "actual-notes", 3)
        _add(change, "normal-notes", 2)


def _tuplet(symbols: Sequence[Symbol], index: int) -> str | None:
    """Say "start" or "stop" where a beat of triplets begins or ends."""
    symbol = symbols[index]
    if not symbol.triplet:
        return None
    if symbol.onset_ticks % TICKS_PER_QUARTER == 0:
        return "start"
    return "stop" if symbol.end_ticks % TICKS_PER_QUARTER == 0 else None


def _beam_kinds(symbols: Sequence[Symbol], index: int, group: list[int]) -> Iterable[tuple[int, str]]:
    """Level and kind of each beam at a symbol; a level that no neighbour shares is a hook."""
    if not group:
        return
    place = group.index(index)
    for level in range(1, symbols[index].flags + 1):
        before = place > 0 and symbols[group[place - 1]].flags >= level
        after = place + 1 < len(group) and symbols[group[place + 1]].flags >= level
        hook = "forward hook" if place == 0 else "backward hook"
        yield level, _BEAMS.get((before, after), hook)
