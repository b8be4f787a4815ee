"""The pitches of a phrase → how far it lies from how songs move, as faults for a composer who looks a second time.

Pitches are MIDI. A line that only steps, only leaps, hammers one note or stays within a fifth is singable and dull; so
is one that turns on four tones. The limits are wide enough that songs keep to them: the shares are those between which
nine voices in ten of the OpenScore Lieder lie, drawn in a little (`docs/measures.md`).

References: von Hippel & Huron 2000, "Why do skips precede reversals?" (tessitura); Yang & Lerch 2020, "On the
evaluation of generative models in music"; Gotham & Jonas 2022, "The OpenScore Lieder Corpus".
"""

from collections.abc import Sequence

import numpy as np

STEPS, LEAPS, REPEATS = (0.34, 0.64), (0.08, 0.24), (0.07, 0.38)
"""Shares of a line's moves that should be steps (1 or 2 semitones), leaps (5 or more), repetitions."""

NARROWEST_SEMITONES, POOREST_BITS = 11, 2.45
"""The least range of a phrase of four bars, and the least entropy of its pitch classes."""

SHARE_FAULT, RANGE_FAULT, ENTROPY_FAULT = 10.0, 0.5, 5.0
"""What a whole share outside its limits, a semitone and a bit that are lacking count as faults."""

FEWEST_NOTES = 6
"""Fewer notes have no shares."""


def imbalance(pitches: Sequence[int]) -> float:
    """Faults of a line: 0 where it moves as songs do."""
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
