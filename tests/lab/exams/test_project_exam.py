"""A network is examined on a project: what it may have learnt from is told, and what has no use there refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from made_data import OWN, write_own_reader
from made_faces import collected, made_chips, take_sides
from mien.app.cli import app
from mien.data.project import Project
from mien.data.split import SIDES
from mien.errors import BadInput
from mien.lab.exams.project_exam import DEALT_ANEW, dealt_anew
from mien.lab.training.project_faces import gather
from mien.nets import read_manifest


def mien(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    chips = dict(zip((one.name for one in OWN), made_chips(10).values(), strict=False))
    return collected(tmp_path / "bars", OWN[:3], chips)


def test_sides_that_were_dealt_anew_are_told(project: Path, tmp_path: Path) -> None:
    weights, out = write_own_reader(tmp_path), tmp_path / "out"

    def examined() -> tuple[bool | None, str, str]:
        said = mien("evaluate", weights, "--data", project, "--out", out)
        found = json.loads((out / "own.json").read_text())
        return found["on"]["dealt_anew"], said.output, (out / "own.html").read_text()

    dealt, told, page = examined()
    assert dealt is None and DEALT_ANEW not in told and DEALT_ANEW not in page
    manifest, faces = read_manifest(weights), gather(project)
    manifest["training"]["sides"] = {"project": "bars", "sha256": faces.learnt}
    weights.with_suffix(".json").write_text(json.dumps(manifest))
    dealt, told, page = examined()
    assert dealt is False and DEALT_ANEW not in told and DEALT_ANEW not in page
    with Project.open(project) as opened:
        pictures = [row["sha256"] for row in opened.db.execute("SELECT sha256 FROM pictures")]
        take_sides(opened, {picture: SIDES[place % 3] for place, picture in enumerate(pictures)})
    dealt, told, page = examined()
    assert dealt is True and DEALT_ANEW in told and DEALT_ANEW in page


def test_every_training_of_a_network_counts(project: Path) -> None:
    faces = gather(project)
    now, before = {"project": "bars", "sha256": faces.learnt}, {"project": "bars", "sha256": "other"}
    assert dealt_anew({"sides": now, "after": {"after": {"sides": now}}}, faces) is False
    assert dealt_anew({"sides": now, "after": {"after": {"sides": before}}}, faces) is True
    assert dealt_anew({"after": {"sides": before | {"project": "another"}}}, faces) is None


@pytest.mark.parametrize("words", [["--limit", "5"], ["--into-manifest"], ["--london", "london.npz"]])
def test_what_a_project_has_no_use_for_is_refused(project: Path, tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(BadInput, match=rf"{words[0]}: it is for FER\+"):
        mien("evaluate", write_own_reader(tmp_path), "--data", project, "--out", tmp_path / "out", *words)
    assert not (tmp_path / "out").exists()
