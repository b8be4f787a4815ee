"""Which pictures of a project are copies of each other, mirrored copies, or frames of one moment (rows → groups).

Copies form groups; of each group the largest picture without fault is kept, of equals the one that came first. Frames
of a film and pictures taken within `MOMENT_S` of each other are compared in the order of time; of frames that show one
moment the sharpest is kept. Chips are read from the project as they are needed.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mien.data.arrivals import FIRST_ARRIVAL
from mien.data.groups import Groups
from mien.data.pictures.faces import chip_from
from mien.data.pictures.hashes import THUMB_PX
from mien.data.pictures.judge import Mark
from mien.data.pictures.near import (
    BURST,
    SAME,
    SAME_FACE,
    SAME_FRAME,
    SAME_THUMBS,
    Prints,
    as_prints,
    candidates,
    correlation,
    likeness,
)
from mien.data.project import Project

MOMENT_S = 3.0
MOMENT = re.compile(r"@([0-9]+(?:\.[0-9]+)?)$")
"""End of the address of a frame of a film."""
CHIPS_HELD = 4096
LOOKED_AT = f"""
SELECT pictures.sha256, hash, mirrored, width * height AS area, taken_at, sharpness, faces.sha256 NOT NULL AS has_face
FROM pictures LEFT JOIN faces ON faces.sha256 = pictures.sha256 AND rank = 0
LEFT JOIN ({FIRST_ARRIVAL}) AS came ON came.sha256 = pictures.sha256
WHERE hash NOT NULL ORDER BY came.first, pictures.sha256
"""
"""Pictures in the order of their first arrival."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures that are one, as they are or in a mirror."""

    one: str
    other: str
    mirrored: bool


class Likenesses:
    """Compares pictures of a project by their chips, or by their thumbs where one has no face."""

    def __init__(self, project: Project) -> None:
        self._db = project.db
        self._of = lru_cache(maxsize=CHIPS_HELD)(self._read)

    def __call__(self, one: str, other: str, mirrored: bool = False) -> tuple[float, float]:
        """How alike two pictures are, and from where on they are one; the same whichever is named first."""
        (chip_a, thumb_a), (chip_b, thumb_b) = (self._of(name) for name in sorted((one, other)))
        whole = correlation(thumb_a, thumb_b[:, ::-1] if mirrored else thumb_b)
        if chip_a is None or chip_b is None:
            return whole, SAME_THUMBS
        faces = likeness(chip_a, np.ascontiguousarray(chip_b[:, ::-1]) if mirrored else chip_b)
        return faces, SAME_FACE if whole >= SAME_FRAME else SAME

    def _read(self, sha256: str) -> tuple[NDArray[np.uint8] | None, NDArray[np.uint8]]:
        row = self._db.execute(
            "SELECT thumb, chip FROM pictures LEFT JOIN faces ON faces.sha256 = pictures.sha256 AND rank = 0"
            " WHERE pictures.sha256 = ?",
            (sha256,),
        ).fetchone()
        chip = None if row["chip"] is None else chip_from(row["chip"])
        return chip, np.frombuffer(row["thumb"], np.uint8).reshape(THUMB_PX, THUMB_PX)


def pairs(project: Project) -> Iterator[Pair]:
    """Pairs of pictures that are one: as many as it takes to join what belongs together, not each with each."""
    names, prints = read_prints(project)
    alike = Likenesses(project)
    groups = Groups(range(len(names)))
    for mirrored in (False, True):
        for rows, columns in candidates(prints, mirrored):
            group = np.array([groups.of(i) for i in range(len(names))], dtype=np.int64)
            open_ = group[rows] != group[columns]
            for i, j in zip(rows[open_].tolist(), columns[open_].tolist(), strict=True):
                if groups.of(i) == groups.of(j):
                    continue
                found, needed = alike(names[i], names[j], mirrored)
                if found >= needed:
                    groups.tie(i, j)
                    yield Pair(names[i], names[j], mirrored)


def read_prints(project: Project) -> tuple[list[str], Prints]:
    """The pictures that were looked at (sha256), the first to arrive first, and their prints."""
    rows = project.db.execute(LOOKED_AT).fetchall()
    return [row["sha256"] for row in rows], as_prints(_printed(project, rows))


def _printed(project: Project, rows: list[sqlite3.Row]) -> Iterator[tuple[bytes, bytes, NDArray[np.uint8] | None]]:
    for row in rows:
        chip = None
        if row["has_face"]:
            (held,) = project.db.execute(
                "SELECT chip FROM faces WHERE sha256 = ? AND rank = 0", (row["sha256"],)
            ).fetchone()
            chip = chip_from(held)
        yield row["hash"], row["mirrored"], chip


def moments(project: Project) -> Iterator[tuple[str, ...]]:
    """Groups of frames that show one moment, the sharpest first."""
    alike = Likenesses(project)
    sharp = dict(project.db.execute("SELECT sha256, sharpness FROM faces WHERE rank = 0").fetchall())
    for line in _lines_of_time(project):
        group: list[str] = []
        for name in line:
            if name not in sharp or name in group:
                continue
            if group and alike(group[0], name)[0] < BURST:
                yield from _moment(group, sharp)
                group = []
            group.append(name)
        yield from _moment(group, sharp)


def _moment(group: list[str], sharp: dict[str, float]) -> Iterator[tuple[str, ...]]:
    if len(group) > 1:
        yield tuple(sorted(group, key=lambda name: -sharp[name]))


def _films(project: Project) -> Iterator[list[str]]:
    """The frames of each film in their order."""
    films: dict[tuple[int, str], list[tuple[float, str]]] = defaultdict(list)
    for row in project.db.execute(
        "SELECT source, album, address, sha256 FROM arrivals WHERE album NOT NULL AND sha256 NOT NULL"
    ):
        if moment := MOMENT.search(row["address"]):
            films[row["source"], row["album"]].append((float(moment[1]), row["sha256"]))
    for frames in films.values():
        yield [name for _, name in sorted(frames)]


def _lines_of_time(project: Project) -> Iterator[list[str]]:
    """Pictures in the order they were taken: each film, then each run of photographs without a long gap."""
    yield from _films(project)
    run: list[str] = []
    before: datetime | None = None
    for row in project.db.execute(
        "SELECT sha256, taken_at FROM pictures WHERE taken_at NOT NULL ORDER BY taken_at, sha256"
    ):
        taken = datetime.fromisoformat(row["taken_at"])
        if before is not None and (taken - before).total_seconds() > MOMENT_S:
            yield run
            run = []
        run.append(row["sha256"])
        before = taken
    yield run


def marks_of_copies(project: Project, spoilt: Collection[str] = ()) -> Iterator[Mark]:
    """Marks "copy", "mirrored copy", "burst" and "two classes"; `spoilt` pictures are kept only among their like."""
    kept_first: dict[str, tuple[bool, int, int]] = {
        row["sha256"]: (row["sha256"] in spoilt, -row["area"], place)
        for place, row in enumerate(project.db.execute(LOOKED_AT))
    }
    frames: dict[str, int] = {}
    for number, group in enumerate(moments(project)):
        for name in group:
            frames.setdefault(name, number)
        for name in group[1:]:
            yield Mark(name, "burst", "the same moment, and less sharp", group[0])
    films = {name: number for number, line in enumerate(_films(project)) for name in line}
    groups = _grouped(
        [
            pair
            for pair in pairs(project)
            if frames.get(pair.one, -1) != frames.get(pair.other, -2)
            and films.get(pair.one, -1) != films.get(pair.other, -2)
        ]
    )
    for members in groups:
        kept = min(members, key=lambda name: kept_first[name])
        for name, turned in members.items():
            if name != kept:
                mirrored = turned != members[kept]
                yield Mark(name, "mirrored copy" if mirrored else "copy", "the larger, or the first, is kept", kept)
    yield from _two_classes(project, groups)


def _grouped(found: list[Pair]) -> list[dict[str, bool]]:
    """Connected pictures, each with whether it is mirrored against the first of its group."""
    beside: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for pair in found:
        beside[pair.one].append((pair.other, pair.mirrored))
        beside[pair.other].append((pair.one, pair.mirrored))
    groups, met = [], set[str]()
    for start in beside:
        if start in met:
            continue
        group, edge = {start: False}, [start]
        while edge:
            here = edge.pop()
            for there, mirrored in beside[here]:
                if there not in group:
                    group[there] = group[here] != mirrored
                    edge.append(there)
        met |= set(group)
        groups.append(group)
    return groups


def _two_classes(project: Project, groups: list[dict[str, bool]]) -> Iterator[Mark]:
    shown: dict[str, set[str]] = defaultdict(set)
    for row in project.db.execute("SELECT sha256, class FROM arrivals WHERE class NOT NULL AND sha256 NOT NULL"):
        shown[row["sha256"]].add(row["class"])
    together = {name: tuple(group) for group in groups for name in group}
    for name in sorted(shown):
        classes = set[str]().union(*(shown.get(other, set()) for other in together.get(name, (name,))))
        if len(classes) > 1:
            by_copy = "" if len(shown[name]) > 1 else ", by a copy of it"
            yield Mark(name, "two classes", f"it came as {' and as '.join(sorted(classes))}{by_copy}")
