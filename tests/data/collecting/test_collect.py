"""Folders, archives, films: each picture once with where it came from, faults noted, a second call adds nothing."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mien.data.collecting.collect import Options, collect
from mien.data.collecting.intake import Taken
from mien.data.forget import forget
from mien.data.lock import alone
from mien.data.project import PICTURES, Project
from mien.errors import BadInput


def jpeg(grey: int, side: int = 64) -> bytes:
    """An even picture."""
    held = io.BytesIO()
    Image.new("RGB", (side, side), (grey, 90, 60)).save(held, "JPEG")
    return held.getvalue()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    with Project.create(tmp_path / "p") as opened:
        yield opened


def copies(project: Project) -> set[str]:
    return {path.name for path in (project.folder / PICTURES).rglob("*") if path.is_file()}


def in_step(project: Project) -> bool:
    """Whether files and rows are the same pictures."""
    return copies(project) == {row["sha256"] for row in project.db.execute("SELECT sha256 FROM pictures")}


def arrivals(project: Project) -> dict[str, tuple]:
    rows = project.db.execute("SELECT address, class, problem, sha256 FROM arrivals")
    return {row["address"]: (row["class"], row["problem"], row["sha256"]) for row in rows}


def test_a_folder_is_walked_and_its_folders_tell_the_class(project: Project, tmp_path: Path) -> None:
    pile = tmp_path / "pile"
    for place, content in {
        "happy-face/a.jpg": jpeg(10),
        "Sad_Face/deep/b.JPG": jpeg(20),
        "fear/c.jpg": jpeg(30),
        "happy-face/again.jpg": jpeg(20),
        "happy-face/broken.jpg": jpeg(40)[:300],
        "notes.txt": b"no picture",
        ".hidden/d.jpg": jpeg(50),
    }.items():
        (pile / place).parent.mkdir(parents=True, exist_ok=True)
        (pile / place).write_bytes(content)
    assert collect(project, str(pile)) == Taken(new=3, again=1, problems=1)
    found = arrivals(project)
    assert {address: told[0] for address, told in found.items()} == {
        "Sad_Face/deep/b.JPG": "sad",
        "fear/c.jpg": None,
        "happy-face/a.jpg": "happy",
        "happy-face/again.jpg": "happy",
        "happy-face/broken.jpg": "happy",
    }
    assert found["happy-face/again.jpg"][2] == found["Sad_Face/deep/b.JPG"][2]
    assert "damaged" in found["happy-face/broken.jpg"][1]
    assert in_step(project)
    (pile / "happy-face/broken.jpg").write_bytes(jpeg(40))
    assert collect(project, str(pile)) == Taken(new=1, known=4)


def test_a_class_told_later_goes_to_what_came_without_one(project: Project, tmp_path: Path) -> None:
    for name in ("pile/a.jpg", "pile/happy/b.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(jpeg(len(name)))
    collect(project, str(tmp_path / "pile"))
    assert collect(project, str(tmp_path / "pile"), Options("sad")) == Taken(known=2, classed=1)
    assert {place: told[0] for place, told in arrivals(project).items()} == {"a.jpg": "sad", "happy/b.jpg": "happy"}
    assert collect(project, str(tmp_path / "pile"), Options("angry")) == Taken(known=2)


def test_what_is_told_stays_with_the_source(project: Project, tmp_path: Path) -> None:
    (tmp_path / "011_smile.jpg").write_bytes(jpeg(10))
    collect(project, str(tmp_path / "011_smile.jpg"), Options("happy", "CC0", "given", "^([0-9]+)_"))
    collect(project, str(tmp_path / "011_smile.jpg"))
    (row,) = project.db.execute("SELECT * FROM sources").fetchall()
    assert (row["licence"], row["consent"]) == ("CC0", "given") and row["ended_at"] is not None
    (picture,) = project.db.execute("SELECT * FROM pictures").fetchall()
    assert (picture["person"], picture["width"], picture["height"]) == ("011", 64, 64)
    with pytest.raises(BadInput, match="consent"):
        Options(consent="perhaps")
    with pytest.raises(BadInput, match="one group"):
        Options(person="[0-9]+")
    with pytest.raises(BadInput, match="not in this project"):
        collect(project, str(tmp_path), Options("dreamy"))
    with pytest.raises(BadInput, match="no such file"):
        collect(project, str(tmp_path / "nowhere"))


def test_a_zip_cannot_lead_astray(project: Project, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sad-face/a.jpg", jpeg(10))
        archive.writestr("../../escaped.jpg", jpeg(20))
        archive.writestr("huge.png", b"\0" * (65 << 20))
        archive.writestr("notes.txt", "none")
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert collect(project, str(tmp_path / "a.zip")) == Taken(new=2, problems=2)
    found = arrivals(project)
    assert found["sad-face/a.jpg"][0] == "sad"
    assert "up to 64 MB" in found["huge.png"][1]
    assert "link" in found["link.jpg"][1]
    assert in_step(project)
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "p"}


def test_a_tar_with_links_and_one_name_twice(project: Project, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "happy.tar.gz", "w:gz") as archive:
        for content in (jpeg(10), jpeg(20)):
            member = tarfile.TarInfo("/abs/a.jpg")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("b.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert collect(project, str(tmp_path / "happy.tar.gz")) == Taken(new=2, problems=1)
    assert {address: told[0] for address, told in arrivals(project).items()} == {
        "/abs/a.jpg": "happy",
        "/abs/a.jpg#2": "happy",
        "b.jpg": "happy",
    }
    assert collect(project, str(tmp_path / "happy.tar.gz")) == Taken(problems=1, known=2)


def test_a_damaged_archive_keeps_what_came_before(project: Project, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name in ("a.jpg", "b.jpg"):
            member = tarfile.TarInfo(name)
            content = jpeg(len(name) + ord(name[0]))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    whole = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[: 512 + 1024 + 512 + 100])
    with pytest.raises(BadInput, match="damaged"):
        collect(project, str(tmp_path / "a.tar"))
    assert arrivals(project)["a.jpg"][1] is None
    (source,) = project.db.execute("SELECT ended_at FROM sources").fetchall()
    assert source["ended_at"] is None
    (tmp_path / "a.tar").write_bytes(whole)
    assert collect(project, str(tmp_path / "a.tar")) == Taken(new=1, known=1)


def test_what_is_no_address_and_no_archive_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no address"):
        collect(project, "http://[x")
    with tarfile.open(tmp_path / "a.tar.xz", "w:xz") as archive:
        member, content = tarfile.TarInfo("a.jpg"), jpeg(1)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    damaged = bytearray((tmp_path / "a.tar.xz").read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    (tmp_path / "a.tar.xz").write_bytes(damaged)
    with pytest.raises(BadInput, match="damaged"):
        collect(project, str(tmp_path / "a.tar.xz"))


def test_a_folder_whose_name_is_no_unicode_is_collected(project: Project, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe9t\xe9"))
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg(9))
    assert collect(project, str(folder)).new == 1


def test_a_film_is_an_album_of_its_frames(project: Project, tmp_path: Path) -> None:
    film = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 64))
    for i in range(31):
        film.write(np.full((64, 64, 3), 5 * i, np.uint8))
    film.release()
    taken = collect(project, str(tmp_path / "clip.avi"), Options(every_s=1.0))
    assert taken == Taken(new=4)
    assert list(arrivals(project)) == [f"clip.avi@{i}.000" for i in range(4)]
    assert project.db.execute("SELECT count(DISTINCT album) FROM arrivals").fetchone()[0] == 1
    assert collect(project, str(tmp_path / "clip.avi"), Options(every_s=1.0)) == Taken(known=4)
    (tmp_path / "no.mp4").write_bytes(b"no film")
    assert collect(project, str(tmp_path / "no.mp4")) == Taken(problems=1)


def test_no_two_frames_of_a_film_share_an_address(project: Project, tmp_path: Path) -> None:
    film = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 64))
    for i in range(20):
        film.write(np.full((64, 64, 3), 10 * i, np.uint8))
    film.release()
    assert collect(project, str(tmp_path / "clip.avi"), Options(every_s=0.05)) == Taken(new=20)
    assert list(arrivals(project)) == [f"clip.avi@{i / 20:.3f}" for i in range(20)]
    assert forget(project, str(tmp_path / "clip.avi")).pictures == 20
    assert copies(project) == set() and in_step(project)


def test_a_film_brought_in_under_addresses_of_one_decimal_is_known(project: Project, tmp_path: Path) -> None:
    film = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 15.0, (64, 64))
    for i in range(31):
        film.write(np.full((64, 64, 3), 5 * i, np.uint8))
    film.release()
    assert collect(project, str(tmp_path / "clip.avi"), Options(every_s=0.5)) == Taken(new=5)
    with project.change() as db:
        for address in arrivals(project):
            moment = float(address.partition("@")[2])
            db.execute("UPDATE arrivals SET address = ? WHERE address = ?", (f"clip.avi@{moment:.1f}", address))
    assert collect(project, str(tmp_path / "clip.avi"), Options(every_s=0.5)) == Taken(known=5)


def test_only_one_at_a_time(project: Project, tmp_path: Path) -> None:
    with alone(project), pytest.raises(BadInput, match="another"):
        collect(project, str(tmp_path))
    (tmp_path / "pile").mkdir()
    assert collect(project, str(tmp_path / "pile")) == Taken()
