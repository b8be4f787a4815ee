"""The reading process: camera frames in, readings out, one at a time (bytes → JSON bytes).

It runs apart so that a hostile picture cannot harm a session, and so that reading takes another core than composing. It
decodes within limits, sees up to four faces, measures them, and, if asked to at its start, reads their expression:
without that, no module of `mien.affect` is loaded, which its first message proves. Expression coefficients, movements
by ARKit's names, are told if asked for; the reader reads those of a clear face anyway. Nothing is written, nothing is
kept. Frames arrive as the page sent them (`mien.live.frames`), answers (`mien.live.answers`) go back as JSON: nothing
is unpickled.
"""

import io
import json
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mien.cues.geometry import measure
from mien.errors import BadInput
from mien.face.look import look, look_close
from mien.face.pictures import decode
from mien.live.answers import AffectRow, Answer, Ready, affect_row, face_row
from mien.live.frames import MAX_PIXELS, CameraFrame, parse_frame
from mien.nets import Floats
from mien.values import Cues, Face, Frame

if TYPE_CHECKING:
    from mien.affect.network import Reader

MOST_FACES = 4
SMALLEST_SHARE = 0.06
"""A face narrower than this share of the picture is somebody in the background."""


def serve(
    connection: Connection, reads_affect: bool, weights: Path | None = None, with_coefficients: bool = False
) -> None:
    """Answer frames until the other side goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when it is over
    cv2.setNumThreads(1)
    reader = _warm(reads_affect, weights, with_coefficients)
    loaded = sorted(name for name in sys.modules if name.startswith("mien.affect"))
    try:
        ready: Ready = {"ready": True, "affect_modules": loaded}
        connection.send_bytes(json.dumps(ready).encode())
        while True:
            said = answer(parse_frame(connection.recv_bytes()), reader, with_coefficients)
            connection.send_bytes(json.dumps(said).encode())
    except (EOFError, OSError):
        return


def answer(frame: CameraFrame, reader: "Reader | None", with_coefficients: bool = False) -> Answer:
    """Read one frame, and measure how long each stage takes."""
    marks = [time.perf_counter()]

    def mark() -> None:
        marks.append(time.perf_counter())

    try:
        _check_size(frame.picture)
        rgb = decode(frame.picture, "frame").rgb
    except BadInput as error:
        return {"seq": frame.seq, "captured_s": frame.captured_s, "error": str(error)}
    mark()
    height, width = rgb.shape[:2]
    found = look(Frame(frame.captured_s, rgb), most=MOST_FACES)
    faces = [face for face in found if face.box_px[2] - face.box_px[0] >= SMALLEST_SHARE * width]
    mark()
    cues = [measure(face) for face in faces]
    coefficients = [_coefficients(face) if with_coefficients else None for face in faces]
    mark()
    affects = [_affect(reader, *measured) for measured in zip(faces, cues, coefficients, strict=True)]
    mark()
    stages = dict(zip(("decode", "face", "cues", "affect"), np.diff(marks).tolist(), strict=True))
    return {
        "seq": frame.seq,
        "captured_s": frame.captured_s,
        "size_px": [width, height],
        "faces": [
            face_row(*measured, (width, height)) for measured in zip(faces, cues, coefficients, affects, strict=True)
        ],
        "ms": {stage: round(1e3 * seconds, 2) for stage, seconds in stages.items()},
    }


def _warm(reads_affect: bool, weights: Path | None, with_coefficients: bool) -> "Reader | None":
    """Load every network and run it once."""
    face = look_close(Frame(0.0, np.zeros((48, 48, 3), dtype=np.uint8)))
    look(Frame(0.0, np.zeros((64, 64, 3), dtype=np.uint8)))
    reader = None
    if reads_affect:
        from mien.affect.network import Reader

        reader = Reader(weights)
        reader.read(face, measure(face))
    if with_coefficients or (reader and reader.closer):
        _coefficients(face)
    return reader


def _check_size(picture: bytes) -> None:
    """Refuse more pixels than a camera sends, before they are decoded."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "WEBP")) as image:
            width, height = image.size
    except Exception:  # decoders of hostile files fail in any way they like
        raise BadInput("frame: the picture is damaged") from None
    if width * height > MAX_PIXELS:
        raise BadInput(f"frame of {width}×{height} pixels: at most {MAX_PIXELS} are read; send a smaller picture")


def _coefficients(face: Face) -> Floats:
    from mien.cues.coefficients import read_coefficients

    return read_coefficients(face)


def _affect(reader: "Reader | None", face: Face, cues: Cues, coefficients: Floats | None) -> AffectRow | None:
    return affect_row(reader.explain(face, cues, coefficients)) if reader else None
