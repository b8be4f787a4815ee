"""Readings that flicker → a reading that moves: each goes half of the way to the next in `HALF_LIFE_S`.

A flicker is no change of mood. Probabilities stay a distribution, valence and arousal stay theirs; shares are the
newest.
"""

from dataclasses import replace

from mien.circumplex import valence_arousal
from mien.values import Affect

HALF_LIFE_S = 0.7
"""How soon readings follow what is seen."""


def steadied(before: Affect | None, seen: Affect) -> Affect:
    """What is read after a frame, from what was read before it (None at the start) and what is seen in it."""
    if before is None:
        return seen
    kept = min(1.0, 0.5 ** ((seen.time_s - before.time_s) / HALF_LIFE_S))
    probs = [kept * old + (1 - kept) * new for old, new in zip(before.probs, seen.probs, strict=True)]
    whole = sum(probs)
    valence, arousal = valence_arousal(probs)
    doubt = kept * before.doubt + (1 - kept) * seen.doubt
    return replace(seen, probs=tuple(p / whole for p in probs), valence=valence, arousal=arousal, doubt=doubt)
