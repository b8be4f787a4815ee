"""A melody → which of its runs are somebody's: twelve notes that a song of the corpora also has, in any key.

A run is eleven intervals in semitones, whatever its rhythm; one note struck twelve times is no run. What is known is a
Bloom filter (`assets/known_runs.bin`, made by `mien.lab.scores.learn_runs`). It holds no melody, forgets none of the
runs it was shown, and takes one new run in 1700 for a known one, which costs no more than another try. Scales and
neighbour notes are not excused: where a song goes the same way for twelve notes, ours turns elsewhere.

References: Bloom 1970, "Space/time trade-offs in hash coding with allowable errors"; Steele, Lea & Flood 2014, "Fast
splittable pseudorandom number generators" (the mixing of bits); Yin et al. 2021, "A good algorithm does not steal – it
imitates" (runs shared with a corpus).
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mien.assets import asset_path, read_asset

RUN_NOTES = 12
HASHES = 8
"""Number of bits of the filter that a run sets."""


def places(intervals: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    """The bits that runs set in a filter of `bits`: (n, `RUN_NOTES` − 1) intervals → (n, `HASHES`)."""
    first, second = (_mixed((intervals.astype(np.uint64) * row).sum(axis=1)) for row in _multipliers())
    numbers = np.arange(HASHES, dtype=np.uint64)
    return np.asarray((first[:, None] + numbers * (second[:, None] | np.uint64(1))) % np.uint64(bits)).astype(np.int64)


def runs_of(pitches: Sequence[int]) -> NDArray[np.int64]:
    """Every run of a melody as its intervals: (n − 11, 11), none if there are too few notes."""
    moves = np.diff(np.asarray(pitches, dtype=np.int64))
    if len(moves) < RUN_NOTES - 1:
        return np.zeros((0, RUN_NOTES - 1), dtype=np.int64)
    return np.lib.stride_tricks.sliding_window_view(moves, RUN_NOTES - 1)


def tail(pitches: Sequence[int]) -> tuple[int, ...]:
    """The last pitches of a melody, as many as can form a run with what follows."""
    return tuple(pitches[-(RUN_NOTES - 1) :])


def is_known(pitches: Sequence[int]) -> NDArray[np.bool_]:
    """Whether each run of a melody occurs in a song: (n − 11,)."""
    runs = runs_of(pitches)
    bits = _known_bits()
    found = bits[places(runs, len(bits))].all(axis=1)
    return np.asarray(found & runs.any(axis=1))


@cache
def _known_bits() -> NDArray[np.bool_]:
    """The filter, one bit per element."""
    packed = np.frombuffer(read_asset(asset_path("mien.music", "known_runs.bin")), dtype=np.uint8)
    return np.unpackbits(packed).astype(np.bool_)


@cache
def _multipliers() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """An odd number for each place of a run, for both hashes."""
    mixed = _mixed(np.arange(1, 2 * RUN_NOTES - 1, dtype=np.uint64)) | np.uint64(1)
    return mixed[: RUN_NOTES - 1], mixed[RUN_NOTES - 1 :]


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers with their bits well mixed, modulo 2^64 (the finaliser of SplitMix64)."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(numbers ^ (numbers >> np.uint64(31)))
