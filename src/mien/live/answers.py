"""What the reading process says ↔ values: plain data that travels as JSON, written by it and read by its session.

Numbers are rounded on the way. Places are shares of the picture's width and height; cues are in their own units and in
the order of `mien.cues.names.NAMES`, with None for what is not seen. Nothing of `mien.affect` is loaded before somebody
is read.
"""

from typing import TYPE_CHECKING, TypedDict, final

import numpy as np

from mien.cues.geometry import IRIS_CENTRE
from mien.face.landmarks68 import landmarks68
from mien.nets import Floats
from mien.values import Affect, Cues, Face
from mien.vocabulary import Classes

if TYPE_CHECKING:
    from mien.affect.closer import Glance
    from mien.affect.network import Explained


class GlanceRow(TypedDict):
    """What a closer look was given, as `mien.affect.closer.Glance`."""

    first: float
    coefficients: list[float]
    clear: float


class AffectRow(TypedDict):
    """A reading: `probs` in the order of the reader's classes, `shares` in that of the regions; `worth` is how well the
    face is seen, 0..1."""

    probs: list[float]
    valence: float
    arousal: float
    doubt: float
    shares: list[float]
    worth: float
    glance: GlanceRow | None


class FaceRow(TypedDict):
    """A face that was found: `box` is x0, y0, x1, y1, `pose_deg` pitch, yaw and roll, `points` are the 68 of iBUG,
    `irises` have x, y and a radius as a share of the width.

    `coefficients` are 0..1 in the order of `mien.cues.coefficients`, None where nobody asked for them; `affect` is None
    where no expression is read.
    """

    score: float
    box: list[float]
    pose_deg: list[float]
    points: list[list[float]]
    irises: list[list[float]]
    cues: list[float | None]
    coefficients: list[float] | None
    affect: AffectRow | None


@final
class FrameRow(TypedDict):
    """A frame that was read: its faces, the largest first, its width and height, and the milliseconds of each stage."""

    seq: int
    captured_s: float
    size_px: list[int]
    faces: list[FaceRow]
    ms: dict[str, float]


@final
class Refusal(TypedDict):
    """A frame that could not be read, and why."""

    seq: int
    captured_s: float
    error: str


@final
class Ready(TypedDict):
    """The first thing said: what of `mien.affect` is loaded."""

    ready: bool
    affect_modules: list[str]


Answer = FrameRow | Refusal


def face_row(
    face: Face, cues: Cues, coefficients: Floats | None, affect: AffectRow | None, size_px: tuple[int, int]
) -> FaceRow:
    """A face in a picture of that width and height, with what was measured and read of it."""
    width, height = size_px
    size = np.array(size_px, dtype=np.float32)
    centres = face.eyes_px[:, IRIS_CENTRE]
    radii = np.linalg.norm(face.eyes_px[:, IRIS_CENTRE + 1 :] - centres[:, None], axis=2).mean(axis=1) / width
    x0, y0, x1, y1 = face.box_px
    return {
        "score": round(face.score, 3),
        "box": [round(v, 4) for v in (x0 / width, y0 / height, x1 / width, y1 / height)],
        "pose_deg": [round(v, 1) for v in face.pose_deg],
        "points": np.round(landmarks68(face) / size, 4).astype(float).tolist(),
        "irises": [
            [round(float(x), 4), round(float(y), 4), round(float(r), 4)]
            for (x, y), r in zip(centres / size, radii, strict=True)
        ],
        "cues": [
            round(float(value), 5) if is_valid else None
            for value, is_valid in zip(cues.values, cues.valid, strict=True)
        ],
        "coefficients": None if coefficients is None else _rounded(coefficients),
        "affect": affect,
    }


def affect_row(explained: "Explained") -> AffectRow:
    """A reading."""
    read, glance = explained.affect, explained.glance
    return {
        "probs": [round(p, 5) for p in read.probs],
        "valence": read.valence,
        "arousal": read.arousal,
        "doubt": read.doubt,
        "shares": [round(s, 5) for s in read.shares],
        "worth": explained.worth,
        "glance": None
        if glance is None
        else {"first": glance.first, "coefficients": _rounded(glance.coefficients), "clear": glance.clear},
    }


def cues_of(face: FaceRow, time_s: float) -> Cues:
    """The cues of a face."""
    valid = np.array([value is not None for value in face["cues"]])
    return Cues(time_s, np.array([value or 0.0 for value in face["cues"]], dtype=np.float32), valid)


def coefficients_of(face: FaceRow) -> Floats | None:
    """The expression coefficients of a face, float32 (52,), None where nobody asked for them."""
    return None if face["coefficients"] is None else np.array(face["coefficients"], np.float32)


def affect_of(affect: AffectRow, time_s: float, classes: Classes) -> Affect:
    """A reading of these classes; its rounded numbers sum to 1 again."""
    whole, shares = sum(affect["probs"]), sum(affect["shares"])
    return Affect(
        time_s,
        tuple(p / whole for p in affect["probs"]),
        affect["valence"],
        affect["arousal"],
        affect["doubt"],
        tuple(share / shares for share in affect["shares"]),
        classes,
    )


def glance_of(affect: AffectRow) -> "Glance | None":
    """What the closer look of a reading was given, None where none was taken."""
    from mien.affect.closer import Glance

    given = affect["glance"]
    return given and Glance(given["first"], np.array(given["coefficients"], np.float32), given["clear"])


def _rounded(coefficients: Floats) -> list[float]:
    return [round(float(value), 4) for value in coefficients]
