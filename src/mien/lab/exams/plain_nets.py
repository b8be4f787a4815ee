"""Keras networks that ours is compared with, and the one small training they share (pictures, votes → network).

plain cnn : the origin's kind of network on the whole grey picture, (n, 48, 48, 1): four convolutions, three poolings, a
    dense layer; in training, pictures are only mirrored.
full face : a residual network on the whole chip, (n, 64, 64, 1), with as many parameters as ours and the changes that
    ours is trained with (`mien.lab.training.augment`); if a teacher is given, it learns from the same one.
small full face : the same with a sixth of the operations, for the many trainings of `mien.lab.exams.ablate`.

All take grey 0..255 and return logits (n, 8). "Equal budget" means: the same faces, the same number of epochs, the same
optimiser (AdamW, cosine rate, averaged weights); the last epoch's network counts, no choice is made.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mien.affect.recipe import CueScale
from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.lab.backend import keras, layers, ops
from mien.lab.exams.metrics import renormalised, softmax
from mien.lab.exams.prepared import Prepared
from mien.lab.training.augment import Ways, augment
from mien.lab.training.corpus import FOUR_COLUMNS
from mien.lab.training.optimiser import make_ready, optimiser
from mien.lab.training.precision import WHOLE, computing_in, same_as
from mien.lab.training.train import Taught
from mien.nets import Floats
from mien.values import CHIP_PX
from mien.vocabulary import EMOTIONS

Chips = NDArray[np.uint8]
Changed = Callable[[Chips, Floats, np.random.Generator], tuple[Floats, Floats]]
"""Pictures, targets and a generator → pictures float32 0..255 and targets as one step of training sees them."""

PLAIN_PX = 48
FULL: tuple[tuple[int, int], ...] = ((32, 1), (64, 2), (96, 1), (128, 2), (160, 1), (160, 2))
SMALL: tuple[tuple[int, int], ...] = ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1))
"""(channels, stride) of each residual block."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The training budget: `epochs` over the faces, in steps of `batch`, at a rate of at most `rate`."""

    epochs: int = 8
    batch: int = 64
    rate: float = 1.5e-3
    weight_decay: float = 0.02
    average: float = 0.99
    seed: int = 1


def build_plain_cnn() -> keras.Model:
    """The plain network: (n, 48, 48, 1) → logits (n, 8)."""
    picture = keras.Input((PLAIN_PX, PLAIN_PX, 1), name="picture")
    x = layers.Rescaling(1 / 255)(picture)
    for block in ((32, 64), (128,), (128,)):
        for channels in block:
            x = layers.Conv2D(channels, 3, activation="relu")(x)
        x = layers.Dropout(0.25)(layers.MaxPooling2D()(x))
    x = layers.Dense(1024, activation="relu")(layers.Flatten()(x))
    return keras.Model(picture, layers.Dense(len(EMOTIONS), name="logits")(layers.Dropout(0.5)(x)), name="plain_cnn")


def build_full_face(blocks: tuple[tuple[int, int], ...] = FULL) -> keras.Model:
    """The residual network on the whole chip: (n, 64, 64, 1) → logits (n, 8)."""
    chip = keras.Input((CHIP_PX, CHIP_PX, 1), name="chip")
    contrast = ops.std(chip, axis=(1, 2), keepdims=True) + 8.0
    x = (chip - ops.mean(chip, axis=(1, 2), keepdims=True)) / contrast
    x = layers.ReLU()(_convolve(x, blocks[0][0], 2, 5))
    for channels, stride in blocks:
        y = layers.ReLU()(_convolve(x, channels, stride))
        y = _convolve(y, channels)
        if stride != 1 or x.shape[-1] != channels:
            x = _convolve(x, channels, stride, 1)
        x = layers.ReLU()(x + y)
    x = layers.DepthwiseConv2D(x.shape[1:3], use_bias=False)(x)  # faces are aligned: a place means something
    x = layers.Flatten()(layers.BatchNormalization(momentum=0.95)(x))
    x = layers.Dense(128, activation="relu")(layers.Dropout(0.3)(x))
    return keras.Model(chip, layers.Dense(len(EMOTIONS), name="logits")(layers.Dropout(0.3)(x)), name="full_face")


def mirrored(chips: Chips, targets: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Half of the pictures mirrored."""
    turned = rng.random(len(chips)) < 0.5
    return np.where(turned[:, None, None], chips[:, :, ::-1], chips).astype(np.float32), targets


def changed_as_ours(chips: Chips, targets: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Changed as our own training changes chips; there are no cues."""
    cues = np.zeros((len(chips), len(NAMES)), dtype=np.float32)
    scale = CueScale(np.zeros(len(NAMES), dtype=np.float32), np.ones(len(NAMES), dtype=np.float32))
    batch = augment(chips, cues, targets, scale, Ways(), rng)
    return batch.chips, batch.targets


def with_answers(changed: Changed, teacher: Taught, share: float) -> Changed:
    """The same changes, but `share` of each target is what a teacher says of the changed picture."""

    def answered(chips: Chips, targets: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        seen, votes = changed(chips, targets, rng)
        return seen, (1 - share) * votes + share * teacher(seen)

    return answered


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of changed pictures, drawn anew each epoch; the same seed gives the same."""

    def __init__(self, chips: Chips, targets: Floats, changed: Changed, budget: Budget) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        self.chips, self.targets, self.changed, self.budget = chips, targets, changed, budget
        self.epoch = 0

    def __len__(self) -> int:
        return math.ceil(len(self.chips) / self.budget.batch)

    def __getitem__(self, step: int) -> tuple[Floats, Floats]:
        order = np.random.default_rng((self.budget.seed, self.epoch)).permutation(len(self.chips))
        some = order[step * self.budget.batch : (step + 1) * self.budget.batch]
        rng = np.random.default_rng((self.budget.seed, self.epoch, step))
        chips, targets = self.changed(self.chips[some], self.targets[some], rng)
        return chips[..., None], targets

    def on_epoch_end(self) -> None:
        """Draw another order for the next epoch."""
        self.epoch += 1


def train_plainly(network: keras.Model, chips: Chips, targets: Floats, changed: Changed, budget: Budget) -> keras.Model:
    """Train a network on pictures uint8 (n, s, s) and votes float32 (n, 8); return it with averaged weights."""
    batches = Batches(chips, targets, changed, budget)
    steps = len(batches) * budget.epochs
    warm = max(1, steps // 12)
    stepper = optimiser(steps, warm, budget.rate, budget.weight_decay, budget.average)
    network.compile(optimizer=stepper, loss=keras.losses.CategoricalCrossentropy(from_logits=True), jit_compile=False)
    make_ready(network, chips[..., None], targets)
    network.fit(batches, epochs=budget.epochs, verbose=2)
    stepper.finalize_variable_values(network.trainable_variables)  # the averaged weights become the network's
    return network


def trained(
    kept: Path, build: Callable[[], keras.Model], teach: Callable[[keras.Model], keras.Model], precision: str = WHOLE
) -> keras.Model:
    """The network kept in a file; otherwise built, taught in that precision and kept."""
    if kept.is_file():
        return load_keras(kept)
    with computing_in(precision):
        network = build()
    network = same_as(teach(network), build)
    kept.parent.mkdir(parents=True, exist_ok=True)
    network.save(kept)
    return network


def load_keras(path: Path) -> keras.Model:
    """A keras file.

    Raises
    ------
    BadInput
        If it cannot be read.
    """
    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError) as cause:
        raise BadInput(
            f"{path}: no keras network ({str(cause).splitlines()[0]}); give a file that keras saved"
        ) from None


def plain_method(network: keras.Model) -> Callable[[Prepared], NDArray[np.float64]]:
    """Prepared pictures → probabilities of four, by a network on whole pictures."""
    return lambda prepared: _four(network, prepared.pictures)


def full_face_method(network: keras.Model) -> Callable[[Prepared], NDArray[np.float64]]:
    """Prepared pictures → probabilities of four, by a network on chips."""
    return lambda prepared: _four(network, prepared.chips)


def logits_of(network: keras.Model, chips: Chips) -> Floats:
    """Logits float32 (n, 8) of pictures uint8 (n, s, s)."""
    parts = []
    for first in range(0, len(chips), 256):
        told = network(chips[first : first + 256, :, :, None].astype(np.float32), training=False)
        parts.append(ops.convert_to_numpy(told["logits"] if isinstance(told, Mapping) else told))
    return np.concatenate(parts).astype(np.float32)


def _four(network: keras.Model, chips: Chips) -> NDArray[np.float64]:
    return renormalised(softmax(logits_of(network, chips)), FOUR_COLUMNS)


def _convolve(x: keras.KerasTensor, channels: int, stride: int = 1, size: int = 3) -> keras.KerasTensor:
    x = layers.Conv2D(channels, size, stride, padding="same", use_bias=False)(x)
    return layers.BatchNormalization(momentum=0.95)(x)


NETWORKS: Mapping[str, Callable[[], keras.Model]] = MappingProxyType(
    {"plain cnn": build_plain_cnn, "full face": build_full_face, "small": lambda: build_full_face(SMALL)}
)
"""The networks by name."""
