"""The official reading of a face: MediaPipe's mesh of 478 points and its blendshape head (picture → float32 (52,)).

It is a teacher and a yardstick for our own coefficients. It is read from the bundle `face_landmarker.task` (a zip,
Apache-2.0) and does not ship. Contracts: the mesh takes a crop of 256 pixels, made like ours of 192 (`mien.face.mesh`:
box × 1.5, level with the eyes, RGB / 255, bilinear, zero border); the head takes 146 of its points in picture pixels
and returns 52 numbers, `_neutral` first. It must only be given points from this mesh.

References: Kartynnik et al. 2019; MediaPipe, face_blendshapes_graph.cc (which points, in which order).
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import BadInput
from mien.face.mesh import crop, next_square
from mien.nets import Floats, open_interpreter
from mien.values import MESH_POINTS

MESH_PX = 256
ALL_POINTS = 478
ROUNDS = 2
"""The mesh looks again around what it found, as it would in a video."""

READ_POINTS = (
    *(0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80),
    *(81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153),
    *(154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249),
    *(251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314),
    *(317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382),
    *(384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, *range(468, 478)),
)
"""The points that the blendshape head reads."""


class Teacher:
    """Reads faces with the official bundle, on one thread.

    Parameters
    ----------
    bundle : path of `face_landmarker.task`

    Raises
    ------
    BadInput
        If the file is not that bundle.
    """

    def __init__(self, bundle: Path) -> None:
        try:
            with zipfile.ZipFile(bundle) as parts:
                self._mesh = open_interpreter(parts.read("face_landmarks_detector.tflite"))
                self._head = open_interpreter(parts.read("face_blendshapes.tflite"))
        except (OSError, KeyError, zipfile.BadZipFile) as cause:
            raise BadInput(f"{bundle}: not the bundle face_landmarker.task ({cause})") from None

    def read(self, rgb: NDArray[np.uint8], points_px: Floats) -> tuple[Floats, float]:
        """Read the face that lies under our mesh's points float32 (468, 3).

        Returns
        -------
        coefficients : float32 (52,), in the order of `mien.cues.coefficients`
        score : 0..1, the mesh's belief that this is a face
        """
        points, score = points_px, 0.0
        for _ in range(ROUNDS):
            to_frame = next_square(points[:MESH_POINTS]).to_frame(MESH_PX)
            raw, logit, *_ = _run(self._mesh, crop(rgb, to_frame, MESH_PX))
            flat = raw.reshape(ALL_POINTS, 3)[:, :2] @ to_frame[:, :2].T + to_frame[:, 2]
            points = np.concatenate([flat, np.zeros((ALL_POINTS, 1))], axis=1).astype(np.float32)
            score = float(1 / (1 + np.exp(-logit.ravel()[0])))
        (answer,) = _run(self._head, points[None, list(READ_POINTS), :2])
        return np.append(answer[1:], np.float32(0)), score  # without _neutral, with tongueOut


def _run(network: Any, given: Floats) -> list[Floats]:
    network.set_tensor(network.get_input_details()[0]["index"], given)
    network.invoke()
    return [network.get_tensor(told["index"]) for told in network.get_output_details()]
