"""A picture is looked at once and marked by what it shows; what a person overrules stays overruled."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from mien.cues.names import NAMES
from mien.data.collecting.collect import collect
from mien.data.pictures.clean import clean, mark, unmark
from mien.data.pictures.faces import gather, open_copy, points_from
from mien.data.project import Project
from mien.errors import BadInput

from conftest import ASTRONAUT


def save(path: Path, image: Image.Image, quality: int = 90) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=quality)


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    """The example portrait with faults planted."""
    portrait = Image.open(ASTRONAUT).convert("RGB")
    width, height = portrait.size
    pile = tmp_path / "pile"
    save(pile / "happy-face/portrait.png", portrait)
    save(pile / "sad-face/same.png", portrait)
    save(pile / "happy-face/smaller.jpg", portrait.resize((width * 3 // 4, height * 3 // 4)), 70)
    save(pile / "happy-face/cut.jpg", portrait.crop((18, 9, width - 12, height - 15)))
    save(pile / "happy-face/turned_over.jpg", portrait.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 80)
    save(pile / "happy-face/blurred.jpg", portrait.filter(ImageFilter.GaussianBlur(4)))
    save(pile / "happy-face/far.jpg", portrait.resize((100, 100)))
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    save(pile / "happy-face/noise.png", Image.fromarray(noise))
    (pile / "happy-face/broken.jpg").write_bytes((pile / "happy-face/cut.jpg").read_bytes()[:2000])
    return pile


@pytest.fixture
def project(tmp_path: Path, pile: Path) -> Project:
    with Project.create(tmp_path / "p") as opened:
        collect(opened, str(pile))
        clean(opened)
        yield opened


def marks(project: Project) -> dict[str, set[str]]:
    rows = project.db.execute(
        "SELECT DISTINCT address, kind FROM arrivals LEFT JOIN marks ON marks.sha256 = arrivals.sha256"
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(Path(row["address"]).name, set()).update([row["kind"]] if row["kind"] else [])
    return found


def test_every_planted_fault_is_found(project: Project) -> None:
    found = marks(project)
    assert found["portrait.png"] == found["same.png"] == {"two classes"}
    assert "copy" in found["smaller.jpg"] and "copy" in found["cut.jpg"]
    assert "mirrored copy" in found["turned_over.jpg"]
    assert "blurred" in found["blurred.jpg"]
    assert "tiny" in found["far.jpg"]
    assert found["noise.png"] == {"no face"}
    assert found["broken.jpg"] == set()


def test_cleaning_again_looks_at_nothing_and_marks_the_same(project: Project) -> None:
    before = project.db.execute("SELECT * FROM marks ORDER BY sha256, kind").fetchall()
    assert clean(project).looked == 0
    assert project.db.execute("SELECT * FROM marks ORDER BY sha256, kind").fetchall() == before


def test_a_person_overrules(project: Project) -> None:
    assert unmark(project, "happy-face/blurred.jpg", "blurred") == ("blurred",)
    mark(project, "noise.png", "drawn")
    clean(project)
    found = marks(project)
    assert "blurred" not in found["blurred.jpg"]
    assert found["noise.png"] == {"no face", "drawn"}
    assert unmark(project, "noise.png") == ("drawn", "no face")
    clean(project)
    assert marks(project)["noise.png"] == set()
    with pytest.raises(BadInput, match="no mark"):
        unmark(project, "noise.png")
    with pytest.raises(BadInput, match="none of that name"):
        unmark(project, "nothing.png")
    with pytest.raises(BadInput, match="give one of"):
        mark(project, "noise.png", "ugly")


def test_faces_come_as_arrays(project: Project) -> None:
    ids = [row["id"] for row in project.db.execute("SELECT id FROM faces ORDER BY id")]
    found = gather(project, ids)
    assert len(found) == len(ids) >= 6
    assert found.chips.shape[1:] == (64, 64) and found.points.shape[1:] == (68, 2)
    assert found.cues.shape == found.valid.shape == (len(found), len(NAMES))
    np.testing.assert_array_equal(gather(project, [ids[2]]).chips, found.chips[2:3])
    assert gather(project, []).points.shape == (0, 68, 2)


def test_a_large_picture_is_told_in_its_own_pixels(tmp_path: Path) -> None:
    portrait = Image.open(ASTRONAUT).convert("RGB")
    tall = Image.new("RGB", (2000, 3000), (90, 90, 90))
    tall.paste(portrait.resize((1500, 1500)), (250, 200))
    turned = tall.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to see it upright
    turned.save(tmp_path / "tall.jpg", exif=exif)
    with Project.create(tmp_path / "p") as project:
        collect(project, str(tmp_path / "tall.jpg"))
        clean(project)
        (face,) = project.db.execute("SELECT sha256, points FROM faces").fetchall()
        row = project.db.execute("SELECT width, height FROM pictures").fetchone()
        assert (row["width"], row["height"]) == (2000, 3000)
        assert open_copy(project, face["sha256"]).shape[:2] == (2560, 1707)
        assert open_copy(project, face["sha256"], 600).shape[:2] == (600, 400)
        x, y = points_from(face["points"])[36:48].mean(axis=0)
        assert 250 + 1500 * 0.3 < x < 250 + 1500 * 0.6 and 200 < y < 200 + 1500 * 0.35


def test_a_copy_that_is_gone_is_said(tmp_path: Path) -> None:
    held = io.BytesIO()
    Image.new("RGB", (64, 64)).save(held, "PNG")
    (tmp_path / "a.png").write_bytes(held.getvalue())
    with Project.create(tmp_path / "p") as project:
        collect(project, str(tmp_path / "a.png"))
        (row,) = project.db.execute("SELECT sha256 FROM pictures").fetchall()
        project.path_of(row["sha256"]).unlink()
        ((sha256, problem),) = clean(project).problems
        assert sha256 == row["sha256"] and "cannot be read" in problem
        with pytest.raises(BadInput, match="collect its source again"):
            open_copy(project, sha256)
