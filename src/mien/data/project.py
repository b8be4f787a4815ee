"""A project: a folder with one SQLite file and the copies of its pictures (path ↔ classes, tables, files).

    PROJECT/project.sqlite     all that is known (`schema.sql`)
    PROJECT/pictures/ab/ab…    each picture once, under the sha256 of its bytes

SQLite commits whole or not at all, and every commit reaches the disk before it returns (`synchronous = FULL`), so a
project killed at any moment opens again with all that was given. What is forgotten is overwritten (`secure_delete`).
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from shlex import quote
from types import TracebackType
from typing import Self

from mien.circumplex import PRESETS
from mien.errors import BadInput, cause_of
from mien.vocabulary import EmotionClass

FILE, PICTURES = "project.sqlite", "pictures"
APPLICATION, VERSION = 0x6D69656E, 1
"""SQLite's `application_id` ("mien") and `user_version` of the tables."""
BUSY_S = 30.0
"""How long one process waits for another's commit."""

ORIGIN = tuple(
    EmotionClass(name, *PRESETS[like])
    for name, like in (
        ("happy", "happy"), ("sad", "sad"), ("angry", "angry"), ("neutral", "neutral"), ("scared", "fear"),
        ("surprised", "surprise"), ("disgusted", "disgust"),
    )
)  # fmt: skip
"""The seven classes of the project that mien began as; their folders were called `happy-face` and so on."""


def class_named(name: str) -> EmotionClass:
    """A class by a name that is known, with its usual place on the affect plane.

    Raises
    ------
    BadInput
        If the name is not known: then its place must be given.
    """
    known = {one.name: one for one in ORIGIN}
    if name in known:
        return known[name]
    if name in PRESETS:
        return EmotionClass(name, *PRESETS[name])
    raise BadInput(
        f"class '{name}': its valence and arousal are not known; give them, as in  {name}=-0.2,0.6  "
        f"(known by name: {', '.join(sorted({*known, *PRESETS}))})"
    )


def plain(name: str) -> str:
    """A class's name as folders are compared with it: "Wide_eyed" and "wide-eyed" are one."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def now() -> str:
    """The time, as the tables keep it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Project:
    """An open project.

    `db` is its connection: rows come as `sqlite3.Row`, changes are made inside `with project.change():`.
    """

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self.folder, self.db = folder, db

    @classmethod
    def create(cls, folder: Path, classes: Iterable[EmotionClass] = ORIGIN) -> Self:
        """Begin a project in a folder that holds none yet.

        Raises
        ------
        BadInput
            If there is a project already, or a class is named twice (see `plain`).
        """
        if (folder / FILE).exists():
            raise BadInput(f"{folder}: there is a project already; open it, or choose another folder")
        wanted = tuple(classes)
        if len({plain(one.name) for one in wanted}) < len(wanted) or not wanted:
            raise BadInput("classes: give at least one, and each name once (capitals, - and _ tell none apart)")
        try:
            (folder / PICTURES).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            cause = cause_of(error)
            raise BadInput(f"{folder}: no project can be begun there ({cause}); choose another folder") from None
        project = cls(folder, _connect(folder / FILE))
        with project.change() as db:
            for statement in files("mien.data").joinpath("schema.sql").read_text(encoding="utf-8").split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(f"PRAGMA user_version = {VERSION}")
            for one in wanted:
                _add(db, one)
        return project

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the project in a folder.

        Raises
        ------
        BadInput
            If there is none, or one that this version cannot read.
        """
        path = folder / FILE
        if not path.is_file():
            raise BadInput(f"{folder}: no project here; begin one with  mien data new {quote(str(folder))}")
        try:
            db = _connect(path)
            application, version = (
                db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
            )
        except sqlite3.DatabaseError:
            raise BadInput(f"{path}: not a project file, whatever its name says") from None
        if (application, version) != (APPLICATION, VERSION):
            db.close()
            raise BadInput(f"{path}: not a project of this version of mien (version {version}, {VERSION} wanted)")
        return cls(folder, db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self.db.close()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Make changes that are kept together or not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    @property
    def typed(self) -> str:
        """The folder as it is typed in a command."""
        return quote(str(self.folder))

    @property
    def classes(self) -> tuple[EmotionClass, ...]:
        """The classes in their order."""
        rows = self.db.execute("SELECT name, valence, arousal, brief FROM classes ORDER BY place")
        return tuple(EmotionClass(r["name"], r["valence"], r["arousal"], json.loads(r["brief"])) for r in rows)

    def add_class(self, one: EmotionClass) -> None:
        """Add a class, or give the class of that name another place on the plane or brief.

        Raises
        ------
        BadInput
            If it is new, and folders could not tell its name from that of another class.
        """
        names = [known.name for known in self.classes]
        alike = [name for name in names if plain(name) == plain(one.name)]
        if alike and one.name not in names:
            raise BadInput(f"class '{one.name}': there is '{alike[0]}' already, and a folder's name means both")
        with self.change() as db:
            _add(db, one)

    def remove_class(self, name: str) -> None:
        """Remove a class that nothing was ever collected or labelled as.

        Raises
        ------
        BadInput
            If there is none of that name, or it is in use.
        """
        if name not in (one.name for one in self.classes):
            raise BadInput(f"no class '{name}': there are {', '.join(one.name for one in self.classes)}")
        try:
            with self.change() as db:
                db.execute("DELETE FROM classes WHERE name = ?", (name,))
        except sqlite3.IntegrityError:
            raise BadInput(f"class '{name}': pictures came or were labelled as it, so it stays") from None

    def path_of(self, sha256: str) -> Path:
        """Where the copy of a picture lies, whether or not it is there."""
        return self.folder / PICTURES / sha256[:2] / sha256

    def gone(self) -> tuple[str, ...]:
        """The sha256 of the pictures whose copy is not there any more."""
        rows = self.db.execute("SELECT sha256 FROM pictures ORDER BY sha256")
        return tuple(row["sha256"] for row in rows if not self.path_of(row["sha256"]).is_file())


def _add(db: sqlite3.Connection, one: EmotionClass) -> None:
    db.execute(
        "INSERT INTO classes (name, place, valence, arousal, brief)"
        " VALUES (?, (SELECT coalesce(max(place) + 1, 0) FROM classes), ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET"
        " valence = excluded.valence, arousal = excluded.arousal, brief = excluded.brief",
        (one.name, one.valence, one.arousal, json.dumps(dict(one.brief), sort_keys=True)),
    )


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    db.row_factory = sqlite3.Row
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
        db.execute(f"PRAGMA {pragma}")
    return db
