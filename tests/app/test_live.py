import json
import socket
import sys
from pathlib import Path

import pytest

from mien.app.cli import main
from mien.app.live import allowed_hosts
from mien.app.steering import Steering
from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.errors import BadInput
from mien.live.performance import Performance
from mien.live.player import Player
from mien.live.session_file import SessionFile
from mien.music.brief import brief_from_affect


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
    performance.start(0.0, 1, sad)
    clock.wait(4.0)
    performance.silence(clock.now_s, "stop")
    path = tmp_path / "evening.jsonl"
    path.write_text(file.text(clock.now_s), encoding="utf-8")
    return path


def test_replay_writes_the_same_notes_and_says_so(
    capsys: pytest.CaptureFixture[str], session: Path, tmp_path: Path
) -> None:
    code, out, err = run(capsys, "replay", str(session), "--out", str(tmp_path / "out"))
    assert (code, Path(out.strip()).name) == (0, "evening-1.mid")
    assert "notes sounded then, and the same now" in err


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


def test_ports_are_listed_and_tested(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ports")
    assert code == 0
    assert "--osc 127.0.0.1:7400" in out
    assert "--faceosc 127.0.0.1:8338" in out
    assert "lsl " in out
    code, _, err = run(capsys, "ports", "--test")
    assert (code, "give a port to test" in err) == (2, True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        port = receiver.getsockname()[1]
        code, out, _ = run(capsys, "ports", "--test", "--osc", f"127.0.0.1:{port}")
        assert receiver.recv(500).startswith(b"/mien/")
    assert (code, out.strip()) == (0, f"osc 127.0.0.1:{port}: played a scale")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--sessions", "0"], "--sessions 0"),
        (["--osc", "nowhere:x"], "HOST:PORT"),
        (["--mapping", "missing.toml"], "missing.toml"),
        (["--port", "99999"], "choose another with --port"),
        (["--host", "nowhere.invalid"], "choose --host 127.0.0.1"),
        (["--tune", "eyes"], "--tune eyes: only with --camera"),
        (["--ensemble", "quartet"], "--ensemble quartet: only with --camera"),
        (["--midi-clock"], "give a --midi-out"),
        (["--lsl", "world"], "machine, link, site"),
        (["--headless"], "wants --camera"),
        (["--camera", "0"], "wants --camera and --audio"),
        (["--headless", "--camera", "0"], "wants --camera and --audio"),
        (["--headless", "--camera", "0", "--osc", "9", "--mode", "opera"], "choose one of emotion"),
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


class TestSteering:
    def test_wishes_become_commands(self) -> None:
        steering = Steering()
        assert steering.command(("hand/valence", (0.5,))).fields == {"valence": 0.5, "arousal": 0.0}
        assert steering.command(("hand/arousal", (-1,))).fields == {"valence": 0.5, "arousal": -1.0}
        assert steering.command(("hold/tempo_bpm", ())).fields == {"fields": {"tempo_bpm": None}}
        assert steering.command(("tune", ("eyes",))).fields == {"tune": "eyes"}
        assert steering.command(("panic", ())).kind == "panic"

    @pytest.mark.parametrize(
        "wish", [("hand/valence", (7,)), ("hand/valence", ()), ("bye", ()), ("hello", ()), ("", ())]
    )
    def test_other_wishes_are_refused(self, wish: tuple) -> None:
        with pytest.raises(BadInput):
            Steering().command(wish)
