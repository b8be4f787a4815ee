"""The origin's two sheets: written, read by others, read again, equal; and patience with sheets from elsewhere."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.pretended import pretend_face, pretend_label, pretend_portraits, pretend_source
from mien.data.collecting.finds import class_on_the_way
from mien.data.exchange.gather import NOT_FETCHED, write_sheets
from mien.data.exchange.sheets import (
    CLASS_COLUMNS,
    CLASS_FILE,
    LANDMARK_COLUMNS,
    LANDMARK_FILE,
    LIST_FIELDS,
    ClassRow,
    LandmarkRow,
    folder_of,
    read_sheet,
    write_class_sheet,
    write_landmark_sheet,
)
from mien.data.exchange.table import rows
from mien.data.project import ORIGIN, Project
from mien.errors import BadInput

LENGTHS = {"eyes": 12, "nose": 8, "mouth": 20}


@pytest.fixture
def project(tmp_path: Path, astronaut: np.ndarray):
    """Portraits of two classes, one of them with two faces, one that people call otherwise, and one without a class."""
    with Project.create(tmp_path / "p") as one:
        pretend_source(one)
        faces = pretend_portraits(one, astronaut, (176, 70, 275, 200), 5)
        rng = np.random.default_rng(2)
        with one.change() as db:
            db.execute("UPDATE arrivals SET class = 'happy' WHERE address != 'portrait 4'")
            for face in faces:
                points = rng.uniform(0, 400, (68, 2)).astype(np.float32).tobytes()
                db.execute("UPDATE faces SET points = ? WHERE id = ?", (points, face))
            digest = db.execute("SELECT sha256 FROM faces WHERE id = ?", (faces[1],)).fetchone()[0]
        smaller = pretend_face(one, "portrait 1", rank=1, digest=digest)
        pretend_label(one, smaller, "ann", "scared")
        pretend_label(one, faces[2], "ann", "sad")
        yield one


def test_written_and_read_again_they_are_equal(project: Project, tmp_path: Path) -> None:
    told = write_sheets(project, tmp_path / "out", with_pictures=True)
    assert (told.faces, told.pictures, told.left_out, told.copied, told.gone) == (5, 4, 1, 4, 0)
    sheet = read_sheet(tmp_path / "out" / LANDMARK_FILE)
    rows = [row for row in sheet.rows if isinstance(row, LandmarkRow)]
    assert sorted(row.shown for row in rows) == ["happy", "happy", "happy", "sad", "scared"]
    assert [row.faces for row in rows if row.shown == "scared"] == [2]
    assert dict(sheet.gaps) == {"several faces in the picture": 2}
    for row in rows:
        assert [len(getattr(row, name)) for name in LIST_FIELDS] == [12, 12, 8, 8, 20, 20]
        if row.shown != "scared":  # the smaller face's picture lies with its larger one's class
            assert row.path.startswith(f"{row.shown}-face/")
        assert (tmp_path / "out" / row.path).is_file()
    happy = project.db.execute("SELECT points FROM faces WHERE id = 1").fetchone()[0]
    points = np.frombuffer(happy, np.float32).reshape(68, 2)
    (first,) = [row for row in rows if row.eyes_x[0] == round(float(points[36, 0]), 2)]
    np.testing.assert_allclose(first.mouth_y, points[48:68, 1], atol=0.006)
    np.testing.assert_allclose(first.nose_x, points[27:35, 0], atol=0.006)
    write_landmark_sheet(rows, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "out" / LANDMARK_FILE).read_bytes()
    classes = read_sheet(tmp_path / "out" / CLASS_FILE)
    assert {(row.url, row.shown) for row in classes.rows if isinstance(row, ClassRow)} == {
        ("portrait 0", "happy"), ("portrait 1", "happy"), ("portrait 2", "sad"), ("portrait 3", "happy")
    }  # fmt: skip


def test_pictures_with_consent_refused_are_not_handed_out(project: Project, tmp_path: Path) -> None:
    with project.change() as db:
        db.execute("INSERT INTO sources (id, kind, address, consent, begun_at)"
                   " VALUES (2, 'folder', 'there', 'refused', '')")  # fmt: skip
        db.execute("UPDATE arrivals SET source = 2 WHERE address = 'portrait 1'")
        db.execute("INSERT INTO arrivals (source, address, class, problem, arrived_at) VALUES (2, 'x', 'happy', ?, '')",
                   (NOT_FETCHED,))  # fmt: skip
    told = write_sheets(project, tmp_path / "out", with_pictures=True)
    assert (told.faces, told.left_out, told.refused, told.copied) == (3, 3, 2, 3)
    shown = [row.url for row in read_sheet(tmp_path / "out" / CLASS_FILE).rows if isinstance(row, ClassRow)]
    assert shown == ["portrait 0", "portrait 2", "portrait 3"]
    assert {row["address"] for row in rows(project)} == {f"portrait {number}" for number in (0, 2, 3, 4)}


def test_both_sheets_have_one_order(project: Project, tmp_path: Path) -> None:
    with project.change() as db:  # an order that is neither that of the hashes nor of the classes
        db.execute("UPDATE arrivals SET address = 'portrait 9' WHERE address = 'portrait 0'")
    write_sheets(project, tmp_path)
    classes, faces = (read_sheet(tmp_path / name).rows for name in (CLASS_FILE, LANDMARK_FILE))
    urls = [row.url.replace(" ", "-") for row in classes if isinstance(row, ClassRow)]
    pictures = [row.image.rpartition("-")[0] for row in faces if isinstance(row, LandmarkRow)]
    assert urls == ["portrait-1", "portrait-2", "portrait-3", "portrait-9"]
    assert list(dict.fromkeys(pictures)) == urls and len(pictures) == 5


def test_the_columns_are_the_origins(project: Project, tmp_path: Path) -> None:
    write_sheets(project, tmp_path / "out")
    first = {name: (tmp_path / "out" / name).read_text().splitlines()[0] for name in (CLASS_FILE, LANDMARK_FILE)}
    assert first[CLASS_FILE] == "Image URL,Emotional Class"
    assert first[LANDMARK_FILE] == (
        "Image,EmotionClass,TotalFaceArea,EyesX,EyesY,NoseX,NoseY,MouthX,MouthY,Path,NumFaces"
    )
    with (tmp_path / "out" / LANDMARK_FILE).open(newline="") as file:
        for row in csv.DictReader(file):
            assert row["EyesX"].startswith("[") and row["EyesX"].endswith("]") and row["Path"] == ""
    assert not list((tmp_path / "out").glob("*-face"))


def test_pandas_reads_them_and_writes_them_back(project: Project, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    write_sheets(project, tmp_path)
    for name, columns in ((CLASS_FILE, CLASS_COLUMNS), (LANDMARK_FILE, LANDMARK_COLUMNS)):
        frame = pandas.read_csv(tmp_path / name)
        assert tuple(frame.columns) == columns
        frame.to_csv(tmp_path / f"pandas-{name}", index=False)
        assert read_sheet(tmp_path / f"pandas-{name}").rows == read_sheet(tmp_path / name).rows


def test_a_folder_of_the_same_name_keeps_what_lies_in_it(project: Project, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "happy-face" / "mine.jpg"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    write_sheets(project, tmp_path / "out", with_pictures=True)
    assert mine.read_bytes() == b"mine"


numbers = st.floats(-1e4, 1e4).map(lambda x: round(x, 2) + 0.0)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip)


@st.composite
def landmark_rows(draw: st.DrawFn) -> LandmarkRow:
    lists = {}
    for part, length in LENGTHS.items():
        known = draw(st.booleans())
        for axis in "xy":
            lists[f"{part}_{axis}"] = tuple(draw(st.lists(numbers, min_size=length, max_size=length))) if known else ()
    area, faces = draw(st.none() | numbers), draw(st.none() | st.integers(0, 9))
    return LandmarkRow(draw(texts), draw(texts), area, **lists, path=draw(texts), faces=faces)


@given(st.lists(landmark_rows(), min_size=1, max_size=3))
def test_any_rows_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[LandmarkRow]) -> None:
    path = tmp_path_factory.mktemp("rows") / "sheet.csv"
    write_landmark_sheet(rows, path)
    kept = [row for row in rows if row != LandmarkRow("", "")]  # a line of commas alone is no row
    assert list(read_sheet(path).rows) == kept


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_any_addresses_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("rows") / "sheet.csv"
    write_class_sheet([ClassRow(*row) for row in rows], path)
    assert list(read_sheet(path).rows) == [ClassRow(*row) for row in rows if row != ("", "")]


EYES, NOSE, MOUTH = (list(range(count)) for count in LENGTHS.values())


@pytest.mark.parametrize(
    "told",
    [
        "[{}]".format(", ".join(map(str, EYES))), "[{}]".format(",".join(map(str, EYES))),
        "[{}]".format(" ".join(map(str, EYES))), "[ {} ]".format("  ,\n ".join(f"{n}." for n in EYES)),
        "({})".format(", ".join(f"{n}.0" for n in EYES)), "array([{}])".format(", ".join(map(str, EYES))),
        "np.array([{}], dtype=float32)".format(", ".join(map(str, EYES))), " ".join(map(str, EYES)),
        "[[{}]]".format("; ".join(f"{n}e0" for n in EYES)),
    ],
)  # fmt: skip
def test_lists_in_many_spellings(tmp_path: Path, told: str) -> None:
    path = tmp_path / "sheet.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([LANDMARK_COLUMNS, ["a.jpg", "happy", 9, told, told, "", "", "", "", "", 1]])
    (row,) = read_sheet(path).rows
    assert isinstance(row, LandmarkRow) and row.eyes_x == row.eyes_y == tuple(map(float, EYES))


def test_gaps_are_said(tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    eyes = " ".join(map(str, EYES))
    lines = [
        "Image,EmotionClass,TotalFaceArea,EyesX,EyesY,NoseX,NoseY,MouthX,MouthY,NumFaces,Extra",
        f'a.jpg,happy-face,[12.5],"[{eyes}]","[{eyes}]",,,,,3,1',
        f'b.jpg,sad-face,nan,"[{eyes} 12]","[{eyes}]",nan,None,[],[],1,1',
        'c.jpg,,big,"[1, two]",,,,,,one,1',
        ",sad,1",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    sheet = read_sheet(path)
    first, second, *_ = sheet.rows
    assert isinstance(first, LandmarkRow) and first.area == 12.5 and len(first.eyes_x) == 12 and first.faces == 3
    assert isinstance(second, LandmarkRow) and second.eyes_x == second.eyes_y == () and second.area is None
    assert dict(sheet.gaps) == {
        "no column Path": 4, "1 more column, not read": 4, "fewer cells than columns": 1,
        "several faces in the picture": 1, "EyesX has not 12 numbers: left out": 1,
        "X or Y lacking for the eyes: both left out": 1, "no points": 3, "no Path": 4, "no Image": 1, "no class": 1,
        "no TotalFaceArea": 1, "no NumFaces": 1, "NumFaces is no number: left out": 1,
        "TotalFaceArea is no number: left out": 1, "EyesX is no list of numbers: left out": 1,
    }  # fmt: skip


def test_semicolons_and_other_alphabets(tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_bytes("image url; Emotional Class\nhttp://x/é.jpg;happy\n".encode("cp1252"))
    sheet = read_sheet(path)
    assert sheet.rows == (ClassRow("http://x/é.jpg", "happy"),)
    assert list(sheet.gaps) == ["not UTF-8: read as Windows-1252"]


@pytest.mark.parametrize("coding", ["utf-16", "utf-8-sig", "utf-8"])
def test_a_spreadsheets_text_exports_are_read(tmp_path: Path, coding: str) -> None:
    path = tmp_path / "theirs.txt"
    path.write_bytes("Image URL\tEmotional Class\r\nhttp://x/é,1.jpg\thappy\r\n".encode(coding))
    sheet = read_sheet(path)
    assert sheet.rows == (ClassRow("http://x/é,1.jpg", "happy"),) and not sheet.gaps


def test_what_is_no_sheet_is_refused(tmp_path: Path) -> None:
    for content, told in (
        (b"", "empty"),
        (b"a,b\n1,2\n", "a sheet has either"),
        (b'"' + b"x" * 200_000, "not a table"),
    ):
        (tmp_path / "no.csv").write_bytes(content)
        with pytest.raises(BadInput, match=told):
            read_sheet(tmp_path / "no.csv")
    with pytest.raises(BadInput, match="cannot be read"):
        read_sheet(tmp_path / "nowhere.csv")


def test_classes_by_the_names_of_folders() -> None:
    names = [one.name for one in ORIGIN]
    assert [class_on_the_way((folder_of(name),), names) for name in names] == names
    assert class_on_the_way((" Happy_Faces",), names) == class_on_the_way(("HAPPY",), names) == "happy"
    assert class_on_the_way(("bored",), names) is class_on_the_way(("",), names) is None
