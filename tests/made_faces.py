"""Faces made of the example portrait, that differ by a bar over the mouth: classes that nobody else has."""

import numpy as np

from made_data import close_up
from mien.lab.training.corpus import cut
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
    chip = cut(close_up()[None]).chips[0].astype(np.float64)
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
