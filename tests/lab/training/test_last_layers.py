"""The last layers are fitted once more, and ship with the streams that they were fitted to."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the extra 'train'")
pytest.importorskip("scipy", reason="needs the extra 'train'")

from made_data import write_ferplus
from mien.affect.network import Reader
from mien.assets import asset_path, read_manifest
from mien.lab.training.corpus import load_corpus
from mien.lab.training.frozen import Trunk
from mien.lab.training.last_layers import is_rare, refitted
from mien.vocabulary import EMOTIONS

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")]


def test_sad_and_angry_faces_are_the_rare_ones() -> None:
    targets = np.eye(len(EMOTIONS), dtype=np.float32)
    assert [EMOTIONS[k] for k in np.flatnonzero(is_rare(targets))] == ["sadness", "anger"]
    assert is_rare((targets[3:4] + targets[4:5]) / 2).all() and not is_rare((targets[3:4] + targets[0:1]) / 2).any()


def test_the_streams_stay_and_the_manifest_tells_what_was_before(tmp_path: Path) -> None:
    corpus = load_corpus(write_ferplus(tmp_path / "ferplus_dev.npz", 32))
    before = asset_path("mien.affect", "reader.tflite")
    path = refitted(before, corpus, corpus.develop, tmp_path / "out")
    manifest = read_manifest(path)
    assert manifest["training"]["after"] == json.loads(before.with_suffix(".json").read_text())["training"]
    was, now = Trunk(before), Trunk(path)
    assert not np.allclose(was.heads.weights, now.heads.weights)
    for name in ("features", "gate", "joint"):
        seen = [getattr(trunk.see(corpus.develop), name) for trunk in (was, now)]
        np.testing.assert_allclose(*seen, atol=1e-4)
    assert Reader(path).closer is None
