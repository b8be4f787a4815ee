"""Pictures become a file: one as PNG or JPEG, many as a video (iterator of uint8 (h, w, 3) → file).

`.mp4` holds MPEG-4 Part 2, written by OpenCV, which every player and our own reader opens, but browsers do not. For a
browser's fake camera take `.mjpeg` (JPEG pictures one after the other) or `.y4m` (YUV4MPEG2: raw, 4:2:0, BT.601).
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.errors import BadInput, CannotWrite

Pictures = Iterable[NDArray[np.uint8]]

STILLS = (".png", ".jpg", ".jpeg")
JPEG_QUALITY = 92


def write_still(path: Path, rgb: NDArray[np.uint8]) -> None:
    """Write one picture."""
    path.write_bytes(_encoded(path.suffix.lower(), rgb))


def write_film(path: Path, pictures: Pictures, rate_hz: float) -> None:
    """Write a video of the kind that its name gives (`FILMS`); sides must be even."""
    FILMS[path.suffix.lower()](path, pictures, rate_hz)


def check_name(path: Path) -> None:
    """Refuse a name that cannot be written, before anything is rendered.

    Raises
    ------
    BadInput
        If the name is not of a known kind.
    """
    kinds = (*STILLS, *FILMS)
    if path.suffix.lower() not in kinds:
        raise BadInput(f"--out {path.name}: name a picture or a video, one of {', '.join(kinds)}")


def _mp4(path: Path, pictures: Pictures, rate_hz: float) -> None:
    writer: cv2.VideoWriter | None = None
    try:
        for rgb in pictures:
            if writer is None:
                size = (rgb.shape[1], rgb.shape[0])
                writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), rate_hz, size)
                if not writer.isOpened():
                    raise CannotWrite(f"{path.name}: OpenCV cannot write video here; try --out NAME.mjpeg")
            writer.write(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    finally:
        if writer is not None:
            writer.release()


def _mjpeg(path: Path, pictures: Pictures, rate_hz: float) -> None:  # noqa: ARG001 (the kind holds no rate)
    with path.open("wb") as file:
        for rgb in pictures:
            file.write(_encoded(".jpg", rgb))


def _y4m(path: Path, pictures: Pictures, rate_hz: float) -> None:
    with path.open("wb") as file:
        for i, rgb in enumerate(pictures):
            if i == 0:
                height, width = rgb.shape[:2]
                rate = f"{round(rate_hz * 1000)}:1000"
                file.write(f"YUV4MPEG2 W{width} H{height} F{rate} Ip A1:1 C420jpeg\n".encode())
            file.write(b"FRAME\n" + cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420).tobytes())


FILMS: Mapping[str, Callable[[Path, Pictures, float], None]] = MappingProxyType(
    {".mp4": _mp4, ".mjpeg": _mjpeg, ".y4m": _y4m}
)
"""Kinds of video by file suffix."""


def _encoded(kind: str, rgb: NDArray[np.uint8]) -> bytes:
    quality = [] if kind == ".png" else [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return bytes(cv2.imencode(kind, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), quality)[1].tobytes())
