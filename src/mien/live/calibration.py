"""Some seconds of a person's resting face, and of a few extremes → their own `Neutral`, which drifts slowly.

A profile is that `Neutral` as plain data; the page may keep it if it is asked to, the server never does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mien.cues.names import NAMES
from mien.cues.neutral import Neutral, average_neutral, own_neutral
from mien.errors import BadInput
from mien.nets import Floats
from mien.values import Cues

SECONDS = 5.0
FEWEST = 15
"""Frames that a calibration needs."""

EXTREME = 2.5
"""An extreme expression counts as this many standard deviations: a control then just reaches its ends."""
NARROWEST, WIDEST = 0.4, 3.0
"""How far a person's spread may differ from that of people in general."""

DRIFT_HALF_LIFE_S = 300.0
AT_REST = 1.5
"""A cue drifts only while it is within so many standard deviations of rest."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration under way: `step` is "rest" or "range", `seen` what was measured since `started_s`, `moved` the
    coefficients (52,) read meanwhile, where they are."""

    step: str
    started_s: float
    seen: tuple[Cues, ...] = ()
    moved: tuple[Floats, ...] = ()

    def with_face(self, cues: Cues, coefficients: Floats | None) -> "Calibration":
        """With another frame's face; one turned away does not count."""
        if not cues.valid.all():
            return self
        moved = self.moved if coefficients is None else (*self.moved, coefficients)
        return replace(self, seen=(*self.seen, cues), moved=moved)

    def progress(self, now_s: float) -> float:
        """0..1; 1 when its time is over."""
        return min(1.0, max(0.0, (now_s - self.started_s) / SECONDS))

    @property
    def suffices(self) -> bool:
        """Whether enough was seen."""
        return len(self.seen) >= FEWEST


def rested(seen: Sequence[Cues]) -> Neutral:
    """A person's own resting face."""
    return own_neutral(seen)


def ranged(neutral: Neutral, seen: Sequence[Cues]) -> Neutral:
    """The same resting face, with spreads such that the extremes seen are `EXTREME` from it."""
    reach = np.percentile(np.abs(np.stack([cues.values for cues in seen]) - neutral.mean), 95, axis=0)
    usual = average_neutral().spread
    return Neutral(neutral.mean, np.clip(reach / EXTREME, NARROWEST * usual, WIDEST * usual).astype(np.float32))


def drifted(neutral: Neutral, cues: Cues, seconds: float) -> Neutral:
    """The resting face after some seconds of these cues: where they are near rest, it follows them slowly."""
    share = 1 - 0.5 ** (max(0.0, seconds) / DRIFT_HALF_LIFE_S)
    apart = cues.values - neutral.mean
    near = cues.valid & (np.abs(apart) <= AT_REST * neutral.spread)
    return Neutral((neutral.mean + np.where(near, share * apart, 0)).astype(np.float32), neutral.spread)


def profile_of(neutral: Neutral) -> dict[str, Any]:
    """A resting face as plain data."""
    return {
        "format": 1,
        "cues": {
            name: {"mean": round(float(mean), 5), "spread": round(float(spread), 5)}
            for name, mean, spread in zip(NAMES, neutral.mean, neutral.spread, strict=True)
        },
    }


def neutral_of(profile: Any) -> Neutral:
    """A resting face from a profile.

    Raises
    ------
    BadInput
        If it is none, or holds what no face has.
    """
    try:
        rows = [profile["cues"][name] for name in NAMES]
        mean, spread = ([float(row[key]) for row in rows] for key in ("mean", "spread"))
    except (KeyError, TypeError, ValueError):
        raise BadInput("profile: not one of this version; calibrate again") from None
    if not all(map(math.isfinite, [*mean, *spread])) or min(spread) <= 0 or max(map(abs, [*mean, *spread])) > 1e3:
        raise BadInput("profile: holds numbers that no face has; calibrate again")
    return Neutral(np.array(mean, dtype=np.float32), np.array(spread, dtype=np.float32))
