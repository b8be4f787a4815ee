"""A stage becomes a picture with its truth: move the head, look at it through a camera, light it, paint it.

The camera stands `CAMERA_CM` before the head and has the perspective of a webcam. The light is a distant lamp (Lambert,
wrapped a little around the edge as on skin; Blinn 1977 for the shine) plus ambient light. The picture is drawn
`OVERSAMPLE` times as large and averaged.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.lab.performer.head import KEPT_PARTS, Head, turn
from mien.lab.performer.paint import GAMMA, coat, linear, paint_brows, paint_irises
from mien.lab.performer.raster import Ints, rasterise
from mien.lab.performer.stage import Light, Stage
from mien.nets import Floats

CAMERA_CM = 65.0
OVERSAMPLE = 2
HEAD_CM = 14.7
"""Width of the resting head from jaw point 0 to jaw point 16: what `Stage.face_px` measures."""
PIVOT_CM = (0.0, 2.0, 0.0)
"""Where the head turns: between the ears, a little below them."""
MIDDLE_CM = (0.0, 0.0, -9.0)
"""The middle of the face, which is placed at `Stage.centre`."""
INSIDE_MOUTH = tuple(KEPT_PARTS.index(name) for name in ("mouth_socket", "gums_tongue", "teeth"))
SHUT_CM = 0.2
"""Lips closer than this are shut."""
WRAP = 0.25
SHINE = 24.0
EYE_SHINE = 160.0
MOUTH_SHADE = 0.12
"""Share of light lost per cm behind the lips, inside the mouth."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture and what is true of it.

    `rgb` uint8 (h, w, 3); `coefficients` float32 (52,) in the order of `mien.cues.coefficients`; `pose_deg` (pitch,
    yaw, roll); `landmarks68_px` float32 (68, 2), whether hidden or not.
    """

    rgb: NDArray[np.uint8]
    coefficients: Floats
    pose_deg: tuple[float, float, float]
    landmarks68_px: Floats


def perform(head: Head, stage: Stage) -> Shot:
    """Render a stage."""
    width, height = (side * OVERSAMPLE for side in stage.size_px)
    resting = _resting(head, stage.person.identity)
    placed = _placed(head.express(resting, stage.coefficients), stage)
    screen = _projected(placed, stage, width, height)
    triangles = _shown(head, placed)
    seen = rasterise(screen, triangles, width, height)
    paint = coat_of(head, stage.person)
    normals = _normals(placed, head.triangles)
    fine = seen.spread(
        triangles,
        np.concatenate([normals, paint.colour, paint.gloss[:, None], paint.brow, paint.eye, _shade(head)], axis=1),
    )
    normal = fine[:, :3] / np.maximum(np.linalg.norm(fine[:, :3], axis=1, keepdims=True), 1e-6)
    colour = paint_irises(paint_brows(fine[:, 3:6], fine[:, 7:9], stage.person), fine[:, 9], stage.person)
    lit = _lit(colour * fine[:, 10:11], normal, fine[:, 6], stage.light)
    picture = _background(stage, width, height)
    picture.reshape(-1, 3)[seen.pixels] = lit
    small = cv2.resize(picture, stage.size_px, interpolation=cv2.INTER_AREA)
    rgb = np.clip(255 * np.clip(small, 0, 1) ** (1 / GAMMA) + 0.5, 0, 255).astype(np.uint8)
    return Shot(rgb, stage.truth, stage.pose_deg, screen[head.landmarks68, :2] / np.float32(OVERSAMPLE))


@lru_cache(maxsize=8)
def _resting(head: Head, identity: tuple[float, ...]) -> Floats:
    return head.person(identity)


coat_of = lru_cache(maxsize=8)(coat)


def _placed(points: Floats, stage: Stage) -> Floats:
    """Turn the head about its neck."""
    pivot = np.array(PIVOT_CM, dtype=np.float32)
    pitch, yaw, roll = np.radians(stage.pose_deg)
    return np.asarray((points - pivot) @ turn(pitch, yaw, roll).T + pivot, dtype=np.float32)


def _projected(points: Floats, stage: Stage, width: int, height: int) -> Floats:
    """Points as the camera sees them: x, y in pixels of the large picture, z in cm from it."""
    middle = np.array(MIDDLE_CM, dtype=np.float32)
    face_px = OVERSAMPLE * (stage.face_px or stage.size_px[0] / 2)
    depth = points[:, 2] - middle[2] + CAMERA_CM
    scale = face_px / HEAD_CM * CAMERA_CM / depth
    x = (points[:, 0] - middle[0]) * scale + stage.centre[0] * width
    y = (points[:, 1] - middle[1]) * scale + stage.centre[1] * height
    return np.stack([x, y, depth], axis=1).astype(np.float32)


def _normals(points: Floats, triangles: Ints) -> Floats:
    """Outward normals at vertices, float32 (v, 3): the sum of the triangles' around, weighted by area."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    across = np.cross(b - a, c - a)
    index = triangles.T.ravel()
    sums = [np.bincount(index, weights=np.tile(across[:, i], 3), minlength=len(points)) for i in range(3)]
    normals = np.stack(sums, axis=1)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _shown(head: Head, points: Floats) -> Ints:
    """The triangles worth drawing: nobody looks into a shut mouth."""
    lips = points[head.landmarks68[60:68]]
    gap = np.linalg.norm(lips[[1, 2, 3]] - lips[[7, 6, 5]], axis=1).max()
    return head.triangles if gap > SHUT_CM else _without_mouth(head)


@lru_cache(maxsize=2)
def _without_mouth(head: Head) -> Ints:
    inside = np.isin(head.part[head.triangles[:, 0]], INSIDE_MOUTH)
    return head.triangles[~inside]


@lru_cache(maxsize=2)
def _shade(head: Head) -> Floats:
    """Share of light that reaches a point, float32 (v, 1): little deep inside the mouth."""
    inside = np.isin(head.part, INSIDE_MOUTH)
    lips = head.rest[head.landmarks68[62], 2]
    share = np.where(inside, 0.75 * np.exp(-MOUTH_SHADE * 2 * np.maximum(head.rest[:, 2] - lips, 0)), 1.0)
    return np.asarray(share[:, None], dtype=np.float32)


def _lit(colour: Floats, normal: Floats, gloss: Floats, light: Light) -> Floats:
    azimuth, elevation = np.radians(light.light_deg)
    towards = np.array(
        [np.sin(azimuth) * np.cos(elevation), -np.sin(elevation), -np.cos(azimuth) * np.cos(elevation)],
        dtype=np.float32,
    )
    tint = np.array([1 + 0.15 * light.warmth, 1.0, 1 - 0.25 * light.warmth], dtype=np.float32)
    facing = normal @ towards
    lambert = np.maximum((facing + WRAP) / (1 + WRAP), 0)
    sky = 0.75 - 0.25 * normal[:, 1]  # more comes from above
    half = towards + np.array([0, 0, -1], dtype=np.float32)
    half /= max(float(np.linalg.norm(half)), 1e-6)
    glance = np.maximum(normal @ half, 0)
    shine = np.where(gloss > 0.5, gloss * glance**EYE_SHINE, gloss * glance**SHINE) * (facing > 0)
    diffuse = colour * (light.strength * 1.3 * lambert[:, None] * tint + light.ambient * sky[:, None])
    return np.asarray(diffuse + light.strength * shine[:, None] * tint, dtype=np.float32)


def _background(stage: Stage, width: int, height: int) -> Floats:
    above, below = (linear(colour) for colour in stage.background)
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    rows = above * (1 - share) + below * share
    return np.repeat(rows[:, None], width, axis=1)
