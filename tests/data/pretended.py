"""Projects with rows made up by the tests, with or without pictures."""

import io
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.cues.names import NAMES
from mien.data.labelling.label import order_of, standing, upcoming
from mien.data.project import Project, now

SOURCE = 1
Box = tuple[int, int, int, int]


def pretend_source(project: Project) -> None:
    """A folder that pictures can have come from."""
    with project.change() as db:
        db.execute("INSERT INTO sources (id, kind, address, begun_at) VALUES (?, 'folder', 'here', ?)", (SOURCE, now()))


def pretend_face(
    project: Project,
    name: str,
    shown: str | None = None,
    chip: NDArray[np.uint8] | None = None,
    rank: int = 0,
    digest: str | None = None,
) -> int:
    """A picture of that name with one face, come from a folder of the class `shown`; gives the face's id.

    With a `rank` above 0 one more face of a picture that is there.
    """
    digest = digest or sha256(name.encode()).hexdigest()
    grey = np.full((64, 64), 128, np.uint8) if chip is None else chip
    with project.change() as db:
        db.execute(
            "INSERT OR IGNORE INTO pictures (sha256, path, width, height, seen_at) VALUES (?, ?, 64, 64, ?)",
            (digest, str(project.path_of(digest).relative_to(project.folder)), now()),
        )
        db.execute(
            "INSERT OR IGNORE INTO arrivals (source, address, sha256, class, arrived_at) VALUES (?, ?, ?, ?, ?)",
            (SOURCE, name, digest, shown, now()),
        )
        row = db.execute(
            "INSERT INTO faces (sha256, rank, x0, y0, x1, y1, score, eyes_apart, pitch, yaw, roll, sharpness, points,"
            " cues, valid, chip) VALUES (?, ?, 0, 0, 64, 64, 1, 24, 0, 0, 0, 1, ?, ?, ?, ?)",
            (
                digest,
                rank,
                np.zeros((68, 2), np.float32).tobytes(),
                np.zeros(len(NAMES), np.float32).tobytes(),
                np.ones(len(NAMES), np.uint8).tobytes(),
                grey.tobytes(),
            ),
        )
    return int(row.lastrowid or 0)


def pretend_portraits(project: Project, picture: NDArray[np.uint8], box: Box, count: int) -> list[int]:
    """So many cuts of a picture uint8 (h, w, 3) about the face at `box`, written as files; gives the faces' ids."""
    x0, y0, x1, y1 = box
    height, width = picture.shape[:2]
    rng, faces = np.random.default_rng(1), []
    for number in range(count):
        left, top = (int(rng.integers(0, edge // 2 + 1)) for edge in (x0, y0))
        right, bottom = (
            int(rng.integers((x1 + width) // 2, width + 1)),
            int(rng.integers((y1 + height) // 2, height + 1)),
        )
        file = io.BytesIO()
        Image.fromarray(picture[top:bottom, left:right]).save(file, "JPEG", quality=85, comment=str(number))
        name = f"portrait {number}"
        faces.append(pretend_face(project, name, digest=sha256(file.getvalue()).hexdigest()))
        digest = project.db.execute("SELECT sha256 FROM faces WHERE id = ?", (faces[-1],)).fetchone()[0]
        project.path_of(digest).parent.mkdir(exist_ok=True)
        project.path_of(digest).write_bytes(file.getvalue())
        with project.change() as db:
            place = (x0 - left, y0 - top, x1 - left, y1 - top, faces[-1])
            db.execute("UPDATE faces SET x0 = ?, y0 = ?, x1 = ?, y1 = ? WHERE id = ?", place)
            size = (right - left, bottom - top, digest)
            db.execute("UPDATE pictures SET width = ?, height = ? WHERE sha256 = ?", size)
    return faces


def pretend_label(project: Project, face: int, annotator: str, shown: str | None, verdict: str = "class") -> None:
    """What an annotator says of a face."""
    with project.change() as db:
        db.execute(
            "INSERT INTO labels (face, annotator, verdict, class, given_at) VALUES (?, ?, ?, ?, ?)",
            (face, annotator, verdict, shown, now()),
        )


def pretend_faces(project: Project, count: int) -> list[int]:
    """So many pictures with a face each, in one change; gives the faces' ids."""
    chip, points = bytes([128]) * 64 * 64, np.zeros((68, 2), np.float32).tobytes()
    cues, valid = np.zeros(len(NAMES), np.float32).tobytes(), bytes([1]) * len(NAMES)
    digests = [sha256(f"face {number}".encode()).hexdigest() for number in range(count)]
    with project.change() as db:
        db.executemany(
            "INSERT INTO pictures (sha256, path, width, height, seen_at) VALUES (?, ?, 64, 64, ?)",
            [(digest, f"pictures/{digest[:2]}/{digest}", now()) for digest in digests],
        )
        db.executemany(
            "INSERT INTO arrivals (source, address, sha256, arrived_at) VALUES (?, ?, ?, ?)",
            [(SOURCE, digest, digest, now()) for digest in digests],
        )
        db.executemany(
            "INSERT INTO faces (sha256, rank, x0, y0, x1, y1, score, eyes_apart, pitch, yaw, roll, sharpness, points,"
            " cues, valid, chip) VALUES (?, 0, 0, 0, 64, 64, 1, 24, 0, 0, 0, 1, ?, ?, ?, ?)",
            [(digest, points, cues, valid, chip) for digest in digests],
        )
        rows = db.execute("SELECT id FROM faces ORDER BY id DESC LIMIT ?", (count,)).fetchall()
    return sorted(row["id"] for row in rows)


def next_face(project: Project, annotator: str) -> int | None:
    """The next face for an annotator; None if all were seen."""
    found = upcoming(order_of(project, annotator), standing(project, annotator), 1)
    return found[0] if found else None
