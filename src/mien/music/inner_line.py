"""Rhythm, chords and the lines around → a line for an inner player who sings: bowed or blown, one note at a time.

A figure of chord tones makes a guitar of a violin. Here every note is found by search over the whole phrase: it moves
by step where it can, in thirds and sixths with the tune, without consecutive fifths or octaves with tune, bass or the
other inner line; a tone foreign to the chord only passes. The rhythm is the figure's own, the tune's (`shadowing`), or
that of a partner who answers while the tune holds or rests (`answering`).

Works on one phrase: times are ticks from its start, pitches MIDI with the tonic at 60 mod 12.

References: Aldwell, Schachter & Cadwallader 2010, *Harmony and Voice Leading* (passing and neighbouring tones); Huron
2001 (parallels, spacing); Adler 2002, *The Study of Orchestration*, ch. 5 (inner strings: pairs in thirds and sixths,
dialogue).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mien.music.figures import LINE
from mien.music.harmony import CONTRARY, SIMILAR, Slot
from mien.music.melody import Sung
from mien.music.rhythm import BEAT, Meter, bar_ticks, beat_ticks, strength
from mien.music.texture import Stroke, Token, Voice, sounds
from mien.music.theory import among

TUNE, GAPS = "tune", "gaps"
"""What the rhythm of a figure may follow: the tune itself, or the places where it holds a note or rests."""

REACH = 9
"""How many semitones from the middle of its place a line may go."""

ECHOED_NOTES = 5
"""The most notes of the tune that an answer takes up."""

PAIRED = (3, 4, 8, 9)
"""Semitones, octaves left out, between two voices that go in thirds or sixths."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What an inner line avoids; a semitone's move costs nothing, nor does a whole tone's."""

    foreign: float = 0.7
    """A passing or neighbouring tone between the beats."""
    struck_foreign: float = 9.0
    """A tone foreign to the chord on a beat."""
    unled: float = 7.0
    """A foreign tone that is not come to, or not left, by step."""
    repeat: float = 1.1
    third: float = 0.35
    wider: float = 0.3
    """Each semitone of a move beyond a third."""
    unpaired: float = 0.7
    """Notes struck together with the tune, and not in thirds or sixths with it; thrice that where the rhythm is the
    tune's."""
    doubled: float = 1.6
    """The same, in unison or octaves, or a semitone apart."""
    no_third: float = 0.9
    """A chord that begins without its third."""
    doubled_leading: float = 3.0
    crossed: float = 3.0
    """A tone at or beyond the line over it, or under it."""
    off_centre: float = 0.07
    """Each semitone from where the player should lie."""
    parallel: float = 0.6
    """Share of the cost of parallels between outer voices."""
    other_contour: float = 0.3
    """Each semitone by which an echo moves otherwise than the tune did."""


COSTS = Costs()


def shadowing(strokes: Sequence[Token], slots: tuple[Slot, ...], melody: Sequence[Sung]) -> list[Token]:
    """The rhythm of the tune, cut where chords change under it; the figure's own `strokes` where the tune rests."""
    end = slots[-1].end_ticks
    sung = [note for note in melody if note.onset_ticks < end]
    held = [stroke for stroke in strokes if all(not sounds(note, stroke) for note in sung)]
    for note in sung:
        for number, slot in enumerate(slots):
            start, stop = max(note.onset_ticks, slot.onset_ticks), min(note.end_ticks, slot.end_ticks)
            if start < stop:
                held.append(Token(start, stop - start, LINE, number))
    return sorted(held, key=lambda stroke: stroke.onset_ticks)


def answering(
    strokes: Sequence[Token], slots: tuple[Slot, ...], melody: Sequence[Sung], meter: Meter
) -> tuple[list[Token], dict[int, int]]:
    """The figure's own `strokes`, and instead of them, while the tune holds a note or rests, the rhythm of its last
    notes again. Returns with it what the tune moved by then, in semitones by the tick of the answering note."""
    beat, end = beat_ticks(meter), slots[-1].end_ticks
    found, moves = list(strokes), dict[int, int]()
    for start, stop, place in _gaps(melody, end, beat):
        taken: list[Sung] = []
        for note in reversed(melody[: place + 1]):
            if len(taken) == ECHOED_NOTES or melody[place].onset_ticks + beat - note.onset_ticks > stop - start:
                break
            taken.insert(0, note)
        if len(taken) < 2:
            continue
        by = start - taken[0].onset_ticks
        echo = []
        for index, note in enumerate(taken):
            onset = note.onset_ticks + by
            if onset < stop:
                echo.append(_within(Token(onset, min(note.length_ticks, beat), LINE, _number(slots, onset)), slots))
                if index:
                    moves[onset] = note.pitch_midi - taken[index - 1].pitch_midi
        last = echo[-1].end_ticks
        before = [
            replace(one, length_ticks=min(one.length_ticks, start - one.onset_ticks))
            for one in found
            if one.onset_ticks < start
        ]
        found = [*before, *echo, *(one for one in found if one.onset_ticks >= last)]
    return found, moves


def _gaps(melody: Sequence[Sung], end: int, beat: int) -> Iterator[tuple[int, int, int]]:
    """Where the tune holds a note or rests for two beats after one of its beats: from the next beat to its next note,
    and the place of the note before."""
    for place, note in enumerate(melody):
        after = melody[place + 1].onset_ticks if place + 1 < len(melody) else end
        start = -(-(note.onset_ticks + 1) // beat) * beat
        if after - start >= 2 * beat and after <= end:
            yield start, after, place


def _number(slots: Sequence[Slot], tick: int) -> int:
    return max(number for number, slot in enumerate(slots) if slot.onset_ticks <= tick)


def _within(token: Token, slots: Sequence[Slot]) -> Token:
    """The token, no longer than its chord."""
    slot = slots[token.number]
    return replace(token, length_ticks=min(token.length_ticks, slot.end_ticks - token.onset_ticks))


def line(
    strokes: Sequence[Token],
    player: Voice,
    slots: tuple[Slot, ...],
    melody: Sequence[Sung],
    over: Sequence[Stroke],
    bass: Sequence[Stroke],
    below: int,
    meter: Meter,
    *,
    pairs: bool = False,
    moves: Mapping[int, int] = MappingProxyType({}),
    before_midi: int | None = None,
) -> list[Stroke]:
    """Find the pitches of a line by search.

    Parameters
    ----------
    strokes : its rhythm, one token a note, in order.
    over : the other inner line, which lies above this one; none if there is none.
    bass : the bass, which lies under it.
    below : how many semitones under the line above it this one should lie; less than 0: above it.
    pairs : whether it shadows the tune.
    moves : what an echo should move by, in semitones by tick.
    before_midi : the last pitch of its player, if it goes on from there.
    """
    above, bar = over or melody, bar_ticks(meter)
    lines = [voice for voice in (melody, over, bass) if voice]
    rows: list[NDArray[np.int64]] = []
    origins: list[NDArray[np.int64]] = []
    total = np.zeros(0)
    bound, nearest = (player.high_midi + 1, min) if below >= 0 else (player.low_midi - 1, max)
    middle, last = float(player.high_midi), None
    for stroke in strokes:
        slot = slots[stroke.number]
        bound = nearest((n.pitch_midi for n in above if sounds(n, stroke)), default=bound)
        around = [n.pitch_midi for n in above if abs(n.onset_ticks - stroke.onset_ticks) <= bar // 2]
        middle = sum(around) / len(around) if around else middle
        centre = min(player.high_midi - 4, max(player.low_midi + 4, middle - below))
        here = _tones(slot, player, round(centre))
        cost = _standing(here, stroke, slot, melody, (*over, *bass), centre, meter, pairs=pairs)
        cost += COSTS.crossed * (here >= bound if below >= 0 else here <= bound)
        if last is not None:
            ways = total[:, None] + _moving(rows[-1], here, last, stroke, slots, lines, moves)
            origins.append(np.argmin(np.round(ways, 6), axis=0))
            cost = cost + ways.min(axis=0)
        else:
            cost = cost + COSTS.unled * ~among(slot.harmony.pcs)[here % 12]
            cost = cost + COSTS.wider * np.maximum(0, np.abs(here - (before_midi or here)) - 4)
        rows.append(here)
        total, last = cost, stroke
    if not rows:
        return []
    place = int(np.argmin(np.round(total, 6)))
    found = [int(rows[-1][place])]
    for row, origin in zip(rows[-2::-1], origins[::-1], strict=True):
        place = int(origin[place])
        found.append(int(row[place]))
    return [
        Stroke(stroke.onset_ticks, stroke.length_ticks, pitch, player.part)
        for stroke, pitch in zip(strokes, found[::-1], strict=True)
    ]


def _tones(slot: Slot, player: Voice, centre: int) -> NDArray[np.int64]:
    """The tones of a chord and its scale within reach of where a player should lie."""
    scale = {pc % 12 for pc in (*slot.harmony.scale, *slot.harmony.pcs)}
    low, high = max(player.low_midi, centre - REACH), min(player.high_midi, centre + REACH)
    return np.array([pitch for pitch in range(low, high + 1) if pitch % 12 in scale], dtype=np.int64)


def _standing(
    here: NDArray[np.int64],
    stroke: Token,
    slot: Slot,
    melody: Sequence[Sung],
    others: Sequence[Stroke],
    centre: float,
    meter: Meter,
    *,
    pairs: bool,
) -> NDArray[np.float64]:
    """The cost of each pitch on its own."""
    chord, beat = slot.harmony, beat_ticks(meter)
    is_struck = strength(stroke.onset_ticks, meter) >= BEAT or stroke.length_ticks >= beat
    tune = _sounding(melody, stroke.onset_ticks)
    foreign = ~among(chord.pcs)[here % 12]
    cost = foreign * (COSTS.struck_foreign if is_struck else COSTS.foreign)
    cost = cost + COSTS.off_centre * np.abs(here - centre)
    if tune is not None:
        apart = (tune - here) % 12
        cost += COSTS.unpaired * (3 if pairs else 1) * ~among(PAIRED)[apart]
        cost += COSTS.doubled * among((0, 1, 11))[apart]
    heard = {slot.bass_midi % 12, *([tune % 12] if tune is not None else [])}
    heard |= {note.pitch_midi % 12 for note in others if sounds(note, stroke)}
    if stroke.onset_ticks == slot.onset_ticks and chord.pcs[1] % 12 not in heard:
        cost += COSTS.no_third * (here % 12 != chord.pcs[1] % 12)
    if chord.leading_pc is not None and chord.leading_pc % 12 in heard:
        cost += COSTS.doubled_leading * (here % 12 == chord.leading_pc % 12)
    return np.asarray(cost, dtype=np.float64)


def _moving(
    then: NDArray[np.int64],
    now: NDArray[np.int64],
    one: Token,
    other: Token,
    slots: Sequence[Slot],
    lines: Sequence[Sequence[Sung] | Sequence[Stroke]],
    moves: Mapping[int, int],
) -> NDArray[np.float64]:
    """The cost of going from each pitch of a stroke (m,) to each of the next (n,): (m, n)."""
    before, after = slots[one.number], slots[other.number]
    by = now[None, :] - then[:, None]
    size = np.abs(by) if one.end_ticks == other.onset_ticks else np.full(by.shape, REACH)  # a rest is no step
    far = np.abs(by)
    cost = COSTS.repeat * (far == 0) + COSTS.third * ((far == 3) | (far == 4)) + COSTS.wider * np.maximum(0, far - 4)
    if (asked := moves.get(other.onset_ticks)) is not None:
        cost = COSTS.other_contour * np.abs(by - asked)
    for pitches, slot, axis in ((then, before, 1), (now, after, 0)):
        foreign = ~among(slot.harmony.pcs)[pitches % 12]
        cost = cost + COSTS.unled * (np.expand_dims(foreign, axis) & ((size == 0) | (size > 2)))
    for voice in lines:
        first, second = _sounding(voice, one.onset_ticks), _sounding(voice, other.onset_ticks)
        if first is not None and second is not None and first != second:
            cost = cost + COSTS.parallel * _parallels(then, now, first, second)
    return np.asarray(cost, dtype=np.float64)


def _parallels(then: NDArray[np.int64], now: NDArray[np.int64], first: int, second: int) -> NDArray[np.float64]:
    """The cost of consecutive fifths and octaves with another voice that goes from `first` to `second`: (m, n)."""
    high, low = np.maximum(then, first)[:, None], np.minimum(then, first)[:, None]
    next_high, next_low = np.maximum(now, second)[None, :], np.minimum(now, second)[None, :]
    here = (high - low) % 12
    perfect = (here == (next_high - next_low) % 12) & ((here == 0) | (here == 7))
    along = (next_high - high) * (next_low - low)
    return np.asarray(perfect * np.where(along > 0, SIMILAR, np.where(along < 0, CONTRARY, 0.0)))


def _sounding(notes: Sequence[Sung] | Sequence[Stroke], tick: int) -> int | None:
    """The pitch that sounds at a tick."""
    return next((n.pitch_midi for n in notes if n.onset_ticks <= tick < n.end_ticks), None)
