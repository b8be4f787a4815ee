"""The last layers by themselves: what they learn, where they stay, and what they forget."""

from dataclasses import dataclass

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the extra 'train'")

from mien.lab.exams.metrics import softmax
from mien.lab.training.heads import (
    PENALTIES,
    Heads,
    Start,
    begun,
    design,
    fit,
    fit_best,
    known_as,
    simplest,
    temperature_of,
)
from mien.vocabulary import EMOTIONS

F, J = 6, 5


@dataclass
class Seen:
    """Made-up faces."""

    features: np.ndarray
    gate: np.ndarray
    joint: np.ndarray


def made(n: int, kinds: np.ndarray, seed: int = 1, strength: float = 1.5) -> Seen:
    """Faces whose features lean to a direction of their class."""
    rng, places = np.random.default_rng(seed), np.random.default_rng(9)
    lean = places.normal(size=(8, 4, F)) * strength
    gate = rng.dirichlet(np.ones(4), n).astype(np.float32)
    joint = np.maximum(rng.normal(size=(n, J)), 0).astype(np.float32)
    return Seen((rng.normal(size=(n, 4, F)) + lean[kinds]).astype(np.float32), gate, joint)


def nothing(k: int) -> Heads:
    return Heads(np.zeros((k, 4 * F + 4 + J + 1)), F)


def test_layers_and_back() -> None:
    heads = Heads(np.random.default_rng(2).normal(size=(3, 4 * F + 4 + J + 1)), F)
    np.testing.assert_allclose(Heads.of_layers(heads.layers()).weights, heads.weights, atol=1e-6)
    seen = made(5, np.zeros(5, int))
    offset = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(heads.moved(offset).logits(seen), heads.logits(seen) + offset, atol=1e-4)
    np.testing.assert_allclose(heads.over(2.0).logits(seen), heads.logits(seen) / 2, atol=1e-4)


def test_the_slope_is_that_of_the_loss() -> None:
    """With no penalty to speak of nothing better is near: the regression's own equations hold."""
    kinds = np.arange(60) % 3
    seen, targets = made(60, kinds, strength=0.2), np.eye(3, dtype=np.float32)[kinds]
    start, penalty = nothing(3), 0.05
    heads, offset = fit(start, seen, targets, penalty)
    wrong = softmax(heads.logits(seen) + offset) - targets
    bias = (wrong.T @ design(seen))[:, -1] / 60 + penalty * heads.weights[:, -1]  # no region has a say in this column
    np.testing.assert_allclose(bias, 0, atol=2e-3)
    joint = (wrong.T @ design(seen))[:, 4 * F + 4 : -1] / 60 + penalty * heads.weights[:, 4 * F + 4 : -1]
    np.testing.assert_allclose(joint, 0, atol=2e-3)


def test_a_high_penalty_stays_where_it_began_and_a_low_one_learns() -> None:
    kinds = np.arange(90) % 3
    seen, targets = made(90, kinds), np.eye(3, dtype=np.float32)[kinds]
    held, _ = fit(nothing(3), seen, targets, PENALTIES[0])
    assert np.abs(held.weights).max() < 1e-3
    free, offset = fit(nothing(3), seen, targets, PENALTIES[-1])
    other = np.arange(60) % 3
    assert ((free.logits(made(60, other, seed=2)) + offset).argmax(axis=1) == other).mean() > 0.9


def test_how_common_known_classes_are_is_not_learnt() -> None:
    rng = np.random.default_rng(3)
    kinds, other = rng.choice(3, 240, p=(0.8, 0.1, 0.1)), rng.choice(3, 120, p=(0.8, 0.1, 0.1))
    eye, blind = np.eye(3, dtype=np.float32), made(300, np.zeros(300, int), seed=5, strength=0)
    seen, develop = made(240, kinds, strength=0), made(120, other, seed=4, strength=0)  # nothing to see but how common
    known = Start(nothing(3), np.array([True] * 3))
    kept = fit_best(known, seen, eye[kinds], develop, eye[other])
    np.testing.assert_allclose(kept.probs(blind).mean(axis=0), 1 / 3, atol=0.02)
    theirs = fit_best(known, seen, eye[kinds], develop, eye[other], keeps_prior=False)
    np.testing.assert_allclose(theirs.probs(blind).mean(axis=0), (0.8, 0.1, 0.1), atol=0.06)
    new = fit_best(Start(nothing(3), np.array([True, True, False])), seen, eye[kinds], develop, eye[other])
    probs = new.probs(blind).mean(axis=0)
    assert probs[0] == pytest.approx(probs[1], abs=0.02) and probs[2] < probs[0]


def test_the_simplest_within_an_error_is_taken() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 1, 50)
    assert simplest(np.stack([noise + 5, noise + 0.01 * rng.normal(size=50) + 0.0005, noise])) == 1
    assert simplest(np.stack([noise + 5, noise + 1, noise])) == 2
    assert simplest(np.array([[1.0], [0.5]])) == 1


def test_names_and_beginnings() -> None:
    assert [known_as(name, EMOTIONS) for name in ("scared", "fear", "dreamy")] == ["fear", "fear", None]
    assert known_as("happy", ("happy", "happiness")) == "happy"
    rows = Heads(np.random.default_rng(4).normal(size=(8, 4 * F + 4 + J + 1)), F)
    seen = made(4, np.zeros(4, int))
    start = begun(["sad", "dreamy", "unseen"], rows, EMOTIONS, seen, np.eye(3, dtype=np.float32)[[0, 1, 1, 1]])
    said = softmax(rows.logits(seen))
    np.testing.assert_allclose(start.heads.weights[1], said[1:].mean(axis=0) @ rows.weights, atol=1e-6)
    np.testing.assert_allclose(start.heads.weights[2], said.mean(axis=0) @ rows.weights, atol=1e-6)
    assert start.known.tolist() == [True, False, False]


def test_a_small_side_hardly_moves_the_temperature() -> None:
    logits = np.tile([[4.0, 0.0]], (40, 1))
    wanted = np.eye(2, dtype=np.float32)[(np.arange(40) % 4 == 0).astype(int)]
    few, many = (
        temperature_of(logits[:4], wanted[:4]),
        temperature_of(np.tile(logits, (50, 1)), np.tile(wanted, (50, 1))),
    )
    assert 1 < few < 1.2 < many
    assert temperature_of(logits[:0], wanted[:0]) == 1
