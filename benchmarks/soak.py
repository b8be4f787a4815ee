"""Twenty minutes of pages that come and go: does the server keep anything of them, and does its event loop keep time?

`measure_soak` looks from outside (memory, threads, descriptors as Linux tells them; how soon `/health` is answered, all
through); `measure_session` plays one session on a clock of its own and asks what it holds. `python -m benchmarks.live
--soak SECONDS` prints both.
"""

import contextlib
import gc
import http.client
import json
import threading
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from websockets.exceptions import ConnectionClosed

from benchmarks.__main__ import Measure
from benchmarks.serving import RATE_HZ, Server, opened, percentile, portraits
from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.live.conductor import Aim
from mien.live.frames import CameraFrame, frame_bytes
from mien.live.performance import Performance
from mien.live.player import Player
from mien.live.session_file import SessionFile
from mien.live.take import KEPT_S
from mien.music.brief import brief_from_affect

WARM_S = 300.0
"""What is kept is looked for after it (or after .4 of a shorter soak)."""
STAY_S = 60.0
"""So long one page stays beside those that come and go; then another takes its place."""
ASK_S = 0.1
"""The event loop is asked so often."""


def measure_soak(seconds: float) -> list[Measure]:
    """Pages come and go beside one that stays; memory, threads, descriptors and event loop of the server."""
    server = Server("--sessions", "16")
    series: list[tuple[float, float, int, int]] = []
    told_ms: list[float] = []
    answered_ms: list[float] = []
    over = threading.Event()
    beside = [
        threading.Thread(target=stay, args=(server, over, told_ms)),
        threading.Thread(target=ask, args=(server, over, answered_ms)),
    ]
    picture = portraits()[0]
    rng = np.random.default_rng(1)
    start_s = time.monotonic()
    for thread in beside:
        thread.start()
    try:
        while (past_s := time.monotonic() - start_s) < seconds:
            visit(server, picture, rng)
            series.append((past_s, *server.resources()))
    finally:
        over.set()
        for thread in beside:
            thread.join()
        server.end()
    rows = np.array(series)
    warm = rows[rows[:, 0] >= min(WARM_S, 0.4 * seconds)]
    slope = float(np.polyfit(warm[:, 0] / 3600, warm[:, 1], 1)[0]) if len(warm) > 2 else float("nan")
    return [
        Measure("memory after warm-up", float(warm[:, 1].mean()), "MB"),
        Measure("memory slope after warm-up", slope, "MB/h", "≤ 2"),
        Measure("threads, least of the later half less the former", growth(warm[:, 2], np.min), "", "0"),
        Measure("threads, median of the later half less the former", growth(warm[:, 2], np.median), ""),
        Measure("descriptors, least of the later half less the former", growth(warm[:, 3], np.min), "", "0"),
        Measure("descriptors, median of the later half less the former", growth(warm[:, 3], np.median), ""),
        Measure("event loop late, p99 of each 18 s: median", percentile(told_ms, 50), "ms", "≤ 50"),
        Measure("event loop late, p99 of each 18 s: most", max(told_ms, default=float("nan")), "ms"),
        Measure("the event loop's answer to /health, p99 over all", percentile(answered_ms, 99), "ms", "≤ 50"),
        Measure("visits", float(len(series)), ""),
    ]


def visit(server: Server, picture: bytes, rng: np.random.Generator) -> None:
    """Come, play for two to six seconds, go: seven of ten say so."""
    with opened(server, {"settings": {"mode": ("emotion", "gesture", "hand")[int(rng.integers(3))]}}) as page:
        page.send(json.dumps({"type": "start"}))
        over_s = time.monotonic() + float(rng.uniform(2, 6))
        number = 0
        while time.monotonic() < over_s:
            number += 1
            page.send(frame_bytes(CameraFrame(number, time.monotonic(), picture)))
            next_s = time.monotonic() + 1 / RATE_HZ
            with contextlib.suppress(TimeoutError):
                while (left_s := next_s - time.monotonic()) > 0:  # all of it: a slow page is another matter
                    page.recv(timeout=left_s)
        if rng.random() < 0.7:
            page.send(json.dumps({"type": "bye"}))
            time.sleep(0.3)


def stay(server: Server, over: threading.Event, told_ms: list[float]) -> None:
    """Play by hand all the while, and collect what the event loop's lateness is said to be, each second.

    Each minute somebody else takes the place: a session holds what it played in its last half hour (`measure_session`
    tells how much that is), and here it is to be seen whether anything of those who went stays.
    """
    while not over.is_set():
        with opened(server, {"settings": {"mode": "hand"}}) as page:
            page.send(json.dumps({"type": "start"}))
            over_s = time.monotonic() + STAY_S
            while not over.is_set() and time.monotonic() < over_s:
                with contextlib.suppress(TimeoutError):
                    told_ms += loop_late_ms(str(page.recv(timeout=0.5)))
            page.send(json.dumps({"type": "bye"}))
            with contextlib.suppress(ConnectionClosed):
                while True:
                    page.recv(timeout=5)


def ask(server: Server, over: threading.Event, answered_ms: list[float]) -> None:
    """Ask for `/health` on one connection all the while: the answer waits for the event loop as everything does."""
    connection = http.client.HTTPConnection(server.host)
    while not over.wait(ASK_S):
        asked_s = time.monotonic()
        connection.request("GET", "/health")
        connection.getresponse().read()
        answered_ms.append(1e3 * (time.monotonic() - asked_s))
    connection.close()


def loop_late_ms(text: str) -> list[float]:
    """What a message says of the event loop, nothing if it is another one."""
    if '"type":"clocks"' not in text:
        return []
    late = json.loads(text)["loop_ms"]["p99"]
    return [] if late is None else [late]


def growth(series: np.ndarray, of: Callable[[np.ndarray], float]) -> float:
    """A figure of the later half less that of the former.

    Of the least, what is never given back shows; of the median, also how many who left without a word linger at a
    time (each for half a minute, now one, now four).
    """
    half = len(series) // 2
    return float(of(series[half:]) - of(series[:half])) if half else float("nan")


def measure_session(seconds: float) -> list[Measure]:
    """What a session holds that plays on and on, on a clock of its own; beyond half an hour it should hold no more."""
    clock = OfflineClock()
    file = SessionFile("2026-01-01T00:00:00")
    performance = Performance(lambda _: None, Player({}, clock, lambda *_: None), file)
    target = brief_from_affect(affect_of("neutral"), seed=1, tonic_pc=2, meter=(4, 4))
    tracemalloc.start()
    performance.start(0.0, 1, Aim(target))
    held: list[tuple[float, float]] = []
    for now_s in np.arange(1.0, seconds):
        performance.advance(float(now_s), Aim(target))
        if now_s % 60 == 0:
            gc.collect()
            held.append((now_s, tracemalloc.get_traced_memory()[0] / 1e6))
    tracemalloc.stop()
    rows = np.array(held)
    late = rows[rows[:, 0] > KEPT_S + 60]
    slope = float(np.polyfit(late[:, 0] / 3600, late[:, 1], 1)[0])
    return [
        Measure("a session that plays on: held after half an hour", float(late[0, 1]), "MB"),
        Measure("a session that plays on: slope after half an hour", slope, "MB/h", "≤ 2"),
    ]
