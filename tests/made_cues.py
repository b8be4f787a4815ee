"""Cues of nobody's face: every one at the middle of its range, or a share of the range away from it."""

import numpy as np

from mien.cues.names import CUES
from mien.values import Cues

RANGE = np.array([cue.high - cue.low for cue in CUES])
REST = np.array([(cue.high + cue.low) / 2 for cue in CUES])


def cues_at(time_s: float, moved: float = 0.0, valid: bool = True) -> Cues:
    """All cues at the middle of their range, moved by a share of it."""
    values = REST + moved * RANGE if valid else np.zeros(len(CUES))
    return Cues(time_s, values.astype(np.float32), np.full(len(CUES), valid))
