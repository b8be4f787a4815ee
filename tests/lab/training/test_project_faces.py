"""What people said of a project's faces, by side; nothing that belongs together is parted."""

from pathlib import Path

import numpy as np
import pytest

from data.pretended import pretend_label
from made_faces import BARRED, collected, made_chips, take_sides
from mien.affect.recipe import CueScale
from mien.cues.names import NAMES
from mien.data.project import Project
from mien.data.splitting.split import SHARES, SIDES, split
from mien.errors import BadInput
from mien.lab.training.project_faces import check_sides, gather, is_project, learnable, thin
from mien.vocabulary import EmotionClass

SCALE = CueScale(np.zeros(len(NAMES), np.float32), np.ones(len(NAMES), np.float32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return collected(tmp_path / "bars", BARRED, made_chips(20))


def test_a_project_without_a_split_gets_the_one_of_mien_data_split_and_keeps_it(folder: Path) -> None:
    said: list[str] = []
    faces = gather(folder, said.append)
    assert is_project(folder) and not is_project(folder.parent)
    assert len(said) == 1 and f"mien data split {folder}" in said[0] and len(faces) == 60
    assert faces.counts() == {
        side: dict.fromkeys(("open", "barred", "veiled"), round(20 * share))
        for side, share in zip(SIDES, SHARES, strict=True)
    }
    corpus = faces.corpus(SCALE)
    assert [len(side) for side in (corpus.train, corpus.develop, corpus.validate)] == [42, 9, 9]
    assert corpus.classes == BARRED and corpus.train.targets.shape == (42, 3)
    np.testing.assert_array_equal(gather(folder, said.append).sides, faces.sides)
    with Project.open(folder) as project:
        split(project)
    np.testing.assert_array_equal(gather(folder, said.append).sides, faces.sides)
    assert len(said) == 1


def test_the_projects_split_counts(folder: Path) -> None:
    with Project.open(folder) as project:
        pictures = [row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures")]
        sides = {picture: SIDES[place % 3] for place, picture in enumerate(pictures)}
        take_sides(project, sides)
        (face,) = project.db.execute("SELECT id FROM faces WHERE sha256 = ?", (pictures[0],)).fetchone()
        pretend_label(project, face, "ann", "veiled")
    faces = gather(folder)
    assert {side: int((faces.sides == side).sum()) for side in SIDES} == dict.fromkeys(SIDES, 20)
    with Project.open(folder) as project, project.change() as db:
        db.execute("DELETE FROM sides WHERE sha256 = ?", (pictures[0],))
    with pytest.raises(BadInput, match=r"no side for 1 labelled picture that came after the split.*mien data split"):
        gather(folder)


def test_too_little_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"too few faces to learn from \(open 1, barred 0, veiled 0\)"):
        gather(collected(tmp_path / "few", BARRED, {"open": made_chips(3)["open"]}))
    folder = collected(tmp_path / "old", BARRED, made_chips(5))
    with Project.open(folder) as project, project.change() as db:
        db.execute("UPDATE faces SET cues = x'00000000'")
    with pytest.raises(BadInput, match="another version of mien"):
        gather(folder)


def test_training_wants_faces_to_learn_from_and_to_choose_by_but_no_test_side(folder: Path) -> None:
    with Project.open(folder) as project:
        pictures = [row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures")]
        take_sides(project, {picture: SIDES[place % 2] for place, picture in enumerate(pictures)})
    check_sides(gather(folder))
    with Project.open(folder) as project:
        take_sides(project, dict.fromkeys(pictures, "train"))
    with pytest.raises(BadInput, match=f"no face on the side 'develop'.*mien data split {folder}"):
        check_sides(gather(folder))


def test_a_class_with_one_face_to_learn_from_or_to_choose_by_is_told(folder: Path) -> None:
    with Project.open(folder) as project:
        pictures = [row["sha256"] for row in project.db.execute("SELECT sha256 FROM faces ORDER BY id")]
        take_sides(project, {picture: SIDES[place % 2] for place, picture in enumerate(pictures)})
        assert thin(gather(folder)) == []
        take_sides(project, {picture: SIDES[40 < place < 60 or place % 2] for place, picture in enumerate(pictures)})
    (told,) = thin(gather(folder))
    assert told.startswith("fewer than 2 faces of veiled to learn from")
    with Project.open(folder) as project:
        take_sides(project, {picture: SIDES[place == 0] for place, picture in enumerate(pictures)})
    (told,) = thin(gather(folder))
    assert told.startswith("few faces of open, barred, veiled to choose by")


def test_a_class_without_faces_is_left_out_of_learning(folder: Path) -> None:
    assert learnable(gather(folder))[1] == ()
    with Project.open(folder) as project:
        project.add_class(EmotionClass("unheard", 0.1, 0.1))
        first, second = (row["id"] for row in project.db.execute("SELECT id FROM faces ORDER BY id LIMIT 2"))
        pretend_label(project, first, "ann", "open")
        pretend_label(project, first, "bob", "unheard")
    faces, absent = learnable(gather(folder))
    assert absent == ("unheard",) and faces.classes == BARRED and len(faces) == 60
    assert faces.targets.shape == (60, 3) and faces.targets[0].tolist() == [1, 0, 0]
    assert faces.majority.tolist() == [-1] + [0] * 19 + [1] * 20 + [2] * 20
    with Project.open(folder) as project:
        pretend_label(project, second, "ann", "unheard")
        pictures = [row["sha256"] for row in project.db.execute("SELECT sha256 FROM faces ORDER BY id")]
        take_sides(project, {picture: SIDES[2 * (place == 1)] for place, picture in enumerate(pictures)})
    with pytest.raises(BadInput, match=r"no face of 'unheard' to learn from \(train 0, develop 0, test 1\)"):
        learnable(gather(folder))


def test_what_is_learnt_from_and_chosen_by_is_remembered(folder: Path) -> None:
    assert gather(folder).learnt == gather(folder).learnt
    with Project.open(folder) as project:
        pictures = [row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures")]
        take_sides(project, {picture: SIDES[place % 3] for place, picture in enumerate(pictures)})
    first = gather(folder).learnt
    with Project.open(folder) as project, project.change() as db:
        db.execute("UPDATE sides SET side = 'test' WHERE sha256 = ?", (pictures[0],))
    assert gather(folder).learnt != first
    with Project.open(folder) as project, project.change() as db:
        db.execute("UPDATE sides SET side = 'train' WHERE sha256 = ?", (pictures[0],))
    assert gather(folder).learnt == first


def test_faces_that_most_cannot_tell_are_not_taught(folder: Path) -> None:
    with Project.open(folder) as project:
        ids = [row["id"] for row in project.db.execute("SELECT id FROM faces ORDER BY id LIMIT 2")]
        for face in ids:
            pretend_label(project, face, "ann", "veiled")
            pretend_label(project, face, "bob", None, "cannot tell")
        pretend_label(project, ids[0], "cy", None, "cannot tell")
    faces = gather(folder)
    assert len(faces) == 59  # one cannot be told, of the other as many can as cannot
    assert faces.targets[0].tolist() == [0, 0, 1] and faces.majority[0] == 2
    assert len(faces.examples(SCALE)) == len(faces.sides) == len(faces.points) == 59
