"""Points become pose and an aligned chip: cut once, the same way for training pictures and for life.

The mean mesh (float32 (468, 3), the neutral face's average, symmetric, unit: distance of the eye centres, origin midway
between them, x right, y down, z away from the camera) is fitted to a face by the rigid motion of least squares over
points that no expression moves (Kabsch 1976; Umeyama 1991 with scale).

The chip is grey, level, `CHIP_PX` a side, its eyes `CHIP_EYES_PX` apart. A face larger than in the training pictures
(eyes `TRAINING_EYES_PX` apart) is first reduced to their scale by area averaging, so that a chip never holds detail
that the network has not seen in training. The detail shows the same part of the face on `DETAIL_PX` a side, and is
reduced no further than to its own pixels.
"""

import io
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.nets import Floats, asset_path, read_asset
from mien.values import CHIP_PX, DETAIL_PX

CHIP_EYES_PX = 24.0
CHIP_MIDDLE_PX = (32.0, 23.5)
"""Where the middle between the eyes stands in the chip."""
TRAINING_EYES_PX = 18.0
"""Median distance of the eyes in FER2013's 48-pixel pictures."""

STILL_POINTS = (
    *(10, 67, 297, 109, 338, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1),  # forehead and nose ridge
    *(33, 133, 263, 362, 130, 359, 243, 463),  # eye corners
    *(127, 356, 234, 454, 93, 323, 162, 389, 21, 251),  # temples
    *(98, 327, 129, 358, 2, 164, 50, 280, 117, 346),  # nose wings, under the nose, cheekbones
)
"""Mesh indices of points that move with the skull."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A rigid motion: points = scale · mean mesh @ rotation.T + shift.

    `rotation` is float64 (3, 3), `scale` the distance of the eye centres in pixels if the face were frontal, `shift`
    float64 (3,) where the middle between the eyes stands.
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
    still = list(STILL_POINTS)
    return superpose(mean_mesh()[still], points[still])


def superpose(model: Floats, points: Floats) -> Pose:
    """Least-squares rotation, scale and shift from `model` to `points`, both float32 (n, 3) (Umeyama 1991)."""
    x, y = model.astype(np.float64), points.astype(np.float64)
    x0, y0 = x.mean(axis=0), y.mean(axis=0)
    u, s, vt = np.linalg.svd((y - y0).T @ (x - x0))
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * flip) @ vt
    scale = float((s * flip).sum() / ((x - x0) ** 2).sum())
    return Pose(rotation, scale, y0 - scale * rotation @ x0)


def level(points: Floats) -> Pose:
    """The mean mesh laid over points float32 (468, 3) in the picture plane alone: a chip keeps yaw and pitch."""
    still = list(STILL_POINTS)
    flat = np.array([1, 1, 0], dtype=np.float32)
    return superpose(mean_mesh()[still] * flat, points[still] * flat)


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
    """Cut what the chip shows larger: uint8 (112, 112), its eyes 42 pixels apart. Parameters as of `cut_chip`."""
    return _cut(rgb, fit, DETAIL_PX, CHIP_EYES_PX * DETAIL_PX / CHIP_PX)


def _cut(rgb: NDArray[np.uint8], fit: Pose, side_px: int, finest_px: float) -> NDArray[np.uint8]:
    """Cut a square of `side_px`; a face whose eyes are farther apart than `finest_px` is reduced to that first."""
    enlarged = side_px / CHIP_PX
    to_chip = np.zeros((2, 3))
    to_chip[:, :2] = enlarged * CHIP_EYES_PX / fit.scale * fit.rotation[:2, :2].T
    to_chip[:, 2] = enlarged * np.array(CHIP_MIDDLE_PX) - to_chip[:, :2] @ fit.shift[:2]
    if finest_px < fit.scale:
        rgb, to_chip = _reduce(rgb, to_chip, side_px, finest_px / fit.scale)
    picture = rgb if rgb.ndim == 2 else cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    centred = to_chip.copy()  # coordinates count from pixel corners, OpenCV's from pixel centres
    centred[:, 2] += to_chip[:, :2] @ np.array([0.5, 0.5]) - 0.5
    chip = cv2.warpAffine(picture, centred, (side_px, side_px), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(chip, dtype=np.uint8)


def _reduce(
    rgb: NDArray[np.uint8], to_chip: NDArray[np.float64], side_px: int, share: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Area-average the part of the frame that the chip shows; return it and the map from it to the chip."""
    height, width = rgb.shape[:2]
    inverse = np.linalg.inv(to_chip[:, :2])
    corners = np.array([[0, 0], [side_px, 0], [0, side_px], [side_px, side_px]], dtype=np.float64)
    seen = (corners - to_chip[:, 2]) @ inverse.T
    low = np.clip(np.floor(seen.min(axis=0) - 2 / share), 0, [width - 1, height - 1]).astype(int)
    high = np.clip(np.ceil(seen.max(axis=0) + 2 / share), low + 1, [width, height]).astype(int)
    part = rgb[low[1] : high[1], low[0] : high[0]]
    size = np.maximum(1, np.round((high - low) * share).astype(int))
    small = cv2.resize(part, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    step = (high - low) / size  # frame pixels per small pixel
    moved = to_chip.copy()
    moved[:, :2] = to_chip[:, :2] * step
    moved[:, 2] = to_chip[:, 2] + to_chip[:, :2] @ low
    return np.asarray(small, dtype=np.uint8), moved
