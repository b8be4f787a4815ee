"""Chords → inner voices, by search over all placements of the chord in its range.

Pitches are MIDI, voices lowest first. The costs are the classical ones, stated in `Costs`.

References: Huron 2001, "Tone and voice: a derivation of the rules of voice-leading from perceptual principles";
Plomp & Levelt 1965 (close intervals are rough when low, hence the spacing rule).
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mien.music.harmony import Slot


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
    """An interval under a minor third's size below `MUD_MIDI`, or under a fifth's below `DEEP_MIDI`."""
    gap: float = 0.8
    """More than an octave between neighbours."""
    move: float = 0.22
    """Each semitone a voice moves."""
    parallel: float = 2.0
    """Fifths or octaves moving in parallel with the bass or between voices."""
    over: float = 2.0
    """The top voice at or over the melody."""
    off_centre: float = 0.06
    """Each semitone that the middle of the chord lies away from where it should."""


COSTS = Costs()
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
    voices: int,
    low_midi: int,
    high_midi: int,
    centre_midi: float,
    before: tuple[int, ...] | None,
) -> list[tuple[int, ...]]:
    """Place `voices` inner voices under each chord.

    Parameters
    ----------
    ceilings_midi : lowest melody pitch over each slot (127 where it rests).
    centre_midi : where the middle of the chord should lie.
    before : the inner voices of the chord before, or None.
    """
    placed: list[tuple[int, ...]] = []
    last, last_bass = before, None
    for slot, ceiling in zip(slots, ceilings_midi, strict=True):
        options = _placements(slot.harmony.pcs, voices, low_midi, high_midi)
        cost = _standing_cost(options, slot, ceiling, centre_midi)
        if last is not None and len(last) == voices:
            cost = cost + _moving_cost(options, np.array(last), slot.bass_midi, last_bass)
        last = tuple(int(p) for p in options[int(np.argmin(np.round(cost, 6)))])
        last_bass = slot.bass_midi
        placed.append(last)
    return placed


def _standing_cost(options: NDArray[np.int64], slot: Slot, ceiling: int, centre: float) -> NDArray[np.float64]:
    chord = slot.harmony
    classes = options % 12
    sounding = np.concatenate([classes, np.full((len(options), 1), slot.bass_midi % 12)], axis=1)
    cost = COSTS.off_centre * np.abs(options.mean(axis=1) - centre)
    for pc, missing in zip(chord.pcs, (COSTS.no_root, COSTS.no_third, COSTS.no_fifth, COSTS.no_seventh), strict=False):
        cost += missing * ~(sounding == pc).any(axis=1)
    if chord.leading_pc is not None:
        cost += COSTS.doubled_leading * ((sounding == chord.leading_pc).sum(axis=1) > 1)
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
    options: NDArray[np.int64], last: NDArray[np.int64], bass: int, last_bass: int | None
) -> NDArray[np.float64]:
    moves = options - last
    cost = COSTS.move * np.abs(moves).sum(axis=1).astype(np.float64)
    if last_bass is not None and last_bass != bass:
        here, there = (last - last_bass) % 12, (options - bass) % 12
        cost += COSTS.parallel * ((here == there) & ((here == 0) | (here == 7)) & (moves != 0)).sum(axis=1)
    for i in range(len(last)):
        for j in range(i + 1, len(last)):
            interval = (last[j] - last[i]) % 12
            if interval in (0, 7):
                cost += COSTS.parallel * (((options[:, j] - options[:, i]) % 12 == interval) & (moves[:, i] != 0))
    return np.asarray(cost)
