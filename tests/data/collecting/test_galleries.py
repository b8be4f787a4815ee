"""Boards by gallery-dl: a fixed command line, and whatever it fetched is taken once, whenever it was stopped.

The program is the real one where it is installed; else a stand-in that does with a page of the tests' own server what
the real one does with a board: same arguments, same files, same archive, same exit status.
"""

import importlib.util
import json
import shutil
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from test_web import png

from mien.data.collecting import galleries
from mien.data.collecting.collect import Options, collect, kind_of
from mien.data.collecting.galleries import ADDRESS_KEY, command, find_program, read_gallery
from mien.data.collecting.intake import Taken
from mien.data.forget import forget
from mien.data.project import Project
from mien.errors import BadInput

from server import Answer, Site, serve

STAND_IN = """
import json, sqlite3, sys, urllib.request
from pathlib import Path
words = sys.argv[1:]
assert words[-2] == "--" and words[:2] == ["--config-ignore", "--no-input"], words
value = lambda name: words[words.index(name) + 1]
key = value("--option").partition("=")[2]
folder = Path(value("--dest")) / "board"
folder.mkdir(parents=True, exist_ok=True)
archive = sqlite3.connect(value("--download-archive"), isolation_level=None)
archive.execute("CREATE TABLE IF NOT EXISTS archive (entry PRIMARY KEY)")
page = json.load(urllib.request.urlopen(words[-1]))
status = 0
for url in page:
    path = folder / url.rpartition("/")[2]
    if archive.execute("SELECT 1 FROM archive WHERE entry = ?", (url,)).fetchone():
        print("#", path, flush=True)
        continue
    try:
        content = urllib.request.urlopen(url).read()
    except OSError as error:
        print(f"[board][error] {error}", file=sys.stderr)
        status = 4
        continue
    path.write_bytes(content)
    path.with_name(path.name + ".json").write_text(json.dumps({key: url}))
    archive.execute("INSERT INTO archive VALUES (?)", (url,))
    print(path, flush=True)
archive.close()
sys.exit(status)
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    words = [sys.executable, str(tmp_path / "stand_in.py")]
    monkeypatch.setattr(galleries, "find_program", lambda: words)
    return words


def board(site: Site, *names: str) -> None:
    site.answers["/board"] = Answer(json.dumps([f"{site.address}/{name}" for name in names]).encode())


def test_the_command_line_is_fixed(tmp_path: Path) -> None:
    words = command("https://www.pinterest.com/someone/happy/", ["gallery-dl"], tmp_path, 1.0)
    assert words[0] == "gallery-dl" and words[-2:] == ["--", "https://www.pinterest.com/someone/happy/"]
    told = dict(pairwise(words))
    assert told["--dest"] == str(tmp_path)
    assert told["--sleep"] == told["--sleep-request"] == "1-2"
    assert "--config-ignore" in words and "'jpg'" in told["--filter"]
    for word in ("-x https://a.b", "--exec=rm", "https://a b", "ftp://a.b/c"):
        assert not galleries.is_gallery(word)
    assert kind_of("https://www.pinterest.com/someone/happy/")[0] == "gallery"
    assert kind_of("https://example.org/a.JPG?x=1")[0] == "urls"


def test_a_board_is_an_album_taken_once(tmp_path: Path, stand_in: list[str]) -> None:
    with (
        serve({"/a.png": Answer(png(1)), "/b.png": Answer(png(2)), "/c.png": Answer(b"no picture")}) as site,
        Project.create(tmp_path / "p") as project,
    ):
        board(site, "a.png", "b.png", "c.png")
        address = f"{site.address}/board"
        assert collect(project, address, Options("happy", pause_s=0)) == Taken(new=2, problems=1)
        rows = project.db.execute("SELECT address, class, album FROM arrivals").fetchall()
        assert {row["address"] for row in rows} == {f"{site.address}/{name}.png" for name in "abc"}
        assert {(row["class"], row["album"]) for row in rows} == {("happy", address)}
        waiting = [path.name for path in (tmp_path / "p" / "arriving").rglob("*") if path.is_file()]
        assert sorted(waiting) == ["c.png", "c.png.json", "fetched.sqlite"]
        site.asked.clear()
        board(site, "a.png", "b.png", "d.png")
        site.answers["/d.png"] = Answer(png(3))
        assert collect(project, address, Options("happy", pause_s=0, loose=True)).new == 1
        assert [path for path, _ in site.asked] == ["/board", "/d.png"]
        gone = forget(project, address)
        assert (gone.pictures, gone.arrivals) == (3, 4)
        assert not list((tmp_path / "p" / "arriving").iterdir())
        assert collect(project, address, Options(pause_s=0, loose=True)).new == 3
        assert project.db.execute("SELECT count(*) FROM arrivals WHERE album NOT NULL").fetchone()[0] == 0


def test_what_was_fetched_before_a_failure_is_kept(tmp_path: Path, stand_in: list[str]) -> None:
    with serve({"/a.png": Answer(png(1))}) as site, Project.create(tmp_path / "p") as project:
        board(site, "a.png", "gone.png")
        with pytest.raises(BadInput, match=r"a request failed; .*404"):
            collect(project, f"{site.address}/board", Options(pause_s=0))
        assert project.db.execute("SELECT count(*) FROM pictures").fetchone()[0] == 1
        assert project.db.execute("SELECT ended_at FROM sources").fetchone()[0] is None
        board(site, "a.png")
        assert collect(project, f"{site.address}/board", Options(pause_s=0)).new == 0
        assert project.db.execute("SELECT ended_at FROM sources").fetchone()[0] is not None


def test_what_lay_there_from_a_killed_run_is_taken(tmp_path: Path, stand_in: list[str]) -> None:
    with serve({"/a.png": Answer(png(1)), "/b.png": Answer(png(2))}) as site, Project.create(tmp_path / "p") as project:
        board(site, "a.png", "b.png")
        address = f"{site.address}/board"
        running = read_gallery(address, lambda _: False, project.folder, 0.0)
        assert next(running).address == f"{site.address}/a.png"
        running.close()  # as a kill would: fetched, and known to gallery-dl's archive, but not taken
        site.answers["/a.png"] = Answer(status=410)
        assert collect(project, address, Options(pause_s=0)).new == 2


def test_without_the_program_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BadInput, match=r"\.\[collect\]"):
        find_program()


def test_the_real_program_takes_these_arguments(tmp_path: Path) -> None:
    try:
        find_program()
    except BadInput:
        pytest.skip("gallery-dl is not installed")
    posts = [{"id": i, "created_at": 1, "file_url": "", "md5": f"{i:032d}", "tags": ""} for i in (1, 2)]
    with (
        serve({"/1.png": Answer(png(1)), "/2.png": Answer(png(2)), "/x.png": Answer(png(3))}) as site,
        Project.create(tmp_path / "p") as project,
    ):
        for post in posts:
            post["file_url"] = f"{site.address}/{post['id']}.png"
        site.answers["/post.json"] = Answer(json.dumps(posts).encode())
        address = f"moebooru:{site.address}/post?tags=face"
        assert kind_of(address)[0] == "gallery"
        assert collect(project, address, Options(pause_s=0)) == Taken(new=2)
        rows = project.db.execute("SELECT address FROM arrivals").fetchall()
        assert {row["address"] for row in rows} == {post["file_url"] for post in posts}
        site.asked.clear()
        assert collect(project, address, Options(pause_s=0)).new == 0
        assert all(path.startswith("/post") for path, _ in site.asked)
        (told,) = read_gallery(f"{site.address}/x.png", lambda _: False, tmp_path, 0.0)
        assert told.content == png(3) and told.address == f"{site.address}/x.png"
        assert ADDRESS_KEY in "".join(command(address, find_program(), tmp_path, 0.0))
        with pytest.raises(BadInput, match="gallery-dl broke off"):
            collect(project, f"{site.address}/nothing-it-knows", Options(pause_s=0))
