"""Which pictures are nearly one picture, or its mirror image (prints and chips → pairs).

Candidates come from hashes with at most `RADIUS` of 64 bits different: of the whole picture and of the face's chip,
which is aligned and so does not mind a crop. They are found by multi-index hashing (Norouzi et al. 2012): of four bands
of 16 bits at least one differs in no more than a quarter of the bits, so that neighbours are looked up and not all
pairs compared.

A candidate is proved on its chips: one is laid on the other by the affine motion of greatest correlation (ECC,
Evangelidis & Psarakis 2008), and what then correlates by `SAME` is one photograph. Pictures without a face are proved
on their thumbs. Measured by `python -m benchmarks.curating`: see `SAME`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.data.hashes import BITS, as_words, distance, hash_of
from mien.nets import Floats

Words = NDArray[np.uint64]
Chip = NDArray[np.uint8]

RADIUS = 11
BANDS = 4
FLIPS = RADIUS // BANDS
"""Bits that may differ in the band that differs least."""
SAME = 0.99
BURST = 0.97
ROUGHLY = 0.85
"""Below it without alignment, no alignment helps."""
SAME_THUMBS, SAME_FRAME = 0.985, 0.995
SAME_FACE = 0.95
FACE = slice(8, 56)
"""Rows and columns of a chip that are compared."""
SHIFT_PX = 3
FINE_PX, COARSE_PX = 0.8, 6.0
"""Chips are compared between these two blurs: neither noise nor light."""
MOST_OF_ONE_HASH = 8
"""Of more pictures with one hash, each is compared with the first so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """What pairs are sought in, n pictures: hashes as numbers, uint64 (n,); of chips 0 where there is no face."""

    words: Words
    mirrored: Words
    chip_words: Words
    chip_mirrored: Words
    has_face: NDArray[np.bool_]


def chip_hashes(chip: Chip) -> tuple[bytes, bytes]:
    """The hash of a chip uint8 (64, 64) and that of its mirror image."""
    small = np.asarray(cv2.resize(chip[FACE, FACE], (32, 32), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return hash_of(small), hash_of(small[:, ::-1])


def candidates(prints: Prints, mirrored: bool) -> list[tuple[int, int]]:
    """Pairs i < j that may be one picture (or mirror images), by either hash."""
    others = (prints.mirrored, prints.chip_mirrored) if mirrored else (prints.words, prints.chip_words)
    faces = np.flatnonzero(prints.has_face)
    found = set(near_pairs(prints.words, others[0]))
    found |= {(int(faces[i]), int(faces[j])) for i, j in near_pairs(prints.chip_words[faces], others[1][faces])}
    return sorted(found)


def near_pairs(words: Words, others: Words, radius: int = RADIUS) -> Iterator[tuple[int, int]]:
    """Pairs i < j with at most `radius` bits between `words[i]` and `others[j]`, both uint64 (n,)."""
    wanted, wanted_at = _grouped(words)
    given, given_at = _grouped(others)
    seen: set[tuple[int, int]] = set()
    for band in range(BANDS):
        part = np.uint64(band * BITS // BANDS)
        mask = np.uint64((1 << BITS // BANDS) - 1)
        asked, held = (wanted >> part) & mask, (given >> part) & mask
        order = np.argsort(held, kind="stable")
        ranked = held[order]
        for flip in _flips():
            first = np.searchsorted(ranked, asked ^ flip, "left")
            count = np.searchsorted(ranked, asked ^ flip, "right") - first
            left = np.repeat(np.arange(len(asked)), count)
            right = order[np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)]
            close = distance(wanted[left], given[right]) <= radius
            seen |= set(zip(left[close].tolist(), right[close].tolist(), strict=True))
    for a, b in seen:
        yield from _members(wanted_at[a], given_at[b])


def _grouped(words: Words) -> tuple[Words, list[NDArray[np.int64]]]:
    different, place = np.unique(words, return_inverse=True)
    order = np.argsort(place, kind="stable")
    return different, np.split(order, np.cumsum(np.bincount(place, minlength=len(different)))[:-1])


def _members(these: NDArray[np.int64], those: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Pairs i < j of two groups; of large groups each only with the first few."""
    for one, many in ((these[:MOST_OF_ONE_HASH], those), (these[MOST_OF_ONE_HASH:], those[:MOST_OF_ONE_HASH])):
        for i in one.tolist():
            for j in many.tolist():
                if i < j:
                    yield i, j


@lru_cache(maxsize=1)
def _flips() -> tuple[np.uint64, ...]:
    bits = BITS // BANDS
    return tuple(
        np.uint64(sum(1 << bit for bit in chosen))
        for count in range(FLIPS + 1)
        for chosen in combinations(range(bits), count)
    )


def likeness(one: Chip, other: Chip) -> float:
    """Correlation of two chips uint8 (64, 64) when one is laid on the other as well as it can be, −1..1."""
    a, b = _band(one), _band(other)
    inner = slice(FACE.start - SHIFT_PX, FACE.stop + SHIFT_PX)
    rough = float(cv2.matchTemplate(a[inner, inner], b[FACE, FACE], cv2.TM_CCOEFF_NORMED).max())
    if rough < ROUGHLY:
        return rough
    start, everywhere = np.eye(2, 3, dtype=np.float32), np.full(b.shape, 255, np.uint8)
    until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-4)
    try:
        _, motion = cv2.findTransformECC(a, b, start, cv2.MOTION_AFFINE, until, everywhere, 3)
    except cv2.error:  # it found no way
        return rough
    laid = cv2.warpAffine(
        b, motion, b.shape[::-1], flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return max(rough, correlation(a[FACE, FACE], np.asarray(laid, dtype=np.float32)[FACE, FACE]))


def correlation(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Of two arrays of one shape, −1..1; 0 where one of them is even."""
    x, y = a.astype(np.float64) - a.mean(), b.astype(np.float64) - b.mean()
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum()) / size if size > 1e-6 else 0.0


def _band(chip: Chip) -> Floats:
    grey = chip.astype(np.float32)
    band = cv2.GaussianBlur(grey, (0, 0), FINE_PX) - cv2.GaussianBlur(grey, (0, 0), COARSE_PX)
    return np.asarray(band, dtype=np.float32)


def as_prints(pictures: Iterable[tuple[bytes, bytes, Chip | None]]) -> Prints:
    """Prints of pictures told by hash, mirrored hash and the chip of the largest face."""
    none = (bytes(8), bytes(8))
    rows = [
        (own, mirrored, *(none if chip is None else chip_hashes(chip)), chip is not None)
        for own, mirrored, chip in pictures
    ]
    return Prints(
        as_words([row[0] for row in rows]),
        as_words([row[1] for row in rows]),
        as_words([row[2] for row in rows]),
        as_words([row[3] for row in rows]),
        np.array([row[4] for row in rows], dtype=bool),
    )
