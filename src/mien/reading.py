"""Pictures and videos become readings (picture → Frame → Face → Cues → Affect), with the shipped network or another.

Whoever only wants to know how a face reads needs no more than this; `mien.instrument` makes music of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.account import account_of_reading
from mien.assets import read_manifest
from mien.errors import BadInput, NoFace
from mien.music.journey.path import MoodPath
from mien.values import Affect, Cues, Face
from mien.wishes import path_of

if TYPE_CHECKING:
    from mien.affect.doubt import Cause
    from mien.affect.network import Reader
    from mien.smoothing import Smoothing

SMALLEST_FACE_PX = 40.0
"""A face whose box is smaller holds too few pixels to read."""
REMARKABLE_DOUBT = 0.75
"""Above it a reading says what it doubts for; that a region is covered it says always."""
TILE_DEPTH = 5
"""How far pictures are searched for small faces (see `mien.face.find`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One face of a picture, read.

    `alone` holds what each region says alone: probabilities in the order of the affect's classes, by region.
    `causes` are those of its doubt, the worst first; `remarks` are things a person should know (an animated file, a
    covered face).
    """

    face: Face
    cues: Cues
    affect: Affect
    alone: Mapping[str, Sequence[float]]
    causes: "tuple[Cause, ...]"
    remarks: tuple[str, ...] = ()

    def account(self) -> dict[str, Any]:
        """The reading as plain data, ready for JSON."""
        return account_of_reading(self.face, self.cues, self.affect, self.alone) | {"remarks": list(self.remarks)}


def read(
    picture: str | Path, *, weights: str | Path | None = None, remark: Callable[[str], None] = lambda _: None
) -> tuple[Reading, ...]:
    """Read every face of a picture, the largest first; what hardly passes for a face comes last.

    Parameters
    ----------
    picture : path of a JPEG, PNG, WebP, BMP, TIFF or GIF file.
    weights : another network to read with (`.tflite`, its manifest beside it); the shipped one if not given.
    remark : called with what a person should know about the picture as a whole.

    Raises
    ------
    BadInput
        If the file cannot be used.
    NoFace
        If no face of at least 40 pixels is found.
    BadAsset
        If the weights cannot be used.
    """
    from mien.cues.geometry import measure
    from mien.face.look import look
    from mien.face.pictures import open_picture

    opened = open_picture(path_of("picture", picture))
    for text in opened.remarks:
        remark(text)
    faces = look(opened.frame, depth=TILE_DEPTH)
    large = [face for face in faces if _side_px(face) >= SMALLEST_FACE_PX]
    if not faces:
        raise NoFace(f"{picture}: no face found; give a picture in which a face is seen from the front, well lit")
    if not large:
        raise NoFace(
            f"{picture}: the largest face is {max(map(_side_px, faces)):.0f} pixels wide; "
            f"at least {SMALLEST_FACE_PX:.0f} are needed: give a larger picture or crop closer"
        )
    reader = reader_of(weights)
    readings = []
    for face in large:
        cues = measure(face)
        explained = reader.explain(face, cues)
        doubtful = explained.affect.doubt > REMARKABLE_DOUBT
        remarks = opened.remarks + tuple(cause.told for cause in explained.causes if doubtful or cause.name == "seen")
        readings.append(Reading(face, cues, explained.affect, explained.alone, explained.causes, remarks))
    return tuple(readings)


def face_at(readings: Sequence[Reading], number: int, name: str = "face") -> Reading:
    """One of a picture's faces by its number, 1 for the largest; errors call the number by its `name`.

    Raises
    ------
    BadInput
        If it has none of that number.
    """
    if not isinstance(number, int):
        raise BadInput(f"{name} {number!r:.60}: a whole number wanted; 1 is the largest")
    if number not in range(1, len(readings) + 1):
        raise BadInput(f"{name} {number!r:.60}: the picture has {len(readings)}; count from 1, the largest")
    return readings[number - 1]


def movements(reading: Reading) -> Mapping[str, float]:
    """What moves in the face of a reading: the 52 expression coefficients by ARKit's names, 0..1."""
    from mien.cues.coefficients import named_coefficients, read_coefficients

    return named_coefficients(read_coefficients(reading.face))


def watch(video: str | Path, weights: str | Path | None = None, smoothing: "Smoothing | None" = None) -> MoodPath:
    """Read the largest face of a video's frames as a path of affects, about five a second, steadied.

    The path lasts as long as the video does: where no face is seen, the last reading holds.

    Parameters
    ----------
    video : path of a video file.
    weights : another network to read with; the shipped one if not given.
    smoothing : how steady the path is to be (`mien.smoothing.Smoothing`); as usual if not given.

    Raises
    ------
    BadInput
        If the file cannot be used.
    NoFace
        If no frame holds a face of at least 40 pixels.
    """
    from mien.cues.geometry import measure
    from mien.face.look import look
    from mien.face.video import frames_of
    from mien.smoothing import USUAL, steady_affect

    reader = reader_of(weights)
    path: list[tuple[float, Affect]] = []
    frame = None
    for frame in frames_of(path_of("video", video)):
        faces = [face for face in look(frame, most=1) if _side_px(face) >= SMALLEST_FACE_PX]
        if faces:
            seen = reader.read(faces[0], measure(faces[0]))
            before = path[-1][1] if path else None
            path.append((frame.time_s, steady_affect(seen, before, smoothing or USUAL)))
    if not path:
        raise NoFace(f"{video}: no face found; give a video in which a face is seen from the front, well lit")
    if frame and frame.time_s > path[-1][0]:
        path.append((frame.time_s, replace(path[-1][1], time_s=frame.time_s)))
    return tuple(path)


def reader_of(weights: str | Path | None = None) -> "Reader":
    """The reader with these weights, loaded once a process; the shipped one if none are given.

    Raises
    ------
    BadAsset
        If the weights cannot be used.
    """
    if weights is None:
        return _reader(None, "")
    path = path_of("weights", weights)
    return _reader(path, str(read_manifest(path).get("sha256")))  # trained anew under the same name: another reader


@cache
def _reader(path: Path | None, _: str) -> "Reader":
    from mien.affect.network import Reader

    return Reader(path)


def _side_px(face: Face) -> float:
    x0, y0, x1, y1 = face.box_px
    return min(x1 - x0, y1 - y0)
