"""Portraits get labels only where the teacher speaks plainly or the face is at rest."""

import io

import numpy as np
import pytest
from PIL import Image

from mien.affect.recipe import CueScale
from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.lab.corpus import Corpus, Examples
from mien.lab.portraits import FAINT, HAPPINESS, NEUTRAL, QUIET, is_quiet, load_portraits, targets_of
from mien.lab.teacher import SMILES, Teacher

from conftest import ASTRONAUT, DATA


def voted(n: int = 500) -> Corpus:
    """Neutral faces whose cues scatter by one."""
    cues = np.random.default_rng(3).normal(0, 1, (n, len(NAMES))).astype(np.float32)
    targets = np.zeros((n, 8), dtype=np.float32)
    targets[:, NEUTRAL] = 1
    faces = Examples(np.zeros((n, 64, 64), np.uint8), cues, targets, np.zeros(n, np.int8), np.arange(n))
    scale = CueScale(np.zeros(len(NAMES), dtype=np.float32), np.ones(len(NAMES), dtype=np.float32))
    return Corpus(faces, faces, faces, scale)


class Fixed(Teacher):
    """A teacher that says the same of every face."""

    def __init__(self, smile: float) -> None:
        self.said = smile

    def smile(self, rgb: np.ndarray) -> float | None:
        return self.said


def test_a_faint_smile_is_undecided_and_a_wide_one_is_not() -> None:
    happiness = targets_of(np.array([0.0, FAINT, 0.9]))[:, HAPPINESS]
    assert happiness == pytest.approx([0.0, 0.5, 0.9])
    assert targets_of(np.array([0.3])).sum() == pytest.approx(1)


def test_a_face_is_quiet_only_if_mouth_brows_and_lids_are() -> None:
    cues = np.zeros((2, len(NAMES)), dtype=np.float32)
    cues[1, QUIET[0]] = 2.0
    assert is_quiet(cues, voted()).tolist() == [True, False]


def test_pictures_without_a_face_teach_nothing(tmp_path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (200, 200), "teal").save(buffer, "JPEG")
    portrait = ASTRONAUT.read_bytes()
    both = np.frombuffer(portrait + buffer.getvalue(), dtype=np.uint8)
    np.savez(tmp_path / "portraits.npz", jpeg=both, offset=np.array([0, len(portrait), len(both)]))
    learnt = load_portraits(tmp_path / "portraits.npz", Fixed(0.9), voted())
    assert len(learnt) == 1 and learnt.targets[0, HAPPINESS] == pytest.approx(0.9)
    assert learnt.four.tolist() == [-1]


def test_a_wide_mouth_without_a_smile_is_left_out(tmp_path) -> None:
    portrait = np.frombuffer(ASTRONAUT.read_bytes(), dtype=np.uint8)
    np.savez(tmp_path / "portraits.npz", jpeg=portrait, offset=np.array([0, len(portrait)]))
    small = voted()  # raw cues of a laughing face are far from cues that scatter by one hundredth
    tight = Examples(small.train.chips, small.train.cues / 100, small.train.targets, small.train.four, small.train.rows)
    corpus = Corpus(tight, tight, tight, small.scale)
    assert len(load_portraits(tmp_path / "portraits.npz", Fixed(0.0), corpus)) == 0


@pytest.mark.data
def test_the_teacher_sees_the_astronaut_smile(astronaut) -> None:
    bundle = DATA / "teacher" / "face_landmarker.task"
    if not bundle.exists():
        pytest.skip("needs teacher/face_landmarker.task in shared/data beside the checkout")
    teacher = Teacher(bundle)
    coefficients = teacher.coefficients(astronaut)
    assert coefficients.shape == (52,) and (coefficients[list(SMILES)] > 0.7).all()
    assert teacher.smile(np.zeros((200, 200, 3), dtype=np.uint8)) is None


def test_another_file_is_no_teacher(tmp_path) -> None:
    (tmp_path / "words.task").write_text("no bundle")
    with pytest.raises(BadInput, match="not a face landmarker bundle"):
        Teacher(tmp_path / "words.task")
