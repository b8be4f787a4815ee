"""Covers lie where the face is, and those that hide half of it are noticed; the exam counts both."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.face.look import look
from mien.lab.exams.covered_faces import PLACES, covered, examine_covers, is_said
from mien.values import Frame


def test_a_cover_hides_a_part_of_the_face_and_nothing_else(astronaut: NDArray[np.uint8]) -> None:
    face = look(Frame(0.0, astronaut))[0]
    drawn = covered(astronaut, face, "board", "lower half", np.random.default_rng(1))
    changed = np.argwhere((drawn != astronaut).any(axis=2))
    left, _, right, _ = face.box_px
    eyes_y, mouth_y = face.points_px[[33, 263], 1].max(), face.points_px[13, 1]
    (high, near), (low, far) = changed.min(axis=0), changed.max(axis=0)
    assert eyes_y < high < mouth_y < low
    assert near < (left + right) / 2 < far and far - near < 1.6 * (right - left)


@pytest.mark.parametrize("place", ["lower half", "upper half"])
def test_half_a_face_behind_a_board_is_said_to_be_covered(astronaut: NDArray[np.uint8], place: str) -> None:
    face = look(Frame(0.0, astronaut))[0]
    assert not is_said(face)
    drawn = covered(astronaut, face, "board", place, np.random.default_rng(2))
    assert is_said(look(Frame(0.0, drawn))[0])


def test_the_exam_counts_each_kind_and_place(astronaut: NDArray[np.uint8]) -> None:
    found = examine_covers(iter([astronaut]))
    assert all(set(places) == set(PLACES) for places in found.values())
    one = found["board"]["lower half"]
    assert one["said"]["share"] == 1.0 and one["said"]["n"] + one["not_found"] == 1 and one["worth"] < 0.5
