"""A video file becomes frames at a steady pace (path → iterator of Frame).

Frames are taken by their own time stamps, about `1 / rate_hz` seconds apart; those in between are skipped, so that a
long video is read in constant memory. Limits are checked before anything is decoded.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mien.errors import BadInput
from mien.face.pictures import MAX_PIXELS
from mien.values import Frame

SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg")
"""File name suffixes of videos."""
MAX_SECONDS = 3600.0
TOO_LONG = f"longer than {MAX_SECONDS:.0f} seconds; cut the video first"
RATE_HZ = 5.0
"""Readings per second: moods change over seconds, not frames."""


def is_video(path: Path) -> bool:
    """Whether a file has a video's name."""
    return path.suffix.lower() in SUFFIXES


def frames_of(path: Path, rate_hz: float = RATE_HZ) -> Iterator[Frame]:
    """Yield the frames of a video, each with its time in seconds from the first.

    Raises
    ------
    BadInput
        If the file is missing, not a video, longer than an hour, or its picture is too large.
    """
    if not path.is_file():
        raise BadInput(f"{path}: no such file; give a video ({', '.join(SUFFIXES)})")
    video = cv2.VideoCapture(str(path))
    try:
        _check(video, path)
        due_s, count = 0.0, 0
        while video.grab():
            time_s = max(0.0, video.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            if time_s > MAX_SECONDS:
                raise BadInput(f"{path}: {TOO_LONG}")
            if time_s + 1e-6 < due_s:
                continue
            ok, picture = video.retrieve()
            if ok:
                count += 1
                due_s = (math.floor(time_s * rate_hz + 1e-6) + 1) / rate_hz
                yield Frame(time_s, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8))
        if not count:
            raise BadInput(f"{path}: no frame of this video can be decoded")
    finally:
        video.release()


def _check(video: cv2.VideoCapture, path: Path) -> None:
    width, height = video.get(cv2.CAP_PROP_FRAME_WIDTH), video.get(cv2.CAP_PROP_FRAME_HEIGHT)
    if not video.isOpened() or not width or not height:
        raise BadInput(f"{path}: not a video, whatever its name says; give one of {', '.join(SUFFIXES)}")
    if width * height > MAX_PIXELS:
        raise BadInput(f"{path}: {width:.0f}×{height:.0f} pixels; up to {MAX_PIXELS // 10**6} million are read")
    rate_hz, count = video.get(cv2.CAP_PROP_FPS), video.get(cv2.CAP_PROP_FRAME_COUNT)
    if rate_hz > 0 and count / rate_hz > MAX_SECONDS:  # as the file claims; the frames' own times are checked too
        raise BadInput(f"{path}: {TOO_LONG}")
