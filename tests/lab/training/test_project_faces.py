"""What people said of a project's faces, by side; nothing that belongs together is parted."""

from pathlib import Path

import numpy as np
import pytest

from data.pretended import pretend_label
from made_faces import BARRED, collected, made_chips, take_sides
from mien.affect.recipe import CueScale
from mien.cues.names import NAMES
from mien.data.project import Project
from mien.data.split import SIDES
from mien.errors import BadInput
from mien.lab.training.project_faces import SHARES, gather, is_project

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
