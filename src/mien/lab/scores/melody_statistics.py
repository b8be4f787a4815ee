"""Songs → counts: how melodies move and how their bars are filled, learnt from the OpenScore Lieder (CC0).

Reads the voice of every song in a tar of MusicXML files and counts (a) the diatonic step to the next note given the
step before it and (b) the rhythms of whole bars by metre. The result is the table that `mien.music.motif` and
`mien.music.melody` compose with. Steps are signed scale steps (a third up is +2, a repeated note 0), clipped to
±`MAX_STEP`; rhythms are tuples of ticks (480 a quarter), rests negative.

    python -m mien.lab.scores.melody_statistics openscore_lieder.tar [TABLE.json]

References: Huron 2006, *Sweet Anticipation*, ch. 5 (step inertia, post-skip reversal); Gotham & Jonas 2022, "The
OpenScore Lieder Corpus".
"""

import io
import json
import re
import sys
import tarfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from mien.errors import BadInput
from mien.values import TICKS_PER_QUARTER

MAX_STEP = 8
"""Steps are clipped here: an octave is 7, and wider leaps are too rare to tell apart."""

METERS = {"4/4": 1920, "3/4": 1440, "2/4": 960, "6/8": 1440}
"""The metres whose bars are counted, with their length in ticks. Cut time (2/2) counts as 4/4."""

GRIDS = (60, 80)
"""A rhythm is kept if every length is a multiple of one of these (1/32 notes, or triplets of sixteenths)."""

SEMITONES = (0, 2, 4, 5, 7, 9, 11)
"""The letters C to B above C."""

FEWEST_USES = 8
MOST_RHYTHMS = 160


@dataclass(frozen=True, slots=True)
class VoiceNote:
    """One event of a voice: ticks from the bar's start, length, letter position (7 to an octave), pitch; None for
    rests."""

    onset_ticks: int
    length_ticks: int
    letter: int | None
    tied_from_before: bool
    pitch_midi: int | None = None


@dataclass(slots=True)
class MelodyCounts:
    """What has been counted so far."""

    songs: int = 0
    notes: int = 0
    steps: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    rhythms: dict[str, Counter[tuple[int, ...]]] = field(default_factory=lambda: defaultdict(Counter))


def voice_bars(score: ElementTree.Element) -> Iterator[tuple[str, list[VoiceNote]]]:
    """Yield (metre, events) for each bar of the first part that carries lyrics; nothing if none does."""
    part = next((p for p in score.iter("part") if p.find("measure/note/lyric") is not None), None)
    if part is None:
        return
    divisions, meter = 1, "4/4"
    for measure in part.iter("measure"):
        position, events = 0, []
        for element in measure:
            if element.tag == "attributes":
                divisions = int(element.findtext("divisions", str(divisions)))
                if (time := element.find("time")) is not None:
                    meter = f"{time.findtext('beats')}/{time.findtext('beat-type')}"
                    meter = "4/4" if meter == "2/2" else meter
            length = round(int(element.findtext("duration", "0")) * TICKS_PER_QUARTER / divisions)
            if element.tag == "backup":
                position -= length
            elif element.tag == "forward":
                position += length
            elif element.tag == "note" and element.find("chord") is None and element.find("grace") is None:
                if element.findtext("voice", "1") == "1":
                    events.append(_event(element, position, length))
                position += length
        yield meter, events


def _event(note: ElementTree.Element, onset_ticks: int, length_ticks: int) -> VoiceNote:
    pitch = note.find("pitch")
    letter = midi = None
    if pitch is not None:
        letter = "CDEFGAB".index(pitch.findtext("step", "C")) + 7 * int(pitch.findtext("octave", "4"))
        alter = round(float(pitch.findtext("alter", "0")))
        midi = SEMITONES[letter % 7] + alter + 12 * (letter // 7 + 1)
    tied = any(tie.get("type") == "stop" for tie in note.iter("tie"))
    return VoiceNote(onset_ticks, length_ticks, letter, tied, midi)


def bar_rhythm(events: list[VoiceNote], bar_ticks: int) -> tuple[int, ...] | None:
    """Rhythm of a bar, ties joined, rests negative and merged; None if empty, partial, tied into, off the grid."""
    lengths: list[int] = []
    for event in events:
        if event.tied_from_before and not lengths:
            return None
        if event.tied_from_before and lengths[-1] > 0:
            lengths[-1] += event.length_ticks
        elif event.letter is None and lengths and lengths[-1] < 0:
            lengths[-1] -= event.length_ticks
        else:
            lengths.append(event.length_ticks if event.letter is not None else -event.length_ticks)
    if sum(map(abs, lengths)) != bar_ticks or max(lengths) < 0:
        return None
    return tuple(lengths) if any(all(n % grid == 0 for n in lengths) for grid in GRIDS) else None


def count_song(score: ElementTree.Element, counts: MelodyCounts) -> None:
    """Add one song to `counts`."""
    letter: int | None = None
    step: int | None = None
    heard = False
    for meter, events in voice_bars(score):
        heard = True
        if meter in METERS and events and (rhythm := bar_rhythm(events, METERS[meter])):
            counts.rhythms[meter][rhythm] += 1
        for event in events:
            if event.letter is None:
                letter = step = None  # a rest ends the line: the next interval is not heard as one
            elif not event.tied_from_before:
                counts.notes += 1
                if letter is not None:
                    following = max(-MAX_STEP, min(MAX_STEP, event.letter - letter))
                    if step is not None:
                        counts.steps[step][following] += 1
                    step = following
                letter = event.letter
    counts.songs += heard


def songs(tar: Path) -> Iterator[ElementTree.Element]:
    """Yield the score of every compressed MusicXML file of a tar.

    Raises
    ------
    BadInput
        If the file is missing.
    """
    if not tar.is_file():
        raise BadInput(f"no such file: {tar}; give the tar of OpenScore Lieder (.mxl files)")
    with tarfile.open(tar) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(".mxl") else None
            if stream is not None:
                with zipfile.ZipFile(io.BytesIO(stream.read())) as song:
                    name = next(n for n in song.namelist() if n.endswith(".xml") and not n.startswith("META-INF"))
                    yield ElementTree.fromstring(song.read(name))


def learn(tar: Path, most: int | None = None) -> MelodyCounts:
    """Count the songs of a tar of compressed MusicXML files: all, or the first `most`.

    Raises
    ------
    BadInput
        If the tar is missing or holds no song.
    """
    counts = MelodyCounts()
    for score in songs(tar):
        if most is not None and counts.songs >= most:
            break
        count_song(score, counts)
    if not counts.songs:
        raise BadInput(f"{tar} holds no song with lyrics; give the tar of OpenScore Lieder (.mxl files)")
    return counts


def as_table(counts: MelodyCounts) -> dict[str, object]:
    """The shipped table: a manifest, step counts by the step before, bar rhythms by metre, most used first."""
    span = range(-MAX_STEP, MAX_STEP + 1)
    return {
        "manifest": {
            "source": "OpenScore Lieder Corpus, voice parts",
            "licence": "CC0 1.0",
            "made_by": "python -m mien.lab.scores.melody_statistics openscore_lieder.tar",
            "songs": counts.songs,
            "notes": counts.notes,
            "bars": {meter: sum(counts.rhythms[meter].values()) for meter in METERS},
        },
        "max_step": MAX_STEP,
        "steps": [[counts.steps[before][after] for after in span] for before in span],
        "rhythms": {
            meter: [
                [count, *rhythm]
                for rhythm, count in sorted(counts.rhythms[meter].items(), key=lambda item: (-item[1], item[0]))
                if count >= FEWEST_USES
            ][:MOST_RHYTHMS]
            for meter in METERS
        },
    }


def write_table(table: dict[str, object], path: Path) -> None:
    """Write a table as JSON, one row of numbers per line, so that a change can be read."""
    text = json.dumps(table, ensure_ascii=False, indent=1)
    path.write_text(re.sub(r"\[[\d\s,-]*\]", lambda row: " ".join(row[0].split()), text) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Learn from the tar named first and write the table to the path named second, by default the shipped one."""
    if not arguments:
        raise SystemExit("usage: python -m mien.lab.scores.melody_statistics openscore_lieder.tar [TABLE.json]")
    shipped = Path(__file__).parents[2] / "music" / "melody_statistics.json"
    counts = learn(Path(arguments[0]))
    write_table(as_table(counts), Path(arguments[1]) if len(arguments) > 1 else shipped)
    print(f"{counts.songs} songs, {counts.notes} notes")


if __name__ == "__main__":
    main(sys.argv[1:])
