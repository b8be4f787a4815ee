"""Pictures that nobody can read: drawn patterns, covered faces, blurred faces (uint8 (n, 48, 48) → the same).

They stand for what a camera meets besides faces, in FER2013's framing. All grey, 48 pixels a side, the eyes of a face
about 18 pixels apart.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]
Grey = NDArray[np.floating]

SIDE_PX = 48
COVER = (slice(3, 46), slice(4, 44))
"""Rows and columns of a picture that contain brows, eyes, nose and mouth."""
HEAVY_BLUR_PX = (3.0, 4.0, 6.0)
"""Standard deviations: a sixth to a third of the distance of the eyes."""


def patterns(n: int, rng: np.random.Generator) -> Pictures:
    """Gratings, checks, noise, clouds, plain greys and discs in turn, n of them."""
    makers = (_grating, _checks, _noise, _cloud, _plain, _discs)
    return np.stack([_as_bytes(makers[i % len(makers)](SIDE_PX, rng)) for i in range(n)])


def shuffled(pictures: Pictures, rng: np.random.Generator, tile_px: int = 8) -> Pictures:
    """Faces cut into tiles that are reassembled in random order: a face's light without a face."""
    steps = range(0, SIDE_PX, tile_px)
    mixed = np.empty_like(pictures)
    for picture, out in zip(pictures, mixed, strict=True):
        tiles = [picture[y : y + tile_px, x : x + tile_px] for y in steps for x in steps]
        places = iter(rng.permutation(len(tiles)))
        for y in steps:
            for x in steps:
                out[y : y + tile_px, x : x + tile_px] = tiles[next(places)]
    return mixed


def covered(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """Faces behind a board that is plain, noisy, clouded or striped, in turn; the surroundings of the face stay."""
    makers = (_plain, _noise, _cloud, _grating)
    hidden = pictures.copy()
    for i, picture in enumerate(hidden):
        picture[COVER] = _as_bytes(makers[i % len(makers)](SIDE_PX, rng))[COVER]
    return hidden


def blurred(pictures: Pictures, spreads_px: tuple[float, ...] = HEAVY_BLUR_PX) -> Pictures:
    """Faces out of focus, the standard deviations in turn."""
    return np.stack(
        [cv2.GaussianBlur(picture, (0, 0), spreads_px[i % len(spreads_px)]) for i, picture in enumerate(pictures)]
    ).astype(np.uint8)


UNREADABLE: Mapping[str, Callable[[Pictures, np.random.Generator], Pictures]] = {
    "drawn patterns": lambda faces, rng: patterns(len(faces), rng),
    "shuffled faces": shuffled,
    "fully covered faces": covered,
    "heavily blurred faces": lambda faces, _: blurred(faces),
}
"""What must not be read; each is made from faces and a generator."""


def _grating(side: int, rng: np.random.Generator) -> Grey:
    y, x = np.mgrid[:side, :side]
    return np.asarray(128 + 90 * np.sin(x * rng.uniform(0.1, 1) + y * rng.uniform(-1, 1)))


def _checks(side: int, rng: np.random.Generator) -> Grey:
    y, x = np.mgrid[:side, :side]
    step = int(rng.integers(3, 12))
    return np.asarray(((x // step + y // step) % 2) * rng.uniform(80, 255))


def _noise(side: int, rng: np.random.Generator) -> Grey:
    return rng.uniform(0, 255, (side, side))


def _cloud(side: int, rng: np.random.Generator) -> Grey:
    spread = rng.uniform(1, 5)
    soft = cv2.GaussianBlur(rng.normal(0, 1, (side, side)), (0, 0), spread)
    return np.asarray(128 + 60 * soft / soft.std())


def _plain(side: int, rng: np.random.Generator) -> Grey:
    return np.full((side, side), rng.uniform(0, 255))


def _discs(side: int, rng: np.random.Generator) -> Grey:
    drawn = np.full((side, side), rng.uniform(0, 255))
    for _ in range(int(rng.integers(3, 9))):
        x, y = (int(v) for v in rng.integers(0, side, 2))
        cv2.circle(drawn, (x, y), int(rng.integers(2, side // 3)), rng.uniform(0, 255), -1)
    return drawn


def _as_bytes(grey: Grey) -> Pictures:
    return np.asarray(np.clip(grey, 0, 255).round(), dtype=np.uint8)
