"""The pitches of a phrase → how far its motion is from that of songs, as faults for a composer who looks a second time.

Pitches are MIDI. A line that only steps, only leaps, hammers one note, stays within a fifth or circles on four tones is
singable but dull. The limits are wide enough for songs: they are the shares between which nine in ten voices of the
OpenScore Lieder lie, slightly narrowed (`docs/measures.md`).

References: von Hippel & Huron 2000, "Why do skips precede reversals?" (tessitura); Yang & Lerch 2020, "On the
evaluation of generative models in music"; Gotham & Jonas 2022, "The OpenScore Lieder Corpus".
"""

from collections.abc import Sequence

import numpy as np

STEPS, LEAPS, REPEATS = (0.34, 0.64), (0.08, 0.24), (0.07, 0.38)
"""Lowest and highest share of a line's moves that should be steps (1 or 2 semitones), leaps (5 or more),
repetitions."""

NARROWEST_SEMITONES, POOREST_BITS = 11, 2.45
"""The smallest range of a four-bar phrase, and the smallest entropy of its pitch classes."""

SHARE_FAULT, RANGE_FAULT, ENTROPY_FAULT = 10.0, 0.5, 5.0
"""Faults for a share of 1 outside its limits, for each missing semitone of range and for each missing bit of
entropy."""

FEWEST_NOTES = 6
"""A line with fewer notes is not judged."""


def imbalance(pitches: Sequence[int]) -> float:
    """Faults of a line: 0 if it moves as songs do."""
    if len(pitches) < FEWEST_NOTES:
        return 0.0
    size = np.abs(np.diff(np.array(pitches)))
    shares = (
        (STEPS, float(np.mean((size == 1) | (size == 2)))),
        (LEAPS, float(np.mean(size >= 5))),
        (REPEATS, float(np.mean(size == 0))),
    )
    outside = sum(max(low - share, share - high, 0.0) for (low, high), share in shares)
    narrow = max(0, NARROWEST_SEMITONES - (max(pitches) - min(pitches)))
    counts = np.bincount(np.array(pitches) % 12)
    spread = counts[counts > 0] / len(pitches)
    poor = max(0.0, POOREST_BITS - float(-(spread * np.log2(spread)).sum()))
    return SHARE_FAULT * outside + RANGE_FAULT * narrow + ENTROPY_FAULT * poor
