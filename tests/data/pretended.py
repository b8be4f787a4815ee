"""Projects with rows made up by the tests, without pictures."""

from hashlib import sha256

import numpy as np

from mien.cues.names import NAMES
from mien.data.project import Project, now

SOURCE = 1


def pretend_source(project: Project) -> None:
    """A folder that pictures can have come from."""
    with project.change() as db:
        db.execute("INSERT INTO sources (id, kind, address, begun_at) VALUES (?, 'folder', 'here', ?)", (SOURCE, now()))


def pretend_face(project: Project, name: str, shown: str | None = None, chip: np.ndarray | None = None) -> int:
    """A picture of that name with one face, come from a folder of the class `shown`; gives the face's id."""
    digest = sha256(name.encode()).hexdigest()
    grey = np.full((64, 64), 128, np.uint8) if chip is None else chip
    with project.change() as db:
        db.execute(
            "INSERT INTO pictures (sha256, path, width, height, seen_at) VALUES (?, ?, 64, 64, ?)",
            (digest, str(project.path_of(digest).relative_to(project.folder)), now()),
        )
        db.execute(
            "INSERT INTO arrivals (source, address, sha256, class, arrived_at) VALUES (?, ?, ?, ?, ?)",
            (SOURCE, name, digest, shown, now()),
        )
        row = db.execute(
            "INSERT INTO faces (sha256, rank, x0, y0, x1, y1, score, eyes_apart, pitch, yaw, roll, sharpness, points,"
            " cues, valid, chip) VALUES (?, 0, 0, 0, 64, 64, 1, 24, 0, 0, 0, 1, ?, ?, ?, ?)",
            (
                digest,
                np.zeros((68, 2), np.float32).tobytes(),
                np.zeros(len(NAMES), np.float32).tobytes(),
                np.ones(len(NAMES), np.uint8).tobytes(),
                grey.tobytes(),
            ),
        )
    return int(row.lastrowid or 0)


def pretend_label(project: Project, face: int, annotator: str, shown: str | None, verdict: str = "class") -> None:
    """What an annotator says of a face."""
    with project.change() as db:
        db.execute(
            "INSERT INTO labels (face, annotator, verdict, class, given_at) VALUES (?, ?, ?, ?, ?)",
            (face, annotator, verdict, shown, now()),
        )
