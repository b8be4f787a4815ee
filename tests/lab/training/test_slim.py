"""A network with fewer inner channels says nearly what the whole one says, and is what a training goes on from."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the extra 'train'")

from made_data import write_ferplus
from mien.assets import asset_path, read_manifest
from mien.lab.training.corpus import load_corpus
from mien.lab.training.nets import Shape
from mien.lab.training.slim import fitted, slim_down
from mien.lab.training.train import inputs_of, shape_of, taken_up, told_of

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")]

RNG = np.random.default_rng(3)


def test_what_nobody_misses_goes_and_a_convolution_is_found_again() -> None:
    from keras import ops

    maps = RNG.normal(size=(64, 6, 7, 3)).astype(np.float32)
    kernel, bias = RNG.normal(size=(3, 3, 3, 4)).astype(np.float32), np.arange(4, dtype=np.float32)
    kernel[:, :, 1] = 0
    said = ops.convert_to_numpy(ops.conv(maps, kernel, padding="same")) + bias
    kept, again, its_bias = fitted(maps, said, 3, 2)
    assert kept.tolist() == [0, 2]
    np.testing.assert_allclose(again, kernel[:, :, kept], atol=0.01)
    np.testing.assert_allclose(its_bias, bias, atol=0.01)


def test_those_that_stay_make_up_for_one_that_goes() -> None:
    maps = RNG.normal(size=(64, 6, 7, 3)).astype(np.float32)
    maps[..., 2] = 2 * maps[..., 0]  # heard twice
    said = maps.sum(axis=-1, keepdims=True)
    kept, kernel, _ = fitted(maps, said, 1, 2)
    assert 1 in kept
    np.testing.assert_allclose((maps[..., kept] * kernel[0, 0, :, 0]).sum(axis=-1), said[..., 0], atol=0.01)


def test_a_slimmer_network_goes_on_from_the_shipped_one(tmp_path: Path) -> None:
    corpus = load_corpus(write_ferplus(tmp_path / "ferplus_dev.npz", 64))
    shipped = asset_path("mien.affect", "reader.tflite")
    inner = tuple(3 * within // 4 for _, _, within in shape_of(shipped).widths())
    learner = slim_down(shipped, corpus, inner, tmp_path / "slim")
    whole = taken_up(shipped, corpus)
    assert learner.count_params() < 0.9 * whole.count_params()
    assert shape_of(tmp_path / "slim").inner == inner
    assert told_of(tmp_path / "slim")["after"] == told_of(shipped)
    faces = inputs_of(corpus.train)
    slim, said = (network.predict(faces, verbose=0)["logits"] for network in (learner, whole))
    assert np.corrcoef(slim.ravel(), said.ravel())[0, 1] > 0.97


def test_inner_widths_are_those_of_the_blocks_where_none_are_given() -> None:
    row = {"stem": 4, "blocks": [[8, 2], [16, 1]], "features": 8, "cue_features": 4, "gate": 4, "dropout": 0.1}
    assert Shape.of_row(row).widths() == ((8, 2, 8), (16, 1, 16))
    assert Shape.of_row({**row, "inner": [6]}).widths() == ((8, 2, 6), (16, 1, 16))
    assert read_manifest(asset_path("mien.affect", "reader.tflite"))["training"]["shape"]
