"""Multinomial logistic regression: features and classes → probabilities (float (n, d), int (n,) → float (n, k)).

The loss is the mean cross-entropy plus `penalty` / 2 times the squared weights (without the biases), on features
standardised by the training's mean and deviation; L-BFGS finds its minimum (Liu & Nocedal 1989), which is unique.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.lab.exams.metrics import accuracy, softmax

Features = NDArray[np.float32]
PENALTIES = (3e-4, 3e-3, 3e-2)
STEPS = 80


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """`mean` and `deviation` float32 (d,) of the features, `weights` float32 (d, k), `bias` float32 (k,)."""

    mean: Features
    deviation: Features
    weights: Features
    bias: Features

    def probs(self, features: Features) -> NDArray[np.float64]:
        """Probabilities float64 (n, k) of features float32 (n, d)."""
        return softmax((features - self.mean) / self.deviation @ self.weights + self.bias)


def fit(features: Features, classes: NDArray[np.int64], count: int, penalty: float, least: float = 1e-6) -> Regression:
    """Fit to features float32 (n, d) and classes int64 (n,) out of `count`.

    A feature whose deviation is below `least` is divided by `least`, so that one that hardly varies is not made large.
    """
    from scipy.optimize import minimize

    mean = features.mean(axis=0)
    deviation = np.maximum(features.std(axis=0), least)
    x = (features - mean) / deviation
    n, d = x.shape
    wanted = np.eye(count, dtype=np.float32)[classes]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        held = flat.astype(np.float32).reshape(d + 1, count)
        weights, bias = held[:-1], held[-1]
        probs = softmax(x @ weights + bias)
        wrong = ((probs - wanted) / n).astype(np.float32)
        value = -float(np.mean(np.log(np.maximum(probs[np.arange(n), classes], 1e-12))))
        slope = np.concatenate([x.T @ wrong + penalty * weights, wrong.sum(axis=0, keepdims=True)])
        return value + penalty / 2 * float(np.sum(weights**2)), slope.astype(np.float64).ravel()

    found = minimize(loss, np.zeros((d + 1) * count), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    held = found.x.astype(np.float32).reshape(d + 1, count)
    return Regression(mean.astype(np.float32), deviation.astype(np.float32), held[:-1], held[-1])


def fit_best(
    features: Features, classes: NDArray[np.int64], others: Features, truths: NDArray[np.int64], count: int
) -> Regression:
    """Fit with each of `PENALTIES`; return the fit that is right most often on the development cases `others`."""
    fitted = [fit(features, classes, count, penalty) for penalty in PENALTIES]
    return max(fitted, key=lambda regression: accuracy(truths, regression.probs(others)))
