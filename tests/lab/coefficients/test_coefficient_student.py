"""The coefficient student: faces gathered, split, learnt from and examined, on small made-up data; what ships."""

import json
from pathlib import Path

import numpy as np
import pytest

from mien.cues.coefficients import COEFFICIENTS, SHAPE_SIZE, load_planes, mirrored_shapes, mirrored_values
from mien.errors import BadInput
from mien.lab.coefficients.data import Faces, load_all, save_faces
from mien.lab.coefficients.evaluate import PROMISED, TABLES, evaluate
from mien.lab.coefficients.split import rests, split
from mien.lab.coefficients.train import fit, save
from mien.nets import asset_path

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
        np.array(shapes, dtype=np.float32),
        np.array(truth, dtype=np.float32),
        np.repeat(np.arange(groups), len(kinds)),
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


def test_validation_faces_are_never_learnt_from() -> None:
    kinds = np.where(TAUGHT.kind == "ferplus", "ferplus-examined", "pictures")
    sides = split(Faces(TAUGHT.shapes, TAUGHT.truth, TAUGHT.group, kinds, TAUGHT.pose_deg))
    assert sides["examine"][kinds == "ferplus-examined"].all()


def test_a_rest_is_the_same_person_s() -> None:
    own, known = rests(PERFORMED)
    assert (known == (PERFORMED.kind != "rest")).all()
    neutral = PERFORMED.kind == "neutral"
    assert own[neutral] == pytest.approx(PERFORMED.shapes[neutral], abs=1e-6)


def test_faces_are_kept_whole(tmp_path: Path) -> None:
    save_faces(TAUGHT, tmp_path / "a.npz")
    again = load_all([tmp_path / "a.npz", tmp_path / "a.npz"])
    assert len(again) == 2 * len(TAUGHT) and (again.kind[: len(TAUGHT)] == TAUGHT.kind).all()
    with pytest.raises(BadInput, match=r"coefficients\.data"):
        load_all([tmp_path / "none.npz"])


def test_a_student_learns_and_is_examined(tmp_path: Path) -> None:
    planes, chosen = fit(PERFORMED, TAUGHT)
    assert "jawOpen" in chosen["taught by photographs"]
    save(planes, tmp_path / "a.npz", {"command": "a test"})
    kept = load_planes(tmp_path / "a.npz")
    departures = PERFORMED.shapes[:9] - kept.average
    assert kept.read(departures, True) == pytest.approx(planes.read(departures, True), abs=1e-6)
    found = evaluate(kept, PERFORMED, TAUGHT)
    assert found["r"]["tongueOut"]["rendered"] is None
    assert set(found["promised"]) == set(PROMISED)
    for kind in ("rendered", "rendered, rest known", "photographs"):
        assert found["r"]["jawOpen"][kind] > 0.8, kind
    neutral = PERFORMED.take(split(PERFORMED)["examine"] & (PERFORMED.kind == "neutral"))
    own = PERFORMED.take(split(PERFORMED)["examine"] & (PERFORMED.kind == "rest"))
    assert kept.read(neutral.shapes - own.shapes, True).max() < 0.05, "who rests does nothing"


def test_the_results_are_of_the_weights_that_ship() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    manifest = json.loads(asset_path("mien.cues", "coefficients.json").read_text(encoding="utf-8"))
    assert manifest["sha256"] in results["weights"]["sha256"]
    assert manifest["scores"]["smile"] == results["promised"]["smile"]
    card = (ROOT / "cards" / "models" / "coefficients.md").read_text(encoding="utf-8")
    assert all(f"<!-- table {name} -->" in card for name in TABLES)
