"""A whole training in small: faces made of nothing, six epochs, export, and the reader reads the result."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")]

keras = pytest.importorskip("keras", reason="needs the extra 'train'")

from mien.affect.network import Reader  # noqa: E402
from mien.affect.recipe import CueScale  # noqa: E402
from mien.cues.names import NAMES  # noqa: E402
from mien.lab.training.augment import Ways  # noqa: E402
from mien.lab.training.closer import TERMS  # noqa: E402
from mien.lab.training.corpus import Corpus, Examples  # noqa: E402
from mien.lab.training.export import export  # noqa: E402
from mien.lab.training.fold import fold  # noqa: E402
from mien.lab.training.nets import Shape, build_network  # noqa: E402
from mien.lab.training.normalise import Normalise  # noqa: E402
from mien.lab.training.precision import SHORT  # noqa: E402
from mien.lab.training.train import (  # noqa: E402
    PERFORMED,
    Faces,
    Plan,
    describe,
    inputs_of,
    taken_up,
    told_of,
    train,
)

SMALL = Shape(stem=4, blocks=((8, 2),), features=16, cue_features=8, gate=8)


def made_faces(n: int, seed: int) -> Examples:
    """A bright bar stands for a mouth: high in happy faces, low in sad ones."""
    rng = np.random.default_rng(seed)
    happy = rng.random(n) < 0.5
    chips = rng.normal(110, 12, (n, 64, 64))
    chips[happy, 46:49, 20:44] += 90
    chips[~happy, 56:59, 20:44] += 90
    return Examples(
        chips=np.clip(chips, 0, 255).astype(np.uint8),
        cues=np.zeros((n, len(NAMES)), dtype=np.float32),
        targets=np.eye(8, dtype=np.float32)[np.where(happy, 1, 3)],
        four=np.where(happy, 0, 1).astype(np.int8),
        rows=np.arange(n),
    )


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    scale = CueScale(np.zeros(len(NAMES), dtype=np.float32), np.ones(len(NAMES), dtype=np.float32))
    return Corpus(made_faces(144, 1), made_faces(64, 2), made_faces(64, 3), scale)


@dataclass(frozen=True)
class Trained:
    """What a training left that was pulled out of its socket once, and the epochs that it went on with."""

    out: Path
    network: keras.Model
    epochs: list[int]


PLAN = Plan(epochs=6, batch=8, rate=8e-3, average=0.8, precision=SHORT)


@pytest.fixture(scope="module")
def trained(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    out, entered, epochs = tmp_path_factory.mktemp("trained"), Faces.enter, []

    def pulled_plug(self: Faces, epoch: int, logs: object = None) -> None:
        if epoch == 2:
            raise KeyboardInterrupt
        entered(self, epoch, logs)

    def counted(self: Faces, epoch: int, logs: object = None) -> None:
        epochs.append(epoch)
        entered(self, epoch, logs)

    ways = Ways(mixup=0, region_share=0, patch_share=0, silent_stream_share=0)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Faces, "enter", pulled_plug)
        with pytest.raises(KeyboardInterrupt):
            train(corpus, PLAN, ways, SMALL, out)
        patched.setattr(Faces, "enter", counted)
        network = train(corpus, PLAN, ways, SMALL, out)
    return Trained(out, network, epochs)


# Keras's logger is left open by whoever pulls the plug
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_an_interrupted_training_goes_on(trained: Trained) -> None:
    assert trained.epochs == list(range(2, PLAN.epochs))
    rows = (trained.out / "curves.csv").read_text().splitlines()[1:]
    assert [int(row.split(",")[0]) for row in rows] == list(range(PLAN.epochs))
    assert not (trained.out / "unfinished").exists()


def test_training_learns_and_ships(corpus: Corpus, trained: Trained) -> None:
    training = json.loads((trained.out / "training.json").read_text())
    assert training["faces"] == {"train": 144, "develop": 64, "validate": 64, "performed": 0}
    assert list((trained.out / "events").rglob("events*"))  # for TensorBoard
    path = export(trained.network, training, trained.out)  # refuses a network whose parity is off
    faces = corpus.validate
    logits = Reader(path).answer(faces.chips, faces.cues).logits
    assert np.mean(logits.argmax(axis=1) == faces.targets.argmax(axis=1)) > 0.9
    again = taken_up(path, corpus).predict(inputs_of(faces), verbose=0)["logits"]
    np.testing.assert_allclose(again, logits, atol=0.01)
    assert told_of(path)["command"] == training["command"]


def test_what_a_training_went_on_from_is_told(corpus: Corpus, tmp_path: Path) -> None:
    network = SimpleNamespace(predict=lambda *_, **__: {"logits": 5 * corpus.develop.targets}, count_params=lambda: 7)
    before = tmp_path / "before"
    before.mkdir()
    project = {"name": "project 'bars'"}
    kept = {"command": "before", "sides": {"project": "bars", "sha256": "1"}, "data": [project, PERFORMED, TERMS]}
    (before / "training.json").write_text(json.dumps(kept))
    describe(network, corpus, Plan(), Ways(), SMALL, tmp_path, before, corpus.develop, command="mien train")
    told = json.loads((tmp_path / "training.json").read_text())
    assert told["command"] == "mien train"
    assert told["data"] == [PERFORMED, project]  # portraits taught a closer look, which is not handed on
    assert told["after"] == {"command": "before", "sides": kept["sides"]}


def test_performed_faces_are_drawn_by_their_share(corpus: Corpus) -> None:
    rendered = made_faces(16, 4)
    faces = Faces(corpus, Plan(performed_share=0.25), Ways(), rendered)
    assert len(faces.examples) == len(corpus.train) + 16
    assert faces.weights[-16:].sum() == pytest.approx(0.25)
    assert len(faces) == len(Faces(corpus, Plan(), Ways()))


def test_a_teacher_joins_the_votes_but_not_the_truth_of_performed_faces(corpus: Corpus) -> None:
    asked: list[np.ndarray] = []
    fear = np.eye(8, dtype=np.float32)[6]

    def teacher(chips: np.ndarray) -> np.ndarray:
        asked.append(chips)
        return np.tile(fear, (len(chips), 1))

    rendered, plan = made_faces(64, 4), Plan(performed_share=0.5, teacher_share=0.75)
    inputs, targets = Faces(corpus, plan, Ways(mixup=0), rendered, teacher)[0]
    _, votes = Faces(corpus, plan, Ways(mixup=0), rendered)[0]
    seen, own = asked[0], inputs["chip"][..., 0]  # it sees what ours sees, or its mirror image
    is_same, is_turned = ((seen == one).all(axis=(1, 2)) for one in (own, own[:, :, ::-1]))
    assert (is_same | is_turned).all() and 0.3 < is_turned.mean() < 0.7
    taught = targets["logits"][:, 6] > 0
    assert 0.3 < taught.mean() < 0.7
    np.testing.assert_allclose(targets["logits"][~taught], votes["logits"][~taught])
    np.testing.assert_allclose(targets["logits"][taught], 0.25 * votes["logits"][taught] + 0.75 * fear)
    assert targets["stream_logits"].shape == votes["stream_logits"].shape


def test_a_layer_normalises_as_keras_s_does() -> None:
    maps = np.random.default_rng(6).normal(2, 3, (16, 7, 5, 6)).astype(np.float32)
    ours, theirs = Normalise(momentum=0.95), keras.layers.BatchNormalization(momentum=0.95)
    for training in (True, False):
        one, other = (keras.ops.convert_to_numpy(layer(maps, training=training)) for layer in (ours, theirs))
        np.testing.assert_allclose(one, other, atol=1e-4)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=0.01)  # PyTorch, where it computes, divides by n − 1


def test_folding_keeps_the_function(corpus: Corpus) -> None:
    keras.utils.set_random_seed(3)
    network = build_network(SMALL)
    rng = np.random.default_rng(3)
    for layer in network.layers:
        if layer.name.endswith("_norm"):
            shape = layer.get_weights()[0].shape
            moments = [rng.normal(size=shape), rng.uniform(0.5, 2, shape)]
            layer.set_weights([rng.uniform(0.5, 1.5, shape), rng.normal(size=shape), *moments])
    inputs = inputs_of(corpus.develop)
    before, after = network(inputs, training=False), fold(network, SMALL)(inputs, training=False)
    for name in ("logits", "stream_logits"):
        np.testing.assert_allclose(np.asarray(before[name]), np.asarray(after[name]), atol=0.02)
