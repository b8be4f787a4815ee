"""Pictures become a film for the pretended camera (a motion JPEG, which Chromium plays for ever).

A mark in the upper left corner says what is shown: black for the resting face, white for the smile.
"""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.lab.performer.emotions import emotion
from mien.lab.performer.head import Head, load_head
from mien.lab.performer.perform import perform
from mien.lab.performer.stage import Stage

from conftest import ASTRONAUT, DATA, encoded, load_data

FPS = 30
"""At this rate Chromium plays a motion JPEG."""
REST_S, SMILE_S, FADE_S = 7.0, 11.0, 0.3
MARK_PX = 16
_SUBJECT = "001"


def has_portraits() -> bool:
    """Whether the portraits are at hand that a film of a smile is made of."""
    return (DATA / "london_ccby.npz").exists()


def make_film(path: Path) -> None:
    """Write the film: rest and smile in turns where the portraits are at hand, else the example picture."""
    if not has_portraits():
        path.write_bytes(_jpeg(_frame(cv2.imread(str(ASTRONAUT)), 0)) * FPS)
        return
    rest, smile = (_frame(_portrait(label), mark) for label, mark in (("neutral", 0), ("happy", 255)))
    fade = [cv2.addWeighted(rest, 1 - w, smile, w, 0) for w in np.linspace(0, 1, round(FADE_S * FPS) + 2)[1:-1]]
    there, back = b"".join(map(_jpeg, fade)), b"".join(map(_jpeg, fade[::-1]))
    path.write_bytes(_jpeg(rest) * round(REST_S * FPS) + there + _jpeg(smile) * round(SMILE_S * FPS) + back)


def has_performer() -> bool:
    """Whether the head is at hand that a performer is rendered from."""
    return (DATA / "ict_face.npz").exists()


PERFORMED = (
    ("rest", {}, 8.0),
    ("happy", emotion("happiness"), 3.0),
    ("sad", emotion("sadness"), 3.0),
    ("angry", emotion("anger"), 3.0),
    ("neutral", {}, 2.0),
    ("blink", {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}, 0.2),
    ("rest", {}, 1.0),
    ("look", {"eyeLookInLeft": 0.8, "eyeLookOutRight": 0.8}, 0.4),
    ("rest", {}, 1.0),
    ("wink", {"eyeBlinkLeft": 1.0}, 0.6),
    ("rest", {}, 1.0),
)
"""What the performer does, as coefficients, and for how many seconds."""
BLACK, MARK_STEP = 16, 20
"""The mark's grey of the first of them, and how much brighter each one after it is; Chromium takes 16 to 235 for all
there is between black and white."""


def make_performance(path: Path) -> None:
    """Write the film of a rendered performer, who does `PERFORMED` again and again."""
    head = load_head(DATA / "ict_face.npz")
    frames: list[bytes] = []
    before: dict[str, float] = {}
    for number, (_, moved, seconds) in enumerate(PERFORMED):
        count = round(seconds * FPS)
        fade = min(4, count // 3)
        for step in range(1, fade + 1):
            share = step / (fade + 1)
            between = {
                name: (1 - share) * before.get(name, 0.0) + share * moved.get(name, 0.0) for name in before | moved
            }
            frames.append(_jpeg(_performed(head, between, BLACK + number * MARK_STEP)))
        frames += [_jpeg(_performed(head, moved, BLACK + number * MARK_STEP))] * (count - fade)
        before = dict(moved)
    path.write_bytes(b"".join(frames))


def _performed(head: Head, moved: Mapping[str, float], mark: int) -> NDArray[np.uint8]:
    frame = np.ascontiguousarray(
        perform(head, Stage(coefficients=moved, size_px=(640, 480), face_px=200)).rgb[..., ::-1]
    )
    frame[:MARK_PX, :MARK_PX] = mark
    return frame


def _portrait(label: str) -> NDArray[np.uint8]:
    london = load_data("london_ccby.npz")
    (index,) = np.flatnonzero((london["subject"] == _SUBJECT) & (london["label"] == label))
    return cv2.imdecode(np.frombuffer(encoded(london, int(index)), np.uint8), cv2.IMREAD_COLOR)


def _frame(picture: NDArray[np.uint8], mark: int) -> NDArray[np.uint8]:
    """A square picture in the middle of a camera's frame."""
    frame = np.full((480, 640, 3), 128, np.uint8)
    frame[:, 80:560] = cv2.resize(picture, (480, 480), interpolation=cv2.INTER_AREA)
    frame[:MARK_PX, :MARK_PX] = mark
    return frame


def _jpeg(frame: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
