"""Sheets made elsewhere become part of a project (rows → arrivals, and pictures where their files are found).

A sheet is a source of kind "sheet". A picture is sought by the row's path below the sheet's folder, or below the one
that is given, never outside of them: of a path from another machine its last parts count. Points are not taken over:
they are measured anew from the pictures (`mien data clean`), since a face of a project has all that mien measures.
"""

import io
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from PIL import Image

from mien.data.gather import DIGITS, plain_stem
from mien.data.project import CLASS_NAME, Project, now
from mien.data.sheets import CLASS_FILE, LANDMARK_FILE, ClassRow, Sheet, class_of, folder_of, read_sheet
from mien.errors import BadInput
from mien.face.pictures import FORMATS, MAX_BYTES, decode
from mien.writing import write_aside

CONSENTS = ("unknown", "given", "public", "refused")
MOST_PARTS = 4
"""So many last parts of a foreign path are tried."""
BATCH = 64
ORIENTATION = 0x0112
"""EXIF's tag."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a sheet: rows, pictures found (and of these the new ones), and its gaps with their counts."""

    sheet: Path
    rows: int
    found: int
    new: int
    gaps: Mapping[str, int] = field(default_factory=dict)


def sheets_at(path: Path) -> tuple[Path, ...]:
    """A sheet, or those of the usual names in a folder.

    Raises
    ------
    BadInput
        If there is none.
    """
    if not path.is_dir():
        return (path,)
    found = tuple(path / name for name in (CLASS_FILE, LANDMARK_FILE) if (path / name).is_file())
    if not found:
        raise BadInput(f"{path}: holds neither {CLASS_FILE} nor {LANDMARK_FILE}; give a sheet by its name")
    return found


def bring_in(
    project: Project, path: Path, pictures: Path | None = None, licence: str = "unknown", consent: str = "unknown"
) -> Brought:
    """Bring a sheet's rows into a project. Bringing it again changes nothing but what has changed.

    Parameters
    ----------
    pictures : where to look for the pictures; the sheet's folder if not given.

    Raises
    ------
    BadInput
        If the sheet cannot be read (see `read_sheet`), or `consent` is none of `CONSENTS`.
    """
    if consent not in CONSENTS:
        raise BadInput(f"consent '{consent}': give one of {', '.join(CONSENTS)}")
    sheet = read_sheet(path)
    base = (pictures or path.parent).resolve()
    gaps = dict(sheet.gaps)
    names = [one.name for one in project.classes]
    with project.change() as db:
        db.execute(
            "INSERT INTO sources (kind, address, licence, consent, begun_at) VALUES ('sheet', ?, ?, ?, ?)"
            " ON CONFLICT (kind, address) DO UPDATE SET licence = excluded.licence, consent = excluded.consent,"
            " ended_at = NULL",
            (str(path.resolve()), licence, consent, now()),
        )
        source = db.execute(
            "SELECT id FROM sources WHERE kind = 'sheet' AND address = ?", (str(path.resolve()),)
        ).fetchone()[0]
    found = new = 0
    entries = list(_entries(sheet, gaps))
    for begin in range(0, len(entries), BATCH):
        with project.change() as db:
            for address, told, places in entries[begin : begin + BATCH]:
                shown = class_of(told, names)
                if told and shown is None:
                    gap = f"class '{told[:40]}' is none of the project's: kept without a class"
                    gaps[gap] = gaps.get(gap, 0) + 1
                digest, problem, is_new = _take(project, base, places, {told, shown or told})
                found, new = found + (digest is not None), new + is_new
                if problem:
                    gaps[problem] = gaps.get(problem, 0) + 1
                db.execute(
                    "INSERT OR REPLACE INTO arrivals (source, address, sha256, class, problem, arrived_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (source, address, digest, shown, problem, now()),
                )
    with project.change() as db:
        db.execute("UPDATE sources SET ended_at = ? WHERE id = ?", (now(), source))
    return Brought(path, len(sheet.rows), found, new, gaps)


def _entries(sheet: Sheet, gaps: dict[str, int]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The pictures of a sheet: address, class as told, and where the file may be. Several faces' rows are one."""
    seen: dict[str, str] = {}
    for row in sheet.rows:
        places = (row.url,) if isinstance(row, ClassRow) else (row.path, row.image)
        address = next((place for place in places if place), "")
        if address and address not in seen:
            seen[address] = row.shown
            yield address, row.shown, places
        elif address and seen[address] != row.shown:
            gap = "told again with another class: the first counts"
            gaps[gap] = gaps.get(gap, 0) + 1


def _take(project: Project, base: Path, places: tuple[str, ...], told: set[str]) -> tuple[str | None, str | None, bool]:
    """Take a row's picture in: its sha256, or what was met instead, and whether it is new."""
    path = _seek(base, places, told)
    if path is None:
        is_far = any(place.lower().startswith(("http:", "https:")) for place in places)
        return None, "not fetched: only an address" if is_far else "no picture beside the sheet", False
    if path.stat().st_size > MAX_BYTES:
        return None, "picture too large", False
    content = path.read_bytes()
    digest = sha256(content).hexdigest()
    if project.db.execute("SELECT 1 FROM pictures WHERE sha256 = ?", (digest,)).fetchone():
        return digest, None, False
    try:
        decode(content, path.name)
        width, height = _size_upright(content)
    except BadInput as error:
        return None, str(error).removeprefix(f"{path.name}: "), False
    target = project.path_of(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    with write_aside(target) as aside, aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # the row must not reach the disk before the picture
    project.db.execute(
        "INSERT INTO pictures (sha256, path, width, height) VALUES (?, ?, ?, ?)",
        (digest, target.relative_to(project.folder).as_posix(), width, height),
    )
    return digest, None, True


def _size_upright(content: bytes) -> tuple[int, int]:
    """Width and height of a sound picture as it is looked at: `decode` reduces large ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            try:
                is_turned = image.getexif().get(ORIENTATION) in (5, 6, 7, 8)
            except Exception:  # damaged EXIF in a sound picture: it says nothing
                is_turned = False
            return image.size[::-1] if is_turned else image.size


def _seek(base: Path, places: tuple[str, ...], told: set[str]) -> Path | None:
    """The file that one of the places means, below `base`, in a folder of a class as it may be `told`."""
    for place in places:
        parts = [part for part in PurePosixPath(place.replace("\\", "/")).parts if part not in ("/", "..", ".", "~")]
        tails = [parts[-count:] for count in range(min(len(parts), MOST_PARTS), 0, -1)]
        folders = {name for one in told if CLASS_NAME.fullmatch(one) for name in (one, folder_of(one))}
        tails += [[folder, *parts[-1:]] for folder in sorted(folders)] if parts else []
        for tail in tails:
            path = base.joinpath(*tail)
            try:
                if path.is_file() and path.resolve().is_relative_to(base):
                    return path
            except (OSError, ValueError):  # a name too long, or with a zero byte: no file of ours
                continue
        named = [path for folder in sorted(folders) for path in _named_by_us(base / folder, plain_stem(place))]
        if len(named) == 1:
            return named[0]
    return None


def _named_by_us(folder: Path, stem: str) -> list[Path]:
    """Pictures that `write_sheets` called by a stem and the first digits of their sha256."""
    if not stem or not folder.is_dir():
        return []
    return [path for path in folder.glob(f"{stem}-{'[0-9a-f]' * DIGITS}.*") if path.is_file() and not path.is_symlink()]
