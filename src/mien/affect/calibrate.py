"""The network's logits become calibrated probabilities (logits → probabilities).

Probabilities are softmax(logits / T), with T fitted on data that the network was not trained on (Guo et al. 2017, "On
calibration of modern neural networks").
"""

import numpy as np

from mien.nets import Floats


def calibrated(logits: Floats, temperature: float) -> Floats:
    """Logits float32 (..., k) → probabilities float32 (..., k), summing to 1 along the last axis."""
    z = np.asarray(logits, dtype=np.float64) / temperature
    grown = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), dtype=np.float32)
