"""A network is examined on a project: what it may have learnt from is told, and what has no use there refused."""

import csv
import json
from pathlib import Path
from shutil import copytree

import pytest

from data.pretended import pretend_label
from made_data import OWN, write_own_reader
from made_faces import collected, made_chips, take_sides
from mien.affect.network import Reader
from mien.assets import read_manifest
from mien.data.pictures.clean import mark
from mien.data.project import Project
from mien.data.splitting.split import SIDES
from mien.errors import BadInput
from mien.lab.exams.metrics import NO_INTERVAL
from mien.lab.exams.project_exam import CANNOT_BE_TOLD, examine, learnt_from, warning
from mien.lab.training.project_faces import ProjectFaces, gather
from mien.vocabulary import EmotionClass

from conftest import mien


@pytest.fixture
def project(tmp_path: Path) -> Path:
    chips = dict(zip((one.name for one in OWN), made_chips(10).values(), strict=False))
    return collected(tmp_path / "bars", OWN[:3], chips)


def taught_on(weights: Path, faces: ProjectFaces) -> None:
    """Let the manifest say that the network learnt from a project as it stands."""
    manifest = read_manifest(weights)
    manifest["training"]["sides"] = {"project": faces.name, "pictures": " ".join(faces.learnt)}
    weights.with_suffix(".json").write_text(json.dumps(manifest))


def sides_by_turns(folder: Path, first: int = 0) -> list[str]:
    """Deal the pictures out one by one; gives them in their order."""
    with Project.open(folder) as opened:
        pictures = [row["sha256"] for row in opened.db.execute("SELECT sha256 FROM pictures")]
        with opened.change() as db:
            db.execute("DELETE FROM sides")
        take_sides(opened, {picture: SIDES[(place + first) % 3] for place, picture in enumerate(pictures)})
    return pictures


def test_test_pictures_that_were_learnt_from_are_told_whatever_the_project_is_called(
    project: Path, tmp_path: Path
) -> None:
    weights, out = write_own_reader(tmp_path), tmp_path / "out"
    pictures = sides_by_turns(project)
    taught_on(weights, gather(project))

    def examined(folder: Path) -> tuple[int | None, str]:
        said = mien("evaluate", weights, "--data", folder, "--out", out)
        return json.loads((out / "own.json").read_text())["on"]["learnt_from"], said.output

    met, told = examined(project)
    assert met == 0 and "note:" not in told
    with Project.open(project) as opened:  # a train picture is marked, as nobody is kept from doing
        mark(opened, pictures[0], "blurred")
    assert examined(project)[0] == 0
    copied = tmp_path / "another name"
    copytree(project, copied)
    sides_by_turns(copied, first=1)
    met, told = examined(copied)
    page = (out / "own.html").read_text()
    assert met == 10 and "10 of these 10 faces are not new to it" in told and "10 of these 10 faces" in page


def test_the_same_person_on_the_test_side_counts_as_learnt_from(project: Path) -> None:
    pictures = sides_by_turns(project)
    training = {"sides": {"project": "x", "pictures": " ".join(gather(project).learnt)}}
    with Project.open(project) as opened, opened.change() as db:
        db.execute("UPDATE pictures SET person = 'p1' WHERE sha256 IN (?, ?)", (pictures[0], pictures[2]))
    faces = gather(project)
    met = learnt_from(training, faces)
    assert met is not None and met[faces.sides == "test"].sum() == 1


def test_the_result_goes_beside_the_weights(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkout" / "results").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "checkout")
    weights = write_own_reader(tmp_path)
    mien("evaluate", weights, "--data", project)
    assert sorted(path.name for path in (weights.parent / "report").iterdir()) == ["own.csv", "own.html", "own.json"]
    assert not list((tmp_path / "checkout" / "results").iterdir())


def test_the_answers_face_by_face_give_the_numbers_told(project: Path, tmp_path: Path) -> None:
    sides_by_turns(project)
    mien("evaluate", write_own_reader(tmp_path), "--data", project, "--out", tmp_path / "out")
    told = json.loads((tmp_path / "out" / "own.json").read_text())["own"]
    rows = list(csv.DictReader((tmp_path / "out" / "own.csv").read_text().splitlines()))
    right = [row["truth"] == row["answer"] for row in rows]
    assert sum(right) / len(rows) == pytest.approx(told["accuracy"]["value"])
    for row in rows:
        shares = {name: float(row[name]) for name in told["classes"]}
        assert row["answer"] == max(shares, key=shares.__getitem__) and sum(shares.values()) == pytest.approx(
            1, abs=1e-5
        )
    assert {row["sha256"] for row in rows} <= set(gather(project).pictures)


def test_intervals_are_over_what_belongs_together(project: Path, tmp_path: Path) -> None:
    sides_by_turns(project)
    alone = examine(Reader(write_own_reader(tmp_path)), gather(project))
    assert alone["on"]["bundles"] == alone["on"]["faces"] == 10
    with Project.open(project) as opened, opened.change() as db:
        db.execute("UPDATE pictures SET person = 'p1' WHERE sha256 IN (SELECT sha256 FROM sides WHERE side = 'test')")
    together = examine(Reader(write_own_reader(tmp_path)), gather(project))
    assert together["on"]["bundles"] == 1 and together["own"]["accuracy"]["interval"] == [0, 1]
    said = mien("evaluate", write_own_reader(tmp_path), "--data", project, "--out", tmp_path / "out")
    assert "95 % intervals are over 1 group of" in said.output
    page = (tmp_path / "out" / "own.html").read_text()
    assert "intervals over 1 group that" in page
    assert together["own"]["macro_f1"]["interval"] is None and NO_INTERVAL in said.output and NO_INTERVAL in page


def test_every_training_of_a_network_counts(project: Path) -> None:
    faces = gather(project)
    now, old = {"project": "bars", "pictures": " ".join(faces.learnt)}, {"project": "bars", "sha256": "1"}
    met = learnt_from({"after": {"after": {"sides": now}}}, faces)
    assert met is not None and (met == (faces.sides != "test")).all()
    assert learnt_from({"sides": now, "after": {"sides": old}}, faces) is None
    assert learnt_from({"recipe": {"split": "drawn by mien train"}}, faces) is None
    assert learnt_from({}, faces) is None and not learnt_from({"command": "mien train"}, faces).any()
    assert warning({"learnt_from": None, "faces": 3, "side": "test"}) == CANNOT_BE_TOLD


def test_whose_word_the_truth_is_and_what_is_left_out(project: Path, tmp_path: Path) -> None:
    weights, out = write_own_reader(tmp_path), tmp_path / "out"
    sides_by_turns(project)

    def told() -> str:
        return mien("evaluate", weights, "--data", project, "--out", out).output

    assert "the truth is what the folders are called, which nobody checked by a label" in told()
    with Project.open(project) as opened:
        rows = opened.db.execute("SELECT faces.id, class FROM faces JOIN sides USING (sha256) JOIN arrivals"
                                 " USING (sha256) WHERE side = 'test' ORDER BY faces.id").fetchall()  # fmt: skip
        for face, shown in rows[1:]:
            pretend_label(opened, face, "ann", shown)
    assert "what people said of 9 faces, and of 1 what the folders are called, unchecked" in told()
    with Project.open(project) as opened:
        pretend_label(opened, rows[0]["id"], "ann", OWN[0].name)
        pretend_label(opened, rows[0]["id"], "bob", OWN[1].name)
    shown = "what people said; left out: 1 face of the side on which people do not agree"
    assert shown in told() and shown in (out / "own.html").read_text()


def test_a_class_that_the_side_lacks_is_told(project: Path, tmp_path: Path) -> None:
    weights, out = write_own_reader(tmp_path), tmp_path / "out"
    sides_by_turns(project)
    with Project.open(project) as opened, opened.change() as db:
        lacking = OWN[2].name
        db.execute("UPDATE sides SET side = 'train' WHERE sha256 IN (SELECT sha256 FROM arrivals WHERE class = ?)",
                   (lacking,))  # fmt: skip
    said = mien("evaluate", weights, "--data", project, "--out", out)
    told = f"this is of 2 of 3 classes: there is no face of {lacking}"
    assert told in said.output and told in (out / "own.html").read_text()
    with Project.open(project) as opened:  # nobody has a face of it: no hindrance
        opened.add_class(EmotionClass("unheard", 0.1, 0.1))
    said = mien("evaluate", weights, "--data", project, "--out", out)
    assert "this is of 2 of 4 classes" in said.output


@pytest.mark.parametrize("words", [["--limit", "5"], ["--into-manifest"], ["--london", "london.npz"]])
def test_what_a_project_has_no_use_for_is_refused(project: Path, tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(BadInput, match=rf"{words[0]}: it is for FER\+"):
        mien("evaluate", write_own_reader(tmp_path), "--data", project, "--out", tmp_path / "out", *words)
    assert not (tmp_path / "out").exists()
