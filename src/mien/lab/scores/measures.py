"""Phrases → numbers that say how they are made, to set beside real music. None of them says that music is good.

Shares and consistencies are 0..1, entropies are in bits. Melodic intervals are taken within a part, between notes with
less than a quarter's rest between them; a step is 1 or 2 semitones, a leap 5 or more.

References: Yang & Lerch 2020, "On the evaluation of generative models in music"; Wu & Yang 2020, "The Jazz Transformer
on the front line" (pitch-class entropy, groove consistency); Mogren 2016 (scale consistency, polyphony); Dong et al.
2018, "MuseGAN" (empty bars); Huron 2001 (parallel fifths and octaves); for cadences those of
`mien.lab.scores.cadences`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mien.lab.scores.cadences import hear_cadences
from mien.leads import tune
from mien.music.harmony import PERFECT
from mien.values import TICKS_PER_QUARTER, Note, Part, Phrase

GRID_TICKS = TICKS_PER_QUARTER // 4
"""Groove and polyphony are sampled every sixteenth."""

GRAM = 4
"""Number of intervals that make a recurrence: five notes."""


def _pitched(phrase: Phrase) -> list[Note]:
    return [note for note in phrase.notes if note.part is not Part.KIT]


def _intervals(notes: Iterable[Note]) -> NDArray[np.int64]:
    """Semitones between the notes of a line, except across rests of a quarter or more."""
    moves = [b.pitch_midi - a.pitch_midi for a, b in pairwise(notes) if b.onset_ticks - a.end_ticks < TICKS_PER_QUARTER]
    return np.array(moves, dtype=np.int64)


def _entropy(counts: Iterable[int]) -> float:
    shares = np.array([count for count in counts if count], dtype=np.float64)
    shares /= shares.sum()
    return float(-(shares * np.log2(shares)).sum())


def pitch_class_entropy(phrase: Phrase) -> float:
    """Entropy in bits of the distribution of pitch classes: 2 to 3 in tonal music, at most 3.58 (Wu & Yang 2020)."""
    return _entropy(Counter(note.pitch_midi % 12 for note in _pitched(phrase)).values())


def scale_consistency(phrase: Phrase) -> float:
    """Share of notes in the phrase's own scale (Mogren 2016)."""
    scale = {(phrase.tonic_pc + above) % 12 for above in phrase.mode.value}
    notes = _pitched(phrase)
    return sum(note.pitch_midi % 12 in scale for note in notes) / len(notes)


def polyphony(phrase: Phrase) -> float:
    """Number of notes that sound together, averaged over the times when any does (Mogren 2016)."""
    sounding = np.zeros(phrase.length_ticks // GRID_TICKS + 1)
    for note in _pitched(phrase):
        sounding[note.onset_ticks // GRID_TICKS : -(-note.end_ticks // GRID_TICKS)] += 1
    return float(sounding[sounding > 0].mean())


def empty_beats(phrase: Phrase) -> float:
    """Share of quarters in which nothing begins and nothing sounds (after Dong et al. 2018)."""
    beats = np.zeros(phrase.length_ticks // TICKS_PER_QUARTER + 1, dtype=bool)
    for note in phrase.notes:
        beats[note.onset_ticks // TICKS_PER_QUARTER : -(-note.end_ticks // TICKS_PER_QUARTER)] = True
    return float(1 - beats[: phrase.length_ticks // TICKS_PER_QUARTER].mean())


def groove_consistency(phrase: Phrase) -> float:
    """How alike the onset patterns of neighbouring bars are (Wu & Yang 2020)."""
    cells = phrase.bar_ticks // GRID_TICKS
    grid = np.zeros((phrase.length_ticks // phrase.bar_ticks, cells), dtype=bool)
    for note in phrase.notes:
        bar, place = divmod(note.onset_ticks, phrase.bar_ticks)
        grid[bar, min(place // GRID_TICKS, cells - 1)] = True
    return float(1 - np.mean(grid[1:] != grid[:-1])) if len(grid) > 1 else 1.0


def step_share(phrase: Phrase) -> float:
    """Share of the melody's intervals that are steps."""
    size = np.abs(_intervals(tune(phrase)))
    return float(np.mean((size == 1) | (size == 2)))


def leap_share(phrase: Phrase) -> float:
    """Share of the melody's intervals that are a fourth or wider."""
    return float(np.mean(np.abs(_intervals(tune(phrase))) >= 5))


def repeat_share(phrase: Phrase) -> float:
    """Share of the melody's intervals that repeat the note."""
    return float(np.mean(_intervals(tune(phrase)) == 0))


def rest_share(phrase: Phrase) -> float:
    """Share of time in which the melody rests."""
    melody = tune(phrase)
    return 1 - sum(note.length_ticks for note in melody) / phrase.length_ticks


def melodic_range(phrase: Phrase) -> float:
    """Semitones from the lowest to the highest note of the melody."""
    pitches = [note.pitch_midi for note in tune(phrase)]
    return float(max(pitches) - min(pitches))


def pitch_spread(phrase: Phrase) -> float:
    """Standard deviation of all pitches, semitones."""
    return float(np.std([note.pitch_midi for note in _pitched(phrase)]))


def note_rate(phrase: Phrase) -> float:
    """Notes per second, all parts."""
    return len(phrase.notes) / phrase.length_s


def motif_recurrence(phrase: Phrase) -> float:
    """Share of the melody's five-note contours that occur at least twice."""
    moves = [int(move) for move in _intervals(tune(phrase))]
    grams = [tuple(moves[i : i + GRAM]) for i in range(len(moves) - GRAM + 1)]
    counts = Counter(grams)
    return sum(counts[gram] > 1 for gram in grams) / max(1, len(grams))


def cadence_rate(phrase: Phrase) -> float:
    """Cadences per bar as heard in the notes (`mien.lab.scores.cadences`): 0.25 if every fourth bar closes."""
    return len(hear_cadences(phrase)) * phrase.bar_ticks / phrase.length_ticks


def parallel_share(phrase: Phrase) -> float:
    """Share of moves of both outer parts that are parallel fifths or octaves in similar motion (Huron 2001).

    Moves are taken between the moments at which both parts begin a note.
    """
    melody = {note.onset_ticks: note.pitch_midi for note in tune(phrase)}
    bass: dict[int, int] = {}
    for note in phrase.part(Part.RHYTHM):
        bass[note.onset_ticks] = min(note.pitch_midi, bass.get(note.onset_ticks, 127))
    together = sorted(melody.keys() & bass.keys())
    moves = parallels = 0
    for one, other in pairwise(together):
        direction = (melody[other] - melody[one]) * (bass[other] - bass[one])
        moves += direction != 0
        here, there = (melody[one] - bass[one]) % 12, (melody[other] - bass[other]) % 12
        parallels += direction > 0 and here == there and here in PERFECT
    return parallels / max(1, moves)


MEASURES: Mapping[str, Callable[[Phrase], float]] = {
    measure.__name__: measure
    for measure in (
        pitch_class_entropy,
        scale_consistency,
        polyphony,
        empty_beats,
        groove_consistency,
        step_share,
        leap_share,
        repeat_share,
        rest_share,
        melodic_range,
        pitch_spread,
        note_rate,
        motif_recurrence,
        cadence_rate,
        parallel_share,
    )
}
"""Every measure by name; the test walks them all."""


def measure(phrase: Phrase) -> dict[str, float]:
    """All measures of a written phrase."""
    return {name: function(phrase) for name, function in MEASURES.items()}
