"""Strokes of a phrase → the same with fewer consecutive fifths and octaves, where single notes can give way.

Every part is written with an eye on the others, but a figure breaks a chord tone by tone, and a search sees one move at
a time. So the parts are looked through together at last: a note of an inner player, or of a bass within its chord, that
moves in parallel with another part, at once or from one stroke together to the next, takes another tone of its chord if
that mends more than it spoils.

Times are ticks from the phrase's start, what came before it at negative ones; pitches MIDI with the tonic at 60 mod 12.

References: Huron 2001 (parallels, spacing); Aldwell, Schachter & Cadwallader 2010, ch. 5 (parallels between beats).
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from mien.music.harmony import PERFECT, Slot, slot_at
from mien.music.melody import Sung
from mien.music.rhythm import Meter, bar_ticks, beat_ticks
from mien.music.texture import INNER_PARTS, Stroke, Voice
from mien.values import Part

SWEEPS = 2
"""How often all parts are looked through: what one gives way to, another may have to."""

REACH = 7
"""How far, in semitones, a note may be moved."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a note avoids."""

    at_once: float = 1.0
    """Both parts leave what sounded right before, in parallel fifths or octaves and in the same direction."""
    between: float = 0.6
    """The same from one stroke together to the next, with other notes between."""
    unison: float = 0.25
    """The pitch of another part, or its octave."""
    repeat: float = 0.1
    leap: float = 0.05
    """Each semitone of a move beyond a third."""


COSTS = Costs()


class _Times(NamedTuple):
    """Ticks: moves farther apart than a beat are none, nor are strokes together farther than a bar."""

    beat: int
    bar: int


@dataclass(slots=True)
class _Line:
    """The notes of one part in order, and their places by onset; `past` of them came before the phrase."""

    onsets: list[int]
    ends: list[int]
    pitches: list[int]
    past: int
    place_of: dict[int, int]

    def sounds(self, tick: int) -> int | None:
        """Which note sounds at a tick."""
        place = bisect_right(self.onsets, tick) - 1
        return place if place >= 0 and self.ends[place] > tick else None


def led_apart(
    strokes: Sequence[Stroke],
    slots: tuple[Slot, ...],
    melody: Sequence[Sung],
    voices: Mapping[Part, Voice],
    past: Mapping[Part, Stroke],
    meter: Meter,
) -> list[Stroke]:
    """Let notes of players of single notes give way.

    Parameters
    ----------
    strokes : all that accompanies the phrase.
    voices : who may give way; who answers the tune from above does not. The tune is `Part.MELODY`, whoever holds it.
    past : the last note of each part before the phrase, if there is one.
    """
    parts = [part for part in (*INNER_PARTS, Part.RHYTHM) if part in voices and voices[part].monophonic]
    lines = {part: _line([s for s in strokes if s.part is part], past.get(part)) for part in parts}
    tune = [Stroke(n.onset_ticks, n.length_ticks, n.pitch_midi, Part.MELODY) for n in melody]
    lines[Part.MELODY] = _line(tune, past.get(Part.MELODY))
    times = _Times(beat_ticks(meter), bar_ticks(meter))
    for _ in range(SWEEPS):
        for part in parts:
            others = [line for other, line in lines.items() if other is not part]
            _look_through(lines[part], others, slots, voices[part], times, is_bass=part is Part.RHYTHM)
    found = {
        (part, onset): pitch
        for part in parts
        for onset, pitch in zip(lines[part].onsets, lines[part].pitches, strict=True)
    }
    return [replace(s, pitch_midi=found.get((s.part, s.onset_ticks), s.pitch_midi)) for s in strokes]


def _line(notes: Sequence[Stroke], past: Stroke | None) -> _Line:
    ordered = sorted(notes, key=lambda note: note.onset_ticks)
    together = [*([past] if past is not None else []), *ordered]
    return _Line(
        [note.onset_ticks for note in together],
        [note.end_ticks for note in together],
        [note.pitch_midi for note in together],
        int(past is not None),
        {note.onset_ticks: place for place, note in enumerate(together)},
    )


def _look_through(
    line: _Line, others: Sequence[_Line], slots: tuple[Slot, ...], player: Voice, times: _Times, *, is_bass: bool
) -> None:
    """Let each note of a line that has a fault give way to its best other tone."""
    for place in range(line.past, len(line.onsets)):
        now = line.pitches[place]
        if not _parallels(line, place, now, others, times):
            continue
        slot = slot_at(slots, line.onsets[place])
        if is_bass and (line.onsets[place] == slot.onset_ticks or _stays(slot, slots)):
            continue
        costs = {pitch: _cost(line, place, pitch, others, times) for pitch in _ways(line, place, others, slots, player)}
        if costs and min(costs.values()) < _cost(line, place, now, others, times):
            line.pitches[place] = min(costs, key=lambda pitch: (round(costs[pitch], 6), abs(pitch - now), pitch))


def _stays(slot: Slot, slots: tuple[Slot, ...]) -> bool:
    """Whether the bass note of a chord is also that of the chord before or after it, on a pedal for instance."""
    place = slots.index(slot)
    beside = (*slots[max(0, place - 1) : place], *slots[place + 1 : place + 2])
    return any(other.bass_midi % 12 == slot.bass_midi % 12 for other in beside)


def _ways(line: _Line, place: int, others: Sequence[_Line], slots: tuple[Slot, ...], player: Voice) -> Iterator[int]:
    """The pitches that a note may take instead: tones of its chord on the same side of every other part, a step away
    from what only passes; none for what is foreign itself, or is the chord's only third."""
    now, tick = line.pitches[place], line.onsets[place]
    chord = slot_at(slots, tick).harmony
    around = [(other.pitches[i], i) for other in others if (i := other.sounds(tick)) is not None]
    heard = {pitch % 12 for pitch, _ in around}
    third, pcs = chord.pcs[1] % 12, {pc % 12 for pc in chord.pcs}
    if now % 12 not in pcs or (now % 12 == third and third not in heard):
        return
    beside = [i for i in (place - 1, place + 1) if line.past <= i < len(line.onsets)]
    passing = [
        line.pitches[i] for i in beside if line.pitches[i] % 12 not in slot_at(slots, line.onsets[i]).harmony.pcs
    ]
    for pitch in range(max(player.low_midi, now - REACH), min(player.high_midi, now + REACH) + 1):
        if pitch == now or pitch % 12 not in pcs or (pitch % 12 == chord.leading_pc and pitch % 12 in heard):
            continue
        if any((pitch - other) * (now - other) <= 0 for other, _ in around):
            continue
        if all(0 < abs(pitch - other) <= 2 for other in passing):
            yield pitch


def _cost(line: _Line, place: int, pitch: int, others: Sequence[_Line], times: _Times) -> float:
    """The cost of a pitch at a place of a line."""
    cost = _parallels(line, place, pitch, others, times)
    for near in (place - 1, place + 1):
        if 0 <= near < len(line.pitches):
            size = abs(line.pitches[near] - pitch)
            cost += COSTS.repeat * (size == 0) + COSTS.leap * max(0, size - 4)
    for other in others:
        sounding = other.sounds(line.onsets[place])
        cost += COSTS.unison * (sounding is not None and (other.pitches[sounding] - pitch) % 12 == 0)
    return cost


def _parallels(line: _Line, place: int, pitch: int, others: Sequence[_Line], times: _Times) -> float:
    """The cost of the parallels into a note and out of it, if it has this pitch."""
    onsets, pitches, cost = line.onsets, line.pitches, 0.0
    came = place > 0 and onsets[place] - line.ends[place - 1] <= times.beat
    goes = place + 1 < len(onsets) and onsets[place + 1] - line.ends[place] <= times.beat
    for other in others:
        here = other.place_of.get(onsets[place])
        if came and here and onsets[place] - other.ends[here - 1] <= times.beat:
            cost += COSTS.at_once * _is_parallel(
                pitches[place - 1], pitch, other.pitches[here - 1], other.pitches[here]
            )
        after = other.place_of.get(onsets[place + 1]) if goes else None
        if after and onsets[place + 1] - other.ends[after - 1] <= times.beat:
            cost += COSTS.at_once * _is_parallel(
                pitch, pitches[place + 1], other.pitches[after - 1], other.pitches[after]
            )
        if here is None:
            continue
        for way in (-1, 1):  # from the stroke together before, and to the next
            near = _together(line, place, way, other, times.bar)
            if near is None or abs(other.place_of[onsets[near]] - here) == abs(near - place) == 1:
                continue
            there = other.pitches[other.place_of[onsets[near]]]
            cost += COSTS.between * _is_parallel(pitches[near], pitch, there, other.pitches[here])
    return cost


def _together(line: _Line, place: int, way: int, other: _Line, within_ticks: int) -> int | None:
    """The nearest note of a line, in the direction of `way`, that begins together with one of another."""
    near, tick = place + way, line.onsets[place]
    while 0 <= near < len(line.onsets) and abs(line.onsets[near] - tick) <= within_ticks:
        if line.onsets[near] in other.place_of:
            return near
        near += way
    return None


def _is_parallel(one: int, two: int, other: int, next_other: int) -> bool:
    """Whether a part and another go on in fifths or octaves, in the same direction."""
    here = abs(one - other) % 12
    return here in PERFECT and here == abs(two - next_other) % 12 and (two - one) * (next_other - other) > 0
