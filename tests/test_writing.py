"""Results appear whole or not at all."""

import pytest

from mien.errors import CannotWrite
from mien.writing import check_file, check_folder, make_folder, write_aside, write_bytes, write_together


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


def test_what_helps_names_no_option_that_a_command_may_lack(tmp_path):
    with pytest.raises(CannotWrite, match="choose a folder that exists, is writable and has room") as refused:
        write_bytes(tmp_path / "none" / "a.txt", b"")
    assert "--out" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path):
    (tmp_path / "a").write_text("a file")
    with pytest.raises(CannotWrite, match=r"cannot make the folder .*: .*; choose another folder"):
        make_folder(tmp_path / "a" / "b")


def test_files_move_up_together(tmp_path):
    folder = tmp_path / "new" / "deep"
    with write_together(folder) as aside:
        (aside / "a").write_text("1")
        (aside / "b").mkdir()
        (aside / "b" / "c").write_text("2")
        assert sorted(p.name for p in folder.iterdir()) == [aside.name]
    assert (folder / "b" / "c").read_text() == "2" and len(list(folder.iterdir())) == 2


def test_a_folder_joins_the_folder_of_its_name(tmp_path):
    mine = tmp_path / "x-stems" / "takes" / "my mix.als"
    mine.parent.mkdir(parents=True)
    mine.write_text("weeks of work")
    (tmp_path / "x-stems" / "Piano.wav").write_text("old")
    with write_together(tmp_path) as aside:
        (aside / "x-stems" / "takes").mkdir(parents=True)
        (aside / "x-stems" / "Piano.wav").write_text("new")
        (aside / "x-stems" / "takes" / "first.wav").write_text("1")
        (aside / "x.mid").write_text("notes")
    assert mine.read_text() == "weeks of work"
    assert (tmp_path / "x-stems" / "Piano.wav").read_text() == "new"
    assert (mine.parent / "first.wav").read_text() == "1"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x-stems", "x.mid"]


@pytest.mark.parametrize(
    ("standing", "message"), [("folder", "a folder of that name"), ("file", "a file of that name")]
)
def test_neither_takes_the_others_place_and_nothing_is_touched(tmp_path, standing, message):
    (tmp_path / "a").write_text("old")
    kept = tmp_path / "x"
    if standing == "folder":
        kept.mkdir()
        (kept / "mine").write_text("mine")
    else:
        kept.write_text("mine")
    with pytest.raises(CannotWrite, match=message), write_together(tmp_path) as aside:
        (aside / "a").write_text("new")
        if standing == "folder":
            (aside / "x").write_text("a file")
        else:
            (aside / "x").mkdir()
            (aside / "x" / "b").write_text("a folder")
    assert (tmp_path / "a").read_text() == "old"
    assert (kept / "mine" if standing == "folder" else kept).read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "x"]


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


def test_what_cannot_be_written_is_known_before_the_work_and_nothing_is_made(tmp_path):
    (tmp_path / "file").write_bytes(b"in the way")
    check_folder(tmp_path / "new" / "newer")
    check_file(tmp_path / "new.txt")
    check_file(tmp_path / "file")
    for refused in (tmp_path / "file", tmp_path / "file" / "x" / "y"):
        with pytest.raises(CannotWrite, match=r"cannot write into .*file.*choose another folder"):
            check_folder(refused)
    (tmp_path / "folder").mkdir()
    for refused in (tmp_path / "file" / "x.png", tmp_path / "absent" / "x.png", tmp_path / "folder"):
        with pytest.raises(CannotWrite, match=f"cannot write {refused.name} into"):
            check_file(refused)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "folder"]
