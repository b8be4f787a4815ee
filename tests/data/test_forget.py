"""What is forgotten is gone: rows, copy, chip, and every byte of it in the project's file; the rest stays."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.pretended import pretend_face, pretend_label, pretend_source
from mien.data.collecting.collect import Options, collect
from mien.data.describing.status import status
from mien.data.forget import forget, meant
from mien.data.pictures.clean import clean
from mien.data.project import FILE, Project
from mien.errors import BadInput

from conftest import ASTRONAUT


def test_no_byte_of_a_forgotten_face_stays_in_the_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    chips = rng.integers(0, 256, (40, 64, 64), dtype=np.uint8)
    with Project.create(tmp_path) as project:
        pretend_source(project)
        ids = [pretend_face(project, f"secret-{i}.png", "happy", chip) for i, chip in enumerate(chips)]
        pretend_label(project, ids[3], "ann", "sad")
        before = (tmp_path / FILE).read_bytes()
        assert b"secret-3.png" in before and chips[3].tobytes()[1000:1100] in before
        gone = forget(project, "secret-3.png")
        assert (gone.pictures, gone.faces, gone.labels, gone.arrivals) == (1, 1, 1, 1)
        after = (tmp_path / FILE).read_bytes()
        assert b"secret-3.png" not in after
        assert not any(chips[3].tobytes()[at : at + 64] in after for at in range(0, 4096, 64))
        assert all(chip.tobytes()[1000:1100] in after for i, chip in enumerate(chips) if i != 3)
        assert project.db.execute("SELECT count(*) FROM faces").fetchone()[0] == 39


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two sources; one picture came from both, with a copy in the second; a person, a report."""
    portrait = Image.open(ASTRONAUT).convert("RGB")
    for place, image in {
        "a/011_x.png": portrait,
        "b/same.png": portrait,
        "b/copy.png": portrait.resize((400, 400)),
        "b/other.png": Image.new("RGB", (80, 80)),
    }.items():
        (tmp_path / place).parent.mkdir(exist_ok=True)
        image.save(tmp_path / place)
    with Project.create(tmp_path / "p") as opened:
        collect(opened, str(tmp_path / "a"), Options(person="^([0-9]+)_"))
        collect(opened, str(tmp_path / "b"))
        clean(opened)
        (opened.folder / "report").mkdir()
        (opened.folder / "report" / "marks.html").write_text("a page")
        (opened.folder / "report" / "marks-copy.png").write_bytes(b"faces")
        yield opened


def test_a_person_is_forgotten_and_copies_are_told(project: Project) -> None:
    (row,) = project.db.execute("SELECT sha256 FROM pictures WHERE person = '011'").fetchall()
    gone = forget(project, "011")
    assert (gone.pictures, gone.arrivals, len(gone.copies), gone.reports) == (1, 2, 1, 1)
    assert not project.path_of(row["sha256"]).exists()
    assert not (project.folder / "report").exists()
    assert project.db.execute("SELECT count(*) FROM pictures").fetchone()[0] == 2
    assert project.db.execute("SELECT count(*) FROM marks WHERE other != ''").fetchone()[0] == 0
    clean(project)
    assert project.db.execute("SELECT count(*) FROM marks WHERE kind = 'copy'").fetchone()[0] == 0


def test_what_would_go_is_told_before(project: Project, tmp_path: Path) -> None:
    assert meant(project, "011") == "the person '011': 1 picture (near copies that stay: 1)"
    assert meant(project, "011", copies_too=True) == "the person '011': 2 pictures (near copies that go along: 1)"
    told = meant(project, str(tmp_path / "b"))
    assert "the source" in told and "2 pictures (kept, since they also came from elsewhere: 1" in told
    assert "the picture" in meant(project, "011_x.png")
    assert project.db.execute("SELECT count(*) FROM pictures").fetchone()[0] == 3
    with pytest.raises(BadInput, match="no person and no source"):
        meant(project, "012")


def test_copies_go_along_if_wanted(project: Project) -> None:
    gone = forget(project, "011", copies_too=True)
    assert (gone.pictures, gone.copies) == (2, ())
    assert project.db.execute("SELECT count(*) FROM faces").fetchone()[0] == 0


def test_the_number_of_a_forgotten_face_is_not_given_again(project: Project, tmp_path: Path) -> None:
    (before,) = project.db.execute("SELECT max(id) FROM faces").fetchone()
    forget(project, str(tmp_path / "b"))
    (tmp_path / "c").mkdir()
    Image.open(ASTRONAUT).convert("L").save(tmp_path / "c" / "new.png")
    collect(project, str(tmp_path / "c"))
    clean(project)
    (after,) = project.db.execute("SELECT max(id) FROM faces").fetchone()
    assert after > before


def test_a_source_goes_but_what_came_elsewhere_stays(project: Project, tmp_path: Path) -> None:
    gone = forget(project, str(tmp_path / "b"))
    assert (gone.pictures, gone.kept, gone.arrivals) == (2, 1, 3)
    assert [row["address"] for row in project.db.execute("SELECT address FROM arrivals")] == ["011_x.png"]
    assert project.db.execute("SELECT count(*) FROM sources").fetchone()[0] == 1
    assert len([path for path in (project.folder / "pictures").rglob("*") if path.is_file()]) == 1


def test_a_picture_is_known_by_its_file(project: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes((tmp_path / "b" / "other.png").read_bytes())
    assert meant(project, str(tmp_path / "elsewhere.png")).startswith("the picture ")
    assert forget(project, str(tmp_path / "elsewhere.png")).pictures == 1
    with pytest.raises(BadInput, match="or its file"):
        forget(project, str(tmp_path / "elsewhere.png"))


def test_what_is_not_there_cannot_be_forgotten(project: Project) -> None:
    with pytest.raises(BadInput, match="no person and no source"):
        forget(project, "012")


def test_status_counts_and_advises(project: Project, tmp_path: Path) -> None:
    told = status(project)
    assert (told.pictures, told.looked_at, told.problems) == (3, 3, 0)
    assert told.marks["copy"] == 1 and told.marks["no face"] == 1
    assert told.consents == {"unknown": 3}
    assert any("data label" in step for step, _ in told.steps)
    collect(project, str(tmp_path / "a"), Options(consent="refused"))
    with project.change() as db:
        db.execute("UPDATE arrivals SET class = 'happy'")
    told = status(project)
    assert told.classes["happy"] == (3, 0)
    assert f"mien data forget {project.folder} {tmp_path / 'a'}" in [step for step, _ in told.steps]
    collect(project, str(tmp_path / "a"), Options(consent="given"))
    told = status(project)
    assert told.classes["happy"] == (3, 1)
    assert not any("data forget" in step for step, _ in told.steps)
    assert any("data split" in step for step, _ in told.steps)
