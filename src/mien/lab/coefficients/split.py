"""Which faces teach the coefficients, which choose, which examine (Faces → masks; no keras here).

A group (a rendered person, a photograph and its near-duplicates, a portrayed person) is on one side only. A tenth
examines and is read once; a tenth chooses the epoch; the rest is learnt from. FER+'s validation split always examines.
"""

import numpy as np
from numpy.typing import NDArray

from mien.lab.coefficients.data import Faces
from mien.nets import Floats

SPLIT_SEED = 52
EXAMINED_SHARE, CHOOSING_SHARE = 0.1, 0.1


def split(faces: Faces) -> dict[str, NDArray[np.bool_]]:
    """Masks bool (n,) of the rows to "learn", to "choose" and to "examine"."""
    names, inverse = np.unique(faces.group, return_inverse=True)
    drawn = np.random.default_rng(SPLIT_SEED).random(len(names))[inverse]
    drawn = np.where(np.char.endswith(faces.kind, "-examined"), 0.0, drawn)
    examine = drawn < EXAMINED_SHARE
    choose = ~examine & (drawn < EXAMINED_SHARE + CHOOSING_SHARE)
    return {"learn": ~examine & ~choose, "choose": choose, "examine": examine}


def rests(faces: Faces) -> tuple[Floats, NDArray[np.bool_]]:
    """Each face's own rest, float32 (n, s), as another picture of the person shows it, and whether there is one."""
    found = np.zeros_like(faces.shapes)
    known = np.zeros(len(faces), dtype=bool)
    for i in np.flatnonzero(faces.kind == "rest"):
        own = (faces.group == faces.group[i]) & (faces.kind != "rest")
        found[own], known[own] = faces.shapes[i], True
    return found, known
