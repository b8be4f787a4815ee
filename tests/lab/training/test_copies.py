"""Copies are of the faces that are learnt from, are changed as pictures, and share one answer with them."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the extra 'train'")

from made_data import write_ferplus
from mien.affect.network import Reader
from mien.errors import BadInput
from mien.lab.arrays import load_arrays
from mien.lab.training.copies import ANSWER_SHARE, Copies, answered, changed, copy
from mien.lab.training.corpus import Corpus, load_corpus

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ferplus(tmp_path_factory.mktemp("data") / "ferplus_dev.npz", 40)


@pytest.fixture(scope="module")
def corpus(data: Path) -> Corpus:
    return load_corpus(data)


@pytest.fixture(scope="module")
def copies(data: Path, corpus: Corpus) -> Copies:
    pictures = load_arrays(data, "images")["images"]
    cuts, rows = copy(pictures, corpus.train.rows, 2)
    return Copies(cuts, rows, answered(Reader(), corpus.train, cuts, rows, len(pictures)))


def test_a_copy_is_another_picture_and_the_same_each_time() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (48, 48), dtype=np.uint8)
    seen = [changed(picture, np.random.default_rng(seed)) for seed in range(8)]
    assert all(one.dtype == np.uint8 and one.shape[0] == one.shape[1] for one in seen)
    assert sum(one.shape != picture.shape or bool((one != picture).any()) for one in seen) > 4
    assert (changed(picture, np.random.default_rng(5)) == seen[5]).all()


def test_faces_and_copies_share_one_target(corpus: Corpus, copies: Copies, tmp_path: Path) -> None:
    copies.save(tmp_path / "copies.npz")
    both = Copies.load(tmp_path / "copies.npz").beside(corpus)
    faces = len(corpus.train)
    assert both.copies == 2 * faces and len(both.train) == 3 * faces
    np.testing.assert_allclose(both.train.targets.sum(axis=1), 1, atol=1e-5)
    for turn in range(2):
        np.testing.assert_array_equal(both.train.targets[faces + turn :: 2], both.train.targets[:faces])
    votes = (both.train.targets[:faces] - ANSWER_SHARE * copies.answers[corpus.train.rows]) / (1 - ANSWER_SHARE)
    np.testing.assert_allclose(votes, corpus.train.targets, atol=1e-5)
    assert not copies.answers[corpus.develop.rows].any() and not copies.answers[corpus.validate.rows].any()


def test_copies_of_other_faces_are_refused(corpus: Corpus, copies: Copies) -> None:
    with pytest.raises(BadInput, match="copies of other faces"):
        Copies(copies.cuts, corpus.develop.rows.repeat(2)[: len(copies.rows)], copies.answers).beside(corpus)
