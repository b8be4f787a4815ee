"""Our music beside real music: a hundred fresh pieces per mood, measured, and a table that says which lie inside.

    python -m mien.lab.scores.compare_music --data FOLDER [--pieces 100] [--out docs/measures.md]

`FOLDER` holds `openscore_lieder.tar` (voices of songs, as written), `jsb_chorales.tar.xz` (sopranos, on a grid of
sixteenths), `pop909.npz` and `emopia_open.npz` (piano, as played: notes in milliseconds). Melodies are compared as
written. Piano is compared as heard, on milliseconds and by measures that need no bar lines; of a longer recording, the
first `SECONDS` are taken. Whole songs are longer than our pieces, which lowers our entropy and range a little.

References: those of `mien.lab.scores.measures`; Yang & Lerch 2020 for the comparison of distributions.
"""

import argparse
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from mien.circumplex import affect_of
from mien.ensembles import ensemble
from mien.errors import BadInput
from mien.lab.arrays import load_arrays
from mien.lab.scores import measures
from mien.lab.scores.any_midi import FEWEST_NOTES
from mien.lab.scores.cadences import hear_cadences
from mien.lab.scores.gallery import MOODS
from mien.lab.scores.melody_statistics import songs, voice_bars
from mien.lab.scores.whole_songs import whole_song
from mien.leads import tune
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.interruption import EVADED
from mien.music.originality import RUN_NOTES
from mien.music.perform import perform
from mien.values import Note, Part, Phrase
from mien.vocabulary import Mode
from mien.writing import write_bytes

PIECES, FIRST_SEED, SECONDS = 100, 1000, 45.0
"""Pieces per emotion, the first of their seeds (none was listened to while the composer was made), and their length."""

LIEDER, CHORALES = "openscore_lieder.tar", "jsb_chorales.tar.xz"
GRIDS = "jsb/jsb-chorales-16th.json"
"""Path of the chorales in their tar."""

COPIED_NOTES = RUN_NOTES
"""A run of this many melody notes found in a song would be a copy."""

STEP_SEMITONES = 2

SPAN_BARS = 4

Measures = Mapping[str, Callable[[Phrase], float]]

MELODY: Measures = {
    m.__name__: m
    for m in (
        measures.step_share,
        measures.leap_share,
        measures.repeat_share,
        measures.rest_share,
        measures.motif_recurrence,
        measures.pitch_class_entropy,
        measures.melodic_range,
    )
}
WHOLE: Measures = {measures.cadence_rate.__name__: measures.cadence_rate}
PIANO: Measures = {
    m.__name__: m for m in (measures.pitch_class_entropy, measures.polyphony, measures.note_rate, measures.pitch_spread)
}


def phrase_of(notes: list[Note]) -> Phrase:
    """Notes as a phrase, for measures that need only notes and time."""
    end = max(note.end_ticks for note in notes)
    return Phrase(tuple(sorted(notes)), end, (4, 4), ((0, 125.0),), 0, Mode.IONIAN, "piano", 0)


def songs_and_voices(tar: Path) -> tuple[list[Phrase], list[Phrase]]:
    """The voices of the Lieder alone, and whole songs with their accompaniment."""
    alone, whole = [], []
    for score in songs(tar):
        if (line := voice(score)) is not None:
            alone.append(line)
        if (song := whole_song(score)) is not None:
            whole.append(song)
    return alone, whole


def voices(tar: Path) -> Iterator[Phrase]:
    """The voices of the Lieder."""
    return (line for score in songs(tar) if (line := voice(score)) is not None)


def voice(score: ElementTree.Element) -> Phrase | None:
    """The voice of a song: pitches in ticks from its first note, ties joined; None if hardly anything is sung."""
    notes: list[Note] = []
    tick = 0
    for _, events in voice_bars(score):
        for event in events:
            if event.pitch_midi is None or not event.length_ticks:
                continue
            if event.tied_from_before and notes and notes[-1].pitch_midi == event.pitch_midi:
                end = tick + event.onset_ticks + event.length_ticks
                notes[-1] = Note(notes[-1].onset_ticks, Part.MELODY, event.pitch_midi, end - notes[-1].onset_ticks, 64)
            else:
                onset = tick + event.onset_ticks
                notes.append(Note(onset, Part.MELODY, event.pitch_midi, event.length_ticks, 64))
        tick += max((event.onset_ticks + event.length_ticks for event in events), default=0)
    return sung(phrase_of(notes)) if len(notes) >= FEWEST_NOTES else None


def sopranos(tar: Path) -> Iterator[Phrase]:
    """The soprano of each chorale. The grid does not distinguish a repeated note from a held one: equal neighbours are
    one.

    Raises
    ------
    BadInput
        If the file is missing.
    """
    if not tar.is_file():
        raise BadInput(f"no such file: {tar}; --data wants the folder with the corpora")
    with tarfile.open(tar) as archive:
        stream = archive.extractfile(GRIDS)
        assert stream is not None
        for grid in (grid for part in json.load(stream).values() for grid in part):
            pitches = [int(pitch) for pitch, _ in groupby(chord[0] for chord in grid if chord) if pitch > 0]
            yield phrase_of([Note(240 * i, Part.MELODY, pitch, 240, 64) for i, pitch in enumerate(pitches)])


def sung(phrase: Phrase) -> Phrase:
    """The melody alone, from its first note to its last."""
    melody = tune(phrase)
    first = melody[0].onset_ticks
    return phrase_of([Note(n.onset_ticks - first, n.part, n.pitch_midi, n.length_ticks, n.velocity) for n in melody])


def recordings(npz: Path) -> Iterator[Phrase]:
    """The first `SECONDS` of each piece in a file of played notes, one tick per millisecond."""
    if not npz.is_file():
        raise BadInput(f"no such file: {npz}; --data wants the folder with the corpora")
    held = load_arrays(npz)
    for start, stop in pairwise(held["off"]):
        rows = zip(*(held[name][start:stop].tolist() for name in ("t_ms", "d_ms", "p", "v")), strict=True)
        heard = [(t, d, p, v) for t, d, p, v in rows if t < SECONDS * 1000]
        first = min((row[0] for row in heard), default=0)
        notes = [Note(int(t - first), Part.HARMONY, p, max(1, int(d)), max(1, v)) for t, d, p, v in heard]
        if len(notes) >= FEWEST_NOTES:
            yield phrase_of(notes)


def heard(phrase: Phrase) -> Phrase:
    """A played phrase on milliseconds, like `recordings`."""
    onsets = phrase.seconds_at(np.array([n.onset_ticks for n in phrase.notes])) * 1000
    ends = phrase.seconds_at(np.array([n.end_ticks for n in phrase.notes])) * 1000
    return phrase_of(
        [
            Note(round(on), Part.HARMONY, n.pitch_midi, max(1, round(off - on)), n.velocity)
            for on, off, n in zip(onsets, ends, phrase.notes, strict=True)
        ]
    )


def grams(phrase: Phrase, notes: int) -> set[tuple[int, ...]]:
    """Every run of `notes` notes of a melody, as its intervals."""
    moves = [b.pitch_midi - a.pitch_midi for a, b in pairwise(tune(phrase))]
    return {tuple(moves[i : i + notes - 1]) for i in range(len(moves) - notes + 2)}


def longest_copy(ours: list[Phrase], theirs: list[Phrase], *, excused: int = 0) -> int:
    """Notes of the longest run that a melody of ours shares with one of theirs.

    Runs with no move wider than `excused` semitones do not count: 0 excuses repeated notes, 2 excuses anything that
    moves only by step, as scales do, which belong to nobody.
    """
    notes = 1
    while notes < 2 or any(max(map(abs, g)) > excused for g in _all(ours, notes + 1) & _all(theirs, notes + 1)):
        notes += 1
    return notes


def _all(phrases: list[Phrase], notes: int) -> set[tuple[int, ...]]:
    return set().union(*(grams(phrase, notes) for phrase in phrases))


def repeated_spans(phrase: Phrase) -> int:
    """Spans of four bars that repeat an earlier one note for note, outside sections marked as returns."""
    sections = [(mark.onset_ticks, mark.text) for mark in phrase.marks if mark.kind == "section"]
    seen: set[tuple[tuple[int, int, int, int], ...]] = set()
    count = 0
    for start in range(0, phrase.length_ticks - SPAN_BARS * phrase.bar_ticks + 1, phrase.bar_ticks):
        end = start + SPAN_BARS * phrase.bar_ticks
        inside = [n for n in phrase.notes if start <= n.onset_ticks < end]
        span = tuple((n.onset_ticks - start, int(n.part), n.pitch_midi, n.length_ticks) for n in inside)
        title = next(text for tick, text in reversed(sections) if tick <= start)
        count += span in seen and "'" not in title
        seen.add(span)
    return count


def out_of_range(phrase: Phrase) -> int:
    """Notes outside their player's range."""
    players = ensemble(phrase.ensemble).players
    return sum(
        n.part not in players or not players[n.part].low_midi <= n.pitch_midi <= players[n.part].high_midi
        for n in phrase.notes
    )


def marked_and_heard(phrases: list[Phrase]) -> tuple[int, int]:
    """How many cadences our pieces mark (evaded ones do not count), and how many of them are heard in the notes, within
    a bar of the mark."""
    marked = found = 0
    for phrase in phrases:
        ticks = [cadence.onset_ticks for cadence in hear_cadences(phrase)]
        for mark in phrase.marks:
            if mark.kind == "cadence" and mark.text != EVADED:
                marked += 1
                found += any(mark.onset_ticks <= tick < mark.onset_ticks + phrase.bar_ticks for tick in ticks)
    return marked, found


def spread(phrases: list[Phrase], by: Measures) -> dict[str, NDArray[np.float64]]:
    """5th, 50th and 95th percentile of each measure."""
    return {name: np.percentile([function(p) for p in phrases], [5, 50, 95]) for name, function in by.items()}


def table(real: Mapping[str, list[Phrase]], ours: Mapping[str, list[Phrase]], by: Measures) -> list[str]:
    """Rows of Markdown: the measure, each corpus at 5 / 50 / 95 %, and for each emotion our median and how many of our
    pieces lie between the 5 and 95 % of the first corpus."""
    limits = {corpus: spread(phrases, by) for corpus, phrases in real.items()}
    rows = ["| measure | " + " | ".join([*limits, *ours]) + " |", "|---" * (1 + len(limits) + len(ours)) + "|"]
    for name, function in by.items():
        cells = [" / ".join(f"{value:.2f}" for value in limit[name]) for limit in limits.values()]
        low, _, high = next(iter(limits.values()))[name]
        for phrases in ours.values():
            values = np.array([function(phrase) for phrase in phrases])
            inside = int(np.sum((values >= low) & (values <= high)))
            cells.append(f"{np.median(values):.2f} ({inside} of {len(values)})")
        rows.append(f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return rows


def report(data: Path, pieces: int = PIECES) -> str:
    """Compose, measure and report, as Markdown."""
    written: dict[str, list[Phrase]] = {}
    played: dict[str, list[Phrase]] = {}
    for emotion in MOODS:
        briefs = [
            (seed, brief_from_affect(affect_of(emotion), seed=seed)) for seed in range(FIRST_SEED, FIRST_SEED + pieces)
        ]
        written[emotion] = [compose(brief, SECONDS, seed) for seed, brief in briefs]
        played[emotion] = [
            heard(perform(phrase, brief)) for phrase, (_, brief) in zip(written[emotion], briefs, strict=True)
        ]
    lieder, whole = songs_and_voices(data / LIEDER)
    songs_and_chorales = [*lieder, *sopranos(data / CHORALES)]
    piano = {"POP909": list(recordings(data / "pop909.npz")), "EMOPIA": list(recordings(data / "emopia_open.npz"))}
    melodies = {emotion: [sung(phrase) for phrase in phrases] for emotion, phrases in written.items()}
    every = [phrase for phrases in written.values() for phrase in phrases]
    lines = [melody for phrases in melodies.values() for melody in phrases]
    copied, leaping = (longest_copy(lines, songs_and_chorales, excused=size) for size in (0, STEP_SEMITONES))
    marked, found = marked_and_heard(every)
    parallels = ", ".join(
        f"{emotion} {100 * np.mean([measures.parallel_share(p) for p in phrases]):.1f} %"
        for emotion, phrases in written.items()
    )
    return "\n".join(
        [
            "# Measures",
            "",
            f"Written by `python -m mien.lab.scores.compare_music --data FOLDER --pieces {pieces} --out "
            f"docs/measures.md`: {pieces} pieces an emotion, solo piano, {SECONDS:g} s, seeds from {FIRST_SEED} on. "
            "Ours are medians, with how many pieces lie between the 5th and the 95th percentile of the first corpus.",
            "",
            f"Melodies, as written, beside the voices of {len(lieder)} songs (OpenScore Lieder, whole songs):",
            "",
            *table({"Lieder": lieder}, melodies, MELODY),
            "",
            f"Cadences a bar, heard by one detector in {len(whole)} whole songs (voice and piano, as printed) and in "
            f"ours as written (`mien.lab.scores.cadences`, which hears {found} of {marked} that our pieces mark):",
            "",
            *table({"Lieder": whole}, written, WHOLE),
            "",
            f"Piano, as played, beside {' and '.join(f'{len(p)} pieces of {name}' for name, p in piano.items())} "
            f"(performed, so only measures that need no bar lines; the first {SECONDS:g} s):",
            "",
            *table({"EMOPIA": piano["EMOPIA"], "POP909": piano["POP909"]}, played, PIANO),
            "",
            f"- longest run of melody notes shared with a song or chorale, in any key: {copied} (a copy would "
            f"be {COPIED_NOTES}); without those that go by steps alone, as scales do: {leaping}",
            f"- spans of {SPAN_BARS} bars heard before, but for marked returns: {sum(map(repeated_spans, every))}",
            f"- notes out of range: {sum(map(out_of_range, every))}",
            f"- parallel fifths and octaves of the outer parts: {parallels}",
            "",
        ]
    )


def main() -> None:
    """Print the report, or write it."""
    parser = argparse.ArgumentParser(description="Measure our music beside real music.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the three corpora")
    parser.add_argument("--out", type=Path, help="write the report here instead of printing it")
    parser.add_argument("--pieces", type=int, default=PIECES, help="pieces an emotion")
    options = parser.parse_args()
    text = report(options.data, options.pieces)
    if options.out:
        write_bytes(options.out, text.encode())
    else:
        print(text)


if __name__ == "__main__":
    main()
