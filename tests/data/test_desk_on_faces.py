"""A few hundred faces in the origin's folders with planted faults: each fault is found, none lands on two sides."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mien.data.clean import clean, unmark
from mien.data.collect import Wish, collect
from mien.data.leaks import check_leaks
from mien.data.project import Project
from mien.data.split import split
from mien.errors import BadInput

from conftest import encoded, load_data

pytestmark = pytest.mark.data

FOLDERS = ("happy-face", "sad-face", "angry-face", "neutral-face")
"""In the order of `label4`."""
EACH = 60
PORTRAITS = 24


def jpeg(rgb: NDArray, quality: int) -> bytes:
    held = io.BytesIO()
    Image.fromarray(rgb).save(held, "JPEG", quality=quality)
    return held.getvalue()


def drawing() -> NDArray[np.uint8]:
    """A round head with eyes, brows, nose and mouth, of even colours and black lines."""
    picture = np.full((256, 256, 3), (120, 190, 230), np.uint8)
    cv2.ellipse(picture, (128, 110), (92, 104), 0, 0, 360, (70, 40, 20), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (128, 136), (76, 96), 0, 0, 360, (240, 200, 170), -1, cv2.LINE_AA)
    for x in (96, 160):
        cv2.ellipse(picture, (x, 120), (16, 9), 0, 0, 360, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(picture, (x, 120), 7, (40, 30, 20), -1, cv2.LINE_AA)
        cv2.ellipse(picture, (x, 102), (20, 7), 0, 180, 360, (40, 20, 10), 4, cv2.LINE_AA)
    cv2.polylines(picture, [np.array([[128, 126], [120, 158], [134, 160]])], False, (120, 80, 60), 3, cv2.LINE_AA)
    cv2.ellipse(picture, (128, 186), (28, 10), 0, 0, 180, (170, 50, 50), -1, cv2.LINE_AA)
    return picture


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, str, str]]]:
    """A pile, and what was planted into it: picture, the mark it should get, and the picture it belongs to."""
    faces, london = load_data("ferplus_dev.npz"), load_data("london_ccby.npz")
    pile = tmp_path_factory.mktemp("desk") / "pile"
    whole: list[tuple[str, NDArray]] = []
    for label, folder in enumerate(FOLDERS):
        (pile / folder).mkdir(parents=True)
        rows = np.flatnonzero((faces["label4"] == label) & (faces["flags"] == 0))[:EACH]
        for row in rows:
            Image.fromarray(faces["images"][row]).save(pile / folder / f"fer{row}.png")
        whole += [(f"{folder}/fer{row}.png", np.repeat(faces["images"][row][..., None], 3, 2)) for row in rows[:2]]
    for i in range(PORTRAITS):
        folder = {"happy": "happy-face", "neutral": "neutral-face"}[str(london["label"][i])]
        content = encoded(london, i)
        (pile / folder / f"london{i}.jpg").write_bytes(content)
        if i < 4:
            whole.append((f"{folder}/london{i}.jpg", np.asarray(Image.open(io.BytesIO(content)))))
    plants: list[tuple[str, str, str]] = []

    def plant(name: str, content: bytes, mark: str, of: str = "") -> None:
        (pile / name).write_bytes(content)
        plants.append((name, mark, of))

    for i, (name, rgb) in enumerate(whole):
        folder, (height, width) = name.partition("/")[0], rgb.shape[:2]
        plant(f"{folder}/z_again{i}.jpg", jpeg(rgb, 80), "copy", name)
        smaller = cv2.resize(rgb, (width * 11 // 12, height * 11 // 12), interpolation=cv2.INTER_AREA)
        plant(f"{folder}/z_smaller{i}.jpg", jpeg(smaller, 90), "copy", name)
        cut = rgb[height // 40 : height - height // 60, width // 48 : width - width // 48]
        plant(f"{folder}/z_cut{i}.jpg", jpeg(cut, 92), "copy", name)
        plant(f"{folder}/z_turned{i}.jpg", jpeg(np.ascontiguousarray(rgb[:, ::-1]), 92), "mirrored copy", name)
    same = pile / whole[0][0]
    plant("sad-face/in_two_classes.png", same.read_bytes(), "two classes", whole[0][0])
    plant("angry-face/exact.png", (pile / "angry-face" / whole[4][0].partition("/")[2]).read_bytes(), "", whole[4][0])
    texture = cv2.resize(np.random.default_rng(3).integers(0, 256, (12, 16, 3), dtype=np.uint8), (320, 240))
    plant("neutral-face/nobody.jpg", jpeg(texture, 90), "no face")
    plant("happy-face/drawing.png", cv2.imencode(".png", drawing()[:, :, ::-1])[1].tobytes(), "drawn")
    plant("sad-face/corrupt.jpg", jpeg(whole[-1][1], 90)[:3000], "problem")
    return pile, plants


@pytest.fixture(scope="module")
def project(planted: tuple[Path, list], tmp_path_factory: pytest.TempPathFactory) -> Project:
    with Project.create(tmp_path_factory.mktemp("desk") / "p") as opened:
        collect(opened, str(planted[0]), Wish(licence="for a test", consent="public"))
        clean(opened)
        yield opened


def sha_of(project: Project, address: str) -> str | None:
    return project.db.execute("SELECT sha256 FROM arrivals WHERE address = ?", (address,)).fetchone()["sha256"]


def test_each_planted_fault_is_found(project: Project, planted: tuple[Path, list[tuple[str, str, str]]]) -> None:
    missed = []
    for name, mark, of in planted[1]:
        row = project.db.execute("SELECT sha256, problem FROM arrivals WHERE address = ?", (name,)).fetchone()
        if mark == "problem":
            assert row["sha256"] is None and "damaged" in row["problem"]
        elif mark:
            kinds = {r["kind"] for r in project.db.execute("SELECT kind FROM marks WHERE sha256 = ?", (row["sha256"],))}
            if of:  # either may be the one that is kept
                other = project.db.execute(
                    "SELECT kind FROM marks WHERE sha256 = ? AND other = ?", (sha_of(project, of), row["sha256"])
                )
                kinds |= {r["kind"] for r in other}
            if mark not in kinds and not (mark == "mirrored copy" and "copy" in kinds):
                missed.append((name, mark, kinds))
    assert missed == []
    exact = next(name for name, mark, _ in planted[1] if name.endswith("exact.png"))
    came = "SELECT count(*) FROM arrivals WHERE sha256 = ?"
    assert project.db.execute(came, (sha_of(project, exact),)).fetchone()[0] == 2


def test_pictures_without_fault_are_left_alone(project: Project, planted: tuple[Path, list]) -> None:
    names = {name for name, *_ in planted[1]} | {of for *_, of in planted[1]}
    rows = project.db.execute(
        "SELECT address, kind FROM arrivals JOIN marks USING (sha256) WHERE kind IN"
        " ('copy', 'mirrored copy', 'two classes', 'drawn', 'text', 'burst')"
    )
    wrong = {row["address"] for row in rows} - names
    assert len(wrong) <= 0.02 * (4 * EACH + PORTRAITS), wrong


def test_no_fault_lands_on_two_sides(project: Project, planted: tuple[Path, list[tuple[str, str, str]]]) -> None:
    spoilt = {sha_of(project, name) for name, mark, _ in planted[1] if mark in ("no face", "two classes", "drawn")}
    split(project, seed=1)
    sides = dict(project.db.execute("SELECT sha256, side FROM sides").fetchall())
    assert not spoilt & sides.keys()
    assert set(sides.values()) == {"train", "develop", "test"}
    related = [(name, of) for name, _, of in planted[1] if of]
    for name, _ in related:  # even if a person lets every copy in
        sha256 = sha_of(project, name)
        if project.db.execute("SELECT 1 FROM marks WHERE sha256 = ?", (sha256,)).fetchone():
            unmark(project, sha256)
    for seed in range(3):
        split(project, seed)
        sides = dict(project.db.execute("SELECT sha256, side FROM sides").fetchall())
        apart = [
            (name, of)
            for name, of in related
            if len({sides[sha] for sha in (sha_of(project, name), sha_of(project, of)) if sha in sides}) > 1
        ]
        assert apart == []
    assert check_leaks(project) == len(sides)
    name, _ = next((n, o) for n, o in related if {sha_of(project, n), sha_of(project, o)} <= sides.keys() and n != o
                    and sha_of(project, n) != sha_of(project, o))  # fmt: skip
    other = {"train": "test", "test": "develop", "develop": "train"}[sides[sha_of(project, name)]]
    with project.change() as db:
        db.execute("UPDATE sides SET side = ? WHERE sha256 = ?", (other, sha_of(project, name)))
    with pytest.raises(BadInput, match=r"leaks .*copies"):
        check_leaks(project)
