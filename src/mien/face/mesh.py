"""A candidate becomes points: MediaPipe Face Mesh (468 points) and Iris (two eyes), each in its own crop.

Contracts. Mesh: a square of the box's long side × 1.5, turned by the eye line, RGB / 255 at 192 pixels; it returns 468
points (x, y in crop pixels, z in the same scale) and the logit of "this is a face". Iris: a square of the eye corners'
distance × 2.3, RGB / 255 at 64 pixels, the left eye mirrored; it returns 71 contour points and 5 iris points. Crops are
plain bilinear warps with a zero border.

References: Kartynnik et al. 2019, "Real-time facial surface geometry from monocular video on mobile GPUs"; Ablavatski
et al. 2020, "Real-time pupil tracking from monocular video for digital puppetry".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face.find import Candidate
from mien.nets import Floats, load_network
from mien.values import EYE_POINTS, MESH_POINTS

MESH_PX = 192
MESH_MARGIN = 1.5
IRIS_PX = 64
IRIS_MARGIN = 2.3

RIGHT_EYE_CORNERS = (33, 133)
"""Mesh indices of the subject's right eye: outer corner, inner corner."""
LEFT_EYE_CORNERS = (263, 362)

CONTOUR_POINTS = 71
"""The iris network's contour: lids, their surroundings and the brow."""
CONTOUR_OF_RIGHT_EYE = (
    *(33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173),  # lids
    *(130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190),  # first ring
    *(226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189),  # second ring
    *(35, 124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245),  # lower brow line, third ring
    *(156, 70, 63, 105, 66, 107, 55, 193),  # upper brow line
)
"""Mesh index of each contour point of the subject's right eye (MediaPipe's iris graph)."""
CONTOUR_OF_LEFT_EYE = (
    *(263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398),
    *(359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414),
    *(446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413),
    *(265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465),
    *(383, 300, 293, 334, 296, 336, 285, 417),
)


@dataclass(frozen=True, slots=True)
class Square:
    """A rotated square in a frame: centre and side in pixels, angle in radians (clockwise in the picture)."""

    x: float
    y: float
    side: float
    angle: float

    def to_frame(self, size_px: int, mirrored: bool = False) -> Floats:
        """Affine map (2, 3) from crop pixels (a crop of `size_px`) to frame pixels."""
        step = self.side / size_px
        cos, sin = step * math.cos(self.angle), step * math.sin(self.angle)
        across, half = (-1 if mirrored else 1), size_px / 2
        return np.array(
            [
                [across * cos, -sin, self.x - (across * cos - sin) * half],
                [across * sin, cos, self.y - (across * sin + cos) * half],
            ],
            dtype=np.float32,
        )


def square_around(points: Floats, margin: float, right_px: Floats, left_px: Floats) -> Square:
    """The square, level with the line between two eyes, whose side is the long side of the points' box × `margin`."""
    low, high = points.min(axis=0), points.max(axis=0)
    across = left_px - right_px
    centre = (low + high) / 2
    return Square(
        float(centre[0]), float(centre[1]), float((high - low).max() * margin), float(np.arctan2(across[1], across[0]))
    )


def crop(rgb: NDArray[np.uint8], to_frame: Floats, size_px: int) -> Floats:
    """Cut a square crop: float32 (1, size, size, 3) in 0..1, bilinear, zero border."""
    # pixel centres: crop pixel i stands for coordinate i + .5
    shifted = to_frame.copy()
    shifted[:, 2] += (to_frame[:, 0] + to_frame[:, 1] - 1) / 2
    cut = cv2.warpAffine(
        rgb, shifted, (size_px, size_px), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT
    )
    return (cut * np.float32(1 / 255))[None]


def _apply(to_frame: Floats, points: Floats) -> Floats:
    return np.asarray(points @ to_frame[:, :2].T + to_frame[:, 2], dtype=np.float32)


def first_square(candidate: Candidate) -> Square:
    """Where the mesh looks first: the detector's box."""
    box = np.array(candidate.box_px, dtype=np.float32).reshape(2, 2)
    right, left = (np.array(eye, dtype=np.float32) for eye in candidate.eyes_px)
    return square_around(box, MESH_MARGIN, right, left)


def next_square(points_px: Floats) -> Square:
    """Where the mesh looks again: around the points it found, float32 (468, 3)."""
    flat = points_px[:, :2]
    right, left = flat[list(RIGHT_EYE_CORNERS)].mean(axis=0), flat[list(LEFT_EYE_CORNERS)].mean(axis=0)
    return square_around(flat, MESH_MARGIN, right, left)


def fit_mesh(rgb: NDArray[np.uint8], square: Square) -> tuple[Floats, float]:
    """Fit the mesh inside a square.

    Returns
    -------
    points_px : float32 (468, 3) in frame pixels.
    score : 0..1, the network's belief that the square holds a face.
    """
    to_frame = square.to_frame(MESH_PX)
    raw, logit = load_network("mien.face", "mesh")(crop(rgb, to_frame, MESH_PX))
    points = raw.reshape(MESH_POINTS, 3)
    depth = points[:, 2:] * np.float32(square.side / MESH_PX)
    score = 1 / (1 + np.exp(-np.clip(float(logit.ravel()[0]), -80, 80)))
    return np.concatenate([_apply(to_frame, points[:, :2]), depth], axis=1), float(score)


def fit_eyes(rgb: NDArray[np.uint8], points_px: Floats) -> Floats:
    """Fit both eyes: float32 (2, 76, 2) in frame pixels, the subject's right eye first.

    The network knows eyes that stand at the left of a picture, the subject's right; the other eye is mirrored.
    """
    eyes = np.empty((2, EYE_POINTS, 2), dtype=np.float32)
    for i, corners in enumerate((RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS[::-1])):  # left to right in the picture
        to_frame = _over_eye(*points_px[corners, :2].tolist()).to_frame(IRIS_PX, mirrored=i == 1)
        contour, iris = load_network("mien.face", "iris")(crop(rgb, to_frame, IRIS_PX))
        seen = np.concatenate([contour.ravel(), iris.ravel()]).reshape(EYE_POINTS, 3)
        eyes[i] = _apply(to_frame, seen[:, :2])
    return eyes


def _over_eye(left: Sequence[float], right: Sequence[float]) -> Square:
    """The square over an eye, from its corners as they stand in the picture."""
    across, down = right[0] - left[0], right[1] - left[1]
    side = max(abs(across), abs(down)) * IRIS_MARGIN
    return Square((left[0] + right[0]) / 2, (left[1] + right[1]) / 2, side, math.atan2(down, across))


def refine(points_px: Floats, eyes_px: Floats) -> Floats:
    """Put the iris network's finer contours of lids and brows into the mesh; the depth remains the mesh's."""
    refined = points_px.copy()
    for contour, eye in zip((CONTOUR_OF_RIGHT_EYE, CONTOUR_OF_LEFT_EYE), eyes_px, strict=True):
        refined[list(contour), :2] = eye[:CONTOUR_POINTS]
    return refined
