"""The report of a cleaning: every mark counted, a sheet of each, no request to anywhere, gone when one is forgotten."""

import re
from pathlib import Path

import numpy as np
from PIL import Image

from mien.data.collecting.collect import collect
from mien.data.forget import forget
from mien.data.pictures.clean import clean
from mien.data.project import Project
from mien.lab.pages.marked import ACROSS, GAP_PX, TILE_PX, contact_sheet, write_report

from conftest import ASTRONAUT


def test_a_report_shows_what_is_marked(tmp_path: Path) -> None:
    pile = tmp_path / "pile"
    pile.mkdir()
    portrait = Image.open(ASTRONAUT).convert("RGB")
    portrait.save(pile / "portrait.png")
    portrait.resize((400, 400)).save(pile / "copy.png")
    for i in range(12):
        noise = np.random.default_rng(i).integers(0, 256, (60, 90), dtype=np.uint8)
        Image.fromarray(noise).save(pile / f"noise{i}.png")
    (pile / "<b>broken.png").write_bytes(b"no picture")
    with Project.create(tmp_path / "p") as project:
        collect(project, str(pile))
        clean(project)
        shown = write_report(project, tmp_path / "p" / "report")
        told = shown.read_text(encoding="utf-8")
        assert "14 pictures, 2 faces, project &#x27;p&#x27;" in told
        assert re.search(r"<td>no face</td><td class=number>12</td>", told)
        assert re.search(r"<td>copy</td><td class=number>1</td>", told)
        assert "&lt;b&gt;broken.png" in told and "<b>broken" not in told
        assert not re.search(r"(src|href)=\"(?!data:)", told)
        assert {path.name for path in shown.parent.iterdir()} == {"marks.html", "marks-copy.png", "marks-no_face.png"}
        step = TILE_PX + GAP_PX
        assert contact_sheet(project, "no face").shape == (2 * step + GAP_PX, ACROSS * step + GAP_PX, 3)
        assert contact_sheet(project, "copy").shape == (step + GAP_PX, 2 * step + GAP_PX, 3)
        project.path_of(project.db.execute("SELECT sha256 FROM marks").fetchone()["sha256"]).unlink()
        write_report(project, tmp_path / "p" / "report")
        assert forget(project, "portrait.png").reports == 1
        assert not shown.parent.exists()
