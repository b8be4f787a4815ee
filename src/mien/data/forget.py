"""What a person wants forgotten is taken out of a project, and what cannot be undone is said (word → rows, files gone).

A copy is overwritten and removed; rows, points, cues and chips are overwritten by SQLite (`secure_delete`) and the file
is then written anew (`VACUUM`), so that no free page holds them; reports with contact sheets inside the project are
removed. What was learnt from a picture, and what was written from the project elsewhere, is out of reach.
"""

import os
import shutil
from dataclasses import dataclass
from hashlib import sha256 as hashed
from pathlib import Path

from mien.data.collecting.galleries import ARRIVING, waiting_place
from mien.data.lock import alone
from mien.data.pictures.clean import find_picture
from mien.data.pictures.copies import pairs
from mien.data.project import PICTURES, Project
from mien.data.splitting.bundles import joined
from mien.data.words import counted
from mien.errors import BadInput

REPORT, SHEETS = "marks.html", "marks-*.png"
"""Names of a cleaning's report."""
CANNOT_BE_UNDONE = (
    "weights that were trained with it keep what they learnt: train anew without it",
    "sheets, exports and reports written outside the project may hold it: write them anew, and remove the old ones",
    "backups, snapshots and what the disk keeps of removed files are out of reach",
    "its source is untouched: collecting it again brings the picture back",
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went: numbers of pictures, faces, labels and arrivals.

    `kept` pictures that also came from another source and stay; `copies` near copies (sha256) that are still there.
    """

    pictures: int
    faces: int
    labels: int
    arrivals: int
    kept: int
    copies: tuple[str, ...]
    reports: int


def forget(project: Project, told: str, copies_too: bool = False) -> Forgotten:
    """Forget a picture (first digits of its sha256, or an address), a person, or a source (address or number).

    Raises
    ------
    BadInput
        If the word means nothing here, or more than one thing.
    """
    with alone(project):
        source, names, kept = _meant(project, told)
        near = _near(project, names)
        if copies_too:
            names, near = names | near, set()
        before = _counts(project)
        for name in names:
            _wipe(project.path_of(name))
        _wipe_waiting(project, names)
        if source is not None:  # a gallery's archive would keep it from being fetched again
            address = project.db.execute("SELECT address FROM sources WHERE id = ?", (source,)).fetchone()["address"]
            shutil.rmtree(waiting_place(project.folder, address), ignore_errors=True)
        with project.change() as db:
            if source is not None:
                db.execute("DELETE FROM sources WHERE id = ?", (source,))
            for name in names:
                db.execute("DELETE FROM pictures WHERE sha256 = ?", (name,))
                db.execute("DELETE FROM marks WHERE other = ?", (name,))
        reports = _remove_reports(project.folder)
        project.db.execute("VACUUM")
        faces, labels, arrivals = (b - a for b, a in zip(before, _counts(project), strict=True))
    return Forgotten(len(names), faces, labels, arrivals, kept, tuple(sorted(near)), reports)


def meant(project: Project, told: str, copies_too: bool = False) -> str:
    """What `forget` would take out: a person, a source or a picture, in words, and how many pictures; nothing changes.

    Raises
    ------
    BadInput
        If the word means nothing here, or more than one thing.
    """
    source, names, kept = _meant(project, told)
    near = _near(project, names)
    is_person = project.db.execute("SELECT 1 FROM pictures WHERE person = ?", (told,)).fetchone() and source is None
    kind = "the source" if source is not None else "the person" if is_person else "the picture"
    if kind == "the picture":
        (told,) = (name[:12] for name in names)
    more = [f"kept, since they also came from elsewhere: {kept}"] if kept else []
    if near:
        more.append(f"near copies that {'go along' if copies_too else 'stay'}: {len(near)}")
    count = len(names) + (len(near) if copies_too else 0)
    return f"{kind} '{told}': {counted(count, 'picture')}" + (f" ({'; '.join(more)})" if more else "")


def _near(project: Project, names: set[str]) -> set[str]:
    """Near copies of pictures, that are none of them."""
    together = joined(names, [(pair.one, pair.other, "") for pair in pairs(project)])
    groups = {together[name] for name in names}
    return {name for name, group in together.items() if group in groups and name not in names}


def _meant(project: Project, told: str) -> tuple[int | None, set[str], int]:
    """The source that is meant, if it is one; the pictures that go; how many of a source stay."""
    people = {row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures WHERE person = ?", (told,))}
    sources = [
        row["id"]
        for row in project.db.execute(
            "SELECT id FROM sources WHERE address IN (?, ?)", (told, str(Path(told).absolute()))
        )
    ]
    if people and sources:
        raise BadInput(f"'{told}': both a person and a source are called that; give the source's full address")
    if people:
        return None, people, 0
    if len(sources) > 1:
        raise BadInput(f"'{told}': {len(sources)} sources have that address")
    if sources:
        came = {row["sha256"] for row in project.db.execute(
            "SELECT sha256 FROM arrivals WHERE source = ? AND sha256 NOT NULL", (sources[0],))}  # fmt: skip
        also = {row["sha256"] for row in project.db.execute(
            "SELECT sha256 FROM arrivals WHERE source != ? AND sha256 NOT NULL", (sources[0],))}  # fmt: skip
        return sources[0], came - also, len(came & also)
    try:
        return None, {find_picture(project, told)}, 0
    except BadInput as problem:
        raise BadInput(f"'{told}': no person and no source of this project is called that, and {problem}") from None


def _counts(project: Project) -> list[int]:
    """Faces, labels and arrivals in the project."""
    tables = ("faces", "labels", "arrivals")
    return [int(project.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables]


def _wipe(path: Path) -> None:
    """Overwrite a file, then remove it; one that is gone already is no error."""
    try:
        with path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            for start in range(0, size, 1 << 20):
                file.write(bytes(min(1 << 20, size - start)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as cause:
        raise BadInput(f"{path}: cannot be removed ({cause.strerror}); nothing was forgotten of the rest yet") from None


def _wipe_waiting(project: Project, names: set[str]) -> None:
    """What a gallery left waiting to be taken."""
    for path in (project.folder / ARRIVING).rglob("*"):
        if path.is_file() and path.suffix != ".sqlite" and hashed(path.read_bytes()).hexdigest() in names:
            _wipe(path)
            _wipe(path.with_name(f"{path.name}.json"))  # where it came from and by whom


def _remove_reports(folder: Path) -> int:
    """Reports of cleaning inside the project: their contact sheets show faces."""
    removed = 0
    for page in list(folder.rglob(REPORT)):
        if PICTURES not in page.relative_to(folder).parts:
            for path in (page, *page.parent.glob(SHEETS)):
                _wipe(path)
            removed += 1
            if not any(page.parent.iterdir()) and page.parent != folder:
                shutil.rmtree(page.parent)
    return removed
