"""Pictures become faces and marks: each is looked at once, then all are judged together (project → rows, marks).

Looking takes nearly all the time; it is done in as many processes as there are cores, and committed in batches, so that
a cleaning killed at any moment goes on where it stopped. Judging is quick and done anew every time, from what was seen;
what a person marked or took away stays as the person wants it. Nothing is deleted.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien.data.lock import alone
from mien.data.pictures.copies import marks_of_copies
from mien.data.pictures.judge import Mark, judge
from mien.data.pictures.look_over import Seen, look_over_all
from mien.data.pictures.marks import MARKS
from mien.data.project import Project, now
from mien.errors import BadInput
from mien.writing import sha256_of

BATCH, BATCH_S = 64, 2.0
"""Pictures or seconds between two commits."""
FEW = 24
"""So few pictures are looked at in this process: starting others takes a second or two."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a cleaning did: pictures looked at, those that have no copy any more, and pictures by mark."""

    looked: int
    problems: tuple[tuple[str, str], ...]
    marked: Mapping[str, int]


def clean(
    project: Project, workers: int | None = None, on_step: Callable[[int, int], None] = lambda *_: None
) -> Cleaned:
    """Look at every picture that was not looked at yet, then mark all.

    Parameters
    ----------
    workers : processes; by default one a core
    on_step : called with how many of how many pictures have been looked at

    Raises
    ------
    BadInput
        If another process changes the project.
    """
    if workers is not None and workers < 1:
        raise BadInput(f"{workers} workers: give 1 or more")
    with alone(project):
        jobs = [
            (row["sha256"], project.path_of(row["sha256"]), row["width"])
            for row in project.db.execute("SELECT sha256, width FROM pictures WHERE seen_at IS NULL ORDER BY rowid")
        ]
        wanted = min(workers or os.cpu_count() or 1, max(1, len(jobs) // FEW))
        problems, batch, begun = list[tuple[str, str]](), list[Seen](), time.monotonic()
        try:
            for done, seen in enumerate(look_over_all(jobs, wanted), start=1):
                if seen.problem is None:
                    batch.append(seen)
                else:
                    problems.append((seen.sha256, seen.problem))
                if len(batch) >= BATCH or time.monotonic() - begun > BATCH_S:
                    _keep(project, batch)
                    batch, begun = [], time.monotonic()
                on_step(done, len(jobs))
        finally:
            _keep(project, batch)
        mark_all(project)
    counts = project.db.execute("SELECT kind, count(DISTINCT sha256) AS n FROM marks GROUP BY kind")
    return Cleaned(len(jobs) - len(problems), tuple(problems), {row["kind"]: row["n"] for row in counts})


def _keep(project: Project, batch: list[Seen]) -> None:
    """Keep what was seen of some pictures."""
    with project.change() as db:
        for seen in batch:
            assert seen.print is not None
            db.execute(
                "UPDATE pictures SET seen_at = ?, hash = ?, mirrored = ?, thumb = ?, drawn = ?, letters = ?"
                " WHERE sha256 = ?",
                (now(), seen.print.hash, seen.print.mirrored, seen.print.thumb.tobytes(), seen.drawn, seen.letters,
                 seen.sha256),
            )  # fmt: skip
            for rank, face in enumerate(seen.faces):
                db.execute(
                    "INSERT INTO faces (sha256, rank, x0, y0, x1, y1, score, eyes_apart, pitch, yaw, roll, sharpness,"
                    " hidden, points, cues, valid, chip) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (seen.sha256, rank, *face.box, face.score, face.eyes_apart, *face.pose_deg, face.sharpness,
                     face.hidden, face.points.astype(np.float32).tobytes(), face.cues.astype(np.float32).tobytes(),
                     face.valid.astype(np.uint8).tobytes(), face.chip.tobytes()),
                )  # fmt: skip


def mark_all(project: Project) -> None:
    """Mark every picture anew from what was seen of it."""
    marks = list(_each(project))
    spoilt = {mark.sha256 for mark in marks if MARKS[mark.kind].spoils}
    marks += marks_of_copies(project, spoilt)
    with project.change() as db:
        db.execute("DELETE FROM marks WHERE NOT by_hand")
        db.executemany(
            "INSERT OR IGNORE INTO marks (sha256, kind, other, because) SELECT ?1, ?2, ?3, ?4"
            " WHERE NOT EXISTS (SELECT 1 FROM lifted WHERE sha256 = ?1 AND kind = ?2)",
            [(mark.sha256, mark.kind, mark.other, mark.because) for mark in marks],
        )


def _each(project: Project) -> Iterator[Mark]:
    """Marks of each picture by itself."""
    several = Counter(dict(project.db.execute("SELECT sha256, count(*) FROM faces GROUP BY sha256").fetchall()))
    faces = {
        row["sha256"]: row
        for row in project.db.execute(
            "SELECT sha256, eyes_apart, sharpness, hidden, yaw, pitch FROM faces WHERE rank = 0"
        )
    }
    for row in project.db.execute("SELECT sha256, drawn, letters FROM pictures WHERE seen_at NOT NULL"):
        yield from judge(row, faces.get(row["sha256"]), several[row["sha256"]])


def mark(project: Project, sha256: str, kind: str) -> None:
    """Mark a picture by hand; cleaning will leave the mark there.

    Raises
    ------
    BadInput
        If there is no such kind of mark or no such picture.
    """
    _check(kind)
    full = find_picture(project, sha256)
    with project.change() as db:
        db.execute("DELETE FROM lifted WHERE sha256 = ? AND kind = ?", (full, kind))
        db.execute(
            "INSERT INTO marks (sha256, kind, because, by_hand) VALUES (?, ?, 'a person says so', 1)"
            " ON CONFLICT DO UPDATE SET by_hand = 1",
            (full, kind),
        )


def unmark(project: Project, sha256: str, kind: str | None = None) -> tuple[str, ...]:
    """Take marks of a picture away (all, or those of one kind), and for good; gives their kinds.

    Raises
    ------
    BadInput
        If there is no such kind of mark, no such picture, or no such mark on it.
    """
    if kind is not None:
        _check(kind)
    full = find_picture(project, sha256)
    rows = project.db.execute("SELECT DISTINCT kind FROM marks WHERE sha256 = ? ORDER BY kind", (full,)).fetchall()
    kinds = tuple(row["kind"] for row in rows if kind in (None, row["kind"]))
    if not kinds:
        raise BadInput(f"picture {full[:12]}: no mark{f' {kind!r}' if kind else ''} on it")
    with project.change() as db:
        for one in kinds:
            db.execute("DELETE FROM marks WHERE sha256 = ? AND kind = ?", (full, one))
            db.execute("INSERT OR REPLACE INTO lifted VALUES (?, ?, ?)", (full, one, now()))
    return kinds


def _check(kind: str) -> None:
    if kind not in MARKS:
        raise BadInput(f"mark '{kind}': give one of {', '.join(MARKS)}")


def find_picture(project: Project, told: str) -> str:
    """The sha256 of a picture told by its first digits (6 or more), by the end of an address it came from, or by a file
    with the same bytes.

    Raises
    ------
    BadInput
        If no picture, or more than one, is meant.
    """
    found = {
        row["sha256"]
        for row in project.db.execute(
            "SELECT sha256 FROM pictures WHERE length(?1) >= 6 AND substr(sha256, 1, length(?1)) = lower(?1) UNION"
            " SELECT sha256 FROM arrivals WHERE sha256 NOT NULL"
            " AND (address = ?1 OR substr(address, -length(?1) - 1) = '/' || ?1)",
            (told,),
        )
    }
    if len(found) != 1 and (path := Path(told)).is_file():
        held = project.db.execute("SELECT sha256 FROM pictures WHERE sha256 = ?", (sha256_of(path),))
        found = {row["sha256"] for row in held} or found
    if len(found) != 1:
        raise BadInput(
            f"picture '{told}': {'none' if not found else len(found)} of that name in {project.folder}; give the first "
            "digits of its sha256, the end of the address it came from, or its file"
        )
    return str(found.pop())
