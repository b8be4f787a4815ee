"""Doubt grows as a face is seen worse, and as a reading is less decided."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mien.affect.covered import hidden_regions, hidden_share
from mien.affect.doubt import Cause, causes_of_doubt, doubt, quality_of, sharpness, undecided
from mien.face.look import look
from mien.values import Face, Frame

SURE = np.array([0.93] + [0.01] * 7, dtype=np.float32)


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> Face:
    found: Face = look(Frame(0.0, astronaut))[0]
    return replace(found, pose_deg=(0.0, 0.0, 0.0))


def doubt_in(face: Face) -> float:
    return doubt(SURE, quality_of(face).worth)


def causes_in(face: Face, probs: np.ndarray = SURE) -> tuple[Cause, ...]:
    return causes_of_doubt(probs, quality_of(face))


def test_undecided_runs_from_none_to_all() -> None:
    assert undecided(np.eye(8, dtype=np.float32)[3]) == pytest.approx(0, abs=1e-9)
    assert undecided(np.full(8, 1 / 8, dtype=np.float32)) == pytest.approx(1)


def test_a_good_portrait_is_doubted_only_for_what_is_undecided(face: Face) -> None:
    assert doubt_in(face) == pytest.approx(undecided(SURE), abs=0.02)


@pytest.mark.parametrize(
    ("field", "steps"),
    [
        ("pose_deg", [(0.0, yaw, 0.0) for yaw in (0.0, 20.0, 30.0, 45.0, 60.0)]),
        ("pose_deg", [(-pitch, 0.0, 0.0) for pitch in (0.0, 20.0, 30.0, 45.0, 60.0)]),
        ("score", [0.9, 0.75, 0.65, 0.55, 0.5]),
        ("chip_scale", [3.0, 0.75, 0.5, 0.4, 0.3]),
    ],
)
def test_doubt_never_falls_as_a_face_is_seen_worse(face: Face, field: str, steps: list) -> None:
    found = [doubt_in(replace(face, **{field: step})) for step in steps]
    assert found == sorted(found)
    assert found[-1] > found[0] + 0.3


def test_doubt_grows_with_blur(face: Face) -> None:
    blurred = [face.chip] + [cv2.GaussianBlur(face.chip, (0, 0), s) for s in (1.5, 3.0, 6.0)]
    assert [sharpness(chip) for chip in blurred] == sorted((sharpness(chip) for chip in blurred), reverse=True)
    assert sharpness(np.full((64, 64), 90, dtype=np.uint8)) == 0
    found = [doubt_in(replace(face, chip=chip)) for chip in blurred]
    assert found == sorted(found)
    assert found[-1] > 0.75


def test_doubt_grows_with_what_is_covered(face: Face) -> None:
    chips = []
    for rows in (0, 16, 32, 48, 64):
        chip = face.chip.copy()
        chip[64 - rows :] = 40
        chips.append(chip)
    shares = [hidden_share(hidden_regions(chip)) for chip in chips]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert causes_in(replace(face, chip=chips[2]))[0].told == "the nose and mouth are covered"
    assert doubt_in(replace(face, chip=chips[3])) > 0.75


def test_causes_of_doubt_are_told_the_worst_first(face: Face) -> None:
    assert causes_in(face) == ()
    turned = replace(face, pose_deg=(0.0, 50.0, 0.0), score=0.7)
    assert [cause.name for cause in causes_in(turned)] == ["frontal", "found"]
    evenly = np.full(8, 1 / 8, dtype=np.float32)
    assert [cause.told for cause in causes_in(face, evenly)] == ["the expression lies between several"]
