"""Which regions of a face are covered (chip → how far each is hidden, and in words).

Readings and the curator's desk ask the same question here. A small network looks at the chip; it learnt from FER+'s
training faces with boards, cloths, prints and hands drawn over them (`mien.lab.training.covers`). Beards, glasses and
fringes are usual, and so is half a mouth behind a cup: nothing below `COUNTED` is counted. An even blot over most of a
region covers it, whatever the network says.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.affect.regions import BOXES
from mien.nets import load_network
from mien.values import REGIONS

COUNTED = (0.65, 0.9)
"""What the network says of a region where it begins to count as covered, and where it does wholly.

The first is the lowest step of .05 at which at most 1 in 30 of FER+'s development faces is said to be covered; some of
them do have a hand, a hat or a fringe before them. `mien.lab.exams.covered_faces` counts them."""
FLAT_STEP = 4.0
"""Grey levels (Sobel): skin has texture; an even cover (a bar, a blot, darkness) has none."""
FLAT = (0.3, 0.8)
"""Share of even pixels from which a region begins to count as covered, and from which it counts as wholly covered. Of
clean faces, one in a thousand of FER+'s and none of London's reaches the first."""


def hidden_regions(chip: NDArray[np.uint8]) -> Mapping[str, float]:
    """How far each of the `REGIONS` of a chip uint8 (64, 64) is covered, 0 (seen) to 1 (wholly)."""
    (said,) = load_network("mien.affect", "covered")(chip[None, :, :, None].astype(np.float32))
    return {
        region: max(ramp(float(share), *COUNTED), ramp(even, *FLAT))
        for region, share, even in zip(REGIONS, said[0], _even(chip), strict=True)
    }


def _even(chip: NDArray[np.uint8]) -> list[float]:
    """Share of even pixels in each region's box."""
    across, down = (step.astype(np.float32) for step in cv2.spatialGradient(chip))  # Sobel's
    flat = cv2.magnitude(across, down) < FLAT_STEP
    return [float(flat[a:c, b:d].mean()) for a, b, c, d in (BOXES[region] for region in REGIONS)]


def ramp(value: float, zero_at: float, one_at: float) -> float:
    """How far a value is on its way from `zero_at` to `one_at`, in either direction, 0..1."""
    return min(1.0, max(0.0, (value - zero_at) / (one_at - zero_at)))


def hidden_share(hidden: Mapping[str, float]) -> float:
    """The mean share of the four regions that is covered, 0..1."""
    return sum(hidden.values()) / len(hidden)


def told(hidden: Mapping[str, float]) -> str:
    """Which regions are covered, in words for a person: "the nose and mouth are covered"."""
    names = [region for region, share in hidden.items() if share > 0]
    if len(names) == len(hidden):
        return "the face is covered"
    *others, last = names or ["face"]
    which = f"{', '.join(others)} and {last}" if others else last
    return f"the {which} {'are' if others or last.endswith('s') else 'is'} covered"
