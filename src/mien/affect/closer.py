"""A closer look at a clear face: its movements decide anew between rest and a smile (probabilities, face → the same).

The network learnt from pictures of 48 pixels, whose raters called a faint, closed smile neutral. A face with more
pixels shows more, and its movements (`mien.cues.coefficients`) tell it. The network's total for two classes stays; how
it is divided between them follows from

    ln p(above) / p(below)  =  (1 − c) m  +  c (margin · m + weights · x + offset)

where m is the network's own log-odds, x the 52 coefficients and c how clear the face is. The other classes keep their
probabilities. The reader's manifest holds the numbers (`closer_look`), learnt in `mien.lab.training.closer`; a reader
without them looks only once.

If a person's own rest is known, m and x are taken as far from the usual rest as they are from that person's: a face
whose mouth corners rise by nature does not smile all day.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mien.affect.doubt import doubt
from mien.assets import asset_path, read_manifest
from mien.circumplex import with_probs
from mien.cues.coefficients import COEFFICIENTS
from mien.face.align import CHIP_EYES_PX
from mien.face.look import MIN_MESH_SCORE
from mien.nets import Floats
from mien.values import Affect, Face

CLEAR_EYES_PX = (25.0, 33.0)
"""Distance of the eyes, in pixels of the picture, from which a face begins to be clear, and at which it is fully clear;
in FER2013 it is 11 to 24."""
LEAST_PROB = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What a closer look is given: the network's own log-odds, coefficients float32 (52,), and how clear the face is,
    0..1."""

    first: float
    coefficients: Floats
    clear: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class CloserLook:
    """How movements divide two classes: `below` and `above` are their places, `weights` is float32 (52,), `rest` is the
    usual glance of a face at rest."""

    below: int
    above: int
    margin: float
    weights: Floats
    offset: float
    rest: Glance

    @classmethod
    def of_row(cls, row: Mapping[str, Any], names: Sequence[str]) -> "CloserLook":
        """Read a manifest's `closer_look`, for classes of these names.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none, or names other classes or movements.
        """
        below, above = row["between"]
        weights, resting = _by_place(row["movements"]), _by_place(row["rest"]["movements"])
        margin, offset, first = float(row["margin"]), float(row["offset"]), float(row["rest"]["first"])
        finite = all(map(math.isfinite, (margin, offset, first, *weights.tolist(), *resting.tolist())))
        if below == above or not finite:
            raise ValueError("closer_look: two classes and finite numbers wanted")
        places = list(names)
        return cls(places.index(below), places.index(above), margin, weights, offset, Glance(first, resting))

    def row(self, names: Sequence[str]) -> dict[str, Any]:
        """The closer look as a manifest's `closer_look`."""
        heard = [name for name, weight in zip(COEFFICIENTS, self.weights, strict=True) if weight]
        return {
            "between": [names[self.below], names[self.above]],
            "margin": round(self.margin, 5),
            "movements": _by_name(self.weights, heard),
            "offset": round(self.offset, 5),
            "rest": {"first": round(self.rest.first, 5), "movements": _by_name(self.rest.coefficients, heard)},
        }

    def first(self, probs: Floats) -> float:
        """The network's own log-odds, from its probabilities float32 (k,)."""
        return log_odds_of(probs, self.below, self.above)

    def against(self, glance: Glance, rest: Glance) -> Glance:
        """The glance at a person whose own rest is known, shifted to that at one with the usual rest."""
        coefficients = np.asarray(glance.coefficients - rest.coefficients + self.rest.coefficients, dtype=np.float32)
        return Glance(glance.first - rest.first + self.rest.first, coefficients, glance.clear)

    def log_odds(self, glance: Glance) -> float:
        """The log-odds after a closer look."""
        told = self.margin * glance.first + float(self.weights @ glance.coefficients) + self.offset
        return (1 - glance.clear) * glance.first + glance.clear * told

    def divided(self, probs: Floats, glance: Glance) -> Floats:
        """Probabilities float32 (k,) with the two classes divided anew."""
        share = 1 / (1 + math.exp(-self.log_odds(glance)))
        both = probs[self.above] + probs[self.below]
        divided = np.array(probs, dtype=np.float32)
        divided[self.above], divided[self.below] = both * share, both * (1 - share)
        return divided

    def redivided(self, affect: Affect, glance: Glance, worth: float) -> Affect:
        """A reading with its two classes divided anew, and the doubt that follows; `worth`, 0..1, is how well the face
        is seen."""
        probs = self.divided(np.array(affect.probs, dtype=np.float32), glance)
        return with_probs(affect, probs.tolist(), doubt=doubt(probs, worth))


def log_odds_of(probs: Floats, below: int, above: int) -> float:
    """The log-odds of the class `above` against `below`, both places in probabilities float32 (k,)."""
    return math.log(max(float(probs[above]), LEAST_PROB) / max(float(probs[below]), LEAST_PROB))


def closer_of(weights: Path | None, names: Sequence[str]) -> CloserLook | None:
    """The closer look in a network's manifest (the shipped one's by default), None if it has none."""
    row = read_manifest(weights or asset_path("mien.affect", "reader.tflite")).get("closer_look")
    return CloserLook.of_row(row, names) if row else None


def clearness(face: Face) -> float:
    """How clear a face is, 0..1: 0 if it has too few pixels for its movements to tell more than the network sees, or if
    the mesh has not found it."""
    if face.score < MIN_MESH_SCORE:
        return 0.0
    low, high = CLEAR_EYES_PX
    return float(np.clip((CHIP_EYES_PX * face.chip_scale - low) / (high - low), 0, 1))


def _by_place(named: Mapping[str, Any]) -> Floats:
    values = np.zeros(len(COEFFICIENTS), dtype=np.float32)
    for name, value in named.items():
        values[COEFFICIENTS.index(name)] = value
    return values


def _by_name(values: Floats, names: Sequence[str]) -> dict[str, float]:
    return {name: round(float(values[COEFFICIENTS.index(name)]), 5) for name in names}
