"""A song as printed → a phrase with everything in it: the voice as melody, the piano as harmony.

Ticks run from the first bar; ties are joined, grace notes and repeats left out. The metre is that of most bars, so that
the length in ticks counts bars in the song's own metre; tempo is not read.

References: Gotham & Jonas 2022, "The OpenScore Lieder Corpus".
"""

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

from mien.lab.scores.any_midi import FEWEST_NOTES
from mien.lab.scores.melody_statistics import SEMITONES
from mien.values import TICKS_PER_QUARTER, Note, Part, Phrase
from mien.vocabulary import Mode

_Event = tuple[int, int, int, bool]
"""(onset, length, pitch, is tied from before), ticks from the bar."""


def whole_song(score: ElementTree.Element) -> Phrase | None:
    """One song; None if it has no words, or too few notes."""
    parts = list(score.iter("part"))
    voice = next((number for number, part in enumerate(parts) if part.find("measure/note/lyric") is not None), None)
    if voice is None:
        return None
    bars = [list(_bars(part)) for part in parts]
    starts, meters, tick = [], Counter[tuple[int, int]](), 0
    for number in range(max(map(len, bars))):
        here = [part[number] for part in bars if number < len(part)]
        starts.append(tick)
        tick += max(length for _, length, _ in here)
        meters[here[0][0]] += 1
    notes: list[Note] = []
    for number, part in enumerate(bars):
        notes += _joined(part, starts, Part.MELODY if number == voice else Part.HARMONY)
    counted = Counter(note.part for note in notes)
    if min(counted[Part.MELODY], counted[Part.HARMONY]) < FEWEST_NOTES:
        return None
    end = max(tick, *(note.end_ticks for note in notes))
    meter = meters.most_common(1)[0][0]
    return Phrase(tuple(sorted(notes)), end, meter, ((0, 120.0),), 0, Mode.IONIAN, "piano", 0)


def _bars(part: ElementTree.Element) -> Iterator[tuple[tuple[int, int], int, list[_Event]]]:
    """(metre, length, events) of each bar; of a part with words only its first voice, which sings them."""
    divisions, meter = 1, (4, 4)
    sings = part.find("measure/note/lyric") is not None
    for measure in part.iter("measure"):
        position = before = end = 0
        events: list[_Event] = []
        for element in measure:
            if element.tag == "attributes":
                divisions = int(element.findtext("divisions", str(divisions)))
                if (time := element.find("time")) is not None:
                    meter = int(time.findtext("beats", "4")), int(time.findtext("beat-type", "4"))
            length = round(int(element.findtext("duration", "0")) * TICKS_PER_QUARTER / divisions)
            if element.tag == "backup":
                position -= length
            elif element.tag == "forward":
                position += length
            elif element.tag == "note" and element.find("grace") is None:
                onset = before if element.find("chord") is not None else position
                pitch = element.find("pitch")
                if pitch is not None and length and not (sings and element.findtext("voice", "1") != "1"):
                    tied = any(tie.get("type") == "stop" for tie in element.iter("tie"))
                    events.append((onset, length, _midi(pitch), tied))
                if element.find("chord") is None:
                    before, position = position, position + length
            end = max(end, position)
        yield meter, end, events


def _midi(pitch: ElementTree.Element) -> int:
    letter = SEMITONES["CDEFGAB".index(pitch.findtext("step", "C"))]
    return letter + round(float(pitch.findtext("alter", "0"))) + 12 * (int(pitch.findtext("octave", "4")) + 1)


def _joined(bars: list[tuple[tuple[int, int], int, list[_Event]]], starts: list[int], part: Part) -> list[Note]:
    """The notes of a part, with tied ones joined."""
    notes: list[Note] = []
    ending: dict[tuple[int, int], int] = {}
    for start, (_, _, events) in zip(starts, bars, strict=False):
        for onset, length, pitch, tied in sorted(events):
            tick = start + onset
            place = ending.pop((tick, pitch), None) if tied else None
            if place is None:
                place = len(notes)
                notes.append(Note(tick, part, pitch, length, 64))
            else:
                held = notes[place]
                notes[place] = Note(held.onset_ticks, part, pitch, tick + length - held.onset_ticks, 64)
            ending[tick + length, pitch] = place
    return notes
