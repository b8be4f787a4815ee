"""Calibration by hand, and its interval where the true error is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.lab.exams import metrics
from mien.lab.exams.calibration import BINS, calibration_error, reliability

# Six cases of three classes. Answers: 0 0 1 1 1 2.
TRUTH = np.array([0, 0, 0, 1, 1, 2])
PROBS = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.1, 0.9, 0.0], [0.3, 0.4, 0.3], [0.2, 0.2, 0.6]])


def test_calibration_error_by_hand() -> None:
    # Each of the six stands in a bin of its own but .6 and .6: |1−.8|, |2−1.2|, |0−.7|, |1−.9|, |1−.4|, over 6.
    assert calibration_error(TRUTH, PROBS) == pytest.approx((0.2 + 0.8 + 0.7 + 0.1 + 0.6) / 6)
    assert calibration_error(np.zeros(10, dtype=int), np.tile([1.0, 0.0], (10, 1))) == 0


def test_reliability_bins_hold_every_case_and_make_the_calibration_error() -> None:
    bins = reliability(TRUTH, PROBS)
    assert sum(part["cases"] for part in bins) == 6
    error = sum(part["cases"] * abs(part["right"] - part["probability"]) for part in bins) / 6
    assert error == pytest.approx(calibration_error(TRUTH, PROBS), abs=1e-3)


Cases = tuple[NDArray[np.int64], NDArray[np.float64]]


def planted(rng: np.random.Generator, cases: int, too_sure: float, one_bin: bool = False) -> tuple[Cases, float]:
    """Cases of a method that is too sure by so much, in every bin or in one; and its true error in these bins."""
    sure = rng.uniform(0.52, 0.98, cases)
    erring = np.ones(cases, dtype=bool) if not one_bin else (sure * BINS).astype(int) == 11
    right = rng.random(cases) < np.where(erring, sure - too_sure, sure)
    probs = np.stack([sure, 1 - sure], axis=1)
    share = 1.0 if not one_bin else 1 / BINS / 0.46
    return (np.where(right, 0, 1), probs), too_sure * share


@pytest.mark.parametrize(
    ("too_sure", "one_bin"), [(0.0, False), (0.01, False), (0.05, False), (0.2, False), (0.2, True)]
)
@pytest.mark.parametrize("cases", [120, 600])
def test_the_interval_holds_the_true_error_as_often_as_it_says(cases: int, too_sure: float, one_bin: bool) -> None:
    """95 times in 100, give or take what a hundred tries cannot tell; percentiles hold an error of 0 never."""
    rng, held, tries = np.random.default_rng(11), 0, 100
    for _ in range(tries):
        (truth, probs), true = planted(rng, cases, too_sure, one_bin)
        low, high = metrics.interval(calibration_error, truth, probs, rng, draws=200)
        held += low <= true <= high
        assert low <= calibration_error(truth, probs) <= high
    assert held / tries > 0.88


def test_cases_without_end_leave_no_doubt_of_the_error() -> None:
    (truth, probs), true = planted(np.random.default_rng(2), 40_000, 0.1)
    low, high = metrics.interval(calibration_error, truth, probs, np.random.default_rng(7), draws=200)
    assert low == pytest.approx(true, abs=0.01) and high == pytest.approx(true, abs=0.01)


def test_copies_of_a_case_make_nothing_surer() -> None:
    (truth, probs), _ = planted(np.random.default_rng(4), 80, 0.1)
    alone = metrics.with_interval(calibration_error, truth, probs)
    four = np.repeat(np.arange(80), 4)
    assert metrics.with_interval(calibration_error, truth[four], probs[four], groups=four) == alone
    low, high = metrics.with_interval(calibration_error, truth[four], probs[four])["interval"]
    assert high - low < alone["interval"][1] - alone["interval"][0]


def test_where_every_answer_is_sure_and_right_there_is_no_error() -> None:
    sure = np.tile([1.0, 0.0], (10, 1))
    assert metrics.with_interval(calibration_error, np.zeros(10, int), sure) == {"value": 0.0, "interval": [0.0, 0.0]}
