"""Calibration makes probabilities believable and leaves their order."""

import numpy as np
import pytest

from mien.affect.calibrate import calibrated


def test_calibration_keeps_the_order_and_sums_to_one() -> None:
    logits = np.array([2.0, 1.0, -1.0], dtype=np.float32)
    cool, warm = calibrated(logits, 1.0), calibrated(logits, 2.0)
    np.testing.assert_allclose(cool, np.exp(logits) / np.exp(logits).sum(), rtol=1e-6)
    assert warm.sum() == pytest.approx(1)
    assert (np.argsort(warm) == np.argsort(cool)).all()
    assert warm.max() < cool.max()
