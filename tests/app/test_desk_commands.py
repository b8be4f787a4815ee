"""The desk at the command line: from an empty folder to a split and back to nothing."""

from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from mien.app.cli import app
from mien.data.project import Project
from mien.errors import BadInput

from conftest import ASTRONAUT


def told(*words: object) -> str:
    ran = CliRunner().invoke(app, ["data", *(str(word) for word in words)], catch_exceptions=False)
    assert ran.exit_code == 0
    return ran.output


def test_collect_clean_split_forget(tmp_path: Path) -> None:
    portrait, folder = Image.open(ASTRONAUT).convert("RGB"), tmp_path / "p"
    for i, place in enumerate(("happy-face/a.png", "happy-face/b.png", "sad-face/c.png")):
        (tmp_path / "pile" / place).parent.mkdir(parents=True, exist_ok=True)
        portrait.crop((2 * i, i, 512, 512)).save(tmp_path / "pile" / place)
    told("new", folder)
    assert "3 new, 0 that were here already, 0 with a problem" in told("collect", folder, tmp_path / "pile")
    assert "mien data clean" in told("status", folder)
    shown = told("clean", folder, "--report", folder / "report")
    assert "looked at 3 pictures" in shown and "two classes" in shown
    assert (folder / "report" / "marks.html").is_file()
    for name in ("a.png", "b.png", "c.png"):
        assert "no longer marked" in told("unmark", folder, name)
    shown = told("split", folder, "--seed", "2")
    assert "no leak found; 0 persons told apart, 3 pictures without a person" in shown
    assert "1 bundle, the largest of 3" in shown and "note: develop has no" in shown
    shown = told("check", folder)
    assert "3 pictures on the sides" in shown and "0 persons told apart, 3 pictures without a person" in shown
    assert "marked 'blurred'" in told("mark", folder, "a.png", "blurred")
    assert "blurred" in told("status", folder)
    asked = CliRunner().invoke(app, ["data", "forget", str(folder), "a.png"], input="n\n")
    assert (
        asked.output.index("this is the picture") < asked.output.index("Forget that?")
        and ": 1 picture " in asked.output
    )
    shown = told("forget", folder, "a.png", "--yes")
    assert "forgotten: 1 picture" in shown and "still here" in shown and "cannot be undone" in shown
    with Project.open(folder) as project:
        assert project.db.execute("SELECT count(*) FROM pictures").fetchone()[0] == 2


def test_folders_that_name_no_class_are_told_and_empty_classes_shown(tmp_path: Path) -> None:
    portrait = Image.open(ASTRONAUT).convert("RGB")
    for place in ("happy-face", "hapy-face", "hapy-face/deep"):
        (tmp_path / "pile" / place).mkdir(parents=True)
        portrait.crop((len(place), 0, 512, 512)).save(tmp_path / "pile" / place / "a.png")
    told("new", tmp_path / "p", "--classes", "happy; sad")
    shown = told("collect", tmp_path / "p", tmp_path / "pile")
    assert "no class is called like the folders hapy-face, hapy-face/deep" in shown
    told("clean", tmp_path / "p")
    told("unmark", tmp_path / "p", "happy-face/a.png")
    assert "missing" not in told("status", tmp_path / "p")
    next(path for path in (tmp_path / "p" / "pictures").rglob("*") if path.is_file()).unlink()
    assert "the file is missing of 1 picture, as " in told("status", tmp_path / "p")
    shown = told("split", tmp_path / "p")
    assert "sad" in shown.splitlines()[0] and "no side has a 'sad'" in shown
    shown = told("split", tmp_path / "p", "--shares", "0.9,0.1,0")
    assert "note: no side 'test', its share is 0; mien evaluate has nothing to examine on" in shown


def test_persons_are_counted_and_filled_in_when_a_source_is_collected_again(tmp_path: Path) -> None:
    (tmp_path / "pile").mkdir()
    for place, name in enumerate(("007_a.png", "007_b.png", "008_a.png", "nobody.png")):
        Image.new("RGB", (60, 60), (60 * place, 0, 0)).save(tmp_path / "pile" / name)
    told("new", tmp_path / "p")
    assert "'zzz(9)' finds no person" in told("collect", tmp_path / "p", tmp_path / "pile", "--person", "zzz(9)")
    shown = told("collect", tmp_path / "p", tmp_path / "pile", "--person", "^([0-9]+)_")
    assert "0 new" in shown and "2 persons told apart in 3 pictures" in shown
    with Project.open(tmp_path / "p") as project:
        rows = project.db.execute("SELECT person, count(*) FROM pictures GROUP BY person ORDER BY person")
        assert [tuple(row) for row in rows] == [(None, 1), ("007", 2), ("008", 1)]


def test_a_source_that_fails_does_not_keep_the_next_from_coming(tmp_path: Path) -> None:
    Project.create(tmp_path / "p").close()
    Image.new("RGB", (60, 60)).save(tmp_path / "a.png")
    words = ["data", "collect", str(tmp_path / "p"), str(tmp_path / "nowhere"), str(tmp_path / "a.png")]
    with pytest.raises(BadInput, match="nowhere"):
        CliRunner().invoke(app, words, catch_exceptions=False)
    with Project.open(tmp_path / "p") as project:
        assert project.db.execute("SELECT count(*) FROM pictures").fetchone()[0] == 1
    for words in (["split", str(tmp_path / "p"), "--shares", "a,b"], ["forget", str(tmp_path / "p"), "x"]):
        with pytest.raises(BadInput):
            CliRunner().invoke(app, ["data", *words], catch_exceptions=False, input="n\n")


def test_a_single_bad_source_is_refused_in_words(tmp_path: Path) -> None:
    Project.create(tmp_path / "p").close()
    with pytest.raises(BadInput, match=r"nowhere: no such file or folder"):
        CliRunner().invoke(
            app, ["data", "collect", str(tmp_path / "p"), str(tmp_path / "nowhere")], catch_exceptions=False
        )


def test_problems_of_every_source_are_shown(tmp_path: Path) -> None:
    for place in ("first/a.png", "second/b.png"):
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).write_bytes(b"no picture")
    Image.new("RGB", (60, 60)).save(tmp_path / "c.png")
    told("new", tmp_path / "p")
    shown = told("collect", tmp_path / "p", tmp_path / "first", tmp_path / "second", tmp_path / "c.png")
    assert "  a.png: " in shown and "  b.png: " in shown and "c.png: 1 new" in shown


def test_the_page_of_labels_opens_by_the_same_option_as_the_instruments(tmp_path: Path) -> None:
    told("new", tmp_path / "p")
    assert "--no-open" in told("label", "--help")
    with pytest.raises(BadInput, match="port -1"):
        told("label", tmp_path / "p", "--no-open", "--port", "-1")
