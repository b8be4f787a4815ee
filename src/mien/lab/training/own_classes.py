"""A project becomes a reader of its own classes (ProjectFaces, shipped network → TFLite, manifest).

There are three steps. The streams of an already trained network see every face once (`mien.lab.training.frozen`). The
last layers learn the new classes from that (`mien.lab.training.heads`), which takes seconds and is useful from some
dozens of pictures per class on. If asked for, the whole network then continues to learn at a small rate
(`mien.lab.training.train`), and is kept only if it reads the development side better. Every choice is made on that
side; the test side is not looked at.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.assets import asset_path, read_manifest
from mien.data.splitting.split import SIDES
from mien.lab.exams.metrics import cross_entropy
from mien.lab.training.augment import Ways
from mien.lab.training.corpus import Corpus
from mien.lab.training.export import export
from mien.lab.training.frozen import CHANGED_VIEWS, Frozen, Trunk, joined
from mien.lab.training.heads import Fitted, begun, fit_best, known_as, temperature_of
from mien.lab.training.nets import Shape
from mien.lab.training.project_faces import ProjectFaces, check_sides, learnable, thin
from mien.lab.training.train import TRAINING, UNFINISHED, Plan, data_of, inputs_of, train
from mien.writing import write_bytes, write_together

UNFROZEN_RATE = 2e-4
"""Highest learning rate of the whole network: it should not lose what it knows."""
UNFROZEN_BATCH, UNFROZEN_AVERAGE = 32, 0.95
"""A project has few steps per epoch, so weights are averaged over some twenty of them."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Sighted:
    """The sides of a project as the last layers see them: `train` in several views, one after the other.

    `shown` and `wanted` are the majority classes of the faces of train and develop, int64 (n,), −1 if there is none.
    The test side is not seen.
    """

    corpus: Corpus
    train: Sequence[Frozen]
    develop: Frozen
    shown: NDArray[np.int64]
    wanted: NDArray[np.int64]

    def fitted(self, trunk: Trunk, rows: Sequence[int] | None = None, *, keeps_prior: bool = True) -> Fitted:
        """Heads from the training faces, or only from those at `rows`.

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
        If the side train or develop has no faces at all.
    """
    check_sides(faces)
    corpus = faces.corpus(trunk.scale)
    views = trunk.views(corpus.train, seed)
    shown, wanted = (faces.majority[faces.sides == side] for side in SIDES[:2])
    return Sighted(corpus, views, trunk.see(corpus.develop), shown, wanted)


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
    start : a `.tflite` network to start from.
    epochs : most epochs of the whole network after the last layers have learnt; 0 leaves its streams as they are.
    rate, seed : of those epochs; the seed also draws the views.
    keeps_prior : see `mien.lab.training.heads.fit_best`; epochs of the whole network learn it from the project.
    say : is told what is being done.

    Raises
    ------
    BadInput
        If the project has too little to learn from.
    CannotWrite
        If there is no place for the files; this is checked before anything is learnt.
    """
    with write_together(out):  # refuse before the work
        pass
    faces, absent = learnable(faces)
    if absent:
        say(f"no face of {', '.join(absent)}: the network will not know a class of that name")
    say(f"seeing {len(faces):,} faces")
    trunk = Trunk(start)
    seen = sighted(faces, trunk, seed)
    for note in thin(faces):
        say(note)
    say("learning the last layers")
    fitted = seen.fitted(trunk, keeps_prior=keeps_prior)
    plan = Plan(batch=UNFROZEN_BATCH, rate=rate, seed=seed, epochs=epochs, average=UNFROZEN_AVERAGE)
    told = _told(faces, trunk, fitted, plan, keeps_prior)
    path = export(trunk.with_heads(fitted.heads), told, out)
    if epochs:
        _unfreeze(path, seen.corpus, told, fitted.develop_loss, plan, say)
    return path, trunk, seen


def _told(faces: ProjectFaces, trunk: Trunk, fitted: Fitted, plan: Plan, keeps_prior: bool) -> dict[str, Any]:
    """What the manifest says of the training; a plan of 0 epochs leaves the streams as they are."""
    names = [one.name for one in trunk.classes]
    shape = replace(trunk.shape, classes=len(faces.classes))
    before, shipped = read_manifest(trunk.path), read_manifest(asset_path("mien.affect", "reader.tflite"))
    project = {
        "name": f"project '{faces.name}'", "faces": len(faces), "sha256": faces.digest, "terms": "the project's own",
    }  # fmt: skip
    return {
        "command": "mien train --data PROJECT --out RUN"
        + (f" --epochs {plan.epochs} --rate {plan.rate:g}" if plan.epochs else "")
        + f" --seed {plan.seed}"
        + ("" if keeps_prior else " --prior project")
        + ("" if before["sha256"] == shipped["sha256"] else " --start BEFORE"),
        "recipe": {
            "streams": "frozen",
            "begun_from": {one.name: known_as(one.name, names) or "what its faces read as" for one in faces.classes},
            "views": 2 + CHANGED_VIEWS,
            "penalty": fitted.penalty,
            "prior": "kept" if keeps_prior else "the project's",
            "develop_loss": round(fitted.develop_loss, 4),
        },
        "shape": asdict(shape),
        "faces": faces.counts(),
        "sides": {"project": faces.name, "pictures": " ".join(faces.learnt)},
        "after": {"sha256": before["sha256"], **before["training"]},
        "parameters": before["parameters"] + (shape.classes - trunk.shape.classes) * trunk.heads.weights.shape[1],
        "temperature": fitted.temperature,
        "cues": trunk.scale.rows(),
        "classes": [one.row() for one in faces.classes],
        "data": [project, *(row for row in data_of(trunk.path) if row != project)],
    }


def _unfreeze(path: Path, corpus: Corpus, told: dict[str, Any], before: float, plan: Plan, say: Say) -> None:
    """Let the whole network continue to learn; if it reads the development side better than with the loss `before`, it
    replaces the one at `path`."""
    say(f"learning the whole network, at most {plan.epochs} rounds")
    shape, ways, out = Shape.of_row(told["shape"]), Ways(), path.parent
    shutil.rmtree(out / UNFINISHED, ignore_errors=True)  # left by an interrupted training of other labels
    network = train(corpus, plan, ways, shape, out, path)
    logits = network.predict(inputs_of(corpus.develop), batch_size=256, verbose=0)["logits"]
    temperature = temperature_of(logits, corpus.develop.targets)  # drawn towards 1, like that of the last layers
    after = cross_entropy(calibrated(logits, temperature), corpus.develop.targets)
    more = told | {
        "recipe": _learnt_on(told["recipe"], after),
        "plan": asdict(plan),
        "ways": asdict(ways),
        "parameters": network.count_params(),
        "temperature": temperature,
    }
    write_bytes(out / TRAINING, (json.dumps(more, indent=1) + "\n").encode())
    say(f"loss on the development side {before:.4f}, then {after:.4f}")
    if after < before:
        export(network, more, out)


def _learnt_on(recipe: Mapping[str, Any], develop_loss: float) -> dict[str, Any]:
    """The recipe of a whole network that continued to learn after its last layers were fitted."""
    fitting = ("views", "penalty", "prior", "develop_loss")
    return {
        **{name: told for name, told in recipe.items() if name not in fitting},
        "streams": "learnt on",
        "prior": "the project's",
        "develop_loss": round(develop_loss, 4),
        "last_layers_before": {name: recipe[name] for name in fitting},
    }
