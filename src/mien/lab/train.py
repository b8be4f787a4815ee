"""FER+ → a trained network: one readable loop around `keras.Model.fit`.

    python -m mien.lab.train --data ferplus_dev.npz --out runs/first [--epochs 24] [--rate .0015] [--start runs/before]

writes `reader.keras` (averaged weights of the epoch that is best on the development split), `curves.csv` (one row an
epoch) and `training.json` (options, split sizes, cue scale, temperature). The loss is the cross-entropy with the votes'
shares, of the decision and, with `STREAM_WEIGHT`, of each stream alone. AdamW (Loshchilov & Hutter 2019), warm-up and
cosine rate, weights averaged exponentially (Polyak & Juditsky 1992). Every choice, of the epoch as of the temperature,
is made on the development split (see `mien.lab.corpus`).
"""

import argparse
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from mien.lab.augment import Ways, augment
from mien.lab.corpus import Corpus, Examples, load_corpus
from mien.lab.metrics import best_temperature
from mien.lab.nets import STREAMS, Shape, build_network
from mien.nets import Floats
from mien.values import EMOTIONS

NETWORK, TRAINING = "reader.keras", "training.json"
"""What a training leaves, beside its curves."""
STREAM_WEIGHT = 0.1
"""Weight of each stream's own loss beside the decision's; there are four."""
RARE = tuple(EMOTIONS.index(name) for name in ("sadness", "anger"))
"""Columns of the classes that are drawn more often than they come."""

CLEAR_MAJORITY = 0.5
"""A face has a majority if more than this share of its votes agree."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `rate` is the highest learning rate; `rare_weight` how many times oftener the `RARE` are drawn."""

    epochs: int = 24
    batch: int = 128
    rate: float = 1.5e-3
    weight_decay: float = 0.02
    warm_up_share: float = 0.08
    average: float = 0.998
    rare_weight: float = 2.5
    seed: int = 1


class Faces(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of changed faces, drawn anew each epoch."""

    def __init__(self, examples: Examples, corpus: Corpus, plan: Plan, ways: Ways) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        self.examples, self.scale, self.plan, self.ways = examples, corpus.scale, plan, ways
        weights = 1 + (plan.rare_weight - 1) * examples.targets[:, list(RARE)].sum(axis=1)
        self.weights = weights.astype(np.float64) / weights.sum(dtype=np.float64)
        self.epoch = 0

    def __len__(self) -> int:
        return math.ceil(len(self.examples) / self.plan.batch)

    def __getitem__(self, step: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
        rng = np.random.default_rng((self.plan.seed, self.epoch, step))
        drawn = rng.choice(len(self.examples), self.plan.batch, p=self.weights)
        some = self.examples
        batch = augment(some.chips[drawn], some.cues[drawn], some.targets[drawn], self.scale, self.ways, rng)
        inputs = {"chip": batch.chips[..., None], "cues": batch.cues, "presence": batch.presence}
        return inputs, wanted(batch.targets)

    def on_epoch_end(self) -> None:
        """Draw other batches in the next epoch."""
        self.epoch += 1


def wanted(targets: Floats) -> dict[str, Floats]:
    """Targets (n, 8) of the decision, and again for each stream."""
    return {"logits": targets, "stream_logits": np.repeat(targets[:, None], STREAMS, axis=1)}


def inputs_of(examples: Examples, presence: Floats | None = None) -> dict[str, Floats]:
    """Examples as they are, as inputs of the network; all streams present unless told."""
    present = np.ones(STREAMS, dtype=np.float32) if presence is None else presence
    return {
        "chip": examples.chips[..., None].astype(np.float32),
        "cues": examples.cues,
        "presence": np.broadcast_to(present, (len(examples), STREAMS)).copy(),
    }


def train(corpus: Corpus, plan: Plan, ways: Ways, shape: Shape, out: Path, start: Path | None = None) -> keras.Model:
    """Train one network and leave it, its curves and its options in the folder `out`.

    `start` is the folder of a training of the same shape to go on from, instead of random weights.
    """
    keras.utils.set_random_seed(plan.seed)
    out.mkdir(parents=True, exist_ok=True)
    network = build_network(shape)
    if start is not None:
        network.set_weights(keras.models.load_model(start / NETWORK).get_weights())
    faces = Faces(corpus.train, corpus, plan, ways)
    steps = len(faces) * plan.epochs
    warm = max(1, round(steps * plan.warm_up_share))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm, alpha=0.01, warmup_target=plan.rate, warmup_steps=warm
    )
    network.compile(
        optimizer=keras.optimizers.AdamW(
            rate, weight_decay=plan.weight_decay, use_ema=True, ema_momentum=plan.average, clipnorm=5.0
        ),
        loss={name: keras.losses.CategoricalCrossentropy(from_logits=True) for name in ("logits", "stream_logits")},
        loss_weights={"logits": 1.0, "stream_logits": STREAM_WEIGHT * STREAMS},
        metrics={"logits": [keras.metrics.CategoricalAccuracy(name="accuracy")]},
        jit_compile=False,
    )
    best = out / NETWORK
    network.fit(
        faces,
        epochs=plan.epochs,
        validation_data=(inputs_of(corpus.develop), wanted(corpus.develop.targets)),
        validation_batch_size=256,
        verbose=2,
        callbacks=[
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            keras.callbacks.ModelCheckpoint(best, monitor="val_logits_loss", mode="min", save_best_only=True),
            keras.callbacks.CSVLogger(out / "curves.csv"),
        ],
    )
    chosen: keras.Model = keras.models.load_model(best)
    describe(chosen, corpus, plan, ways, shape, out, start)
    return chosen


def describe(
    network: keras.Model, corpus: Corpus, plan: Plan, ways: Ways, shape: Shape, out: Path, start: Path | None = None
) -> None:
    """Write `training.json`: options, split sizes, cue scale, and the temperature.

    The temperature is fitted to the majorities of the development split: a probability of .8 shall mean that four such
    readings in five agree with the majority.
    """
    logits = network.predict(inputs_of(corpus.develop), batch_size=256, verbose=0)["logits"]
    clear = corpus.develop.targets.max(axis=1) > CLEAR_MAJORITY
    majority = np.eye(len(EMOTIONS))[corpus.develop.targets[clear].argmax(axis=1)]
    told = {
        "command": f"python -m mien.lab.train --data ferplus_dev.npz --out RUN --epochs {plan.epochs} "
        f"--rate {plan.rate} --seed {plan.seed}",
        "plan": asdict(plan),
        "ways": asdict(ways),
        "shape": asdict(shape),
        "faces": {name: len(getattr(corpus, name)) for name in ("train", "develop", "validate")},
        "parameters": network.count_params(),
        "temperature": best_temperature(logits[clear], majority),
        "cues": corpus.scale.rows(),
    }
    if start is not None:
        before = json.loads((start / TRAINING).read_text(encoding="utf-8"))
        told["after"] = {name: before[name] for name in ("command", "plan", "ways")}
    (out / TRAINING).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.train", description="Train the reader on FER+.")
    parser.add_argument("--data", type=Path, required=True, help="path of ferplus_dev.npz")
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument("--cuts", type=Path, help="where the cut faces are kept between runs (default: OUT/cuts.npz)")
    parser.add_argument("--limit", type=int, help="use only this many pictures")
    parser.add_argument("--epochs", type=int, default=Plan().epochs)
    parser.add_argument("--rate", type=float, default=Plan().rate, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--start", type=Path, help="folder of an earlier training to go on from")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    corpus = load_corpus(given.data, given.cuts or given.out / "cuts.npz", given.limit)
    plan = Plan(epochs=given.epochs, rate=given.rate, seed=given.seed)
    train(corpus, plan, Ways(), Shape(), given.out, given.start)


if __name__ == "__main__":
    main()
