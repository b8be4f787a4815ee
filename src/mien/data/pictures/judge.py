"""What was seen becomes marks: each picture by itself (rows → marks).

Limits are constants here, chosen by measurement; `python -m benchmarks.curating` prints the rates again. "drawn",
"text" and "covered" are guesses: they point out pictures worth a look, and a person overrules them. At `--count 40`,
London (512 px), Helen and AFW (256 px), FER2013 (48 px) in this order:

no fault       false alarms: none; in a sample of 60: text 0, 3, 0 %; of 1159 of FER+'s, covered 2 %, most by a hand
blurred        by .06 of the distance of the eyes 100, 98, 80 % marked, by .09 100, 92, 58 %, by .12 100, 72, 38 %; in
               nearly all others no face is found: in all 100 % from .09 on, 98 and 92 % of Helen's and FER2013's by .06
covered        half of the face: 82 to 98, 55 to 85, 18 to 78 % marked, or no face found: in all 82 to 98, 82 to 98,
               65 to 98 %; all of it: no face found, 98 to 100 %
drawn          flat drawings 100, 100, 93 %, inked 83, 43, 95 %, posterised 35, 25, 3 %; what a filter only softens or
               turns into pencil 3 to 20 %
text           captions 100, memes 100 and 83, quotes 100 and 78, watermarks 70 and 100, lines across the face 70 and
               73 % (London, Helen; 48 pixels hold no letters)
"""

import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

TINY_PX = 10.0
"""Distance of the eyes, were the face not turned. The reader was taught on faces of 18; of these one in a hundred has
less than 10."""
BLURRED, COVERED, DRAWN, LETTERS = 0.18, 0.2, 0.6, 5
"""Limits of `sharpness`, `hidden`, `drawn` and `letters` (`mien.data.pictures.quality`)."""
TURNED_DEG = 30.0
"""Yaw or pitch, as the table of marks says."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a picture; `other` is the picture that it is a copy of, if it is one."""

    sha256: str
    kind: str
    because: str
    other: str = ""


def judge(picture: sqlite3.Row, face: sqlite3.Row | None, faces: int) -> Iterator[Mark]:
    """Marks of one picture that was looked at: its row, the row of its largest face, and how many faces it has."""
    sha256 = picture["sha256"]
    if (picture["drawn"] or 0) > DRAWN:
        yield Mark(sha256, "drawn", f"drawn {picture['drawn']:.2f}: even paint, hard edges; up to {DRAWN:.2f} is usual")
    if (picture["letters"] or 0) > LETTERS:
        yield Mark(sha256, "text", f"about {picture['letters']} letters seem to stand in lines")
    if face is None:
        yield Mark(sha256, "no face", "neither the whole nor its parts show one")
        return
    if faces > 1:
        yield Mark(sha256, "several faces", f"{faces} faces")
    apart_px = face["eyes_apart"] / max(0.5, math.cos(math.radians(face["yaw"])))
    if apart_px < TINY_PX:
        yield Mark(sha256, "tiny", f"its eyes are {apart_px:.0f} pixels apart; {TINY_PX:.0f} are needed")
    elif face["sharpness"] < BLURRED:
        yield Mark(sha256, "blurred", f"sharpness {face['sharpness']:.2f}; {BLURRED:.2f} is needed")
    if (face["hidden"] or 0) > COVERED:
        yield Mark(sha256, "covered", f"hidden {face['hidden']:.2f}; up to {COVERED:.2f} is usual")
    turned = max(abs(face["yaw"]), abs(face["pitch"]))
    if turned > TURNED_DEG:
        yield Mark(sha256, "turned", f"by {turned:.0f} degrees")
