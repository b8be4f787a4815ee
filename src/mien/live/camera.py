"""A camera of this machine → camera frames, without a browser (device → `CameraFrame` messages).

One thread takes pictures at a steady pace, reduces them and hands them on as the page would send them. A device is
read as fast as it films, and what comes too soon is left out: what waits in a driver's queue grows old. A file is read
as fast as life, and begins again at its end. A camera that fails or falls silent is let go and opened again every
`RETRY_S`, for as long as it takes: for installations that run unattended. A camera may come later too; a video that
cannot be opened is refused at the start (`check_source`).
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.clock import Clock, WallClock
from mien.errors import BadInput
from mien.live.frames import CameraFrame, frame_bytes

RATE_HZ = 15.0
WIDTH_PX = 640
QUALITY = 80
RETRY_S = 2.0
QUIET = "-8"
"""FFmpeg's AV_LOG_QUIET."""

log = logging.getLogger(__name__)


class Source(Protocol):
    """What pictures come from, as `cv2.VideoCapture` is."""

    def read(self) -> tuple[bool, NDArray[np.uint8]]:
        """Whether there was a picture, and the picture, BGR (h, w, 3)."""
        ...

    def release(self) -> None:
        """Let it go."""
        ...


def check_source(name: str) -> None:
    """Refuse a video that is not there, or is none; a camera (its number, device or address) and a pipe may come later.

    Raises
    ------
    BadInput
        If the video cannot be opened.
    """
    path = Path(name)
    if name.isdecimal() or name.startswith("/dev/") or "://" in name or path.is_fifo():
        return
    source = open_source(name)
    if source is None:
        cause = "is a folder" if path.is_dir() else "cannot be read as a video" if path.exists() else "no such file"
        raise BadInput(f"--camera {name}: {cause}; give the number of a camera, 0 the first, or the path of a video")
    moves = source.read()[0] and source.read()[0]
    source.release()
    if not moves:
        raise BadInput(f"--camera {name}: a single picture, no video; mien play {name} plays it")


def open_source(name: str) -> Source | None:
    """Open a camera by its number, its device or its address, or a video by its path; None if it is not there."""
    # it would complain at every try; whoever opens says that nothing is there
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", QUIET)
    source = cv2.VideoCapture(int(name) if name.isdecimal() else name)
    if not source.isOpened():
        source.release()
        return None
    return source  # type: ignore[return-value]


class Camera:
    """Films until closed.

    Parameters
    ----------
    name : what `open_source` opens.
    on_frame : called with each frame as a message of `docs/wire.md`, from the camera's thread.
    on_change : called with whether the camera is there, at first and when that changes.
    opener : how a source is opened.
    retry_s : how long to wait before a lost camera is tried again.
    clock : when a picture is due; a frame's time is that of the machine.
    """

    def __init__(
        self,
        name: str,
        on_frame: Callable[[bytes], None],
        on_change: Callable[[bool], None],
        opener: Callable[[str], Source | None] = open_source,
        retry_s: float = RETRY_S,
        clock: Clock | None = None,
    ) -> None:
        self._name = name
        self._clock = clock or WallClock()
        self._is_file = Path(name).is_file()
        self._on_frame = on_frame
        self._on_change = on_change
        self._opener = opener
        self._retry_s = retry_s
        self._is_there: bool | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mien-camera", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop filming; a driver that hangs is left behind."""
        self._over.set()
        self._thread.join(2 * RETRY_S)

    def _run(self) -> None:
        number = 0
        while not self._over.is_set():
            before = number
            try:
                number = self._use(number)
                if self._is_file and number > before:
                    continue
            except Exception:  # an empty picture, a driver's own: it is tried again like one that went away
                log.exception("camera %s failed", self._name)
            self._tell(False)
            self._over.wait(self._retry_s)

    def _use(self, number: int) -> int:
        """Film with the camera, if it is there, until it fails; the number of the last frame."""
        source = self._opener(self._name)
        if source is None:
            return number
        self._tell(True)
        try:
            return self._film(source, number)
        finally:
            source.release()

    def _tell(self, is_there: bool) -> None:
        """Tell a change; that it is closed by us is none."""
        if is_there != self._is_there and not self._over.is_set():
            self._is_there = is_there
            self._on_change(is_there)

    def _film(self, source: Source, number: int) -> int:
        """Film until the source fails; the number of the last frame."""
        due_s = self._clock.now_s
        while not self._over.is_set():
            is_there, picture = source.read()
            if not is_there:
                return number
            captured_s = time.monotonic()
            now_s = self._clock.now_s
            if now_s < due_s - 0.5 / RATE_HZ:
                if not self._is_file:
                    continue
                self._clock.wait(due_s - now_s)
            due_s = max(due_s + 1 / RATE_HZ, now_s)
            number += 1
            self._on_frame(frame_bytes(CameraFrame(number, captured_s, _jpeg(picture))))
        return number


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    height, width = picture.shape[:2]
    if width > WIDTH_PX:
        size = (WIDTH_PX, round(height * WIDTH_PX / width))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
