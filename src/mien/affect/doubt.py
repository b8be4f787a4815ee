"""How little a reading is worth, and why (probabilities, face → doubt).

Doubt joins how undecided calibrated probabilities are with how well the face is seen:

    doubt = 1 − (1 − H(p) / ln k) · frontal · found · large · sharp · seen

H is the entropy (Shannon 1948) of k classes. Each factor runs from 1 (well) to 0 (not at all): `seen` loses a share
with each region that is covered (`mien.affect.covered`), the others run linearly between the two ends of their row in
`RAMPS`. So doubt never falls as a face turns away, blurs, shrinks or is covered. Beyond `mien.values.CANNOT_TELL_DOUBT`
a reading names no emotion: it says "cannot tell".

The ends come from distributions: of the London Set's faces, plain and blurred by 8 and 16 pixels at 512 pixels a side,
and of FER2013's; a well taken portrait has every factor at 1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.affect.covered import hidden_regions, ramp, told
from mien.nets import Floats
from mien.values import Face

RAMPS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "frontal": (60.0, 20.0),  # degrees: the larger of |pitch| and |yaw|
        "found": (0.5, 0.8),  # the face's score
        "large": (0.25, 0.6),  # frame pixels a chip pixel: eyes 6 and 14 pixels apart
        "sharp": (0.005, 0.035),  # variance of the Laplacian over that of the chip
    }
)
"""Where each factor is 0 and where it is 1."""
LOST_WITH_A_REGION = 0.65
"""Of what a reading is worth, with each region that is covered: a third is left without one, a tenth without two; of
three or four no emotion is named."""

CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "decided": "the expression lies between several",
        "frontal": "the face is turned away",
        "found": "it hardly looks like a face",
        "large": "the face has too few pixels",
        "sharp": "the face is blurred",
    }
)
"""What a person is told of each cause of doubt, but for "seen": there the regions are named."""
WORTH_TELLING = 0.8
"""A factor below it is a cause of doubt."""


@dataclass(frozen=True, slots=True, eq=False)
class Quality:
    """How well a face is seen: the `factors` of doubt by name, and how far each region is `hidden`, each 0..1."""

    factors: Mapping[str, float]
    hidden: Mapping[str, float]

    @property
    def worth(self) -> float:
        """All factors together: what a decided reading of this face is worth, 0..1."""
        return math.prod(self.factors.values())


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a reading is doubted: `name` of `CAUSES`, how much worth it leaves (0 nothing .. 1 all), and it in words."""

    name: str
    leaves: float
    told: str


def doubt(probs: Floats, worth: float) -> float:
    """How little a reading is worth, 0 (sure) to 1 (cannot tell).

    Parameters
    ----------
    probs : float32 (k,), calibrated
    worth : how well the face is seen, 0..1 (see `Quality`)
    """
    return min(1.0, max(0.0, 1 - (1 - undecided(probs)) * worth))


def causes_of_doubt(probs: Floats, quality: Quality) -> tuple[Cause, ...]:
    """What makes a reading doubtful, the worst first; none for a decided reading of a face well seen."""
    worths = {"decided": 1 - undecided(probs), **quality.factors}
    found = [
        Cause(name, worth, told(quality.hidden) if name == "seen" else CAUSES[name])
        for name, worth in worths.items()
        if worth < WORTH_TELLING
    ]
    return tuple(sorted(found, key=lambda cause: cause.leaves))


def undecided(probs: Floats) -> float:
    """Entropy of probabilities over that of not knowing at all, 0..1."""
    p = np.asarray(probs, dtype=np.float64)
    entropy = -float(np.sum(p * np.log(np.maximum(p, 1e-12))))
    return min(1.0, entropy / float(np.log(len(p))))


def quality_of(face: Face) -> Quality:
    """How well a face is seen."""
    hidden = hidden_regions(face.chip)
    pitch, yaw, _ = face.pose_deg
    measured = {
        "frontal": max(abs(pitch), abs(yaw)),
        "found": face.score,
        "large": face.chip_scale,
        "sharp": sharpness(face.chip),
    }
    ramped = {name: ramp(value, *RAMPS[name]) for name, value in measured.items()}
    return Quality(ramped | {"seen": seen(hidden)}, hidden)


def seen(hidden: Mapping[str, float]) -> float:
    """What is left of a reading whose regions are so far hidden, 0..1."""
    return math.prod(1 - LOST_WITH_A_REGION * share for share in hidden.values())


def sharpness(chip: NDArray[np.uint8]) -> float:
    """Variance of the chip's Laplacian over that of the chip: no unit, 0 for an even one."""
    (_, edges), (_, whole) = (cv2.meanStdDev(p) for p in (cv2.Laplacian(chip, cv2.CV_16S), chip))
    return float(edges.item() ** 2 / (whole.item() ** 2 + 1))
