"""What each annotator said goes out and comes in (labels ↔ `labels.csv`): the copies of a project are merged.

A row is what an annotator says now of a face, a skip only where there is no answer. The face is told by its picture's
bytes (`sha256`) and its `rank`, 0 for the largest. What was taken back, and what was said of pictures whose people
refused consent, has none. On the way in, what this project holds stays: the same row again changes nothing, another
answer of the same annotator is told and not taken, and a picture that is not here, as one that was forgotten, gets no
label.
"""

import csv
import io
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mien.data.arrivals import REFUSED
from mien.data.exchange.sheets import read_lines
from mien.data.exchange.table import Column
from mien.data.labelling.label import Said, check_annotator, put_down
from mien.data.lock import alone
from mien.data.project import Project
from mien.errors import BadInput
from mien.writing import write_bytes

LABELS_FILE = "labels.csv"
COLUMNS = (
    Column("sha256", "text", "of the bytes of the face's picture"),
    Column("rank", "whole", "0 for the largest face of its picture"),
    Column("annotator", "text", "as they call themselves"),
    Column("verdict", "text", "class, cannot tell, or skip, which stands only where there is no answer"),
    Column("class", "text", "what the face shows, where the verdict is class"),
    Column("valence", "number", "-1..1, where it was given"),
    Column("arousal", "number", "-1..1, where it was given"),
    Column("suggested", "text", "what a model had said, if the annotator saw that first"),
    Column("given_at", "text", "ISO 8601, UTC"),
)
NAMES = tuple(column.name for column in COLUMNS)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an annotator says of the face `rank` of the picture `sha256`; `given_at` is ISO 8601 in UTC."""

    sha256: str
    rank: int
    annotator: str
    said: Said
    given_at: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of the rows: new, here already, answered otherwise here, of unknown or refused pictures, and of faces
    that were not found yet."""

    new: int = 0
    again: int = 0
    otherwise: int = 0
    unknown: int = 0
    refused: int = 0
    no_face: int = 0


def write_labels(project: Project, path: Path) -> int:
    """Write what annotators say, and give the number of rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(NAMES)
    rows = project.db.execute(_STANDING).fetchall()
    writer.writerows(tuple(row) for row in rows)
    write_bytes(path, text.getvalue().encode("utf-8"))
    return len(rows)


_STANDING = f"""
SELECT f.sha256, f.rank, l.annotator, l.verdict, l.class, l.valence, l.arousal, l.suggested, l.given_at
FROM labels AS l JOIN faces AS f ON f.id = l.face
WHERE l.id IN (
    SELECT coalesce(max(CASE WHEN verdict != 'skip' THEN id END), max(id)) FROM labels
    WHERE taken_back_at IS NULL GROUP BY face, annotator)
  AND f.sha256 NOT IN ({REFUSED})
ORDER BY l.id
"""


def holds_labels(path: Path) -> bool:
    """Whether a file is meant as one of labels: by its name, or by a column `annotator`."""
    return path.name == LABELS_FILE or "annotator" in _words(read_lines(path, {})[0])


def read_labels(project: Project, path: Path) -> tuple[Judgement, ...]:
    """Read labels, and check all of them against a project's classes.

    Raises
    ------
    BadInput
        If the file cannot be read, lacks a column, or a row says what no annotator of this project could.
    """
    header, *lines = read_lines(path, {})
    words = _words(header)
    if lacking := [name for name in NAMES if name not in words and name != "suggested"]:
        raise BadInput(
            f"{path}: columns {', '.join(header)[:120]}; lacks {', '.join(lacking)}: give {', '.join(NAMES)} "
            "('mien data sheets' writes them)"
        )
    names = [one.name for one in project.classes]
    found = []
    for number, line in enumerate(lines, start=2):
        cells = {word: cell.strip() for word, cell in zip(words, line, strict=False)}
        try:
            found.append(_judgement({name: cells.get(name, "") for name in NAMES}, names, project.folder))
        except BadInput as error:
            raise BadInput(f"{path}, row {number}: {error}; nothing was taken in") from None
    return tuple(found)


def _words(header: Sequence[str]) -> list[str]:
    return [name.strip().casefold() for name in header]


def _judgement(row: dict[str, str], names: Sequence[str], folder: Path) -> Judgement:
    if not _SHA256.fullmatch(row["sha256"]):
        raise BadInput(f"sha256 '{row['sha256'][:70]}': give the 64 hexadecimal digits of the picture's bytes")
    if not (row["rank"].isascii() and row["rank"].isdigit()) or len(row["rank"]) > 6:
        raise BadInput(f"rank '{row['rank'][:40]}': give a whole number; 0 is the largest face of the picture")
    for shown in (row["class"], row["suggested"]):
        if shown and shown not in names:
            raise BadInput(
                f"class '{shown[:40]}': this project has {', '.join(names)}; "
                f"'mien data class {folder.name} NAME' adds one"
            )
    try:
        given_at = datetime.fromisoformat(row["given_at"])
    except ValueError:
        given_at = datetime.min
    if given_at.tzinfo is None:
        raise BadInput(f"given_at '{row['given_at'][:40]}': give a time with its zone, as in 2026-05-01T12:00:00+00:00")
    said = Said(
        row["verdict"],
        row["class"] or None,
        _number("valence", row["valence"]),
        _number("arousal", row["arousal"]),
        row["suggested"] or None,
    )
    told = given_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return Judgement(row["sha256"], int(row["rank"]), check_annotator(row["annotator"]), said, told)


def _number(name: str, cell: str) -> float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        raise BadInput(f"{name} '{cell[:40]}': give a number from -1 to 1, or nothing") from None


def merge(project: Project, judgements: Sequence[Judgement]) -> Merged:
    """Take in labels, all or, on an error, none; what this project holds stays as it is."""
    with alone(project), project.change() as db:
        pictures = {row["sha256"] for row in db.execute("SELECT sha256 FROM pictures")}
        refused = {row["sha256"] for row in db.execute(REFUSED)}
        faces = {(row["sha256"], row["rank"]): row["id"] for row in db.execute("SELECT id, sha256, rank FROM faces")}

        def outcome(one: Judgement) -> str:
            if one.sha256 not in pictures:
                return "unknown"
            if one.sha256 in refused:
                return "refused"
            face = faces.get((one.sha256, one.rank))
            return "no_face" if face is None else _taken_in(db, face, one)

        return Merged(**Counter(outcome(one) for one in sorted(judgements, key=lambda one: one.given_at)))


def _taken_in(db: sqlite3.Connection, face: int, one: Judgement) -> str:
    """Take in a label of a face that is here, unless it is known or its annotator says otherwise; which of `Merged`."""
    said = (one.said.verdict, one.said.shown, one.said.valence, one.said.arousal)
    here = db.execute(
        "SELECT verdict, class, valence, arousal, given_at, taken_back_at FROM labels"
        " WHERE face = ? AND annotator = ? ORDER BY id",
        (face, one.annotator),
    ).fetchall()
    stand = [tuple(row)[:4] for row in here if row["taken_back_at"] is None]
    answers = [row for row in stand if row[0] != "skip"]  # a skip gives way to an answer
    is_known = any(tuple(row)[:5] == (*said, one.given_at) for row in here)
    if is_known or said in answers[-1:] or (stand and said[0] == "skip"):
        return "again"  # one that was taken back here, too, stays so
    if answers:
        return "otherwise"
    put_down(db, face, one.annotator, one.said, one.given_at)
    return "new"
