import asyncio
import json
import logging
import socket
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pythonosc.udp_client import SimpleUDPClient

from mien.app import live
from mien.app.address import allowed_hosts, reached_at
from mien.app.cli import main
from mien.app.gate import Gate
from mien.app.ports import play_scale
from mien.app.steering import command_of, is_release, steered_by_osc
from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.errors import BadInput
from mien.live.conductor import Aim
from mien.live.performance import Performance
from mien.live.player import Player
from mien.live.session import Session
from mien.live.session_file import SessionFile
from mien.live.settings import Settings, changed
from mien.live.watching import Watching
from mien.live.wishes import Wishes
from mien.music.brief import brief_from_affect
from mien.ports import osc
from mien.ports.port import PortLost, SilentTwin


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    before, sys.argv = sys.argv, ["mien", *words]
    try:
        main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = before
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def session(tmp_path: Path) -> Path:
    clock, file = OfflineClock(), SessionFile("2026-01-01T00:00:00+00:00")
    performance = Performance(lambda _: None, Player({}, clock), file)
    sad = brief_from_affect(affect_of("sad"), seed=1)
    performance.start(0.0, 1, Aim(sad))
    clock.wait(4.0)
    performance.silence(clock.now_s, "stop")
    path = tmp_path / "evening.jsonl"
    path.write_bytes(file.content(clock.now_s))
    return path


def test_replay_writes_the_same_notes_and_says_so(
    capsys: pytest.CaptureFixture[str], session: Path, tmp_path: Path
) -> None:
    code, out, err = run(capsys, "replay", str(session), "--out", str(tmp_path / "out"))
    assert (code, Path(out.strip()).name) == (0, "evening-1.mid")
    assert "notes sounded then, and the same now" in err


def test_why_says_where_no_reading_was_kept(capsys: pytest.CaptureFixture[str], session: Path, tmp_path: Path) -> None:
    code, out, _ = run(capsys, "replay", str(session), "--files", "json", "--out", str(tmp_path))
    assert code == 0
    code, told, _ = run(capsys, "why", out.strip())
    assert (code, "No reading was kept" in told, "neutral" in told) == (0, True, False)
    code, told, _ = run(capsys, "why", out.strip(), "--bar", "1")
    assert (code, "No reading was kept" in told, "tempo" in told) == (0, True, True)


def test_replay_refuses_a_session_that_plays_otherwise(capsys: pytest.CaptureFixture[str], session: Path) -> None:
    rows = [json.loads(row) for row in session.read_text(encoding="utf-8").splitlines()]
    next(row for row in rows if row["kind"] == "note")["velocity"] = 1
    session.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    code, _, err = run(capsys, "replay", str(session))
    assert (code, "1 notes differ" in err) == (2, True)


def test_replay_writes_a_table(capsys: pytest.CaptureFixture[str], session: Path, tmp_path: Path) -> None:
    code, out, _ = run(capsys, "replay", str(session), "--csv", "--out", str(tmp_path))
    assert code == 0
    assert Path(out.strip()).read_text(encoding="utf-8").startswith("frame,face_id,timestamp,confidence,success")
    code, out, _ = run(capsys, "replay", str(session), "--csv", "--columns", "pyfeat", "--out", str(tmp_path))
    assert Path(out.strip()).read_text(encoding="utf-8").startswith("FaceRectX,FaceRectY,FaceRectWidth")
    assert run(capsys, "replay", str(session), "--csv", "--columns", "excel")[0] == 2


def test_a_port_that_is_lost_while_it_is_tested_is_closed() -> None:
    twin = SilentTwin(breaks=True)
    with pytest.raises(PortLost):
        play_scale(twin)
    assert twin.is_closed


def test_ports_are_listed_and_tested(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ports")
    assert code == 0
    assert "--osc 127.0.0.1:7400" in out
    assert "--faceosc 127.0.0.1:8338" in out
    assert "lsl " in out
    code, _, err = run(capsys, "ports", "--test")
    assert (code, "give a port to test" in err) == (2, True)
    code, out, err = run(capsys, "ports", "--osc", "127.0.0.1:9")
    assert (code, out, "add --test" in err) == (2, "", True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        port = receiver.getsockname()[1]
        code, out, _ = run(capsys, "ports", "--test", "--osc", f"127.0.0.1:{port}")
        assert receiver.recv(500).startswith(b"/mien/")
    assert (code, out.strip()) == (0, f"osc 127.0.0.1:{port}: played a scale")


def test_a_host_that_nobody_knows_is_told_at_the_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(*_: object) -> None:
        for thread in threading.enumerate():
            if thread.name == "mien-hosts":
                thread.join()
        raise KeyboardInterrupt

    def unknown(host: str, *_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, f"no {host} here")

    monkeypatch.setattr(live, "_serve", serve)
    monkeypatch.setattr(osc.UDPClient, "__init__", lambda _, host, port: unknown(host))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr(live, "bind", lambda *_: listening)
        code, out, err = run(capsys, "live", "--no-open", "--osc", "nonsense", "--midi-out", "a.mid")
    assert code == 0 and "mien live: http" in out
    assert err.count("\n") == 1
    assert err.startswith("mien: osc nonsense:7400 is not there (no nonsense here): check its name")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--sessions", "0"], "--sessions 0"),
        (["--osc", "nowhere:x"], "HOST:PORT"),
        (["--mapping", "missing.toml"], "missing.toml"),
        (["--port", "99999"], "--port 99999: give 0 to 65535; 0 picks a free one"),
        (["--host", "nowhere.invalid"], "choose --host 127.0.0.1"),
        (["--mode", "opera"], "mode 'opera': choose one of emotion"),
        (["--tune", "ears"], "tune 'ears': choose one of eyes, mouth"),
        (["--ensemble", "brass"], "brass"),
        (["--key", "Am"], "give the tonic alone, with a capital"),
        (["--meter", "7/8"], "7/8"),
        (["--seed", "-1"], "seed '-1': give a whole number from 0"),
        (["--rest-after", "0"], "--rest-after 0: give minutes, above 0"),
        (["--midi-clock"], "give a --midi-out"),
        (["--lsl", "world"], "machine, link, site"),
        (["--headless"], "wants --camera"),
        (["--camera", "0"], "wants --camera and a port: --osc, --faceosc, --midi-out, --lsl or --audio"),
        (["--headless", "--camera", "0"], "wants --camera and a port: --osc, --faceosc, --midi-out, --lsl or --audio"),
        (["--headless", "--camera", "0", "--osc", "9", "--mode", "opera"], "choose one of emotion"),
        (["--camera", "0", "--osc", "9", "--mode", "trajectory"], "only OSC can lead (/mien/lead); give --osc-in"),
        (["--camera", "nope.mp4", "--osc", "9"], "--camera nope.mp4: no such file"),
    ],
)
def test_what_cannot_be_had_is_refused(capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    code, _, err = run(capsys, "live", "--no-open", *words)
    assert (code, says in err, err.count("\n")) == (2, True, 1)


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run(capsys, "live", "--no-open", "--port", str(port))
    assert (code, f"port {port}" in err) == (2, True)


def test_names_are_exact_and_bear_the_port() -> None:
    assert allowed_hosts("127.0.0.1", 8420, []) == ("127.0.0.1:8420", "localhost:8420", "[::1]:8420")
    assert "studio.local:8420" in allowed_hosts("192.168.0.7", 8420, ["Studio.local"])


def test_the_port_that_browsers_leave_out_may_be_left_out() -> None:
    assert {"localhost", "localhost:80", "[::1]", "studio.local"} <= set(allowed_hosts("::1", 80, ["Studio.local"]))
    assert all(":8080" in name for name in allowed_hosts("0.0.0.0", 8080, []))
    assert {"studio.local", "studio.local:8080"} <= set(allowed_hosts("127.0.0.1", 8080, ["studio.local"])), "a proxy"


@pytest.mark.parametrize(
    ("port", "host", "origin", "status"),
    [
        (80, b"127.0.0.1", b"http://127.0.0.1", 200),
        (8420, b"127.0.0.1", b"http://127.0.0.1", 403),
        (8420, b"studio.example", b"https://studio.example", 200),
        (8420, b"studio.example", b"https://evil.example", 403),
        (8420, b"evil.example", b"https://evil.example", 403),
    ],
)
def test_a_browser_is_let_in_at_port_80_and_through_a_proxy(port: int, host: bytes, origin: bytes, status: int) -> None:
    said: list[Any] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def keep(message: Any) -> None:
        said.append(message)

    headers = [(b"host", host), (b"origin", origin)]
    scope = {"type": "http", "path": "/", "method": "GET", "headers": headers}
    asyncio.run(Gate(page, allowed_hosts("127.0.0.1", port, ["studio.example"]))(scope, None, keep))  # type: ignore[arg-type]
    assert said[0]["status"] == status


class TestWildcards:
    """A server that hears at every address of the machine."""

    def test_they_are_reached_at_an_address_of_this_machine(self) -> None:
        for host in ("0.0.0.0", "::"):
            own = reached_at(host)
            assert own not in ("0.0.0.0", "::")
            assert f"{f'[{own}]' if ':' in own else own}:8420" in allowed_hosts(host, 8420, [])
        assert reached_at("studio.local") == "studio.local"

    @pytest.mark.parametrize(
        ("host", "own", "wanted"),
        [
            ("0.0.0.0", "192.168.0.7", "192.168.0.7"),
            ("::", "2001:db8::7", "2001:db8::7"),
            ("::", "fe80::7%eth0", "::1"),
            ("0.0.0.0", None, "127.0.0.1"),
            ("::", None, "::1"),
        ],
    )
    def test_the_way_out_tells_it(
        self, monkeypatch: pytest.MonkeyPatch, host: str, own: str | None, wanted: str
    ) -> None:
        class Probe:
            def __init__(self, family: int, kind: int) -> None:
                assert (family == socket.AF_INET6, kind) == (host == "::", socket.SOCK_DGRAM)

            def __enter__(self) -> "Probe":
                return self

            def __exit__(self, *_: object) -> None: ...

            def connect(self, _: tuple[str, int]) -> None:
                if own is None:
                    raise OSError("no way out")

            def getsockname(self) -> tuple[str | None, int]:
                return own, 9

        monkeypatch.setattr(socket, "socket", Probe)
        assert reached_at(host) == wanted

    def test_names_of_both_families_are_looked_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def rows(_: str, __: None, family: int) -> list[Any]:
            found = {socket.AF_INET: ["192.168.0.7"], socket.AF_UNSPEC: ["192.168.0.7", "2001:db8::7"]}
            return [(0, 0, 0, "", (address, 0)) for address in found[family]]  # type: ignore[index]

        monkeypatch.setattr(socket, "getaddrinfo", rows)
        assert {"192.168.0.7:1", "[2001:db8::7]:1"} <= set(allowed_hosts("::", 1, []))
        assert "[2001:db8::7]:1" not in allowed_hosts("0.0.0.0", 1, [])


class TestSteering:
    def test_wishes_become_commands(self) -> None:
        assert command_of(("hand/valence", (0.5,))).fields == {"valence": 0.5}
        assert command_of(("hold/tempo_bpm", ())).fields == {"fields": {"tempo_bpm": None}}
        assert command_of(("tune", ("eyes",))).fields == {"tune": "eyes"}
        assert command_of(("tonic", ())).fields == {"tonic": None}
        assert command_of(("lead", ("happiness", 2.0))).fields == {"do": "start", "to": "happiness", "minutes": 2.0}
        assert command_of(("lead", ("hold",))).fields == {"do": "hold"}
        assert command_of(("panic", ())).kind == "panic"

    def test_who_lets_go_of_a_button_asks_for_nothing(self) -> None:
        assert is_release(("start", (0.0,))) and is_release(("panic", (0,))) and is_release(("stop", (False,)))
        assert not any(map(is_release, (("start", ()), ("start", (1.0,)), ("hand/valence", (0.0,)), ("seed", (0,)))))

    def test_a_seed_may_come_as_a_float_without_a_fraction(self) -> None:
        assert changed(Settings(), command_of(("seed", (7.0,))).fields).seed == 7
        for given in (7.5, True, -1.0, float("nan"), float("inf"), "7"):
            with pytest.raises(BadInput, match="whole number"):
                changed(Settings(), command_of(("seed", (given,))).fields)

    @pytest.mark.parametrize("wish", [("bye", ()), ("hello", ()), ("", ()), ("hand/left", (0.5,))])
    def test_other_wishes_are_refused(self, wish: tuple) -> None:
        with pytest.raises(BadInput):
            command_of(wish)

    def test_a_wish_moves_one_coordinate_of_the_hand_and_leaves_the_other_where_the_page_put_it(self) -> None:
        wishes = Wishes(settings=Settings(mode="hand"))
        wishes.point({"valence": 0.8, "arousal": 0.9})
        wishes.point(command_of(("hand/valence", (0.5,))).fields)
        hand = wishes.follow(Watching(), 0.0, None).mood.affect
        assert hand is not None
        assert (hand.valence, hand.arousal) == (0.5, 0.9)

    @pytest.mark.parametrize("given", [(7,), (), ("left",)])
    def test_a_hand_off_the_plane_is_refused(self, given: tuple) -> None:
        with pytest.raises(BadInput):
            Wishes(settings=Settings(mode="hand")).point(command_of(("hand/valence", given)).fields)

    def test_whoever_has_no_page_sets_what_the_page_does_and_leads(self) -> None:
        async def evening() -> None:
            session = Session("x", OfflineClock(), "now")
            for wish in (("ensemble", ("quartet",)), ("tonic", ("Eb",)), ("meter", ("3/4",)), ("seed", (7,))):
                session.do(command_of(wish))
            session.do(command_of(("lead", ("happiness", 2))))
            state = session.state()
            assert [state[name] for name in ("ensemble", "tonic", "meter", "seed")] == ["quartet", "Eb", "3/4", 7]
            assert (state["lead"]["minutes"], state["lead"]["doing"]) == (2, "go")
            for wrong in (("ensemble", ()), ("seed", ("many",)), ("lead", ()), ("lead", (1.0, 2.0))):
                with pytest.raises(BadInput):
                    session.do(command_of(wrong))
            await session.close()

        asyncio.run(evening())

    def test_refused_wishes_share_one_line_a_second(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("mien.ports.osc_in.time", SimpleNamespace(monotonic=lambda: 100.0))
        done: list[str] = []
        station: Any = SimpleNamespace(sessions={"one": SimpleNamespace(do=lambda command: done.append(command.kind))})

        async def evening() -> None:
            with steered_by_osc(station, 0):
                port = int(caplog.messages[-1].split()[-1])
                with SimpleUDPClient("127.0.0.1", port) as sender:
                    for _ in range(5):
                        sender.send_message("/mien/opera", 1.0)
                        sender.send_message("/other", 1.0)
                    sender.send_message("/mien/panic", [])
                async with asyncio.timeout(10):
                    while not done:
                        await asyncio.sleep(0.005)

        with caplog.at_level(logging.INFO):
            asyncio.run(evening())
        assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1
        assert "OSC in: panic" in caplog.messages, "what ends the music is logged"
