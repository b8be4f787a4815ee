"""A few hundred faces in the origin's folders, and the faults that are planted among them (folder → faults)."""

import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.data.project import Project

from conftest import encoded, load_data

FOLDERS = ("happy-face", "sad-face", "angry-face", "neutral-face")
"""In the order of `label4`."""
EACH = 60
PORTRAITS = 24
Plant = tuple[str, str, str]
"""A picture, the mark it should get, and the picture it belongs to."""


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


def plant_pile(pile: Path) -> list[Plant]:
    """Write a pile of faces with faults; give the faults."""
    faces, london = load_data("ferplus_dev.npz"), load_data("london_ccby.npz")
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
    plants: list[Plant] = []

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
    return plants


def sha_of(project: Project, address: str) -> str | None:
    return project.db.execute("SELECT sha256 FROM arrivals WHERE address = ?", (address,)).fetchone()["sha256"]


def apart(project: Project, plants: list[Plant]) -> list[Plant]:
    """The faults that stand on another side of the split than what they belong to."""
    sides = dict(project.db.execute("SELECT sha256, side FROM sides").fetchall())
    return [
        (name, mark, of)
        for name, mark, of in plants
        if of and len({sides[sha] for sha in (sha_of(project, name), sha_of(project, of)) if sha in sides}) > 1
    ]


def missed(project: Project, plants: list[Plant]) -> list[tuple[str, str, set[str]]]:
    """The faults that were not found, with the marks that they have instead."""
    found = []
    for name, mark, of in plants:
        row = project.db.execute("SELECT sha256, problem FROM arrivals WHERE address = ?", (name,)).fetchone()
        if mark == "problem":
            if row["sha256"] is not None or "damaged" not in row["problem"]:
                found.append((name, mark, set[str]()))
        elif mark:
            kinds = {r["kind"] for r in project.db.execute("SELECT kind FROM marks WHERE sha256 = ?", (row["sha256"],))}
            if of:  # either may be the one that is kept
                other = project.db.execute(
                    "SELECT kind FROM marks WHERE sha256 = ? AND other = ?", (sha_of(project, of), row["sha256"])
                )
                kinds |= {r["kind"] for r in other}
            if mark not in kinds and not (mark == "mirrored copy" and "copy" in kinds):
                found.append((name, mark, kinds))
    return found
