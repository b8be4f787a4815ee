"""One face seen in many ways: batches of chips and cues are changed at random, labels kept or mixed.

In order: mirror (cues change sides), a small turn, shear, scale and shift, blur, fewer pixels, gamma, contrast and
brightness, noise, JPEG, a covered patch, a covered region; then two faces are mixed with their labels (Zhang et al.
2018, "mixup"). Streams and cues are silenced at random, so that a mask or sunglasses cost little. All is done in OpenCV
and numpy, so any Keras backend can learn from the result.

Conventions: chips uint8 (n, 64, 64) in, float32 (n, 64, 64) in 0..255 out; cues float32 (n, c) standardised; presence
float32 (n, 4), at least one stream of each face present.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.affect.recipe import CueScale
from mien.affect.regions import BOXES, hide_cues
from mien.cues.geometry import mirror_table
from mien.nets import Floats
from mien.values import CHIP_PX, REGIONS


@dataclass(frozen=True, slots=True)
class Ways:
    """How much a face is changed. Angles, pixels and steps are standard deviations; `…_share` are probabilities."""

    turn_deg: float = 6.0
    shear: float = 0.03
    scale: float = 0.06
    shift_px: float = 1.5
    gamma: float = 0.25
    brightness: float = 20.0
    contrast: float = 0.2
    blur_share: float = 0.3
    halved_share: float = 0.2
    """Drawn with half to all of its pixels per side."""
    noise: float = 6.0
    jpeg_share: float = 0.25
    jpeg_quality: tuple[int, int] = (15, 70)
    patch_share: float = 0.3
    patch_px: tuple[int, int] = (10, 30)
    region_share: float = 0.05
    """Each region is covered completely with this probability: a mask, sunglasses, a cap."""
    mixup: float = 0.1
    """Parameter of the Beta distribution that the mixing weights come from; 0 mixes nothing."""
    silent_stream_share: float = 0.15
    silent_cues_share: float = 0.2
    cue_noise: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step learns from: `chips` (n, 64, 64), `cues` (n, c), `presence` (n, 4), `targets` (n, 8), float32."""

    chips: Floats
    cues: Floats
    presence: Floats
    targets: Floats


def mirror_cues(cues: Floats, scale: CueScale) -> Floats:
    """Standardised cues float32 (n, c) of the mirrored faces. Unknown cues stay unknown (0)."""
    order, signs = mirror_table()
    raw = cues[:, order] * scale.deviation[order] + scale.mean[order]
    turned = (raw * signs - scale.mean) / scale.deviation
    return np.where(cues[:, order] == 0, 0, turned).astype(np.float32)


def augment(
    chips: NDArray[np.uint8],
    cues: Floats,
    targets: Floats,
    scale: CueScale,
    ways: Ways,
    rng: np.random.Generator,
) -> Batch:
    """Change a batch at random; the same generator state gives the same batch."""
    n = len(chips)
    mirrored = rng.random(n) < 0.5
    cues = np.where(mirrored[:, None], mirror_cues(cues, scale), cues)
    known = cues != 0
    cues = cues + known * rng.normal(0, ways.cue_noise, cues.shape).astype(np.float32)
    moved = _move(np.where(mirrored[:, None, None], chips[:, :, ::-1], chips), ways, rng)
    lit = _light(moved, ways, rng)
    lit += rng.standard_normal(lit.shape, dtype=np.float32) * (ways.noise * rng.random((n, 1, 1), dtype=np.float32))
    _compress(lit, ways, rng)
    _cover_patches(lit, ways, rng)
    cues = _cover_regions(lit, cues, ways, rng)
    mixed, mixed_cues, mixed_targets = _mix(lit, cues, targets, ways.mixup, rng)
    for region in REGIONS:
        silent = rng.random(n) < ways.silent_cues_share
        mixed_cues = np.where(silent[:, None], hide_cues(mixed_cues, region), mixed_cues)
    return Batch(np.clip(mixed, 0, 255), mixed_cues.astype(np.float32), _silence(n, ways, rng), mixed_targets)


def _move(chips: NDArray[np.uint8], ways: Ways, rng: np.random.Generator) -> Floats:
    """Turn, shear, scale and shift each chip; blur some, or reduce their pixels."""
    n = len(chips)
    angles = np.clip(rng.normal(0, ways.turn_deg, n), -15, 15)
    scales = np.exp(np.clip(rng.normal(0, ways.scale, n), -0.2, 0.2))
    shifts = np.clip(rng.normal(0, ways.shift_px, (n, 2)), -5, 5)
    shears = np.clip(rng.normal(0, ways.shear, n), -0.1, 0.1)
    blurs = np.where(rng.random(n) < ways.blur_share, rng.uniform(0.4, 1.4, n), 0)
    pixels = np.where(rng.random(n) < ways.halved_share, rng.uniform(0.5, 1, n), 1)
    middle = (CHIP_PX - 1) / 2
    moved = np.empty(chips.shape, dtype=np.float32)
    for i, chip in enumerate(chips):
        to_chip = cv2.getRotationMatrix2D((middle, middle), float(angles[i]), float(scales[i]))
        to_chip[0, 1] += shears[i]
        to_chip[0, 2] -= shears[i] * middle
        to_chip[:, 2] += shifts[i]
        seen = cv2.warpAffine(
            np.ascontiguousarray(chip), to_chip, (CHIP_PX, CHIP_PX), flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        if blurs[i] > 0:
            seen = cv2.GaussianBlur(seen, (0, 0), float(blurs[i]))
        if pixels[i] < 1:
            side = round(pixels[i] * CHIP_PX)
            small = cv2.resize(seen, (side, side), interpolation=cv2.INTER_AREA)
            seen = cv2.resize(small, (CHIP_PX, CHIP_PX), interpolation=cv2.INTER_LINEAR)
        moved[i] = seen
    return moved


def _light(chips: Floats, ways: Ways, rng: np.random.Generator) -> Floats:
    n = len(chips)
    gamma = np.exp(rng.normal(0, ways.gamma, (n, 1, 1))).astype(np.float32)
    contrast = np.exp(rng.normal(0, ways.contrast, (n, 1, 1))).astype(np.float32)
    brightness = rng.normal(0, ways.brightness, (n, 1, 1)).astype(np.float32)
    lit = np.power(np.clip(chips, 0, 255) / np.float32(255), gamma) * np.float32(255)
    return np.asarray(np.clip((lit - 128) * contrast + 128 + brightness, 0, 255), dtype=np.float32)


def _compress(chips: Floats, ways: Ways, rng: np.random.Generator) -> None:
    """Compress some chips as JPEG, in place."""
    for i in np.flatnonzero(rng.random(len(chips)) < ways.jpeg_share):
        quality = int(rng.integers(*ways.jpeg_quality, endpoint=True))
        whole = np.clip(chips[i], 0, 255).astype(np.uint8)
        _, held = cv2.imencode(".jpg", whole, (cv2.IMWRITE_JPEG_QUALITY, quality))
        chips[i] = cv2.imdecode(held, cv2.IMREAD_GRAYSCALE)


def _cover_patches(chips: Floats, ways: Ways, rng: np.random.Generator) -> None:
    """Cover a patch of some chips with one grey (DeVries & Taylor 2017, "cutout"), in place."""
    for i in np.flatnonzero(rng.random(len(chips)) < ways.patch_share):
        height, width = rng.integers(*ways.patch_px, size=2)
        top, left = rng.integers(0, CHIP_PX - height), rng.integers(0, CHIP_PX - width)
        chips[i, top : top + height, left : left + width] = rng.uniform(0, 255)


def _cover_regions(chips: Floats, cues: Floats, ways: Ways, rng: np.random.Generator) -> Floats:
    """Cover whole regions of some chips, in place; return the cues without those of covered regions."""
    for region, (top, left, bottom, right) in BOXES.items():
        for i in np.flatnonzero(rng.random(len(chips)) < ways.region_share):
            chips[i, top:bottom, left:right] = rng.uniform(0, 255)
            cues[i : i + 1] = hide_cues(cues[i : i + 1], region)
    return cues


def _mix(
    chips: Floats, cues: Floats, targets: Floats, alpha: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    if alpha <= 0:
        return chips, cues, targets
    weight = rng.beta(alpha, alpha, (len(chips), 1)).astype(np.float32)
    weight = np.maximum(weight, 1 - weight)
    other = rng.permutation(len(chips))
    return (
        weight[:, :, None] * chips + (1 - weight[:, :, None]) * chips[other],
        weight * cues + (1 - weight) * cues[other],
        weight * targets + (1 - weight) * targets[other],
    )


def _silence(n: int, ways: Ways, rng: np.random.Generator) -> Floats:
    """Presence (n, 4): each stream is silent now and then, never all four."""
    presence = (rng.random((n, len(REGIONS))) >= ways.silent_stream_share).astype(np.float32)
    nobody = presence.sum(axis=1) == 0
    presence[nobody, rng.integers(0, len(REGIONS), int(nobody.sum()))] = 1
    return presence
