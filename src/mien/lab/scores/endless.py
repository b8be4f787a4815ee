"""Free-running music for as long as asked → whether it repeats itself, grows in memory, and ends well.

    python -m mien.lab.scores.endless [--seconds 3600] [--emotion happy] [--ensemble piano] [--seed 1]

The music is composed and played stretch by stretch, as the live instrument does, and thrown away. A fingerprint of each
span of eight bars is kept, so that a span that recurs note for note is found. Four times on the way, what the composer
carries along is pickled and weighed.
"""

import argparse
import hashlib
import pickle
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.journey.phrases import CODA_BARS, close, next_phrase
from mien.music.journey.state import Journey
from mien.music.perform import perform
from mien.values import Brief, Part, Phrase

SPAN_BARS = 8
WEIGHINGS = 4

Bar = tuple[tuple[int, int, int, int], ...]
"""The notes of a bar: onset in the bar, part, pitch, length."""


@dataclass(frozen=True, slots=True)
class Run:
    """What was seen: bars, names of sections, how often a span recurred, bytes carried along, what was wrong at the
    end."""

    seconds: float
    bars: int
    notes: int
    repeated_spans: int
    carried_bytes: tuple[int, ...]
    faults_at_the_end: tuple[str, ...]


def run_freely(brief: Brief, seconds: float, seed: int) -> Run:
    """Let the composer run for `seconds`, then end."""
    journey = Journey(seed, brief, leaves_home=True)
    spans: Counter[bytes] = Counter()
    recent: deque[Bar] = deque(maxlen=SPAN_BARS)
    carried: list[int] = []
    bars = notes = 0
    while journey.time_s < seconds:
        journey, stretch = next_phrase(journey, lambda _: brief)
        notes += len(perform(stretch.written, stretch.briefs, closes=False).notes)
        for bar in bars_of(stretch.written):
            bars += 1
            recent.append(bar)
            if len(recent) == SPAN_BARS:
                spans[hashlib.blake2b(repr(tuple(recent)).encode(), digest_size=16).digest()] += 1
        if journey.time_s >= seconds * (len(carried) + 1) / WEIGHINGS:
            carried.append(len(pickle.dumps(journey)))
    ending = close(journey, lambda _: brief, CODA_BARS[1])
    repeated = sum(count - 1 for count in spans.values())
    return Run(journey.time_s, bars, notes, repeated, tuple(carried), tuple(faults_of_ending(ending.written)))


def bars_of(phrase: Phrase) -> list[Bar]:
    """The notes of each bar of a written phrase."""
    bars: list[list[tuple[int, int, int, int]]] = [[] for _ in range(phrase.length_ticks // phrase.bar_ticks)]
    for note in phrase.notes:
        number, onset = divmod(note.onset_ticks, phrase.bar_ticks)
        bars[number].append((onset, int(note.part), note.pitch_midi, note.length_ticks))
    return [tuple(bar) for bar in bars]


def faults_of_ending(phrase: Phrase) -> Iterator[str]:
    """What an ending lacks: the tonic in harmony, bass and melody, and everybody holding it to the end."""
    last = phrase.chords[-1]
    if last.function != "T" or last.pcs[0] != phrase.tonic_pc or last.bass_pc != phrase.tonic_pc:
        yield "the last chord is not the tonic in root position"
    if phrase.part(Part.MELODY)[-1].pitch_midi % 12 != phrase.tonic_pc:
        yield "the melody does not end on the tonic"
    for part in (Part.MELODY, Part.RHYTHM):
        if max(note.end_ticks for note in phrase.part(part)) != phrase.length_ticks:
            yield f"{part.name.lower()} stops before the end"


def main() -> None:
    """Read the options, run, report."""
    parser = argparse.ArgumentParser(description="Let music run freely and look for repetition and growth.")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--emotion", default="happy")
    parser.add_argument("--ensemble", default="piano")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    brief = brief_from_affect(affect_of(asked.emotion), ensemble=asked.ensemble, seed=asked.seed)
    run = run_freely(brief, asked.seconds, asked.seed)
    print(f"{run.seconds:.0f} s of {asked.emotion} music for {asked.ensemble}: {run.bars} bars, {run.notes} notes")
    print(f"spans of {SPAN_BARS} bars heard before: {run.repeated_spans}")
    print(f"carried along, kB: {', '.join(f'{size / 1000:.0f}' for size in run.carried_bytes)}")
    print(f"the end: {'; '.join(run.faults_at_the_end) or 'on the tonic, held by all'}")


if __name__ == "__main__":
    main()
