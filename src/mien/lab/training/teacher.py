"""A larger network learns from FER+ first, then teaches ours: what it says of a changed face joins the votes.

    python -m mien.lab.training.teacher --data ferplus_dev.npz --cuts cuts.npz --out teacher.npz
    mien train --data ferplus_dev.npz --teacher teacher.npz …

This is distillation (Hinton, Vinyals & Dean 2015): teacher and pupil look at the same changed picture (Beyer et al.
2022), the teacher now and then at its mirror image. The teacher, `mien.lab.training.lite`, sees the whole chip and has
seen everyday pictures before; it is too slow for a live face. It learns as ours does from the same faces and votes,
with the changes of `WAYS`: AdamW, cosine rate, averaged weights; its last epoch counts. Its file holds its averaged
weights as arrays. It needs PyTorch (extra `teacher`); ours may still learn in any backend of Keras.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from mien.errors import BadInput
from mien.lab.arrays import load_arrays, save_arrays
from mien.lab.exams.metrics import softmax
from mien.lab.training.augment import Ways, augment
from mien.lab.training.corpus import RARE, Corpus, load_corpus
from mien.lab.training.lite import Lite0, begun, folded
from mien.nets import Floats
from mien.vocabulary import EMOTIONS

WAYS = Ways(region_share=0.02, shear=0, halved_share=0, jpeg_share=0)
"""How the faces that it learns from are changed."""


@dataclass(frozen=True, slots=True)
class Course:
    """How the teacher learns. `rate` is the highest learning rate, `rare_weight` how many times as often `RARE` are
    drawn."""

    epochs: int = 10
    batch: int = 64
    rate: float = 8e-4
    weight_decay: float = 0.05
    warm_up_share: float = 1 / 15
    average: float = 0.998
    rare_weight: float = 2.0
    seed: int = 7


class Teacher:
    """What a trained teacher says of chips, without mirror or other changes; `short` computes in bfloat16."""

    def __init__(self, network: Lite0, short: bool = False) -> None:
        self._network, self._quick, self._short = network, folded(network), short

    def __call__(self, chips: Floats) -> Floats:
        """Probabilities float32 (n, k) of chips float32 (n, 64, 64), grey 0..255."""
        seen = torch.from_numpy(np.ascontiguousarray(chips, dtype=np.float32))
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._short):
            logits = self._quick(seen)
        return softmax(logits.float().numpy()).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write its weights."""
        save_arrays(path, **{name: value.numpy() for name, value in self._network.state_dict().items()})

    @classmethod
    def load(cls, path: Path, short: bool = False) -> "Teacher":
        """A teacher from its file.

        Raises
        ------
        BadInput
            If the file is not a teacher's.
        """
        network = Lite0(len(EMOTIONS))
        try:
            network.load_state_dict({name: torch.from_numpy(array) for name, array in load_arrays(path).items()})
        except (BadInput, RuntimeError, TypeError) as error:
            cause = str(error).splitlines()[0]
            raise BadInput(f"{path}: no teacher ({cause}); make one with python -m mien.lab.training.teacher") from None
        return cls(network, short)


def educate(corpus: Corpus, network: Lite0, course: Course) -> Teacher:
    """Let a network learn from the corpus, printing one line per epoch; return it with averaged weights."""
    torch.manual_seed(course.seed)
    network.to(memory_format=torch.channels_last)
    faces, rare = corpus.train, [EMOTIONS.index(name) for name in RARE]
    weights = np.where(np.isin(faces.targets.argmax(axis=1), rare), course.rare_weight, 1.0)
    weights /= weights.sum()
    steps = math.ceil(len(faces) / course.batch)
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in network.parameters() if p.ndim > 1], "weight_decay": course.weight_decay},
            {"params": [p for p in network.parameters() if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=course.rate,
    )
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, _warm_cosine(steps * course.epochs, course.warm_up_share))
    average = {name: value.clone() for name, value in network.state_dict().items()}
    network.train()
    for epoch in range(course.epochs):
        drawn = np.random.default_rng((course.seed, epoch)).choice(len(faces), (steps, course.batch), p=weights)
        lost = 0.0
        for step, some in enumerate(drawn):
            rng = np.random.default_rng((course.seed, epoch, step))
            batch = augment(faces.chips[some], faces.cues[some], faces.targets[some], corpus.scale, WAYS, rng)
            loss = functional.cross_entropy(network(torch.from_numpy(batch.chips)), torch.from_numpy(batch.targets))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            rate.step()
            _follow(average, network, min(course.average, (1 + epoch * steps + step) / (10 + epoch * steps + step)))
            lost += loss.item()
        print(f"epoch {epoch + 1} of {course.epochs}: loss {lost / steps:.4f}", flush=True)
    network.load_state_dict(average)
    return Teacher(network)


def _warm_cosine(steps: int, warm_up_share: float) -> Any:
    warm = max(1, round(steps * warm_up_share))

    def share(step: int) -> float:
        if step < warm:
            return step / warm
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))

    return share


def _follow(average: dict[str, torch.Tensor], network: Lite0, keep: float) -> None:
    """Update the averaged weights towards the current ones (Polyak & Juditsky 1992)."""
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                average[name].mul_(keep).add_(value, alpha=1 - keep)
            else:
                average[name].copy_(value)


def main() -> None:
    """Train a teacher and write it."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.training.teacher")
    options.add_argument("--data", type=Path, required=True, help="ferplus_dev.npz")
    options.add_argument("--cuts", type=Path, help="where the cut faces are kept between trainings")
    options.add_argument("--out", type=Path, required=True, help="the teacher's file, .npz")
    options.add_argument("--epochs", type=int, default=Course().epochs)
    options.add_argument("--limit", type=int, help="use only about so many pictures")
    asked = options.parse_args()
    corpus = load_corpus(asked.data, asked.cuts, asked.limit)
    educate(corpus, begun(len(EMOTIONS)), Course(epochs=asked.epochs)).save(asked.out)


if __name__ == "__main__":
    main()
