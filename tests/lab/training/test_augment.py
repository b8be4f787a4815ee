"""Changed faces stay faces: ranges, labels, mirrored cues, and the same draw from the same seed."""

from dataclasses import replace

import numpy as np
import pytest

from mien.affect.recipe import CueScale
from mien.cues.names import NAMES
from mien.lab.training.augment import Batch, Ways, augment, mirror_cues

SCALE = CueScale(np.linspace(-1, 1, len(NAMES)).astype(np.float32), np.full(len(NAMES), 0.5, dtype=np.float32))
STILL = Ways(
    turn_deg=0, scale=0, shift_px=0, gamma=0, brightness=0, contrast=0, blur_share=0, noise=0, patch_share=0,
    region_share=0, shear=0, halved_share=0, jpeg_share=0, mixup=0, silent_stream_share=0,
    silent_cues_share=0, cue_noise=0,
)  # fmt: skip


def batch(ways: Ways, seed: int = 1, n: int = 32) -> Batch:
    rng = np.random.default_rng(99)
    chips = rng.integers(0, 256, (n, 64, 64), dtype=np.uint8)
    cues = rng.normal(size=(n, len(NAMES))).astype(np.float32)
    targets = np.eye(8, dtype=np.float32)[rng.integers(0, 8, n)]
    return augment(chips, cues, targets, SCALE, ways, np.random.default_rng(seed))


def test_without_any_change_only_the_mirror_remains() -> None:
    rng = np.random.default_rng(99)
    chips = rng.integers(0, 256, (32, 64, 64), dtype=np.uint8).astype(np.float32)
    found = batch(STILL)
    plain = np.abs(found.chips - chips).max(axis=(1, 2)) < 0.01
    mirrored = np.abs(found.chips - chips[:, :, ::-1]).max(axis=(1, 2)) < 0.01
    assert (plain ^ mirrored).all()
    assert plain.any()
    assert mirrored.any()
    assert (found.presence == 1).all()


def test_ranges_and_labels_hold() -> None:
    found = batch(Ways(), n=256)
    assert found.chips.min() >= 0
    assert found.chips.max() <= 255
    np.testing.assert_allclose(found.targets.sum(axis=1), 1, atol=1e-5)
    assert (found.presence.sum(axis=1) >= 1).all()
    assert 0.75 < found.presence.mean() < 0.95
    assert {array.dtype.name for array in (found.chips, found.cues, found.presence, found.targets)} == {"float32"}


@pytest.mark.parametrize("way", ["shear", "halved_share", "jpeg_share"])
def test_what_a_camera_does_leaves_a_face_like_itself(way: str) -> None:
    ramp = np.tile(np.linspace(20, 235, 64), (32, 1))[:, None, :].repeat(64, axis=1).astype(np.uint8)
    cues, targets = np.zeros((32, len(NAMES)), dtype=np.float32), np.eye(8, dtype=np.float32)[np.zeros(32, dtype=int)]

    def seen(ways: Ways) -> np.ndarray:
        return augment(ramp, cues, targets, SCALE, ways, np.random.default_rng(5)).chips

    still, changed = seen(STILL), seen(replace(STILL, **{way: 0.1 if way == "shear" else 1.0}))
    off = np.abs(changed - still)
    assert (off.mean(axis=(1, 2)) > 0.1).mean() > 0.9, "nearly each is changed"
    assert off.mean() < 12


def test_the_same_seed_changes_alike() -> None:
    one, same, other = batch(Ways(), 1), batch(Ways(), 1), batch(Ways(), 2)
    assert (one.chips == same.chips).all()
    assert (one.cues == same.cues).all()
    assert (one.chips != other.chips).any()


def test_mirrored_cues_change_sides_and_come_back() -> None:
    raw = np.random.default_rng(4).normal(size=(5, len(NAMES))).astype(np.float32)
    cues = (raw - SCALE.mean) / SCALE.deviation
    cues[0, NAMES.index("corner_lift_right")] = 0  # unknown
    turned = mirror_cues(cues, SCALE)
    back = turned * SCALE.deviation + SCALE.mean
    assert back[1, NAMES.index("eye_openness_left")] == pytest.approx(
        raw[1, NAMES.index("eye_openness_right")], abs=1e-5
    )
    assert back[1, NAMES.index("gaze_x")] == pytest.approx(-raw[1, NAMES.index("gaze_x")], abs=1e-5)
    assert turned[0, NAMES.index("corner_lift_left")] == 0
    np.testing.assert_allclose(mirror_cues(turned, SCALE), cues, atol=1e-4)
