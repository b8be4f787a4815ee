"""What people said of a project's faces, by side; nothing that belongs together is parted."""

from pathlib import Path

import numpy as np
import pytest

from data.pretended import pretend_face, pretend_label
from made_faces import BARRED, collected, made_chips, take_sides
from mien.affect.recipe import CueScale
from mien.cues.names import NAMES
from mien.data.project import EmotionClass, Project
from mien.data.split import SIDES
from mien.errors import BadInput
from mien.lab.training.project_faces import SHARES, borders, gather, is_project, learnable

SCALE = CueScale(np.zeros(len(NAMES), np.float32), np.ones(len(NAMES), np.float32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return collected(tmp_path / "bars", BARRED, made_chips(20))


def test_a_split_is_drawn_where_there_is_none(folder: Path) -> None:
    faces = gather(folder)
    assert is_project(folder) and not is_project(folder.parent)
    assert not faces.has_split and len(faces) == 60
    assert faces.counts() == {side: dict.fromkeys(("open", "barred", "veiled"), round(20 * share))
                              for side, share in zip(SIDES, SHARES, strict=True)}  # fmt: skip
    corpus = faces.corpus(SCALE)
    assert [len(side) for side in (corpus.train, corpus.develop, corpus.validate)] == [42, 6, 12]
    assert corpus.classes == BARRED and corpus.train.targets.shape == (42, 3)
    np.testing.assert_array_equal(gather(folder).sides, faces.sides)


def test_the_projects_split_counts(folder: Path) -> None:
    with Project.open(folder) as project:
        pictures = [row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures")]
        sides = {picture: SIDES[place % 3] for place, picture in enumerate(pictures)}
        take_sides(project, sides)
        (face,) = project.db.execute("SELECT id FROM faces WHERE sha256 = ?", (pictures[0],)).fetchone()
        pretend_label(project, face, "ann", "veiled")
    faces = gather(folder)
    assert faces.has_split and {side: int((faces.sides == side).sum()) for side in SIDES} == dict.fromkeys(SIDES, 20)
    with Project.open(folder) as project, project.change() as db:
        db.execute("DELETE FROM sides WHERE sha256 = ?", (pictures[0],))
    with pytest.raises(BadInput, match=r"1 labelled pictures came after the split.*mien data split"):
        gather(folder)


def test_what_belongs_together_stays_together(folder: Path) -> None:
    with Project.open(folder) as project, project.change() as db:
        db.execute("UPDATE pictures SET person = 'p1' WHERE sha256 IN (SELECT sha256 FROM arrivals WHERE address IN"
                   " ('open-0', 'barred-1', 'veiled-2'))")  # fmt: skip
        db.execute("UPDATE arrivals SET album = 'clip' WHERE address IN ('veiled-2', 'open-5', 'open-6')")
        db.execute("UPDATE pictures SET person = 'p2' WHERE sha256 IN (SELECT sha256 FROM arrivals WHERE address IN"
                   " ('open-6', 'barred-9'))")  # fmt: skip
    faces = gather(folder)
    with Project.open(folder) as project:
        rows = project.db.execute("SELECT f.id, address FROM faces f JOIN arrivals USING (sha256) ORDER BY f.id")
        side = dict(zip([row["address"] for row in rows], faces.sides, strict=True))
    together = ("open-0", "barred-1", "veiled-2", "open-5", "open-6", "barred-9")
    assert len({side[address] for address in together}) == 1


def test_too_little_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"too few faces to learn from \(open 1, barred 0, veiled 0\)"):
        gather(collected(tmp_path / "few", BARRED, {"open": made_chips(3)["open"]}))
    folder = collected(tmp_path / "old", BARRED, made_chips(5))
    with Project.open(folder) as project, project.change() as db:
        db.execute("UPDATE faces SET cues = x'00000000'")
    with pytest.raises(BadInput, match="another version of mien"):
        gather(folder)


def side_of(folder: Path) -> dict[str, str]:
    """The side of each picture, by the name it came under."""
    with Project.open(folder) as project:
        rows = project.db.execute("SELECT address FROM faces f JOIN arrivals USING (sha256) ORDER BY f.id").fetchall()
    return dict(zip([row["address"] for row in rows], gather(folder).sides.tolist(), strict=True))


def test_one_more_picture_leaves_the_others_where_they_are(folder: Path) -> None:
    before, learnt = side_of(folder), gather(folder).learnt
    for number in range(20, 24):
        with Project.open(folder) as project:
            pretend_face(project, f"open-{number}", "open")
        after = side_of(folder)
        assert sum(after[name] != side for name, side in before.items()) <= 2  # at each cut one
        assert not any(side == "test" and before.get(name) == "train" for name, side in after.items())
        before = after
    assert gather(folder).learnt != learnt


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


@pytest.mark.parametrize("n", [1, 2, 3, 4, 8, 10, 20, 30])
def test_each_side_gets_its_share(n: int) -> None:
    train, develop = borders(n)
    counts = np.bincount(np.searchsorted(borders(n), np.arange(n) + 0.5, side="right"), minlength=3)
    assert 0 <= train <= develop <= n and counts[0] >= 1
    assert n < 3 or counts.min() >= 1
    assert (np.abs(counts - np.array(SHARES) * n) < 1.5).all()


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
