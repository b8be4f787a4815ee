"""The simple methods learn what they can see, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from made_data import close_up, write_ferplus
from mien.lab.exams import baselines
from mien.lab.exams.baselines import Taught, distances, gradients, grey_cells, grey_rule
from mien.lab.exams.exam import FERPLUS, load_exam
from mien.lab.exams.metrics import accuracy
from mien.lab.exams.prepared import Prepared, boxed, haar_box, recall
from mien.lab.exams.regression import fit, fit_best
from mien.lab.training.corpus import FOUR

pytest.importorskip("scipy", reason="needs the extra 'train'")


def lit(mean: float, deviation: float) -> np.ndarray:
    """A picture of stripes with that mean and standard deviation."""
    stripes = np.where(np.arange(48) % 2 > 0, mean + deviation, mean - deviation)
    return np.repeat(stripes[None], 48, axis=0).round().astype(np.uint8)


def whole(pictures: np.ndarray) -> Prepared:
    """Pictures whose boxes are the whole picture."""
    boxes = np.tile(np.array([0, 0, 48, 48], dtype=np.int32), (len(pictures), 1))
    return Prepared(pictures, known={"boxes": boxes, "found": np.ones(len(pictures), dtype=bool)})


LIGHTS = [(180, 50), (60, 10), (60, 50), (180, 10)]
"""Bright and contrasty, dark and flat, dark and contrasty, bright and flat: the four in their order."""


def test_the_grey_rule_asks_for_light_alone() -> None:
    shown, truth = whole(np.stack([lit(*light) for light in LIGHTS])), np.arange(4)
    answers = grey_rule(Taught(shown, truth, shown, truth))(shown)
    assert [FOUR[i] for i in answers.argmax(axis=1)] == ["happiness", "sadness", "anger", "neutral"]
    np.testing.assert_allclose(answers.sum(axis=1), 1)


def test_grey_cells_answer_as_their_training_faces() -> None:
    shown = whole(np.stack([lit(*light) for light in LIGHTS for _ in range(8)]))
    truth = np.repeat([2, 2, 0, 1], 8)
    answers = grey_cells(Taught(shown, truth, shown, truth))(shown)
    assert accuracy(truth, answers) == 1


def test_regression_finds_what_separates_and_its_least() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, 300)
    features = (np.eye(3)[truth] @ rng.normal(0, 3, (3, 10)) + rng.normal(0, 0.5, (300, 10))).astype(np.float32)
    found = fit(features, truth, 3, 3e-3)
    assert accuracy(truth, found.probs(features)) > 0.99
    again = fit(features * 7 + 3, truth, 3, 3e-3)  # standardised, so units do not matter
    np.testing.assert_allclose(again.probs(features * 7 + 3), found.probs(features), atol=2e-2)


def test_the_penalty_is_chosen_on_other_cases() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 60)
    noisy = rng.normal(0, 1, (60, 200)).astype(np.float32)
    noisy[:, 0] += 2 * truth
    other = rng.integers(0, 2, 400)
    clear = rng.normal(0, 1, (400, 200)).astype(np.float32)
    clear[:, 0] += 2 * other
    chosen = fit_best(noisy, truth, clear, other, 2)
    rights = [accuracy(other, fit(noisy, truth, 2, penalty).probs(clear)) for penalty in (3e-4, 3e-3, 3e-2)]
    assert accuracy(other, chosen.probs(clear)) == max(rights)


def test_gradients_see_edges_and_distances_see_shape() -> None:
    face = close_up()
    turned = np.ascontiguousarray(face.T)
    assert gradients(np.stack([face, face, turned])).shape == (3, 900)
    same, other = (np.abs(np.diff(gradients(np.stack(pair)), axis=0)).mean() for pair in ((face, face), (face, turned)))
    assert same == 0 < other
    points = np.random.default_rng(1).normal(0, 1, (1, 68, 2)).astype(np.float32)
    apart = distances(points)[0, 136:]
    assert len(apart) == 51 * 50 // 2
    assert apart[0] == pytest.approx(np.linalg.norm(points[0, 17] - points[0, 18]))


def test_the_cascade_finds_a_face_and_nothing_in_nothing() -> None:
    (left, top, right, bottom), found = haar_box(close_up())
    assert found and left < 14 and right > 32 and top < 14 and bottom > 38
    assert haar_box(np.full((48, 48), 90, dtype=np.uint8)) == ((0, 0, 48, 48), False)


def test_what_was_prepared_is_kept_for_the_same_faces_alone(tmp_path: Path) -> None:
    write_ferplus(tmp_path / FERPLUS, 24)
    exam, kept = load_exam(tmp_path, "validate"), tmp_path / "kept" / "validate.npz"
    made = recall(exam, kept)
    assert made.points.shape == (6, 68, 2) and made.chips.shape == (6, 64, 64)
    np.testing.assert_allclose(made.points[:, 36:48].mean(axis=1), 0, atol=1e-4)  # the eyes' middle is the origin
    again = recall(exam, kept)
    assert "faces" not in vars(again)
    assert (again.chips == made.chips).all() and "faces" not in vars(again)
    assert boxed(again).shape == (6, 48, 48)
    other = load_exam(tmp_path, "validate", 3)
    assert len(recall(other, kept)) == 3 and recall(other, kept).chips.shape[0] == 3


def test_all_simple_methods_answer_in_probabilities(tmp_path: Path) -> None:
    from mien.lab.exams.compare_readers import simple

    write_ferplus(tmp_path / FERPLUS, 64)
    train = load_exam(tmp_path, "train")
    shown = recall(train, tmp_path / "train.npz")
    entrants = simple(Taught(shown, train.four, shown, train.four))
    assert [entrant.letter for entrant in entrants] == ["–", "a", "a+", "b", "d"]
    rights = {entrant.letter: accuracy(train.four, entrant.answer(shown)) for entrant in entrants}
    for entrant in entrants:
        np.testing.assert_allclose(entrant.answer(shown).sum(axis=1), 1, atol=1e-6)
    assert rights["–"] < 0.35
    assert rights["b"] > 0.9  # the class's mark is an edge
    assert baselines.RULE_SURE < 1
