"""Measures of a classifier's answers.

Conventions
-----------
truth : int (n,), the true class of each case, 0..k−1. Cases without a truth (−1) must be left out beforehand.
probs : float (n, k), rows sum to 1. The answer is the most probable class, the first of equals.
targets : float (n, k), rows sum to 1, for a truth that is itself a distribution (votes).

Measures
--------
accuracy : right answers / cases.
balanced accuracy : mean over the classes that occur of right answers / cases of the class (recall).
macro-F1 : mean over the classes that occur, in truth or answers, of 2·precision·recall / (precision + recall), 0 for a
    class never found.
confusion : counts (k, k), rows the truth, columns the answers.
ECE : `mien.lab.exams.calibration`, with an interval of its own.
interval : percentile bootstrap over cases (Efron 1979), 95 %. For a difference between two methods the draws are
    paired: the same cases for both. If all answers are right, or all wrong, every draw would be alike: accuracy, and
    the two means over classes that equal it there, then get the score interval of the share. The two means over classes
    would be something else without one of the classes: a draw that lacks one is drawn again, and where a class has
    fewer than 5 cases, which tell next to nothing of how it reads, there is no interval.
share : the share of claims that hold, with the score interval (Wilson 1927), which also suits few cases and all right.
groups : if it is known which cases belong together (one person, one film, copies), whole groups are drawn instead of
    cases (cluster bootstrap: Davison & Hinkley 1997, "Bootstrap methods", §3.8), since the cases of one group tell
    little more than one of them. The score interval and the least number of cases then count groups as cases; a share
    has the wider of its score interval and a drawn one, so that groups never make it narrower. One group alone tells
    nothing: 0 to 1. Groups of one case each are no groups.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.lab.exams.calibration import calibration_error, plausible_errors

Numbers = NDArray[np.floating]
Classes = NDArray[np.integer]
Groups = NDArray[np.str_] | NDArray[np.integer]

FEWEST = 5
"""The least number of cases, or groups of them, of every class for an interval of a mean over classes."""
NO_INTERVAL = f"no interval: some class has fewer than {FEWEST} faces, or groups of faces that belong together"
"""Why there is none, in words."""


def confusion(truth: Classes, answers: Classes, classes: int) -> NDArray[np.int64]:
    """Counts int64 (k, k): rows the truth, columns the answers."""
    return np.bincount(truth * classes + answers, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def accuracy(truth: Classes, probs: Numbers) -> float:
    """Share of right answers."""
    return float(np.mean(probs.argmax(axis=1) == truth))


def recall(truth: Classes, probs: Numbers) -> NDArray[np.float64]:
    """Share of each class that is found, float64 (k,); NaN for a class that does not occur."""
    counts = confusion(truth, probs.argmax(axis=1), probs.shape[1])
    return _share(counts.diagonal(), counts.sum(axis=1))


def precision(truth: Classes, probs: Numbers) -> NDArray[np.float64]:
    """Share of each answer that is right, float64 (k,); NaN for an answer never given."""
    counts = confusion(truth, probs.argmax(axis=1), probs.shape[1])
    return _share(counts.diagonal(), counts.sum(axis=0))


def balanced_accuracy(truth: Classes, probs: Numbers) -> float:
    """Mean recall of the classes that occur."""
    return float(np.nanmean(recall(truth, probs)))


def macro_f1(truth: Classes, probs: Numbers) -> float:
    """Mean, over the classes that occur in truth or answers, of the harmonic mean of precision and recall."""
    counts = confusion(truth, probs.argmax(axis=1), probs.shape[1])
    both = counts.sum(axis=0) + counts.sum(axis=1)
    return float(np.nanmean(_share(2 * counts.diagonal(), both)))


def cross_entropy(probs: Numbers, targets: Numbers) -> float:
    """Mean −Σ target · ln(prob), nats."""
    return float(np.mean(-np.sum(targets * np.log(np.maximum(probs, 1e-12)), axis=1)))


def softmax(logits: Numbers, temperature: float = 1.0) -> NDArray[np.float64]:
    """Logits (n, k) → probabilities (n, k)."""
    z = np.asarray(logits, dtype=np.float64) / temperature
    grown = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def best_temperature(logits: Numbers, targets: Numbers) -> float:
    """The temperature whose probabilities have the least cross-entropy with the targets (Guo et al. 2017)."""
    tried = np.exp(np.linspace(np.log(0.4), np.log(2.5), 184))  # steps of one percent
    losses = [cross_entropy(softmax(logits, float(t)), targets) for t in tried]
    return float(tried[int(np.argmin(losses))])


def renormalised(probs: Numbers, columns: tuple[int, ...]) -> NDArray[np.float64]:
    """Probabilities of some classes alone, in the order of `columns`, rows summing to 1 again."""
    some = np.asarray(probs, dtype=np.float64)[:, list(columns)]
    return np.asarray(some / some.sum(axis=1, keepdims=True))


def interval(
    measure: Callable[[Classes, Numbers], float],
    truth: Classes,
    probs: Numbers,
    rng: np.random.Generator,
    draws: int = 1000,
    groups: Groups | None = None,
) -> tuple[float, float] | None:
    """95 % interval of a measure, by redrawing cases, or whole groups of them, as the module says: of shares the score
    interval if all answers are right or all wrong; None of a mean over classes where a class is too rare. `groups` (n,)
    names the group of each case."""
    if measure in OVER_CLASSES and _fewest(truth, groups) < FEWEST:
        return None
    return _drawn(measure, truth, probs, rng, draws, groups)


def _drawn(
    measure: Callable[[Classes, Numbers], float],
    truth: Classes,
    probs: Numbers,
    rng: np.random.Generator,
    draws: int,
    groups: Groups | None,
) -> tuple[float, float]:
    """The interval, where there is one."""
    holds = probs.argmax(axis=1) == truth
    members = _members(groups, len(truth))
    if len(members) == 1 and len(truth) > 1:
        return 0.0, 1.0
    if measure is calibration_error:
        return plausible_errors(truth, probs, members, rng, draws)
    if measure in (accuracy, *OVER_CLASSES) and (holds.all() or not holds.any()):
        return _score_interval(holds, len(members))
    wanted = len(np.unique(truth)) if measure in OVER_CLASSES else 0
    found: list[float] = []
    while len(found) < draws:
        drawn = rng.integers(0, len(members), len(members))
        some = drawn if len(members) == len(truth) else np.concatenate([members[group] for group in drawn.tolist()])
        if not wanted or len(np.unique(truth[some])) == wanted:
            found.append(measure(truth[some], probs[some]))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


OVER_CLASSES = (balanced_accuracy, macro_f1)
"""Measures that are means over the classes that occur."""


def _fewest(truth: Classes, groups: Groups | None) -> int:
    """The cases, or groups of them, of the rarest class that occurs."""
    each = np.arange(len(truth)) if groups is None else groups
    return min(len(np.unique(each[truth == kind])) for kind in np.unique(truth))


def _members(groups: Groups | None, n: int) -> list[NDArray[np.intp]]:
    """The cases of each group; if each case stands alone, the cases in their order."""
    names, of = np.unique(np.arange(n) if groups is None else groups, return_inverse=True)
    if len(names) == n:
        return [np.array([case]) for case in range(n)]
    return np.split(np.argsort(of, kind="stable"), np.cumsum(np.bincount(of))[:-1])


def with_interval(
    measure: Callable[[Classes, Numbers], float],
    truth: Classes,
    probs: Numbers,
    seed: int = 7,
    groups: Groups | None = None,
) -> dict[str, Any]:
    """A measure and its 95 % interval, rounded, as plain data: `value`, `interval` (None where there is none)."""
    found = interval(measure, truth, probs, np.random.default_rng(seed), groups=groups)
    between = None if found is None else [round(end, 4) for end in found]
    return {"value": round(measure(truth, probs), 4), "interval": between}


def difference(
    measure: Callable[[Classes, Numbers], float], truth: Classes, ours: Numbers, theirs: Numbers, seed: int = 7
) -> dict[str, Any]:
    """How much better `ours` is than `theirs` on the same cases, with its paired 95 % interval, as plain data; not for
    a calibration error, whose percentiles are biased (`mien.lab.exams.calibration`)."""
    width = ours.shape[1]

    def gain(truths: Classes, both: Numbers) -> float:
        return measure(truths, both[:, :width]) - measure(truths, both[:, width:])

    return with_interval(gain, truth, np.concatenate([ours, theirs], axis=1), seed)


def share_of(holds: NDArray[np.bool_], groups: Groups | None = None) -> dict[str, Any]:
    """Share of claims that hold with its 95 % interval, rounded, as plain data: `n`, `share`, `interval`."""
    count = len(holds) if groups is None else len(np.unique(groups))
    low, high = _score_interval(holds, count)
    if count < len(holds):
        claims = np.stack([~holds, holds], axis=1).astype(np.float64)
        drawn = _drawn(accuracy, np.ones(len(holds), np.int64), claims, np.random.default_rng(7), 1000, groups)
        low, high = max((low, high), drawn, key=lambda between: between[1] - between[0])
    return {"n": len(holds), "share": round(float(holds.mean()), 4), "interval": [round(low, 4), round(high, 4)]}


def _score_interval(holds: NDArray[np.bool_], n: int) -> tuple[float, float]:
    """The score interval of a share found among `n` independent cases."""
    p, z = float(holds.mean()), 1.96
    middle, half = (p + z * z / (2 * n)) / (1 + z * z / n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    half /= 1 + z * z / n
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _share(part: Classes, whole: Classes) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(part / np.where(whole > 0, whole, np.nan), dtype=np.float64)
