"""A running server, a Chromium with a pretended camera, and a person at the page."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from browser.film import make_film

from conftest import ROOT

PAGE = ROOT / "src" / "mien" / "app" / "page" / "index.html"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox",  # the tests may run as root
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000
"""A condition that does not come true within this is a failure; none is waited for longer than it takes."""
POLL_MS = 50


def probe(name: str) -> str:
    """The source of a function that is evaluated in the page (a file of `probes/`)."""
    source = (Path(__file__).parent / "probes" / f"{name}.js").read_text(encoding="utf-8")
    return source[source.index("\n") :].strip().removesuffix(";")


class Server:
    """`mien live` as a process, on a port of its own."""

    def __init__(self, sessions: int = 2, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.sessions, self.options = sessions, options
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def words(self) -> list[str]:
        """The command."""
        command = [sys.executable, "-m", "mien", "live", "--port", str(self.port), "--no-open"]
        return [*command, "--sessions", str(self.sessions), *self.options]

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(self.words(), cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert self._process.poll() is None, "the server ended at once"
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it as a person does."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=15)
            finally:
                self.kill()


class Person:
    """Someone at the page: `page` is Playwright's, `instrument` what its own code holds."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.complaints.append(message.text)

    def enter(self, url: str, mode: str = "emotion") -> "Person":
        """Open the page, agree, and wait until the server has answered."""
        self.page.goto(url)
        self.page.click(f"#enter-{mode}")
        self.until("i.view.link === 'open' && i.view.welcome")
        return self

    def play(self) -> "Person":
        """Press start and wait for sound."""
        self.until("i.view.sound === 'on'")
        self.page.click("#play")
        self.until("i.view.state.playing")
        self.until("i.player.sound.level() > 0.002")
        return self

    def get(self, expression: str) -> Any:
        """Evaluate an expression of the instrument `i`."""
        instrument = "document.querySelector('mien-page').instrument"
        return self.page.evaluate(f"(() => {{ const i = {instrument}; return {expression}; }})()")

    def until(self, condition: str) -> None:
        """Wait until a condition of the instrument `i` holds.

        Playwright's own way evaluates text in the page, which the page's Content-Security-Policy rightly forbids.
        """
        for _ in range(PATIENCE_MS // POLL_MS):
            if self.get(f"Boolean({condition})"):
                return
            self.page.wait_for_timeout(POLL_MS)
        view = self.get("JSON.stringify({ ...i.view, mapping: 0, reading: i.view.reading?.ms, welcome: 0, trail: 0 })")
        raise AssertionError(f"never: {condition}\n{view[:1500]}")

    def leave(self) -> None:
        """Say good-bye, so that the place is free for the next one."""
        if self.page.url.startswith("http"):
            self.page.evaluate("document.querySelector('mien-page')?.instrument.leave()")


@pytest.fixture(scope="package")  # its event loop must have ended before tests elsewhere run their own
def playwright() -> Iterator[Any]:
    if not PAGE.exists():
        pytest.skip("needs the built page: make page")
    if CHROMIUM is None:
        pytest.skip("needs Chromium on the path")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright (group dev)")
    with sync_api.sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("camera") / "film.mjpeg"
    make_film(path)
    return path


@pytest.fixture(scope="package")
def browser(playwright: Any, film: Path) -> Iterator[Any]:
    """A Chromium whose camera shows the film to whom it is allowed."""
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    running = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIET, *camera])
    yield running
    running.close()


@pytest.fixture(scope="package")
def server(playwright: Any) -> Iterator[Server]:
    running = Server()
    running.start()
    yield running
    running.stop()


@contextmanager
def visit(browser: Any, kind: type[Person] = Person, **options: Any) -> Iterator[Any]:
    """A person with a browser window of their own; the camera is allowed unless the options say otherwise."""
    context = browser.new_context(**{"permissions": ["camera"], "viewport": {"width": 1280, "height": 900}} | options)
    person = kind(context.new_page())
    try:
        yield person
    finally:
        person.leave()
        context.close()
