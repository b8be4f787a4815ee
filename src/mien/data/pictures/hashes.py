"""A picture becomes 64 bits that survive re-encoding: the DCT hash of it and of its mirror image (rgb → bytes).

The hash is the customary pHash (Zauner 2010, "Implementation and benchmarking of perceptual image hash functions"):
grey, 32×32 by area averaging, two-dimensional DCT, the 8×8 lowest frequencies against their median. Pictures that
differ by compression, size, light or a thin crop have few bits different (Hamming distance); a mirror image has the
other's `mirrored` hash.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

THUMB_PX = 32
LOW = 8
BITS = LOW * LOW


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """`thumb` uint8 (32, 32), and the hashes of it and of its mirror image, 8 bytes each."""

    thumb: NDArray[np.uint8]
    hash: bytes
    mirrored: bytes


def take_print(rgb: NDArray[np.uint8]) -> Print:
    """The print of a picture uint8 (h, w, 3) or (h, w)."""
    thumb = reduced(rgb)
    return Print(thumb, hash_of(thumb), hash_of(thumb[:, ::-1]))


def reduced(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey, uint8 (32, 32)."""
    grey = rgb if rgb.ndim == 2 else cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (THUMB_PX, THUMB_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def hash_of(thumb: NDArray[np.uint8]) -> bytes:
    """The hash of a grey square, uint8 (32, 32): 8 bytes."""
    low = cv2.dct(np.ascontiguousarray(thumb, dtype=np.float32))[:LOW, :LOW]
    return np.packbits(low.ravel() > np.median(low)).tobytes()


def as_words(hashes: list[bytes]) -> NDArray[np.uint64]:
    """Hashes as numbers, uint64 (n,)."""
    return np.frombuffer(b"".join(hashes), dtype=">u8").astype(np.uint64)


def distance(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """How many bits differ, element by element."""
    return np.asarray(np.bitwise_count(a ^ b), dtype=np.uint8)
