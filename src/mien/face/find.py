"""A frame becomes face candidates: MediaPipe BlazeFace, short range.

Contract of the network: 128×128 RGB / 127.5 − 1, zero border; 896 anchors (a 16×16 grid with 2 per cell, then an 8×8
grid with 6); per anchor a box and six key points in input pixels relative to the anchor, and a score before the
sigmoid. Scores above .5 are kept; overlapping boxes (IoU above .3) are averaged, weighted by score. Small faces are
sought in overlapping tiles of the picture, each a view of its own. No tile is much longer than wide, since the border
around a long one leaves few pixels for its faces.

References: Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond neural face detection on mobile GPUs".
"""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.nets import Floats, load_network

INPUT_PX = 128
MIN_LOGIT = 0.0
"""The logit of a score of .5."""
MAX_OVERLAP = 0.3
TILE_SHARE = 0.6
"""Side of a tile relative to that of the tiles one level up."""
TILE_STEP = 2 / 3
"""Step from tile to tile relative to their side: neighbours overlap by a third, so no small face is cut in both."""
LONGEST_TILE = 1.5
"""The greatest ratio of a tile's long side to its short side: a photograph's 3:2. Longer pictures are cut across."""
SMALLEST_TILE_PX = 160
"""In a tile of this side the smallest readable face, 40 pixels, fills a quarter of it: no need to look closer."""


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
    depth : 0 looks at the frame as a whole (faces down to about a tenth of its long side); each further level also
        looks at overlapping tiles, .6 times as large, for group pictures; panoramas are first cut into `LONGEST_TILE`s.
    """
    height, width = rgb.shape[:2]
    found: list[Candidate] = []
    for x, y, w, h in _tiles(width, height, depth):
        found += [_moved(candidate, x, y) for candidate in _detect(rgb[y : y + h, x : x + w])]
    return sorted(_drop_repeats(found), key=lambda c: -_area(c))


def _tiles(width: int, height: int, depth: int) -> list[tuple[int, int, int, int]]:
    """The views (x, y, width, height) of a picture: the whole, then its tiles, level by level."""
    tiles = [(0, 0, width, height)]
    longest = LONGEST_TILE * min(width, height)
    whole = (min(width, longest), min(height, longest))
    for level in range(0 if max(width, height) > longest else 1, depth + 1 if depth else 0):
        w, h = (side * TILE_SHARE**level for side in whole)
        if level and min(round(w), round(h)) < SMALLEST_TILE_PX:
            break
        tiles += [(x, y, round(w), round(h)) for y in _starts(height, h) for x in _starts(width, w)]
    return tiles


def _starts(side: int, tile: float) -> list[int]:
    """Where tiles begin along a side: from end to end, in even steps of at most `TILE_STEP`."""
    count = 1 + math.ceil((side - tile) / (tile * TILE_STEP) - 1e-9)
    return [round(i * (side - round(tile)) / max(1, count - 1)) for i in range(count)]


def _detect(rgb: NDArray[np.uint8]) -> list[Candidate]:
    """Faces of one view, in its own pixels."""
    small, scale = _reduced(rgb)
    left, top = (INPUT_PX - small.shape[1]) // 2, (INPUT_PX - small.shape[0]) // 2
    tensor = np.zeros((1, INPUT_PX, INPUT_PX, 3), dtype=np.float32)
    filled = tensor[0, top : top + small.shape[0], left : left + small.shape[1]]
    np.multiply(small, np.float32(1 / 127.5), out=filled)
    filled -= 1
    raw, logits = load_network("mien.face", "detector")(tensor)
    kept = np.flatnonzero(logits[0, :, 0] > MIN_LOGIT)
    if not len(kept):
        return []
    scores = (1 / (1 + np.exp(-np.minimum(logits[0, kept, 0], 80)))).astype(np.float32)
    points, anchors = raw[0, kept].reshape(-1, 8, 2), _anchors()[kept]  # box centre, box size, then the key points
    centre, half = points[:, 0] + anchors, points[:, 1] / 2
    corners = np.stack([centre - half, centre + half], axis=1)
    placed = np.concatenate([corners, points[:, 2:] + anchors[:, None]], axis=1)
    unscaled = (placed - np.array([left, top])) / scale
    return _merge_overlaps(unscaled.astype(np.float32), scores)


def _reduced(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """A view at the size that the network takes, and the factor by which it was reduced.

    It is halved by area as often as possible, many times faster than one reduction by area, then resized bilinearly.
    Rows and columns that no halving divides are left out at the far edges: less than one pixel of the network's.
    """
    halvings = max(0, int(math.log2(max(rgb.shape[:2]) / INPUT_PX)))
    height, width = (side - side % 2**halvings or side for side in rgb.shape[:2])
    small = rgb[:height, :width]
    for _ in range(halvings):
        half = (max(1, small.shape[1] // 2), max(1, small.shape[0] // 2))
        small = np.asarray(cv2.resize(small, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    scale = INPUT_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8), scale


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
    """Average overlapping boxes, weighted by score; points float32 (n, 8, 2) are two corners and six key points."""
    left = np.argsort(-scores, kind="stable")
    found = []
    while len(left):
        overlap = _overlaps(points[left[0], :2], points[left, :2])
        same, left = left[overlap > MAX_OVERLAP], left[overlap <= MAX_OVERLAP]
        share = scores[same] / scores[same].sum()
        (x0, y0), (x1, y1), right_eye, left_eye = np.tensordot(share, points[same, :4], axes=1).tolist()
        found.append(Candidate((x0, y0, x1, y1), (tuple(right_eye), tuple(left_eye)), float(scores[same[0]])))
    return found


def _drop_repeats(found: list[Candidate]) -> list[Candidate]:
    """Of boxes that overlap between views, keep the surest. One box inside another stays: the mesh will judge."""
    kept: list[Candidate] = []
    for candidate in sorted(found, key=lambda c: (-c.score, c.box_px)):
        boxes = np.array([_corners(other) for other in kept], dtype=np.float32).reshape(-1, 2, 2)
        if not (_overlaps(_corners(candidate), boxes) > MAX_OVERLAP).any():
            kept.append(candidate)
    return kept


def _overlaps(one: Floats, many: Floats) -> Floats:
    """Intersection over union of a box (2, 2) with boxes (n, 2, 2)."""
    shared = np.clip(np.minimum(one[1], many[:, 1]) - np.maximum(one[0], many[:, 0]), 0, None).prod(axis=1)
    areas = (many[:, 1] - many[:, 0]).prod(axis=1)
    union = (one[1] - one[0]).prod() + areas - shared
    return np.asarray(shared / np.maximum(union, 1e-9), dtype=np.float32)


def _corners(candidate: Candidate) -> Floats:
    return np.array(candidate.box_px, dtype=np.float32).reshape(2, 2)


def _area(candidate: Candidate) -> float:
    x0, y0, x1, y1 = candidate.box_px
    return (x1 - x0) * (y1 - y0)


def _moved(candidate: Candidate, x: float, y: float) -> Candidate:
    x0, y0, x1, y1 = candidate.box_px
    (rx, ry), (lx, ly) = candidate.eyes_px
    return Candidate((x0 + x, y0 + y, x1 + x, y1 + y), ((rx + x, ry + y), (lx + x, ly + y)), candidate.score)
