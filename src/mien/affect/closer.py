"""A clear face is looked at more closely: its movements divide rest from a smile anew (probabilities, face → the same).

The network learnt from pictures of 48 pixels, whose raters called a faint, closed smile neutral. A face with more
pixels shows more, and its movements (`mien.cues.coefficients`) tell it. What the network gives to two classes together
stays; how it falls to the two of them is told by

    ln p(above) / p(below)  =  (1 − c) m  +  c (margin · m + weights · x + offset)

m the network's own log-odds, x the 52 coefficients, c how clear the face is. The other classes keep what they have. The
numbers stand in the reader's manifest (`closer_look`), where the network has learnt them
(`mien.lab.training.closer`); a reader without them looks once.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mien.cues.coefficients import COEFFICIENTS
from mien.face.align import CHIP_EYES_PX
from mien.face.look import MIN_MESH_SCORE
from mien.nets import Floats
from mien.values import Face

CLEAR_EYES_PX = (25.0, 33.0)
"""Distance of the eyes, in pixels of the picture, from which a face begins to be clear, and at which it is: FER2013's
lie 11 to 24 apart."""
LEAST_PROB = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class CloserLook:
    """How movements divide two classes: `below` and `above` are their places, `weights` is float32 (52,)."""

    below: int
    above: int
    margin: float
    weights: Floats
    offset: float

    @classmethod
    def of_row(cls, row: Mapping[str, Any], names: Sequence[str]) -> "CloserLook":
        """From a manifest's `closer_look`, for classes of these names.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none, or speaks of other classes or movements.
        """
        below, above = row["between"]
        numbers = [float(row["margin"]), float(row["offset"]), *map(float, row["movements"].values())]
        if below == above or not all(map(math.isfinite, numbers)):
            raise ValueError("closer_look: two classes and finite numbers wanted")
        weights = np.zeros(len(COEFFICIENTS), dtype=np.float32)
        for name, weight in row["movements"].items():
            weights[COEFFICIENTS.index(name)] = weight
        places = list(names)
        return cls(places.index(below), places.index(above), float(row["margin"]), weights, float(row["offset"]))

    def row(self, names: Sequence[str]) -> dict[str, Any]:
        """As a manifest's `closer_look`."""
        return {
            "between": [names[self.below], names[self.above]],
            "margin": round(self.margin, 5),
            "movements": {n: round(float(w), 5) for n, w in zip(COEFFICIENTS, self.weights, strict=True) if w},
            "offset": round(self.offset, 5),
        }

    def first(self, probs: Floats) -> float:
        """The log-odds that the network gives, of its probabilities float32 (k,)."""
        below, above = (max(float(probs[place]), LEAST_PROB) for place in (self.below, self.above))
        return math.log(above / below)

    def log_odds(self, first: float, moved: Floats, clear: float = 1.0) -> float:
        """The log-odds after a closer look at movements float32 (52,) of a face that is `clear`, 0..1."""
        told = self.margin * first + float(self.weights @ moved) + self.offset
        return (1 - clear) * first + clear * told

    def divided(self, probs: Floats, moved: Floats, clear: float = 1.0) -> Floats:
        """Probabilities float32 (k,) divided anew by movements float32 (52,) of a face that is `clear`, 0..1."""
        share = 1 / (1 + math.exp(-self.log_odds(self.first(probs), moved, clear)))
        both = probs[self.above] + probs[self.below]
        divided = np.array(probs, dtype=np.float32)
        divided[self.above], divided[self.below] = both * share, both * (1 - share)
        return divided


def clearness(face: Face) -> float:
    """How clear a face is: 0 with too few pixels for its movements to tell more than the network sees, to 1. Where the
    mesh has not found it, it is 0 too."""
    if face.score < MIN_MESH_SCORE:
        return 0.0
    low, high = CLEAR_EYES_PX
    return float(np.clip((CHIP_EYES_PX * face.chip_scale - low) / (high - low), 0, 1))
