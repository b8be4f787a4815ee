"""Faces made of the example portrait, that differ by a bar: classes that nobody else has, and projects of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from data.pretended import pretend_face, pretend_source
from made_data import close_up
from mien.cues.geometry import measure
from mien.data.project import Project
from mien.face.landmarks68 import landmarks68
from mien.face.look import look_close_ups
from mien.vocabulary import EmotionClass

BARRED = (
    EmotionClass("open", 0.2, 0.1),
    EmotionClass("barred", -0.4, 0.3, {"mode": "phrygian", "tempo_bpm": 60}),
    EmotionClass("veiled", 0.1, -0.6),
)
ROWS = {"open": None, "barred": slice(44, 52), "veiled": slice(18, 30)}
"""Rows of the chip that a class's bar covers."""


def made_chips(n: int, seed: int = 5) -> dict[str, np.ndarray]:
    """Chips uint8 (n, 64, 64) of each of the `BARRED`, each face moved and lit a little otherwise."""
    rng = np.random.default_rng(seed)
    chip = next(look_close_ups(close_up()[None])).chip.astype(np.float64)
    made = {}
    for name, rows in ROWS.items():
        several = []
        for _ in range(n):
            one = np.roll(chip, rng.integers(-2, 3, 2), axis=(0, 1))
            if rows is not None:
                one[rows] = rng.uniform(190, 250)
            several.append(one * rng.uniform(0.8, 1.2) + rng.normal(0, 6, one.shape))
        made[name] = np.clip(several, 0, 255).astype(np.uint8)
    return made


def collected(
    folder: Path, classes: Sequence[EmotionClass], chips: Mapping[str, np.ndarray], *, seen: bool = False
) -> Path:
    """A project whose folders held these faces: chips uint8 (n, s, s) by the name of their class.

    With `seen` the faces are looked at, as collecting does: chip, cues and points are those of the pictures.
    """
    with Project.create(folder, classes) as project:
        pretend_source(project)
        for name, several in chips.items():
            for place, chip in enumerate(several):
                if not seen:
                    pretend_face(project, f"{name}-{place}", name, chip)
                    continue
                (face,) = look_close_ups(chip[None])
                cues, row = measure(face), pretend_face(project, f"{name}-{place}", name, face.chip)
                with project.change() as db:
                    db.execute(
                        "UPDATE faces SET cues = ?, valid = ?, points = ? WHERE id = ?",
                        (
                            cues.values.tobytes(),
                            cues.valid.astype(np.uint8).tobytes(),
                            landmarks68(face).tobytes(),
                            row,
                        ),
                    )
    return folder


def take_sides(project: Project, sides: Mapping[str, str]) -> None:
    """A split in place of the one there is: the side of each picture, by its sha256."""
    with project.change() as db:
        db.execute("DELETE FROM sides")
        db.executemany(
            "INSERT INTO sides (sha256, side, bundle) VALUES (?, ?, ?)",
            [(picture, side, picture) for picture, side in sides.items()],
        )
