"""A picture's file becomes all that cleaning needs to know of it, in worker processes (path → `Seen`).

A picture is decoded once, at no more than `LOOK_PX`; faces are sought in the whole of it; where there is none, in the
whole with a margin around it (a face that fills a picture is easier to find with room), and then in overlapping tiles.
A worker keeps to one thread of OpenCV and LiteRT: there are as many workers as cores.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.cues.geometry import measure
from mien.data.pictures.hashes import Print, take_print
from mien.data.pictures.quality import drawn_of, eyes_apart, hidden_of, letters_of, sharpness_of
from mien.errors import BadInput, MienError
from mien.face.align import CHIP_EYES_PX
from mien.face.landmarks68 import landmarks68
from mien.face.look import look
from mien.face.pictures import MAX_BYTES, decode
from mien.nets import Floats
from mien.values import Face, Frame

LOOK_PX = 1280
"""A face of a tenth of that side is read in full; nothing is gained by more."""
MARGIN = 0.25
"""Of the long side, on each side, where the whole picture shows no face."""
TILES = (1, 2)
"""Levels of tiles to search where the whole picture shows no face, one after the other."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What numpy's linear algebra reads when it is loaded."""
QUEUE = 4
"""Pictures a worker that are under way at once."""


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """One face, lengths in pixels of the picture as it was before reduction; arrays as in the table `faces`."""

    box: tuple[float, float, float, float]
    score: float
    eyes_apart: float
    pose_deg: tuple[float, float, float]
    sharpness: float
    hidden: float
    points: Floats
    cues: Floats
    valid: NDArray[np.bool_]
    chip: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A picture that was looked at: its faces, the largest first, or the problem it has become."""

    sha256: str
    faces: tuple[SeenFace, ...] = ()
    print: Print | None = None
    drawn: float = 0.0
    letters: int = 0
    problem: str | None = None


def look_over(sha256: str, path: Path, width: int) -> Seen:
    """Look at one picture; `width` is its full width."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return Seen(sha256, problem="its copy has grown")
        rgb = decode(path.read_bytes(), path.name, LOOK_PX).rgb
    except OSError as cause:
        return Seen(sha256, problem=f"its copy cannot be read ({cause.strerror})")
    except BadInput as cause:
        return Seen(sha256, problem=f"its copy is damaged ({cause})")
    scale = width / rgb.shape[1]
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    found, margin = look(Frame(0.0, rgb)), 0
    if not found:
        margin = round(MARGIN * max(rgb.shape[:2]))
        found = look(Frame(0.0, _with_margin(rgb, margin)))
    for depth in TILES:
        if not found:
            found, margin = look(Frame(0.0, rgb), depth), 0
    faces = tuple(_seen(face, grey, scale, margin) for face in found)
    box = None
    if found:
        x0, y0, x1, y1 = (side - margin for side in found[0].box_px)
        box = (x0, y0, x1, y1)
    return Seen(sha256, faces, take_print(grey), drawn_of(rgb, box), letters_of(grey))


def _with_margin(rgb: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    wide = cv2.copyMakeBorder(rgb, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    return np.asarray(wide, dtype=np.uint8)


def _seen(face: Face, grey: NDArray[np.uint8], scale: float, margin: int) -> SeenFace:
    """A face in the picture's own pixels, `scale` for one of `grey`, which had a margin around it when it was seen."""
    points, cues = landmarks68(face) - np.float32(margin), measure(face)
    x0, y0, x1, y1 = (float((side - margin) * scale) for side in face.box_px)
    return SeenFace(
        box=(x0, y0, x1, y1),
        score=face.score,
        eyes_apart=eyes_apart(points) * scale,
        pose_deg=face.pose_deg,
        sharpness=sharpness_of(grey, points, face.chip_scale * CHIP_EYES_PX),
        hidden=hidden_of(face.chip),
        points=points * np.float32(scale),
        cues=cues.values,
        valid=cues.valid,
        chip=face.chip,
    )


Job = tuple[str, Path, int]


def look_over_all(jobs: Iterable[Job], workers: int) -> Iterator[Seen]:
    """Look at pictures in `workers` processes; results come as they are ready, in the order of the jobs.

    Raises
    ------
    MienError
        If a worker dies (for want of memory, or killed); what it had given is kept.
    """
    if workers == 1:
        _begin_worker()
        for job in jobs:
            yield look_over(*job)
        return
    under_way: list[Future[Seen]] = []
    with _one_thread_each(), ProcessPoolExecutor(workers, get_context("spawn"), _begin_worker) as pool:
        try:
            for job in jobs:
                under_way.append(pool.submit(look_over, *job))
                if len(under_way) >= workers * QUEUE:
                    yield under_way.pop(0).result()
            while under_way:
                yield under_way.pop(0).result()
        except BrokenProcessPool:
            raise MienError(
                "a worker died, for want of memory perhaps; call again to go on, with --workers 1 if it repeats"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that are started meanwhile keep to one thread of linear algebra."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin_worker() -> None:
    cv2.setNumThreads(1)
    if (parent := parent_process()) is not None:  # whoever is killed outright cannot send its workers home
        Thread(target=_leave_with, args=(parent.sentinel,), daemon=True).start()


def _leave_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
