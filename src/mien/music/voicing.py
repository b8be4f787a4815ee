"""Chords → inner voices, by search over the placements of every chord of a phrase in its range.

Pitches are MIDI, voices lowest first. The costs are the classical ones, stated in `Costs`. The path through the phrase
with the lowest total cost is taken, so a chord yields where the next would have to move badly.

References: Huron 2001, "Tone and voice: a derivation of the rules of voice-leading from perceptual principles"; Plomp &
Levelt 1965 (close intervals are rough when low, hence the spacing rule).
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mien.music.harmony import Outer, Slot


@dataclass(frozen=True, slots=True)
class Costs:
    """What a placement of the inner voices avoids."""

    no_third: float = 3.0
    no_seventh: float = 2.0
    no_root: float = 1.0
    no_fifth: float = 0.3
    doubled_leading: float = 3.0
    doubled: float = 0.8
    """Two inner voices an octave apart."""
    muddy: float = 2.5
    """An interval smaller than a minor third below `MUD_MIDI`, or smaller than a fifth below `DEEP_MIDI`."""
    gap: float = 0.8
    """More than an octave between neighbouring voices."""
    move: float = 0.22
    """Each semitone a voice moves."""
    parallel: float = 4.0
    """Parallel fifths or octaves with the bass, with the melody or between inner voices."""
    over: float = 4.0
    """The top voice at or over the melody."""
    out_of_range: float = 3.0
    """A tone below the range of its player, who would play it an octave higher."""
    stretch: float = 0.5
    """Each semitone by which the top voice lies beyond the reach of the hand that plays the bass."""
    off_centre: float = 0.06
    """Each semitone between the middle of the chord and where it should lie."""


COSTS = Costs()


@dataclass(frozen=True, slots=True)
class Room:
    """Where inner voices may go: from `low_midi`, all but the lowest from `low_above_midi`, to `high_midi`, with the
    middle of a chord near `centre_midi`. `reach` is how many semitones above the bass the left hand spans, if two hands
    play everything; None otherwise."""

    low_midi: int
    high_midi: int
    centre_midi: float
    low_above_midi: int
    reach: int | None


KEPT = 32
"""How many placements of a chord are tried: those that are best on their own."""

MUD_MIDI = 53
DEEP_MIDI = 46


@cache
def _placements(pcs: tuple[int, ...], voices: int, low_midi: int, high_midi: int) -> NDArray[np.int64]:
    """Every set of `voices` chord tones in the range that spans at most an octave and a half: (n, voices),
    ascending."""
    tones = [midi for midi in range(low_midi, high_midi + 1) if midi % 12 in pcs]
    sets = [c for c in combinations(tones, voices) if c[-1] - c[0] <= 18]
    return np.array(sets or [(tones[0],) * voices], dtype=np.int64)


def voice(
    slots: tuple[Slot, ...],
    ceilings_midi: list[int],
    sung: list[int | None],
    voices: int,
    room: Room,
    before: tuple[int, ...] | None,
    outer_before: Outer | None,
) -> list[tuple[int, ...]]:
    """Place `voices` inner voices under each chord.

    Parameters
    ----------
    ceilings_midi : lowest melody pitch over each slot (127 if it rests).
    sung : the melody's pitch where each slot begins, None if it strikes none.
    before, outer_before : the inner voices of the previous chord, and the outer ones with it; None if not known.
    """
    outer = [Outer(melody, slot.bass_midi) for slot, melody in zip(slots, sung, strict=True)]
    rows: list[NDArray[np.int64]] = []
    origins: list[NDArray[np.int64]] = []
    total = np.zeros(0)
    for index, (slot, ceiling) in enumerate(zip(slots, ceilings_midi, strict=True)):
        options = _placements(slot.harmony.pcs, voices, room.low_midi, room.high_midi)
        cost = _standing_cost(options, slot, ceiling, sung[index], room.centre_midi)
        cost += COSTS.out_of_range * (options[:, 1:] < room.low_above_midi).any(axis=1)
        if room.reach is not None:
            cost += COSTS.stretch * np.maximum(0, options[:, -1] - slot.bass_midi - room.reach)
        best = np.argsort(np.round(cost, 6), kind="stable")[:KEPT]
        options, cost = options[best], cost[best]
        if rows:
            ways = total[:, None] + _moving_cost(options, rows[-1], outer[index], outer[index - 1])
            origins.append(np.argmin(np.round(ways, 6), axis=0))
            cost = cost + ways.min(axis=0)
        elif before is not None and len(before) == voices:
            cost = cost + _moving_cost(options, np.array([before]), outer[0], outer_before)[0]
        rows.append(options)
        total = cost
    place = int(np.argmin(np.round(total, 6)))
    placed = [rows[-1][place]]
    for options, origin in zip(rows[-2::-1], origins[::-1], strict=True):
        place = int(origin[place])
        placed.append(options[place])
    return [tuple(int(pitch) for pitch in chord) for chord in placed[::-1]]


def _standing_cost(
    options: NDArray[np.int64], slot: Slot, ceiling: int, melody: int | None, centre: float
) -> NDArray[np.float64]:
    chord = slot.harmony
    classes = options % 12
    sounding = np.concatenate([classes, np.full((len(options), 1), slot.bass_midi % 12)], axis=1)
    cost = COSTS.off_centre * np.abs(options.mean(axis=1) - centre)
    for pc, missing in zip(chord.pcs, (COSTS.no_root, COSTS.no_third, COSTS.no_fifth, COSTS.no_seventh), strict=False):
        cost += missing * ~(sounding == pc).any(axis=1)
    if chord.leading_pc is not None:
        over = melody is not None and melody % 12 == chord.leading_pc
        cost += COSTS.doubled_leading * ((sounding == chord.leading_pc).sum(axis=1) + over > 1)
    gaps = np.diff(options, axis=1)
    low = options[:, :-1]
    cost += COSTS.muddy * (((gaps < 3) & (low < MUD_MIDI)) | ((gaps < 7) & (low < DEEP_MIDI))).sum(axis=1)
    cost += COSTS.gap * (gaps > 12).sum(axis=1) + COSTS.doubled * (gaps % 12 == 0).sum(axis=1)
    over_bass = options[:, 0] - slot.bass_midi
    cost += COSTS.muddy * (
        (over_bass <= 0) * 2
        + ((over_bass < 7) & (slot.bass_midi < MUD_MIDI))
        + ((over_bass < 10) & (slot.bass_midi < DEEP_MIDI))
    )
    cost += COSTS.over * np.maximum(0, options[:, -1] - ceiling + 1) ** 0.5
    return np.asarray(cost)


def _moving_cost(
    options: NDArray[np.int64], last: NDArray[np.int64], outer: Outer, outer_before: Outer | None
) -> NDArray[np.float64]:
    """Cost of going from each placement of `last` (m, voices) to each of `options` (n, voices): (m, n)."""
    then, now = last[:, None, :], options[None, :, :]
    moves = now - then
    cost = COSTS.move * np.abs(moves).sum(axis=2).astype(np.float64)
    then_melody, then_bass = outer_before or (None, None)
    # a fifth is seven semitones over the bass, five (mod 12) under the melody
    for outer_then, outer_now, fifth in ((then_bass, outer.bass, 7), (then_melody, outer.melody, 5)):
        if outer_now is not None and outer_then is not None and outer_now != outer_then:
            here, there = (then - outer_then) % 12, (now - outer_now) % 12
            cost += COSTS.parallel * ((here == there) & ((here == 0) | (here == fifth)) & (moves != 0)).sum(axis=2)
    for low, high in combinations(range(last.shape[1]), 2):
        here, there = (then[..., high] - then[..., low]) % 12, (now[..., high] - now[..., low]) % 12
        cost += COSTS.parallel * ((here == there) & ((here == 0) | (here == 7)) & (moves[..., low] != 0))
    return np.asarray(cost)
