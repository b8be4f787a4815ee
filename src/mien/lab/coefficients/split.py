"""Which faces teach the coefficients, which choose, which examine (Faces → masks; no keras here).

A group (a rendered person, a photograph and its near-duplicates, a portrayed person) is on one side only. A tenth
examines and is read once; a tenth chooses the epoch; the rest teaches. FER+'s validation split always examines.
"""

import numpy as np
from numpy.typing import NDArray

from mien.lab.coefficients.data import Faces

SPLIT_SEED = 52
EXAMINED_SHARE, CHOOSING_SHARE = 0.1, 0.1


def split(faces: Faces) -> dict[str, NDArray[np.bool_]]:
    """Masks bool (n,) of the rows to "learn", to "choose" and to "examine"."""
    drawn = np.random.default_rng(SPLIT_SEED).random(int(faces.group.max()) + 1)[faces.group]
    drawn = np.where(np.char.endswith(faces.kind, "-examined"), 0.0, drawn)
    examine = drawn < EXAMINED_SHARE
    choose = ~examine & (drawn < EXAMINED_SHARE + CHOOSING_SHARE)
    return {"learn": ~examine & ~choose, "choose": choose, "examine": examine}


def rest_places(faces: Faces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that show a rendered person whose rest is seen in another row, and those other rows, both int64 (m,)."""
    (rests,) = np.nonzero(faces.kind == "rest")
    groups, first = np.unique(faces.group[rests], return_index=True)
    (now,) = np.nonzero((faces.kind != "rest") & np.isin(faces.group, groups))
    return now, rests[first[np.searchsorted(groups, faces.group[now])]]
