"""The coefficient student learns: rendered and photographed faces → a trained network. `RUN` is then shipped.

    python -m mien.lab.coefficients.train --performed performed.npz --taught taught.npz --out RUN
    python -m mien.lab.coefficients.ship --run RUN --to src/mien/cues/assets

Rendered faces teach their exact truth; photographs teach what the official head says, if it says anything (standard
deviation of at least `LEAST_SPREAD`). The error of each name is counted in standard deviations of its truth, so that
small movements matter as much as large ones. Pictures are shifted, turned, blurred and lit otherwise on the way
(`mien.lab.coefficients.changes`). AdamW, cosine rate, averaged weights; the epoch is chosen on people and pictures held
out for that. Any backend of Keras can train it; shipping needs TensorFlow.
"""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.cues.coefficients import COEFFICIENTS, OWN, halves_of, mirrored_values, sides_of
from mien.lab.backend import keras
from mien.lab.coefficients.changes import changed_details, changed_shapes
from mien.lab.coefficients.data import LEAST_SPREAD, Faces, load_all
from mien.lab.coefficients.nets import USUAL, Size, build_student
from mien.lab.coefficients.split import split
from mien.lab.training.optimiser import make_ready, optimiser
from mien.lab.training.precision import SHORT, WHOLE, same_as
from mien.nets import Floats
from mien.writing import write_bytes

NETWORK, TRAINING = "student.keras", "training.json"
CHUNK = 256


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `rate` is the highest learning rate."""

    epochs: int = 12
    batch: int = 128
    rate: float = 1e-3
    weight_decay: float = 0.02
    warm_up_share: float = 0.05
    average: float = 0.998
    precision: str = WHOLE
    seed: int = 1


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of changed faces in an order drawn anew each epoch."""

    def __init__(self, faces: Faces, wanted: Floats, plan: Plan) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.faces, self.wanted, self.plan, self.epoch = faces, wanted, plan, 0

    def __len__(self) -> int:
        return math.ceil(len(self.faces) / self.plan.batch)

    def __getitem__(self, step: int) -> tuple[dict[str, Floats], Floats]:
        order = np.random.default_rng((self.plan.seed, self.epoch)).permutation(len(self.faces))
        some = order[step * self.plan.batch : (step + 1) * self.plan.batch]
        rng = np.random.default_rng((self.plan.seed, self.epoch, step))
        details = changed_details(self.faces.details[some], rng)
        shapes = changed_shapes(self.faces.shapes[some], rng)
        return inputs_of(details, shapes), self.wanted[some]

    def enter(self, epoch: int, _: object = None) -> None:
        """From now on, draw the batches of this epoch, counted from 0."""
        self.epoch = epoch


def inputs_of(details: NDArray[np.uint8], shapes: Floats) -> dict[str, Floats]:
    """Faces as inputs of the student."""
    return {"halves": halves_of(details), "shapes": sides_of(shapes)}


def wanted_of(faces: Faces, learn: NDArray[np.bool_]) -> Floats:
    """Every face's truth and the weight of each answer, float32 (n, 2, own, 2), left halves first.

    The weight of an answer follows from the spread of the truth among the faces to learn from, each sort by itself.
    """
    truth = sides(faces.truth)
    weight = np.zeros_like(truth)
    for sort in np.unique(faces.sort):
        rows = faces.sort == sort
        spread = truth[rows & learn].reshape(-1, len(OWN)).std(axis=0)
        counts = spread >= LEAST_SPREAD
        weight[rows] = counts / np.maximum(spread, LEAST_SPREAD) ** 2
    return np.stack([truth, weight], axis=-1)


def sides(values: Floats) -> Floats:
    """Coefficients (n, 52) as each half should be read: float32 (n, 2, own)."""
    places = [COEFFICIENTS.index(name) for name in OWN]
    return np.stack([values[:, places], mirrored_values(values)[:, places]], axis=1).astype(np.float32)


def counted(wanted: keras.KerasTensor, told: keras.KerasTensor) -> keras.KerasTensor:
    """Mean squared error, each answer weighted: `wanted` (n, 2, own, 2) holds truth and weight."""
    return keras.ops.mean(wanted[..., 1] * keras.ops.square(wanted[..., 0] - told))


def fit_student(
    faces: Faces, plan: Plan, size: Size, out: Path, start: Path | None = None, verbose: bool = False
) -> keras.Model:
    """Train the network itself; see `train`."""
    keras.utils.set_random_seed(plan.seed)
    parts = split(faces)
    wanted = wanted_of(faces, parts["learn"])

    learn, choose = (np.flatnonzero(parts[part]) for part in ("learn", "choose"))
    batches, held = Batches(faces.take(learn), wanted[learn], plan), faces.take(choose)
    begun = build_student(size) if start is None else keras.models.load_model(start / NETWORK, compile=False)
    student = same_as(begun, lambda: build_student(size), plan.precision)
    steps = len(batches) * plan.epochs
    warm = max(1, round(steps * plan.warm_up_share))
    student.compile(
        optimizer=optimiser(steps, warm, plan.rate, plan.weight_decay, plan.average), loss=counted, jit_compile=False
    )
    chosen_on = inputs_of(held.details, held.shapes), wanted[choose]
    make_ready(student, *chosen_on)
    student.fit(
        batches,
        epochs=plan.epochs,
        validation_data=chosen_on,
        validation_batch_size=CHUNK,
        verbose=1 if verbose else 0,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=batches.enter),
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            keras.callbacks.ModelCheckpoint(out / NETWORK, monitor="val_loss", mode="min", save_best_only=True),
            keras.callbacks.CSVLogger(out / "curves.csv"),
        ],
    )
    best = keras.models.load_model(out / NETWORK, compile=False)
    return same_as(best, lambda: build_student(size))


def train(
    faces: Faces, plan: Plan, out: Path, size: Size = USUAL, start: Path | None = None, verbose: bool = False
) -> keras.Model:
    """Train a student; leave it, its curves and `training.json` in the folder `out`.

    `start` is the folder of a training to continue from.
    """
    out.mkdir(parents=True, exist_ok=True)
    network = fit_student(faces, plan, size, out, start, verbose)
    network.save(out / NETWORK)
    parts = split(faces)
    told: dict[str, Any] = {
        "command": f"python -m mien.lab.coefficients.train --performed performed.npz --taught taught.npz --out RUN "
        f"--epochs {plan.epochs} --rate {plan.rate} --seed {plan.seed}"
        + (" --bfloat16" if plan.precision == SHORT else "")
        + (" --start BEFORE" if start is not None else ""),
        "plan": asdict(plan),
        "size": asdict(size),
        "faces": {
            part: {str(sort): int((mask & (faces.sort == sort)).sum()) for sort in np.unique(faces.sort)}
            for part, mask in parts.items()
        },
        "parameters": network.count_params(),
    }
    if start is not None:
        before = json.loads((start / TRAINING).read_text(encoding="utf-8"))
        told["after"] = {name: before[name] for name in ("command", "plan", "after") if name in before}
    write_bytes(out / TRAINING, (json.dumps(told, indent=1) + "\n").encode())
    return network


def main(words: Sequence[str] | None = None) -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.coefficients.train", description="Train the student.")
    parser.add_argument("--performed", type=Path, nargs="+", required=True, help="rendered faces")
    parser.add_argument("--taught", type=Path, nargs="+", required=True, help="photographed faces")
    parser.add_argument("--out", type=Path, required=True, help="folder for the network and its curves")
    parser.add_argument("--epochs", type=int, default=Plan().epochs)
    parser.add_argument("--rate", type=float, default=Plan().rate, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="folder of a training to go on from")
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--bfloat16", action="store_true", help="learn in short numbers: faster on some processors")
    given = parser.parse_args(words)
    plan = Plan(epochs=given.epochs, rate=given.rate, seed=given.seed, precision=SHORT if given.bfloat16 else WHOLE)
    train(load_all([*given.performed, *given.taught]), plan, given.out, start=given.start, verbose=True)


if __name__ == "__main__":
    main()
