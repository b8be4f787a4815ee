"""Data in small, made of the example portrait: files of the layout that the lab reads, and nobody's picture in them but
the public-domain one."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.assets import asset_path, read_manifest
from mien.face.look import look
from mien.face.pictures import open_picture
from mien.values import Frame
from mien.vocabulary import EmotionClass

from conftest import ASTRONAUT

VOTED = (1, 3, 4, 0)
"""Column of the votes of each of the four classes."""


def close_up(shift: tuple[float, float] = (0.0, 0.0), zoom: float = 1.0) -> NDArray[np.uint8]:
    """The example portrait in FER2013's framing, uint8 (48, 48)."""
    rgb = open_picture(ASTRONAUT).rgb
    face = look(Frame(0.0, rgb))[0]
    x, y = face.points_px[[33, 133, 362, 263], :2].mean(axis=0)
    side = 24 * face.chip_scale / 0.375 / zoom
    left, top = x - (0.494 + shift[0]) * side, y - (0.393 + shift[1]) * side
    cut = Image.fromarray(rgb).crop((int(left), int(top), int(left + side), int(top + side)))
    return np.asarray(cut.convert("L").resize((48, 48), Image.Resampling.BOX))


def write_ferplus(path: Path, n: int = 96) -> Path:
    """A file like ferplus_dev.npz: n close-ups, a quarter of them to validate, classes in turn, each with a mark.

    A class's mark is a bar of its own brightness over the forehead, so that methods that look at pixels can learn it.
    """
    rng = np.random.default_rng(4)
    face = close_up()
    label = np.arange(n) % 4
    images = np.stack([np.roll(face, rng.integers(-1, 2, 2), axis=(0, 1)) for _ in range(n)])
    images = np.clip(images + rng.normal(0, 4, images.shape), 0, 255).astype(np.uint8)
    for image, four in zip(images, label, strict=True):
        image[:4] = 20 + 70 * four
    votes = np.zeros((n, 10), dtype=np.uint8)
    votes[np.arange(n), np.array(VOTED)[label]] = 10
    split4 = np.where(np.arange(n) >= n * 3 // 4, 1, 0).astype(np.int8)
    np.savez(
        path,
        images=images,
        votes=votes,
        split4=split4,
        dup_group=np.arange(n, dtype=np.int32),
        label4=label.astype(np.int8),
        ferplus_majority=np.array(VOTED)[label].astype(np.int8),
    )
    return path


def write_london(path: Path) -> Path:
    """A file like london_ccby.npz: the smiling portrait twice, once called neutral."""
    held = io.BytesIO()
    Image.fromarray(open_picture(ASTRONAUT).rgb).save(held, "JPEG", quality=92)
    jpeg = np.frombuffer(held.getvalue(), dtype=np.uint8)
    np.savez(
        path,
        jpeg=np.concatenate([jpeg, jpeg]),
        offset=np.array([0, len(jpeg), 2 * len(jpeg)]),
        label=np.array(["happy", "neutral"]),
        subject=np.array(["001", "002"]),
        gender=np.array(["female", "female"]),
        ethnicity=np.array(["white", "white"]),
    )
    return path


OWN = (
    EmotionClass("blank", 0.0, -0.1),
    EmotionClass("beaming", 0.9, 0.4, {"mode": "lydian", "tempo_bpm": 72}),
    *(EmotionClass(f"mood {number}", -0.1 * number, 0.1) for number in range(6)),
)
"""Eight classes nobody else has; the example portrait, which smiles, reads as the second."""


def write_own_reader(folder: Path) -> Path:
    """The shipped network in other words: the same weights, classes of one's own."""
    shipped, path = asset_path("mien.affect", "reader.tflite"), folder / "own.tflite"
    shutil.copy(shipped, path)
    told = {"labels": [one.name for one in OWN], "classes": [one.row() for one in OWN]}
    manifest = {name: value for name, value in read_manifest(shipped).items() if name != "closer_look"}
    path.with_suffix(".json").write_text(json.dumps(manifest | told))
    return path
