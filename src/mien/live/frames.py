"""A binary message of the page → a camera frame, checked before anything is decoded (bytes ↔ `CameraFrame`).

The layout is that of `docs/wire.md`: 16 bytes little-endian (version, kind, sequence number, capture time on the page's
clock in seconds), then a JPEG or WebP. The same bytes go on to the reading process.
"""

import math
import struct
from dataclasses import dataclass

from mien.errors import BadInput

HEAD = struct.Struct("<BBHId")
VERSION, CAMERA_FRAME = 1, 1
MAX_BYTES = 2**20
MAX_PIXELS = 2_100_000
"""A little more than 1920×1080."""


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """A frame as it came: `picture` is undecoded, `captured_s` is on the page's clock."""

    seq: int
    captured_s: float
    picture: bytes


def parse_frame(message: bytes) -> CameraFrame:
    """Read a binary message.

    Raises
    ------
    BadInput
        If it is no frame, of another version, too large, or holds neither JPEG nor WebP.
    """
    if len(message) > MAX_BYTES:
        raise BadInput(f"frame of {len(message)} bytes: at most {MAX_BYTES} are read; send a smaller picture")
    if len(message) <= HEAD.size:
        raise BadInput(f"frame of {len(message)} bytes: a head of {HEAD.size} bytes and a picture are wanted")
    version, kind, _, seq, captured_s = HEAD.unpack_from(message)
    if (version, kind) != (VERSION, CAMERA_FRAME):
        raise BadInput(f"frame of version {version}, kind {kind}: {VERSION} and {CAMERA_FRAME} are understood")
    if not math.isfinite(captured_s):
        raise BadInput("frame: its capture time is not a finite number of seconds")
    picture = message[HEAD.size :]
    if not (picture[:3] == b"\xff\xd8\xff" or (picture[:4] == b"RIFF" and picture[8:12] == b"WEBP")):
        raise BadInput("frame: neither JPEG nor WebP; send one of them")
    return CameraFrame(seq, captured_s, picture)


def frame_bytes(frame: CameraFrame) -> bytes:
    """The message of a frame."""
    return HEAD.pack(VERSION, CAMERA_FRAME, 0, frame.seq, frame.captured_s) + frame.picture
