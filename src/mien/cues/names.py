"""The cues: one table that gives each its name, unit, usual range, region, FACS action units and source.

Lengths are in D, the distance of the eye centres of the face turned to the front; angles are in degrees. Left and right
are the subject's own. `mien.cues.geometry` names points by mesh index.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Cue:
    """One measured quantity of a face.

    `low`..`high` is the range seen in everyday faces, not a limit. `twin` is the cue that takes its place in a mirror
    (empty if it stays in its own); `odd` says that a mirror flips its sign.
    """

    name: str
    unit: str
    low: float
    high: float
    region: str
    facs: str
    source: str
    twin: str = ""
    odd: bool = False


SIDES = ("right", "left")
"""The subject's own sides, in the order of every array with two sides."""


def _pair(name: str, *rest: str | float) -> tuple[Cue, Cue]:
    unit, low, high, region, facs, source = rest
    both = tuple(f"{name}_{side}" for side in SIDES)
    right, left = (
        Cue(own, str(unit), float(low), float(high), str(region), str(facs), str(source), twin=other)
        for own, other in (both, both[::-1])
    )
    return right, left


_FACS = "Ekman & Friesen 1978"


CUES: tuple[Cue, ...] = (
    *_pair("eye_openness", "height / width", 0.05, 0.45, "eyes", "5 up; 6 7 43 45 down", "Soukupova & Cech 2016"),
    *_pair("lower_lid_raise", "D", -0.16, 0.0, "eyes", "6 7 up", _FACS),
    Cue("gaze_x", "eye widths", -0.25, 0.25, "eyes", "61 62", "Adams & Kleck 2005", odd=True),
    Cue("gaze_y", "eye widths", -0.2, 0.2, "eyes", "63 64", "Adams & Kleck 2005"),
    *_pair("brow_height", "D", 0.15, 0.6, "brows", "1 2 up; 4 down", _FACS),
    *_pair("inner_brow_height", "D", 0.1, 0.6, "brows", "1 up; 4 down", _FACS),
    *_pair("brow_slope", "deg", -25, 25, "brows", "1 4 inner end high", _FACS),
    Cue("inner_brow_distance", "D", 0.2, 0.6, "brows", "4 down", _FACS),
    Cue("nose_lip_distance", "D", 0.15, 0.45, "nose", "9 10 down", _FACS),
    Cue("nose_length", "D", 0.45, 0.8, "nose", "9 down", _FACS),
    Cue("nostril_width", "D", 0.4, 0.75, "nose", "38 12 up", _FACS),
    Cue("mouth_openness", "height / width", 0.0, 0.9, "mouth", "25 26 27 up", "Soukupova & Cech 2016, for the mouth"),
    Cue("mouth_width", "D", 0.6, 1.2, "mouth", "12 20 up; 18 23 down", _FACS),
    *_pair("corner_lift", "D", -0.12, 0.15, "mouth", "12 up; 15 down", _FACS),
    Cue("lip_thickness", "D", 0.05, 0.35, "mouth", "23 24 down", _FACS),
    Cue("jaw_drop", "D", 0.9, 1.5, "mouth", "26 27 up", _FACS),
    Cue("pitch", "deg", -30, 30, "head", "53 54", "pose of the mesh"),
    Cue("yaw", "deg", -45, 45, "head", "51 52", "pose of the mesh", odd=True),
    Cue("roll", "deg", -30, 30, "head", "55 56", "pose of the mesh", odd=True),
)
"""Every cue, in the order of `Cues.values`."""

NAMES: tuple[str, ...] = tuple(cue.name for cue in CUES)

PAIRS: tuple[str, ...] = tuple(cue.name.removesuffix("_right") for cue in CUES if cue.name.endswith("_right"))
"""Names, without the side, of the cues that are measured on both sides."""

REGION_OF: Mapping[str, str] = MappingProxyType(
    {cue.name: cue.region for cue in CUES}
    | {cue.name.removesuffix("_right"): cue.region for cue in CUES if cue.name.endswith("_right")}
)
"""The region of every cue of `NAMES` and `PAIRS`."""


def of_region(region: str, names: Sequence[str] = NAMES) -> tuple[int, ...]:
    """Places of a region's cues ("eyes", "brows", "nose", "mouth", or "head") in `Cues.values`, or in `names`."""
    own = {cue.name for cue in CUES if cue.region == region}
    return tuple(i for i, name in enumerate(names) if name in own)
