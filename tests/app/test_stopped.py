"""Who stops a long command is told what is kept of it, and how it goes on."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.pretended import pretend_faces, pretend_source
from made_data import write_ferplus
from mien.app.cli import app as whole
from mien.app.data.commands import app
from mien.assets import asset_path
from mien.data.project import Project
from mien.writing import write_bytes

SHIPPED = asset_path("mien.affect", "reader.tflite")
BEGINS_ANEW = "stopped; nothing was written; the same command begins anew"


def stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with Project.create(tmp_path / "p") as made:
        pretend_source(made)
        pretend_faces(made, 3)
    return tmp_path / "p"


def test_stopped_collecting_and_cleaning_say_that_they_go_on(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.parent / "there").mkdir()
    monkeypatch.setattr("mien.data.collecting.collect.collect", stopped)
    monkeypatch.setattr("mien.data.pictures.clean.clean", stopped)
    for words in (["collect", str(project), str(project.parent / "there")], ["clean", str(project)]):
        ran = CliRunner().invoke(app, words)
        assert ran.exit_code == 130 and "stopped; the same command goes on where it stopped" in ran.output


@pytest.mark.parametrize("is_own", [True, False])
def test_a_stopped_examination_says_that_nothing_was_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, is_own: bool
) -> None:
    monkeypatch.setattr("mien.lab.training.project_faces.gather", stopped)
    monkeypatch.setattr("mien.lab.exams.exam.load_exam", stopped)
    data, out = project if is_own else project.parent, project.parent / "report"
    ran = CliRunner().invoke(whole, ["evaluate", str(SHIPPED), "--data", str(data), "--out", str(out)])
    assert ran.exit_code == 130 and BEGINS_ANEW in ran.output
    assert not out.exists() or not list(out.iterdir())


def test_a_stopped_training_on_a_project_says_whether_there_is_a_network(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras", reason="needs the extra 'train'")
    out = project.parent / "run"
    out.mkdir()
    (out / "reader.tflite").write_bytes(b"of an earlier training")
    words = ["train", "--data", str(project), "--out", str(out)]
    monkeypatch.setattr("mien.lab.training.project_faces.gather", stopped)
    ran = CliRunner().invoke(whole, words)
    assert ran.exit_code == 130 and BEGINS_ANEW in ran.output

    def stopped_late(*_: object, **__: object) -> None:
        write_bytes(out / "reader.tflite", b"with new last layers")
        raise KeyboardInterrupt

    monkeypatch.setattr("mien.lab.training.project_faces.gather", stopped_late)
    ran = CliRunner().invoke(whole, words)
    assert ran.exit_code == 130 and f"{out / 'reader.tflite'} is written and can be used" in ran.output
    assert BEGINS_ANEW not in ran.output


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("corpus.load_corpus", BEGINS_ANEW),
        ("train.train", "stopped; the same command goes on where it stopped"),
        ("export.export_run", "stopped; what was learnt is kept: python -m mien.lab.training.export --run"),
    ],
)
def test_a_stopped_training_on_ferplus_says_how_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, told: str
) -> None:
    pytest.importorskip("keras", reason="needs the extra 'train'")
    write_ferplus(tmp_path / "ferplus_dev.npz", 8)
    for name in ("corpus.load_corpus", "train.train", "export.export_run"):
        monkeypatch.setattr(f"mien.lab.training.{name}", stopped if name == at else lambda *_, **__: None)
    ran = CliRunner().invoke(whole, ["train", "--data", str(tmp_path), "--out", str(tmp_path / "run")])
    assert ran.exit_code == 130 and told in ran.output


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C reaches no single process there")
def test_the_stopped_label_page_says_that_labels_are_kept(project: Path) -> None:
    words = [sys.executable, "-m", "mien", "data", "label", str(project), "--no-open", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        assert "3 faces; end with Ctrl-C" in line
        with urllib.request.urlopen(line.split()[3]) as answer:
            assert answer.status == 200
        running.send_signal(signal.SIGINT)
        _, told = running.communicate()
    assert (running.returncode, told) == (0, "stopped; every label is kept; the same command goes on there\n")
