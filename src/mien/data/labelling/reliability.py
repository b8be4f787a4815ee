"""How far annotators agree beyond chance (who said what of which unit → coefficients with intervals).

All coefficients are 1 for full agreement and 0 for what chance would give; they are nan where chance alone explains
everything (one category) or nothing was said twice.

References: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"; Cohen 1960, "A coefficient of agreement for
nominal scales"; Fleiss 1971, "Measuring nominal scale agreement among many raters". Intervals: percentile bootstrap
over units (Efron & Tibshirani 1993), since labels of one face belong together.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
COVERAGE = 0.95
DRAWS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A `value` with a bootstrap interval `low`..`high`, from `units` that at least two annotators judged."""

    value: float
    low: float
    high: float
    units: int

    def told(self) -> tuple[str, str, str]:
        """Value, interval and number of units for a table; "–" for what cannot be had."""
        value = "–" if math.isnan(self.value) else f"{self.value:.3f}"
        interval = "–" if math.isnan(self.low) else f"{self.low:.3f} to {self.high:.3f}"
        return value, interval, f"{self.units:,}"

    def row(self) -> dict[str, float | int | None]:
        """The numbers for JSON; None for what cannot be had."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {key: None if math.isnan(n) else round(n, 6) for key, n in numbers.items()} | {"units": self.units}


UNKNOWN = ("–", "–", "0")
"""How a table tells a coefficient that there is none of."""


def votes_of(said: NDArray[np.int64], categories: int) -> NDArray[np.int64]:
    """How many annotators gave each unit each category.

    Parameters
    ----------
    said : int64 (annotators, units), categories counted from 0, −1 where nothing was said.

    Returns
    -------
    int64 (units, categories)
    """
    return np.stack([(said == category).sum(axis=0) for category in range(categories)], axis=1)


def nominal_alpha(votes: NDArray[np.int64], seed: int = 1, draws: int = 1000) -> Coefficient:
    """Krippendorff's alpha for names, from votes int64 (units, categories)."""
    kept = votes[votes.sum(axis=1) > 1].astype(np.float64)
    said = kept.sum(axis=1, keepdims=True)
    agreed = (kept * (kept - 1) / (said - 1)).sum(axis=1, keepdims=True)
    parts = np.concatenate([kept, agreed], axis=1)  # all that alpha needs is a sum over units

    def alpha(sums: Doubles) -> Doubles:
        counts, alike = sums[:, :-1], sums[:, -1]
        n = counts.sum(axis=1)
        chance = n**2 - (counts**2).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = 1 - (n - 1) * (n - alike) / chance
        return np.where(chance > 0, found, np.nan)

    return _with_interval(parts, alpha, seed, draws)


def interval_alpha(said: Doubles, seed: int = 1, draws: int = 1000) -> Coefficient:
    """Krippendorff's alpha for numbers on an interval scale.

    Parameters
    ----------
    said : float64 (annotators, units), nan where nothing was said.
    """
    is_said = ~np.isnan(said)
    judged = is_said.sum(axis=0) > 1
    values, given = np.where(is_said, said, 0.0)[:, judged], is_said[:, judged].sum(axis=0).astype(np.float64)
    sums, squares = values.sum(axis=0), (values**2).sum(axis=0)
    apart = 2 * (given * squares - sums**2) / (given - 1)
    parts = np.stack([given, sums, squares, apart], axis=1)

    def alpha(totals: Doubles) -> Doubles:
        n, total, square, within = totals.T
        chance = 2 * (n * square - total**2)
        is_flat = chance <= 1e-12 * np.maximum(1.0, n * square)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = 1 - (n - 1) * within / chance
        return np.where(is_flat, np.nan, found)

    return _with_interval(parts, alpha, seed, draws)


def confusion(first: NDArray[np.int64], second: NDArray[np.int64], categories: int) -> NDArray[np.int64]:
    """How often the first said row and the second column, int64 (categories, categories), of units both judged.

    Parameters
    ----------
    first, second : int64 (units,), categories counted from 0, −1 where nothing was said.
    """
    both = (first >= 0) & (second >= 0)
    flat = np.bincount(first[both] * categories + second[both], minlength=categories**2)
    return flat.reshape(categories, categories).astype(np.int64)


def cohen_kappa(table: NDArray[np.int64], seed: int = 1, draws: int = 1000) -> Coefficient:
    """Cohen's kappa of two annotators, from their `confusion`."""
    size = len(table)
    rows, columns = np.divmod(np.repeat(np.arange(size**2), table.ravel()), size)
    ones = np.eye(size)
    parts = np.concatenate([ones[rows], ones[columns], (rows == columns)[:, None].astype(np.float64)], axis=1)

    def kappa(sums: Doubles) -> Doubles:
        first, second, alike = sums[:, :size], sums[:, size:-1], sums[:, -1]
        n = first.sum(axis=1)
        return _beyond_chance(alike, (first * second).sum(axis=1), n)

    return _with_interval(parts, kappa, seed, draws)


def fleiss_kappa(votes: NDArray[np.int64], seed: int = 1, draws: int = 1000) -> Coefficient:
    """Fleiss' kappa, from votes int64 (units, categories) with as many votes for every unit.

    Raises
    ------
    ValueError
        If units have different numbers of votes.
    """
    raters = votes.sum(axis=1)
    if len(votes) and (raters != raters[0]).any():
        raise ValueError(f"{raters.min()} to {raters.max()} votes a unit given; Fleiss' kappa wants as many for each")
    each = int(raters[0]) if len(votes) else 0
    if each < 2:
        return Coefficient(float("nan"), float("nan"), float("nan"), 0)
    kept = votes.astype(np.float64)
    alike = (kept * (kept - 1)).sum(axis=1, keepdims=True) / (each - 1)
    parts = np.concatenate([kept, alike], axis=1)

    def kappa(sums: Doubles) -> Doubles:
        counts = sums[:, :-1]
        return _beyond_chance(sums[:, -1], (counts**2).sum(axis=1), counts.sum(axis=1))

    return _with_interval(parts, kappa, seed, draws)


def _beyond_chance(alike: Doubles, products: Doubles, n: Doubles) -> Doubles:
    """(observed − chance) / (1 − chance), with observed = alike / n and chance = products / n²."""
    room = n**2 - products
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (n * alike - products) / room
    return np.where(room > 0, found, np.nan)


def _with_interval(parts: Doubles, coefficient: Callable[[Doubles], Doubles], seed: int, draws: int) -> Coefficient:
    """The coefficient of the sum of all rows, and its spread when rows are drawn anew with replacement."""
    units = len(parts)
    if not units:
        return Coefficient(float("nan"), float("nan"), float("nan"), 0)
    value = float(coefficient(parts.sum(axis=0, keepdims=True))[0])
    kinds, counts = np.unique(parts, axis=0, return_counts=True)  # many units are alike: draw how many of each kind
    rng = np.random.default_rng(seed)
    found = []
    for begin in range(0, draws, DRAWS_AT_ONCE):
        times = rng.multinomial(units, counts / units, size=min(DRAWS_AT_ONCE, draws - begin))
        found.append(coefficient(times.astype(np.float64) @ kinds))
    spread = np.concatenate(found) if found else np.array([])
    spread = spread[np.isfinite(spread)]
    if not len(spread):
        return Coefficient(value, float("nan"), float("nan"), units)
    low, high = np.quantile(spread, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return Coefficient(value, float(low), float(high), units)
