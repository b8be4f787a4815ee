"""Expression coefficients: names, mirror, calibration, and what the shipped weights say."""

import json
import shutil

import cv2
import numpy as np
import pytest

from mien.assets import asset_path
from mien.cues.coefficients import (
    COEFFICIENTS,
    OWN,
    SHAPE_SIZE,
    CoefficientReader,
    beyond_rest,
    halves_of,
    joined,
    mirrored_shapes,
    mirrored_values,
    named_coefficients,
    own_rest,
    read_coefficients,
    shape_of,
    shipped_reader,
    sides_of,
)
from mien.errors import BadAsset
from mien.face.look import look
from mien.values import DETAIL_PX, Frame

RIGHT_OF = {name: name.removesuffix("Left") + "Right" for name in COEFFICIENTS if name.endswith("Left")}


def some_faces(count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Details and shapes of nobody."""
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (count, 14, 14)).astype(np.uint8)
    details = np.stack([cv2.resize(one, (DETAIL_PX, DETAIL_PX)) for one in small])
    return details, rng.normal(0, 0.5, (count, SHAPE_SIZE)).astype(np.float32)


def test_the_names_are_arkit_s_fifty_two() -> None:
    assert len(COEFFICIENTS) == len(set(COEFFICIENTS)) == 52
    assert COEFFICIENTS[:3] == ("browDownLeft", "browDownRight", "browInnerUp")
    assert COEFFICIENTS[50:] == ("noseSneerRight", "tongueOut")
    assert COEFFICIENTS.index("eyeBlinkLeft") == 8, "one before MediaPipe's, which begins with _neutral"
    assert all(right in COEFFICIENTS for right in RIGHT_OF.values())
    assert named_coefficients(np.zeros(52, dtype=np.float32))["jawOpen"] == 0


def test_a_mirror_changes_sides_and_nothing_else() -> None:
    details, shapes = some_faces()
    assert mirrored_shapes(mirrored_shapes(shapes)) == pytest.approx(shapes)
    values = np.arange(52, dtype=np.float32)[None]
    assert mirrored_values(values)[0, :3].tolist() == [1, 0, 2]
    assert (mirrored_values(mirrored_values(values)) == values).all()
    reader = shipped_reader()
    plain, turned = reader.read(details, shapes), reader.read(details[:, :, ::-1], mirrored_shapes(shapes))
    assert turned == pytest.approx(mirrored_values(plain), abs=1e-4)
    assert plain.std() > 0 and plain.min() >= 0 and plain.max() <= 1


def test_halves_are_the_subject_s_left_and_the_right_in_a_mirror() -> None:
    detail = np.tile(np.arange(DETAIL_PX, dtype=np.uint8), (1, DETAIL_PX, 1))
    left, right = halves_of(detail)[0]
    assert left[0, -1] == DETAIL_PX - 1 and right[0, -1] == 0, "both end at the edge of the face"
    assert sides_of(np.zeros((2, SHAPE_SIZE), np.float32)).shape == (2, 2, SHAPE_SIZE)


def test_the_tongue_is_never_seen() -> None:
    ones = np.ones((2, len(OWN)), dtype=np.float32)
    assert (joined(ones, ones) == (np.array(COEFFICIENTS) != "tongueOut")).all()


def test_a_rest_is_taken_off_what_is_read() -> None:
    rest = np.array([0.3, 0.0, 0.95], dtype=np.float32)
    assert beyond_rest(rest, rest).tolist() == [0, 0, 0]
    assert beyond_rest(np.ones(3, np.float32), rest)[:2] == pytest.approx([1, 1])
    assert beyond_rest(np.array([0.65, 0.4, 1.0], np.float32), rest) == pytest.approx([0.5, 0.4, 0.25], abs=1e-6)


def test_the_shape_does_not_change_with_place_size_and_turn(astronaut) -> None:
    def shape(rgb: np.ndarray) -> np.ndarray:
        return shape_of(look(Frame(0.0, rgb))[0])

    plain = shape(astronaut)
    moved = shape(np.roll(astronaut, (20, -30), axis=(0, 1)))
    small = shape(cv2.resize(astronaut, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA))
    assert plain.shape == (SHAPE_SIZE,)
    for other in (moved, small):
        assert np.abs(other - plain).mean() < 0.02


def test_weights_of_another_make_are_refused(tmp_path) -> None:
    shipped = asset_path("mien.cues", "coefficients.tflite")
    shutil.copy(shipped, tmp_path / "a.tflite")
    told = json.loads(shipped.with_suffix(".json").read_text(encoding="utf-8"))
    (tmp_path / "a.json").write_text(json.dumps(told | {"own": ["smile"]}), encoding="utf-8")
    with pytest.raises(BadAsset, match="other coefficients"):
        CoefficientReader(tmp_path / "a.tflite")


def test_the_shipped_weights_read_a_smile(astronaut) -> None:
    face = look(Frame(0.0, astronaut))[0]
    told = named_coefficients(read_coefficients(face))
    assert min(told["mouthSmileLeft"], told["mouthSmileRight"]) > 0.3
    assert max(told["mouthFrownLeft"], told["mouthPucker"], told["eyeBlinkLeft"], told["jawOpen"]) < 0.3
    read = read_coefficients(face)
    assert beyond_rest(read, own_rest([read])).max() == 0, "a face that is its own rest does nothing"
