"""Sheets made elsewhere become part of a project (rows → arrivals, and pictures where their files are found).

A sheet is a source of kind "sheet". A picture is sought by the row's path below the sheet's folder, or below the one
that is given, never outside of them: of a path from another machine its last parts count. Points are not taken over:
they are measured anew from the pictures (`mien data clean`), since a face of a project has all that mien measures.
Person and album, which keep pictures on one side of a split, are taken from our own table (`faces.csv`) where it lies
beside the sheet and knows the picture's bytes. Licence and consent are taken from it, too, where nothing else was told
and all its rows say the same.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256 as hashed
from pathlib import Path, PurePosixPath

from mien.data.collecting.collect import sought
from mien.data.collecting.finds import Find, class_on_the_way
from mien.data.collecting.intake import (
    CONSENTS,
    Taken,
    begin_source,
    check_consent,
    end_source,
    sweep,
    take,
    tell_persons,
)
from mien.data.exchange.gather import DIGITS, NOT_FETCHED, plain_stem
from mien.data.exchange.judgements import LABELS_FILE
from mien.data.exchange.sheets import CLASS_FILE, LANDMARK_FILE, ClassRow, Sheet, folder_of, read_sheet
from mien.data.exchange.table import CSV_FILE
from mien.data.lock import alone
from mien.data.project import Project
from mien.errors import BadInput
from mien.face.pictures import MAX_BYTES
from mien.vocabulary import CLASS_NAME

Together = dict[str, tuple[str | None, str | None]]
MOST_PARTS = 4
"""So many last parts of a foreign path are tried."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a sheet: rows, what was taken in, and its gaps with their counts."""

    rows: int
    taken: Taken
    gaps: Mapping[str, int] = field(default_factory=dict)

    @property
    def found(self) -> int:
        """Pictures that were found."""
        return self.taken.new + self.taken.again

    @property
    def new(self) -> int:
        """Of these the new ones."""
        return self.taken.new


def sheets_at(path: Path) -> tuple[Path, ...]:
    """A sheet, or those of the usual names in a folder, the labels last.

    Raises
    ------
    BadInput
        If there is none.
    """
    if not path.is_dir():
        return (path,)
    found = tuple(path / name for name in (CLASS_FILE, LANDMARK_FILE, LABELS_FILE) if (path / name).is_file())
    if not found:
        raise BadInput(
            f"{path}: holds none of {CLASS_FILE}, {LANDMARK_FILE} and {LABELS_FILE}; give a sheet by its name"
        )
    return found


def bring_in(
    project: Project,
    path: Path,
    pictures: Path | None = None,
    licence: str | None = None,
    consent: str | None = None,
    person: str | None = None,
) -> Brought:
    """Bring a sheet's rows into a project. Bringing it again changes nothing but what has changed: a picture that was
    edited in place comes as one more, at `address#2`, and the earlier one stays until it is forgotten.

    Parameters
    ----------
    pictures : where to look for the pictures; the sheet's folder if not given.
    licence, consent : of what the sheet names; None leaves what was told before; at first what our own table beside the
        sheet says, else "unknown".
    person : as in `mien.data.collecting.collect.Options`, sought in the addresses of the sheet.

    Raises
    ------
    BadInput
        If the sheet cannot be read (see `read_sheet`), or `consent` is none of `mien.data.collecting.intake.CONSENTS`.
    """
    check_consent(consent)
    named = sought(person)
    sheet, beside = read_sheet(path), together_beside(path)

    def person_of(sha256: str, address: str) -> str | None:
        return named(sha256, address) or beside.get(sha256, (None, None))[0]

    gaps = dict(sheet.gaps)
    with alone(project):
        sweep(project)
        source = begin_source(project, "sheet", str(path.resolve()), licence, consent)
        for column, told in terms_beside(path).items():
            with project.change() as db:
                db.execute(f"UPDATE sources SET {column} = ? WHERE id = ? AND {column} = 'unknown'", (told, source))
        taken = take(project, source, _finds(project, sheet, (pictures or path.parent).resolve(), gaps, beside))
        taken += tell_persons(project, source, person_of)
        end_source(project, source)
    for row in project.db.execute(
        "SELECT problem, count(*) AS n FROM arrivals WHERE source = ? AND problem NOT NULL GROUP BY problem", (source,)
    ):
        gaps[row["problem"]] = row["n"]
    return Brought(len(sheet.rows), taken, gaps)


def together_beside(sheet: Path) -> Together:
    """Person and album of pictures (sha256), as our own table beside a sheet tells them; none where there is none."""
    path = sheet.parent / CSV_FILE
    found: Together = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("sha256") and (row.get("person") or row.get("album")):
                    found[row["sha256"]] = row.get("person") or None, row.get("album") or None
    except (OSError, UnicodeDecodeError, csv.Error):  # no table of ours
        return {}
    return found


def terms_beside(sheet: Path) -> dict[str, str]:
    """Licence and consent, as far as all rows of our own table beside a sheet say the same of them."""
    try:
        with (sheet.parent / CSV_FILE).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):  # no table of ours
        return {}
    told = {column: {row.get(column) or "unknown" for row in rows} for column in ("licence", "consent")}
    one = {column: found.pop() for column, found in told.items() if len(found) == 1}
    return {column: word for column, word in one.items() if column == "licence" or word in CONSENTS}


def _finds(project: Project, sheet: Sheet, base: Path, gaps: dict[str, int], beside: Together) -> Iterator[Find]:
    """The pictures of a sheet as finds; classes that are none of the project's are counted among the gaps."""
    names = [one.name for one in project.classes]
    for address, told, places in _entries(sheet, gaps):
        shown = class_on_the_way((told,), names)
        if told and shown is None:
            gap = f"class '{told[:40]}' is none of the project's: kept without a class"
            gaps[gap] = gaps.get(gap, 0) + 1
        path = _seek(base, places, {told, shown or told})
        if path is not None and path.stat().st_size <= MAX_BYTES:
            content = path.read_bytes()
            yield Find(address, content, shown=shown, album=beside.get(hashed(content).hexdigest(), (None, None))[1])
        else:
            is_far = any(place.lower().startswith(("http:", "https:")) for place in places)
            absent = NOT_FETCHED if is_far else "no picture beside the sheet"
            yield Find(address, problem=absent if path is None else "picture too large", shown=shown)


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
