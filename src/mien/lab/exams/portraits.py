"""Portraits with declared groups (london_ccby.npz) → how a reader reads them, seen as live pictures are seen.

The Face Research Lab London Set (DeBruine & Jones 2017): 102 people, neutral and smiling, colour, 512 pixels. A reading
is right if the wanted emotion comes first of all eight and the reader does not abstain; a portrait in which no face is
found is wrong. Groups are what the people declared of themselves; small ones have wide intervals.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.affect.network import Reader
from mien.cues.geometry import measure
from mien.face.look import look
from mien.lab.arrays import load_arrays
from mien.lab.exams import metrics
from mien.values import CANNOT_TELL, Affect, Frame
from mien.vocabulary import EMOTIONS

WANTED = {"happy": "happiness", "neutral": "neutral"}
"""The emotion that each label of the set must read as."""
TRAITS = ("gender", "ethnicity")
NO_FACE = "no face"
BLUR_PX = 20.0
"""Standard deviation of a heavy blur: a sixth of the distance of the eyes, 120 pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Portraits:
    """`jpegs` in the order of the file; `label`, `person`, and `groups` by trait, as arrays of text (n,)."""

    jpegs: tuple[bytes, ...]
    label: NDArray[np.str_]
    person: NDArray[np.str_]
    groups: dict[str, NDArray[np.str_]]

    def __len__(self) -> int:
        return len(self.jpegs)

    def pictures(self) -> Iterator[NDArray[np.uint8]]:
        """Each portrait decoded, uint8 (512, 512, 3), RGB."""
        for jpeg in self.jpegs:
            with Image.open(io.BytesIO(jpeg)) as picture:
                yield np.asarray(picture.convert("RGB"))


def load_portraits(path: Path, limit: int | None = None) -> Portraits:
    """Open the set; with a limit only that many, evenly spread.

    Raises
    ------
    BadInput
        If the file is not that set.
    """
    held = load_arrays(path, "jpeg", "offset", "label", "subject", *TRAITS)
    offset, n = held["offset"].astype(int), len(held["label"])
    chosen = np.linspace(0, n - 1, min(limit or n, n)).astype(int)
    jpegs = tuple(held["jpeg"][offset[i] : offset[i + 1]].tobytes() for i in chosen)
    label, person = (held[name][chosen].astype(str) for name in ("label", "subject"))
    return Portraits(jpegs, label, person, {trait: held[trait][chosen].astype(str) for trait in TRAITS})


def read_picture(reader: Reader, rgb: NDArray[np.uint8]) -> Affect | None:
    """The reading of the largest face, None if none is found."""
    seen = look(Frame(0.0, rgb))
    return reader.read(seen[0], measure(seen[0])) if seen else None


def examine_portraits(reader: Reader, portraits: Portraits) -> dict[str, Any]:
    """How each label reads, by declared group; and whether blurred and covered portraits are refused."""
    readings = [read_picture(reader, rgb) for rgb in portraits.pictures()]
    read = np.array([affect.reads_as if affect else NO_FACE for affect in readings])
    told: dict[str, Any] = {"portraits": len(read), "faces_found": int((read != NO_FACE).sum())}
    return told | by_label(portraits, read) | {"refused": refused(reader, portraits)}


def by_label(portraits: Portraits, read: NDArray[np.str_]) -> dict[str, Any]:
    """For each label, the share that is read as it must be, also by declared group; `read` as text (n,)."""
    told: dict[str, Any] = {}
    for label, emotion in WANTED.items():
        chosen = portraits.label == label
        if not chosen.any():
            continue
        right = read[chosen] == emotion
        told[label] = {"wanted": emotion, **metrics.share_of(right), "read_as": _counted(read[chosen])}
        for trait, groups in portraits.groups.items():
            mine = groups[chosen]
            told[label][trait] = {str(group): metrics.share_of(right[mine == group]) for group in np.unique(mine)}
    return told


def refused(reader: Reader, portraits: Portraits) -> dict[str, Any]:
    """Share refused (no face found, or "cannot tell") of clean, blurred and covered portraits."""
    outcomes: dict[str, list[bool]] = {"clean portraits": [], "heavily blurred": [], "fully covered": []}
    for rgb in portraits.pictures():
        seen = look(Frame(0.0, rgb))
        ways = {"clean portraits": rgb, "heavily blurred": np.asarray(cv2.GaussianBlur(rgb, (0, 0), BLUR_PX), np.uint8)}
        if seen:
            ways["fully covered"] = _cover(rgb, seen[0].box_px)
        for kind, picture in ways.items():
            affect = read_picture(reader, picture)
            outcomes[kind].append(affect is None or not affect.tells)
    return {kind: metrics.share_of(np.array(found)) for kind, found in outcomes.items() if found}


def _cover(rgb: NDArray[np.uint8], box_px: tuple[float, float, float, float]) -> NDArray[np.uint8]:
    """Hold a grey board before the face."""
    x0, y0, x1, y1 = (max(0, round(v)) for v in box_px)
    hidden = rgb.copy()
    hidden[y0:y1, x0:x1] = 90
    return hidden


def _counted(read: NDArray[np.str_]) -> dict[str, int]:
    return {name: int((read == name).sum()) for name in (*EMOTIONS, CANNOT_TELL, NO_FACE) if (read == name).any()}
