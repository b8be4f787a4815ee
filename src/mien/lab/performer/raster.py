"""Triangles become pixels: which triangle each pixel sees, and where in it (a z-buffer in numpy).

No loop runs over triangles: they are sorted into groups by the side of their box, and each group is tested against all
pixels of its boxes at once (Pineda 1988, edge functions). The nearest triangle wins, by the smallest key that combines
depth and number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.nets import Floats

Ints = NDArray[np.int64]

SPANS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 1024, 4096, 16384])
"""Sides of the boxes of the groups, pixels."""
DEPTH_STEPS = 2**24
EDGE = -1e-4
"""A pixel counts as inside down to this weight, so that no crack opens between neighbours."""
MOST_AT_ONCE = 2_000_000
"""Pixels tested at once: bounds the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is seen: `pixels` int64 (p,) are places in the flat picture that show a triangle, `triangles` int64 (p,) say
    which one, `weights` float32 (p, 3) how near to each of its corners."""

    pixels: Ints
    triangles: Ints
    weights: Floats

    def spread(self, triangles: Ints, values: Floats) -> Floats:
        """Interpolate values at vertices, float32 (v, k), to the pixels, float32 (p, k)."""
        corners = triangles[self.triangles]
        found = values[corners[:, 0]] * self.weights[:, :1]
        for i in (1, 2):
            found += values[corners[:, i]] * self.weights[:, i : i + 1]
        return np.asarray(found, dtype=np.float32)


def rasterise(points: Floats, triangles: Ints, width: int, height: int) -> Seen:
    """Find what each pixel sees.

    Parameters
    ----------
    points : float32 (v, 3): x, y in pixels (y downwards, pixel i covers i..i+1), z growing away.
    triangles : int64 (t, 3), corners anti-clockwise as seen from the front; backs are not seen.
    """
    a, b, c = (points[triangles[:, i]] for i in range(3))
    low = np.ceil(np.minimum(np.minimum(a, b), c)[:, :2] - 0.5).astype(np.int64)
    high = np.floor(np.maximum(np.maximum(a, b), c)[:, :2] - 0.5).astype(np.int64)
    low, high = np.maximum(low, 0), np.minimum(high, [width - 1, height - 1])
    across, down = high[:, 0] - low[:, 0], high[:, 1] - low[:, 1]
    front = np.flatnonzero((_cross(b - a, c - a) < -1e-9) & (across >= 0) & (down >= 0))
    planes = _planes(a[front], b[front], c[front])
    near, far = float(points[:, 2].min()), float(points[:, 2].max())
    steps = (DEPTH_STEPS - 1) / max(far - near, 1e-9)
    nearest = np.full(width * height, np.iinfo(np.int64).max)
    group = np.searchsorted(SPANS, 1 + np.maximum(across, down)[front])
    for place in np.unique(group):
        span = int(SPANS[place])
        members, most = np.flatnonzero(group == place), max(1, MOST_AT_ONCE // span**2)
        for first in range(0, len(members), most):
            some = members[first : first + most]
            x, y, number, z = _covered(planes[some], low[front[some]], high[front[some]], span)
            level = ((z - near) * steps).astype(np.int64)
            np.minimum.at(nearest, y * width + x, level * len(front) + some[number])
    pixels = np.flatnonzero(nearest != np.iinfo(np.int64).max)
    chosen = nearest[pixels] % len(front)
    middle = np.stack([np.ones(len(pixels)), pixels % width + 0.5, pixels // width + 0.5], axis=1).astype(np.float32)
    weights = np.einsum("pik,pk->pi", planes[chosen, :2], middle)
    return Seen(pixels, front[chosen], np.column_stack([weights, 1 - weights.sum(axis=1)]).astype(np.float32))


def _planes(a: Floats, b: Floats, c: Floats) -> Floats:
    """The first two corners' weights and the depth as planes over the picture: (t, 3, 3), each value = k·(1, x, y)."""
    area = _cross(b - a, c - a).astype(np.float64)
    planes = np.empty((len(a), 3, 3))
    for i, (p, q) in enumerate(((b, c), (c, a))):
        planes[:, i, 0] = _cross(p, q) / area
        planes[:, i, 1] = (p[:, 1] - q[:, 1]) / area
        planes[:, i, 2] = (q[:, 0] - p[:, 0]) / area
    planes[:, 2] = planes[:, 0] * (a[:, 2] - c[:, 2])[:, None] + planes[:, 1] * (b[:, 2] - c[:, 2])[:, None]
    planes[:, 2, 0] += c[:, 2]
    return planes.astype(np.float32)


def _covered(planes: Floats, low: Ints, high: Ints, span: int) -> tuple[Ints, Ints, Ints, Floats]:
    """Pixels inside triangles whose boxes are at most `span` wide: x, y, number of the triangle, depth."""
    column = low[:, 0, None] + np.arange(span)
    row = low[:, 1, None] + np.arange(span)
    x, y = (column + np.float32(0.5)).astype(np.float32), (row + np.float32(0.5)).astype(np.float32)
    first = (planes[:, 0, :1] + planes[:, 0, 1:2] * x)[:, None, :] + (planes[:, 0, 2:] * y)[:, :, None]
    second = (planes[:, 1, :1] + planes[:, 1, 1:2] * x)[:, None, :] + (planes[:, 1, 2:] * y)[:, :, None]
    inside = (first >= EDGE) & (second >= EDGE) & (first + second <= 1 - EDGE)
    inside &= (row <= high[:, 1, None])[:, :, None] & (column <= high[:, 0, None])[:, None, :]
    number, i, j = np.nonzero(inside)
    depth = planes[number, 2, 0] + planes[number, 2, 1] * x[number, j] + planes[number, 2, 2] * y[number, i]
    return column[number, j], row[number, i], number, depth


def _cross(a: Floats, b: Floats) -> NDArray[np.float64]:
    x, y = a[:, :2].astype(np.float64), b[:, :2].astype(np.float64)
    return np.asarray(x[:, 0] * y[:, 1] - x[:, 1] * y[:, 0])
