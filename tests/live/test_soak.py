"""People come and go, two at a time: nothing of them stays behind in the server.

The long soak, with its slope an hour, is `make bench-live SOAK=1200`; this one is bounded by visits and looks for
drift: in the middle third of them and in the last one. How late the event loop came is printed; the bench judges it.
A visit lasts some seconds, so that all that a session does each second has been done before anything is compared.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from page import PATIENCE_S, Page, Server, camera_picture, serving
from websockets.exceptions import ConnectionClosed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts as Linux tells it"),
]

VISITS = 30
AT_ONCE = 2
"""Three to four seconds each, two at a time: one minute."""
FRAMES = 45
FRAME_S = 1 / 15
WAYS = ("emotion", "gesture", "hand", "trajectory", "ensemble")
MOST_GROWTH_MB = 1.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--sessions", str(AT_ONCE)) as one:
        yield one


def resources(server: Server) -> tuple[float, int, int]:
    """Resident MB, threads and descriptors."""
    own = Path(f"/proc/{server.process.pid}")
    rows = dict(row.split(":", 1) for row in (own / "status").read_text().splitlines())
    return int(rows["VmRSS"].split()[0]) / 1024, int(rows["Threads"]), len(list((own / "fd").iterdir()))


def visit(server: Server, number: int, picture: bytes) -> list[float]:
    """Come, play, go in one of several ways; how late the event loop came, ms."""
    settings = {"mode": WAYS[number % len(WAYS)], "tune": "mouth" if number % 7 == 3 else None}
    page = Page(server, {"settings": settings}, open_timeout=PATIENCE_S)
    page.say("record", on=number % 2 == 0)
    page.say("start")
    page.wait_for("notes")
    due_s = time.monotonic()
    for _ in range(FRAMES):
        page.read(picture)
        due_s += FRAME_S
        time.sleep(max(0.0, due_s - time.monotonic()))
    if number % 3 == 0:  # the socket drops, and another takes the session up
        page.close()
        again = Page(server, {"session": page.welcome["session"]}, open_timeout=PATIENCE_S)
        assert again.welcome["resumed"]
        again.heard[:0] = page.heard
        page = again
    if number % 4 == 1:
        page.say("panic")
    if number % 5 == 2:
        page.say("settings", ensemble="quartet", meter="3/4")
        page.read(picture)
    late = [m["loop_ms"]["p99"] for m in page.heard if m["type"] == "clocks" and m["loop_ms"]["p99"] is not None]
    page.say("bye")
    with pytest.raises(ConnectionClosed) as closing:
        page.wait(lambda _: False)
    assert closing.value.rcvd is not None
    assert closing.value.rcvd.code == 1000
    page.close()
    return late


def test_nothing_of_those_who_come_and_go_stays_behind(server: Server, astronaut: np.ndarray) -> None:
    picture = camera_picture(astronaut)
    series, late_ms = [], []
    with ThreadPoolExecutor(AT_ONCE) as visitors:
        for first in range(0, VISITS, AT_ONCE):
            together = visitors.map(lambda number: visit(server, number, picture), range(first, first + AT_ONCE))
            late_ms += [late for one in together for late in one]
            series.append(resources(server))  # when all have gone
    third = len(series) // 3
    before, after = (list(zip(*rows, strict=True)) for rows in (series[third : 2 * third], series[2 * third :]))
    print(f"\nMB {[round(mb, 1) for mb, _, _ in series]}; event loop late, ms p99 at most {max(late_ms, default=0)}")
    assert median(after[0]) - median(before[0]) <= MOST_GROWTH_MB, "memory"
    assert median(after[1]) <= median(before[1]), "threads"  # one moment may see a process begin
    assert median(after[2]) <= median(before[2]), "descriptors"
    assert server.get("/health")[0] == 200
