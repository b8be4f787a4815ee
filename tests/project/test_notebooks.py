"""The notebooks run, cell by cell, on a small folder; none holds outputs."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from made_faces import collected
from mien.data.project import class_named

from conftest import ASTRONAUT, ROOT, load_data

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = pytest.mark.filterwarnings("ignore::Warning:(keras|tensorflow|google|ml_dtypes).*")

NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
FOLDERS = ("happy-face", "sad-face", "angry-face", "neutral-face")
"""In the order of `label4`."""
EACH = 24


def cells_of(path: Path) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    return list(notebook["cells"])


def run(path: Path) -> dict[str, Any]:
    """Run the code cells of a notebook in one namespace."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(cells_of(path)):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{path.name}, cell {number}", "exec"), names)
    return names


def test_three_notebooks_without_outputs() -> None:
    assert [path.name[0] for path in NOTEBOOKS] == ["1", "2", "3"]
    for path in NOTEBOOKS:
        cells = cells_of(path)
        assert len({cell["id"] for cell in cells}) == len(cells) and cells[0]["cell_type"] == "markdown"
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        assert code and not any(cell["outputs"] or cell["execution_count"] for cell in code)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a few pictures of each class and a new one."""
    faces = load_data("ferplus_dev.npz")
    monkeypatch.chdir(tmp_path)
    shutil.copy(ASTRONAUT, tmp_path / "new.jpg")
    for label, folder in enumerate(FOLDERS):
        (tmp_path / "pictures" / folder).mkdir(parents=True)
        for row in np.flatnonzero((faces["label4"] == label) & (faces["flags"] == 0))[:EACH]:
            Image.fromarray(faces["images"][row]).save(tmp_path / "pictures" / folder / f"{row}.png")
    return tmp_path


@pytest.mark.data
def test_curating_and_sheets(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for module in ("mien.data.collecting.collect", "mien.data.exchange.sheets"):
        pytest.importorskip(module, reason="the notebooks want the desk and its sheets")
    run(NOTEBOOKS[0])
    assert f"happy    {EACH} pictures came" in capsys.readouterr().out
    told = run(NOTEBOOKS[1])
    assert told["written"].faces == len(told["landmarks"].rows) > 3 * EACH


@pytest.mark.slow
@pytest.mark.data
def test_training_and_playing(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("keras", reason="needs the extra 'train'")
    pictures = {
        folder.removesuffix("-face"): np.stack(
            [np.asarray(Image.open(path)) for path in sorted((desk / "pictures" / folder).iterdir())]
        )
        for folder in FOLDERS
    }
    collected(desk / "project", [class_named(name) for name in pictures], pictures, seen=True)
    played = run(NOTEBOOKS[2])
    said = capsys.readouterr().out
    assert "your network" in said and "68-point geometry" in said and "shipped accuracy" in said
    assert played["piece"].affect.emotion == "happy" and (desk / "run" / "new.mid").is_file()
