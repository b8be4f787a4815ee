"""How readable a face is and how photographic its picture (pixels → numbers that `mien.data.judge` holds to limits).

`sharpness`, 0..1: of the differences between neighbouring pixels of the face, the share that goes when it is blurred
once more: what is blurred already loses little (the idea of Crete et al. 2007, "The blur effect"). The face is first
brought to eyes `EYES_PX` apart, or left as it is where it is smaller.

`hidden`, 0..1, `drawn`, 0..1, and `lettered`, 0..1, are heuristics; their docstrings say what they go by.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.nets import Floats
from mien.values import Face

Grey = NDArray[np.uint8]

EYES_PX = 36.0
"""Distance of the eyes at which sharpness is measured: twice the training pictures'."""
BLUR_PX = 1.5
RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)
"""Of the 68 points."""


def eyes_apart(points: Floats) -> float:
    """Distance of the eye centres of 68 points, float32 (68, 2), in their pixels."""
    return float(np.linalg.norm(points[LEFT_EYE].mean(axis=0) - points[RIGHT_EYE].mean(axis=0)))


def sharpness_of(grey: Grey, points: Floats) -> float:
    """Sharpness of the face with these 68 points in a grey picture uint8 (h, w)."""
    low = np.clip(np.floor(points.min(axis=0)), 0, None).astype(int)
    high = np.ceil(points.max(axis=0)).astype(int) + 1
    part = grey[low[1] : high[1], low[0] : high[0]]
    if min(part.shape) < 8:
        return 0.0
    share = min(1.0, EYES_PX / max(eyes_apart(points), 1e-6))
    if share < 1:
        size = (max(8, round(part.shape[1] * share)), max(8, round(part.shape[0] * share)))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    face = part.astype(np.float32)
    blurred = cv2.GaussianBlur(face, (0, 0), BLUR_PX)
    kept = lost = 0.0
    for axis in (0, 1):
        before, after = np.abs(np.diff(face, axis=axis)), np.abs(np.diff(blurred, axis=axis))
        kept, lost = kept + float(before.sum()), lost + float(np.maximum(before - after, 0).sum())
    return lost / kept if kept > 0 else 0.0


def hidden_of(face: Face) -> float:
    """How much of a face seems hidden: the mesh network's and the detector's common disbelief in it."""
    return 1 - face.score


def drawn_of(rgb: NDArray[np.uint8], box: tuple[float, float, float, float] | None) -> float:
    """How drawn a picture uint8 (h, w, 3) looks: the share of its face (of all of it, without one) without any grain.

    Light falling on a sensor is never quite even; paint of a programme is.
    """
    part = _part(rgb, box).astype(np.int16)
    if min(part.shape[:2]) < 8:
        return 0.0
    across = np.abs(np.diff(part, axis=1)).max(axis=2)[:-1]
    down = np.abs(np.diff(part, axis=0)).max(axis=2)[:, :-1]
    return float((np.maximum(across, down) == 0).mean())


def lettered_of(grey: Grey) -> float:
    """How written on a grey picture uint8 (h, w) looks: the share of its area under what look like lines of text.

    A line is a wide, low patch of strokes: strong changes of brightness, joined sideways over the gaps between letters.
    """
    small = grey
    edges = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    _, strong = cv2.threshold(edges, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    joined = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, np.ones((1, 9), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    lines = [s for s in stats[1:count] if s[2] > 3 * s[3] and s[3] >= 8 and s[4] > 0.5 * s[2] * s[3]]
    return float(sum(s[2] * s[3] for s in lines) / grey.size)


def _part(rgb: NDArray[np.uint8], box: tuple[float, float, float, float] | None) -> NDArray[np.uint8]:
    if box is None:
        return rgb
    x0, y0, x1, y1 = (max(0, int(side)) for side in box)
    return rgb[y0 : y1 + 1, x0 : x1 + 1]
