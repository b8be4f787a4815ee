"""Faces performed to learn from: what observers would say of them, and what they look like to the program."""

from pathlib import Path

import numpy as np
import pytest

from mien.errors import BadInput
from mien.lab.performer.head import load_head
from mien.lab.training.corpus import CueScale
from mien.lab.training.performed import INTENSITIES, everyday, expression, load_performed, make, targets
from mien.vocabulary import EMOTIONS

from conftest import DATA, load_data


def test_observers_split_at_a_quarter_of_the_intensity() -> None:
    happiness = np.array([1, 1, 1, 0], dtype=np.int8)
    votes = targets(happiness, np.array([0.25, 0.5, 1, 0], dtype=np.float32))
    np.testing.assert_allclose(votes.sum(axis=1), 1)
    np.testing.assert_allclose(votes[:, 1], [0.5, 1, 1, 0])
    np.testing.assert_allclose(votes[:, 0], [0.5, 0, 0, 1])


@pytest.mark.parametrize("name", EMOTIONS)
def test_prototypes_stay_in_range_and_beyond_everyday(name: str) -> None:
    rng = np.random.default_rng(1)
    shown = expression(rng, name, 1.0)
    assert all(0 <= value <= 1 for value in shown.values())
    if name == "happiness":
        assert shown["mouthSmileLeft"] > max(everyday(rng, 1.0).get("mouthSmileLeft", 0), 0.5)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    scale = CueScale(np.zeros(25, dtype=np.float32), np.ones(25, dtype=np.float32))
    with pytest.raises(BadInput, match=r"mien\.lab\.training\.performed"):
        load_performed(tmp_path / "none.npz", scale)


def test_performed_faces_repeat(tmp_path: Path) -> None:
    load_data("ict_face.npz")  # skips where it is absent
    head = load_head(DATA / "ict_face.npz")
    first, again = make(head, 6, 3), make(head, 6, 3)
    assert np.array_equal(first.cuts.chips, again.cuts.chips)
    assert np.array_equal(first.cuts.cues, again.cuts.cues)
    assert first.cuts.chips.shape == (6, 64, 64)
    shown = first.intensity[first.label > 0]
    assert np.all((shown >= INTENSITIES[0]) & (shown <= INTENSITIES[1]))
    first.save(tmp_path / "performed.npz")
    faces = load_performed(tmp_path / "performed.npz", CueScale.learn(first.cuts.cues, first.cuts.valid))
    np.testing.assert_allclose(faces.targets.sum(axis=1), 1, rtol=1e-6)
    assert np.all(faces.rows == -1)
