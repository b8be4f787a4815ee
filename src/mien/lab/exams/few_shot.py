"""Are fifty pictures per class enough? (FER+, few of its faces → accuracy beside what all of them give.)

    python -m mien.lab.exams.few_shot --data DATA --kept KEPT

writes `few_shot.json` and prints its table. There are three tasks. `mien.lab.training.heads` learns each, as `mien
train --data PROJECT` does, from a number of faces of each class drawn from the training rows by each seed; a fifth of
them serve to choose by:

four : the four classes by their usual names, against the shipped network, whose −1 point is the bar.
new class : a fifth, "startled" (FER+'s surprise), by a name and from a head that has no row for it.
made-up merge : happiness, sadness and neutral beside "upset" (anger, disgust or fear).

The bar of the last two is .8 of what all training faces give, by the same recipe or by the shipped network with its own
rows (their sum for the merge), whichever is more.

The exam uses the faces of `split4` = 1, whose duplicate groups are all on that side. It holds only the four classes, so
surprise, disgust and fear come from the rows of `develop`, by which the shipped network chose its epoch and temperature
but from which it never learnt. Nothing is chosen on either here; the recipe itself (the offset, the rule of one
standard error) was settled on the four classes of `develop`. What this cannot show: the streams, which stay frozen,
have met surprise, disgust and fear in their own training; only the head has not.

The mean over seeds has its 95 % interval over seeds (Student's t). Differences are paired, face by face, and their
interval joins both: faces are redrawn within redrawn seeds (a bootstrap of 2,000 draws).
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.assets import asset_path, read_manifest
from mien.lab.arrays import load_arrays, save_arrays
from mien.lab.command import made_of
from mien.lab.exams import metrics
from mien.lab.exams.exam import FERPLUS, find_data
from mien.lab.training.corpus import Corpus, Examples, load_corpus
from mien.lab.training.frozen import Frozen, Trunk, joined
from mien.lab.training.heads import Fitted, Heads, begun, fit_best
from mien.lab.training.learning_curve import over_seeds
from mien.vocabulary import EMOTIONS
from mien.writing import write_bytes

A_CLASS, CHOOSE_BY = 50, 10
"""Number of faces drawn of each class, and how many of them serve to choose by."""
SEEDS = 10
DRAWS, DRAW_SEED = 2000, 7
BAR_FOUR, BAR_NEW = -0.01, 0.8


Truth = NDArray[np.int64]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """Classes to learn: each `names[i]` stands for those of FER+ in `of[i]`; `hidden` rows are removed from the
    head."""

    title: str
    names: tuple[str, ...]
    of: tuple[tuple[str, ...], ...]
    hidden: tuple[str, ...] = ()

    def truth(self, majority: Truth) -> Truth:
        """The class of each majority among `EMOTIONS`; −1 if it belongs to none."""
        table = np.full(len(EMOTIONS) + 1, -1)
        for place, emotions in enumerate(self.of):
            table[[EMOTIONS.index(name) for name in emotions]] = place
        return table[majority]


TASKS = (
    Task("four", ("happy", "sad", "angry", "neutral"), (("happiness",), ("sadness",), ("anger",), ("neutral",))),
    Task(
        "new class",
        ("happy", "sad", "angry", "neutral", "startled"),
        (("happiness",), ("sadness",), ("anger",), ("neutral",), ("surprise",)),
        hidden=("surprise",),
    ),
    Task(
        "made-up merge",
        ("happy", "sad", "neutral", "upset"),
        (("happiness",), ("sadness",), ("neutral",), ("anger", "disgust", "fear")),
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces with their majority among `EMOTIONS` (−1: none), and as the last layers see them."""

    examples: Examples
    majority: Truth
    seen: Frozen

    def of(self, task: Task) -> tuple[Frozen, Truth]:
        """Those of a task, with their truth."""
        truth = task.truth(self.majority)
        return self.seen.take(truth >= 0), truth[truth >= 0]


class Exam:
    """FER+ as a task needs it; what the frozen network sees is kept in a folder.

    Parameters
    ----------
    data : ferplus_dev.npz, or its folder.
    kept : the folder.
    weights : the network to start from.
    limit : use only about this many faces.
    """

    def __init__(self, data: Path, kept: Path, weights: Path, limit: int | None = None, say: Say = print) -> None:
        path = find_data(data, FERPLUS)
        kept.mkdir(parents=True, exist_ok=True)
        corpus: Corpus = load_corpus(path, kept / "cuts.npz", limit)
        voted = load_arrays(path, "ferplus_majority")["ferplus_majority"].astype(np.int64)
        if limit is not None and limit < len(voted):
            voted = voted[np.linspace(0, len(voted) - 1, limit).astype(np.int64)]
        voted[voted >= len(EMOTIONS)] = -1
        self.trunk = Trunk(weights)
        self._kept, self._limit, self._say = kept, limit, say
        self.train, self.develop, self.validate = (
            self._faces(name, examples, voted[examples.rows])
            for name, examples in (("train", corpus.train), ("develop", corpus.develop), ("validate", corpus.validate))
        )

    def test(self, task: Task) -> tuple[Frozen, Truth]:
        """What a task is examined on."""
        seen, truth = self.validate.of(task)
        there = np.isin(np.arange(len(EMOTIONS)), self.validate.majority)
        absent = [place for place in range(len(EMOTIONS)) if not there[place]]
        others, wanted = self.develop.of(task)
        majority = self.develop.majority[task.truth(self.develop.majority) >= 0]
        extra = np.isin(majority, absent)
        return joined([seen, others.take(extra)]), np.concatenate([truth, wanted[extra]])

    def few(self, task: Task, seed: int) -> Fitted:
        """Learn from `A_CLASS` faces of each class."""
        truth, rng = task.truth(self.train.majority), np.random.default_rng((seed, A_CLASS))
        drawn = [rng.permutation(np.flatnonzero(truth == kind))[:A_CLASS] for kind in range(len(task.names))]
        learn = np.concatenate([places[CHOOSE_BY:] for places in drawn])
        choose = np.concatenate([places[:CHOOSE_BY] for places in drawn])
        views = self.trunk.views(self.train.examples.take(learn), seed)
        return self._fitted(task, views, truth[learn], self.train.seen.take(choose), truth[choose])

    def all(self, task: Task) -> Fitted:
        """Learn from all training faces; a tenth of them serve to choose by."""
        truth = task.truth(self.train.majority)
        usable = np.random.default_rng(A_CLASS).permutation(np.flatnonzero(truth >= 0))
        choose, learn = usable[: len(usable) // 10], usable[len(usable) // 10 :]
        seen = self.train.seen
        return self._fitted(task, [seen.take(learn)], truth[learn], seen.take(choose), truth[choose])

    def before(self, task: Task, seen: Frozen) -> NDArray[np.float64]:
        """What the network says by its own rows: probabilities (n, k), summed for a merge."""
        probs = metrics.softmax(self.trunk.heads.logits(seen), self.trunk.temperature)
        parts = [probs[:, [EMOTIONS.index(name) for name in emotions]].sum(axis=1) for emotions in task.of]
        return np.asarray(np.stack(parts, axis=1) / np.sum(parts, axis=0)[:, None])

    def _fitted(self, task: Task, views: list[Frozen], truth: Truth, develop: Frozen, wanted: Truth) -> Fitted:
        shown = [place for place, name in enumerate(EMOTIONS) if name not in task.hidden]
        own = self.trunk.heads.over(self.trunk.temperature)
        heads, eye = Heads(own.weights[shown], own.features), np.eye(len(task.names), dtype=np.float32)
        start = begun(task.names, heads, [EMOTIONS[place] for place in shown], views[0], eye[truth])
        return fit_best(start, joined(views), np.concatenate([eye[truth]] * len(views)), develop, eye[wanted])

    def _faces(self, name: str, examples: Examples, majority: Truth) -> Faces:
        path = self._kept / f"few-shot-{name}-{len(examples)}.npz"
        if path.is_file():
            of, *held = load_arrays(path, "of", "features", "gate", "joint").values()
            if str(of) == self._mark():
                return Faces(examples, majority, Frozen(*held))
        self._say(f"seeing {len(examples):,} faces of the side '{name}'")
        seen = self.trunk.see(examples)
        save_arrays(path, features=seen.features, gate=seen.gate, joint=seen.joint, of=self._mark())
        return Faces(examples, majority, seen)

    def _mark(self) -> str:

        return f"{read_manifest(self.trunk.path)['sha256']} {self._limit}"


def examine(exam: Exam, task: Task, seeds: int = SEEDS, say: Say = lambda _: None) -> dict[str, Any]:
    """The numbers of one task, as plain data."""
    test, truth = exam.test(task)
    before = exam.before(task, test)
    fits, probs = [], []
    for seed in range(seeds):
        fits.append(exam.few(task, seed))
        probs.append(fits[-1].probs(test))
        say(f"{task.title}, seed {seed}: {metrics.accuracy(truth, probs[-1]):.4f}, penalty {fits[-1].penalty:g}")
    whole = exam.all(task).probs(test)
    right = np.stack([said.argmax(axis=1) == truth for said in probs])
    best = max((before, whole), key=lambda said: metrics.accuracy(truth, said))
    recalls = np.array([metrics.recall(truth, said) for said in probs])
    return {
        "task": task.title,
        "classes": {name: list(emotions) for name, emotions in zip(task.names, task.of, strict=True)},
        "faces": {name: int((truth == kind).sum()) for kind, name in enumerate(task.names)},
        "few": {
            "accuracy": over_seeds(right.mean(axis=1).tolist()),
            "balanced_accuracy": over_seeds([metrics.balanced_accuracy(truth, said) for said in probs]),
            "recall": {name: over_seeds(recalls[:, kind].tolist()) for kind, name in enumerate(task.names)},
            "penalties": [fit.penalty for fit in fits],
        },
        "shipped": measured(truth, before, task),
        "all": measured(truth, whole, task),
        "against_shipped": against(right, before.argmax(axis=1) == truth),
        "of_full": ratio(right, best.argmax(axis=1) == truth),
    }


def measured(truth: Truth, probs: NDArray[np.float64], task: Task) -> dict[str, Any]:
    """Accuracy, balanced accuracy and recall of one answerer."""
    return {
        "accuracy": metrics.with_interval(metrics.accuracy, truth, probs),
        "balanced_accuracy": metrics.with_interval(metrics.balanced_accuracy, truth, probs),
        "recall": dict(zip(task.names, metrics.recall(truth, probs).round(4).tolist(), strict=True)),
    }


def against(right: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> dict[str, Any]:
    """Mean difference of the shares right, ours (seeds, n) minus theirs (n,), with its interval over seeds and
    faces."""
    return _drawn(right, theirs, lambda ours, others: float(ours.mean() - others.mean()))


def ratio(right: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> dict[str, Any]:
    """Ours divided by theirs, likewise."""
    return _drawn(right, theirs, lambda ours, others: float(ours.mean() / others.mean()))


def _drawn(
    right: NDArray[np.bool_],
    theirs: NDArray[np.bool_],
    measure: Callable[[NDArray[np.bool_], NDArray[np.bool_]], float],
) -> dict[str, Any]:
    rng, (seeds, n), found = np.random.default_rng(DRAW_SEED), right.shape, []
    for _ in range(DRAWS):
        faces = rng.integers(0, n, n)
        found.append(measure(right[rng.integers(0, seeds, seeds)][:, faces], theirs[faces]))
    low, high = np.percentile(found, [2.5, 97.5])
    return {"value": round(measure(right, theirs), 4), "interval": [round(float(low), 4), round(float(high), 4)]}


def rows_of(found: Mapping[str, Any]) -> list[Sequence[str]]:
    """The table: one row per task."""

    def told(number: Mapping[str, Any]) -> str:
        return "{:.3f} ({:.3f} to {:.3f})".format(number["value"], *number["interval"])

    return [
        (
            one["task"],
            told(one["few"]["accuracy"]),
            told(one["few"]["balanced_accuracy"]),
            told(one["shipped"]["accuracy"]),
            told(one["all"]["accuracy"]),
            told(one["against_shipped"]),
            told(one["of_full"]),
        )
        for one in found["tasks"]
    ]


HEAD = ("task", "50 a class", "balanced", "shipped", "all faces", "50 − shipped", "50 / the better of both")


def markdown(found: Mapping[str, Any]) -> str:
    """The table in Markdown."""
    lines = [HEAD, tuple("---" for _ in HEAD), *rows_of(found)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Examine from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.exams.few_shot", description="Are fifty pictures enough?")
    parser.add_argument("--data", type=Path, required=True, help="folder with ferplus_dev.npz, or the file")
    parser.add_argument("--kept", type=Path, required=True, help="folder for cut faces and what the network sees")
    parser.add_argument("--weights", type=Path, default=asset_path("mien.affect", "reader.tflite"))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--limit", type=int, help="use about so many faces only, for a quick try")
    parser.add_argument("--out", type=Path, default=Path("results"))
    given = parser.parse_args()
    exam = Exam(given.data, given.kept, given.weights, given.limit)
    tasks = [examine(exam, task, given.seeds, lambda told: print(told, flush=True)) for task in TASKS]
    found = {
        "command": "python -m mien.lab.exams.few_shot --data DATA --kept KEPT"
        + (f" --seeds {given.seeds}" if given.seeds != SEEDS else "")
        + (f" --limit {given.limit}" if given.limit else ""),
        "made_of": made_of(given.weights, find_data(given.data, FERPLUS)),
        "pictures_a_class": A_CLASS,
        "chosen_by": CHOOSE_BY,
        "seeds": given.seeds,
        "tasks": tasks,
    }
    given.out.mkdir(parents=True, exist_ok=True)
    write_bytes(given.out / "few_shot.json", (json.dumps(found, indent=1) + "\n").encode())
    print(markdown(found), end="")


if __name__ == "__main__":
    main()
