"""Sheets made elsewhere become arrivals, with pictures where they are found and nowhere else."""

import io
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.pretended import pretend_portraits, pretend_source
from mien.data.arrivals import FIRST_ARRIVAL
from mien.data.collecting.collect import collect
from mien.data.exchange.bring import bring_in, sheets_at
from mien.data.exchange.gather import class_rows, write_sheets
from mien.data.exchange.sheets import CLASS_FILE, LANDMARK_FILE, ClassRow, LandmarkRow, write_class_sheet
from mien.data.exchange.sheets import write_landmark_sheet as write_landmarks
from mien.data.forget import forget
from mien.data.project import ORIGIN, PICTURES, Project
from mien.errors import BadInput


def picture(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 80), (shade, shade, shade)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p", ORIGIN[:3]) as one:
        yield one


def arrivals(project: Project) -> dict[str, tuple]:
    rows = project.db.execute("SELECT address, class, sha256 IS NOT NULL AS found, problem FROM arrivals")
    return {row["address"]: (row["class"], row["found"], row["problem"]) for row in rows}


def test_licence_and_consent_come_from_our_own_table_where_nothing_else_is_told(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(picture(10))
    write_landmarks([LandmarkRow("a.png", "happy", path="a.png")], tmp_path / LANDMARK_FILE)

    def terms(table: str, **told: str) -> tuple:
        (tmp_path / "faces.csv").write_text(f"sha256,licence,consent\n{table}", encoding="utf-8")
        bring_in(project, tmp_path / LANDMARK_FILE, **told)
        return tuple(project.db.execute("SELECT licence, consent FROM sources").fetchone())

    assert terms("1,CC0,given\n2,MIT,nonsense\n") == ("unknown", "unknown")
    assert terms("1,CC0,public\n2,MIT,public\n", licence="CC BY 4.0") == ("CC BY 4.0", "public")
    assert terms("1,CC0,given\n") == ("CC BY 4.0", "public")  # what was told stays
    assert terms("1,CC0,given\n", consent="refused") == ("CC BY 4.0", "refused")


def test_pictures_are_sought_below_the_sheet_and_nowhere_else(project: Project, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    (theirs / "happy-face").mkdir(parents=True)
    (theirs / "happy-face" / "a.png").write_bytes(picture(10))
    (theirs / "happy-face" / "b.png").write_bytes(picture(20))
    (theirs / "sad-face").mkdir()
    (theirs / "sad-face" / "broken.png").write_bytes(picture(30)[:40])
    (tmp_path / "secret.png").write_bytes(picture(40))
    (theirs / "link.png").symlink_to(tmp_path / "secret.png")
    rows = [
        LandmarkRow("a.png", "happy-face", path="C:\\Users\\ann\\data\\happy-face\\a.png", faces=2),
        LandmarkRow("a.png", "happy-face", path="C:\\Users\\ann\\data\\happy-face\\a.png", faces=2),
        LandmarkRow("b.png", "Happy"),
        LandmarkRow("broken.png", "sad-face", path="sad-face/broken.png"),
        LandmarkRow("secret.png", "sad-face", path="../secret.png"),
        LandmarkRow("link.png", "sad", path="link.png"),
        LandmarkRow("c.png", "bored", path="c.png"),
        LandmarkRow("c.png", "sad", path="c.png"),
        LandmarkRow("x" * 300, "sad"),
        LandmarkRow("secret.png", "..", path="secret.png"),
    ]
    write_landmarks(rows, theirs / LANDMARK_FILE)
    told = bring_in(project, theirs / LANDMARK_FILE, licence="CC0", consent="given")
    assert (told.rows, told.found, told.new) == (10, 2, 2)
    found = arrivals(project)
    assert found.pop("sad-face/broken.png")[:2] == ("sad", 0)
    assert found == {
        "C:\\Users\\ann\\data\\happy-face\\a.png": ("happy", 1, None),
        "b.png": ("happy", 1, None),
        "../secret.png": ("sad", 0, "no picture beside the sheet"),
        "link.png": ("sad", 0, "no picture beside the sheet"),
        "c.png": (None, 0, "no picture beside the sheet"),
        "secret.png": (None, 0, "no picture beside the sheet"),
        "x" * 300: ("sad", 0, "no picture beside the sheet"),
    }
    assert told.gaps["class 'bored' is none of the project's: kept without a class"] == 1
    assert told.gaps["told again with another class: the first counts"] == 1
    assert told.gaps["no picture beside the sheet"] == 5
    source = project.db.execute("SELECT * FROM sources").fetchone()
    assert (source["kind"], source["licence"], source["consent"]) == ("sheet", "CC0", "given")
    assert source["ended_at"] is not None
    for row in project.db.execute("SELECT sha256, width, height FROM pictures"):
        assert project.path_of(row["sha256"]).is_file() and (row["width"], row["height"]) == (60, 80)


def test_sizes_are_the_pictures_own_and_upright(project: Project, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (3000, 100)).save(tmp_path / "wide.jpg", exif=exif)
    write_class_sheet([ClassRow("wide.jpg", "happy")], tmp_path / "s.csv")
    bring_in(project, tmp_path / "s.csv")
    assert tuple(project.db.execute("SELECT width, height FROM pictures").fetchone()) == (100, 3000)


def test_brought_again_nothing_is_twice(project: Project, tmp_path: Path) -> None:
    write_class_sheet([ClassRow("https://example.org/a.png", "happy"), ClassRow("b.png", "sad")], tmp_path / "s.csv")
    first = bring_in(project, tmp_path / "s.csv")
    assert first.gaps["not fetched: only an address"] == 1
    (tmp_path / "b.png").write_bytes(picture(1))
    again = bring_in(project, tmp_path / "s.csv")
    assert (first.new, again.new, bring_in(project, tmp_path / "s.csv").new) == (0, 1, 0)
    assert len(arrivals(project)) == 2
    assert project.db.execute("SELECT count(*) FROM sources").fetchone()[0] == 1


def test_what_is_no_picture_is_not_in_the_class_sheet(project: Project, tmp_path: Path) -> None:
    (tmp_path / "pile" / "happy-face").mkdir(parents=True)
    for name, content in (("broken.png", picture(30)[:40]), ("empty.png", b""), ("text.jpg", b"no picture")):
        (tmp_path / "pile" / "happy-face" / name).write_bytes(content)
    collect(project, str(tmp_path / "pile"))
    assert len(arrivals(project)) == 3 and not list(class_rows(project))
    write_class_sheet([ClassRow("https://example.org/a.png", "happy")], tmp_path / "s.csv")
    bring_in(project, tmp_path / "s.csv")
    assert list(class_rows(project)) == [ClassRow("https://example.org/a.png", "happy")]  # nobody looked at it


def test_brought_again_consent_and_what_came_stay(project: Project, tmp_path: Path) -> None:
    write_class_sheet([ClassRow("b.png", "sad")], tmp_path / "s.csv")
    (tmp_path / "b.png").write_bytes(picture(1))
    bring_in(project, tmp_path / "s.csv", licence="CC0", consent="refused")
    (tmp_path / "b.png").unlink()
    bring_in(project, tmp_path / "s.csv")
    assert arrivals(project)["b.png"] == ("sad", 1, None)
    assert tuple(project.db.execute("SELECT licence, consent FROM sources").fetchone()) == ("CC0", "refused")


def test_an_edited_picture_comes_beside_the_earlier_one(project: Project, tmp_path: Path) -> None:
    write_class_sheet([ClassRow("b.png", "sad")], tmp_path / "s.csv")
    news = []
    for shade in (1, 2, 2, 1, 3):
        (tmp_path / "b.png").write_bytes(picture(shade))
        news.append(bring_in(project, tmp_path / "s.csv", consent="given").new)
    assert news == [1, 1, 0, 0, 1]
    held = dict(project.db.execute("SELECT address, sha256 FROM arrivals").fetchall())
    assert held == {
        address: sha256(picture(shade)).hexdigest() for address, shade in (("b.png", 1), ("b.png#2", 2), ("b.png#3", 3))
    }
    assert set(arrivals(project).values()) == {("sad", 1, None)}
    (tmp_path / "b.png").unlink()
    bring_in(project, tmp_path / "s.csv")
    assert dict(project.db.execute("SELECT address, sha256 FROM arrivals").fetchall()) == held
    assert forget(project, str(tmp_path / "s.csv")).pictures == 3
    assert project.db.execute("SELECT count(*) FROM pictures").fetchone()[0] == 0
    assert not [path for path in (project.folder / PICTURES).rglob("*") if path.is_file()]


def test_where_a_picture_came_from_first_stays(project: Project, tmp_path: Path) -> None:
    def first() -> dict[str, str]:
        return {row["sha256"]: row["address"] for row in project.db.execute(FIRST_ARRIVAL)}

    sheet, pile = tmp_path / "s.csv", tmp_path / "pile" / "happy-face"
    pile.mkdir(parents=True)
    write_class_sheet([ClassRow("late.png", "happy"), ClassRow("early.png", "happy")], sheet)
    early, late = (sha256(picture(shade)).hexdigest() for shade in (1, 2))
    (tmp_path / "early.png").write_bytes(picture(1))
    bring_in(project, sheet)  # late.png is not there yet
    (pile / "a.png").write_bytes(picture(1))
    (pile / "b.png").write_bytes(picture(2))
    collect(project, str(pile))
    (tmp_path / "late.png").write_bytes(picture(2))
    for _ in range(2):
        bring_in(project, sheet)
        found = first()
        assert found[early] == "early.png" and found[late].endswith("b.png")


def test_our_own_sheets_make_the_same_project(tmp_path: Path, astronaut: np.ndarray) -> None:
    with Project.create(tmp_path / "first") as first:
        pretend_source(first)
        pretend_portraits(first, astronaut, (176, 70, 275, 200), 4)
        with first.change() as db:
            db.execute("UPDATE arrivals SET class = iif(address = 'portrait 0', 'sad', 'happy')")
        write_sheets(first, tmp_path / "out", with_pictures=True)
        before = {row["sha256"]: row["class"] for row in first.db.execute("SELECT sha256, class FROM arrivals")}
        told = sorted((row.url, row.shown) for row in class_rows(first))
    shutil.move(tmp_path / "out", tmp_path / "elsewhere")
    with Project.create(tmp_path / "second") as second:
        class_sheet, landmark_sheet = sheets_at(tmp_path / "elsewhere")
        bring_in(second, landmark_sheet)
        after = {row["sha256"]: row["class"] for row in second.db.execute("SELECT sha256, class FROM arrivals")}
        assert after == before
        again = bring_in(second, class_sheet)
        assert (again.rows, again.found, again.new, dict(again.gaps)) == (4, 4, 0, {})
        rows = second.db.execute("SELECT address, class FROM arrivals WHERE source = 2 ORDER BY address")
        assert [tuple(row) for row in rows] == told
        assert len(second.db.execute("SELECT DISTINCT sha256 FROM arrivals").fetchall()) == 4


def test_what_cannot_be_brought_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=CLASS_FILE):
        sheets_at(tmp_path)
    write_class_sheet([ClassRow("a", "sad")], tmp_path / "s.csv")
    with pytest.raises(BadInput, match="unknown, given, public, refused"):
        bring_in(project, tmp_path / "s.csv", consent="surely")
