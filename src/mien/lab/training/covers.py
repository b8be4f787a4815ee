"""Aligned faces are partly hidden, by boards, cloth, hands and prints, to learn what that looks like (chips → chips).

Covers are drawn in the chip. A third of the time the chip is then cut askew, since points sought in a covered face sit
badly. A face's own blur, light, shade and noise hide nothing: they are drawn with and without a cover.

Conventions: chips uint8 (64, 64); how far each region is hidden float32 (4,), 0..1 in the order of `REGIONS`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.affect.regions import Box
from mien.nets import Floats
from mien.values import CHIP_PX

Chip = NDArray[np.uint8]
Grey = NDArray[np.float64]
Draw = Callable[[Chip, NDArray[np.uint8], np.random.Generator], Grey]

BARE = 0.4
"""Share of examples without a cover."""
CROOKED = 0.33
HIDDEN = (0.15, 0.5)
"""Share of a region's core from which it begins to be hidden, and from which it is: half a mouth tells little."""
CORES: Mapping[str, Box] = MappingProxyType(
    {"eyes": (20, 12, 28, 52), "brows": (10, 10, 19, 54), "nose": (26, 23, 42, 41), "mouth": (44, 18, 58, 46)}
)
"""Where the features themselves lie in the chip, as boxes of `mien.affect.regions`."""
PLACES = ((42, 70, -4, 68), (28, 70, -4, 68), (42, 62, 12, 52), (12, 34, 0, 64), (-4, 34, -4, 68), (-4, 20, -4, 68),
          (-4, 68, -4, 31), (-4, 68, 33, 68), (-4, 68, -4, 68), (22, 44, 16, 48), (17, 29, 4, 60))  # fmt: skip
"""Top, bottom, left and right of covers over: mouth, lower half, lips, eyes, upper half, brows, either side, all, nose,
the eyes alone."""


def hidden_in_part(chip: Chip, others: Chip, rng: np.random.Generator) -> tuple[Chip, Floats]:
    """One example from a chip: covered or bare, in another light; and how far each region is hidden.

    Parameters
    ----------
    chip : uint8 (64, 64)
    others : uint8 (n, 64, 64), other faces: their parts, enlarged and turned, appear on prints and cloths
    """
    face = _lit(chip.astype(np.float64), rng)
    mask = np.zeros((CHIP_PX, CHIP_PX), np.float64)
    if rng.random() > BARE:
        mask = _mask(rng)
        draw = FILLS[rng.integers(len(FILLS))]
        fill = cv2.GaussianBlur(draw(chip, others, rng), (0, 0), rng.uniform(0.3, 1.3))
        soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.0))
        face = face * (1 - soft) + fill * soft
    if rng.random() < CROOKED:
        face, mask = _crooked(face, mask, rng)
    if rng.random() < 0.3:
        face = np.asarray(cv2.GaussianBlur(face, (0, 0), rng.uniform(0.4, 2.2)), np.float64)
    if rng.random() < 0.3:
        face = face + rng.normal(0, rng.uniform(1, 8), face.shape)
    shares = [mask[top:bottom, left:right].mean() for top, left, bottom, right in CORES.values()]
    begins, wholly = HIDDEN
    hidden = np.clip((np.array(shares) - begins) / (wholly - begins), 0, 1)
    return np.clip(face.round(), 0, 255).astype(np.uint8), hidden.astype(np.float32)


def _lit(face: Grey, rng: np.random.Generator) -> Grey:
    """Another exposure, and shade from one side."""
    face = 255 * (face / 255) ** rng.uniform(0.6, 1.6)
    if rng.random() < 0.4:
        y, x = np.mgrid[-1 : 1 : CHIP_PX * 1j, -1 : 1 : CHIP_PX * 1j]
        angle, sharp = rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 6)
        shade = 1 / (1 + np.exp(-sharp * (x * np.cos(angle) + y * np.sin(angle) + rng.uniform(-0.3, 0.3))))
        face = face * (1 - rng.uniform(0.1, 0.75) * shade)
    return face * rng.uniform(0.6, 1.05) + rng.uniform(-10, 25)


def _mask(rng: np.random.Generator) -> Grey:
    """Where a cover lies, 0 or 1: a box, an ellipse or a rounded patch, slightly shifted and turned."""
    top, bottom, left, right = np.array(PLACES[rng.integers(len(PLACES))]) + rng.uniform(-4, 4, 4)
    mask = np.zeros((CHIP_PX, CHIP_PX), np.uint8)
    box = ((float(left + right) / 2, float(top + bottom) / 2), (float(right - left), float(bottom - top)))
    if rng.random() < 0.3:
        grown = (box[1][0] * 1.15, box[1][1] * 1.15)
        cv2.ellipse(mask, (box[0], grown, float(rng.normal(0, 12))), 1, -1)
    else:
        cv2.fillPoly(mask, [cv2.boxPoints((*box, float(rng.normal(0, 6)))).round().astype(np.int32)], 1)
    return mask.astype(np.float64)


def _crooked(face: Grey, mask: Grey, rng: np.random.Generator) -> tuple[Grey, Grey]:
    turn = np.asarray(cv2.getRotationMatrix2D((32.0, 32.0), rng.uniform(-9, 9), rng.uniform(0.88, 1.14)), np.float64)
    turn[:, 2] += rng.uniform(-3.5, 3.5, 2)
    size, edge = (CHIP_PX, CHIP_PX), cv2.BORDER_REPLICATE
    laid = [cv2.warpAffine(grey, turn, size, flags=cv2.INTER_LINEAR, borderMode=edge) for grey in (face, mask)]
    return np.asarray(laid[0], np.float64), np.asarray(laid[1], np.float64)


def _board(_: Chip, __: Chip, rng: np.random.Generator) -> Grey:
    """Even, with a little light across it and a little noise."""
    y, x = np.mgrid[-1 : 1 : CHIP_PX * 1j, -1 : 1 : CHIP_PX * 1j]
    light = rng.normal(0, 10) * x + rng.normal(0, 15) * y
    told = rng.uniform(0, 255) + light * rng.integers(0, 2)
    return np.asarray(told + rng.normal(0, rng.choice([0.0, 1.0, 4.0]), x.shape), np.float64)


def _cloth(_: Chip, __: Chip, rng: np.random.Generator) -> Grey:
    """Soft folds or clouds of one or two sizes."""
    cloud = np.zeros((CHIP_PX, CHIP_PX))
    for spread in rng.uniform(1.0, 9.0, 2):
        grain = rng.normal(0, 1, (CHIP_PX, CHIP_PX))
        soft = cv2.GaussianBlur(grain, (0, 0), spread, None, spread * rng.uniform(0.3, 3))
        cloud += rng.uniform(0.2, 1) * soft / soft.std()
    return rng.uniform(30, 220) + rng.uniform(4, 50) * cloud


def _noise(_: Chip, __: Chip, rng: np.random.Generator) -> Grey:
    low, high = np.sort(rng.uniform(0, 255, 2))
    return rng.uniform(low, high, (CHIP_PX, CHIP_PX))


def _stripes(_: Chip, __: Chip, rng: np.random.Generator) -> Grey:
    """Stripes, or checks of two sets of them, hard or soft."""
    y, x = np.mgrid[:CHIP_PX, :CHIP_PX]
    told = np.zeros((CHIP_PX, CHIP_PX))
    for _set in range(rng.integers(1, 3)):
        angle, step = rng.uniform(0, np.pi), rng.uniform(2.5, 16)
        told += np.tanh(rng.uniform(0.5, 5) * np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / step))
    return rng.uniform(60, 200) + rng.uniform(8, 80) * told


def _spots(_: Chip, __: Chip, rng: np.random.Generator) -> Grey:
    """Discs of many greys: a print of flowers."""
    drawn = np.full((CHIP_PX, CHIP_PX), rng.uniform(0, 255))
    most = rng.uniform(2, 9)
    for _disc in range(rng.integers(30, 120)):
        middle = (int(rng.integers(CHIP_PX)), int(rng.integers(CHIP_PX)))
        cv2.circle(drawn, middle, int(rng.uniform(1, most)), rng.uniform(0, 255), -1)
    return drawn


def _print(_: Chip, others: Chip, rng: np.random.Generator) -> Grey:
    """Part of another picture, enlarged, turned and in another contrast."""
    other = others[rng.integers(len(others))]
    side = int(rng.integers(16, 56))
    top, left = rng.integers(0, CHIP_PX - side, 2)
    part = cv2.resize(np.rot90(other[top : top + side, left : left + side], int(rng.integers(4))), (CHIP_PX, CHIP_PX))
    return np.asarray((part.astype(np.float64) - 128) * rng.uniform(0.5, 1.3) + rng.uniform(90, 170), np.float64)


def _hand(chip: Chip, _: Chip, rng: np.random.Generator) -> Grey:
    """Skin of the same face (its brow or a cheek), enlarged, with the dark lines between fingers."""
    top, left = ((2, 22), (34, 10), (34, 44))[rng.integers(3)]
    skin = cv2.resize(chip[top : top + 9, left : left + 11], (CHIP_PX, CHIP_PX), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:CHIP_PX, :CHIP_PX]
    angle, wide = rng.uniform(0, np.pi), rng.uniform(6, 13)
    across = np.mod(x * np.cos(angle) + y * np.sin(angle) + rng.uniform(0, wide), wide) / wide
    dark = rng.uniform(0, 0.5) * np.exp(-(((np.abs(across - 0.5) - 0.5) / rng.uniform(0.05, 0.15)) ** 2))
    return np.asarray(skin * (rng.uniform(0.75, 1.15) * (1 - dark)), np.float64)


KINDS: Mapping[str, Draw] = MappingProxyType(
    {
        "board": _board,
        "cloth": _cloth,
        "noise": _noise,
        "stripes": _stripes,
        "spots": _spots,
        "print": _print,
        "hand": _hand,
    }
)
"""What a cover may look like."""
FILLS: tuple[Draw, ...] = tuple(KINDS[name] for name in (*KINDS, "board", "cloth", "hand"))
"""What is drawn in training: boards, cloths and hands twice as often."""
