"""A project keeps classes, opens again, and refuses what is none."""

import sqlite3
from pathlib import Path

import pytest

from mien.data.project import FILE, ORIGIN, Project, class_named
from mien.errors import BadInput
from mien.vocabulary import EmotionClass


def test_a_project_keeps_its_classes(tmp_path: Path) -> None:
    dreamy = EmotionClass("dreamy", 0.3, -0.5, {"mode": "lydian"})
    with Project.create(tmp_path / "p", [*ORIGIN[:2], dreamy]) as project:
        project.add_class(EmotionClass("sad", -0.5, -0.5))
    with Project.open(tmp_path / "p") as project:
        assert [one.name for one in project.classes] == ["happy", "sad", "dreamy"]
        assert project.classes[1].valence == -0.5
        assert project.classes[2] == dreamy


def test_a_class_goes_only_while_nothing_is_of_it(tmp_path: Path) -> None:
    with Project.create(tmp_path, ORIGIN) as project:
        with project.change() as db:
            db.execute("INSERT INTO sources (kind, address, begun_at) VALUES ('folder', 'here', '2026')")
            db.execute("INSERT INTO arrivals (source, address, class, arrived_at) VALUES (1, 'a', 'sad', '2026')")
        with pytest.raises(BadInput, match="'sad': pictures came"):
            project.remove_class("sad")
        with pytest.raises(BadInput, match="no class 'glum': there are happy, sad"):
            project.remove_class("glum")
        project.remove_class("happy")
        project.add_class(EmotionClass("dreamy", 0.3, -0.5))
        assert [one.name for one in project.classes] == ["sad", *(one.name for one in ORIGIN[2:]), "dreamy"]


def test_a_change_is_whole_or_none(tmp_path: Path) -> None:
    with Project.create(tmp_path) as project:
        with pytest.raises(sqlite3.IntegrityError), project.change() as db:
            db.execute("INSERT INTO sources (kind, address, begun_at) VALUES ('folder', 'here', '2026')")
            db.execute("INSERT INTO arrivals (source, address, class, arrived_at) VALUES (1, 'a', 'no class', '2026')")
        assert not project.db.execute("SELECT * FROM sources").fetchall()


def test_what_is_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="mien data new"):
        Project.open(tmp_path)
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(BadInput, match="not a project"):
        Project.open(tmp_path)
    with pytest.raises(BadInput, match="choose another folder"):
        Project.create(tmp_path / FILE / "p")
    Project.create(tmp_path / "p").close()
    with pytest.raises(BadInput, match="already"):
        Project.create(tmp_path / "p")
    with pytest.raises(BadInput, match="each name once"):
        Project.create(tmp_path / "q", [*ORIGIN, ORIGIN[0]])
    with pytest.raises(BadInput, match="valence"):
        class_named("defiant")
    with pytest.raises(BadInput, match="-1 to 1"):
        EmotionClass("defiant", -2, 0)
