"""Who stops a long command is told that the same command goes on."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mien.app.data.commands import app
from mien.data.project import Project


def test_stopped_collecting_and_cleaning_say_that_they_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Project.create(tmp_path / "p").close()
    (tmp_path / "there").mkdir()

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mien.data.collecting.collect.collect", stopped)
    monkeypatch.setattr("mien.data.pictures.clean.clean", stopped)
    for words in (["collect", str(tmp_path / "p"), str(tmp_path / "there")], ["clean", str(tmp_path / "p")]):
        ran = CliRunner().invoke(app, words)
        assert ran.exit_code == 130 and "stopped; the same command goes on where it stopped" in ran.output
