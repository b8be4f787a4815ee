"""What a person at the page would notice, measured in Chromium with the filmed smile: `make bench-page`.

Times are of the page's own clock. The smile begins with the first picture in which its mark is seen; the reading and
the music are told by the server's messages. Underruns are counted by the browser (`AudioContext.playbackStats`).
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from browser.conftest import QUIET, Person, Server, probe, visit
from browser.film import has_portraits, make_film

QUIET_S, THROTTLED_S, THROTTLE = 30, 60, 6
STATS = "(({ underrunEvents, underrunDuration, averageLatency }) => [underrunEvents, underrunDuration, averageLatency])"


def bench() -> None:
    """Measure and print."""
    server = Server()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        film = Path(folder) / "film.mjpeg"
        make_film(film)
        camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
        chromium = running.chromium.launch(executable_path=shutil.which("chromium"), args=[*QUIET, *camera])
        server.start()
        try:
            with visit(chromium) as person:
                person.enter(server.url).play()
                if has_portraits():
                    print_smile(person)
                print_latency(person)
                print_underruns(person)
        finally:
            server.stop()
            chromium.close()


def print_smile(person: Person) -> None:
    """From the smile to the reading, the tempo and the mode."""
    person.page.evaluate(probe("watch"))
    turn = "window.seen.findIndex((s, k) => s.mark > 200 && window.seen.slice(0, k).some((r) => r.mark < 50))"
    person.until(f"{turn} >= 0")
    rest = person.get(f"window.seen[{turn} - 1]")
    print(f"the resting face reads {rest['reads']}, plays {rest['mode']} at {rest['tempo_bpm']:.0f} a minute")
    person.page.wait_for_timeout(9500)
    since = f"window.seen.slice({turn})"
    begin_s = person.get(f"window.seen[{turn}].now_s")
    for what, condition in (
        ("reads happiness", "s.reads === 'happiness'"),
        ("tempo 8 a minute faster", f"s.tempo_bpm > {rest['tempo_bpm'] + 8}"),
        ("a brighter mode", f"s.mode !== '{rest['mode']}' && ['mixolydian', 'ionian', 'lydian'].includes(s.mode)"),
    ):
        found = person.get(f"{since}.find((s) => {condition})")
        print(
            f"smile → {what}: " + (f"{found['now_s'] - begin_s:.2f} s ({found['mode']})" if found else "not in 9.5 s")
        )


def print_latency(person: Person) -> None:
    """Camera to controller, as the page sees it."""
    person.page.wait_for_timeout(10_000)
    trip: dict[str, float] = person.get("i.view.roundTrip_ms")
    clocks: dict[str, Any] = person.get("i.view.clocks")
    latency = f"p50 {trip['p50']:.0f} ms, p95 {trip['p95']:.0f} ms"
    print(f"camera → controller: {latency}, {clocks['read_a_s']:.0f} pictures a second")


def print_underruns(person: Person) -> None:
    """Underruns of the sound, at rest and with the processor slowed down."""
    if not person.get("'playbackStats' in i.player.sound.context"):
        print("underruns: this browser does not count them")
        return
    for rate, seconds in ((1, QUIET_S), (THROTTLE, THROTTLED_S)):
        session = person.page.context.new_cdp_session(person.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        before = person.get(f"{STATS}(i.player.sound.context.playbackStats)")
        person.page.wait_for_timeout(1000 * seconds)
        after = person.get(f"{STATS}(i.player.sound.context.playbackStats)")
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        events, lost_ms = after[0] - before[0], 1000 * (after[1] - before[1])
        print(f"underruns in {seconds} s, processor slowed {rate}×: {events}, {lost_ms:.0f} ms in all")


if __name__ == "__main__":
    bench()
