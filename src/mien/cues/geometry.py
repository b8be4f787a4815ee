"""The points of a face become cues (Face → Cues).

All lengths are measured on the face turned to the front (the pose is undone in three dimensions, so that a nodding head
does not raise its brows), level, y growing downwards, in D, the distance of the eye centres. The formulas are those of
Soukupova & Cech 2016 for openness and plain FACS geometry else; `mien.cues.names.CUES` names unit and source of each.

A cue is invalid where the head is turned so far (beyond 45°) that its side of the face cannot be seen well.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.cues.names import CUES, NAMES, SIDES
from mien.face.align import fit_pose
from mien.face.mesh import CONTOUR_POINTS, LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS
from mien.nets import Floats
from mien.values import Cues, Face

MAX_YAW_DEG = 45.0
MAX_PITCH_DEG = 40.0
IRIS_CENTRE = CONTOUR_POINTS
"""Place of the iris centre among an eye's 76 points: right after the contour."""

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
    pose = fit_pose(face.points_px)
    frontal = pose.undo(face.points_px)
    irises = np.concatenate(
        [
            face.eyes_px[:, IRIS_CENTRE],
            np.stack([face.points_px[list(corners), 2].mean(keepdims=True) for corners in EYE_CORNERS]),
        ],
        axis=1,
    )
    pitch, yaw, roll = pose.degrees
    measured = dict(_shape(frontal[:, :2])) | dict(_gaze(frontal[:, :2], pose.undo(irises)[:, :2]))
    measured |= {"pitch": pitch, "yaw": yaw, "roll": roll}
    values = np.array([measured[name] for name in NAMES], dtype=np.float32)
    valid = np.isfinite(values) & _seen(yaw, pitch)
    return Cues(time_s=face.time_s, values=np.where(valid, values, 0), valid=valid)


def mirrored(cues: Cues) -> Cues:
    """The cues of the same face in a mirror: left and right change places, odd cues their sign."""
    order, signs = mirror_table()
    return Cues(cues.time_s, cues.values[order] * signs, cues.valid[order])


def mirror_table() -> tuple[NDArray[np.int64], Floats]:
    """Order int64 (c,) and signs float32 (c,) that mirror an array of cues: `values[..., order] * signs`."""
    order = np.array([NAMES.index(cue.twin or cue.name) for cue in CUES])
    return order, np.array([-1 if cue.odd else 1 for cue in CUES], dtype=np.float32)


def named(cues: Cues) -> Mapping[str, float]:
    """The valid cues by name."""
    return {name: float(v) for name, v, ok in zip(NAMES, cues.values, cues.valid, strict=True) if ok}


def _shape(p: Floats) -> Mapping[str, float]:
    """Cues of lids, brows, nose and mouth from frontal points float32 (468, 2)."""
    centres = [p[list(corners)].mean(axis=0) for corners in EYE_CORNERS]
    unit = _distance(centres[0], centres[1])
    cues: dict[str, float] = {}
    for i, side in enumerate(SIDES):
        outer, inner = p[list(EYE_CORNERS[i])]
        upper, lower = p[list(UPPER_LID[i])], p[list(LOWER_LID[i])]
        brow, lid_top = p[list(BROW_LINE[i])], p[list(LID_TOP[i])]
        cues[f"eye_openness_{side}"] = float(
            np.linalg.norm(upper - lower, axis=1).sum() / (2 * _distance(outer, inner))
        )
        cues[f"lower_lid_raise_{side}"] = float((outer[1] + inner[1]) / 2 - lower[:, 1].mean()) / unit
        cues[f"brow_height_{side}"] = float((lid_top[:, 1].mean() - brow[:, 1].mean()) / unit)
        cues[f"inner_brow_height_{side}"] = float((inner[1] - brow[-1, 1]) / unit)
        run, rise = abs(float(brow[-1, 0] - brow[0, 0])), float(brow[0, 1] - brow[-1, 1])
        cues[f"brow_slope_{side}"] = float(np.degrees(np.arctan2(rise, run)))
        lip_middle = (p[UPPER_LIP[1], 1] + p[LOWER_LIP[1], 1]) / 2
        cues[f"corner_lift_{side}"] = float((lip_middle - p[MOUTH_CORNER[i], 1]) / unit)
    cues["inner_brow_distance"] = _distance(p[BROW_LINE[0][-1]], p[BROW_LINE[1][-1]]) / unit
    cues["nose_lip_distance"] = float(p[UPPER_LIP[0], 1] - p[NOSE_BASE, 1]) / unit
    inner_corners = p[[EYE_CORNERS[0][1], EYE_CORNERS[1][1]], 1].mean()
    cues["nose_length"] = float(p[list(NOSE_WING), 1].mean() - inner_corners) / unit
    cues["nostril_width"] = _distance(p[NOSE_WING[0]], p[NOSE_WING[1]]) / unit
    gaps = [_distance(p[upper], p[lower]) for upper, lower in INNER_LIP_PAIRS]
    cues["mouth_openness"] = sum(gaps) / (3 * _distance(p[INNER_CORNERS[0]], p[INNER_CORNERS[1]]))
    cues["mouth_width"] = _distance(p[MOUTH_CORNER[0]], p[MOUTH_CORNER[1]]) / unit
    lips = _distance(p[UPPER_LIP[0]], p[UPPER_LIP[1]]) + _distance(p[LOWER_LIP[0]], p[LOWER_LIP[1]])
    cues["lip_thickness"] = lips / unit
    cues["jaw_drop"] = float(p[CHIN, 1] - p[NOSE_BASE, 1]) / unit
    return cues


def _gaze(p: Floats, irises: Floats) -> Mapping[str, float]:
    """Where the irises stand between the eye corners: x to the picture's right, y downwards, in eye widths."""
    across, down = [], []
    for corners, iris in zip(EYE_CORNERS, irises, strict=True):
        left, right = sorted(p[list(corners)].tolist())
        width = max(right[0] - left[0], 1e-6)
        across.append((iris[0] - left[0]) / width - 0.5)
        down.append((iris[1] - (left[1] + right[1]) / 2) / width)
    return {"gaze_x": float(np.mean(across)), "gaze_y": float(np.mean(down))}


def _seen(yaw_deg: float, pitch_deg: float) -> NDArray[np.bool_]:
    """Which cues the pose lets one see, bool (c,): a far side is hidden, the head's own angles never are."""
    hidden_side = "left" if yaw_deg > 0 else "right"  # turned to the picture's right, the subject's left goes away
    turned, tilted = abs(yaw_deg) > MAX_YAW_DEG, abs(pitch_deg) > MAX_PITCH_DEG
    return np.array(
        [c.region == "head" or not (tilted or (turned and c.name.endswith(hidden_side))) for c in CUES], dtype=bool
    )


def _distance(a: Floats, b: Floats) -> float:
    return float(np.linalg.norm(a - b))
