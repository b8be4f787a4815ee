"""A smile's likelihood is found again, and portraits get labels only where the lip corners are plain."""

import io

import numpy as np
import pytest

from mien.affect.recipe import CueScale
from mien.cues.names import NAMES
from mien.lab.corpus import Corpus, Examples
from mien.lab.portraits import CORNERS, HAPPINESS, NEUTRAL, load_portraits, smile_likelihood

from conftest import ASTRONAUT


def voted(n: int, slope: float, middle: float) -> Corpus:
    """Faces whose majority follows a known likelihood of their corner lift."""
    rng = np.random.default_rng(3)
    lift = rng.normal(0, 1.5, n)
    happy = rng.random(n) < 1 / (1 + np.exp(-slope * (lift - middle)))
    cues = rng.normal(0, 1, (n, len(NAMES))).astype(np.float32)
    cues[:, list(CORNERS)] = lift[:, None]
    targets = np.zeros((n, 8), dtype=np.float32)
    targets[np.arange(n), np.where(happy, HAPPINESS, NEUTRAL)] = 1
    faces = Examples(np.zeros((n, 64, 64), np.uint8), cues, targets, np.zeros(n, np.int8), np.arange(n))
    scale = CueScale(np.zeros(len(NAMES), dtype=np.float32), np.full(len(NAMES), 0.02, dtype=np.float32))
    return Corpus(faces, faces, faces, scale)


def test_the_likelihood_is_found_again() -> None:
    slope, middle = smile_likelihood(voted(20_000, slope=3.0, middle=0.0))
    assert slope == pytest.approx(3.0, rel=0.15)
    assert middle == pytest.approx(0.0, abs=0.05)


def test_a_smiling_portrait_teaches_happiness(tmp_path) -> None:
    picture = np.frombuffer(ASTRONAUT.read_bytes(), dtype=np.uint8)
    np.savez(tmp_path / "portraits.npz", jpeg=picture, offset=np.array([0, len(picture)]))
    portraits = load_portraits(tmp_path / "portraits.npz", voted(2_000, slope=3.0, middle=0.0))
    assert len(portraits) == 1 and portraits.targets[0, HAPPINESS] > 0.9
    assert portraits.targets.sum() == pytest.approx(1) and portraits.four.tolist() == [-1]


def test_a_picture_without_a_face_teaches_nothing(tmp_path) -> None:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (200, 200), "teal").save(buffer, "JPEG")
    both = ASTRONAUT.read_bytes() + buffer.getvalue()
    offset = np.array([0, len(ASTRONAUT.read_bytes()), len(both)])
    np.savez(tmp_path / "portraits.npz", jpeg=np.frombuffer(both, dtype=np.uint8), offset=offset)
    assert len(load_portraits(tmp_path / "portraits.npz", voted(2_000, slope=3.0, middle=0.0))) == 1
