"""A traced session: no picture is written anywhere, and nobody beyond this machine is spoken to.

Every Python process of the server runs under an audit hook (`sys.addaudithook`) that writes down each file opened
for writing and each address that is spoken to; home, working and temporary folders are empty ones of the test, and
are searched afterwards for what the hook cannot see.
"""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from page import Page, camera_picture, serving

HOOK = """
import os, sys
_log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_WRITES = os.O_WRONLY | os.O_RDWR
_busy = False
def _hook(event, given):
    global _busy
    if _busy:
        return
    line = None
    if event == "open":
        path, mode, flags = given
        if any(letter in (mode or "") for letter in "wax+") or (mode is None and (flags or 0) & _WRITES):
            line = ["write", path if isinstance(path, (str, int)) else repr(path)]
    elif event in ("socket.connect", "socket.sendto", "socket.bind") and isinstance(given[1], tuple):
        line = [event, given[1][0]]
    if line:
        _busy = True
        try:
            import json
            os.write(_log, (json.dumps(line) + "\\n").encode())
        finally:
            _busy = False
os.write(_log, b'["process", %d]\\n' % os.getpid())
sys.addaudithook(_hook)
"""
JPEG = b"\xff\xd8\xff"


@pytest.fixture
def traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the trace is written; processes that are started from here on are traced."""
    log = tmp_path / "trace.jsonl"
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(HOOK.format(log=str(log)))
    src = Path(__file__).parents[2] / "src"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (hook, src))))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for name in ("home", "work", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path / "work")
    return log


def test_no_picture_is_written_and_nobody_is_spoken_to(traced: Path, astronaut: np.ndarray) -> None:
    picture = camera_picture(astronaut)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        with serving("--osc", f"127.0.0.1:{receiver.getsockname()[1]}", "--osc-in", "0") as server:
            page = Page(server, {})
            page.say("record", on=True)
            page.say("start")
            for _ in range(8):
                page.read(picture)
            page.show(picture[:2000])  # a broken one too
            page.wait_for("error", code="bad-frame")
            page.say("settings", mode="gesture")
            page.read(picture)
            session = page.welcome["session"]
            for kind in ("session", "csv", "mid"):
                status, _, content = server.get(f"/sessions/{session}/export/{kind}")
                assert status == 200
                assert JPEG not in content
            page.close()
            assert server.end() == 0
            assert not any("\\xff\\xd8" in line or "JFIF" in line for line in server.said)
    rows = [json.loads(row) for row in traced.read_text().splitlines()]
    kinds = [kind for kind, _ in rows]
    assert kinds.count("process") >= 3, "the server, who reads, who exports"
    assert "socket.bind" in kinds
    assert "write" in kinds
    spoken = {str(where) for kind, where in rows if kind.startswith("socket.")}
    assert spoken <= {"127.0.0.1", "::1", "localhost"}, spoken
    written = {str(where) for kind, where in rows if kind == "write"}
    folder = traced.parent
    ours = {path for path in written if not path.isdigit() and not path.startswith(("/dev/", "/proc/"))}
    # The export is made in a temporary folder; Python's tempfile first tries whether it can write there.
    tried = {path for path in ours if Path(path).parent == folder / "tmp" and len(Path(path).name) == 8}
    assert all(path.startswith(str(folder / "tmp")) and path.endswith(".mid") for path in ours - tried), ours
    left = [path for name in ("home", "work", "tmp") for path in (folder / name).rglob("*") if path.is_file()]
    assert not any(JPEG in path.read_bytes() for path in left), left
