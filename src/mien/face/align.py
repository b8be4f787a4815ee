"""Points become pose and an aligned chip, cut by the same code for training pictures and for live ones.

The mean mesh is fitted to a face by the rigid motion of least squares over points that no expression moves (Kabsch
1976; Umeyama 1991 with scale). It is float32 (468, 3), the average of neutral faces, symmetric; its unit is the
distance of the eye centres, its origin midway between them, x right, y down, z away from the camera.

The chip is grey, level, `CHIP_PX` a side, its eyes `CHIP_EYES_PX` apart. A face larger than in the training pictures
(eyes `TRAINING_EYES_PX` apart) is first reduced to their scale by area averaging, so that a chip never holds detail
that the network has not seen in training. The detail shows the same part of the face at `DETAIL_PX` a side, and is
reduced no further than to its own pixels.
"""

import io
import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.assets import asset_path, read_asset
from mien.nets import Floats
from mien.values import CHIP_PX, DETAIL_PX

CHIP_EYES_PX = 24.0
CHIP_MIDDLE_PX = (32.0, 23.5)
"""Where the midpoint between the eyes lies in the chip."""
TRAINING_EYES_PX = 18.0
"""Median distance of the eyes in FER2013's 48-pixel pictures."""

STILL_POINTS = np.array(
    [
        *(10, 67, 297, 109, 338, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1),  # forehead and nose ridge
        *(33, 133, 263, 362, 130, 359, 243, 463),  # eye corners
        *(127, 356, 234, 454, 93, 323, 162, 389, 21, 251),  # temples
        *(98, 327, 129, 358, 2, 164, 50, 280, 117, 346),  # nose wings, under the nose, cheekbones
    ]
)
"""Mesh indices of points that move with the skull."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A rigid motion: points = scale · mean mesh @ rotation.T + shift.

    `rotation` is float64 (3, 3); `scale` is the distance of the eye centres in pixels if the face were frontal;
    `shift`, float64 (3,), is where the midpoint between the eyes lies.
    """

    rotation: NDArray[np.float64]
    scale: float
    shift: NDArray[np.float64]

    @property
    def degrees(self) -> tuple[float, float, float]:
        """Pitch (chin down), yaw (towards the picture's right), roll (clockwise in the picture)."""
        forward = -self.rotation[:, 2]
        level = self.rotation[:, 0]
        return (
            float(np.degrees(np.arcsin(np.clip(forward[1], -1, 1)))),
            float(np.degrees(np.arctan2(forward[0], -forward[2]))),
            float(np.degrees(np.arctan2(level[1], level[0]))),
        )

    def undo(self, points: Floats) -> Floats:
        """Bring points float32 (n, 3) of the frame back to the frontal view, in eye distances."""
        frontal = (points - self.shift) @ self.rotation / self.scale
        return np.asarray(frontal, dtype=np.float32)


@cache
def mean_mesh() -> Floats:
    """The mean neutral face, float32 (468, 3), in eye distances."""
    content = read_asset(asset_path("mien.face", "mean_mesh.npy"))
    points: Floats = np.load(io.BytesIO(content), allow_pickle=False)
    return points


def fit_pose(points: Floats) -> Pose:
    """Fit the mean mesh to points float32 (468, 3) of a face."""
    return _laid_over(_still(), points.take(STILL_POINTS, axis=0))


def superpose(model: Floats, points: Floats) -> Pose:
    """Least-squares rotation, scale and shift from `model` to `points`, both float32 (n, 3) (Umeyama 1991)."""
    return _laid_over(_Model.of(model), points)


def level(points: Floats) -> Pose:
    """The mean mesh laid over points float32 (468, 3) in the picture plane alone: a chip keeps yaw and pitch.

    Points of the plane are treated as complex numbers, in which rotation and scale are one factor.
    """
    model, y = _still(), points.take(STILL_POINTS, axis=0).astype(np.float64)
    x, y = model.centred[:, 0] + 1j * model.centred[:, 1], y[:, 0] + 1j * y[:, 1]
    factor = complex(np.vdot(x, y) / np.vdot(x, x).real)
    shift = complex(y.mean()) - factor * complex(model.middle[0], model.middle[1])
    scale = abs(factor)
    cos, sin = factor.real / scale, factor.imag / scale
    rotation = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return Pose(rotation, scale, np.array([shift.real, shift.imag, 0.0]))


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """Points to be laid over others: `centred` float64 (n, 3) about their `middle` (3,), and the sum of their
    squares."""

    centred: NDArray[np.float64]
    middle: NDArray[np.float64]
    squares: float

    @classmethod
    def of(cls, points: Floats) -> "_Model":
        middle = points.astype(np.float64).mean(axis=0)
        centred = points - middle
        return cls(centred, middle, float(np.vdot(centred, centred)))


@cache
def _still() -> _Model:
    return _Model.of(mean_mesh()[STILL_POINTS])


def _laid_over(model: _Model, points: Floats) -> Pose:
    y = points.astype(np.float64)
    middle = y.mean(axis=0)
    s, u, vt = cv2.SVDecomp(y.T @ model.centred)  # for a 3×3 matrix, five times as fast as numpy's
    flip = np.array([1.0, 1.0, -1.0 if cv2.determinant(u @ vt) < 0 else 1.0])
    rotation = np.asarray((u * flip) @ vt, dtype=np.float64)
    scale = float(flip @ s[:, 0]) / model.squares
    return Pose(rotation, scale, middle - scale * rotation @ model.middle)


def cut_chip(rgb: NDArray[np.uint8], fit: Pose) -> tuple[NDArray[np.uint8], float]:
    """Cut the aligned chip out of a frame.

    Parameters
    ----------
    rgb : uint8 (h, w, 3), or (h, w) if it is grey already
    fit : where the face lies in it, as `level` says

    Returns
    -------
    chip : uint8 (64, 64)
    scale : frame pixels per chip pixel
    """
    return _cut(rgb, fit, CHIP_PX, TRAINING_EYES_PX), float(fit.scale / CHIP_EYES_PX)


def cut_detail(rgb: NDArray[np.uint8], fit: Pose) -> NDArray[np.uint8]:
    """Cut the chip's view at a larger size: uint8 (112, 112), its eyes 42 pixels apart. Parameters as for
    `cut_chip`."""
    return _cut(rgb, fit, DETAIL_PX, CHIP_EYES_PX * DETAIL_PX / CHIP_PX)


def lies_at(fit: Pose, side_px: int = CHIP_PX) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the chip's view, as a square of `side_px`, lies in the frame: frame = corner + turn @ square.

    Parameters
    ----------
    fit : where the face lies in the frame, as `level` says

    Returns
    -------
    turn : float64 (2, 2)
    corner : float64 (2,)
    """
    turn = fit.rotation[:2, :2] * (fit.scale * CHIP_PX / (CHIP_EYES_PX * side_px))
    return turn, fit.shift[:2] - turn @ (np.array(CHIP_MIDDLE_PX) * (side_px / CHIP_PX))


def _cut(rgb: NDArray[np.uint8], fit: Pose, side_px: int, finest_px: float) -> NDArray[np.uint8]:
    """Cut a square of `side_px`; a face whose eyes are farther apart than `finest_px` is first reduced to that."""
    turn, corner = lies_at(fit, side_px)
    share = min(1.0, finest_px / fit.scale)
    part, low = _seen(rgb, turn, corner, side_px, 2 / share)
    size = (part.shape[1], part.shape[0])
    smaller = (max(1, round(size[0] * share)), max(1, round(size[1] * share)))
    if share < 1:
        part = np.asarray(cv2.resize(part, smaller, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    scaling = np.divide(smaller, size)
    grey = part if part.ndim == 2 else cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    from_chip = np.empty((2, 3))
    from_chip[:, :2] = turn * scaling[:, None]
    # coordinates count from pixel corners, OpenCV's from pixel centres
    from_chip[:, 2] = (corner - low) * scaling + from_chip[:, :2].sum(axis=1) / 2 - 0.5
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    chip = cv2.warpAffine(grey, from_chip, (side_px, side_px), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(chip, dtype=np.uint8)


def _seen(
    rgb: NDArray[np.uint8], turn: NDArray[np.float64], corner: NDArray[np.float64], side_px: int, margin_px: float
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The part of the frame under and around a square (`corner` + `turn` @ its own pixels), and where that part
    begins."""
    spans = []
    for whole, first, (across, down) in zip(rgb.shape[1::-1], corner.tolist(), turn.tolist(), strict=True):
        middle, half = first + (across + down) * side_px / 2, (abs(across) + abs(down)) * side_px / 2
        low = min(max(math.floor(middle - half - margin_px), 0), whole - 1)
        spans.append((low, min(max(math.ceil(middle + half + margin_px), low + 1), whole)))
    (left, right), (top, bottom) = spans
    return rgb[top:bottom, left:right], (left, top)
