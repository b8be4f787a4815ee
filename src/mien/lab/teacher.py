"""The official expression head as a teacher: a picture → 52 coefficients (for training only, never shipped).

`face_landmarker.task` is MediaPipe's bundle (Apache-2.0): a second mesh of 478 points and a head that turns 146 of them
into ARKit-named coefficients 0..1. The mesh looks twice, the second time around what it found; the head gets the points
in frame pixels. Contracts: mesh RGB / 255 at 256 pixels, zero border, a square of the face × 1.5 turned by the eyes.

Reference: MediaPipe, "Face landmark detection guide" and the model card of Face Blendshapes V2.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import BadInput
from mien.face.find import find_faces
from mien.face.mesh import crop, first_square, next_square
from mien.nets import Floats, interpreter_of
from mien.values import MESH_POINTS

MESH_PX = 256
TEACHER_POINTS = 478
SMILES = (44, 45)
"""Places of mouthSmileLeft and mouthSmileRight among the coefficients."""

HEAD_POINTS = (
    *(0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80),
    *(81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153),
    *(154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249),
    *(251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314),
    *(317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382),
    *(384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466),
    *(468, 469, 470, 471, 472, 473, 474, 475, 476, 477),
)
"""Which of the 478 points the head asks for, in its order (the bundle's own contract)."""


class Teacher:
    """Reads the coefficients of the largest face of a picture.

    Raises
    ------
    BadInput
        If the bundle cannot be read.
    """

    def __init__(self, bundle: Path) -> None:
        try:
            with zipfile.ZipFile(bundle) as parts:
                mesh, head = (parts.read(f"{name}.tflite") for name in ("face_landmarks_detector", "face_blendshapes"))
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise BadInput(f"{bundle}: not a face landmarker bundle ({error}); give face_landmarker.task") from None
        self._mesh, self._head = interpreter_of(mesh), interpreter_of(head)

    def coefficients(self, rgb: NDArray[np.uint8]) -> Floats | None:
        """52 coefficients float32 (52,), 0..1; None where no face is found."""
        found = find_faces(rgb)
        if not found:
            return None
        square = first_square(found[0])
        for _ in range(2):
            to_frame = square.to_frame(MESH_PX)
            outputs = _run(self._mesh, crop(rgb, to_frame, MESH_PX))
            raw = next(output for output in outputs if output.size == TEACHER_POINTS * 3)
            points = raw.reshape(TEACHER_POINTS, 3)[:, :2] @ to_frame[:, :2].T + to_frame[:, 2]
            square = next_square(points[:MESH_POINTS])
        return np.asarray(_run(self._head, points[None, list(HEAD_POINTS)].astype(np.float32))[0].ravel())

    def smile(self, rgb: NDArray[np.uint8]) -> float | None:
        """Mean of both sides' smile, 0..1."""
        found = self.coefficients(rgb)
        return None if found is None else float(found[list(SMILES)].mean())


def _run(interpreter: Any, tensor: Floats) -> list[Floats]:
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], tensor)
    interpreter.invoke()
    return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]
