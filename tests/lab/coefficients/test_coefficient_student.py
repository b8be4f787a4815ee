"""The coefficient student: faces gathered, split, learnt from and examined, on small made-up data; what ships."""

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from mien.assets import asset_path
from mien.cues.coefficients import COEFFICIENTS, SHAPE_SIZE, CoefficientReader, mirrored_shapes, mirrored_values
from mien.errors import BadInput
from mien.lab.coefficients import evaluate as evaluation
from mien.lab.coefficients.changes import changed_details, changed_shapes
from mien.lab.coefficients.data import Faces, changed, load_all, save_faces
from mien.lab.coefficients.evaluate import PROMISED, TABLES, evaluate
from mien.lab.coefficients.split import rest_places, split
from mien.values import DETAIL_PX

ROOT = Path(__file__).parents[3]
RESULTS = ROOT / "results" / "coefficients.json"


def made_up(kinds: tuple[str, ...], groups: int, seed: int) -> Faces:
    """Faces whose shape is a linear image of their coefficients, with a resting shape of their own."""
    one = np.eye(len(COEFFICIENTS), dtype=np.float32)
    basis = np.random.default_rng(0).normal(0, 0.1, (len(COEFFICIENTS), SHAPE_SIZE)).astype(np.float32)
    basis = basis + mirrored_values(one) @ mirrored_shapes(basis)  # what moves the left moves, mirrored, the right
    rng = np.random.default_rng(seed)
    shapes, truth = [], []
    for _ in range(groups):
        rest = rng.normal(0, 0.02, SHAPE_SIZE)
        for kind in kinds:
            moved = rng.random(len(COEFFICIENTS)) * (kind not in ("rest", "neutral"))
            moved[-1] = 0
            shapes.append(rest + moved @ basis)
            truth.append(moved)
    count = groups * len(kinds)
    return Faces(
        np.full((count, DETAIL_PX, DETAIL_PX), 128, dtype=np.uint8),  # the picture tells nothing here
        np.array(shapes, dtype=np.float32),
        np.array(truth, dtype=np.float32),
        np.repeat(np.arange(groups), len(kinds)) + 1000 * seed,
        np.array(kinds * groups),
        np.zeros((count, 3), dtype=np.float32),
    )


PERFORMED = made_up(("rest", "neutral", "moved", "moved"), 60, 1)
TAUGHT = made_up(("pictures", "ferplus"), 80, 2)


def test_no_group_is_on_two_sides() -> None:
    for faces in (PERFORMED, TAUGHT):
        sides = split(faces)
        assert (sum(mask.astype(int) for mask in sides.values()) == 1).all()
        groups = [set(faces.group[mask].tolist()) for mask in sides.values()]
        assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
        assert all(groups)


def test_a_part_of_the_faces_is_split_as_all_are() -> None:
    some = np.arange(40, 120)
    assert (split(PERFORMED.take(some))["examine"] == split(PERFORMED)["examine"][some]).all()


def test_validation_faces_are_never_learnt_from() -> None:
    kinds = np.where(TAUGHT.kind == "ferplus", "ferplus-examined", "pictures")
    sides = split(replace(TAUGHT, kind=kinds))
    assert sides["examine"][kinds == "ferplus-examined"].all()


def test_a_rest_is_the_same_person_s() -> None:
    now, rest = rest_places(PERFORMED)
    assert (PERFORMED.group[now] == PERFORMED.group[rest]).all() and (PERFORMED.kind[rest] == "rest").all()
    assert sorted(now) == np.flatnonzero(PERFORMED.kind != "rest").tolist()


def test_changes_keep_a_picture_a_picture() -> None:
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:DETAIL_PX, :DETAIL_PX]
    details = np.repeat(((x + y) % 256).astype(np.uint8)[None], 6, axis=0)
    seen = changed_details(details, rng)
    assert seen.shape == details.shape and seen.dtype == np.uint8
    assert len({picture.tobytes() for picture in seen}) == 6, "each changes by itself"
    for picture in seen:
        assert np.corrcoef(picture.ravel(), details[0].ravel())[0, 1] > 0.5
    shapes = changed_shapes(PERFORMED.shapes[:4], rng)
    assert 0 < np.abs(shapes - PERFORMED.shapes[:4]).mean() < 0.01
    photograph = changed(np.repeat(details[0][:, :, None], 3, axis=2), rng)
    assert photograph.shape == (DETAIL_PX, DETAIL_PX, 3) and photograph.dtype == np.uint8


def test_faces_are_kept_whole(tmp_path: Path) -> None:
    save_faces(TAUGHT, tmp_path / "a.npz")
    again = load_all([tmp_path / "a.npz", tmp_path / "a.npz"])
    assert len(again) == 2 * len(TAUGHT) and (again.kind[: len(TAUGHT)] == TAUGHT.kind).all()
    with pytest.raises(BadInput, match=r"coefficients\.data"):
        load_all([tmp_path / "none.npz"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_student_learns_ships_and_is_examined(tmp_path: Path) -> None:
    from mien.lab.coefficients.nets import Size
    from mien.lab.coefficients.ship import ship
    from mien.lab.coefficients.train import TRAINING, Plan, train

    size = Size(stem=4, blocks=((4, 2), (4, 2)), half=4, shape=128, together=64, dropout=0.0)
    plan = Plan(epochs=12, batch=16, rate=3e-3, average=0.9)
    everyone = Faces(*(np.concatenate([getattr(PERFORMED, n), getattr(TAUGHT, n)]) for n in Faces.__slots__))
    train(everyone, plan, tmp_path / "run", size)
    assert json.loads((tmp_path / "run" / TRAINING).read_text())["command"].endswith(
        "--epochs 12 --rate 0.003 --seed 1"
    )
    student = CoefficientReader(ship(tmp_path / "run", tmp_path))
    found = evaluate(student, PERFORMED, TAUGHT)
    assert found["r"]["tongueOut"]["rendered"] is None
    assert set(found["promised"]) == set(PROMISED)
    for kind in ("rendered", "rendered, rest known"):
        mean = np.mean([row[kind] for name, row in found["r"].items() if name != "tongueOut"])
        assert mean > 0.4, (kind, mean)  # of what has not learnt it is 0
    with pytest.raises(BadInput, match=r"coefficients\.train"):
        ship(tmp_path, tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_training_names_its_seed_and_precision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.lab.coefficients import train as training
    from mien.lab.coefficients.nets import Size, build_student

    size = Size(stem=4, blocks=((4, 2), (4, 2)), half=4, shape=128, together=64, dropout=0.0)
    monkeypatch.setattr(training, "fit_student", lambda *_: build_student(size))
    (tmp_path / training.TRAINING).write_text("before")
    (tmp_path / "before").hardlink_to(tmp_path / training.TRAINING)
    training.train(TAUGHT, training.Plan(epochs=2, seed=5, precision=training.SHORT), tmp_path, size)
    told = json.loads((tmp_path / training.TRAINING).read_text())["command"]
    assert told.endswith("--out RUN --epochs 2 --rate 0.001 --seed 5 --bfloat16")
    assert (tmp_path / "before").read_text() == "before"


def test_scores_take_the_place_of_others_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped, weights, results = (
        asset_path("mien.cues", "coefficients.tflite"), tmp_path / "mine.tflite", tmp_path / "results.json"
    )  # fmt: skip
    shutil.copy(shipped, weights)
    shutil.copy(shipped.with_suffix(".json"), weights.with_suffix(".json"))
    results.write_text("{}")
    for number, path in enumerate((results, weights.with_suffix(".json"))):
        (tmp_path / f"before-{number}").hardlink_to(path)
    before = [(tmp_path / f"before-{number}").read_bytes() for number in range(2)]
    save_faces(TAUGHT, tmp_path / "faces.npz")
    monkeypatch.setattr(evaluation, "evaluate", lambda *_: {"promised": {"smile": 1.0}})
    faces = str(tmp_path / "faces.npz")
    words = ("--performed", faces, "--taught", faces, "--weights", str(weights), "--results", str(results))
    monkeypatch.setattr(sys, "argv", ["lab", *words])
    evaluation.main()
    assert json.loads(weights.with_suffix(".json").read_text())["scores"]["smile"] == 1.0
    assert json.loads(results.read_text())["promised"] == {"smile": 1.0}
    assert before == [(tmp_path / f"before-{number}").read_bytes() for number in range(2)]


def test_the_results_are_of_the_weights_that_ship() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    manifest = json.loads(asset_path("mien.cues", "coefficients.json").read_text(encoding="utf-8"))
    assert manifest["sha256"] in results["weights"]["sha256"]
    assert manifest["scores"]["smile"] == results["promised"]["smile"]
    card = (ROOT / "cards" / "models" / "coefficients.md").read_text(encoding="utf-8")
    assert all(f"<!-- table {name} -->" in card for name in TABLES)
