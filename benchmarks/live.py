"""The live instrument, measured from outside: `make bench-live`, or `python -m benchmarks.live [--json FILE] [--soak
SECONDS]`.

A page in Python plays a real server on loopback: 640×480 JPEG portraits at 15 a second, an OSC receiver beside it.
Measured are: camera to controller (frame sent → controllers received, on one clock), how late OSC beats arrive
against the session's plan, how far ahead of a beat new music is told, and the event loop. With `--soak` pages come
and go besides (`benchmarks/soak.py`). What only a browser can tell (underruns, when notes begin)
`tests/browser/bench.py` measures; `make bench-live` runs both. Nothing here passes or fails; the targets are printed
beside the numbers.
"""

import argparse
import contextlib
import json
import socket
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.__main__ import Measure
from benchmarks.serving import RATE_HZ, Server, opened, percentile, portraits
from benchmarks.soak import measure_session, measure_soak
from mien.live.frames import CameraFrame, frame_bytes

PLAY_S = 40.0
"""How long a page plays."""
WARM_S = 5.0
"""What is heard before does not count."""
ON_S = 5400.0
"""How long a session plays on its own clock, to see what it holds."""
TURN_S = 5.0
"""How often the hand asks for another mood."""


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
