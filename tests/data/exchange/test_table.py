"""Our own table: a row a face with all that is known, the same as CSV and as Parquet."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from data.pretended import pretend_face, pretend_label, pretend_source
from mien.cues.names import CUES, NAMES
from mien.data.exchange.table import columns, rows, write_csv, write_parquet
from mien.data.project import ORIGIN, Project


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p", ORIGIN[:3]) as one:
        pretend_source(one)
        first, second = pretend_face(one, "a", "sad"), pretend_face(one, "b")
        pretend_face(one, "c", "angry")
        pretend_label(one, second, "ann", "happy")
        pretend_label(one, second, "bob", "sad")
        pretend_label(one, second, "cy", None, "cannot tell")
        valid = np.ones(len(NAMES), np.uint8)
        valid[3] = 0
        with one.change() as db:
            db.execute("UPDATE labels SET valence = id / 10.0, arousal = -0.5 WHERE annotator != 'cy'")
            db.execute("UPDATE faces SET valid = ?, points = ? WHERE id = ?",
                       (valid.tobytes(), np.arange(136, dtype=np.float32).tobytes(), second))  # fmt: skip
            db.execute(
                "INSERT INTO marks (sha256, kind, because) SELECT sha256, 'drawn', 'test' FROM faces WHERE id = 3"
            )
            db.execute("INSERT INTO sides SELECT sha256, 'train', 'b1' FROM faces WHERE id = ?", (first,))
            db.execute("UPDATE pictures SET person = 'p 1' WHERE sha256 = (SELECT sha256 FROM faces WHERE id = 1)")
        yield one


def test_a_row_holds_all_that_is_known(project: Project) -> None:
    by_folder, by_people, spoiled = rows(project)
    assert set(by_folder) == {column.name for column in columns(project)}
    assert (by_folder["votes_sad"], by_folder["majority"], by_folder["annotators"]) == (1, "sad", 0)
    assert (by_folder["side"], by_folder["person"], by_folder["address"]) == ("train", "p 1", "a")
    assert (by_folder["source_kind"], by_folder["consent"], by_folder["licence"]) == ("folder", "unknown", "unknown")
    assert [by_people[f"votes_{name}"] for name in ("happy", "sad", "angry", "blank")] == [1, 1, 0, 1]
    assert (by_people["majority"], by_people["annotators"], by_people["arousal"]) == (None, 3, -0.5)
    assert by_people["valence"] == pytest.approx(0.15)
    assert (spoiled["marks"], spoiled["votes_angry"], spoiled["folder_class"]) == ("drawn", None, "angry")
    assert by_people[f"cue_{CUES[3].name}"] is None and by_people[f"cue_{CUES[0].name}"] == 0
    assert by_people["brows_x"] == list(range(34, 54, 2)) and by_people["brows_y"] == list(range(35, 54, 2))
    assert {part: len(by_people[f"{part}_x"]) for part in ("jaw", "brows", "nose", "eyes", "mouth")} == {
        "jaw": 17, "brows": 10, "nose": 9, "eyes": 12, "mouth": 20
    }  # fmt: skip


def test_as_csv(project: Project, tmp_path: Path) -> None:
    assert write_csv(project, tmp_path / "faces.csv") == 3
    with (tmp_path / "faces.csv").open(newline="") as file:
        told = list(csv.DictReader(file))
    for row, line in zip(rows(project), told, strict=True):
        assert list(line) == [column.name for column in columns(project)]
        for name, value in row.items():
            cell = line[name]
            assert (json.loads(cell) if isinstance(value, list) else cell) == (
                value if isinstance(value, list) else "" if value is None else str(value)
            )


def test_as_parquet(project: Project, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert write_parquet(project, tmp_path / "faces.parquet") == 3
    table = parquet.read_table(tmp_path / "faces.parquet")
    assert table.to_pylist() == list(rows(project))
    assert table.schema.field("eyes_apart").metadata[b"meaning"] == b"distance of the eye centres, pixels"


def test_every_column_says_what_it_means(project: Project) -> None:
    found = columns(project)
    assert len({column.name for column in found}) == len(found)
    assert all(column.meaning and column.kind in ("text", "whole", "number", "numbers") for column in found)
