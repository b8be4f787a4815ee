"""What the reading process would say of faces made up: in two places, with cues so many deviations away from rest."""

import numpy as np

from mien.circumplex import affect_of
from mien.cues.names import NAMES
from mien.cues.neutral import average_neutral
from mien.live.answers import AffectRow, FrameRow
from mien.values import Cues

LEFT, RIGHT = (0.1, 0.2, 0.3, 0.5), (0.6, 0.2, 0.85, 0.55)


def cues(time_s: float = 0.0, **changes: float) -> Cues:
    neutral = average_neutral()
    values = neutral.mean.copy()
    for name, deviations in changes.items():
        values[NAMES.index(name)] += deviations * neutral.spread[NAMES.index(name)]
    return Cues(time_s, values, np.ones(len(values), dtype=bool))


def answer(*faces: tuple[tuple[float, ...], Cues, AffectRow | None]) -> FrameRow:
    return {
        "seq": 0, "captured_s": 0.0, "size_px": [640, 480], "ms": {},
        "faces": [
            {
                "score": 0.9, "box": list(box), "pose_deg": [0, 0, 0], "points": [], "irises": [],
                "cues": [float(v) for v in own.values], "coefficients": None, "affect": affect,
            }
            for box, own, affect in faces
        ]
    }  # fmt: skip


def reading(emotion: str) -> AffectRow:
    affect = affect_of(emotion)
    return {
        "probs": list(affect.probs), "valence": affect.valence, "arousal": affect.arousal, "doubt": 0.1,
        "shares": [0.25] * 4, "worth": 0.95, "glance": None,
    }  # fmt: skip
