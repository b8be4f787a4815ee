"""Notes become written symbols (notes of one voice → chords and rests of legal value, bar by bar).

Written music stands on a grid of 60 ticks, or of 80 in beats of triplets. A value that no single symbol can express, or
that would hide the strong beats of its bar, is split at the strongest beat inside it and tied. Positions are ticks from
the bar line.

Reference: Gould 2011, "Behind Bars" (grouping of rhythms, beams, rests).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mien.music.rhythm import Meter, bar_ticks, beat_ticks
from mien.values import TICKS_PER_QUARTER, Note
from mien.vocabulary import is_compound

VALUES: Mapping[int, tuple[str, int]] = {
    1920: ("whole", 0), 1440: ("half", 1), 960: ("half", 0), 720: ("quarter", 1), 480: ("quarter", 0),
    360: ("eighth", 1), 240: ("eighth", 0), 180: ("16th", 1), 120: ("16th", 0), 60: ("32nd", 0),
}  # fmt: skip
"""Ticks of each written value: its MusicXML name and its dots. A triplet note is written half as long again."""

TRIPLETS = (320, 160, 80)
FLAGS = {"eighth": 1, "16th": 2, "32nd": 3}
_GRID, _TRIPLET_GRID = 60, 80
_QUADRUPLET = 180
_STRONG = {(4, 4): 960, (3, 4): 1440, (6, 8): 720, (5, 4): 1440}
"""The second strongest place of a bar, after its beginning."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A chord, or a rest if it has no pitches, as one written value.

    `tied_from` and `tied_to` are the pitches that continue from the previous symbol and into the next.
    """

    onset_ticks: int
    length_ticks: int
    pitches: tuple[int, ...] = ()
    tied_from: frozenset[int] = frozenset()
    tied_to: frozenset[int] = frozenset()
    triplet: bool = False

    @property
    def end_ticks(self) -> int:
        """First tick after the symbol."""
        return self.onset_ticks + self.length_ticks

    @property
    def value(self) -> tuple[str, int]:
        """Name and dots."""
        return VALUES[self.length_ticks * 3 // 2 if self.triplet else self.length_ticks]

    @property
    def flags(self) -> int:
        """Number of flags or beams; 0 for a rest."""
        return FLAGS.get(self.value[0], 0) if self.pitches else 0


def write_line(notes: Sequence[Note], *, holds: bool) -> list[Symbol]:
    """Let the notes of one voice follow each other on the grid, in ticks of the phrase.

    Parameters
    ----------
    holds : whether a note goes on, tied, while others of the voice begin (chords with suspensions); otherwise it gives
        way.

    Returns
    -------
    Chords of any length, without rests, none overlapping the next.
    """
    spans = _snap(notes)
    onsets = sorted({start for start, _, _ in spans})
    if not holds:
        following = {**dict(pairwise(onsets)), onsets[-1]: 2**31} if onsets else {}
        spans = [(start, min(end, following[start]), pitch) for start, end, pitch in spans]
    edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
    line = []
    coming = sorted(spans, reverse=True)
    sounding: list[tuple[int, int, int]] = []
    for start, end in pairwise(edges):
        sounding = [span for span in sounding if span[1] > start]
        while coming and coming[-1][0] == start:
            sounding.append(coming.pop())
        if sounding:
            line.append(
                Symbol(
                    start,
                    end - start,
                    tuple(sorted({pitch for _, _, pitch in sounding})),
                    frozenset(pitch for onset, _, pitch in sounding if onset < start),
                    frozenset(pitch for _, until, pitch in sounding if until > end),
                )
            )
    return line


def _snap(notes: Sequence[Note]) -> list[tuple[int, int, int]]:
    """(start, end, pitch) on the grid of 60, or of 80 in quarters that contain a third of a beat."""
    thirds = {
        edge // TICKS_PER_QUARTER
        for note in notes
        for edge in (note.onset_ticks, note.end_ticks)
        if edge % _GRID and not edge % _TRIPLET_GRID
    }

    def snap(ticks: int) -> int:
        grid = _TRIPLET_GRID if ticks // TICKS_PER_QUARTER in thirds else _GRID
        return round(ticks / grid) * grid

    spans = ((snap(note.onset_ticks), snap(note.end_ticks), note.pitch_midi) for note in notes)
    return [(start, end if end > start else snap(start + _TRIPLET_GRID), pitch) for start, end, pitch in spans]


def write_bar(line: Sequence[Symbol], start_ticks: int, meter: Meter) -> list[Symbol]:
    """Write one bar of a line: every tick of it belongs to exactly one symbol.

    Parameters
    ----------
    line : as from `write_line`, in ticks of the phrase.

    Returns
    -------
    Symbols of legal value, onsets from the bar line.
    """
    bar = bar_ticks(meter)
    inside: list[Symbol] = []
    now = 0
    first = bisect_right(line, start_ticks, key=lambda symbol: symbol.end_ticks)
    for symbol in line[first : bisect_left(line, start_ticks + bar, key=lambda symbol: symbol.onset_ticks)]:
        onset = max(symbol.onset_ticks - start_ticks, 0)
        end = min(symbol.end_ticks - start_ticks, bar)
        if onset > now:
            inside.append(Symbol(now, onset - now))
        inside.append(_part_of(symbol, onset, end, symbol.onset_ticks - start_ticks, symbol.end_ticks - start_ticks))
        now = end
    if now < bar:
        inside.append(Symbol(now, bar - now))
    thirds = {edge // TICKS_PER_QUARTER for s in inside for edge in (s.onset_ticks, s.end_ticks) if edge % _GRID}
    written = []
    for symbol in inside:
        cuts = [symbol.onset_ticks, *_cuts(symbol, thirds, meter), symbol.end_ticks]
        for onset, end in pairwise(cuts):
            piece = _part_of(symbol, onset, end, symbol.onset_ticks, symbol.end_ticks)
            written.append(replace(piece, triplet=onset // TICKS_PER_QUARTER in thirds))
    return written


def _part_of(symbol: Symbol, onset: int, end: int, first: int, last: int) -> Symbol:
    """The piece of a symbol from `first` to `last`, tied to its other pieces."""
    every = frozenset(symbol.pitches)
    return replace(
        symbol,
        onset_ticks=onset,
        length_ticks=end - onset,
        tied_from=symbol.tied_from if onset == first else every,
        tied_to=symbol.tied_to if end == last else every,
    )


def _cuts(symbol: Symbol, thirds: set[int], meter: Meter) -> Iterator[int]:
    """Where a symbol has to be split, in order."""
    onset, end = symbol.onset_ticks, symbol.end_ticks
    while onset < end:
        quarter = onset // TICKS_PER_QUARTER
        if quarter in thirds:
            limit = min(end, (quarter + 1) * TICKS_PER_QUARTER)
            stop = onset + next((ticks for ticks in TRIPLETS if onset + ticks <= limit), limit - onset)
        else:
            edges = [q * TICKS_PER_QUARTER for q in thirds if onset < q * TICKS_PER_QUARTER < end]
            stop = min([end, *edges])
            while not _is_legal(onset, stop, bool(symbol.pitches), meter):
                inner = range(onset - onset % _GRID + _GRID, stop, _GRID)
                stop = max(inner, key=lambda at: (_visibility(at, meter), -at))
        if stop < end:
            yield stop
        onset = stop


def _visibility(at: int, meter: Meter) -> int:
    """How much a reader wants to see a place in the bar: 9 for its ends, 8 its middle, 6 its beats, less for each
    halving."""
    beat = TICKS_PER_QUARTER * 4 // meter[1]
    if at % bar_ticks(meter) == 0:
        return 9
    if at % _STRONG[meter] == 0:
        return 8
    return next((level for level, unit in ((6, beat), (5, beat // 2), (4, beat // 4)) if at % unit == 0), 1)


def _is_legal(onset: int, end: int, sounds: bool, meter: Meter) -> bool:
    """Whether one symbol may stand from `onset` to `end`."""
    length = end - onset
    if length not in VALUES:
        return length <= _GRID
    inside = max((_visibility(at, meter) for at in range(onset + _GRID, end, _GRID)), default=0)
    ends = (_visibility(onset, meter), _visibility(end, meter))
    compound = is_compound(meter)
    if compound and inside >= 8:
        return length == bar_ticks(meter)
    if meter == (5, 4) and inside >= 8 and length > TICKS_PER_QUARTER:
        return False  # the second group of beats must be visible
    if compound and sounds and length == _QUADRUPLET and onset % _QUADRUPLET == 0:
        return True  # four notes in the time of three eighths, written as they last
    if not sounds:
        # A rest is never syncopated, is dotted only in compound metres, and never hides a beat of three.
        plain = VALUES[length][1] == 0 or (compound and length == 720)
        return plain and inside < ends[0] and not (meter == (3, 4) and length > TICKS_PER_QUARTER)
    if inside <= max(ends):
        return True
    # The plain syncopations: half a beat, a beat, half a beat; and a half note in the middle of four quarters.
    return (length == TICKS_PER_QUARTER and inside < 8) or (meter == (4, 4) and (onset, end) == (480, 1440))


def beam(symbols: Sequence[Symbol], meter: Meter) -> list[list[int]]:
    """Group the flagged symbols of a bar under beams: indices of two or more neighbours each.

    Beams show the beat; in 4/4 eighths alone go by the half bar.
    """
    groups: list[list[int]] = []
    open_until = -1
    for index, symbol in enumerate(symbols):
        if not symbol.flags:
            open_until = -1
            continue
        if symbol.onset_ticks >= open_until:
            groups.append([])
            open_until = _beam_end(symbols, symbol.onset_ticks, meter)
        groups[-1].append(index)
    return [group for group in groups if len(group) > 1]


def _beam_end(symbols: Sequence[Symbol], onset: int, meter: Meter) -> int:
    width = beat_ticks(meter)
    if meter == (4, 4):
        half = onset - onset % 960
        near = [s for s in symbols if s.onset_ticks < half + 960 and s.end_ticks > half]
        if all(s.pitches and s.flags <= 1 and not s.triplet and not s.value[1] for s in near):
            width = 960
    return onset - onset % width + width
