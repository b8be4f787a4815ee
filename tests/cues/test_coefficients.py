"""Expression coefficients: names, mirror, calibration, and what the shipped weights say."""

import hashlib
import io
import json

import numpy as np
import pytest

from mien.cues.coefficients import (
    COEFFICIENTS,
    OWN,
    SHAPE_SIZE,
    Plane,
    Planes,
    joined,
    load_planes,
    mirrored_shapes,
    mirrored_values,
    named_coefficients,
    own_rest,
    read_coefficients,
    shape_of,
)
from mien.errors import BadAsset
from mien.face.look import look
from mien.values import Frame

RIGHT_OF = {name: name.removesuffix("Left") + "Right" for name in COEFFICIENTS if name.endswith("Left")}


def some_planes(seed: int = 0) -> Planes:
    rng = np.random.default_rng(seed)

    def plane() -> Plane:
        kernel = rng.normal(0, SHAPE_SIZE**-0.5, (SHAPE_SIZE, len(OWN))).astype(np.float32)
        return Plane(kernel, rng.normal(0.3, 0.2, len(OWN)).astype(np.float32))

    return Planes(rng.normal(size=SHAPE_SIZE).astype(np.float32), plane(), plane())


def test_the_names_are_arkit_s_fifty_two() -> None:
    assert len(COEFFICIENTS) == len(set(COEFFICIENTS)) == 52
    assert COEFFICIENTS[:3] == ("browDownLeft", "browDownRight", "browInnerUp")
    assert COEFFICIENTS[50:] == ("noseSneerRight", "tongueOut")
    assert COEFFICIENTS.index("eyeBlinkLeft") == 8, "one before MediaPipe's, which begins with _neutral"
    assert all(right in COEFFICIENTS for right in RIGHT_OF.values())
    assert named_coefficients(np.zeros(52, dtype=np.float32))["jawOpen"] == 0


def test_a_mirror_changes_sides_and_nothing_else() -> None:
    planes = some_planes()
    shapes = np.random.default_rng(1).normal(size=(5, SHAPE_SIZE)).astype(np.float32)
    assert mirrored_shapes(mirrored_shapes(shapes)) == pytest.approx(shapes)
    values = np.arange(52, dtype=np.float32)[None]
    assert mirrored_values(values)[0, :3].tolist() == [1, 0, 2]
    assert (mirrored_values(mirrored_values(values)) == values).all()
    plain, mirrored = planes.read(shapes, False), planes.read(mirrored_shapes(shapes), False)
    assert mirrored == pytest.approx(mirrored_values(plain), abs=1e-5)
    assert plain.std() > 0 and plain.min() >= 0 and plain.max() <= 1


def test_the_tongue_is_never_seen() -> None:
    ones = np.ones((2, len(OWN)), dtype=np.float32)
    assert (joined(ones, ones) == (np.array(COEFFICIENTS) != "tongueOut")).all()


def test_whose_rest_was_taken_matters() -> None:
    planes = some_planes()
    departures = np.zeros((1, SHAPE_SIZE), dtype=np.float32)
    assert not np.allclose(planes.read(departures, True), planes.read(departures, False))


def test_the_shape_does_not_change_with_place_size_and_turn(astronaut) -> None:
    def shape(rgb: np.ndarray) -> np.ndarray:
        return shape_of(look(Frame(0.0, rgb))[0])

    import cv2

    plain = shape(astronaut)
    moved = shape(np.roll(astronaut, (20, -30), axis=(0, 1)))
    small = shape(cv2.resize(astronaut, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA))
    assert plain.shape == (SHAPE_SIZE,)
    for other in (moved, small):
        assert np.abs(other - plain).mean() < 0.02


def test_weights_of_another_make_are_refused(tmp_path) -> None:
    def kept(**arrays: np.ndarray) -> None:
        content = io.BytesIO()
        np.savez(content, **arrays)
        (tmp_path / "a.npz").write_bytes(content.getvalue())
        told = {"sha256": hashlib.sha256(content.getvalue()).hexdigest()}
        (tmp_path / "a.json").write_text(json.dumps(told), encoding="utf-8")

    kept(own=np.array(("smile",)), average=np.zeros(SHAPE_SIZE))
    with pytest.raises(BadAsset, match="other coefficients"):
        load_planes(tmp_path / "a.npz")


def test_the_shipped_weights_read_a_smile(astronaut) -> None:
    face = look(Frame(0.0, astronaut))[0]
    told = named_coefficients(read_coefficients(face))
    assert min(told["mouthSmileLeft"], told["mouthSmileRight"]) > 0.3
    assert max(told["mouthFrownLeft"], told["mouthPucker"], told["eyeBlinkLeft"], told["jawOpen"]) < 0.3
    resting = read_coefficients(face, own_rest([face]))
    assert resting.max() < 0.25, "a face that is its own rest does nothing"
