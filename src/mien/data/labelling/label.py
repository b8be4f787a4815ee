"""Labels are given one face at a time (annotator, face, verdict → a row of `labels`, on the disk before it returns).

Every annotator meets the faces in an order of their own, drawn from their name, so that tiredness and neighbourhood do
not colour the same faces for all; what others said, and the folders that pictures came in, are never looked at here.
Pictures with a mark that no label mends, or whose people refused consent, are left out. Nothing is written over: an
undo writes when it was.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from statistics import median

from mien.data.pictures.marks import BEYOND_LABELS, left_out
from mien.data.project import Project, now
from mien.errors import BadInput
from mien.vocabulary import CLASS_NAME

VERDICTS = ("class", "cannot tell", "skip")
PAUSE = timedelta(minutes=30)
"""A longer silence of an annotator begins another session."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an annotator says of a face.

    `verdict` is one of `VERDICTS`; `shown` the class if it is "class"; `valence` and `arousal` −1..1, both or none;
    `suggested` what a model had said, if the annotator saw that before deciding.
    """

    verdict: str
    shown: str | None = None
    valence: float | None = None
    arousal: float | None = None
    suggested: str | None = None

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise BadInput(f"verdict '{self.verdict}': give one of {', '.join(VERDICTS)}")
        if (self.verdict == "class") != (self.shown is not None):
            raise BadInput(
                f"verdict '{self.verdict}' with class {self.shown!r}: a class goes with 'class', and only so"
            )
        if (self.valence is None) != (self.arousal is None):
            raise BadInput("valence and arousal: give both, or none")
        for name, given in (("valence", self.valence), ("arousal", self.arousal)):
            if given is not None and not -1 <= given <= 1:
                raise BadInput(f"{name} {given:g}: give a number from -1 to 1")


@dataclass(frozen=True, slots=True)
class Given:
    """A label that stands: its `label` id, the `face`, and what was said."""

    label: int
    face: int
    verdict: str
    shown: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an annotator is: `faces` to be seen in all, and of these how many have which verdict."""

    faces: int
    by_class: Mapping[str, int]
    cannot_tell: int
    skipped: int

    @property
    def told(self) -> int:
        """Faces of which the annotator said something other than "skip"."""
        return sum(self.by_class.values()) + self.cannot_tell

    @property
    def open(self) -> int:
        """Faces not yet seen."""
        return self.faces - self.told - self.skipped


@dataclass(frozen=True, slots=True)
class Session:
    """An annotator's last sitting: since when, what was said, and the median time a label took, seconds."""

    begun_at: str | None
    by_class: Mapping[str, int]
    cannot_tell: int
    skipped: int
    taken_back: int
    median_s: float | None


def check_annotator(name: str) -> str:
    """The name, trimmed.

    Raises
    ------
    BadInput
        If it is no name.
    """
    if not CLASS_NAME.fullmatch(name.strip()):
        raise BadInput(f"annotator '{name}': give 1 to 40 letters, digits, spaces, - or '; a pseudonym will do")
    return name.strip()


def give(project: Project, annotator: str, face: int, said: Said) -> int:
    """Keep what an annotator says of a face, and give the label's id.

    The same said again of the same face, as by a page that missed the answer, changes nothing.

    Raises
    ------
    BadInput
        If there is no such face or class.
    """
    name = check_annotator(annotator)
    with project.change() as db:
        if db.execute("SELECT 1 FROM faces WHERE id = ?", (face,)).fetchone() is None:
            raise BadInput(f"face {face}: not in this project (any more); load the page again")
        names = [one.name for one in project.classes]
        for shown in (said.shown, said.suggested):
            if shown is not None and shown not in names:
                raise BadInput(f"class '{shown}': this project has {', '.join(names)}")
        before = db.execute(
            "SELECT id, verdict, class, valence, arousal FROM labels"
            " WHERE face = ? AND annotator = ? AND taken_back_at IS NULL ORDER BY id DESC LIMIT 1",
            (face, name),
        ).fetchone()
        if before is not None and tuple(before)[1:] == (said.verdict, said.shown, said.valence, said.arousal):
            newest = last_given(project, name)
            if said.verdict != "skip" or (newest is not None and newest.label == before["id"]):
                return int(before["id"])  # a face may be skipped again, but not twice running
        return put_down(db, face, name, said, now())


def put_down(db: sqlite3.Connection, face: int, annotator: str, said: Said, given_at: str) -> int:
    """Write a label into the table; returns its id."""
    row = db.execute(
        "INSERT INTO labels (face, annotator, verdict, class, valence, arousal, suggested, given_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (face, annotator, said.verdict, said.shown, said.valence, said.arousal, said.suggested, given_at),
    )
    return int(row.lastrowid or 0)


def take_back(project: Project, annotator: str, label: int) -> int:
    """Take a label back, and give its face. Taking it back again changes nothing.

    Raises
    ------
    BadInput
        If the annotator gave no such label.
    """
    with project.change() as db:
        row = db.execute("SELECT face FROM labels WHERE id = ? AND annotator = ?", (label, annotator)).fetchone()
        if row is None:
            raise BadInput(f"label {label}: {annotator} gave no such label; load the page again")
        db.execute("UPDATE labels SET taken_back_at = ? WHERE id = ? AND taken_back_at IS NULL", (now(), label))
    return int(row["face"])


def last_given(project: Project, annotator: str) -> Given | None:
    """An annotator's newest label that was not taken back."""
    row = project.db.execute(
        "SELECT id, face, verdict, class FROM labels WHERE annotator = ? AND taken_back_at IS NULL"
        " ORDER BY id DESC LIMIT 1",
        (annotator,),
    ).fetchone()
    return None if row is None else Given(row["id"], row["face"], row["verdict"], row["class"])


def standing(project: Project, annotator: str) -> dict[int, Given]:
    """An annotator's newest label of each face that was not taken back, by face."""
    rows = project.db.execute(
        "SELECT max(id) AS id, face, verdict, class FROM labels"
        " WHERE annotator = ? AND taken_back_at IS NULL GROUP BY face",
        (annotator,),
    )
    return {row["face"]: Given(row["id"], row["face"], row["verdict"], row["class"]) for row in rows}


COMMON = 50
"""So many faces everybody is asked for first, each in an order of their own: what few label can still be compared."""


def order_of(project: Project, annotator: str, *, every_face: bool = False) -> tuple[int, ...]:
    """The faces in the order in which an annotator meets them, those in `COMMON` first.

    Parameters
    ----------
    every_face : whether the smaller faces of a picture are asked for too, not only the largest.
    """
    spoiled = left_out(project.db, BEYOND_LABELS)
    rows = project.db.execute("SELECT id, sha256, rank FROM faces WHERE rank = 0 OR ?", (every_face,)).fetchall()
    faces = [(f"{row['sha256']} {row['rank']}".encode(), row["id"]) for row in rows if row["sha256"] not in spoiled]

    def drawn(key: bytes, among: Iterable[tuple[bytes, int]]) -> list[tuple[bytes, int]]:
        return sorted(among, key=lambda face: blake2b(face[0], digest_size=8, key=key).digest())

    of_all = drawn(b"", faces)
    own = blake2b(annotator.encode(), digest_size=16).digest()
    return tuple(face for _, face in (*drawn(own, of_all[:COMMON]), *drawn(own, of_all[COMMON:])))


def upcoming(order: Sequence[int], said: Mapping[int, Given], count: int, *, again: bool = False) -> tuple[int, ...]:
    """The next faces to show: those not seen, and then, if asked for `again`, the skipped, longest ago first.

    Parameters
    ----------
    order : see `order_of`.
    said : see `standing`.
    """
    found = [face for face in order if face not in said][:count]
    if again and len(found) < count:
        among = set(order)
        skipped = sorted((one.label, face) for face, one in said.items() if one.verdict == "skip" and face in among)
        found += [face for _, face in skipped][: count - len(found)]
    return tuple(found)


def progress(order: Sequence[int], said: Mapping[int, Given]) -> Progress:
    """How far an annotator is (see `upcoming` for the parameters)."""
    among = set(order)
    return Progress(len(order), *_counts((one.verdict, one.shown) for face, one in said.items() if face in among))


def session_of(project: Project, annotator: str) -> Session:
    """Sum up an annotator's last sitting."""
    rows = project.db.execute(
        "SELECT verdict, class, given_at, taken_back_at FROM labels WHERE annotator = ? ORDER BY id DESC", (annotator,)
    )
    said: list[tuple[str, str | None]] = []
    times: list[datetime] = []
    taken_back = 0
    for row in rows:
        given_at = datetime.fromisoformat(row["given_at"])
        if times and times[-1] - given_at > PAUSE:
            break
        times.append(given_at)
        if row["taken_back_at"] is None:
            said.append((row["verdict"], row["class"]))
        else:
            taken_back += 1
    apart = [(later - earlier).total_seconds() for later, earlier in pairwise(times)]
    begun_at = times[-1].isoformat(timespec="seconds") if times else None
    return Session(begun_at, *_counts(said), taken_back, median(apart) if apart else None)


def annotators(project: Project) -> tuple[str, ...]:
    """Everybody who has labelled here."""
    rows = project.db.execute("SELECT DISTINCT annotator FROM labels ORDER BY annotator")
    return tuple(row["annotator"] for row in rows)


def _counts(said: Iterable[tuple[str, str | None]]) -> tuple[Mapping[str, int], int, int]:
    counted = Counter(said)
    by_class = {shown: n for (_, shown), n in sorted(counted.items(), key=str) if shown is not None}
    return by_class, counted["cannot tell", None], counted["skip", None]
