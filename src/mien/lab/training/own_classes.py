"""A project becomes a reader of its own classes (ProjectFaces, shipped network → TFLite, manifest).

Three steps: the streams of a network that has learnt already see every face once (`mien.lab.training.frozen`); the last
layers learn the new classes from that (`mien.lab.training.heads`), which takes seconds and is useful from some dozens
of pictures a class on; and, if asked for, the whole network learns on at a small rate (`mien.lab.training.train`), kept
only where it reads the development side better. Every choice is made on that side; the test side is not looked at.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mien.affect.calibrate import calibrated
from mien.data.split import SIDES
from mien.errors import BadInput
from mien.lab.exams.metrics import cross_entropy
from mien.lab.training.augment import Ways
from mien.lab.training.convert import copied
from mien.lab.training.corpus import Corpus, Examples
from mien.lab.training.export import export
from mien.lab.training.frozen import CHANGED_VIEWS, Frozen, Trunk, joined
from mien.lab.training.heads import Fitted, begun, fit_best, known_as, temperature_of
from mien.lab.training.nets import Shape
from mien.lab.training.project_faces import ProjectFaces
from mien.lab.training.train import TRAINING, UNFINISHED, Plan, inputs_of, train
from mien.nets import Network, read_manifest

UNFROZEN_RATE = 2e-4
"""Highest learning rate of the whole network: what it knows shall not be shaken off."""
UNFROZEN_BATCH, UNFROZEN_AVERAGE = 32, 0.95
"""A project has few steps a round, so weights are averaged over some twenty of them."""
FEWEST_DEVELOP = 2
"""Development faces a class, below which the person is told that choices rest on little."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Sighted:
    """The sides of a project as the last layers see them: `train` in several views, one after the other."""

    corpus: Corpus
    train: Sequence[Frozen]
    develop: Frozen
    test: Frozen

    def fitted(self, trunk: Trunk, rows: Sequence[int] | None = None, *, keeps_prior: bool = True) -> Fitted:
        """Heads from the training faces, or from those `rows` of them alone.

        Parameters
        ----------
        trunk : the network that saw them.
        rows : places among the training faces.
        keeps_prior : see `mien.lab.training.heads.fit_best`.
        """
        learn = self.corpus.train
        chosen = np.arange(len(learn)) if rows is None else np.asarray(rows, dtype=np.int64)
        first, targets = self.train[0].take(chosen), learn.targets[chosen]
        views = joined([view.take(chosen) for view in self.train])
        names = [one.name for one in self.corpus.classes]
        known = [one.name for one in trunk.classes]
        start = begun(names, trunk.heads.over(trunk.temperature), known, first, targets)
        repeated = np.concatenate([targets] * len(self.train))
        return fit_best(start, views, repeated, self.develop, self.corpus.develop.targets, keeps_prior=keeps_prior)


def sighted(faces: ProjectFaces, trunk: Trunk, seed: int = 1) -> Sighted:
    """See the faces of a project.

    Raises
    ------
    BadInput
        If a side has no faces at all.
    """
    corpus = faces.corpus(trunk.scale)
    for side, examples in zip(SIDES, (corpus.train, corpus.develop, corpus.validate), strict=True):
        if not len(examples):
            raise BadInput(f"{faces.name}: no face on the side '{side}'; label more, then  mien data split PROJECT")
    views = trunk.views(corpus.train, seed)
    return Sighted(corpus, views, trunk.see(corpus.develop), trunk.see(corpus.validate))


def train_own(
    faces: ProjectFaces,
    start: Path,
    out: Path,
    *,
    epochs: int = 0,
    rate: float = UNFROZEN_RATE,
    seed: int = 1,
    keeps_prior: bool = True,
    say: Say = lambda _: None,
) -> tuple[Path, Trunk, Sighted]:
    """Train a reader of a project's classes and leave it in the folder `out` as `reader.tflite` with its manifest.

    Parameters
    ----------
    faces : of the project.
    start : a `.tflite` network to begin from.
    epochs : most rounds of the whole network after the last layers have learnt; 0 leaves its streams as they are.
    rate, seed : of that; the seed also draws the views.
    keeps_prior : see `mien.lab.training.heads.fit_best`; rounds of the whole network learn it from the project.
    say : is told what is being done.

    Raises
    ------
    BadInput
        If the project has too little to learn from.
    """
    say(f"seeing {len(faces):,} faces" + ("" if faces.has_split else "; no split in the project, so one was drawn"))
    trunk = Trunk(start)
    seen = sighted(faces, trunk, seed)
    thin = [name for name, count in faces.counts()["develop"].items() if count < FEWEST_DEVELOP]
    if thin:
        say(f"few faces of {', '.join(thin)} to choose by: label more, and believe the figures the less")
    say("learning the last layers")
    fitted = seen.fitted(trunk, keeps_prior=keeps_prior)
    out.mkdir(parents=True, exist_ok=True)
    told = _told(faces, trunk, fitted, seed, keeps_prior)
    path = export(trunk.with_heads(fitted.heads), told, out)
    if epochs:
        plan = Plan(batch=UNFROZEN_BATCH, rate=rate, seed=seed, epochs=epochs, average=UNFROZEN_AVERAGE)
        _unfreeze(path, seen.corpus, told, out, plan, say)
    return path, trunk, seen


def _told(faces: ProjectFaces, trunk: Trunk, fitted: Fitted, seed: int, keeps_prior: bool) -> dict[str, Any]:
    """What the manifest says of the training."""
    names = [one.name for one in trunk.classes]
    shape = replace(trunk.shape, classes=len(faces.classes))
    before = read_manifest(trunk.path)
    return {
        "command": f"mien train --data PROJECT --out RUN --seed {seed}",
        "recipe": {
            "streams": "frozen",
            "begun_from": {one.name: known_as(one.name, names) or "what its faces read as" for one in faces.classes},
            "views": 2 + CHANGED_VIEWS,
            "penalty": fitted.penalty,
            "prior": "kept" if keeps_prior else "the project's",
            "develop_loss": round(fitted.develop_loss, 4),
            "split": "the project's" if faces.has_split else "drawn by mien train",
        },
        "shape": asdict(shape),
        "faces": faces.counts(),
        "after": {"sha256": before["sha256"], **before["training"]},
        "parameters": before["parameters"],
        "temperature": fitted.temperature,
        "cues": trunk.scale.rows(),
        "classes": [one.row() for one in faces.classes],
        "data": [
            {
                "name": f"project '{faces.name}'",
                "faces": len(faces),
                "sha256": faces.digest,
                "terms": "the project's own",
            }
        ],
    }


def _unfreeze(path: Path, corpus: Corpus, told: dict[str, Any], out: Path, plan: Plan, say: Say) -> None:
    """Let the whole network learn on; keep it where it reads the development side better."""
    say(f"learning the whole network, at most {plan.epochs} rounds")
    before = float(told["recipe"]["develop_loss"])
    shape = read_manifest(path)["training"]["shape"]
    shutil.rmtree(out / UNFINISHED, ignore_errors=True)  # of a training of other labels, broken off
    network = train(corpus, plan, Ways(), Shape.of_row(shape), out, path)
    learnt = json.loads((out / TRAINING).read_text(encoding="utf-8"))
    logits = network.predict(inputs_of(corpus.develop), batch_size=256, verbose=0)["logits"]
    more = told | {name: learnt[name] for name in ("plan", "ways", "parameters")}
    more["temperature"] = temperature_of(logits, corpus.develop.targets)  # drawn towards 1, as that of the last layers
    more["recipe"] = told["recipe"] | {"streams": "learnt on"}
    with tempfile.TemporaryDirectory() as aside:
        candidate = export(network, more, Path(aside))
        after = develop_loss(candidate, corpus.develop)
        say(f"loss on the development side {before:.4f}, then {after:.4f}")
        if after < before:
            copied(candidate, path)


def develop_loss(path: Path, examples: Examples) -> float:
    """Mean cross-entropy of an exported network with targets, nats."""
    network = Network(path)
    said = network.named(inputs_of(examples))
    logits = said[network.manifest["outputs"].index("logits")]
    return cross_entropy(calibrated(logits, float(network.manifest["temperature"])), examples.targets)
