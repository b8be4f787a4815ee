"""A frame becomes face candidates: MediaPipe BlazeFace, short range.

Contract of the network: 128×128 RGB / 127.5 − 1, zero border; 896 anchors (a 16×16 grid with 2 a cell, then an 8×8 grid
with 6); per anchor a box and six key points in input pixels relative to the anchor, and a score before the sigmoid.
Scores above .5 are kept; overlapping boxes (IoU above .3) are averaged, weighted by score.

References: Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond neural face detection on mobile GPUs".
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.nets import Floats, load_network

INPUT_PX = 128
MIN_SCORE = 0.5
MAX_OVERLAP = 0.3
TILE_SHARE = 0.6
"""Side of a tile over the side of what it divides: neighbours overlap by a third."""
SMALLEST_TILE_PX = 160
"""A tile smaller than this would enlarge the picture and find nothing more."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A box that may hold a face.

    `box_px` is (x0, y0, x1, y1); `eyes_px` the subject's right and left eye, ((x, y), (x, y)); both in frame pixels.
    """

    box_px: tuple[float, float, float, float]
    eyes_px: tuple[tuple[float, float], tuple[float, float]]
    score: float


def find_faces(rgb: NDArray[np.uint8], depth: int = 0) -> list[Candidate]:
    """Find faces, the largest first.

    Parameters
    ----------
    rgb : uint8 (h, w, 3)
    depth : 0 looks at the frame as a whole (faces down to about a tenth of its height); each level more also looks at
        overlapping tiles half as large, for group pictures.
    """
    height, width = rgb.shape[:2]
    boxes: list[Floats] = []
    scores: list[Floats] = []
    for x, y, w, h in _tiles(width, height, depth):
        found, score = _detect(rgb[y : y + h, x : x + w])
        boxes.append(found + np.array([x, y], dtype=np.float32))
        scores.append(score)
    merged = _merge_overlaps(np.concatenate(boxes), np.concatenate(scores))
    return sorted(merged, key=lambda c: (c.box_px[0] - c.box_px[2]) * (c.box_px[3] - c.box_px[1]))


def _tiles(width: int, height: int, depth: int) -> list[tuple[int, int, int, int]]:
    tiles = [(0, 0, width, height)]
    for level in range(1, depth + 1):
        w, h = (max(1, round(side * TILE_SHARE**level)) for side in (width, height))
        if min(w, h) < SMALLEST_TILE_PX:
            break
        count = level + 1
        tiles += [
            (round(i * (width - w) / (count - 1)), round(j * (height - h) / (count - 1)), w, h)
            for j in range(count)
            for i in range(count)
        ]
    return tiles


def _detect(rgb: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Boxes as points float32 (n, 8, 2): two corners, six key points, in pixels; scores float32 (n,)."""
    height, width = rgb.shape[:2]
    scale = INPUT_PX / max(height, width)
    small = cv2.resize(
        rgb,
        (max(1, round(width * scale)), max(1, round(height * scale))),
        interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
    )
    left, top = (INPUT_PX - small.shape[1]) // 2, (INPUT_PX - small.shape[0]) // 2
    tensor = np.zeros((1, INPUT_PX, INPUT_PX, 3), dtype=np.float32)
    tensor[0, top : top + small.shape[0], left : left + small.shape[1]] = small * np.float32(1 / 127.5) - 1
    raw, logits = load_network("mien.face", "detector")(tensor)
    score = 1 / (1 + np.exp(-np.clip(logits[0, :, 0], -80, 80)))
    kept = score > MIN_SCORE
    points = raw[0, kept].reshape(-1, 8, 2)
    centre, half = points[:, 0] + _anchors()[kept], points[:, 1] / 2
    corners = np.stack([centre - half, centre + half], axis=1)
    placed = np.concatenate([corners, points[:, 2:] + _anchors()[kept, None]], axis=1)
    unscaled = (placed - np.array([left, top], dtype=np.float32)) / np.float32(scale)
    return unscaled.astype(np.float32), score[kept].astype(np.float32)


@cache
def _anchors() -> Floats:
    """Anchor centres in input pixels, float32 (896, 2)."""
    grids = []
    for stride, repeats in ((8, 2), (16, 6)):
        line = (np.arange(INPUT_PX // stride, dtype=np.float32) + 0.5) * stride
        y, x = np.meshgrid(line, line, indexing="ij")
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), repeats, axis=0))
    return np.concatenate(grids)


def _merge_overlaps(points: Floats, scores: Floats) -> list[Candidate]:
    left = np.argsort(-scores, kind="stable")
    found = []
    while len(left):
        overlap = _overlap(points[left[0]], points[left])
        same, left = left[overlap > MAX_OVERLAP], left[overlap <= MAX_OVERLAP]
        mean = np.average(points[same], axis=0, weights=scores[same])
        found.append(
            Candidate(
                box_px=(float(mean[0, 0]), float(mean[0, 1]), float(mean[1, 0]), float(mean[1, 1])),
                eyes_px=((float(mean[2, 0]), float(mean[2, 1])), (float(mean[3, 0]), float(mean[3, 1]))),
                score=float(scores[same[0]]),
            )
        )
    return found


def _overlap(one: Floats, many: Floats) -> Floats:
    """Intersection over the smaller area; 1 for a box inside another, as tiles cut faces in two."""
    shared = np.clip(np.minimum(one[1], many[:, 1]) - np.maximum(one[0], many[:, 0]), 0, None).prod(axis=1)
    areas = (many[:, 1] - many[:, 0]).prod(axis=1)
    area = (one[1] - one[0]).prod()
    return np.asarray(shared / np.maximum(area + areas - shared, 1e-9), dtype=np.float32)
