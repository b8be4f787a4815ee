"""FER+ → a trained network: one readable loop around `keras.Model.fit`. `mien train` runs it.

It writes `reader.keras` (averaged weights of the best epoch on the development split), `curves.csv` (one row per
epoch), `events` (for TensorBoard) and `training.json` (options, split sizes, cue scale, temperature). The loss is the
cross-entropy with the votes' shares, of the decision and, with `STREAM_WEIGHT`, of each stream alone. AdamW (Loshchilov
& Hutter 2019), warm-up and cosine rate, weights averaged exponentially (Polyak & Juditsky 1992). Every choice, of the
epoch as of the temperature, is made on the development split (see `mien.lab.training.corpus`).

An interrupted training continues after its last complete epoch when started again with the same folder. The backend is
Keras's: `KERAS_BACKEND=torch mien train …` learns with PyTorch; only the export needs TensorFlow.
"""

import csv
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mien.lab.backend import keras
from mien.lab.exams.metrics import best_temperature
from mien.lab.training.augment import Ways, augment
from mien.lab.training.closer import TERMS
from mien.lab.training.corpus import RARE, Corpus, Examples
from mien.lab.training.heads import STREAM_WEIGHT
from mien.lab.training.nets import STREAMS, Shape, build_network
from mien.lab.training.optimiser import make_ready, optimiser
from mien.lab.training.precision import WHOLE, same_as
from mien.lab.training.unfold import unfold
from mien.nets import Floats
from mien.vocabulary import EIGHT

NETWORK, TRAINING = "reader.keras", "training.json"
"""What a training leaves, besides its curves and events."""
UNFINISHED = "unfinished"
"""Folder from which an interrupted training can be resumed."""
FACES_TO_UNFOLD = 1024
"""Number of faces whose moments initialise a shipped network's normalisation."""

PERFORMED = {"name": "faces rendered from ICT FaceKit Light (Li et al. 2020)", "terms": "MIT"}
TAUGHT_BY = {
    "name": "answers of a teacher that began from EfficientNet-Lite0's ImageNet weights and learnt from FER+",
    "terms": "weights Apache-2.0; neither teacher nor pictures are shipped",
}
"""What a manifest says of faces and answers used besides FER+."""

JUDGE: dict[str, Any] = {"monitor": "val_logits_loss", "mode": "min"}
"""How epochs are compared: by the decision's loss on the development split."""
CLEAR_MAJORITY = 0.5
"""A face has a majority if more than this share of its votes agree."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `rate` is the highest learning rate; `rare_weight` is how many times as often the `RARE` are
    drawn."""

    epochs: int = 24
    batch: int = 128
    rate: float = 1.5e-3
    weight_decay: float = 0.02
    warm_up_share: float = 0.04
    average: float = 0.998
    patience: int = 8
    """Epochs without a better development loss after which a training ends early."""
    rare_weight: float = 2.5
    teacher_share: float = 0.7
    """The share of a target that a teacher gives, if there is one (see `mien.lab.training.teacher`); the votes give the
    rest."""
    performed_share: float = 0.1
    """Share of each batch that is drawn from the performed faces, if there are any."""
    precision: str = WHOLE
    """The precision in which layers compute during training (see `mien.lab.training.precision`)."""
    seed: int = 1


Taught = Callable[[Floats], Floats]
"""What a teacher says: chips float32 (n, 64, 64) → probabilities float32 (n, k)."""


class Faces(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of changed faces, drawn anew each epoch; the performed ones, if any, among them.

    What a teacher says of a changed face, or at random of its mirror image, joins the votes: on average that is what it
    says of both, which is closer to the truth. A performed face keeps its truth.
    """

    def __init__(
        self,
        corpus: Corpus,
        plan: Plan,
        ways: Ways,
        performed: Examples | None = None,
        teacher: Taught | None = None,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        voted = corpus.train
        self.scale, self.plan, self.ways, self.teacher = corpus.scale, plan, ways, teacher
        self.voted = len(voted)
        self.steps = math.ceil(len(voted) / plan.batch)
        rare = [place for place, one in enumerate(corpus.classes) if one.name in RARE and corpus.classes == EIGHT]
        weights = (1 + (plan.rare_weight - 1) * voted.targets[:, rare].sum(axis=1)).astype(np.float64)
        weights /= weights.sum()
        if performed is not None:
            drawn = np.full(len(performed), plan.performed_share / len(performed))
            weights = np.concatenate([weights * (1 - plan.performed_share), drawn])
        self.examples = voted if performed is None else voted.joined(performed)
        self.weights = weights / weights.sum()
        self.epoch = 0

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, step: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
        rng = np.random.default_rng((self.plan.seed, self.epoch, step))
        drawn = rng.choice(len(self.examples), self.plan.batch, p=self.weights)
        some = self.examples
        batch = augment(some.chips[drawn], some.cues[drawn], some.targets[drawn], self.scale, self.ways, rng)
        inputs = {"chip": batch.chips[..., None], "cues": batch.cues, "presence": batch.presence}
        targets = batch.targets
        if self.teacher is not None:
            share = self.plan.teacher_share * (drawn < self.voted)[:, None].astype(np.float32)
            turned = rng.random((self.plan.batch, 1, 1)) < 0.5
            seen = np.where(turned, batch.chips[:, :, ::-1], batch.chips)
            targets = (1 - share) * targets + share * self.teacher(seen)
        return inputs, wanted(targets)

    def enter(self, epoch: int, _: object = None) -> None:
        """From now on, draw the batches of this epoch, counted from 0."""
        self.epoch = epoch


def wanted(targets: Floats) -> dict[str, Floats]:
    """Targets (n, k) of the decision, repeated for each stream."""
    return {"logits": targets, "stream_logits": np.repeat(targets[:, None], STREAMS, axis=1)}


def inputs_of(examples: Examples, presence: Floats | None = None) -> dict[str, Floats]:
    """Examples, unchanged, as inputs of the network; all streams are present unless `presence` says otherwise."""
    present = np.ones(STREAMS, dtype=np.float32) if presence is None else presence
    return {
        "chip": examples.chips[..., None].astype(np.float32),
        "cues": examples.cues,
        "presence": np.broadcast_to(present, (len(examples), STREAMS)).copy(),
    }


def train(
    corpus: Corpus,
    plan: Plan,
    ways: Ways,
    shape: Shape,
    out: Path,
    start: Path | None = None,
    performed: Examples | None = None,
    teacher: Taught | None = None,
    verbose: bool = False,
    command: str = "",
) -> keras.Model:
    """Train one network and leave it, its curves and its options in the folder `out`.

    `start` is a training's folder or a shipped network of the same shape to continue from, instead of random weights;
    `performed` faces are drawn beside the corpus (see `mien.lab.training.performed`); a `teacher` joins the votes;
    `verbose` shows a bar; `command` is what was typed, for the manifest.
    """
    keras.utils.set_random_seed(plan.seed)
    out.mkdir(parents=True, exist_ok=True)
    begun = build_network(shape) if start is None else taken_up(start, corpus)
    network = same_as(begun, lambda: build_network(shape), plan.precision)
    faces = Faces(corpus, plan, ways, performed, teacher)
    steps = len(faces) * plan.epochs
    warm = max(1, round(steps * plan.warm_up_share))
    network.compile(
        optimizer=optimiser(steps, warm, plan.rate, plan.weight_decay, plan.average),
        loss={name: keras.losses.CategoricalCrossentropy(from_logits=True) for name in ("logits", "stream_logits")},
        loss_weights={"logits": 1.0, "stream_logits": STREAM_WEIGHT * STREAMS},
        metrics={"logits": [keras.metrics.CategoricalAccuracy(name="accuracy")]},
        jit_compile=False,
    )
    develop = inputs_of(corpus.develop), wanted(corpus.develop.targets)
    make_ready(network, *develop)
    unfinished = (out / UNFINISHED).is_dir()
    best = _best_so_far(out / "curves.csv") if unfinished else None
    network.fit(
        faces,
        epochs=plan.epochs,
        validation_data=develop,
        validation_batch_size=256,
        verbose=1 if verbose else 0,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=faces.enter),
            # before the weights are swapped for their averages: a resumed training continues from the raw weights
            keras.callbacks.BackupAndRestore(out / UNFINISHED, delete_checkpoint=True),
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            keras.callbacks.ModelCheckpoint(out / NETWORK, **JUDGE, save_best_only=True, initial_value_threshold=best),
            keras.callbacks.EarlyStopping(**JUDGE, patience=plan.patience),
            keras.callbacks.CSVLogger(out / "curves.csv", append=unfinished),
            keras.callbacks.TensorBoard(out / "events", write_graph=False),
        ],
    )
    chosen = same_as(keras.models.load_model(out / NETWORK), lambda: build_network(shape))
    chosen.save(out / NETWORK)
    describe(chosen, corpus, plan, ways, shape, out, start, performed, teacher, command)
    return chosen


def _best_so_far(curves: Path) -> float | None:
    """The least development loss of an interrupted training: a worse epoch does not replace its best."""
    if not curves.is_file():
        return None
    with curves.open(encoding="utf-8", newline="") as file:
        losses = [float(row[JUDGE["monitor"]]) for row in csv.DictReader(file)]
    return min(losses, default=None)


def taken_up(start: Path, corpus: Corpus) -> keras.Model:
    """The network of a training's folder, or a shipped one (`.tflite`), able to continue learning."""
    if start.suffix == ".tflite":
        return unfold(start, inputs_of(corpus.train.take(np.arange(min(FACES_TO_UNFOLD, len(corpus.train))))))
    learnt: keras.Model = keras.models.load_model(start / NETWORK)
    return learnt


def shape_of(start: Path) -> Shape:
    """The shape of the network that a training continues from."""
    return Shape.of_row(_training_of(start)["shape"])


def told_of(start: Path) -> dict[str, Any]:
    """How the network that a training continues from was trained."""
    before = _training_of(start)
    return {name: before[name] for name in ("command", "recipe", "plan", "ways", "sides", "after") if name in before}


def data_of(start: Path) -> list[dict[str, Any]]:
    """What the network that a training continues from learnt from; the portraits of a closer look, which is not handed
    on, are left out."""
    return [row for row in _kept_of(start).get("data", ()) if row != TERMS]


def _training_of(start: Path) -> dict[str, Any]:
    """What is kept of the training that the network comes from."""
    kept = _kept_of(start)
    training: dict[str, Any] = kept.get("training", kept)
    return training


def _kept_of(start: Path) -> dict[str, Any]:
    """The manifest of a `.tflite` network, or what a training's folder says of its network."""
    kept = start.with_suffix(".json") if start.suffix == ".tflite" else start / TRAINING
    told: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return told


def describe(
    network: keras.Model,
    corpus: Corpus,
    plan: Plan,
    ways: Ways,
    shape: Shape,
    out: Path,
    start: Path | None = None,
    performed: Examples | None = None,
    teacher: Taught | None = None,
    command: str = "",
) -> None:
    """Write `training.json`: the command that was given, options, split sizes, cue scale, and the temperature."""
    logits = network.predict(inputs_of(corpus.develop), batch_size=256, verbose=0)["logits"]
    told = {
        "command": command,
        "plan": asdict(plan),
        "ways": asdict(ways),
        "shape": asdict(shape),
        "faces": {name: len(getattr(corpus, name)) for name in ("train", "develop", "validate")}
        | {"performed": len(performed) if performed is not None else 0},
        "parameters": network.count_params(),
        "temperature": best_temperature_of(logits, corpus.develop.targets),
        "cues": corpus.scale.rows(),
    }
    beside = [*([PERFORMED] if performed is not None else ()), *([TAUGHT_BY] if teacher is not None else ())]
    before = data_of(start) if start is not None else []
    told["data"] = [*beside, *(row for row in before if row not in beside)]
    if start is not None:
        told["after"] = told_of(start)
    (out / TRAINING).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def best_temperature_of(logits: Floats, targets: Floats) -> float:
    """The temperature for logits (n, k) of development faces with votes (n, k).

    It is fitted to the clear majorities: a probability of .8 should mean that four in five such readings agree with the
    majority.
    """
    clear = targets.max(axis=1) > CLEAR_MAJORITY
    if not clear.any():
        return 1.0
    majority = np.eye(targets.shape[1])[targets[clear].argmax(axis=1)]
    return best_temperature(logits[clear], majority)
