"""Some seconds of a person's resting face, and of a few extremes → their own `Rest`, which drifts slowly.

A profile is that `Rest` as plain data; the page may keep it if it is asked to, the server never does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mien.cues.coefficients import COEFFICIENTS, named_coefficients, own_rest
from mien.cues.names import NAMES
from mien.cues.neutral import Neutral, average_neutral, own_neutral
from mien.errors import BadInput
from mien.nets import Floats
from mien.values import Affect, Cues
from mien.vocabulary import Classes

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

CLEARLY = 0.6
"""A resting face that reads as an expression with this probability is remarked upon: perhaps it smiled."""


@dataclass(frozen=True, slots=True)
class Rest:
    """A person's own resting face: its cues, its coefficients (52,) where these were read, and where a closer look was
    taken (`mien.affect.closer`) the log-odds that the network gave at `first` sight."""

    cues: Neutral
    coefficients: Floats | None = None
    first: float | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration under way: `step` is "rest" or "range", `seen` what was measured since `started_s`; `coefficients`
    (52,), `first` the log-odds at first sight and `probs` the probabilities read meanwhile, where they
    are."""

    step: str
    started_s: float
    seen: tuple[Cues, ...] = ()
    coefficients: tuple[Floats, ...] = ()
    first: tuple[float, ...] = ()
    probs: tuple[tuple[float, ...], ...] = ()

    def with_face(
        self, cues: Cues, coefficients: Floats | None, affect: Affect | None, first: float | None = None
    ) -> "Calibration":
        """With another frame's face; one turned away does not count."""
        if not cues.valid.all():
            return self
        read = self.coefficients if coefficients is None else (*self.coefficients, coefficients)
        probs = self.probs if affect is None else (*self.probs, affect.probs)
        firsts = self.first if first is None else (*self.first, first)
        return replace(self, seen=(*self.seen, cues), coefficients=read, first=firsts, probs=probs)

    def expression(self, classes: Classes) -> tuple[str, float] | None:
        """The expression that the face clearly showed meanwhile, with its mean probability; None if it seemed at rest.

        Rest is the class nearest the plane's origin, whatever it is called. Some people's faces read as one at rest, so
        this is a reason to ask and none to refuse.
        """
        if not self.probs:
            return None
        mean = np.mean(self.probs, axis=0)
        shown, share = classes[int(mean.argmax())], float(mean.max())
        rest = min(classes, key=lambda one: math.hypot(one.valence, one.arousal))
        return (shown.name, share) if shown != rest and share >= CLEARLY else None

    def progress(self, now_s: float) -> float:
        """0..1; 1 when its time is over."""
        return min(1.0, max(0.0, (now_s - self.started_s) / SECONDS))

    @property
    def suffices(self) -> bool:
        """Whether enough was seen."""
        return len(self.seen) >= FEWEST


def rested(seen: Sequence[Cues], coefficients: Sequence[Floats] = (), first: Sequence[float] = ()) -> Rest:
    """A person's own resting face from frames of it: cues, and coefficients (52,) and log-odds where they were read."""
    return Rest(
        own_neutral(seen), own_rest(coefficients) if coefficients else None, float(np.median(first)) if first else None
    )


def ranged(rest: Rest, seen: Sequence[Cues]) -> Rest:
    """The same resting face, with spreads such that the extremes seen are `EXTREME` from it."""
    mean = rest.cues.mean
    reach = np.percentile(np.abs(np.stack([cues.values for cues in seen]) - mean), 95, axis=0)
    usual = average_neutral().spread
    spread = np.clip(reach / EXTREME, NARROWEST * usual, WIDEST * usual).astype(np.float32)
    return replace(rest, cues=Neutral(mean, spread))


def drifted(rest: Rest, cues: Cues, seconds: float) -> Rest:
    """The resting face after some seconds of these cues: where they are near rest, it follows them slowly."""
    share = 1 - 0.5 ** (max(0.0, seconds) / DRIFT_HALF_LIFE_S)
    mean, spread = rest.cues.mean, rest.cues.spread
    apart = cues.values - mean
    near = cues.valid & (np.abs(apart) <= AT_REST * spread)
    return replace(rest, cues=Neutral((mean + np.where(near, share * apart, 0)).astype(np.float32), spread))


def profile_of(rest: Rest) -> dict[str, Any]:
    """A resting face as plain data."""
    profile: dict[str, Any] = {
        "format": 1,
        "cues": {
            name: {"mean": round(float(mean), 5), "spread": round(float(spread), 5)}
            for name, mean, spread in zip(NAMES, rest.cues.mean, rest.cues.spread, strict=True)
        },
    }
    if rest.first is not None:
        profile["first"] = round(rest.first, 4)
    if rest.coefficients is not None:
        named = named_coefficients(rest.coefficients)
        profile["coefficients"] = {name: round(value, 4) for name, value in named.items()}
    return profile


def rest_of(profile: Any) -> Rest:
    """A resting face from a profile.

    Raises
    ------
    BadInput
        If it is none, or holds what no face has.
    """
    try:
        rows = [profile["cues"][name] for name in NAMES]
        mean, spread = ([float(row[key]) for row in rows] for key in ("mean", "spread"))
        named = profile.get("coefficients")
        coefficients = [float(named[name]) for name in COEFFICIENTS] if named else []
        first = None if profile.get("first") is None else float(profile["first"])
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise BadInput("profile: not one of this version; calibrate again") from None
    is_possible = all(map(math.isfinite, [*mean, *spread, first or 0.0])) and min(spread) > 0
    is_possible &= max(map(abs, [*mean, *spread])) <= 1e3 and all(0 <= value <= 1 for value in coefficients)
    if not is_possible:
        raise BadInput("profile: holds numbers that no face has; calibrate again")
    neutral = Neutral(np.array(mean, dtype=np.float32), np.array(spread, dtype=np.float32))
    return Rest(neutral, np.array(coefficients, dtype=np.float32) if coefficients else None, first)
