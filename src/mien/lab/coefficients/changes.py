"""Details and shapes are changed on the way to the student, as a camera and a mesh would change them; movements stay.

In order: a small turn, scale and shift of the picture alone (the mesh that cut it is never exact), blur and fewer
pixels, gamma, contrast, brightness, noise. Details are uint8 (n, 112, 112), shapes float32 (n, s).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.nets import Floats

TURN_DEG, SCALE, SHIFT_PX = 2.0, 0.03, 1.0
SOFT_SHARE = 0.15
"""How often a picture is blurred or drawn with fewer pixels."""
FEWEST = 0.4
"""The smallest share of its pixels per side with which a picture is drawn."""
GAMMA, CONTRAST, BRIGHTNESS, NOISE = 0.25, 0.2, 20.0, 4.0
POINT_NOISE = 0.002
"""Noise on each number of a shape, in eye distances."""


def changed_details(details: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Change every picture independently."""
    return np.stack([_changed(detail, rng) for detail in details])


def changed_shapes(shapes: Floats, rng: np.random.Generator) -> Floats:
    """Move every point a little."""
    return np.asarray(shapes + rng.normal(0, POINT_NOISE, shapes.shape), dtype=np.float32)


def _changed(detail: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    side = len(detail)
    middle = (side / 2, side / 2)
    turn = cv2.getRotationMatrix2D(middle, float(rng.normal(0, TURN_DEG)), float(np.exp(rng.normal(0, SCALE))))
    move = np.asarray(turn + np.pad(rng.normal(0, SHIFT_PX, (2, 1)), ((0, 0), (2, 0))), dtype=np.float64)
    seen = cv2.warpAffine(detail, move, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < SOFT_SHARE:
        few = int(side * rng.uniform(FEWEST, 1))
        seen = cv2.resize(cv2.resize(seen, (few, few), interpolation=cv2.INTER_AREA), (side, side))
    lit = 255 * (seen / np.float32(255)) ** np.float32(np.exp(rng.normal(0, GAMMA)))
    lit = (lit - 128) * np.exp(rng.normal(0, CONTRAST)) + 128 + rng.normal(0, BRIGHTNESS)
    lit += rng.normal(0, rng.uniform(0, NOISE), seen.shape)
    return np.asarray(np.clip(lit, 0, 255), dtype=np.uint8)
