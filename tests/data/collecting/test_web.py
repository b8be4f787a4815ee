"""Lists of addresses: fetched once, politely, within limits, and never beyond the web."""

import io
from email.message import Message
from pathlib import Path

import pytest
from PIL import Image

from mien.clock import OfflineClock
from mien.data.collecting import web
from mien.data.collecting.collect import Options, collect
from mien.data.collecting.intake import Taken
from mien.data.collecting.web import fetch, read_list
from mien.data.project import Project
from mien.errors import BadInput

from server import Answer, serve


def png(grey: int) -> bytes:
    held = io.BytesIO()
    Image.new("L", (64, 64), grey).save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    with Project.create(tmp_path / "p") as opened:
        yield opened


def test_a_list_is_fetched_and_taken_up_again(project: Project, tmp_path: Path) -> None:
    with serve({"/a.png": Answer(png(1)), "/b c.png": Answer(png(2)), "/page": Answer(b"<html>")}) as site:
        listed = tmp_path / "list.csv"
        listed.write_text(
            "Image URL,Emotional Class\n"
            f"{site.address}/a.png,happy\n"
            "# a remark\n"
            f"{site.address}/b c.png?x=1,Sad-face\n"
            f"{site.address}/a.png,sad\n"
            f"{site.address}/gone.png\n"
            f"{site.address}/page,happy\n"
            f"file:///etc/passwd\n"
        )
        assert collect(project, str(listed), Options(pause_s=0)) == Taken(new=2, again=1, problems=3)
        rows = project.db.execute("SELECT address, class, problem FROM arrivals").fetchall()
        found = {row["address"].removeprefix(site.address): (row["class"], row["problem"]) for row in rows}
        assert found["/a.png"] == ("happy", None) and found["/a.png#2"] == ("sad", None)
        assert found["/b c.png?x=1"] == ("sad", None)
        assert "404" in found["/gone.png"][1] and "not a picture" in found["/page"][1]
        assert "only addresses" in found["file:///etc/passwd"][1]
        assert all(agent.startswith("mien/") for agent in site.agents)
        site.asked.clear()
        site.answers["/gone.png"] = Answer(png(3))
        assert collect(project, str(listed), Options(pause_s=0)) == Taken(new=1, problems=2, known=3)
        assert sorted(path for path, _ in site.asked) == ["/gone.png", "/page"]


def test_what_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_BYTES", 100_000)
    with serve(
        {
            "/claims.png": Answer(b"x", claims=10**9),
            "/is.png": Answer(b"x" * 200_000),
            "/short.png": Answer(b"x" * 10, claims=20),
        }
    ) as site:
        assert "larger" in str(fetch(f"{site.address}/claims.png")[1])
        assert "larger" in str(fetch(f"{site.address}/is.png")[1])
        assert fetch(f"{site.address}/short.png")[0] is None


class Dripping:
    """An answer that gives a byte every 20 s of its clock, never falling silent."""

    def __init__(self, clock: OfflineClock) -> None:
        self.clock, self.given = clock, 0

    def read1(self, _: int, /) -> bytes:
        self.clock.wait(20)
        self.given += 1
        return b"." if self.given < 1000 else b""


def test_what_only_drips_is_given_up() -> None:
    clock = OfflineClock()
    answer = Dripping(clock)
    assert web._read(answer, Message(), clock) == (None, "not all there after 120 seconds")
    assert answer.given == 7


def test_a_fetch_is_held_to_its_clock() -> None:
    class Hasty(OfflineClock):
        @property
        def now_s(self) -> float:
            self.wait(web.MOST_SECONDS)
            return super().now_s

    with serve({"/a.png": Answer(b"." * 300_000)}) as site:
        assert fetch(f"{site.address}/a.png") == (b"." * 300_000, None, 0.0)
        assert fetch(f"{site.address}/a.png", Hasty())[1] == "not all there after 120 seconds"


def test_redirects_stay_on_the_web() -> None:
    with serve(
        {
            "/there.png": Answer(png(1)),
            "/moved.png": Answer(status=302, headers={"Location": "/there.png"}),
            "/out.png": Answer(status=302, headers={"Location": "ftp://127.0.0.1/x.png"}),
            "/file.png": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
        }
    ) as site:
        assert fetch(f"{site.address}/moved.png") == (png(1), None, 0.0)
        for path in ("/out.png", "/file.png"):
            content, problem, _ = fetch(site.address + path)
            assert content is None and problem


def test_a_server_s_wish_is_heard() -> None:
    with serve(
        {
            "/a.png": Answer(png(1)),
            "/busy.png": Answer(status=429, headers={"Retry-After": "1"}),
            "/late.png": Answer(status=503, headers={"Retry-After": "86400"}),
        }
    ) as site:
        assert fetch(f"{site.address}/busy.png")[2] == 1.0
        assert fetch(f"{site.address}/late.png")[2] == web.MOST_PATIENCE_S
        assert fetch(f"{site.address}/a.png")[2] == 0.0


def test_two_requests_are_apart(tmp_path: Path) -> None:
    with serve({"/a.png": Answer(png(1)), "/b.png": Answer(png(2))}) as site:
        (tmp_path / "l.txt").write_text(f"{site.address}/a.png\n{site.address}/b.png\n")
        assert len(list(read_list(str(tmp_path / "l.txt"), lambda _: False, 0.3))) == 2
        (_, first), (_, second) = site.asked
        assert second - first >= 0.3


def test_a_list_without_addresses_is_refused(project: Project, tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_text("nothing\n")
    with pytest.raises(BadInput, match="no address"):
        collect(project, str(tmp_path / "l.txt"))
    assert not fetch("http://127.0.0.1:1/a.png")[0]
