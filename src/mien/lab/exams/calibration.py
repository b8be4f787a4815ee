"""Are answers as often right as their probabilities say? (truth, probabilities → error, its interval, bins)

ECE : expected calibration error (Guo et al. 2017): cases are sorted into 15 bins of equal width by the answer's
    probability; it is the mean over the cases of |share right − mean probability| of their bin. Chance alone makes a
    bin stray, so it is biased upwards (Kumar, Liang & Ma 2019, "Verified uncertainty calibration"): with few cases
    (below some 200) it is well above 0 even for a calibrated method.
interval : of the error that cases without end would show in these bins, 95 %. Redrawing cases adds chance to chance, so
    percentiles of redrawn ECEs lie too high, above the ECE itself for a calibrated method, and no bootstrap is right
    near 0 (Andrews 2000, "Inconsistency of the bootstrap when a parameter is on the boundary of the parameter space").
    So a test is inverted (Carpenter 1999, "Test inversion bootstrap confidence intervals"): the interval holds every
    error with which chance, as redrawn cases or groups show it, gives an ECE as high as the one found, and one as low,
    in 2.5 % of draws at least. How the bins share an error is not known: all may err in proportion to what was found,
    or those alone that stray by more than two standard errors; what is plausible either way is in. So is the ECE
    itself, which may be the upper end. This module's test counts how often the interval holds an error that is known.

`truth` and `probs` are as in `mien.lab.exams.metrics`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]
Classes = NDArray[np.integer]

BINS = 15
TAIL = 0.025
STRAYS = 2.0
"""Standard errors beyond which a bin is seen to err."""
TRIED = 201
"""Errors tried between 0 and the most that is thinkable."""


def calibration_error(truth: Classes, probs: Numbers) -> float:
    """Expected calibration error, 0..1."""
    cases, sure, right = _binned(truth, probs)
    return float(np.abs(right - sure).sum() / cases.sum())


def reliability(truth: Classes, probs: Numbers) -> list[dict[str, float]]:
    """What calibration means, bin by bin: number of `cases`, their mean `probability`, the share `right`.

    Empty bins are left out; the bins are those of the calibration error.
    """
    return [
        {"cases": int(n), "probability": round(float(sure / n), 4), "right": round(float(right / n), 4)}
        for n, sure, right in zip(*_binned(truth, probs), strict=True)
        if n
    ]


def plausible_errors(
    truth: Classes, probs: Numbers, members: Sequence[NDArray[np.intp]], rng: np.random.Generator, draws: int = 1000
) -> tuple[float, float]:
    """The 95 % interval of the calibration error, as the module says; `members` are the cases of each group."""
    sure, right, bins = _answered(truth, probs)
    apart = np.zeros((len(truth), BINS))
    apart[np.arange(len(truth)), bins] = right - sure
    groups, sizes = np.stack([apart[some].sum(axis=0) for some in members]), np.array([len(some) for some in members])
    found = groups.sum(axis=0) / len(truth)
    error = calibration_error(truth, probs)
    if not error:
        return 0.0, 0.0
    times = [np.bincount(rng.integers(0, len(groups), len(groups)), minlength=len(groups)) for _ in range(draws)]
    noise = np.stack([drawn @ groups / (drawn @ sizes) for drawn in times]) - found
    strays = np.abs(found) > STRAYS * np.sqrt((noise**2).mean(axis=0))
    ways = [found, np.where(strays, found, 0.0)] if strays.any() else [found]
    lows, highs = zip(*(_not_refuted(way / np.abs(way).sum(), noise, error) for way in ways), strict=True)
    return min(lows), max(*highs, error)


def _not_refuted(way: Numbers, noise: Numbers, found: float) -> tuple[float, float]:
    """The least and the largest error, shared out among the bins as `way` (BINS,), that what was found leaves possible;
    `noise` (draws, BINS) is what chance adds."""
    tried = np.linspace(0.0, found + 3 * np.abs(noise).sum(axis=1).mean(), TRIED)
    seen = [np.abs(error * way + noise).sum(axis=1) for error in tried]
    low = next((error for error, drawn in zip(tried, seen, strict=True) if np.mean(drawn >= found) >= TAIL), found)
    downwards = zip(tried[::-1], seen[::-1], strict=True)
    high = next((error for error, drawn in downwards if np.mean(drawn <= found) >= TAIL), 0.0)
    return float(low), float(high)


def _answered(truth: Classes, probs: Numbers) -> tuple[Numbers, NDArray[np.bool_], NDArray[np.intp]]:
    """For each case the probability of its answer, whether that is right, and its bin."""
    sure = probs.max(axis=1)
    return sure, probs.argmax(axis=1) == truth, np.minimum((sure * BINS).astype(np.intp), BINS - 1)


def _binned(truth: Classes, probs: Numbers) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """For each bin the number of cases, the sum of their probabilities, and how many are right."""
    sure, right, bins = _answered(truth, probs)
    cases, probability, rights = (np.bincount(bins, w, minlength=BINS) for w in (np.ones(len(bins)), sure, right))
    return cases, probability, rights
