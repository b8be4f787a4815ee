"""A face is cut out where it is, whatever the picture's size, turn and edge."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.pretended import pretend_face, pretend_source
from mien.data.pictures.crop import SIDE_PX, chip_of, cut_of, cut_out
from mien.data.project import Project
from mien.errors import BadInput


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p") as one:
        pretend_source(one)
        yield one


def put(project: Project, face: int, image: Image.Image, box: tuple[int, int, int, int], turned: int = 1) -> None:
    """Give a face a picture; the face is red, all else blue. `turned` is EXIF's orientation."""
    wide, high = image.size
    image.paste((255, 0, 0), box)
    stored = image.transpose(Image.Transpose.ROTATE_90) if turned == 6 else image
    exif = Image.Exif()
    exif[0x0112] = turned
    file = io.BytesIO()
    stored.save(file, "JPEG", quality=95, exif=exif)
    digest = project.db.execute("SELECT sha256 FROM faces WHERE id = ?", (face,)).fetchone()[0]
    project.path_of(digest).parent.mkdir(exist_ok=True)
    project.path_of(digest).write_bytes(file.getvalue())
    with project.change() as db:
        db.execute("UPDATE faces SET x0 = ?, y0 = ?, x1 = ?, y1 = ? WHERE id = ?", (*box, face))
        db.execute("UPDATE pictures SET width = ?, height = ? WHERE sha256 = ?", (wide, high, digest))


@pytest.mark.parametrize(
    ("size", "box", "turned"),
    [
        ((400, 300), (150, 100, 230, 200), 1),
        ((400, 300), (0, 0, 80, 100), 1),
        ((400, 300), (330, 210, 400, 300), 1),
        ((4000, 3000), (1500, 1000, 2300, 2000), 1),
        ((400, 300), (20, 150, 100, 250), 6),
    ],
)
def test_the_face_lies_where_it_is_said_to(project: Project, size, box, turned) -> None:
    face = pretend_face(project, "a")
    put(project, face, Image.new("RGB", size, (0, 0, 255)), box, turned)
    cut = cut_of(project, face)
    with Image.open(io.BytesIO(cut_out(cut))) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    assert max(pixels.shape[:2]) <= SIDE_PX
    assert pixels.shape[1] / pixels.shape[0] == pytest.approx(cut.aspect, rel=0.02)
    left, top, right, bottom = (
        round(share * side) for share, side in zip(cut.place, pixels.shape[1::-1] * 2, strict=True)
    )
    red = (pixels[:, :, 0] > 200) & (pixels[:, :, 2] < 60)
    assert red[top:bottom, left:right].sum() == pytest.approx(red.sum(), rel=0.01)  # all of the face is clear
    inside = red[top:bottom, left:right].mean()
    assert 0.5 < inside < 1  # and little else


def test_where_the_picture_is_gone_the_chip_is_shown(project: Project) -> None:
    chip = np.arange(64 * 64, dtype=np.uint32).astype(np.uint8).reshape(64, 64)
    face = pretend_face(project, "a", chip=chip)
    cut = cut_of(project, face)
    assert cut.path is None and cut.aspect == 1 and cut.place == (0, 0, 1, 1)
    np.testing.assert_array_equal(chip_of(project, face), chip)
    with pytest.raises(ValueError, match="gone"):
        cut_out(cut)
    with pytest.raises(BadInput, match="not in this project"):
        cut_of(project, face + 1)


def test_a_damaged_picture_is_said(project: Project) -> None:
    face = pretend_face(project, "a")
    put(project, face, Image.new("RGB", (400, 300)), (100, 100, 200, 200))
    path = cut_of(project, face).path
    assert path is not None
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(BadInput, match="damaged"):
        cut_out(cut_of(project, face))
