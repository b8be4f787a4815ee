"""What a person at the page would notice, measured in Chromium with the filmed smile: `make bench-page`, and at the end
of `make bench-live`.

    python -m browser.bench [--quiet SECONDS] [--throttled SECONDS] [--json FILE]      (PYTHONPATH=tests)

Times are of the page's own clock. The smile begins with the first picture in which its mark is seen; the reading and
the music are told by the server's messages. When a note begins is heard from the sampler's own output, against when it
was due; underruns are counted by the browser (`AudioContext.playbackStats`).
"""

import argparse
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.__main__ import Measure
from playwright.sync_api import sync_playwright

from browser.conftest import QUIET, Person, Server, probe, visit
from browser.film import has_portraits, make_film

QUIET_S, THROTTLED_S, THROTTLE = 30.0, 60.0, 6
QUANTUM = 128
"""Samples that a browser renders at a time (Web Audio API)."""
STROKES = 12
STATS = "(({ underrunEvents, underrunDuration, averageLatency }) => [underrunEvents, underrunDuration, averageLatency])"


def bench(quiet_s: float, throttled_s: float) -> list[Measure]:
    """Measure and print."""
    server = Server()
    found: list[Measure] = []

    def tell(*measures: Measure) -> None:
        for measure in measures:
            print(f"{measure.stage:55} {measure.value:9.1f} {measure.unit:10} {measure.target}", flush=True)
            found.append(measure)

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        film = Path(folder) / "film.mjpeg"
        make_film(film)
        camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
        chromium = running.chromium.launch(executable_path=shutil.which("chromium"), args=[*QUIET, *camera])
        server.start()
        try:
            with visit(chromium) as person:
                person.enter(server.url, "hand").until("i.view.sound === 'on'")
                tell(*note_errors(person))
            with visit(chromium) as person:
                person.enter(server.url).play()
                if has_portraits():
                    tell(*smile(person))
                tell(*latency(person))
                for rate, seconds in ((1, quiet_s), (THROTTLE, throttled_s)):
                    tell(*underruns(person, rate, seconds))
        finally:
            server.stop()
            chromium.close()
    return found


def note_errors(person: Person) -> list[Measure]:
    """How far a note begins from when it was due, against the one before it, in samples."""
    rng = np.random.default_rng(1)
    person.page.evaluate(probe("strike"), [72, [0.0], 0.5])  # the first stroke of a key waits for its sample
    off: list[int] = []
    for _ in range(STROKES):
        apart_s = float(rng.uniform(0.25, 0.4))
        told = person.page.evaluate(probe("strike"), [72, [0.0, apart_s], apart_s + 0.15])
        heard = np.array(told["heard"])
        apart = round(apart_s * told["rate_hz"])
        first = int(np.argmax(np.abs(heard) > 0.25 * np.abs(heard).max()))
        stroke = heard[first : first + 2048]
        offsets = range(apart - 1500, apart + 1500)
        likeness = [
            float(stroke @ part) if len(part := heard[first + offset : first + offset + len(stroke)]) == 2048 else 0.0
            for offset in offsets
        ]
        off.append(abs(offsets[int(np.argmax(likeness))] - apart))
    return [Measure(f"scheduled note off, most of {STROKES}", float(max(off)), "samples", f"≤ {QUANTUM}")]


def smile(person: Person) -> list[Measure]:
    """From the smile to the reading, the tempo and the mode; not a number if it did not come."""
    person.page.evaluate(probe("watch"))
    turn = "window.seen.findIndex((s, k) => s.mark > 200 && window.seen.slice(0, k).some((r) => r.mark < 50))"
    person.until(f"{turn} >= 0")
    rest = person.get(f"window.seen[{turn} - 1]")
    person.page.wait_for_timeout(9500)
    since = f"window.seen.slice({turn})"
    begin_s = person.get(f"window.seen[{turn}].now_s")
    found = []
    for what, condition, most_s in (
        ("reads happiness", "s.reads === 'happiness'", 1),
        ("tempo 8 a minute faster", f"s.tempo_bpm > {rest['tempo_bpm'] + 8}", 8),
        ("a brighter mode", f"s.mode !== '{rest['mode']}' && ['mixolydian', 'ionian', 'lydian'].includes(s.mode)", 8),
    ):
        seen = person.get(f"{since}.find((s) => {condition})")
        after_s = seen["now_s"] - begin_s if seen else float("nan")
        found.append(Measure(f"smile to: {what}", after_s, "s", f"≤ {most_s}"))
    return found


def latency(person: Person) -> list[Measure]:
    """Camera to controller, as the page sees it."""
    person.page.wait_for_timeout(10_000)
    trip: dict[str, float] = person.get("i.view.roundTrip_ms")
    clocks: dict[str, Any] = person.get("i.view.clocks")
    return [
        Measure("page: camera to controller, p50", trip["p50"], "ms", "≤ 80"),
        Measure("page: camera to controller, p95", trip["p95"], "ms", "≤ 120"),
        Measure("page: pictures read", clocks["read_a_s"], "a second"),
    ]


def underruns(person: Person, rate: int, seconds: float) -> list[Measure]:
    """Underruns of the sound, at rest or with the processor slowed down."""
    if not person.get("'playbackStats' in i.player.sound.context"):
        print("underruns: this browser does not count them")
        return []
    session = person.page.context.new_cdp_session(person.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    before = person.get(f"{STATS}(i.player.sound.context.playbackStats)")
    person.page.wait_for_timeout(1000 * seconds)
    after = person.get(f"{STATS}(i.player.sound.context.playbackStats)")
    sounds = person.get("i.view.state.playing")
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    name = f"underruns in {seconds:.0f} s, processor slowed {rate}x" + ("" if sounds else " (the music had stopped!)")
    return [
        Measure(name, float(after[0] - before[0]), "", "0"),
        Measure(f"silence by them in {seconds:.0f} s, slowed {rate}x", 1000 * (after[1] - before[1]), "ms", "0"),
    ]


def main() -> None:
    """Measure, print the table, write the JSON if asked."""
    options = argparse.ArgumentParser(prog="python -m browser.bench")
    options.add_argument("--quiet", type=float, default=QUIET_S, help="how long underruns are counted at rest")
    options.add_argument("--throttled", type=float, default=THROTTLED_S, help="and with the processor slowed down")
    options.add_argument("--json", metavar="FILE", help="write the numbers")
    asked = options.parse_args()
    found = bench(asked.quiet, asked.throttled)
    if asked.json:
        Path(asked.json).write_text(json.dumps([asdict(measure) for measure in found], indent=2) + "\n")


if __name__ == "__main__":
    main()
