"""A face is cut out of its picture for a person to look at (picture file, box → JPEG, and where the face lies in it).

The cut is a square about the face, ended at the picture's edge, so that there is some of the picture around it. Where
the picture's file is gone, the kept 64-pixel chip stands in. Nothing is written.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.data.pictures.faces import chip_from
from mien.data.project import Project
from mien.errors import BadInput
from mien.values import CHIP_PX

SURROUND = 2.1
"""Side of the cut over the larger side of the face."""
HALO = 1.35
"""Side of the part that is shown clearly over the face's box: a box ends at brows and chin."""
SIDE_PX = 960
QUALITY = 90


@dataclass(frozen=True, slots=True)
class Cut:
    """What to cut: `path` of the picture, `width` and `height` of it, `window` and `face` as (x0, y0, x1, y1), pixels.

    `path` is None where the file is gone: then `face` and `window` are those of the chip.
    """

    path: Path | None
    width: int
    height: int
    window: tuple[float, float, float, float]
    face: tuple[float, float, float, float]

    @property
    def aspect(self) -> float:
        """Width of the cut over its height."""
        x0, y0, x1, y1 = self.window
        return (x1 - x0) / (y1 - y0)

    @property
    def place(self) -> tuple[float, float, float, float]:
        """Where the face lies in the cut: x0, y0, x1, y1, each 0..1."""
        x0, y0, x1, y1 = self.window
        wide, high = x1 - x0, y1 - y0
        shares = ((self.face[0] - x0) / wide, (self.face[1] - y0) / high,
                  (self.face[2] - x0) / wide, (self.face[3] - y0) / high)  # fmt: skip
        a, b, c, d = (min(1.0, max(0.0, share)) for share in shares)
        return a, b, c, d


def cut_of(project: Project, face: int) -> Cut:
    """Where the cut of a face lies.

    Raises
    ------
    BadInput
        If there is no such face.
    """
    row = project.db.execute(
        "SELECT sha256, width, height, x0, y0, x1, y1 FROM faces JOIN pictures USING (sha256) WHERE id = ?", (face,)
    ).fetchone()
    if row is None:
        raise BadInput(f"face {face}: not in this project (any more); load the page again")
    path = project.path_of(row["sha256"])
    if not path.is_file():
        whole = (0.0, 0.0, float(CHIP_PX), float(CHIP_PX))
        return Cut(None, CHIP_PX, CHIP_PX, whole, whole)
    middle_x, middle_y = (row["x0"] + row["x1"]) / 2, (row["y0"] + row["y1"]) / 2
    half_wide, half_high = (row["x1"] - row["x0"]) / 2, (row["y1"] - row["y0"]) / 2
    reach = max(half_wide, half_high, 1.0) * SURROUND
    width, height = row["width"], row["height"]
    window = (
        max(0.0, min(middle_x - reach, width - 1.0)),
        max(0.0, min(middle_y - reach, height - 1.0)),
        min(float(width), max(middle_x + reach, 1.0)),
        min(float(height), max(middle_y + reach, 1.0)),
    )
    wide, high = half_wide * HALO, half_high * HALO
    return Cut(path, width, height, window, (middle_x - wide, middle_y - high, middle_x + wide, middle_y + high))


def chip_of(project: Project, face: int) -> NDArray[np.uint8]:
    """The kept grey chip of a face, uint8 (64, 64)."""
    row = project.db.execute("SELECT chip FROM faces WHERE id = ?", (face,)).fetchone()
    return chip_from(row["chip"])


def cut_out(cut: Cut) -> bytes:
    """The cut as a JPEG of at most `SIDE_PX` a side.

    Raises
    ------
    BadInput
        If the picture cannot be read.
    ValueError
        If its file is gone.
    """
    from mien.face.pictures import open_picture

    if cut.path is None:
        raise ValueError("the picture's file is gone; take its chip")
    rgb = open_picture(cut.path).rgb
    across, down = rgb.shape[1] / cut.width, rgb.shape[0] / cut.height  # large pictures are reduced as they are read
    x0, y0, x1, y1 = cut.window
    box = (x0 * across, y0 * down, x1 * across, y1 * down)
    longer = max(box[2] - box[0], box[3] - box[1])
    scale = min(1.0, SIDE_PX / longer)
    size = (max(1, round((box[2] - box[0]) * scale)), max(1, round((box[3] - box[1]) * scale)))
    return encode(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS, box=box))


def encode(image: Image.Image) -> bytes:
    """A JPEG."""
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()
