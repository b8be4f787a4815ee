"""A camera of this machine → camera frames, without a browser (device → `CameraFrame` messages).

One thread takes pictures at a steady pace, reduces them and hands them on as the page would send them. A device is
read as fast as it films, and what comes too soon is left out: what waits in a driver's queue grows old. A file is shown
as fast as life by its own time stamps, whatever its frame rate, and begins again at its end. A camera that fails or
falls silent is let go and opened again every `RETRY_S`, for as long as it takes: for installations that run unattended.
A camera may come later too; a video that cannot be opened is refused at the start (`check_source`).
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
LONGEST_WAIT_S = 0.1
"""So often a wait for a picture's time looks whether it is over."""
QUIET = "-8"
"""FFmpeg's AV_LOG_QUIET."""

log = logging.getLogger(__name__)


class Source(Protocol):
    """What pictures come from, as `cv2.VideoCapture` is."""

    def grab(self) -> bool:
        """Take the next picture; False if there is none."""
        ...

    def retrieve(self) -> tuple[bool, NDArray[np.uint8]]:
        """Whether the picture that was taken can be read, and the picture, BGR (h, w, 3)."""
        ...

    def get(self, what: int, /) -> float:
        """A property, as `cv2.CAP_PROP_POS_MSEC`: where in its file the picture that was taken stands."""
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
    moves = source.grab() and source.grab()
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
        if self._is_file:
            return self._show(source, number)
        due_s = self._clock.now_s
        while not self._over.is_set() and source.grab():
            now_s = self._clock.now_s
            if now_s < due_s - 0.5 / RATE_HZ:
                continue
            due_s = max(due_s + 1 / RATE_HZ, now_s)
            if not self._hand_on(source, number + 1):
                break
            number += 1
        return number

    def _show(self, source: Source, number: int) -> int:
        """Show a video to its end, each picture at its own time; pictures that come too soon, or whose successor is
        due already, are left out. The number of the last frame."""
        begun_s = self._clock.now_s
        first_s, at_s, length_s, due_s = None, 0.0, 1 / RATE_HZ, 0.0
        while not self._over.is_set() and source.grab():
            stamp_s = source.get(cv2.CAP_PROP_POS_MSEC) / 1000
            if first_s is None:
                first_s = stamp_s
            elif stamp_s - first_s > at_s:
                length_s, at_s = stamp_s - first_s - at_s, stamp_s - first_s
            else:  # a file without time stamps: at the pace of the pictures that are handed on
                at_s += length_s
            if at_s < due_s - 0.25 / RATE_HZ:  # room for stamps that are rounded to milliseconds
                continue
            self._wait_until(begun_s + at_s)
            if not self._hand_on(source, number + 1):
                break
            number += 1
            due_s = max(due_s + 1 / RATE_HZ, self._clock.now_s - begun_s)
        self._wait_until(begun_s + at_s + length_s)  # the last picture has its time too
        return number

    def _wait_until(self, time_s: float) -> None:
        """Wait until a time, or until closed."""
        while not self._over.is_set() and (left_s := time_s - self._clock.now_s) > 0:
            self._clock.wait(min(left_s, LONGEST_WAIT_S))

    def _hand_on(self, source: Source, number: int) -> bool:
        """Hand on the picture that was taken; False if it cannot be read."""
        captured_s = time.monotonic()
        is_there, picture = source.retrieve()
        if is_there:
            self._on_frame(frame_bytes(CameraFrame(number, captured_s, _jpeg(picture))))
        return is_there


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    height, width = picture.shape[:2]
    if width > WIDTH_PX:
        size = (WIDTH_PX, round(height * WIDTH_PX / width))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
