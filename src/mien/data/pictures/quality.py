"""How readable a face is and how photographic its picture (pixels → numbers that `judge` holds to limits).

`sharpness`, 0..1, is measured; `hidden`, 0..1, a small network judges (`mien.affect.covered`); `drawn`, 0 and more, and
`letters`, a count, are heuristics: each says in its docstring what it goes by. `python -m benchmarks.curating` prints
how often each is right and wrong.
"""

from collections import Counter

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.affect.covered import hidden_regions, hidden_share
from mien.data.groups import Groups
from mien.nets import Floats

Grey = NDArray[np.uint8]
Box = tuple[float, float, float, float]

EYES_PX = 36.0
"""Distance of the eyes at which sharpness is measured: twice the training pictures'."""
BLUR_SHARE = 0.042
"""Of the distance of the eyes: the blur that sharpness is measured with."""
STEP_LEVELS = 2.0
"""Grey levels: of a difference so large half is taken for detail, of a larger one more."""
RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)
"""Of the 68 points."""

CHANGES = (0, 3, 6, 12, 24, 48, 256)
"""Bounds between sizes of change, grey levels from pixel to pixel."""

TEXT_PX = 480
"""Letters are sought in a picture of that long side."""
STROKE_PX = 9
"""Strokes of letters are thinner."""
STROKE_CONTRAST = 40
LETTER_PX = 6
LETTERS_A_LINE = 5
MOST_PATCHES = 400


def eyes_apart(points: Floats) -> float:
    """Distance of the eye centres of 68 points, float32 (68, 2), in their pixels."""
    return float(np.linalg.norm(points[LEFT_EYE].mean(axis=0) - points[RIGHT_EYE].mean(axis=0)))


def sharpness_of(grey: Grey, points: Floats, apart: float) -> float:
    """Sharpness of the face with these 68 points in a grey picture uint8 (h, w); `apart` its eyes, were it not turned.

    Of the differences between neighbouring pixels, the share that goes when the face is blurred once more: what is
    blurred already loses little (the idea of Crete et al. 2007, "The blur effect"). A face with eyes further than
    `EYES_PX` apart is first reduced to that. What goes of a difference of few grey levels counts less (`STEP_LEVELS`):
    a soft slope rises in steps of whole levels, which blur smooths as if they were detail, so that without this a
    face that is out of focus altogether would seem sharper again.
    """
    low = np.clip(np.floor(points.min(axis=0)), 0, None).astype(int)
    high = np.ceil(points.max(axis=0)).astype(int) + 1
    face = grey[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    if min(face.shape) < 8:
        return 0.0
    if apart > EYES_PX:
        width, height = (max(8, round(side * EYES_PX / apart)) for side in face.shape[::-1])
        face = np.asarray(cv2.resize(face, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32)
    blurred = cv2.GaussianBlur(face, (0, 0), max(0.5, BLUR_SHARE * min(apart, EYES_PX)))
    kept = lost = 0.0
    for axis in (0, 1):
        before, after = np.abs(np.diff(face, axis=axis)), np.abs(np.diff(blurred, axis=axis))
        detail = np.square(before) / (np.square(before) + STEP_LEVELS**2)
        kept, lost = kept + float(before.sum()), lost + float((np.maximum(before - after, 0) * detail).sum())
    return lost / kept if kept > 0 else 0.0


def hidden_of(chip: Grey) -> float:
    """Share of the four regions of a chip uint8 (64, 64) that is covered, as a reading asks it, 0..1."""
    return hidden_share(hidden_regions(chip))


def drawn_of(rgb: NDArray[np.uint8], box: Box | None) -> float:
    """How drawn the face of a picture uint8 (h, w, 3) looks (all of it, where there is no face).

    In a photograph changes of brightness from pixel to pixel come in all sizes; a drawing has even paint and hard edges
    and little between. So: the share of even pixels, times that of edges over that of what lies between, for edges and
    for hard edges. A photograph that a filter has only softened is not told by it.
    """
    part = _part(rgb, box)
    if min(part.shape[:2]) < 8:
        return 0.0
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.int16)
    change = np.maximum(np.abs(np.diff(grey, axis=1))[:-1], np.abs(np.diff(grey, axis=0))[:, :-1])
    even, _, low, middle, edge, hard = np.histogram(change, CHANGES)[0] / change.size
    return float(even * ((edge + hard) / (low + middle + 0.02) + hard / (middle + 0.01)))


def letters_of(grey: Grey) -> int:
    """How many patches of a grey picture uint8 (h, w) look like letters that stand in lines.

    A letter is a patch of thin strokes brighter or darker than what is around (top hat); a line is `LETTERS_A_LINE` or
    more of like height, side by side on one base line.
    """
    height, width = grey.shape
    share = min(1.0, TEXT_PX / max(height, width))
    small = grey
    if share < 1:
        size = (max(1, round(width * share)), max(1, round(height * share)))
        small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (STROKE_PX, STROKE_PX))
    count = 0
    for brighter_or_darker in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        strokes = (cv2.morphologyEx(small, brighter_or_darker, brush) > STROKE_CONTRAST).astype(np.uint8)
        patches = cv2.connectedComponentsWithStats(strokes, connectivity=8)[2][1:]
        _, _, w, h, area = patches.T
        like = (h >= LETTER_PX) & (h <= 0.15 * small.shape[0]) & (w >= 2) & (w <= 1.6 * h) & (area >= 0.18 * w * h)
        count += _in_lines(patches[like][:MOST_PATCHES].astype(np.float32))
    return count


def _in_lines(patches: Floats) -> int:
    """How many of the patches (x, y, width, height, area), float32 (n, 5), stand in lines."""
    if len(patches) < LETTERS_A_LINE:
        return 0
    x, y, w, h, _ = patches.T
    bottom = y + h
    high, low = np.maximum(h[:, None], h), np.minimum(h[:, None], h)
    gap = x - (x + w)[:, None]
    shared = np.minimum(bottom[:, None], bottom) - np.maximum(y[:, None], y)
    beside = (gap > -0.15 * high) & (gap < 0.9 * high) & (low > 0.5 * high) & (shared > 0.6 * low)
    beside &= np.abs(bottom[:, None] - bottom) < 0.35 * high
    np.fill_diagonal(beside, False)
    lines = Groups(range(len(patches)))
    for one, other in np.argwhere(beside).tolist():
        lines.tie(one, other)
    sizes = Counter(lines.all().values())
    return sum(size for size in sizes.values() if size >= LETTERS_A_LINE)


def _part(rgb: NDArray[np.uint8], box: Box | None) -> NDArray[np.uint8]:
    if box is None:
        return rgb
    x0, y0, x1, y1 = (max(0, int(side)) for side in box)
    return rgb[y0 : y1 + 1, x0 : x1 + 1]
