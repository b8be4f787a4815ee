"""The splits keep their rule, and pictures become chips and cues."""

from pathlib import Path

import numpy as np
import pytest

from made_data import write_ferplus
from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.lab.training.corpus import cut, load_corpus, splits


def votes_of(n: int) -> np.ndarray:
    votes = np.zeros((n, 10), dtype=np.uint8)
    votes[:, 1] = 10
    return votes


def test_no_group_is_on_two_sides() -> None:
    rng = np.random.default_rng(8)
    n = 3000
    groups = rng.integers(0, 1200, n).astype(np.int32)
    split4 = np.where(rng.random(n) < 0.1, 1, 0).astype(np.int8)
    train, develop, validate = splits(votes_of(n), split4, groups)
    assert (validate == (split4 == 1)).all()
    sides = [set(groups[mask]) for mask in (train, develop, validate)]
    assert not sides[0] & sides[1]
    assert not sides[0] & sides[2]
    assert not sides[1] & sides[2]
    assert 0.05 < develop.sum() / (train | develop).sum() < 0.15


def test_pictures_without_a_face_in_their_votes_do_not_teach() -> None:
    votes = votes_of(4)
    votes[1] = 0
    votes[2, [1, 8]] = 4, 6
    votes[3, [1, 9]] = 5, 5
    train, develop, _ = splits(votes, np.zeros(4, dtype=np.int8), np.arange(4, dtype=np.int32))
    assert (train | develop).tolist() == [True, False, False, True]


def test_cuts_are_kept_in_a_folder_that_was_not_there(tmp_path: Path) -> None:
    data, kept = write_ferplus(tmp_path / "ferplus_dev.npz", 16), tmp_path / "run" / "cuts"
    first = load_corpus(data, kept)
    assert kept.with_suffix(".npz").is_file()
    assert (load_corpus(data, kept).train.chips == first.train.chips).all()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04half a zip", b"text"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ferplus_dev.npz").write_bytes(content)
    with pytest.raises(BadInput, match="npz file"):
        load_corpus(tmp_path / "ferplus_dev.npz")


def test_a_picture_without_a_face_is_cut_where_faces_stand_and_has_no_cues() -> None:
    grey = np.full((1, 48, 48), 128, dtype=np.uint8)
    found = cut(grey)
    assert found.chips.shape == (1, 64, 64)
    assert found.cues.shape == (1, len(NAMES))
    assert not found.valid.any()
