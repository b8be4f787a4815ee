"""A `mien live` for the time of a measurement, pages in Python that visit it, and the pictures they send."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from websockets.sync.client import ClientConnection, connect

from benchmarks.__main__ import frame_640

RATE_HZ = 15.0
"""Pictures a second that a page sends."""
WOBBLE_PX = 6
"""The portrait moves a little from frame to frame, or no controller would."""


class Server:
    """A `mien live` for the time of the measurement."""

    def __init__(self, *options: str) -> None:
        words = [sys.executable, "-m", "mien", "live", "--port", "0", "--no-open", *options]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        address = next(word for word in self.process.stdout.readline().split() if word.startswith("http"))
        self.host = address.split("/")[2]

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


def percentile(values: list[float], p: float) -> float:
    """A percentile, NaN of nothing."""
    return float(np.percentile(values, p)) if values else float("nan")
