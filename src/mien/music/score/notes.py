"""Written symbols become the notes of a score (symbols of one voice and bar → MusicXML `note` elements).

Accidentals hold until the bar line, only on their line or space and staff. Chords are spelled from their roots (see
`spelling`). A slur ends on the last of tied notes; a fermata appears once per staff.

References: W3C, "MusicXML 4.0" (2021); Gould 2011, "Behind Bars".
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from operator import itemgetter
from xml.etree import ElementTree as ET

from mien.music import spelling
from mien.music.score.notation import Symbol, beam
from mien.values import TICKS_PER_QUARTER, Chord, Note

_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_BEAMS = {(False, True): "begin", (True, True): "continue", (True, False): "end"}
_DRUMS = {
    35: ("F", 4, None), 36: ("F", 4, None), 37: ("C", 5, "slash"), 38: ("C", 5, None), 39: ("C", 5, "x"),
    40: ("C", 5, None), 41: ("G", 4, None), 42: ("G", 5, "x"), 43: ("G", 4, None), 44: ("D", 4, "x"),
    45: ("A", 4, None), 46: ("G", 5, "circle-x"), 47: ("B", 4, None), 48: ("D", 5, None), 49: ("A", 5, "x"),
    50: ("E", 5, None), 51: ("F", 5, "x"), 53: ("F", 5, "diamond"), 54: ("B", 5, "x"), 56: ("E", 5, "triangle"),
    57: ("A", 5, "x"), 69: ("B", 5, "x"), 70: ("B", 5, "x"), 75: ("E", 5, "x"), 81: ("B", 5, "triangle"),
}  # fmt: skip
"""Line or space and note head of drum keys, after Weinberg 1998, "Guide to Standardized Drumset Notation"."""
_ANY_DRUM = ("E", 5, "x")


class Rests(Enum):
    """Which rests of a voice are printed.

    A drummer's feet come and go without rests; a voice below another leaves once its last note of the bar has sounded.
    """

    ALL = auto()
    BEFORE = auto()
    NONE = auto()


@dataclass(slots=True)
class Speller:
    """Names the pitches of a staff by key and harmony, and says which accidentals of a bar are printed."""

    fifths: int
    chords: Sequence[Chord]
    printed: dict[tuple[int, int, int], str] = field(default_factory=dict)
    """By voice, tick in the bar and pitch."""

    def turn_bar(self, fifths: int, start_ticks: int, voices: Mapping[int, Sequence[Symbol]]) -> None:
        """Begin a bar under a signature of `fifths` sharps. Accidentals printed before it are forgotten; those printed
        in it follow the order of reading, through all voices of the staff (by number)."""
        self.fifths, self.printed = fifths, {}
        in_key = {spelling.letter(place): spelling.accidentals(place) for place in range(fifths - 1, fifths + 6)}
        shown: dict[tuple[str, int], int] = {}
        read = [(symbol.onset_ticks, voice, symbol) for voice, symbols in voices.items() for symbol in symbols]
        for onset, voice, symbol in sorted(read, key=itemgetter(0, 1)):
            for pitch in symbol.pitches:
                if onset == 0 and pitch in symbol.tied_from:  # tied over the bar line: its accidental holds unprinted
                    continue
                letter, alter, octave = self.name(pitch, start_ticks + onset)
                if alter != shown.get((letter, octave), in_key[letter]):
                    self.printed[voice, onset, pitch] = _ACCIDENTALS[alter]
                shown[letter, octave] = alter

    def name(self, pitch_midi: int, onset_ticks: int) -> tuple[str, int, int]:
        """Letter, accidentals and octave."""
        index = bisect_right(self.chords, onset_ticks, key=lambda chord: chord.onset_ticks) - 1
        chord = self.chords[index] if index >= 0 else None
        if chord is not None and onset_ticks >= chord.onset_ticks + chord.length_ticks:
            chord = None
        place = spelling.spell(pitch_midi % 12, self.fifths, chord)
        return spelling.letter(place), spelling.accidentals(place), spelling.octave(pitch_midi, place)


@dataclass(slots=True)
class Phrasing:
    """Slurs (first and last note of each) and articulations (by tick and pitch) of one player, from bar to bar."""

    slurs: Sequence[tuple[Note, Note]] = ()
    marks: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    open: tuple[int, int] | None = None
    """End of the slur in progress: the tick and pitch of its last note."""
    held: int | None = None
    """Pitch of that last note, once it has begun and is tied on."""
    starts: dict[tuple[int, int], tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = {
            (first.onset_ticks, first.pitch_midi): (last.onset_ticks, last.pitch_midi) for first, last in self.slurs
        }

    def kinds(self, symbol: Symbol, onset_ticks: int) -> Iterator[str]:
        """Ends ("stop") and beginnings ("start") of slurs at a symbol."""
        here = [(onset_ticks, pitch) for pitch in symbol.pitches if pitch not in symbol.tied_from]
        if self.open in here:
            self.held, self.open = self.open[1], None
        if self.held in symbol.pitches and self.held not in symbol.tied_to:
            self.held = None
            yield "stop"
        if self.open is None and self.held is None and (first := next((n for n in here if n in self.starts), None)):
            self.open = self.starts[first]
            yield "start"

    def articulations(self, symbol: Symbol, onset_ticks: int) -> list[str]:
        """Articulations of a symbol; of two accents only the stronger; a note tied on is not short."""
        begun = [pitch for pitch in symbol.pitches if pitch not in symbol.tied_from]
        names = {name for pitch in begun for name in self.marks.get((onset_ticks, pitch), ())}
        if symbol.tied_to:
            names.discard("staccato")
        if "strong-accent" in names:
            names.discard("accent")
        return sorted(names)


def add(parent: ET.Element, tag: str, text: str | int | None = None, **attributes: str) -> ET.Element:
    """Add a child with its text to an element, and return it."""
    child = ET.SubElement(parent, tag, attributes)
    if text is not None:
        child.text = str(text)
    return child


@dataclass(frozen=True, slots=True)
class VoiceWriter:
    """Writes one voice of one bar into its measure."""

    measure: ET.Element
    speller: Speller
    phrasing: Phrasing
    start_ticks: int
    is_kit: bool
    voice: int
    staff_number: int | None
    stem: str | None
    rests: Rests
    is_held: bool
    """The bar is the last of a piece: its last symbol gets a fermata."""

    def write(self, symbols: Sequence[Symbol], meter: tuple[int, int]) -> None:
        """Add the symbols of the bar as `note` (or `forward`) elements."""
        if len(symbols) == 1 and not symbols[0].pitches:
            self._write_rest(symbols, 0, whole_bar=True)
            return
        beams = {index: group for group in beam(symbols, meter) for index in group}
        last = max((index for index, symbol in enumerate(symbols) if symbol.pitches), default=-1)
        for index, symbol in enumerate(symbols):
            is_shown = self.rests is Rests.ALL or (self.rests is Rests.BEFORE and index < last)
            if symbol.pitches:
                self._write_chord(symbols, index, beams.get(index, []))
            elif not is_shown and not symbol.triplet:
                forward = add(self.measure, "forward")
                add(forward, "duration", symbol.length_ticks)
                add(forward, "voice", self.voice)
                if self.staff_number:
                    add(forward, "staff", self.staff_number)
            else:
                self._write_rest(symbols, index)

    def _write_rest(self, symbols: Sequence[Symbol], index: int, *, whole_bar: bool = False) -> None:
        symbol = symbols[index]
        note = add(self.measure, "note")
        add(note, "rest", **({"measure": "yes"} if whole_bar else {}))
        add(note, "duration", symbol.length_ticks)
        add(note, "voice", self.voice)
        if not whole_bar:
            _write_value(note, symbol)
        if self.staff_number:
            add(note, "staff", self.staff_number)
        notations = ET.Element("notations")
        self._write_notations(notations, symbols, index)
        if len(notations):
            note.append(notations)

    def _write_chord(self, symbols: Sequence[Symbol], index: int, group: list[int]) -> None:
        symbol = symbols[index]
        for rank, pitch in enumerate(symbol.pitches):
            note = add(self.measure, "note")
            if rank:
                add(note, "chord")
            accidental, head = self._write_pitch(note, pitch, symbol)
            add(note, "duration", symbol.length_ticks)
            ties = [kind for kind, tied in (("stop", symbol.tied_from), ("start", symbol.tied_to)) if pitch in tied]
            for kind in ties:
                add(note, "tie", type=kind)
            add(note, "voice", self.voice)
            _write_value(note, symbol, accidental)
            if self.stem:
                add(note, "stem", self.stem)
            if head:
                add(note, "notehead", head)
            if self.staff_number:
                add(note, "staff", self.staff_number)
            if not rank:
                for level, kind in _beam_kinds(symbols, index, group):
                    add(note, "beam", kind, number=str(level))
            notations = ET.Element("notations")
            for kind in ties:
                add(notations, "tied", type=kind)
            if not rank:
                self._write_notations(notations, symbols, index)
            if len(notations):
                note.append(notations)

    def _write_notations(self, notations: ET.Element, symbols: Sequence[Symbol], index: int) -> None:
        """What a chord has only once: slurs, articulations, the end of a tuplet, a fermata."""
        symbol = symbols[index]
        onset = self.start_ticks + symbol.onset_ticks
        for kind in self.phrasing.kinds(symbol, onset):
            add(notations, "slur", type=kind, number="1")
        if tuplet := _tuplet(symbols, index):
            add(notations, "tuplet", type=tuplet)
        if names := self.phrasing.articulations(symbol, onset):
            articulations = add(notations, "articulations")
            for name in names:
                add(articulations, name)
        if self.is_held and index == len(symbols) - 1:
            add(notations, "fermata", type="upright")

    def _write_pitch(self, note: ET.Element, pitch: int, symbol: Symbol) -> tuple[str | None, str | None]:
        """Write line or pitch; return the accidental and the note head still to be written."""
        if self.is_kit:
            step, octave, head = _DRUMS.get(pitch, _ANY_DRUM)
            unpitched = add(note, "unpitched")
            add(unpitched, "display-step", step)
            add(unpitched, "display-octave", octave)
            return None, head
        letter, alter, octave = self.speller.name(pitch, self.start_ticks + symbol.onset_ticks)
        written = add(note, "pitch")
        add(written, "step", letter)
        if alter:
            add(written, "alter", alter)
        add(written, "octave", octave)
        return self.speller.printed.get((self.voice, symbol.onset_ticks, pitch)), None


def _write_value(note: ET.Element, symbol: Symbol, accidental: str | None = None) -> None:
    name, dots = symbol.value
    add(note, "type", name)
    for _ in range(dots):
        add(note, "dot")
    if accidental:
        add(note, "accidental", accidental)
    if symbol.triplet:
        change = add(note, "time-modification")
        add(change, "actual-notes", 3)
        add(change, "normal-notes", 2)


def _tuplet(symbols: Sequence[Symbol], index: int) -> str | None:
    """Return "start" or "stop" where a beat of triplets begins or ends."""
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
