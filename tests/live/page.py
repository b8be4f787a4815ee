"""A Python client that plays the page: it speaks `docs/wire.md` over a real WebSocket to a real server."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from mien.live.frames import CameraFrame, frame_bytes

PATIENCE_S = 30.0
"""How long a test waits for what must come; it passes as soon as it comes."""


class Server:
    """A `mien live` of its own."""

    def __init__(self, *options: str) -> None:
        words = [sys.executable, "-m", "mien", "live", "--port", "0", "--no-open", *options]
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )
        assert self.process.stdout is not None
        self.address = next(word for word in self.process.stdout.readline().split() if word.startswith("http"))
        self.said: list[str] = []
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    @property
    def host(self) -> str:
        """Name with port."""
        return self.address.split("/")[2]

    def get(self, path: str, **headers: str) -> tuple[int, Any, bytes]:
        """Status, headers and body of a GET."""
        request = urllib.request.Request(f"http://{self.host}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def wait_said(self, words: str) -> str:
        """What the first group of some words holds, once the log has a line of them."""
        limit_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < limit_s:
            if found := next(filter(None, (re.search(words, line) for line in list(self.said))), None):
                return found.group(1)
            time.sleep(0.02)
        raise AssertionError(f"the log has no line of {words!r}; it says {self.said[-8:]}")

    def end(self) -> int:
        """Tell it to end, and wait."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """End it whatever it does."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            self.process.kill()
        self.process.wait()
        self._listening.join(5)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)


class Page:
    """One page. Messages are kept as they come; `wait` looks through them, then waits for more."""

    def __init__(self, server: Server, hello: dict[str, Any] | None = None, **options: Any) -> None:
        self._opened = contextlib.ExitStack()
        self.socket: ClientConnection = self._opened.enter_context(
            connect(
                f"ws://{server.host}/live",
                origin=options.pop("origin", f"http://{server.host}"),
                subprotocols=options.pop("subprotocols", ["mien.1"]),
                compression=None,
                **options,
            )
        )
        self.heard: list[dict[str, Any]] = []
        self._seq = 0
        self._at = 0
        self.send({"type": "hello", "protocol": 1, **(hello or {})})
        self.welcome = self.wait(lambda m: m["type"] == "welcome") if hello is not None else {}

    def send(self, message: dict[str, Any] | str | bytes) -> None:
        """Send a message as it is, or an object as JSON."""
        self.socket.send(json.dumps(message) if isinstance(message, dict) else message)

    def say(self, kind: str, **fields: Any) -> None:
        """Send a command."""
        self.send({"type": kind, **fields})

    def show(self, picture: bytes) -> int:
        """Send a camera frame; its number."""
        self._seq += 1
        self.send(frame_bytes(CameraFrame(self._seq, time.monotonic(), picture)))
        return self._seq

    def wait(self, wanted: Callable[[dict[str, Any]], Any], patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next message that is wanted."""
        limit_s = time.monotonic() + patience_s
        while True:
            while self._at < len(self.heard):
                message = self.heard[self._at]
                self._at += 1
                if wanted(message):
                    return message
            left_s = limit_s - time.monotonic()
            assert left_s > 0, f"not heard; last were {[m['type'] for m in self.heard[-8:]]}"
            with contextlib.suppress(TimeoutError):
                self.heard.append(json.loads(self.socket.recv(timeout=left_s)))

    def wait_for(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next message of a type, with these fields."""
        return self.wait(lambda m: m["type"] == kind and all(m.get(k) == v for k, v in fields.items()))

    def read(self, picture: bytes) -> dict[str, Any]:
        """Show a picture until a reading of it comes."""
        seq = self.show(picture)
        return self.wait(lambda m: m["type"] == "reading" and m["seq"] >= seq)

    def watch(self, picture: bytes, until: Callable[[dict[str, Any]], Any], rate_hz: float = 15.0) -> dict[str, Any]:
        """Show a picture again and again until a message is as wanted."""
        limit_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < limit_s:
            self.show(picture)
            with contextlib.suppress(AssertionError):
                return self.wait(until, 1 / rate_hz)
        raise AssertionError("not heard")

    def closed_with(self) -> int:
        """The code that the server closes the socket with."""
        try:
            self.wait(lambda _: False)
        except ConnectionClosed as closing:
            assert closing.rcvd is not None
            return closing.rcvd.code
        raise AssertionError("the socket was not closed")

    def leave(self) -> None:
        """Say good-bye, and wait until the place is free."""
        self.say("bye")
        assert self.closed_with() == 1000
        self.close()

    def close(self) -> None:
        """Go without a word."""
        self._opened.close()


@contextlib.contextmanager
def serving(*options: str) -> Iterator[Server]:
    """A server for a while."""
    server = Server(*options)
    try:
        yield server
    finally:
        server.close()


def camera_picture(rgb: np.ndarray, size: tuple[int, int] = (640, 480)) -> bytes:
    """A portrait as a camera would give it, JPEG."""
    width, height = size
    canvas = np.full((height, width, 3), 110, dtype=np.uint8)
    side = min(width, height)
    canvas[:side, (width - side) // 2 : (width + side) // 2] = cv2.resize(
        rgb, (side, side), interpolation=cv2.INTER_AREA
    )
    return cv2.imencode(".jpg", canvas[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
