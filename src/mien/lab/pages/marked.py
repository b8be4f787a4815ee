"""A cleaned project becomes a page: how many pictures have which mark, and a contact sheet of each (project → files).

It writes `marks.html`, complete in itself, and beside it each contact sheet as `marks-NAME.png`. A sheet shows up to
`SHOWN` pictures, spread evenly over all that have the mark; copies stand beside the picture that is kept.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.data.describing.status import Status, status
from mien.data.pictures.faces import open_copy
from mien.data.pictures.marks import MARKS
from mien.data.project import Project
from mien.data.words import counted
from mien.errors import BadInput
from mien.lab.pages.page import heading, page, paragraph, picture, section, table, text
from mien.writing import make_folder, write_bytes

NAME = "marks"
TILE_PX, GAP_PX, ACROSS, SHOWN = 96, 4, 10, 60
PAPER = 236
HEURISTIC = ("drawn", "text", "covered")
"""Marks that point out pictures worth a look, and are sometimes wrong."""

Rgb = NDArray[np.uint8]


def write_report(project: Project, folder: Path) -> Path:
    """Write the report of a project into a folder, which is made if missing; return the page's path.

    Raises
    ------
    CannotWrite
        If the folder cannot be written to.
    """
    make_folder(folder)
    told = status(project)
    blocks = [
        heading(
            "What cleaning found",
            f"{counted(told.pictures, 'picture')}, {counted(told.faces, 'face')}, "
            f"project '{project.folder.resolve().name}'",
        ),
        paragraph("Nothing was deleted: a mark keeps a picture out of learning until a person takes it away."),
        section("Pictures", _counts(told)),
        section("Marks", _marks(told)),
        *_problems(project),
    ]
    for stale in folder.glob(f"{NAME}-*.png"):
        stale.unlink()
    for kind in MARKS:
        if count := told.marks.get(kind, 0):
            png = _png(contact_sheet(project, kind))
            write_bytes(folder / f"{NAME}-{kind.replace(' ', '_')}.png", png)
            note = ", the kept picture to the right" if kind in ("copy", "mirrored copy", "burst") else ""
            caption = f"{min(count, SHOWN)} of {count}{note}"
            blocks.append(section(f"“{kind}”: {MARKS[kind].meaning}", picture(png, f"pictures marked {kind}", caption)))
    write_bytes(folder / f"{NAME}.html", page("What cleaning found", *blocks).encode())
    return folder / f"{NAME}.html"


def _counts(told: Status) -> str:
    rows = [(text(name), str(came), str(known)) for name, (came, known) in told.classes.items()]
    return table(("class", "pictures that came under it", "faces to learn from"), rows)


def _marks(told: Status) -> str:
    rows = []
    for kind, meant in MARKS.items():
        count = told.marks.get(kind, 0)
        share = f"{count / told.pictures:.1%}" if told.pictures else "–"
        sure = "a guess: look at the sheet" if kind in HEURISTIC else ""
        rows.append((text(kind), str(count), share, "yes" if meant.spoils else "no", text(meant.meaning), sure))
    return table(("mark", "pictures", "share", "keeps it out", "meaning", ""), rows)


def _problems(project: Project) -> Iterator[str]:
    rows = project.db.execute(
        "SELECT address, problem FROM arrivals WHERE problem NOT NULL ORDER BY address LIMIT ?", (SHOWN,)
    ).fetchall()
    if rows:
        told = [(text(row["address"]), text(row["problem"])) for row in rows]
        yield section("What could not be taken", table(("address", "problem"), told))


def contact_sheet(project: Project, kind: str) -> Rgb:
    """The pictures with a mark, reduced, on one sheet: uint8 (h, w, 3)."""
    rows = project.db.execute(
        "SELECT sha256, max(other) AS other FROM marks WHERE kind = ? GROUP BY sha256 ORDER BY sha256", (kind,)
    ).fetchall()
    chosen = [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, min(SHOWN, len(rows))).astype(int))]
    tiles = []
    for row in chosen:
        tiles.append(_tile(project, row["sha256"]))
        if row["other"]:
            tiles.append(_tile(project, row["other"]))
    down = -(-len(tiles) // ACROSS)
    step = TILE_PX + GAP_PX
    sheet = np.full((down * step + GAP_PX, min(len(tiles), ACROSS) * step + GAP_PX, 3), PAPER, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = (GAP_PX + step * at for at in divmod(place, ACROSS))
        sheet[top : top + TILE_PX, left : left + TILE_PX] = tile
    return sheet


def _tile(project: Project, sha256: str) -> Rgb:
    tile = np.full((TILE_PX, TILE_PX, 3), PAPER, np.uint8)
    try:
        rgb = open_copy(project, sha256, TILE_PX)
    except BadInput:  # its copy is gone: its place stays empty
        return tile
    top, left = ((TILE_PX - side) // 2 for side in rgb.shape[:2])
    tile[top : top + rgb.shape[0], left : left + rgb.shape[1]] = rgb
    return tile


def _png(rgb: Rgb) -> bytes:
    return bytes(cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1])
