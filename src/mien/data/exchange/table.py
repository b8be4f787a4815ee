"""Our own table: a row a face, with every cue, point and vote and its picture's provenance (rows → CSV, Parquet).
Faces whose people refused consent have none.

Columns are told by `columns`, with unit and meaning; a value that is not known is empty (null in Parquet). Lists, such
as the ten brow points, are lists in Parquet and stand in brackets in CSV. Lengths are pixels of the picture.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mien.cues.names import CUES
from mien.data.arrivals import FIRST_ARRIVAL, REFUSED, WORST_CONSENT, as_told
from mien.data.labelling.truth import COUNTING, truths
from mien.data.pictures.faces import cues_from, points_from, valid_from
from mien.data.project import Project
from mien.errors import BadInput, extra
from mien.face.landmarks68 import PARTS
from mien.writing import write_aside

CSV_FILE, PARQUET_FILE = "faces.csv", "faces.parquet"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, `kind` (text, whole, number, or numbers: a list), and what it means, with its unit."""

    name: str
    kind: str
    meaning: str


_PICTURE = (
    Column("face", "whole", "id of the face in the project"),
    Column("sha256", "text", "of the picture's bytes"),
    Column("rank", "whole", "0 for the largest face of its picture"),
    Column("faces", "whole", "faces in the picture"),
    Column("width", "whole", "of the picture, pixels"),
    Column("height", "whole", "of the picture, pixels"),
    Column("taken_at", "text", "when the picture was taken, by its own account"),
    Column("person", "text", "a pseudonym, if known"),
    Column("source_kind", "text", "how the picture came: folder, archive, video, urls, gallery or sheet"),
    Column("source", "text", "address of the source; of what lay on the curator's machine the name alone"),
    Column("address", "text", "of the picture within the source, where it came from first"),
    Column("album", "text", "what it came together with"),
    Column("licence", "text", "of the source, as told"),
    Column("consent", "text", "of the people shown, as told: unknown, given or public"),
    Column("arrived_at", "text", "when it was taken in, ISO 8601, UTC"),
    Column("folder_class", "text", "class under which it came"),
    Column("marks", "text", "what is wrong with it or worth a look, separated by ';'"),
    Column("side", "text", "of the split: train, develop or test"),
    Column("bundle", "text", "pictures of one bundle are on one side"),
)
_FACE = (
    *(Column(name, "number", "edge of the face's box, pixels") for name in ("x0", "y0", "x1", "y1")),
    Column("score", "number", "belief of the mesh, 0..1"),
    Column("eyes_apart", "number", "distance of the eye centres, pixels"),
    *(Column(f"pose_{name}", "number", "of the head, degrees") for name in ("pitch", "yaw", "roll")),
    Column("sharpness", "number", "see mien.data.pictures.quality"),
)
_SAID = (
    Column("votes_blank", "whole", "votes of 'cannot tell'"),
    Column("majority", "text", "class with most votes, if one has"),
    Column("annotators", "whole", "people whose label counts; 0 where the folder's class is the vote"),
    Column("valence", "number", "mean of what annotators said, -1..1"),
    Column("arousal", "number", "mean of what annotators said, -1..1"),
)


def columns(project: Project) -> tuple[Column, ...]:
    """The columns of a project's table, in their order."""
    votes = tuple(Column(f"votes_{one.name}", "whole", f"votes for {one.name}") for one in project.classes)
    cues = tuple(Column(f"cue_{cue.name}", "number", f"{cue.unit}; {cue.region}; {cue.source}") for cue in CUES)
    points = tuple(
        Column(f"{part}_{axis}", "numbers", f"{axis} of the {part}'s {len(range(*where.indices(68)))} points, pixels")
        for part, where in PARTS.items()
        for axis in "xy"
    )
    return (*_PICTURE, *_FACE, *votes, *_SAID, *cues, *points)


def rows(project: Project) -> Iterator[dict[str, Any]]:
    """The rows, in the order of the faces' ids; values of kind "numbers" are lists, what is not known is None."""
    known = truths(project)
    votes, blank, majority = known.votes.tolist(), known.blank.tolist(), known.majority.tolist()
    at = {face: place for place, face in enumerate(known.faces.tolist())}
    names = [one.name for one in project.classes]
    people: dict[int, list[tuple[float | None, float | None]]] = defaultdict(list)
    for said in project.db.execute(COUNTING):
        people[said["face"]].append((said["valence"], said["arousal"]))
    marks: dict[str, list[str]] = defaultdict(list)
    for mark in project.db.execute("SELECT sha256, kind FROM marks ORDER BY kind"):
        marks[mark["sha256"]].append(mark["kind"])
    for row in project.db.execute(_EVERYTHING):
        points = points_from(row["points"]).astype(np.float64).round(3)
        cues, valid = cues_from(row["cues"]), valid_from(row["valid"])
        told = {name: row[name] for name in row.keys() if name not in ("points", "cues", "valid")}  # noqa: SIM118
        told["source"] = as_told(row["source_kind"], row["source"]) if row["source"] else None
        told["marks"] = ";".join(dict.fromkeys(marks[row["sha256"]])) or None
        place = at.get(row["face"])
        for number, name in enumerate(names):
            told[f"votes_{name}"] = None if place is None else votes[place][number]
        told["votes_blank"] = None if place is None else blank[place]
        best = -1 if place is None else majority[place]
        told["majority"] = names[best] if best >= 0 else None
        told["annotators"] = len(people[row["face"]])
        for index, axis in enumerate(("valence", "arousal")):
            given = [pair[index] for pair in people[row["face"]] if pair[index] is not None]
            told[axis] = round(float(np.mean(given)), 4) if given else None  # type: ignore[arg-type]
        for cue, value, is_valid in zip(CUES, cues.tolist(), valid.tolist(), strict=True):
            told[f"cue_{cue.name}"] = round(value, 6) if is_valid else None
        for part, where in PARTS.items():
            for axis, index in (("x", 0), ("y", 1)):
                told[f"{part}_{axis}"] = points[where, index].tolist()
        yield told


_EVERYTHING = f"""
SELECT f.id AS face, f.sha256, f.rank, count(*) OVER (PARTITION BY f.sha256) AS faces, p.width, p.height, p.taken_at,
  p.person, s.kind AS source_kind, s.address AS source, a.address, a.album, s.licence, w.consent, a.arrived_at,
  a.class AS folder_class, d.side, d.bundle, f.x0, f.y0, f.x1, f.y1, f.score, f.eyes_apart, f.pitch AS pose_pitch,
  f.yaw AS pose_yaw, f.roll AS pose_roll, f.sharpness, f.points, f.cues, f.valid
FROM faces AS f JOIN pictures AS p USING (sha256)
LEFT JOIN ({FIRST_ARRIVAL}) AS a ON a.sha256 = f.sha256
LEFT JOIN sources AS s ON s.id = a.source
LEFT JOIN ({WORST_CONSENT}) AS w ON w.sha256 = f.sha256
LEFT JOIN sides AS d ON d.sha256 = f.sha256
WHERE f.sha256 NOT IN ({REFUSED})
ORDER BY f.id
"""


def write_csv(project: Project, path: Path) -> int:
    """Write the table as CSV, and give the number of rows."""
    wanted = [column.name for column in columns(project)]
    count = 0
    with write_aside(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(wanted)
        for row in rows(project):
            cells = (row[name] for name in wanted)
            writer.writerow(json.dumps(cell) if isinstance(cell, list) else cell for cell in cells)
            count += 1
    return count


def write_parquet(project: Project, path: Path) -> int:
    """Write the table as Parquet, each column with its meaning, and give the number of rows.

    Raises
    ------
    BadInput
        If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise BadInput(f"--parquet: needs pyarrow: {extra('research')}; or take the same table as CSV") from None
    kinds = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "numbers": pa.list_(pa.float64())}
    schema = pa.schema(
        [pa.field(column.name, kinds[column.kind], metadata={"meaning": column.meaning}) for column in columns(project)]
    )
    table = pa.Table.from_pylist(list(rows(project)), schema=schema)
    with write_aside(path) as aside:
        pq.write_table(table, aside, compression="zstd")
    return int(table.num_rows)
