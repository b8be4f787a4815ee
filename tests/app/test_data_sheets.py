"""`mien data agree`, `sheets`, `import-sheets`, `describe` at the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from data.pretended import pretend_label, pretend_portraits, pretend_source
from mien.app.data.commands import app
from mien.data.project import ORIGIN, Project
from mien.errors import BadInput


@pytest.fixture
def folder(tmp_path: Path, astronaut: np.ndarray) -> Path:
    with Project.create(tmp_path / "p", ORIGIN[:3]) as project:
        pretend_source(project)
        for face in pretend_portraits(project, astronaut, (176, 70, 275, 200), 6):
            pretend_label(project, face, "ann", ORIGIN[face % 2].name)
            pretend_label(project, face, "bob", ORIGIN[face % 2 if face > 1 else 2].name)
    return tmp_path / "p"


def run(*words: object) -> str:
    ran = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_a_seed_below_0_is_refused(folder: Path) -> None:
    ran = CliRunner().invoke(app, ["agree", str(folder), "--seed", "-1"], catch_exceptions=False)
    assert ran.exit_code == 2 and "x>=0" in ran.output


def test_agreement_for_people_and_programs(folder: Path) -> None:
    told = json.loads(run("agree", folder, "--json", "--draws", 50))
    assert told["annotators"] == ["ann", "bob"] and told["faces"] == 6
    assert told["pairs"][0]["table"] == [[3, 0, 0, 0], [0, 2, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert told["alpha"]["low"] <= told["alpha"]["value"] <= told["alpha"]["high"]
    assert told["valence_alpha"] == {"value": None, "low": None, "high": None, "units": 0}
    shown = run("agree", folder, "--draws", 0)
    assert f"{told['alpha']['value']:.3f}" in shown and "cannot tell" in shown and "ann and bob" in shown
    with Project.open(folder) as project, project.change() as db:
        db.execute("DELETE FROM labels WHERE annotator = 'bob'")
    with pytest.raises(BadInput, match=r"mien data label .* --annotator NAME"):
        run("agree", folder)


def test_sheets_go_out_and_come_in(folder: Path, tmp_path: Path) -> None:
    told = run("sheets", folder, "--out", tmp_path / "out", "--pictures")
    assert "5 faces of 5 pictures, 5 pictures copied" in told and "only in faces.csv: 1 face without" in told
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "emotional-class-datasheet.csv", "facial_landmarks_data.csv", "faces.csv", "labels.csv", "happy-face",
        "sad-face",
    }  # fmt: skip
    run("new", tmp_path / "second")
    told = run("import-sheets", tmp_path / "second", tmp_path / "out", "--consent", "given")
    assert "5 rows, 5 pictures found, 5 of them new" in told
    assert "5 rows, 5 pictures found, 0 of them new" in told
    with Project.open(tmp_path / "second") as project:
        rows = project.db.execute("SELECT class, count(DISTINCT sha256) FROM arrivals GROUP BY class")
        assert [tuple(row) for row in rows] == [("happy", 3), ("sad", 2)]


def test_who_is_shown_comes_along_with_the_sheets(folder: Path, tmp_path: Path) -> None:
    with Project.open(folder) as project, project.change() as db:
        db.execute("UPDATE pictures SET person = 'p1' WHERE sha256 IN (SELECT sha256 FROM faces WHERE id < 3)")
        db.execute("UPDATE arrivals SET album = 'clip' WHERE address IN ('portrait 3', 'portrait 4')")
    run("sheets", folder, "--out", tmp_path / "out", "--pictures")
    run("new", tmp_path / "second")
    told = run("import-sheets", tmp_path / "second", tmp_path / "out")
    with Project.open(tmp_path / "second") as project:
        held = dict(project.db.execute("SELECT sha256, person FROM pictures WHERE person NOT NULL").fetchall())
        albums = project.db.execute("SELECT count(DISTINCT sha256) FROM arrivals WHERE album = 'clip'").fetchone()[0]
    assert (
        set(held.values()) == {"p1"} and len(held) == 1 and "1 person told apart in 1 picture" in told and albums == 2
    )
    (tmp_path / "out" / "faces.csv").unlink()
    run("new", tmp_path / "third")
    told = run("import-sheets", tmp_path / "third", tmp_path / "out", "--person", "(portrait)-")
    assert "1 person told apart in 5 pictures" in told
    told = run("import-sheets", tmp_path / "third", tmp_path / "out", "--person", "zzz(9)")
    assert "'zzz(9)' finds no person" in told
    told = run("import-sheets", tmp_path / "third", tmp_path / "out", "--person", "portrait-([0-9])")
    assert "of them keep another that was told before" in told


def test_without_pyarrow_parquet_says_what_helps(folder: Path, tmp_path: Path) -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        with pytest.raises(BadInput, match=r"\.\[research\]"):
            run("sheets", folder, "--out", tmp_path, "--parquet")
    else:
        run("sheets", folder, "--out", tmp_path, "--parquet")
        assert (tmp_path / "faces.parquet").is_file()


def test_a_description_goes_where_it_is_sent(folder: Path, tmp_path: Path) -> None:
    told = run("describe", folder, "--out", tmp_path / "told")
    assert "6 faces, 2 annotators" in told
    written = {path.name for path in (tmp_path / "told").iterdir()}
    assert written == {"datasheet.md", "croissant.json", "faces.csv", "labels.csv"}


def test_a_copys_labels_come_in_and_are_told(folder: Path, tmp_path: Path) -> None:
    assert "labels.csv: 12 labels, with the annotators' names" in run("sheets", folder, "--out", tmp_path / "out")
    file = tmp_path / "out" / "labels.csv"
    file.write_text(file.read_text().replace(",bob,", ",cat,"))
    assert "6 labels taken in, 6 here already" in run("import-sheets", folder, file)
    assert json.loads(run("agree", folder, "--json", "--draws", 0))["annotators"] == ["ann", "bob", "cat"]
    run("new", tmp_path / "second")
    told = run("import-sheets", tmp_path / "second", tmp_path / "out")
    assert "0 labels taken in" in told and "12 labels of pictures that are not in this project" in told
    file.write_text(file.read_text().replace(",happy,", ",cross,"))
    with pytest.raises(BadInput, match="class 'cross'"):
        run("import-sheets", tmp_path / "second", tmp_path / "out")
