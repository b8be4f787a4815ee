"""What a project holds, told face by face for sheets, tables and descriptions (tables → rows).

A face's class is what most people said, and else the folder's (`mien.data.labelling.truth`). Pictures with a mark that
spoils them, and faces on whose class people do not agree, are left out of sheets and say so in tables. Pictures whose
people refused consent are in neither.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from shutil import copyfile
from urllib.parse import urlsplit

from PIL import Image

from mien.data.arrivals import FIRST_ARRIVAL, REFUSED
from mien.data.exchange.sheets import (
    CLASS_FILE,
    LANDMARK_FILE,
    ClassRow,
    LandmarkRow,
    folder_of,
    row_of_points,
    write_class_sheet,
    write_landmark_sheet,
)
from mien.data.labelling.truth import truths
from mien.data.pictures.faces import points_from
from mien.data.project import Project
from mien.writing import make_folder, write_aside

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "BMP": ".bmp", "TIFF": ".tif", "GIF": ".gif"}
DIGITS = 10
"""So many of a picture's sha256 end its name beside a sheet."""
NOT_FETCHED = "not fetched: only an address"
"""The problem of an address that a sheet tells, and that nobody looked at."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: faces and pictures with a class, faces left out, of them those whose people `refused`
    consent, and copies that could not be made."""

    faces: int
    pictures: int
    left_out: int
    refused: int
    copied: int
    gone: int


def classes_of_faces(project: Project) -> dict[int, str]:
    """The class of each face that has one."""
    known = truths(project)
    names = [one.name for one in project.classes]
    pairs = zip(known.faces.tolist(), known.majority.tolist(), strict=True)
    return {face: names[place] for face, place in pairs if place >= 0}


def landmark_rows(project: Project, name_of: Callable[[str, str], tuple[str, str]]) -> Iterator[LandmarkRow]:
    """A row for each face with a class, in the order of the class sheet: by address, the largest face of a picture
    first.

    Parameters
    ----------
    name_of : from sha256 and class to the picture's name and path, as the sheet tells them.
    """
    shown = classes_of_faces(project)
    for row in project.db.execute(
        "SELECT id, sha256, x0, y0, x1, y1, points, count(*) OVER (PARTITION BY sha256) AS faces"
        f" FROM faces LEFT JOIN ({FIRST_ARRIVAL}) USING (sha256) ORDER BY address, sha256, rank"
    ):
        if row["id"] not in shown:
            continue
        image, path = name_of(row["sha256"], shown[row["id"]])
        area = (row["x1"] - row["x0"]) * (row["y1"] - row["y0"])
        yield row_of_points(image, shown[row["id"]], points_from(row["points"]), area, path, row["faces"])


def class_rows(project: Project) -> Iterator[ClassRow]:
    """A row for each picture whose largest face has a class, and for each address of a sheet that told a class, but
    whose picture was not fetched. What turned out to be no picture is none."""
    shown = classes_of_faces(project)
    for row in project.db.execute(f"SELECT id, address FROM faces JOIN ({FIRST_ARRIVAL}) USING (sha256) WHERE rank = 0"
                                  " ORDER BY address, sha256"):  # fmt: skip
        if row["id"] in shown:
            yield ClassRow(row["address"], shown[row["id"]])
    bare = (
        "SELECT arrivals.address, class FROM arrivals JOIN sources ON id = source WHERE sha256 IS NULL AND"
        " class NOT NULL AND problem = ? AND consent != 'refused' ORDER BY source, arrivals.address"
    )
    for row in project.db.execute(bare, (NOT_FETCHED,)):
        yield ClassRow(row["address"], row["class"])


def write_sheets(project: Project, folder: Path, *, with_pictures: bool = False) -> Written:
    """Write the origin's two sheets, and if wished the pictures in folders of their classes.

    Raises
    ------
    CannotWrite
        If the folder cannot be written to.
    """
    addresses = {row["sha256"]: row["address"] for row in project.db.execute(FIRST_ARRIVAL)}
    copies: dict[str, str] = {}
    gone: set[str] = set()

    def name_of(digest: str, shown: str) -> tuple[str, str]:
        source = project.path_of(digest)
        name = _readable(addresses.get(digest, ""), digest) + suffix_of(source)
        if not with_pictures:
            return name, ""
        if not source.is_file():
            gone.add(digest)
            return name, ""
        path = copies.setdefault(digest, f"{folder_of(shown)}/{name}")
        return name, path

    rows = list(landmark_rows(project, name_of))
    make_folder(folder)
    for digest, path in copies.items():
        _copy(project.path_of(digest), folder / path)
    write_landmark_sheet(rows, folder / LANDMARK_FILE)
    write_class_sheet(class_rows(project), folder / CLASS_FILE)
    faces = project.db.execute("SELECT count(*) FROM faces").fetchone()[0]
    refused = project.db.execute(f"SELECT count(*) FROM faces WHERE sha256 IN ({REFUSED})").fetchone()[0]
    pictures = len({row.image for row in rows})
    return Written(len(rows), pictures, faces - len(rows), refused, len(copies), len(gone))


def _copy(source: Path, target: Path) -> None:
    """Copy a picture to a name that holds its digest; other files of the folder stay as they are."""
    if target.exists():
        return
    make_folder(target.parent)
    with write_aside(target) as aside:
        copyfile(source, aside)


def suffix_of(picture: Path) -> str:
    """The suffix that goes with a picture's bytes; ".jpg" where they are gone."""
    try:
        with Image.open(picture, formats=tuple(SUFFIXES)) as image:
            return SUFFIXES[str(image.format)]
    except (OSError, KeyError):
        return ".jpg"


def plain_stem(address: str) -> str:
    """The last part of an address as a file may be called anywhere: letters, digits, - and _, no suffix."""
    path = PurePosixPath(urlsplit(address).path.replace("\\", "/"))
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in path.stem)[:40].strip("-")


def _readable(address: str, digest: str) -> str:
    """A name that tells where a picture is from, and is like no other's."""
    stem = plain_stem(address)
    return f"{stem}-{digest[:DIGITS]}" if stem else digest[:DIGITS]
