"""The live instrument, measured from outside: `make bench-live`, or `python -m benchmarks.live [--json FILE] [--soak
SECONDS]`.

A page in Python plays a real server on loopback: 640×480 JPEG portraits at 15 a second, an OSC receiver beside it.
Measured are: camera to controller (frame sent → controllers received, on one clock), how late OSC beats arrive
against the session's plan, how far ahead of a beat new music is told, the event loop, and, over a soak with pages
that come and go, memory, threads, descriptors and event loop of the server. What only a browser can tell (underruns,
when notes begin) `tests/browser/bench.py` measures; `make bench-live` runs both. Nothing here passes or fails; the
targets are printed beside the numbers.
"""

import argparse
import contextlib
import gc
import json
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.__main__ import Measure, frame_640
from mien.circumplex import affect_of
from mien.clock import OfflineClock
from mien.live.frames import CameraFrame, frame_bytes
from mien.live.performance import Performance
from mien.live.player import Player
from mien.live.session_file import SessionFile
from mien.live.take import KEPT_S
from mien.music.brief import brief_from_affect

RATE_HZ = 15.0
PLAY_S = 40.0
WARM_S = 5.0
STAY_S = 60.0
ON_S = 5400.0
TURN_S = 5.0
"""How often the hand asks for another mood."""
WOBBLE_PX = 6
"""The portrait moves a little from frame to frame, or no controller would."""


class Server:
    """A `mien live` for the time of the measurement."""

    def __init__(self, *options: str) -> None:
        words = [sys.executable, "-m", "mien", "live", "--port", "0", "--no-open", *options]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.host = next(word for word in self.process.stdout.readline().split() if word.startswith("http")).split("/")[
            2
        ]

    def resources(self) -> tuple[float, int, int]:
        """Resident MB, threads and descriptors of the server (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        descriptors = sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())
        return int(fields["VmRSS"].split()[0]) / 1024, int(fields["Threads"]), descriptors

    def end(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def opened(server: Server, hello: dict[str, Any]) -> Iterator[ClientConnection]:
    """A socket of a page that has been welcomed."""
    with connect(
        f"ws://{server.host}/live", origin=f"http://{server.host}", subprotocols=["mien.1"], compression=None
    ) as page:
        page.send(json.dumps({"type": "hello", "protocol": 1, **hello}))
        yield page


def portraits() -> list[bytes]:
    """The example portrait at some places around its own."""
    rgb = frame_640().rgb
    moved = [np.roll(rgb, (shift, -shift), axis=(0, 1)) for shift in range(-WOBBLE_PX, WOBBLE_PX + 1, 2)]
    return [cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes() for picture in moved]


def play(server: Server, seconds: float) -> list[tuple[float, dict[str, Any]]]:
    """Play a while: messages with their time of arrival. `captured_s` of a frame is when it was sent."""
    pictures, heard = portraits(), []
    with opened(server, {"settings": {"mode": "hand"}}) as page:
        is_over = threading.Event()

        def film() -> None:
            number, due_s = 0, time.monotonic()
            while not is_over.is_set():
                number += 1
                page.send(frame_bytes(CameraFrame(number, time.monotonic(), pictures[number % len(pictures)])))
                due_s += 1 / RATE_HZ
                time.sleep(max(0.0, due_s - time.monotonic()))

        filming = threading.Thread(target=film)
        filming.start()
        start_s, has_begun, turned_s, side = time.monotonic(), False, 0.0, 1
        while (now_s := time.monotonic()) - start_s < seconds + WARM_S:
            with contextlib.suppress(TimeoutError):
                message = json.loads(page.recv(timeout=0.5))
                heard.append((time.monotonic(), message))
            if not has_begun and now_s - start_s > WARM_S:
                has_begun = True
                page.send(json.dumps({"type": "start"}))
            if has_begun and now_s - turned_s > TURN_S:
                turned_s, side = now_s, -side
                page.send(json.dumps({"type": "hand", "valence": 0.6 * side, "arousal": 0.5 * side}))
        is_over.set()
        filming.join()
        page.send(json.dumps({"type": "bye"}))
    return [(at_s, message) for at_s, message in heard if at_s - start_s > WARM_S]


def beats_heard(receiver: socket.socket, until: threading.Event, found: list[float]) -> None:
    """Collect when OSC beats arrive."""
    receiver.settimeout(0.2)
    while not until.is_set():
        with contextlib.suppress(TimeoutError):
            if receiver.recv(4096).startswith(b"/mien/music/beat\0"):
                found.append(time.monotonic())


def measure_play(seconds: float) -> list[Measure]:
    """Latencies of one page that plays."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        server = Server("--osc", f"127.0.0.1:{receiver.getsockname()[1]}")
        found: list[float] = []
        until = threading.Event()
        listening = threading.Thread(target=beats_heard, args=(receiver, until, found))
        listening.start()
        try:
            heard = play(server, seconds)
        finally:
            until.set()
            listening.join()
            server.end()
    controls = [1e3 * (at_s - m["captured_s"]) for at_s, m in heard if m["type"] == "controls"]
    readings = [1e3 * (at_s - m["captured_s"]) for at_s, m in heard if m["type"] == "reading"]
    leads = [m["from_s"] - m["server_s"] for _, m in heard if m["type"] == "notes"][1:]
    loops = [m["loop_ms"]["p99"] for _, m in heard if m["type"] == "clocks" and m["loop_ms"]["p99"]]
    offset_s = min(at_s - m["server_s"] for at_s, m in heard if "server_s" in m)
    planned = np.array(sorted({row[0] for _, m in heard if m["type"] == "notes" for row in m["beats"]})) + offset_s
    late_ms = [1e3 * (at_s - planned[np.abs(planned - at_s).argmin()]) for at_s in found]
    jitter_ms = np.abs(np.array(late_ms) - np.median(late_ms)) if late_ms else np.array([np.nan])
    return [
        Measure("camera to controller, p50", percentile(controls, 50), "ms", "≤ 80"),
        Measure("camera to controller, p95", percentile(controls, 95), "ms", "≤ 120"),
        Measure("camera to reading, p50", percentile(readings, 50), "ms"),
        Measure("frames read", len(readings) / seconds, "a second", f"{RATE_HZ:.0f}"),
        Measure(
            "OSC beats off their plan, p99 (around their median)", float(np.percentile(jitter_ms, 99)), "ms", "≤ 5"
        ),
        Measure("new music told ahead, least", min(leads, default=float("nan")), "s", "≥ a beat"),
        Measure("event loop late, p99", max(loops, default=float("nan")), "ms", "≤ 50"),
    ]


def measure_soak(seconds: float) -> list[Measure]:
    """Pages come and go beside one that stays; memory, threads, descriptors and event loop of the server."""
    server = Server("--sessions", "16")
    picture = portraits()[0]
    series: list[tuple[float, float, int, int]] = []
    late_ms: list[float] = []
    rng = np.random.default_rng(1)
    start_s = time.monotonic()
    is_over = threading.Event()
    staying = threading.Thread(target=stay, args=(server, is_over, late_ms))
    staying.start()
    try:
        while (past_s := time.monotonic() - start_s) < seconds:
            with opened(server, {"settings": {"mode": ("emotion", "gesture", "hand")[int(rng.integers(3))]}}) as page:
                page.send(json.dumps({"type": "start"}))
                stay_s = time.monotonic() + float(rng.uniform(2, 6))
                number = 0
                while time.monotonic() < stay_s:
                    number += 1
                    page.send(frame_bytes(CameraFrame(number, time.monotonic(), picture)))
                    next_s = time.monotonic() + 1 / RATE_HZ
                    with contextlib.suppress(TimeoutError):
                        while (left_s := next_s - time.monotonic()) > 0:  # all of it: a slow page is another matter
                            page.recv(timeout=left_s)
                if rng.random() < 0.7:
                    page.send(json.dumps({"type": "bye"}))
                    time.sleep(0.3)
            series.append((past_s, *server.resources()))
    finally:
        is_over.set()
        staying.join()
        server.end()
    rows = np.array(series)
    warm = rows[rows[:, 0] >= min(300.0, 0.4 * seconds)]
    slope = float(np.polyfit(warm[:, 0] / 3600, warm[:, 1], 1)[0]) if len(warm) > 2 else float("nan")
    return [
        Measure("memory after warm-up", float(warm[:, 1].mean()), "MB"),
        Measure("memory slope after warm-up", slope, "MB/h", "≤ 2"),
        Measure("threads, least of the later half less the former", growth(warm[:, 2]), "", "0"),
        Measure("descriptors, least of the later half less the former", growth(warm[:, 3]), "", "0"),
        Measure("event loop late, p99 of each 18 s: median", percentile(late_ms, 50), "ms", "≤ 50"),
        Measure("event loop late, p99 of each 18 s: most", max(late_ms, default=float("nan")), "ms"),
        Measure("visits", float(len(series)), ""),
    ]


def measure_session(seconds: float) -> list[Measure]:
    """What a session holds that plays on and on, on a clock of its own; beyond half an hour it should hold no more."""
    clock = OfflineClock()
    file = SessionFile("2026-01-01T00:00:00")
    performance = Performance(lambda _: None, Player({}, clock, lambda *_: None), file)
    target = brief_from_affect(affect_of("neutral"), seed=1, tonic_pc=2, meter=(4, 4))
    tracemalloc.start()
    performance.start(0.0, 1, target)
    held: list[tuple[float, float]] = []
    for now_s in np.arange(1.0, seconds):
        performance.advance(float(now_s), target)
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


def growth(series: np.ndarray) -> float:
    """Least of the later half less that of the former.

    Who left without a word lingers for half a minute, now one, now four; what leaks is never given back, so that the
    least rises too.
    """
    half = len(series) // 2
    return float(series[half:].min() - series[:half].min()) if half else float("nan")


def stay(server: Server, until: threading.Event, late_ms: list[float]) -> None:
    """Play by hand all the while, and collect what the event loop's lateness is said to be, each second.

    Each minute somebody else takes the place: a session holds what it played in its last half hour (`measure_session`
    tells how much that is), and here it is to be seen whether anything of those who went stays.
    """
    while not until.is_set():
        with opened(server, {"settings": {"mode": "hand"}}) as page:
            page.send(json.dumps({"type": "start"}))
            over_s = time.monotonic() + STAY_S
            while not until.is_set() and time.monotonic() < over_s:
                with contextlib.suppress(TimeoutError):
                    late_ms += loop_late_ms(str(page.recv(timeout=0.5)))
            page.send(json.dumps({"type": "bye"}))
            with contextlib.suppress(ConnectionClosed):
                while True:
                    page.recv(timeout=5)


def loop_late_ms(text: str) -> list[float]:
    """What a message says of the event loop, nothing if it is another one."""
    if '"type":"clocks"' not in text:
        return []
    late = json.loads(text)["loop_ms"]["p99"]
    return [] if late is None else [late]


def percentile(values: list[float], p: float) -> float:
    """A percentile, NaN of nothing."""
    return float(np.percentile(values, p)) if values else float("nan")


def main() -> None:
    """Measure, print the table, write the JSON if asked."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__.splitlines()[0])
    options.add_argument("--json", metavar="FILE", help="write the numbers")
    options.add_argument("--seconds", type=float, default=PLAY_S, help="how long a page plays")
    options.add_argument("--soak", type=float, metavar="SECONDS", help="also let pages come and go so long")
    asked = options.parse_args()
    measures = []
    on_s = ON_S if asked.soak else None
    for work, seconds in ((measure_play, asked.seconds), (measure_session, on_s), (measure_soak, asked.soak)):
        for measure in work(seconds) if seconds else []:
            measures.append(measure)
            print(f"{measure.stage:55} {measure.value:9.1f} {measure.unit:10} {measure.target}", flush=True)
    if asked.json:
        Path(asked.json).write_text(json.dumps([asdict(measure) for measure in measures], indent=2) + "\n")


if __name__ == "__main__":
    main()
