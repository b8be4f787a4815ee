"""Results appear whole or not at all."""

import pytest

from mien.errors import CannotWrite
from mien.writing import write_aside, write_together


def test_a_file_replaces_another(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with write_aside(target) as aside:
        aside.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new" and len(list(tmp_path.iterdir())) == 1


def test_a_failure_leaves_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), write_aside(target) as aside:
        aside.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_files_move_up_together(tmp_path):
    folder = tmp_path / "new" / "deep"
    with write_together(folder) as aside:
        (aside / "a").write_text("1")
        (aside / "b").mkdir()
        (aside / "b" / "c").write_text("2")
        assert sorted(p.name for p in folder.iterdir()) == [aside.name]
    assert (folder / "b" / "c").read_text() == "2" and len(list(folder.iterdir())) == 2
    with write_together(folder) as aside:
        (aside / "b").mkdir()
    assert list((folder / "b").iterdir()) == []


def test_nothing_is_left_of_a_failure(tmp_path):
    with pytest.raises(CannotWrite, match="disk full"), write_together(tmp_path / "new") as aside:
        (aside / "a").write_text("half")
        raise OSError(28, "disk full")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path):
    with (
        pytest.raises(CannotWrite, match=r"cannot write a\.txt into"),
        write_aside(tmp_path / "none" / "a.txt") as aside,
    ):
        aside.write_text("lost")


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotWrite, match="Not a directory"), write_aside(tmp_path / "file" / "song.mid") as aside:
        aside.write_text("half")
