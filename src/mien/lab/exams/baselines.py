"""The simple methods that ours is compared with: prepared pictures → probabilities of the four classes (n, 4).

grey rule : inside the Haar box, mean and standard deviation of brightness decide, as in the nearest project of this
    task: bright and contrasty is happy, dark and contrasty angry, dark and flat sad, bright and flat neutral. "Bright"
    and "contrasty" mean above the training median, which is kinder than a constant.
grey cells : the most that mean and deviation can say: 8 × 8 equally filled cells, each answers as its training faces.
hog : inside the Haar box, histograms of oriented gradients (Dalal & Triggs 2005) and logistic regression.
geometry : coordinates and pairwise distances of the 68 points (distances without the jaw), and logistic regression; it
    sees no pixel.

Every choice is made on development. Classes are in the order of `mien.lab.training.corpus.FOUR`; hog and geometry also
learn any others (a project's own).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.lab.exams.prepared import Prepared, boxed
from mien.lab.exams.regression import Features, fit_best
from mien.lab.training.corpus import FOUR
from mien.nets import Floats

Probs = NDArray[np.float64]
Method = Callable[[Prepared], Probs]
Truth = NDArray[np.int64]

HAPPY, SAD, ANGRY, NEUTRAL = range(len(FOUR))
CELLS = 8
RULE_SURE = 0.97
"""The probability that the rule gives its answer; the others share the rest. It has no doubt to express."""
FIRST_INNER = 17
"""The points before it are the jaw's."""


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What a method may learn from and choose on: two prepared sides with their truths, int64 (n,), among `count`."""

    train: Prepared
    train_truth: Truth
    develop: Prepared
    develop_truth: Truth
    count: int = len(FOUR)


def grey_rule(taught: Taught) -> Method:
    """The rule with its two thresholds set at the training medians."""
    bright_at, contrasty_at = np.median(_light(taught.train), axis=0)

    def answer(prepared: Prepared) -> Probs:
        mean, deviation = _light(prepared).T
        bright, contrasty = mean > bright_at, deviation > contrasty_at
        first = np.where(contrasty, np.where(bright, HAPPY, ANGRY), np.where(bright, NEUTRAL, SAD))
        return np.where(np.eye(len(FOUR))[first] > 0, RULE_SURE, (1 - RULE_SURE) / (len(FOUR) - 1))

    return answer


def grey_cells(taught: Taught) -> Method:
    """The best answer of each cell of mean and deviation."""
    light = _light(taught.train)
    edges = [np.quantile(column, np.linspace(0, 1, CELLS + 1)[1:-1]) for column in light.T]

    def cell(prepared: Prepared) -> NDArray[np.int64]:
        mean, deviation = _light(prepared).T
        return np.asarray(np.searchsorted(edges[0], mean) * CELLS + np.searchsorted(edges[1], deviation))

    counts = np.ones((CELLS * CELLS, len(FOUR)))
    np.add.at(counts, (cell(taught.train), taught.train_truth), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return lambda prepared: np.asarray(shares[cell(prepared)])


def hog(taught: Taught) -> Method:
    """Histograms of oriented gradients in the Haar box, and logistic regression."""
    return _regressed(taught, lambda prepared: gradients(boxed(prepared)))


def geometry(taught: Taught) -> Method:
    """The 68 points alone, and logistic regression."""
    return _regressed(taught, lambda prepared: distances(prepared.points))


def gradients(pictures: NDArray[np.uint8]) -> Features:
    """Oriented gradients float32 (n, 900) of pictures uint8 (n, 48, 48): cells of 8 pixels, blocks of 2 × 2."""
    teller = cv2.HOGDescriptor((48, 48), (16, 16), (8, 8), (8, 8), 9)
    return np.stack([np.ravel(teller.compute(picture)) for picture in pictures]).astype(np.float32)


def distances(points: Floats) -> Features:
    """Coordinates and pairwise distances of points float32 (n, 68, 2)."""
    first, second = np.array(list(combinations(range(FIRST_INNER, points.shape[1]), 2))).T
    apart = np.linalg.norm(points[:, first] - points[:, second], axis=2)
    return np.concatenate([points.reshape(len(points), -1), apart], axis=1).astype(np.float32)


def _regressed(taught: Taught, features: Callable[[Prepared], Features]) -> Method:
    fitted = fit_best(
        features(taught.train), taught.train_truth, features(taught.develop), taught.develop_truth, taught.count
    )
    return lambda prepared: fitted.probs(features(prepared))


def _light(prepared: Prepared) -> NDArray[np.float64]:
    """Mean and standard deviation of brightness in the box, float64 (n, 2)."""
    inside = boxed(prepared).reshape(len(prepared), -1).astype(np.float64)
    return np.stack([inside.mean(axis=1), inside.std(axis=1)], axis=1)
