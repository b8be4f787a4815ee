"""From an empty folder to music: the desk's commands on a few hundred faces with faults, two people at the page."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from browser.annotators import Annotator, LabelServer, nobody_called_elsewhere
from browser.conftest import visit
from data.pile import EACH, FOLDERS, Plant, apart, missed, plant_pile
from mien.data.labelling.truth import truths
from mien.data.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.data]
pytest.importorskip("keras", reason="needs the extra 'train'")

EACH_LABELS = 24
KEYS = {"happy": "h", "sad": "s", "angry": "a", "neutral": "n"}


def mien(*words: str | Path) -> str:
    """Run a command as a person would; what it prints."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "160"}
    command = [sys.executable, "-m", "mien", *map(str, words)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Plant]]:
    path = tmp_path_factory.mktemp("whole") / "pile"
    return path, plant_pile(path)


def test_from_a_pile_to_music(pile: tuple[Path, list[Plant]], tmp_path: Path, playwright: Any, browser: Any) -> None:
    folder, plants = pile
    project = tmp_path / "faces"
    mien("data", "new", project, "--classes", "; ".join(KEYS))
    mien("data", "collect", project, folder, "--licence", "for a test", "--consent", "public")
    mien("data", "clean", project, "--report", tmp_path / "report")
    assert (tmp_path / "report" / "marks.html").is_file()
    with Project.open(project) as opened:
        assert missed(opened, plants) == []
        rows = opened.db.execute("SELECT f.id, a.class FROM faces f JOIN arrivals a USING (sha256) WHERE rank = 0")
        shown = dict(rows.fetchall())

    server = LabelServer(project)
    server.start()
    try:
        for name in ("ann", "bob"):
            with visit(browser, kind=Annotator) as person:
                person.begin(server.url, name)
                for count in range(EACH_LABELS):
                    disagrees = name == "bob" and count % 8 == 7
                    person.press("x" if disagrees else KEYS[shown[person.face]])
                nobody_called_elsewhere(person, server)
    finally:
        server.stop()
    agreed = json.loads(mien("data", "agree", project, "--json"))
    assert set(agreed["annotators"]) == {"ann", "bob"}

    mien("data", "sheets", project, "--out", tmp_path / "sheets")
    sheet = (tmp_path / "sheets" / "emotional-class-datasheet.csv").read_text(encoding="utf-8").splitlines()
    assert sheet[0] == "Image URL,Emotional Class" and len(sheet) > 3.5 * EACH
    mien("data", "describe", project, "--out", tmp_path / "described")
    mien("data", "split", project, "--seed", "1")
    mien("data", "check", project)
    with Project.open(project) as opened:
        assert apart(opened, plants) == []
        known = set(truths(opened).sha256)
        sides = dict(opened.db.execute("SELECT sha256, side FROM sides").fetchall())
    assert sides.keys() == known and set(sides.values()) == {"train", "develop", "test"}

    mien("train", "--data", project, "--out", tmp_path / "run", "--seed", "1")
    weights = tmp_path / "run" / "reader.tflite"
    mien("evaluate", weights, "--data", project, "--out", tmp_path / "examined")
    (found,) = (tmp_path / "examined").glob("*.json")
    assert json.loads(found.read_text(encoding="utf-8"))["own"]["accuracy"]["value"] > 1.5 / len(FOLDERS)
    portrait = next(folder.glob("*-face/london*.jpg"))
    mien("play", portrait, "--weights", weights, "--seconds", "12", "--files", "mid,json", "--out", tmp_path / "played")
    (account,) = (tmp_path / "played").glob("*.json")
    assert set(json.loads(account.read_text(encoding="utf-8"))["reading"]["probabilities"]) == set(KEYS)
    assert list((tmp_path / "played").glob("*.mid"))
