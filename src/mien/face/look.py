"""A frame becomes faces: find, fit, align, in one call (Frame → tuple of Face).

`look` is for pictures of the world, with faces anywhere; `look_close` is for pictures of a single face in FER2013's
framing, as in training sets. Both end in the same `Face`, its chip cut by the same code.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.face.align import TRAINING_EYES_PX, cut_chip, cut_detail, fit_pose, level, mean_mesh
from mien.face.find import find_faces
from mien.face.mesh import Square, first_square, fit_eyes, fit_mesh, next_square, refine
from mien.nets import Floats
from mien.values import Face, Frame

MIN_MESH_SCORE = 0.5
"""Below this the mesh network says "no face here" (its own threshold in MediaPipe)."""
CLEAR_SCORE = 0.7
"""A face that the detector or the mesh scores below this ranks behind the clear ones, however large. Patches of cloth
that pass for faces reach .63; all but one of 173 faces in portraits and everyday pictures score more."""
CLOSE_MARGIN = 1.3
"""Side of the mesh's first square relative to the picture's side, in a close-up: the best of 1.0, 1.15, 1.3 and 1.5 on
1,500 training pictures (share not fitted: 6.2, 3.9, 3.8, 3.8 %; D at its first percentile 8, 9, 10, 11 pixels)."""
CLOSE_MIDDLE = (0.494, 0.393)
"""Median place of the midpoint between the eyes in a close-up, as shares of its side."""


def look(frame: Frame, depth: int = 0, most: int | None = None) -> tuple[Face, ...]:
    """See the faces of a frame, all or at most `most`: first the clear ones, the largest first, then those that barely
    pass for faces.

    Parameters
    ----------
    frame : the picture
    depth : how many levels of tiles to search beyond the whole picture (see `find_faces`)
    most : the number of faces after which the rest of a crowd is ignored
    """
    seen: list[_Seen] = []
    for candidate in find_faces(frame.rgb, depth):
        if sum(one.clear for one in seen) == most:
            break
        points, belief = fit_mesh(frame.rgb, first_square(candidate))
        if belief < MIN_MESH_SCORE or any(one.clear and _same_face(points, one.points) for one in seen):
            continue
        again = fit_mesh(frame.rgb, next_square(points))[1] if depth else belief
        if again < MIN_MESH_SCORE:
            continue  # many tiles bring false alarms: what is no face is not found again from its own points
        clear = min(belief, again, candidate.score) >= CLEAR_SCORE
        seen.append(_Seen(candidate.box_px, points, min(belief, candidate.score), clear))
    kept: list[_Seen] = []
    for found in sorted(seen, key=lambda one: not one.clear):
        if not any(_same_face(found.points, other.points) for other in kept):
            kept.append(found)
    return tuple(_face(frame, one.points, one.score, one.box_px) for one in kept[:most])


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A candidate with its mesh; `clear` if neither network much doubts that it is a face."""

    box_px: tuple[float, float, float, float]
    points: Floats
    score: float
    clear: bool


def _same_face(points: Floats, other: Floats) -> bool:
    """Whether two meshes lie on the same face: their middles are less than half a face apart."""
    apart = np.linalg.norm(points[:, :2].mean(axis=0) - other[:, :2].mean(axis=0))
    return bool(apart < np.ptp(other[:, 0]) / 2)


def look_close(frame: Frame) -> Face:
    """See the one face of a close-up in FER2013's framing (a square picture, eyes about .38 of its side apart).

    The mesh looks twice, the second time where it first found the face. If it finds none, the face is placed where
    faces lie on average, with its low score: the picture is then read in its own framing.
    """
    side = frame.rgb.shape[0]
    points, _ = fit_mesh(frame.rgb, Square(side / 2, side / 2, side * CLOSE_MARGIN, 0.0))
    points, belief = fit_mesh(frame.rgb, next_square(points))
    if belief < MIN_MESH_SCORE:
        points = _average_face(side)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    return _face(frame, points, belief, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))


def look_close_ups(pictures: NDArray[np.uint8]) -> Iterator[Face]:
    """See the face of each grey close-up, uint8 (n, s, s), as `look_close` does."""
    for picture in pictures:
        yield look_close(Frame(0.0, np.repeat(picture[:, :, None], 3, axis=2)))


def _average_face(side: int) -> Floats:
    eyes_px = TRAINING_EYES_PX / 48 * side
    middle = np.array([CLOSE_MIDDLE[0] * side, CLOSE_MIDDLE[1] * side, 0], dtype=np.float32)
    return np.asarray(mean_mesh() * np.float32(eyes_px) + middle, dtype=np.float32)


def _face(frame: Frame, points: Floats, score: float, box_px: tuple[float, float, float, float]) -> Face:
    rgb: NDArray[np.uint8] = frame.rgb
    lies = level(points)
    chip, chip_scale = cut_chip(rgb, lies)
    eyes = fit_eyes(rgb, points)
    return Face(
        time_s=frame.time_s,
        box_px=box_px,
        score=float(np.clip(score, 0, 1)),
        points_px=refine(points, eyes),
        eyes_px=eyes,
        pose_deg=fit_pose(points).degrees,
        chip=chip,
        chip_scale=chip_scale,
        detail=cut_detail(rgb, lies),
    )
