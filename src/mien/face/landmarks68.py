"""The mesh in the 68-point scheme (Face → float32 (68, 2)).

The scheme (Multi-PIE, iBUG 300-W; Sagonas et al. 2013) counts jaw 0–16, brows 17–26, nose 27–35, eyes 36–47, mouth
48–67, from the subject's right to left. It is a fixed choice of mesh points, so it needs no weights trained on data
that exclude commercial use. Nose wings were chosen by the smallest median distance on half of Helen's training faces,
the rest is the customary choice. The jaws of the two schemes differ by construction (the mesh follows the skull, the
scheme the visible outline): the jaw is given for completeness and not measured.
"""

import numpy as np

from mien.nets import Floats
from mien.values import Face

MESH_OF_68 = (
    *(162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389),  # jaw
    *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300),  # brows
    *(168, 197, 5, 4, 240, 97, 2, 326, 460),  # nose
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),  # eyes
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181),  # outer lips
    *(78, 82, 13, 312, 308, 317, 14, 87),  # inner lips
)
"""Mesh index of each of the 68 points."""

PARTS = {
    "jaw": slice(0, 17),
    "brows": slice(17, 27),
    "nose": slice(27, 36),
    "eyes": slice(36, 48),
    "mouth": slice(48, 68),
}


def landmarks68(face: Face) -> Floats:
    """The face's 68 points, float32 (68, 2), frame pixels."""
    return np.asarray(face.points_px[list(MESH_OF_68), :2], dtype=np.float32)
