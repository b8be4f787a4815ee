"""Finds become pictures of a project: proved, stored once, noted with their source (iterator of Find → rows and files).

A picture's copy reaches the disk before its row does, and rows are committed in batches. A process killed between
leaves files without rows at most: the next intake begins by sweeping them away, and takes the same finds again.
"""

import io
import os
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from PIL import Image

from mien.data.collecting.finds import Addresses, Find
from mien.data.project import PICTURES, Project, now
from mien.errors import BadInput
from mien.face.pictures import FORMATS, decode
from mien.writing import make_folder, write_aside

BATCH, BATCH_S = 64, 2.0
"""Finds or seconds between two commits."""
PROVED_PX = 256
"""Side at which a picture is decoded to see that it can be."""
ORIENTATION, TAKEN, TAKEN_DIGITISED, EXIF = 0x0112, 0x9003, 0x0132, 0x8769
"""EXIF tags; the second and third hold times."""
CONSENTS = ("unknown", "given", "public", "refused")
Person = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a source: new pictures, bytes that were there already, problems, and addresses known before.

    Where persons were sought: `persons` that were told apart, the `named` pictures whose address tells one, and of
    these the `otherwise` ones, which keep another that was told before. `classed` pictures were taken before without a
    class, and got one now. `unsorted` are folders that name no class.
    """

    new: int = 0
    again: int = 0
    problems: int = 0
    known: int = 0
    persons: int = 0
    named: int = 0
    otherwise: int = 0
    classed: int = 0
    unsorted: tuple[str, ...] = field(default=(), compare=False)

    def __add__(self, other: "Taken") -> "Taken":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Taken(*(mine + theirs for mine, theirs in pairs))


@dataclass(frozen=True, slots=True)
class _Row:
    find: Find
    digest: str | None
    width: int = 0
    height: int = 0
    taken_at: str | None = None
    problem: str | None = None


def check_consent(consent: str | None) -> None:
    """Refuse a word that is none of `CONSENTS`; None says nothing.

    Raises
    ------
    BadInput
        If it is refused.
    """
    if consent not in (None, *CONSENTS):
        raise BadInput(f"consent '{consent}': give one of {', '.join(CONSENTS)}")


def begin_source(
    project: Project, kind: str, address: str, licence: str | None = None, consent: str | None = None
) -> int:
    """A source that is being taken in, new or again; gives its id. What is not told stays as it was."""
    with project.change() as db:
        db.execute("INSERT OR IGNORE INTO sources (kind, address, begun_at) VALUES (?, ?, ?)", (kind, address, now()))
        db.execute(
            "UPDATE sources SET ended_at = NULL, licence = coalesce(?, licence), consent = coalesce(?, consent)"
            " WHERE kind = ? AND address = ?",
            (licence, consent, kind, address),
        )
        row = db.execute("SELECT id FROM sources WHERE kind = ? AND address = ?", (kind, address)).fetchone()
    return int(row["id"])


def end_source(project: Project, source: int) -> None:
    """Note that a source was taken in to its end."""
    with project.change() as db:
        db.execute("UPDATE sources SET ended_at = ? WHERE id = ?", (now(), source))


def take(
    project: Project,
    source: int,
    finds: Iterable[Find],
    on_step: Callable[[], None] = lambda: None,
) -> Taken:
    """Take every find into the project, as arrivals of a source; `shown` must name classes of the project.

    A picture stays with the source that it came from. Where other bytes lie at an address than before, they are one
    more picture, filed under `address#2` and so on; the same bytes again renew their arrival, which
    keeps its place in the order of arrivals.
    """
    taken, batch, begun = Taken(), list[_Row](), time.monotonic()
    try:
        for find in finds:
            batch.append(_prove(project, find))
            on_step()
            if len(batch) >= BATCH or time.monotonic() - begun > BATCH_S:
                taken, batch, begun = taken + _commit(project, source, batch), [], time.monotonic()
    finally:  # a source that breaks off, or a person at the keyboard, loses nothing that came
        taken += _commit(project, source, batch)
    return taken


def _prove(project: Project, find: Find) -> _Row:
    """See that a find is a picture, and lay its copy down."""
    if find.content is None:
        return _Row(find, None, problem=find.problem or "nothing came")
    digest = sha256(find.content).hexdigest()
    held = project.db.execute("SELECT width FROM pictures WHERE sha256 = ?", (digest,)).fetchone()
    try:
        if held is None:
            decode(find.content, find.address, PROVED_PX)
        width, height, taken_at = _facts(find.content)
    except BadInput as problem:
        return _Row(find, None, problem=str(problem).removeprefix(f"{find.address}: "))
    _lay_down(project.path_of(digest), find.content)
    return _Row(find, digest, width, height, taken_at)


def _facts(content: bytes) -> tuple[int, int, str | None]:
    """Width and height upright, and when the picture says it was taken."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        try:
            exif = image.getexif()
            told = str(exif.get_ifd(EXIF).get(TAKEN) or exif.get(TAKEN_DIGITISED) or "")
            turned = exif.get(ORIENTATION) in (5, 6, 7, 8)
        except Exception:  # damaged EXIF in a sound picture: it says nothing
            told, turned = "", False
    width, height = image.size
    try:
        taken_at = datetime.strptime(told.strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        taken_at = None
    return (height, width, taken_at) if turned else (width, height, taken_at)


def _lay_down(path: Path, content: bytes) -> None:
    if path.is_file() and path.stat().st_size == len(content):
        return
    make_folder(path.parent)
    with write_aside(path) as aside, aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # the row must not reach the disk before the picture


def _commit(project: Project, source: int, batch: list[_Row]) -> Taken:
    if not batch:
        return Taken()
    new = 0
    with project.change() as db:
        for row in batch:
            if row.digest is not None:
                path = project.path_of(row.digest).relative_to(project.folder).as_posix()
                new += db.execute(
                    "INSERT OR IGNORE INTO pictures (sha256, path, width, height, taken_at) VALUES (?, ?, ?, ?, ?)",
                    (row.digest, path, row.width, row.height, row.taken_at),
                ).rowcount
            address = _address_for(db, source, row)
            if address is not None:
                if row.digest is not None:  # an address that gave nothing until now: its picture arrives today
                    db.execute(
                        "DELETE FROM arrivals WHERE source = ? AND address = ? AND sha256 IS NULL", (source, address)
                    )
                db.execute(
                    "INSERT INTO arrivals (source, address, sha256, class, album, problem, arrived_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, address) DO UPDATE SET"
                    " sha256 = excluded.sha256, class = excluded.class, album = excluded.album,"
                    " problem = excluded.problem, arrived_at = excluded.arrived_at",
                    (source, address, row.digest, row.find.shown, row.find.album, row.problem, now()),
                )
    sound = sum(row.digest is not None for row in batch)
    return Taken(new=new, again=sound - new, problems=len(batch) - sound)


def _address_for(db: sqlite3.Connection, source: int, row: _Row) -> str | None:
    """Where a find is filed, so that a picture that came from its address before keeps source, class and consent: at
    the address itself or the next numbered one; None for a problem met where a picture lay before."""
    numbered = Addresses()
    while True:
        address = numbered(row.find.address)
        query = "SELECT sha256 FROM arrivals WHERE source = ? AND address = ?"
        held = db.execute(query, (source, address)).fetchone()
        if held is None or held["sha256"] in (None, row.digest):
            return address
        if row.digest is None:
            return None


def tell_persons(project: Project, source: int, person_of: Person) -> Taken:
    """Note who is shown in the pictures of a source, also in those that were taken in before; a person that was told
    stays. Gives `persons`, `named` and `otherwise` alone.

    Parameters
    ----------
    person_of : from the sha256 and the address of a picture to a pseudonym, or None.
    """
    persons, otherwise, named = set[str](), 0, 0
    with project.change() as db:
        query = (
            "SELECT sha256, address, person FROM arrivals JOIN pictures USING (sha256) WHERE source = ?"
            " ORDER BY sha256, arrivals.rowid"
        )
        for row in db.execute(query, (source,)).fetchall():
            if person := person_of(row["sha256"], row["address"]):
                named, otherwise = named + 1, otherwise + (row["person"] not in (None, person))
                persons.add(person)
                db.execute("UPDATE pictures SET person = coalesce(person, ?) WHERE sha256 = ?", (person, row["sha256"]))
    return Taken(persons=len(persons), named=named, otherwise=otherwise)


def problems_of(project: Project) -> list[tuple[str, str]]:
    """Addresses where nothing usable lay, each with what was met, the newest first."""
    rows = project.db.execute("SELECT address, problem FROM arrivals WHERE problem NOT NULL ORDER BY arrived_at DESC")
    return [(row["address"], row["problem"]) for row in rows]


def sweep(project: Project) -> int:
    """Remove files without rows that a killed intake left; gives how many. Only for who has the turn."""
    rows = project.db.execute("SELECT sha256 FROM pictures")
    kept = {row["sha256"] for row in rows}
    swept = 0
    for path in (project.folder / PICTURES).glob("*/*"):
        if path.name not in kept:
            path.unlink()
            swept += 1
    return swept
