"""The faces of a project as arrays, and the pictures they are in (rows → numpy), for all who learn, label or tabulate.

Faces come in the order of their ids. Lengths are pixels of the picture upright and in full; `open_copy` may give it
reduced.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.cues.names import NAMES
from mien.data.project import Project
from mien.errors import BadInput
from mien.face.pictures import MAX_SIDE_PX, decode
from mien.nets import Floats
from mien.values import CHIP_PX


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces to learn from, n rows each.

    `chips` uint8 (n, 64, 64); `cues` float32 (n, c) in the order of `mien.cues.names.NAMES`, 0 where not `valid` bool
    (n, c); `points` float32 (n, 68, 2).
    """

    chips: NDArray[np.uint8]
    cues: Floats
    valid: NDArray[np.bool_]
    points: Floats

    def __len__(self) -> int:
        return len(self.chips)


def chip_from(held: bytes) -> NDArray[np.uint8]:
    """The chip of a row of `faces`, uint8 (64, 64)."""
    return np.frombuffer(held, np.uint8).reshape(CHIP_PX, CHIP_PX)


def points_from(held: bytes) -> Floats:
    """The points of a row of `faces`, float32 (68, 2)."""
    return np.frombuffer(held, np.float32).reshape(68, 2)


def cues_from(held: bytes) -> Floats:
    """The cues of a row of `faces`, float32 (c,).

    Raises
    ------
    ValueError
        If they are those of another version of mien, which knew more or fewer.
    """
    return np.frombuffer(held, np.float32).reshape(len(NAMES))


def valid_from(held: bytes) -> NDArray[np.bool_]:
    """Which cues of a row of `faces` are valid, bool (c,); raises as `cues_from` does."""
    return np.frombuffer(held, np.uint8).reshape(len(NAMES)).astype(np.bool_)


def gather(project: Project, ids: Collection[int]) -> Faces:
    """The faces of these ids.

    Raises
    ------
    ValueError
        If their cues are those of another version of mien.
    """
    wanted = frozenset(ids)
    rows = project.db.execute("SELECT id, chip, cues, valid, points FROM faces ORDER BY id")
    found = [
        (chip_from(row["chip"]), cues_from(row["cues"]), valid_from(row["valid"]), points_from(row["points"]))
        for row in rows
        if row["id"] in wanted
    ]
    chips, cues, valid, points = zip(*found, strict=True) if found else ((),) * 4
    return Faces(
        np.array(chips, dtype=np.uint8).reshape(-1, CHIP_PX, CHIP_PX),
        np.array(cues, dtype=np.float32).reshape(-1, len(NAMES)),
        np.array(valid, dtype=np.bool_).reshape(-1, len(NAMES)),
        np.array(points, dtype=np.float32).reshape(-1, 68, 2),
    )


def open_copy(project: Project, sha256: str, max_side_px: int = MAX_SIDE_PX) -> NDArray[np.uint8]:
    """The picture itself, uint8 (h, w, 3), upright, reduced to `max_side_px` if it is larger.

    Raises
    ------
    BadInput
        If the project has no such picture, or its copy is gone or damaged.
    """
    if project.db.execute("SELECT 1 FROM pictures WHERE sha256 = ?", (sha256,)).fetchone() is None:
        raise BadInput(f"picture {sha256[:12]}: not in {project.folder}; see  mien data status {project.typed}")
    path = project.path_of(sha256)
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise BadInput(f"{path}: the copy cannot be read ({cause.strerror}); collect its source again") from None
    return decode(content, str(path), max_side_px).rgb
