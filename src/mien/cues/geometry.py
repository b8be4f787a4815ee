"""The points of a face become cues (Face → Cues).

All lengths are measured on the face turned to the front and level, y growing downwards, in D, the distance of the eye
centres. The pose is undone in three dimensions, so that a nodding head does not raise its brows. Openness follows
Soukupova & Cech 2016, everything else is plain FACS geometry; `mien.cues.names.CUES` names unit and source of each cue.

Beyond `MAX_YAW_DEG` the cues of the side that turns away are invalid, beyond `MAX_PITCH_DEG` all cues except the head's
own angles. Cues that need both sides (the gaze, the width of the mouth) include the hidden side and stay valid.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.cues.names import CUES, NAMES, SIDES
from mien.face.align import Pose, fit_pose
from mien.face.mesh import CONTOUR_POINTS, LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS
from mien.nets import Floats
from mien.values import EYE_POINTS, MESH_POINTS, Cues, Face

MAX_YAW_DEG = 45.0
MAX_PITCH_DEG = 40.0
IRIS_CENTRE = CONTOUR_POINTS
"""Index of the iris centre among an eye's 76 points: right after the contour."""
IRIS_POINTS = EYE_POINTS - IRIS_CENTRE

# For each side, the subject's right first, mesh indices of:
EYE_CORNERS = (RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS)  # outer, inner
UPPER_LID = ((160, 158), (387, 385))
LOWER_LID = ((144, 153), (373, 380))
BROW_LINE = ((70, 63, 105, 66, 107), (300, 293, 334, 296, 336))  # outer to inner
LID_TOP = ((159, 158, 160), (386, 385, 387))
MOUTH_CORNER = (61, 291)
NOSE_WING = (129, 358)
# Along the middle line:
UPPER_LIP, LOWER_LIP = (0, 13), (17, 14)  # outer edge, inner edge
INNER_LIP_PAIRS = ((82, 87), (13, 14), (312, 317))
INNER_CORNERS = (78, 308)
NOSE_BASE, CHIN = 2, 152


def measure(face: Face) -> Cues:
    """Measure every cue of a face."""
    pose, mesh, irises = to_front(face)
    pitch, yaw, roll = pose.degrees
    points = mesh.tolist()  # for a few points each, plain numbers are faster than arrays
    measured = dict(_shape(points)) | dict(_gaze(points, irises[:, 0].tolist()))
    measured |= {"pitch": pitch, "yaw": yaw, "roll": roll}
    values = np.array([measured[name] for name in NAMES], dtype=np.float32)
    valid = np.isfinite(values) & _seen(yaw, pitch)
    return Cues(time_s=face.time_s, values=np.where(valid, values, 0), valid=valid)


def to_front(face: Face) -> tuple[Pose, Floats, Floats]:
    """A face's pose, and the face turned to the front by it, in eye distances: mesh float32 (468, 3), irises float32
    (2, 5, 3), the subject's right one first, each at the depth of its eye's corners."""
    pose = fit_pose(face.points_px)
    depths = face.points_px[EYE_CORNERS, 2].mean(axis=1)
    irises = np.empty((2 * IRIS_POINTS, 3), dtype=np.float32)
    irises[:, :2] = face.eyes_px[:, IRIS_CENTRE:].reshape(-1, 2)
    irises[:, 2] = depths.repeat(IRIS_POINTS)
    frontal = pose.undo(np.concatenate([face.points_px, irises]))
    return pose, frontal[:MESH_POINTS], frontal[MESH_POINTS:].reshape(2, IRIS_POINTS, 3)


def mirror_table() -> tuple[NDArray[np.int64], Floats]:
    """Order int64 (c,) and signs float32 (c,) that mirror an array of cues: `values[..., order] * signs`."""
    order = np.array([NAMES.index(cue.twin or cue.name) for cue in CUES])
    return order, np.array([-1 if cue.odd else 1 for cue in CUES], dtype=np.float32)


Point = Sequence[float]
"""x to the picture's right, y downwards, z away from the camera."""


def _shape(p: Sequence[Point]) -> Mapping[str, float]:
    """Cues of lids, brows, nose and mouth from the frontal mesh."""
    unit = _apart(*(_middle([p[i] for i in corners]) for corners in EYE_CORNERS))
    cues: dict[str, float] = {}
    for i, side in enumerate(SIDES):
        outer, inner = (p[j] for j in EYE_CORNERS[i])
        upper, lower = [p[j] for j in UPPER_LID[i]], [p[j] for j in LOWER_LID[i]]
        brow, lid_top = [p[j] for j in BROW_LINE[i]], [p[j] for j in LID_TOP[i]]
        cues[f"eye_openness_{side}"] = sum(map(_apart, upper, lower)) / (2 * _apart(outer, inner))
        cues[f"lower_lid_raise_{side}"] = ((outer[1] + inner[1]) / 2 - _middle(lower)[1]) / unit
        cues[f"brow_height_{side}"] = (_middle(lid_top)[1] - _middle(brow)[1]) / unit
        cues[f"inner_brow_height_{side}"] = (inner[1] - brow[-1][1]) / unit
        run, rise = abs(brow[-1][0] - brow[0][0]), brow[0][1] - brow[-1][1]
        cues[f"brow_slope_{side}"] = math.degrees(math.atan2(rise, run))
        lip_middle = (p[UPPER_LIP[1]][1] + p[LOWER_LIP[1]][1]) / 2
        cues[f"corner_lift_{side}"] = (lip_middle - p[MOUTH_CORNER[i]][1]) / unit
    cues["inner_brow_distance"] = _apart(p[BROW_LINE[0][-1]], p[BROW_LINE[1][-1]]) / unit
    cues["nose_lip_distance"] = (p[UPPER_LIP[0]][1] - p[NOSE_BASE][1]) / unit
    inner_corners = _middle([p[inner] for _, inner in EYE_CORNERS])
    cues["nose_length"] = (_middle([p[i] for i in NOSE_WING])[1] - inner_corners[1]) / unit
    cues["nostril_width"] = _apart(*(p[i] for i in NOSE_WING)) / unit
    gaps = [_apart(p[upper], p[lower]) for upper, lower in INNER_LIP_PAIRS]
    cues["mouth_openness"] = sum(gaps) / (3 * _apart(*(p[i] for i in INNER_CORNERS)))
    cues["mouth_width"] = _apart(*(p[i] for i in MOUTH_CORNER)) / unit
    lips = sum(_apart(*(p[i] for i in lip)) for lip in (UPPER_LIP, LOWER_LIP))
    cues["lip_thickness"] = lips / unit
    cues["jaw_drop"] = (p[CHIN][1] - p[NOSE_BASE][1]) / unit
    return cues


def _gaze(p: Sequence[Point], irises: Sequence[Point]) -> Mapping[str, float]:
    """Where the irises lie between the eye corners: x to the picture's right, y downwards, in eye widths."""
    across, down = [], []
    for corners, iris in zip(EYE_CORNERS, irises, strict=True):
        left, right = sorted((p[i] for i in corners), key=lambda corner: corner[0])
        width = max(right[0] - left[0], 1e-6)
        across.append((iris[0] - left[0]) / width - 0.5)
        down.append((iris[1] - (left[1] + right[1]) / 2) / width)
    return {"gaze_x": sum(across) / 2, "gaze_y": sum(down) / 2}


def _seen(yaw_deg: float, pitch_deg: float) -> NDArray[np.bool_]:
    """Which cues are visible in this pose, bool (c,): a far side is hidden, the head's own angles never are."""
    hidden_side = "left" if yaw_deg > 0 else "right"  # turned to the picture's right, the face hides the subject's left
    turned, tilted = abs(yaw_deg) > MAX_YAW_DEG, abs(pitch_deg) > MAX_PITCH_DEG
    return np.array(
        [c.region == "head" or not (tilted or (turned and c.name.endswith(hidden_side))) for c in CUES], dtype=bool
    )


def _middle(points: Sequence[Point]) -> Point:
    return [sum(one[axis] for one in points) / len(points) for axis in (0, 1)]


def _apart(a: Point, b: Point) -> float:
    """Distance in the picture plane."""
    return math.hypot(a[0] - b[0], a[1] - b[1])
