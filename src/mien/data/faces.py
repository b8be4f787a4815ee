"""The faces of a project as arrays, and the pictures they are in (rows → numpy), for all who learn, label or tabulate.

Faces come in the order of their ids. Lengths are pixels of the picture upright and in full; `open_copy` may give it
reduced, and says by how much.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.cues.names import NAMES
from mien.data.project import Project
from mien.errors import BadInput
from mien.face.pictures import MAX_SIDE_PX, decode
from mien.nets import Floats
from mien.values import CHIP_PX

BLOCK = 256
"""Rows that are read at once."""


@dataclass(frozen=True, slots=True, eq=False)
class KeptFace:
    """One face as the project keeps it.

    `rank` 0 is the largest of its picture; `box` (x0, y0, x1, y1) and `points` float32 (68, 2) in the picture's pixels;
    `pose_deg` pitch, yaw, roll; `cues` float32 (c,) and `valid` bool (c,) in the order of `mien.cues.names.NAMES`;
    `chip` uint8 (64, 64).
    """

    id: int
    sha256: str
    rank: int
    box: tuple[float, float, float, float]
    score: float
    eyes_apart: float
    pose_deg: tuple[float, float, float]
    sharpness: float
    points: Floats
    cues: Floats
    valid: NDArray[np.bool_]
    chip: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces to learn from, n rows each.

    `ids` int64 (n,); `sha256` of their pictures; `chips` uint8 (n, 64, 64); `cues` float32 (n, c), 0 where not `valid`
    bool (n, c); `points` float32 (n, 68, 2).
    """

    ids: NDArray[np.int64]
    sha256: tuple[str, ...]
    chips: NDArray[np.uint8]
    cues: Floats
    valid: NDArray[np.bool_]
    points: Floats

    def __len__(self) -> int:
        return len(self.ids)


def faces(project: Project, ids: Collection[int] | None = None, largest_only: bool = True) -> Iterator[KeptFace]:
    """Give the faces of a project, one at a time.

    Parameters
    ----------
    ids : only these; else all
    largest_only : only the largest of each picture (not asked of faces named by `ids`)
    """
    wanted = None if ids is None else frozenset(int(one) for one in ids)
    last = -1
    while True:
        rows = project.db.execute(
            "SELECT * FROM faces WHERE id > ? AND (rank = 0 OR NOT ?) ORDER BY id LIMIT ?",
            (last, largest_only and wanted is None, BLOCK),
        ).fetchall()
        if not rows:
            return
        for row in rows:
            if wanted is None or row["id"] in wanted:
                yield KeptFace(
                    row["id"], row["sha256"], row["rank"],
                    (row["x0"], row["y0"], row["x1"], row["y1"]), row["score"], row["eyes_apart"],
                    (row["pitch"], row["yaw"], row["roll"]), row["sharpness"],
                    np.frombuffer(row["points"], np.float32).reshape(68, 2),
                    np.frombuffer(row["cues"], np.float32),
                    np.frombuffer(row["valid"], np.uint8).astype(bool),
                    np.frombuffer(row["chip"], np.uint8).reshape(CHIP_PX, CHIP_PX),
                )  # fmt: skip
        last = rows[-1]["id"]


def gather(project: Project, ids: Collection[int] | None = None, largest_only: bool = True) -> Faces:
    """The same faces as arrays."""
    found = list(faces(project, ids, largest_only))
    return Faces(
        np.array([face.id for face in found], dtype=np.int64),
        tuple(face.sha256 for face in found),
        np.array([face.chip for face in found], dtype=np.uint8).reshape(-1, CHIP_PX, CHIP_PX),
        np.array([face.cues for face in found], dtype=np.float32).reshape(-1, len(NAMES)),
        np.array([face.valid for face in found], dtype=bool).reshape(-1, len(NAMES)),
        np.array([face.points for face in found], dtype=np.float32).reshape(-1, 68, 2),
    )


def open_copy(project: Project, sha256: str, max_side_px: int = MAX_SIDE_PX) -> tuple[NDArray[np.uint8], float]:
    """The picture itself.

    Returns
    -------
    rgb : uint8 (h, w, 3), upright
    scale : its pixels per pixel of the picture in full, at most 1: multiply boxes and points by it

    Raises
    ------
    BadInput
        If the project has no such picture, or its copy is gone or damaged.
    """
    row = project.db.execute("SELECT width FROM pictures WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        raise BadInput(f"picture {sha256[:12]}: not in {project.folder}; see  mien data status {project.folder}")
    path = project.path_of(sha256)
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise BadInput(f"{path}: the copy cannot be read ({cause.strerror}); collect its source again") from None
    rgb = decode(content, str(path), max_side_px).rgb
    return rgb, rgb.shape[1] / row["width"]
