"""Cues become departures from a resting face: how many standard deviations each one lies from neutral.

Every face has its own resting shape; a cue means something only relative to it. If the person's own is not known (as in
a single picture), the neutral faces of 102 people stand in: mean and standard deviation of each cue, shipped as data.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from mien.assets import asset_path, read_asset
from mien.cues.names import NAMES, PAIRS, SIDES
from mien.errors import BadAsset
from mien.nets import Floats
from mien.values import Cues

LARGEST_DEPARTURE = 6.0
"""Departures are clipped here: beyond it a measurement has failed rather than a face moved."""


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    """A resting face: `mean` and `spread` (standard deviation), float32 (c,), each in its cue's unit."""

    mean: Floats
    spread: Floats

    def departures(self, cues: Cues) -> Mapping[str, float]:
        """Each valid cue's distance from rest in standard deviations, by name, −6..6.

        A pair of cues is also given as one, under its name without the side: the mean of the visible sides.
        """
        z = np.clip((cues.values - self.mean) / self.spread, -LARGEST_DEPARTURE, LARGEST_DEPARTURE)
        departures = {name: float(d) for name, d, ok in zip(NAMES, z, cues.valid, strict=True) if ok}
        for pair in PAIRS:
            sides = [departures[f"{pair}_{side}"] for side in SIDES if f"{pair}_{side}" in departures]
            if sides:
                departures[pair] = sum(sides) / len(sides)
        return departures

    def distances(self, cues: Cues) -> Mapping[str, float]:
        """Each valid cue's distance from rest by name, in its own unit."""
        apart = cues.values - self.mean
        return {name: float(d) for name, d, ok in zip(NAMES, apart, cues.valid, strict=True) if ok}


@cache
def average_neutral() -> Neutral:
    """The resting face of many people (Face Research Lab London Set, 102 neutral portraits).

    Raises
    ------
    BadAsset
        If a cue was added whose rest has not been measured since.
    """
    table = json.loads(read_asset(asset_path("mien.cues", "average_neutral.dat")))
    if new := [name for name in NAMES if name not in table]:
        raise BadAsset(
            f"average_neutral.dat: the rest of {', '.join(new)} was not measured; after adding a cue run "
            "python -m mien.lab.assets.resting_face DATA.npz"
        )
    return Neutral(
        mean=np.array([table[name]["mean"] for name in NAMES], dtype=np.float32),
        spread=np.array([table[name]["spread"] for name in NAMES], dtype=np.float32),
    )


def own_neutral(seen: Sequence[Cues]) -> Neutral:
    """A person's own resting face from some seconds of rest: their median, with the usual spread among people."""
    stack = np.stack([cues.values for cues in seen])
    return Neutral(mean=np.median(stack, axis=0).astype(np.float32), spread=average_neutral().spread)
