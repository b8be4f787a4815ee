"""A project's own classes: gathered, split, learnt from few pictures, exported, examined, and read with."""

import json
import os
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")]

keras = pytest.importorskip("keras", reason="needs the extra 'train'")

from made_faces import BARRED, collected, made_chips, take_sides  # noqa: E402
from mien import instrument  # noqa: E402
from mien.affect.network import Reader  # noqa: E402
from mien.assets import asset_path, read_manifest  # noqa: E402
from mien.data.project import Project  # noqa: E402
from mien.errors import BadInput  # noqa: E402
from mien.lab.training.export import export  # noqa: E402
from mien.lab.training.frozen import Trunk  # noqa: E402
from mien.lab.training.heads import begun, known_as  # noqa: E402
from mien.lab.training.nets import Shape, build_network  # noqa: E402
from mien.lab.training.project_faces import gather  # noqa: E402
from mien.vocabulary import EMOTIONS, SAME_AS  # noqa: E402

from conftest import ASTRONAUT, mien  # noqa: E402

SHIPPED = asset_path("mien.affect", "reader.tflite")
NAMES = [one.name for one in BARRED]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collected(tmp_path_factory.mktemp("own") / "bars", BARRED, made_chips(24))


@pytest.fixture(scope="module")
def run(project: Path) -> Path:
    out = project.parent / "run"
    with Project.open(project) as opened:
        take_sides(opened, {})  # none, whichever test came first
    said = mien("train", "--data", project, "--out", out, "--curve")
    assert said.exit_code == 0
    assert "no split in the project" in said.stderr and "pictures a class" in said.output
    assert "faces of the side develop" in said.output and "Test stays unseen" in said.output
    return out


def test_the_frozen_network_says_what_the_shipped_one_says(project: Path) -> None:
    faces, trunk, reader = gather(project), Trunk(SHIPPED), Reader()
    some = faces.examples(trunk.scale).take(np.arange(6))
    said = trunk.heads.logits(trunk.see(some))
    np.testing.assert_allclose(said, reader.answer(some.chips, some.cues).logits, atol=1e-3)
    again = trunk.with_heads(trunk.heads)([some.chips[..., None].astype(np.float32), some.cues, np.ones((6, 4), "f4")])
    np.testing.assert_allclose(again["logits"], said, atol=1e-3)


def test_known_names_begin_from_their_rows(project: Path) -> None:
    assert set(SAME_AS.values()) <= set(EMOTIONS) and known_as("dreamy", EMOTIONS) is None
    faces, trunk = gather(project), Trunk(SHIPPED)
    some = faces.examples(trunk.scale).take(np.arange(6))
    targets = np.eye(2, dtype=np.float32)[[0, 0, 0, 1, 1, 1]]
    start = begun(["happy", "dreamy"], trunk.heads, EMOTIONS, trunk.see(some), targets)
    np.testing.assert_array_equal(start.heads.weights[0], trunk.heads.weights[EMOTIONS.index("happiness")])
    assert start.known.tolist() == [True, False]
    low, high = trunk.heads.weights.min(axis=0), trunk.heads.weights.max(axis=0)
    assert ((start.heads.weights[1] >= low) & (start.heads.weights[1] <= high)).all()


def test_few_pictures_suffice_and_the_manifest_tells(project: Path, run: Path) -> None:
    manifest = read_manifest(run / "reader.tflite")
    assert manifest["labels"] == NAMES and manifest["classes"] == [one.row() for one in BARRED]
    assert manifest["data"][0]["name"] == "project 'bars'" and manifest["data"][0]["sha256"] == gather(project).digest
    assert manifest["training"]["recipe"]["begun_from"] == dict.fromkeys(NAMES, "what its faces read as")
    assert str(project.parent) not in (run / "reader.json").read_text()
    assert manifest["training"]["after"]["sha256"] == read_manifest(SHIPPED)["sha256"]
    curve = json.loads((run / "curve.json").read_text())["rows"]
    assert [row["pictures_a_class"] for row in curve] == [5, 10, None]
    assert len(curve[0]["accuracy"]["seeds"]) == 5 and "interval" in curve[0]["accuracy"]
    assert curve[-1]["accuracy"]["value"] > 0.9


def test_it_is_examined_on_the_test_side_alone(project: Path, run: Path, tmp_path: Path) -> None:
    said = mien("evaluate", run / "reader.tflite", "--data", project, "--out", tmp_path)
    found = json.loads((tmp_path / "reader.json").read_text())
    assert found["on"]["side"] == "test" and found["on"]["faces"] == sum(gather(project).counts()["test"].values())
    assert found["own"]["classes"] == NAMES and sum(map(sum, found["own"]["confusion"])) == found["on"]["faces"]
    assert found["own"]["accuracy"]["value"] > 0.9 and "recall of veiled" in said.output
    page = (tmp_path / "reader.html").read_text()
    assert "what the folders are called, which nobody checked" in page and "veiled" in page
    with pytest.raises(BadInput, match="unknown side 'validate'"):
        mien("evaluate", run / "reader.tflite", "--data", project, "--side", "validate")
    with pytest.raises(BadInput, match="do not know the class 'open'"):
        mien("evaluate", SHIPPED, "--data", project, "--out", tmp_path)


def test_its_words_are_read_and_played(run: Path) -> None:
    piece = instrument.play(ASTRONAUT, weights=run / "reader.tflite", seconds=10)
    assert piece.affect.names == tuple(NAMES)
    led = instrument.play(ASTRONAUT, weights=run / "reader.tflite", seconds=30, to="barred")
    assert led.path[-1][1].reads_as == "barred" and led.briefs[-1][1].tempo_bpm == pytest.approx(60, abs=5)


@pytest.fixture
def small(run: Path, tmp_path: Path) -> Path:
    """A network of the project's classes, with a fiftieth of the shipped one's weights, that has learnt nothing."""
    keras.utils.set_random_seed(7)
    before = read_manifest(run / "reader.tflite")
    shape = Shape(stem=4, blocks=((8, 2),), features=16, cue_features=8, gate=8, classes=len(NAMES))
    network = build_network(shape)
    told = {"shape": asdict(shape), "parameters": network.count_params(), "temperature": 1.0}
    return export(network, told | {name: before[name] for name in ("classes", "cues", "data")}, tmp_path / "small")


def test_a_network_of_ones_own_can_be_gone_on_from(project: Path, small: Path, tmp_path: Path) -> None:
    words = ["--start", small, "--epochs", 2, "--rate", 0.01]
    said = mien("train", "--data", project, "--out", tmp_path, *words)
    ((before, after),) = re.findall(r"loss on the development side (\S+), then (\S+)", said.stderr)
    recipe = read_manifest(tmp_path / "reader.tflite")["training"]["recipe"]
    assert recipe["begun_from"] == {name: name for name in NAMES}
    learnt_on = float(after) < float(before)  # what reads better is kept
    assert recipe["streams"] == ("learnt on" if learnt_on else "frozen")
    assert recipe["develop_loss"] == pytest.approx(min(float(before), float(after)), abs=1e-4)
    assert Reader(tmp_path / "reader.tflite").classes == BARRED


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--limit", "4"], "--limit"),
        (["--prior", "none"], "--prior none"),
        (["--start", "."], "give a .tflite network"),
        (["--start", "RUN"], "no such file or folder"),
        (["--seed", "-1"], "whole number from 0"),
    ],
)
def test_what_a_project_has_no_use_for_is_refused(project: Path, tmp_path: Path, words: list[str], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        mien("train", "--data", project, "--out", tmp_path / "out", *words)
    assert not (tmp_path / "out").exists()
