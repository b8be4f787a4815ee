"""Measures against cases worked out by hand."""

import numpy as np
import pytest

from mien.lab.exams import metrics

# Six cases of three classes. Answers: 0 0 1 1 1 2.
TRUTH = np.array([0, 0, 0, 1, 1, 2])
PROBS = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.1, 0.9, 0.0], [0.3, 0.4, 0.3], [0.2, 0.2, 0.6]])


def test_cases_that_belong_together_count_as_one() -> None:
    rng = np.random.default_rng(3)
    people, each = 12, 10
    truth, right = np.zeros(people * each, dtype=np.int64), np.repeat(rng.random(people) < 0.7, each)
    probs = np.stack([right, ~right], axis=1).astype(float)
    person = np.repeat(np.arange(people), each)
    (low, high), (near, far) = (
        metrics.with_interval(metrics.accuracy, truth, probs, groups=groups)["interval"] for groups in (person, None)
    )
    assert high - low > 2.5 * (far - near)
    told = metrics.share_of(right, person)
    assert told["n"] == 120 and told["interval"] == [low, high]
    assert metrics.share_of(np.ones(120, bool), person)["interval"] == metrics.share_of(np.ones(12, bool))["interval"]
    assert metrics.share_of(right, np.arange(120)) == metrics.share_of(right)
    assert metrics.with_interval(metrics.accuracy, truth, probs, groups=np.zeros(120, int))["interval"] == [0, 1]
    shuffled = rng.permutation(120)  # the order of the cases does not matter to who belongs together
    again = metrics.interval(
        metrics.accuracy, truth, probs[shuffled], np.random.default_rng(7), groups=person[shuffled]
    )
    assert again == pytest.approx((low, high), abs=1e-4)


def test_a_pair_that_belongs_together_never_makes_a_share_surer() -> None:
    right, of = np.arange(7) < 6, np.array([0, 0, 1, 2, 3, 4, 5])
    (low, high), (near, far) = (metrics.share_of(right, groups)["interval"] for groups in (of, None))
    assert low < near and high - low > far - near


def test_counts_of_answers() -> None:
    assert metrics.confusion(TRUTH, PROBS.argmax(axis=1), 3).tolist() == [[2, 1, 0], [0, 2, 0], [0, 0, 1]]
    assert metrics.accuracy(TRUTH, PROBS) == pytest.approx(5 / 6)
    assert metrics.recall(TRUTH, PROBS).tolist() == pytest.approx([2 / 3, 1, 1])
    assert metrics.precision(TRUTH, PROBS).tolist() == pytest.approx([1, 2 / 3, 1])
    assert metrics.balanced_accuracy(TRUTH, PROBS) == pytest.approx((2 / 3 + 1 + 1) / 3)
    assert metrics.macro_f1(TRUTH, PROBS) == pytest.approx((0.8 + 0.8 + 1) / 3)


def test_a_class_that_does_not_occur_does_not_count() -> None:
    probs = np.eye(7)[[0, 1, 2, 3]]
    truth = np.arange(4)
    assert metrics.balanced_accuracy(truth, probs) == metrics.macro_f1(truth, probs) == 1
    assert metrics.macro_f1(np.array([0, 0, 1]), np.eye(4)[[0, 2, 1]]) == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert metrics.macro_f1(np.array([0, 1]), np.eye(3)[[0, 0]]) == pytest.approx((2 / 3 + 0) / 2)


@pytest.mark.parametrize("measure", [metrics.balanced_accuracy, metrics.macro_f1])
def test_a_mean_over_classes_has_no_interval_where_a_class_is_too_rare(measure) -> None:
    """One face of a class, read wrongly, holds balanced accuracy below .8 in every draw that has it."""
    truth = np.array([0] * 8 + [1] * 8 + [2] * 8 + [3] * 8 + [4])
    probs = np.eye(5)[np.where(truth == 4, 0, truth)]
    told = metrics.with_interval(measure, truth, probs)
    assert told == {"value": round(measure(truth, probs), 4), "interval": None}
    assert metrics.with_interval(metrics.accuracy, truth, probs)["interval"] is not None
    person = np.where(truth == 3, 100, np.arange(len(truth)))  # eight faces of one person are one
    fifth = truth < 4
    assert metrics.with_interval(measure, truth[fifth], probs[fifth])["interval"] == [0.8928, 1.0]
    assert metrics.with_interval(measure, truth[fifth], probs[fifth], groups=person[fifth])["interval"] is None


def test_every_draw_of_a_mean_over_classes_has_every_class() -> None:
    """A class that is never found keeps the mean recall of two at .5 or below."""
    truth = np.array([0] * 40 + [1] * 5)
    probs = np.eye(2)[np.zeros(45, dtype=int)]
    assert metrics.interval(metrics.balanced_accuracy, truth, probs, np.random.default_rng(1), draws=300) == (0.5, 0.5)


@pytest.mark.parametrize("measure", [metrics.accuracy, metrics.balanced_accuracy, metrics.macro_f1])
def test_all_right_or_all_wrong_have_the_interval_of_the_share(measure) -> None:
    truth = np.repeat([0, 1, 2], 5)
    for answers in (truth, (truth + 1) % 3):
        told = metrics.with_interval(measure, truth, np.eye(3)[answers])
        share = metrics.share_of(answers == truth)
        assert told == {"value": share["share"], "interval": share["interval"]}
    assert share["interval"] == [0.0, 0.2039]


def test_cross_entropy_is_least_at_the_targets_own_entropy() -> None:
    targets = np.array([[0.5, 0.5]])
    assert metrics.cross_entropy(targets, targets) == pytest.approx(np.log(2))
    assert metrics.cross_entropy(np.array([[0.9, 0.1]]), targets) > np.log(2)


def test_the_temperature_that_was_planted_is_found() -> None:
    rng = np.random.default_rng(5)
    logits = rng.normal(0, 2, (4000, 4))
    targets = metrics.softmax(logits, 1.7)
    assert metrics.best_temperature(logits, targets) == pytest.approx(1.7, rel=0.02)


def test_renormalised_classes_sum_to_one_in_the_order_asked() -> None:
    some = metrics.renormalised(PROBS, (2, 0))
    np.testing.assert_allclose(some[0], [0.1 / 0.9, 0.8 / 0.9])
    np.testing.assert_allclose(some.sum(axis=1), 1)


def test_the_interval_holds_the_value_and_narrows_with_cases() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 2000)
    right = rng.random(2000) < 0.8
    probs = np.eye(2)[np.where(right, truth, 1 - truth)]
    few = metrics.interval(metrics.accuracy, truth[:100], probs[:100], rng, draws=300)
    many = metrics.interval(metrics.accuracy, truth, probs, rng, draws=300)
    assert many[0] < metrics.accuracy(truth, probs) < many[1]
    assert many[1] - many[0] == pytest.approx(2 * 1.96 * np.sqrt(0.8 * 0.2 / 2000), rel=0.25)
    assert few[1] - few[0] > 2 * (many[1] - many[0])


def test_a_difference_is_paired() -> None:
    """Two methods that err alike differ by nothing, however few the cases; their own intervals are wide."""
    assert metrics.difference(metrics.accuracy, TRUTH, PROBS, PROBS) == {"value": 0.0, "interval": [0.0, 0.0]}
    better = metrics.difference(metrics.accuracy, TRUTH, np.eye(3)[TRUTH], PROBS)
    assert better["value"] == pytest.approx(1 / 6, abs=1e-4)
    assert better["interval"][0] >= 0


def test_the_score_interval_by_hand() -> None:
    """Wilson's for 8 of 10: .490 to .943; for all of 10 it begins at .722 and does not leave 1."""
    assert metrics.share_of(np.arange(10) < 8) == {"n": 10, "share": 0.8, "interval": [0.4902, 0.9433]}
    assert metrics.share_of(np.ones(10, dtype=bool))["interval"] == [0.7225, 1.0]
