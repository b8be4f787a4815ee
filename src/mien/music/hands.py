"""The accompaniment of a keyboard → what the right hand takes and what the left, phrase by phrase.

Pitches are MIDI, ticks run from the start of the piece. The melody belongs to the right hand, the bass to the left.
Whatever lies between is split at one pitch for a whole phrase (and separately for the last bar of a piece): a chord may
be shared by both hands, a figure of single notes stays in one. The chosen split is the one at which hands stretch least
beyond a tenth, cross the melody least and read the fewest ledger lines.

References: Parncutt et al. 1997, "An ergonomic model of keyboard fingering for melodic fragments" (spans); Gould 2011,
*Behind Bars*, ch. 12 (keyboards: the hand that plays decides the staff).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from mien.values import Note, Part, Phrase

REACH_SEMITONES = 16
"""A tenth: the span of most hands."""

LEAP_S = 0.3
"""A hand may leap beyond its reach, as in stride piano, if it has this much time."""

SPLITS_MIDI = (0, 50, 52, 54, 55, 57, 59, 60, 61, 62, 64, 66, 128)
"""Pitches at and above which notes may go to the right hand."""

LOWEST_ABOVE_MIDI, HIGHEST_BELOW_MIDI = 57, 64
"""Pitches two ledger lines below the treble staff and two above the bass staff."""

STRETCH, CROSSING, LEDGER, APART, BUSY = 1.0, 4.0, 0.3, 2.0, 0.8
"""Costs: a semitone beyond the reach of a hand at a stroke; a note above the melody; a semitone beyond the ledger
lines; a chord shared by both hands; a note of a figure in the hand that plays the melody (the pedal can hold the bass
under a figure in the left)."""


def in_the_right_hand(phrase: Phrase, parts: Sequence[Part]) -> set[Note]:
    """The notes of these parts that the right hand takes."""
    taken = set(phrase.part(Part.MELODY)) if Part.MELODY in parts else set()
    inner = [note for part in parts if part not in (Part.MELODY, Part.RHYTHM) for note in phrase.part(part)]
    sung = phrase.part(Part.MELODY) if Part.MELODY in parts else ()
    bass = phrase.part(Part.RHYTHM) if Part.RHYTHM in parts else ()
    for start, end in _spans(phrase):
        here = sorted(_within(inner, start, end))
        if here:
            above = _within(sung, start, end)
            is_figure = bool(above) and not _has_chords(here)
            below = [] if is_figure else _within(bass, start, end)
            splits = (SPLITS_MIDI[0], SPLITS_MIDI[-1]) if is_figure else SPLITS_MIDI
            costs = {pitch: round(_cost(pitch, here, above, below), 6) for pitch in reversed(splits)}
            costs[SPLITS_MIDI[0]] += BUSY * len(here) * is_figure
            split = min(costs, key=costs.__getitem__)
            taken |= {note for note in here if note.pitch_midi >= split}
    return taken


def _spans(phrase: Phrase) -> Iterator[tuple[int, int]]:
    starts = {mark.onset_ticks for mark in phrase.marks if mark.kind == "phrase"}
    last_bar = max(0, phrase.length_ticks - phrase.bar_ticks)
    return pairwise(sorted({0, *starts, last_bar, phrase.length_ticks}))


def _within(notes: Sequence[Note], start: int, end: int) -> list[Note]:
    return [note for note in notes if start <= note.onset_ticks < end]


def _cost(split: int, inner: Sequence[Note], above: Sequence[Note], below: Sequence[Note]) -> float:
    """The cost of splitting the notes between the outer voices at a pitch."""
    right = [note for note in inner if note.pitch_midi >= split]
    left = [note for note in inner if note.pitch_midi < split]
    cost = STRETCH * (_stretch([*right, *above]) + _stretch([*left, *below]))
    cost += LEDGER * sum(max(0, LOWEST_ABOVE_MIDI - note.pitch_midi) for note in right)
    cost += LEDGER * sum(max(0, note.pitch_midi - HIGHEST_BELOW_MIDI) for note in left)
    for note in right:
        over = (n.pitch_midi for n in above if n.onset_ticks < note.end_ticks and note.onset_ticks < n.end_ticks)
        cost += CROSSING * (note.pitch_midi > min(over, default=127))
    strokes = ({note.pitch_midi >= split for note in stroke} for stroke in _strokes(inner))
    return cost + APART * sum(len(hands) == 2 for hands in strokes)


def _strokes(inner: Sequence[Note]) -> Iterator[list[Note]]:
    """The notes that a part begins together, in order."""
    for _, together in groupby(inner, key=lambda note: (note.onset_ticks, note.part)):
        yield list(together)


def _has_chords(inner: Sequence[Note]) -> bool:
    """Whether most strokes are chords."""
    sizes = [len(stroke) for stroke in _strokes(inner)]
    return sum(size > 1 for size in sizes) * 2 > len(sizes)


def _stretch(notes: Sequence[Note]) -> float:
    """Semitones beyond a hand's reach, summed over all moments at which it begins a note."""
    beyond = 0.0
    for onset in {note.onset_ticks for note in notes}:
        held = [note.pitch_midi for note in notes if note.onset_ticks <= onset < note.end_ticks]
        beyond += max(0, max(held) - min(held) - REACH_SEMITONES)
    return beyond
