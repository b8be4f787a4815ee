"""`mien perform` as a person types it."""

import csv
import sys
from pathlib import Path

import pytest

from mien.app import cli
from mien.cues.coefficients import COEFFICIENTS
from mien.errors import EXIT_CODE
from mien.face.pictures import open_picture
from mien.face.video import frames_of

from conftest import DATA, load_data

HEAD = DATA / "ict_face.npz"


def perform(*words: str) -> int:
    kept, sys.argv = sys.argv, ["mien", "perform", *words]
    try:
        cli.main()
    except SystemExit as leaving:
        return int(leaving.code or 0)
    finally:
        sys.argv = kept
    return 0


def truth(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.data
def test_a_picture_with_its_truth(tmp_path: Path) -> None:
    load_data("ict_face.npz")
    words = ("--expression", "browDown=.8,mouthSmileLeft=.4", "--pose", "5,-10,0", "--gaze", "7,0", "--seed", "3")
    assert perform(str(HEAD), *words, "--size", "128x96", "--out", str(tmp_path / "a.png")) == 0
    assert open_picture(tmp_path / "a.png").rgb.shape == (96, 128, 3)
    (row,) = truth(tmp_path / "a.csv")
    assert list(row) == ["time_s", *COEFFICIENTS, "pitch", "yaw", "roll"]
    told = {name: float(value) for name, value in row.items() if float(value)}
    assert told == {
        "browDownLeft": 0.8, "browDownRight": 0.8, "mouthSmileLeft": 0.4, "pitch": 5, "yaw": -10,
        "eyeLookOutLeft": 0.2, "eyeLookInRight": 0.2,
    }  # fmt: skip


@pytest.mark.data
def test_a_video_moves_through_its_path(tmp_path: Path) -> None:
    load_data("ict_face.npz")
    words = ("--path", "neutral@0,surprise:.8@.5", "--fps", "10", "--size", "96", "--out", str(tmp_path / "a.mp4"))
    assert perform(str(HEAD), *words) == 0
    assert len(list(frames_of(tmp_path / "a.mp4", rate_hz=10))) == 6
    opened = [float(row["jawOpen"]) for row in truth(tmp_path / "a.csv")]
    assert opened == sorted(opened) and opened[0] == 0 and opened[-1] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out", "a.gif"), ".mp4"),
        (("--emotion", "joy"), "choose one of neutral"),
        (("--expression", "smile=1"), "unknown coefficient 'smile'"),
        (("--path", "neutral@0"), "--path is for videos"),
        (("--path", "neutral@0", "--expression", "jawOpen=1", "--out", "a.mp4"), "leave out --expression"),
        (("--path", "neutral@0", "--emotion", "anger", "--out", "a.mp4"), "leave out --expression and --emotion"),
        (("--pose", "0,0"), "give 3 numbers"),
        (("--pose", "0,120,0"), "pose"),
        (("--gaze", "90,0"), "eyes turn"),
        (("--size", "127"), "even"),
        (("--size", "nan"), "--size nan: give 1 number"),
        (("--pose", "0,inf,0"), "--pose 0,inf,0: give 3 numbers"),
        (("--fps", "0", "--out", "a.mp4"), "--fps"),
        (("--seed", "-1"), "--seed"),
        ((), "no such file"),
    ],
)
def test_refusals_leave_nothing(words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert perform("none.npz", *words) == EXIT_CODE
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_without_a_head_it_is_said_what_one_is(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MIEN_HEAD", raising=False)
    assert perform("--expression", "browDown=.8", "--out", "clip.mp4") == EXIT_CODE
    error = capsys.readouterr().err
    assert error.startswith("mien: no head given") and error.count("\n") == 1
    assert "none ships" in error and "cards/data/ict_head.md" in error and "mien perform HEAD.npz" in error
    monkeypatch.setenv("MIEN_HEAD", "mine.npz")
    assert perform("--expression", "browDown=.8") == EXIT_CODE
    assert "mine.npz: no such file" in capsys.readouterr().err
