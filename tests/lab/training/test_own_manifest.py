"""What a manifest says of a training on a project, and what it is spared; nothing is trained here."""

import copy
import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")]

pytest.importorskip("keras", reason="needs the extra 'train'")

from made_faces import BARRED, collected, made_chips  # noqa: E402
from mien.app.cli import app  # noqa: E402
from mien.assets import asset_path, read_manifest  # noqa: E402
from mien.errors import BadInput, CannotWrite  # noqa: E402
from mien.lab.training import own_classes  # noqa: E402
from mien.lab.training.closer import TERMS  # noqa: E402
from mien.lab.training.convert import copied  # noqa: E402
from mien.lab.training.export import FERPLUS, describe  # noqa: E402
from mien.lab.training.frozen import Frozen, Trunk  # noqa: E402
from mien.lab.training.heads import Fitted, Heads  # noqa: E402
from mien.lab.training.learning_curve import learning_curve  # noqa: E402
from mien.lab.training.nets import build_network  # noqa: E402
from mien.lab.training.own_classes import train_own  # noqa: E402
from mien.lab.training.project_faces import ProjectFaces, gather  # noqa: E402
from mien.lab.training.train import PERFORMED, TAUGHT_BY, TRAINING, Plan  # noqa: E402

SHIPPED = asset_path("mien.affect", "reader.tflite")
FROZEN = Plan(epochs=0, seed=4)


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> ProjectFaces:
    return gather(collected(tmp_path_factory.mktemp("own") / "bars", BARRED, made_chips(6)))


@pytest.fixture(scope="module")
def trunk() -> Trunk:
    return Trunk(SHIPPED)


@pytest.fixture(scope="module")
def fitted(trunk: Trunk) -> Fitted:
    return Fitted(Heads(trunk.heads.weights[:3], trunk.heads.features), 0.3, 0.9, 0.51234)


def test_the_whole_command_is_told(faces: ProjectFaces, trunk: Trunk, fitted: Fitted) -> None:
    told = own_classes._told(faces, trunk, fitted, FROZEN, True)
    assert told["command"] == "mien train --data PROJECT --out RUN --seed 4"
    assert told["sides"] == {"project": "bars", "pictures": " ".join(faces.learnt)}
    more = own_classes._told(faces, trunk, fitted, Plan(epochs=3, rate=3e-4, seed=4), False)
    assert more["command"] == "mien train --data PROJECT --out RUN --epochs 3 --rate 0.0003 --seed 4 --prior project"
    whole = build_network(replace(trunk.shape, classes=3))
    assert told["parameters"] == whole.count_params() < read_manifest(SHIPPED)["parameters"]


def test_what_the_network_before_learnt_from_is_told(
    faces: ProjectFaces, trunk: Trunk, fitted: Fitted, tmp_path: Path
) -> None:
    told = own_classes._told(faces, trunk, fitted, FROZEN, True)
    project = told["data"][0]
    assert project["sha256"] == faces.digest and PERFORMED in told["data"] and TAUGHT_BY in told["data"]
    assert TERMS not in told["data"]  # portraits taught the closer look, which is not handed on
    manifest = describe(SHIPPED, told)
    assert manifest["training"]["sides"] == told["sides"]
    assert [manifest["data"].count(row) for row in (project, *FERPLUS)] == [1, 1, 1]
    before = project | {"name": "project 'before'"}
    own = manifest | {"sha256": "another", "data": [before, *manifest["data"]]}
    (tmp_path / "own.json").write_text(json.dumps(own))
    (tmp_path / "own.tflite").touch()
    begun = copy.copy(trunk)
    begun.path = tmp_path / "own.tflite"
    again = own_classes._told(faces, begun, fitted, FROZEN, True)
    assert again["command"].endswith("--seed 4 --start BEFORE")
    assert [row["name"] for row in again["data"]][:2] == ["project 'bars'", "project 'before'"]
    assert again["data"].count(project) == 1 and again["after"]["sides"] == told["sides"]


@pytest.mark.parametrize("is_better", [True, False])
def test_a_whole_network_tells_its_own_recipe(
    faces: ProjectFaces, trunk: Trunk, fitted: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_better: bool
) -> None:
    corpus = faces.corpus(trunk.scale)
    logits = 9 * (corpus.develop.targets if is_better else -corpus.develop.targets)
    network = SimpleNamespace(predict=lambda *_, **__: {"logits": logits}, count_params=lambda: 7)
    exported: list[dict[str, Any]] = []
    monkeypatch.setattr(own_classes, "train", lambda *_: network)
    monkeypatch.setattr(own_classes, "export", lambda _, told, __: exported.append(told))
    told, plan = own_classes._told(faces, trunk, fitted, FROZEN, True), Plan(epochs=3)
    own_classes._unfreeze(tmp_path / "reader.tflite", corpus, told, fitted.develop_loss, plan, lambda _: None)
    left = json.loads((tmp_path / TRAINING).read_text())
    assert len(exported) == is_better
    assert left["recipe"]["streams"] == "learnt on" and left["recipe"]["prior"] == "the project's"
    assert (left["recipe"]["develop_loss"] < 0.5) == is_better and "penalty" not in left["recipe"]
    assert left["recipe"]["last_layers_before"] == {
        "views": 4, "penalty": 0.3, "prior": "kept", "develop_loss": 0.5123,
    }  # fmt: skip
    assert (left["parameters"], left["plan"]["epochs"], left["command"]) == (7, 3, told["command"])


def test_a_place_that_cannot_be_is_refused_before_the_work(faces: ProjectFaces, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done: list[str] = []
    with pytest.raises(CannotWrite, match="choose another folder"):
        train_own(faces, SHIPPED, tmp_path / "file", say=done.append)
    assert not done
    words = ["train", "--data", str(tmp_path), "--out", str(tmp_path / "file")]
    with pytest.raises(CannotWrite, match="choose another folder"):
        CliRunner().invoke(app, words, catch_exceptions=False)


def test_a_copy_is_whole_or_not_at_all(tmp_path: Path) -> None:
    for name, content in (("old.tflite", b"old"), ("old.json", b"{}"), ("new.tflite", b"new")):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CannotWrite):  # new.json is not there
        copied(tmp_path / "new.tflite", tmp_path / "old.tflite")
    assert (tmp_path / "old.tflite").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 3
    (tmp_path / "new.json").write_bytes(b"[]")
    copied(tmp_path / "new.tflite", tmp_path / "old.tflite")
    assert (tmp_path / "old.tflite").read_bytes() + (tmp_path / "old.json").read_bytes() == b"new[]"


def test_options_without_an_effect_are_refused(faces: ProjectFaces, tmp_path: Path) -> None:
    bars = collected(tmp_path / "bars", BARRED, made_chips(2))
    for data, words, told in (
        (bars, ["--rate", "0.001"], "give --epochs too"),
        (tmp_path, ["--prior", "kept"], "--prior: it is for a project"),
        (tmp_path, ["--curve"], "curves.csv"),
    ):
        with pytest.raises(BadInput, match=told):
            CliRunner().invoke(
                app, ["train", "--data", str(data), "--out", str(tmp_path / "out"), *words], catch_exceptions=False
            )
    assert not (tmp_path / "out").exists()


def test_the_curve_is_of_faces_with_a_majority() -> None:
    asked: list[tuple[int, Any]] = []

    def probs(test: Frozen) -> Any:
        asked.append((len(test), None))
        return np.eye(2)[[0, 1, 0]]

    def fitted_on(_: object, rows: list[int] | None, **__: object) -> Any:
        asked.append((-1, rows))
        return SimpleNamespace(probs=probs)

    develop = Frozen(np.zeros((4, 4, 1), "f4"), np.zeros((4, 4), "f4"), np.zeros((4, 1), "f4"))
    seen: Any = SimpleNamespace(
        shown=np.array([0] * 6 + [1] * 6 + [-1] * 3), wanted=np.array([0, 1, -1, 1]), develop=develop, fitted=fitted_on
    )  # it has no test side at all
    rows = learning_curve(seen, None, counts=(5,), seeds=2)  # type: ignore[arg-type]
    assert [row["faces"] for row in rows] == [10, 15]
    assert all(n in (-1, 3) for n, _ in asked)  # the face without a majority is not read
    assert all(place < 12 for _, drawn in asked if drawn for place in drawn)
    assert rows[0]["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-3)
