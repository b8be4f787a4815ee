"""The focal regions as boxes of the chip: one table for training, for masking at run time, and for explaining.

A box is (top, left, bottom, right) in chip pixels (64 a side, eyes level at row 23.5, 24 apart), the first two
inclusive, the last two exclusive. Neighbours overlap by a few rows, since a frown pulls the brows towards the lids and
a sneer the nose towards the lip. Sides are multiples of 4, so that strides divide them. Cues belong to the region that
the table of cues names; the head's own angles belong to none.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mien.cues.names import NAMES, of_region
from mien.nets import Floats
from mien.values import REGIONS

Box = tuple[int, int, int, int]

BOXES: Mapping[str, Box] = MappingProxyType(
    {
        "eyes": (14, 4, 34, 60),
        "brows": (2, 4, 22, 60),
        "nose": (22, 4, 46, 60),
        "mouth": (40, 4, 64, 60),
    }
)
"""The box of each of the `REGIONS`, in their order: lids with crow's feet, brows with glabella and lower forehead, nose
with cheeks, mouth with chin."""

HIDING_GREY = 128
"""The grey that covers a hidden region."""


def hide(chips: NDArray[np.uint8], region: str) -> NDArray[np.uint8]:
    """Cover a region of chips uint8 (n, 64, 64) with plain grey; return a copy."""
    top, left, bottom, right = BOXES[region]
    covered = chips.copy()
    covered[:, top:bottom, left:right] = HIDING_GREY
    return covered


def hide_cues(cues: Floats, region: str, names: Sequence[str] = NAMES) -> Floats:
    """Set a region's standardised cues, float32 (n, k) of these names, to "unknown" (0); return a copy."""
    covered = cues.copy()
    covered[:, list(of_region(region, names))] = 0
    return covered


def presence(*absent: str) -> Floats:
    """Which streams may speak, float32 (4,) in the order of `REGIONS`: 0 for those named, 1 for the others."""
    return np.array([region not in absent for region in REGIONS], dtype=np.float32)
