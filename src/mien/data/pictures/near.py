"""Which pictures are nearly one picture, or its mirror image (prints and chips → pairs).

Candidates come from hashes with at most `RADIUS` of 64 bits different: of the whole picture and of the face's chip,
which is aligned and so does not mind a crop. They are found by multi-index hashing (Norouzi et al. 2012): of four bands
of 16 bits at least one differs in no more than a quarter of the bits, so that neighbours are looked up and not all
pairs compared.

A candidate is proved on its chips: one is laid on the other by the affine motion of greatest correlation (ECC,
Evangelidis & Psarakis 2008), and what then correlates by `SAME` is one photograph. Pictures without a face are proved
on their thumbs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.data.pictures.hashes import BITS, as_words, distance, hash_of
from mien.nets import Floats

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Chip = NDArray[np.uint8]

RADIUS = 11
BANDS = 4
FLIPS = RADIUS // BANDS
"""Bits that may differ in the band that differs least."""
SAME = 0.99
"""Faces whose chips are that alike are of one photograph. Measured by `python -m benchmarks.curating --count 40`:
copies saved again, reduced, cut by up to 12 % a side, lightened or without colour are found in 100 % of London's and
Helen's pictures (512 and 256 pixels; mirrored and that 92 and 99 %), in 77 to 100 % of FER2013's, of 48 pixels, at JPEG
quality 50 to 85; its own near-duplicates in 120 of 120 pairs. Of 102 people at rest and smiling, in one light, no pair
is taken for one (the most alike: .984), of different people none (.89)."""
BURST = 0.98
"""Of frames taken within one moment; fewer than one in twenty of the 102 people reach it between rest and smile."""
ROUGHLY = 0.85
"""Below it without alignment, no alignment helps."""
SAME_THUMBS, SAME_FRAME = 0.985, 0.995
"""Pictures whose thumbs are that alike are one if there is no face to go by, or if their faces are alike by
`SAME_FACE`: very small pictures lose detail when they are saved again. The thumbs of two London pictures of one person
are alike by .981 at most."""
SAME_FACE = 0.95
FACE = slice(8, 56)
"""Rows and columns of a chip that are compared."""
SHIFT_PX = 3
EVEN = 0.5
"""Grey levels; chips with less of a pattern are like nothing."""
FINE_PX, COARSE_PX = 0.8, 6.0
"""Chips are compared between these two blurs: neither noise nor light."""
COARSE_SIDE = 12
COARSELY = {(False, False): 0.75, (False, True): 0.75, (True, False): 0.92, (True, True): 0.85}
"""Faces whose chips of that side correlate less are not looked at closer; by (near by the face, mirrored)."""
BLOCK = 256
"""Pictures whose neighbours are sought at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """What pairs are sought in, n pictures: hashes as numbers, uint64 (n,), those of chips 0 where there is no face.

    `coarse` float32 (n, 144), chips in small, of length 1 and mean 0, and mirrored.
    """

    words: Words
    mirrored: Words
    chip_words: Words
    chip_mirrored: Words
    has_face: NDArray[np.bool_]
    coarse: Floats
    coarse_mirrored: Floats

    def unlike(self, rows: Places, columns: Places, mirrored: bool, by_face: bool) -> NDArray[np.bool_]:
        """Which pairs, near by the hash of the face or of the whole, have faces not even coarsely alike, bool (m,)."""
        others = self.coarse_mirrored if mirrored else self.coarse
        alike = np.einsum("ij,ij->i", self.coarse[rows], others[columns])
        return np.asarray(
            self.has_face[rows] & self.has_face[columns] & (alike < COARSELY[by_face, mirrored]), dtype=bool
        )


def chip_hashes(chip: Chip) -> tuple[bytes, bytes]:
    """The hash of a chip uint8 (64, 64) and that of its mirror image."""
    small = np.asarray(cv2.resize(chip[FACE, FACE], (32, 32), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return hash_of(small), hash_of(small[:, ::-1])


class HashIndex:
    """Looks hashes up among many, uint64 (n,), by their bands."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._bands = []
        for band in range(BANDS):
            held = _band_of(words, band)
            order = np.argsort(held, kind="stable")
            self._bands.append((order, held[order]))

    def near(self, asked: Words) -> tuple[Places, Places]:
        """Places int64 (m,) in `asked` and in the index of what has at most `RADIUS` bits different."""
        found = [np.empty(0, dtype=np.int64)]
        for band, (order, ranked) in enumerate(self._bands):
            wanted = _band_of(asked, band)
            for flip in _flips():
                first = np.searchsorted(ranked, wanted ^ flip, "left")
                count = np.searchsorted(ranked, wanted ^ flip, "right") - first
                left = np.repeat(np.arange(len(asked)), count)
                start = np.repeat(first - (np.cumsum(count) - count), count)
                right = order[np.arange(len(left)) + start]
                close = distance(asked[left], self._words[right]) <= RADIUS
                found.append(left[close] * len(self._words) + right[close])
        rows, columns = np.divmod(np.unique(np.concatenate(found)), max(1, len(self._words)))
        return rows, columns


def candidates(prints: Prints, mirrored: bool) -> Iterator[tuple[Places, Places]]:
    """Pairs i < j that may be one picture (or mirror images) by either hash, a block at a time: int64 (m,) each.

    A pair may come in two blocks.
    """
    n = len(prints.words)
    whole = HashIndex(prints.mirrored if mirrored else prints.words)
    faces = np.flatnonzero(prints.has_face)
    chips = HashIndex((prints.chip_mirrored if mirrored else prints.chip_words)[faces])
    for start in range(0, n, BLOCK):
        rows, columns = whole.near(prints.words[start : start + BLOCK])
        here = faces[(faces >= start) & (faces < start + BLOCK)]
        more, others = chips.near(prints.chip_words[here])
        found = []
        for by_face, i, j in ((False, rows + start, columns), (True, here[more], faces[others])):
            kept = (i != j) & ~prints.unlike(i, j, mirrored, by_face)
            found.append(np.minimum(i, j)[kept] * n + np.maximum(i, j)[kept])
        yield np.divmod(np.unique(np.concatenate(found)), n)


def _band_of(words: Words, band: int) -> Words:
    width = BITS // BANDS
    return (words >> np.uint64(band * width)) & np.uint64((1 << width) - 1)


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
    if min(float(a[FACE, FACE].std()), float(b[FACE, FACE].std())) < EVEN:
        return 0.0
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


def coarse_of(chip: Chip) -> Floats:
    """A chip uint8 (64, 64) in small, float32 (144,), of length 1 and mean 0."""
    small = cv2.resize(chip[FACE, FACE], (COARSE_SIDE, COARSE_SIDE), interpolation=cv2.INTER_AREA)
    light = small.astype(np.float32).ravel()
    light -= light.mean()
    return np.asarray(light / max(float(np.linalg.norm(light)), 1e-6), dtype=np.float32)


def as_prints(pictures: Iterable[tuple[bytes, bytes, Chip | None]]) -> Prints:
    """Prints of pictures told by hash, mirrored hash and the chip of the largest face."""
    hashes: list[tuple[bytes, bytes, bytes, bytes]] = []
    coarse, has_face = list[Floats](), list[bool]()
    for own, mirrored, chip in pictures:
        hashes.append((own, mirrored, *((bytes(8), bytes(8)) if chip is None else chip_hashes(chip))))
        coarse.append(np.zeros(COARSE_SIDE**2, np.float32) if chip is None else coarse_of(chip))
        has_face.append(chip is not None)
    own_words, mirrored_words, chip_words, chip_mirrored = (as_words([row[k] for row in hashes]) for k in range(4))
    square = np.array(coarse, dtype=np.float32).reshape(-1, COARSE_SIDE, COARSE_SIDE)
    return Prints(
        own_words,
        mirrored_words,
        chip_words,
        chip_mirrored,
        np.array(has_face, dtype=bool),
        square.reshape(-1, COARSE_SIDE**2),
        square[:, :, ::-1].reshape(-1, COARSE_SIDE**2),
    )
