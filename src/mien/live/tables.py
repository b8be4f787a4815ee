"""The readings of a session → a table that others read: CSV with OpenFace's or py-feat's columns, Parquet.

One row a face and frame. Names are those of the tool for what it measures too; mien's own cues and affect follow, and
expression coefficients where they were read. What was not measured is left empty, never zero: mien gives no action
units and no gaze angles. Parquet needs `pyarrow` (the extra `research`); its columns bear their units.

References: OpenFace 2.0's output format (frame from 1, seconds, radians); py-feat's `Fex` (degrees, pixels).
"""

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mien.cues.coefficients import COEFFICIENTS
from mien.cues.names import CUES
from mien.errors import BadInput, extra
from mien.vocabulary import EMOTIONS

Line = Mapping[str, Any]
Column = tuple[str, str, Callable[[Line], float | int | None]]
"""Name, unit, and what it holds of a reading."""


def _cue(name: str) -> Callable[[Line], float | None]:
    return lambda line: line["cues"].get(name)


def _pose(place: int, factor: float) -> Callable[[Line], float]:
    return lambda line: round(factor * line["pose_deg"][place], 4)


def _affect(name: str) -> Callable[[Line], float | None]:
    return lambda line: line["affect"][name] if line["affect"] else None


def _probs(names: Sequence[str], among: Sequence[str]) -> list[Column]:
    """Columns of those of the reader's classes that are `among` some names, in their order."""
    return [(name, "probability", _prob(names.index(name))) for name in among if name in names]


def _prob(place: int) -> Callable[[Line], float | None]:
    return lambda line: line["affect"]["probs"][place] if line["affect"] else None


def _box(of: Callable[[Sequence[float]], float]) -> Callable[[Line], float | None]:
    return lambda line: round(of(line["box_px"]), 1) if "box_px" in line else None


_AFFECT: tuple[Column, ...] = tuple((name, "normalized", _affect(name)) for name in ("valence", "arousal", "doubt"))
_RADIAN = math.pi / 180
_FEAT_EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


def _openface(names: Sequence[str]) -> tuple[Column, ...]:
    return (
        ("frame", "", lambda line: line["seq"]),
        ("face_id", "", lambda line: line["seat"]),
        ("timestamp", "s", lambda line: line["time_s"]),
        ("confidence", "0..1", lambda line: line["score"]),
        ("success", "bool", lambda _: 1),
        *((f"pose_R{axis}", "rad", _pose(place, _RADIAN)) for place, axis in enumerate("xyz")),
        *_probs(names, names),
        *_AFFECT,
    )


def _pyfeat(names: Sequence[str]) -> tuple[Column, ...]:
    return (
        ("FaceRectX", "px", _box(lambda box: box[0])),
        ("FaceRectY", "px", _box(lambda box: box[1])),
        ("FaceRectWidth", "px", _box(lambda box: box[2] - box[0])),
        ("FaceRectHeight", "px", _box(lambda box: box[3] - box[1])),
        ("FaceScore", "0..1", lambda line: line["score"]),
        *((name, "deg", _pose(place, 1.0)) for name, place in (("Pitch", 0), ("Roll", 2), ("Yaw", 1))),
        *_probs(names, _FEAT_EMOTIONS),
        ("frame", "", lambda line: line["seq"]),
        ("approx_time", "s", lambda line: line["time_s"]),
        ("face_id", "", lambda line: line["seat"]),
        *_probs(names, [name for name in names if name not in _FEAT_EMOTIONS]),
        *_AFFECT,
    )


STYLES: Mapping[str, Callable[[Sequence[str]], tuple[Column, ...]]] = {"openface": _openface, "pyfeat": _pyfeat}
"""By name: the names of the reader's classes → columns."""
_WHOLE = ("frame", "face_id", "success")
_EACH = ("seat", "time_s", "score", "pose_deg", "cues", "affect")
"""What each reading of a session file holds, in every version."""


def readings_csv(lines: Sequence[Line], style: str = "openface") -> str:
    """The readings as CSV.

    Raises
    ------
    BadInput
        If there is no such style.
    """
    columns = _columns(style, lines)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for name, _, _ in columns])
    for line in _readings(lines):
        row = [of(line) for _, _, of in columns]
        writer.writerow(["" if value is None else value for value in row])
    return out.getvalue()


def readings_parquet(lines: Sequence[Line], style: str = "openface") -> bytes:
    """The readings as Parquet; each column's field bears its unit, the table who wrote it.

    Raises
    ------
    BadInput
        If there is no such style, or `pyarrow` is not installed.
    """
    columns = _columns(style, lines)
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise BadInput(f"Parquet needs pyarrow: {extra('research')}; --csv needs nothing") from None
    readings = _readings(lines)
    fields = [
        pa.field(name, pa.int64() if name in _WHOLE else pa.float64(), metadata={"unit": unit})
        for name, unit, _ in columns
    ]
    head = next((line for line in lines if line["kind"] == "session"), {})
    about = {"mien": json.dumps({key: head.get(key) for key in ("version", "format", "started")})}
    values = [[of(line) for line in readings] for _, _, of in columns]
    arrays = [pa.array(column, type=field.type) for column, field in zip(values, fields, strict=True)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=about)), out)
    return out.getvalue()


def names_of(lines: Sequence[Line]) -> Sequence[str]:
    """The names of the reader's classes that a session was read with."""
    head: Line = next((line for line in lines if line["kind"] == "session"), {})
    names: Sequence[str] = head.get("emotions", EMOTIONS)  # files of before 0.3 do not tell them
    return names


def columns_of(style: str, names: Sequence[str] = EMOTIONS) -> tuple[Column, ...]:
    """The columns of a style for a reader of the classes `names`, with mien's cues after those of the tool.

    Raises
    ------
    BadInput
        If there is no such style.
    """
    if style not in STYLES:
        raise BadInput(f"columns '{style}': choose one of {', '.join(STYLES)}")
    return (*STYLES[style](names), *((cue.name, cue.unit, _cue(cue.name)) for cue in CUES))


def _columns(style: str, lines: Sequence[Line]) -> tuple[Column, ...]:
    read = any(line.get("coefficients") for line in lines)
    moved = ((name, "normalized", _coefficient(name)) for name in COEFFICIENTS if read)
    return (*columns_of(style, names_of(lines)), *moved)


def _coefficient(name: str) -> Callable[[Line], float | None]:
    return lambda line: (line.get("coefficients") or {}).get(name)


def _readings(lines: Iterable[Line]) -> list[Line]:
    """The readings; where one bears no number of its frame, its place counts.

    Raises
    ------
    BadInput
        If one lacks what a reading has.
    """
    readings = [line for line in lines if line["kind"] == "reading"]
    for number, line in enumerate(readings, start=1):
        if absent := [key for key in _EACH if key not in line]:
            raise BadInput(f"reading {number} has no '{absent[0]}'; export the session again")
    return [{"seq": number, **line} for number, line in enumerate(readings, start=1)]
