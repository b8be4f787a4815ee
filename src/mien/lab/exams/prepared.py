"""FER+ sides prepared for the methods that are compared: Haar boxes, 68 points and chips, kept between runs.

Conventions: pictures uint8 (n, 48, 48); boxes int32 (n, 4), left, top, right, bottom in picture pixels, the whole
picture where the cascade finds nothing; found bool (n,); points float32 (n, 68, 2), with level eye centres, their
midpoint the origin, their distance 1; chips uint8 (n, 64, 64).

The cascade is OpenCV's frontal face (Viola & Jones 2001). FER2013's pictures are tight crops, so each is laid on a
border of its own edge and enlarged before the cascade looks: without that it finds almost none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face.landmarks68 import PARTS, landmarks68
from mien.face.look import look_close_ups
from mien.lab.arrays import load_arrays, save_arrays
from mien.lab.exams.exam import Exam, Pictures
from mien.nets import Floats
from mien.values import Face

BORDER_PX, ENLARGED = 12, 3
PARTS_KEPT = ("boxes", "found", "points", "chips")
SMALLEST_BOX_PX = 66
"""The smallest face sought, in pixels of the enlarged picture: 22 of FER2013's 48."""
BOXED_PX = 48


@dataclass(frozen=True, eq=False)
class Prepared:
    """Pictures with everything that the methods ask of them; each part is made when first asked for.

    `known` holds parts made earlier, by name; `given_faces` the faces, if already seen.
    """

    pictures: Pictures
    given_faces: Sequence[Face] | None = None
    known: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def faces(self) -> Sequence[Face]:
        """The faces, as a live picture's are seen."""
        return tuple(look_close_ups(self.pictures)) if self.given_faces is None else self.given_faces

    @cached_property
    def _haar(self) -> list[tuple[tuple[int, int, int, int], bool]]:
        return [haar_box(picture) for picture in self.pictures]

    @cached_property
    def boxes(self) -> NDArray[np.int32]:
        """The Haar boxes."""
        known = self.known.get("boxes")
        return np.array([box for box, _ in self._haar], dtype=np.int32) if known is None else known

    @cached_property
    def found(self) -> NDArray[np.bool_]:
        """Whether the cascade found a box."""
        known = self.known.get("found")
        return np.array([found for _, found in self._haar], dtype=bool) if known is None else known

    @cached_property
    def points(self) -> Floats:
        """The 68 points, level."""
        known = self.known.get("points")
        return np.stack([level_points(face) for face in self.faces]) if known is None else known

    @cached_property
    def chips(self) -> NDArray[np.uint8]:
        """The chips."""
        known = self.known.get("chips")
        return np.stack([face.chip for face in self.faces]) if known is None else known


def recall(exam: Exam, kept: Path) -> Prepared:
    """What was prepared for an exam and kept in that file. If the file is missing or belongs to another exam, prepare
    and keep it now."""
    if kept.is_file():
        rows, *parts = load_arrays(kept, "rows", *PARTS_KEPT).values()
        if np.array_equal(rows, exam.rows):
            return Prepared(exam.pictures, known=dict(zip(PARTS_KEPT, parts, strict=True)))
    made = Prepared(exam.pictures)
    kept.parent.mkdir(parents=True, exist_ok=True)
    save_arrays(kept, rows=exam.rows, **{name: getattr(made, name) for name in PARTS_KEPT})
    return made


def haar_box(picture: NDArray[np.uint8]) -> tuple[tuple[int, int, int, int], bool]:
    """The largest box the cascade finds, in picture pixels, and whether it found one."""
    side = picture.shape[0]
    border = round(BORDER_PX * side / 48)
    wide = cv2.copyMakeBorder(picture, border, border, border, border, cv2.BORDER_REPLICATE)
    scale = ENLARGED * 48 / side
    large = cv2.resize(wide, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    boxes = _cascade().detectMultiScale(large, 1.15, 3, minSize=(SMALLEST_BOX_PX, SMALLEST_BOX_PX))
    if not len(boxes):
        return (0, 0, side, side), False
    x, y, width, height = max(boxes, key=lambda box: box[2] * box[3])
    left, top, right, bottom = (
        int(np.clip(round(edge / scale) - border, 0, side)) for edge in (x, y, x + width, y + height)
    )
    return (left, top, right, bottom), right > left and bottom > top


def boxed(prepared: Prepared) -> Pictures:
    """The pictures inside their boxes, uint8 (n, 48, 48)."""
    cut = [p[y0:y1, x0:x1] for p, (x0, y0, x1, y1) in zip(prepared.pictures, prepared.boxes, strict=True)]
    return np.stack([cv2.resize(c, (BOXED_PX, BOXED_PX), interpolation=cv2.INTER_AREA) for c in cut]).astype(np.uint8)


def level_points(face: Face) -> Floats:
    """The 68 points with the eyes level, one unit apart, and the origin midway between them, float32 (68, 2)."""
    return level68(landmarks68(face))


def level68(points: Floats) -> Floats:
    """Likewise of the 68 points themselves, float32 (68, 2)."""
    eyes = points[PARTS["eyes"]]
    right, left = eyes[:6].mean(axis=0), eyes[6:].mean(axis=0)
    across = left - right
    length = max(float(np.hypot(*across)), 1e-3)
    cosine, sine = across / length
    turn = np.array([[cosine, -sine], [sine, cosine]], dtype=np.float32)
    return np.asarray((points - (right + left) / 2) @ turn / length, dtype=np.float32)


@cache
def _cascade() -> cv2.CascadeClassifier:
    folder = Path(cv2.__file__).parent / "data"
    return cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_default.xml"))
