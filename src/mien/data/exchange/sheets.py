"""The origin's two data sheets, exactly its files and columns (rows ↔ CSV).

    emotional-class-datasheet.csv   Image URL, Emotional Class
    facial_landmarks_data.csv       Image, EmotionClass, TotalFaceArea, EyesX, EyesY, NoseX, NoseY, MouthX, MouthY,
                                    Path, NumFaces

A row of the second is a face. Lists stand in brackets; lengths are pixels of the picture, areas pixels². Of the 68
points the eyes' are 36–47, the mouth's 48–67. Which eight of the scheme's nine nose points the origin took is not told;
here they are 27–34, the slice 27:35, without the outer point of the left wing. Pictures of a class lie in a folder
`happy-face`.

What others wrote is read with patience: lists with commas, blanks or neither brackets, numbers missing, columns in
another order, a byte order mark, UTF-16, semicolons, tabs. Whatever is lacking stays lacking, and is said.
"""

import codecs
import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from mien.errors import BadInput
from mien.nets import Floats
from mien.writing import write_bytes

CLASS_FILE, CLASS_COLUMNS = "emotional-class-datasheet.csv", ("Image URL", "Emotional Class")
LANDMARK_FILE = "facial_landmarks_data.csv"
LANDMARK_COLUMNS = ("Image", "EmotionClass", "TotalFaceArea", "EyesX", "EyesY", "NoseX", "NoseY", "MouthX", "MouthY",
                    "Path", "NumFaces")  # fmt: skip
POINTS: Mapping[str, slice] = {"eyes": slice(36, 48), "nose": slice(27, 35), "mouth": slice(48, 68)}
"""Which of the 68 points each list holds."""
MAX_BYTES = 256 * 2**20
_BLANK = frozenset({"", "nan", "none", "null", "na", "n/a"})
_AROUND = re.compile(r"[\s\[\](),;]+")
_NUMPY = re.compile(r"(?:np\.)?array\(|,\s*dtype=[\w.]+")
Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A picture's address and the class that it was put in ("" if none)."""

    url: str
    shown: str


@dataclass(frozen=True, slots=True)
class LandmarkRow:
    """A face: lists of coordinates are empty, numbers None and texts "" where the sheet has none."""

    image: str
    shown: str
    area: float | None = None
    eyes_x: Numbers = ()
    eyes_y: Numbers = ()
    nose_x: Numbers = ()
    nose_y: Numbers = ()
    mouth_x: Numbers = ()
    mouth_y: Numbers = ()
    path: str = ""
    faces: int | None = None


LIST_FIELDS = tuple(f"{part}_{axis}" for part in POINTS for axis in "xy")


def row_of_points(image: str, shown: str, points: Floats, area: float, path: str, faces: int) -> LandmarkRow:
    """A row from a face's 68 points, float32 (68, 2), picture pixels, told to a hundredth."""
    told = np.round(points.astype(np.float64), 2)
    lists = {f"{part}_{axis}": tuple(told[which, at].tolist()) for part, which in POINTS.items()
             for at, axis in enumerate("xy")}  # fmt: skip
    return LandmarkRow(image, shown, round(area, 1), path=path, faces=faces, **lists)


def folder_of(shown: str) -> str:
    """The folder of a class's pictures."""
    return f"{shown}-face"


def write_class_sheet(rows: Iterable[ClassRow], path: Path) -> None:
    """Write `emotional-class-datasheet.csv`."""
    _write(path, CLASS_COLUMNS, ((row.url, row.shown) for row in rows))


def write_landmark_sheet(rows: Iterable[LandmarkRow], path: Path) -> None:
    """Write `facial_landmarks_data.csv`."""
    _write(path, LANDMARK_COLUMNS, (tuple(_cell(getattr(row, f.name)) for f in fields(LandmarkRow)) for row in rows))


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_cell(number) for number in value) + "]" if value else ""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else str(value)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode("utf-8"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet holds: rows of one kind, and its gaps in words, each with how many rows it concerns."""

    path: Path
    rows: tuple[ClassRow, ...] | tuple[LandmarkRow, ...]
    gaps: Mapping[str, int]


def read_sheet(path: Path) -> Sheet:
    """Read a sheet of either kind, told apart by its columns.

    Raises
    ------
    BadInput
        If there is none, or it has the columns of neither.
    """
    gaps: dict[str, int] = {}
    header, *lines = read_lines(path, gaps)
    names = {re.sub(r"[\s_]", "", name.casefold()): place for place, name in enumerate(header)}

    def places(columns: Sequence[str]) -> list[int | None]:
        return [names.get(re.sub(r"\s", "", name.casefold())) for name in columns]

    def cells(columns: Sequence[str]) -> Iterable[list[str]]:
        at = places(columns)
        lacking = [name for name, place in zip(columns, at, strict=True) if place is None]
        for name in lacking:
            gaps[f"no column {name}"] = len(lines)
        others = len(set(range(len(header))) - set(at))
        if others:
            gaps[f"{others} more column{'s' * (others > 1)}, not read"] = len(lines)
        for line in lines:
            if len(line) < len(header):
                _count(gaps, "fewer cells than columns")
            yield [line[place].strip() if place is not None and place < len(line) else "" for place in at]

    if None not in places(LANDMARK_COLUMNS[:2]):
        rows = tuple(_landmark_row(line, gaps) for line in cells(LANDMARK_COLUMNS))
        return Sheet(path, rows, gaps)
    if None not in places(CLASS_COLUMNS):
        found = tuple(ClassRow(url, shown) for url, shown in cells(CLASS_COLUMNS))
        for row in found:
            _count(gaps, "no class", not row.shown)
            _count(gaps, "no address", not row.url)
        return Sheet(path, found, gaps)
    raise BadInput(
        f"{path}: columns {', '.join(header)[:120]}; a sheet has either {', '.join(CLASS_COLUMNS)}"
        f" or {', '.join(LANDMARK_COLUMNS)}"
    )


def read_lines(path: Path, gaps: dict[str, int]) -> list[list[str]]:
    """The lines of a table, blank ones left out, the first with the columns' names; what was guessed joins `gaps`.

    Raises
    ------
    BadInput
        If the file cannot be read, is no table, or is empty.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"{path}: {path.stat().st_size / 2**20:.0f} MB; up to {MAX_BYTES / 2**20:.0f} MB are read")
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); give a sheet, or the folder of both") from None
    try:
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
        gaps["not UTF-8: read as Windows-1252"] = 1
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)  # the first of equals
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        lines = [line for line in rows if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise BadInput(f"{path}: not a table ({error}); give a CSV file") from None
    if not lines:
        raise BadInput(f"{path}: empty; the first line of a sheet names its columns")
    return lines


def _landmark_row(line: list[str], gaps: dict[str, int]) -> LandmarkRow:
    image, shown, area, *lists, path, faces = line
    points: dict[str, Numbers] = {}
    for name, cell in zip(LIST_FIELDS, lists, strict=True):
        points[name] = _numbers(cell, name, gaps)
    for part in POINTS:
        if len({len(points[f"{part}_{axis}"]) for axis in "xy"}) > 1:
            _count(gaps, f"X or Y lacking for the {part}: both left out")
            points |= {f"{part}_{axis}": () for axis in "xy"}
    _count(gaps, "no points", not any(points.values()))
    _count(gaps, "no Path", not path)
    _count(gaps, "no Image", not image)
    _count(gaps, "no class", not shown)
    number = _number(faces, "NumFaces", gaps)
    whole = None if number is None else int(number)
    _count(gaps, "several faces in the picture", whole is not None and whole > 1)
    return LandmarkRow(image, shown, _number(area, "TotalFaceArea", gaps), **points, path=path, faces=whole)


def _numbers(cell: str, name: str, gaps: dict[str, int]) -> Numbers:
    wanted = len(range(*POINTS[name[:-2]].indices(68)))
    told = [word for word in _AROUND.split(_NUMPY.sub("", cell)) if word]
    if not told or (len(told) == 1 and told[0].casefold() in _BLANK):
        return ()
    found = tuple(number for word in told if (number := _finite(word)) is not None)
    if len(found) != len(told):
        _count(gaps, f"{_column(name)} is no list of numbers: left out")
        return ()
    if len(found) != wanted:
        _count(gaps, f"{_column(name)} has not {wanted} numbers: left out")
        return ()
    return found


def _number(cell: str, name: str, gaps: dict[str, int]) -> float | None:
    plain = cell.strip("[]() ")
    if plain.casefold() in _BLANK:
        _count(gaps, f"no {name}")
        return None
    number = _finite(plain)
    _count(gaps, f"{name} is no number: left out", number is None)
    return number


def _finite(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _column(name: str) -> str:
    part, axis = name.split("_")
    return f"{part.capitalize()}{axis.upper()}"


def _count(gaps: dict[str, int], gap: str, is_so: bool = True) -> None:
    if is_so:
        gaps[gap] = gaps.get(gap, 0) + 1
