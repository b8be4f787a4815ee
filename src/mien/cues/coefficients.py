"""A face becomes expression coefficients: 52 with ARKit's names (Face → float32 (52,)).

A coefficient runs from 0 (the resting face) to 1 (the full movement). Left and right are the subject's own. The order
is that of MediaPipe's blendshape head without its first, `_neutral`; `tongueOut`, which no mesh of points can show,
comes last and is always 0.

A small network reads the two halves of the face's detail, the right one mirrored, and the face's shape turned to the
front: 468 points and the irises in eye distances, minus the average face. Both halves pass through the same network, so
left and right cannot be confused, by construction. A person's own rest, if known, is subtracted from the readings.

The network was trained in `mien.lab.coefficients` on rendered heads, whose truth is known, and on photographs as the
official MediaPipe head reads them: for real faces its scale is that head's. See `cards/models/coefficients.md`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mien.assets import asset_path
from mien.cues.geometry import EYE_CORNERS, IRIS_POINTS, to_front
from mien.errors import BadAsset
from mien.face.align import mean_mesh
from mien.nets import Floats, Network
from mien.values import DETAIL_PX, MESH_POINTS, Face

_TOLD = """
browDown* browInnerUp browOuterUp* cheekPuff cheekSquint* eyeBlink* eyeLookDown* eyeLookIn* eyeLookOut* eyeLookUp*
eyeSquint* eyeWide* jawForward jawLeft jawOpen jawRight mouthClose mouthDimple* mouthFrown* mouthFunnel mouthLeft
mouthLowerDown* mouthPress* mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper
mouthSmile* mouthStretch* mouthUpperUp* noseSneer* tongueOut
"""
"""A star stands for two names: Left, then Right."""

_SIDES = (("",), ("Left", "Right"))

COEFFICIENTS: tuple[str, ...] = tuple(
    told.replace("*", side) for told in _TOLD.split() for side in _SIDES[told[-1] == "*"]
)
"""Every coefficient, in the order of all arrays."""

SIDES_OF: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        told.removesuffix("*"): tuple(COEFFICIENTS.index(told.replace("*", side)) for side in _SIDES[told[-1] == "*"])
        for told in _TOLD.split()
    }
)
"""By name without a side: the places of every movement's coefficients, both sides if it has two."""

OWN: tuple[str, ...] = tuple(n for n in COEFFICIENTS if not n.endswith("Right") and n != "tongueOut")
"""What is read from a half: the left of each pair, and the coefficients without a side."""

_SINGLE = np.array([not name.endswith("Left") for name in OWN])
_LEFT = np.array([COEFFICIENTS.index(name) for name in OWN])
_RIGHT = np.array([COEFFICIENTS.index(n.removesuffix("Left") + "Right" if n.endswith("Left") else n) for n in OWN])
"""Where each of `OWN` goes, read from the left half and from the right."""

SHAPE_SIZE = MESH_POINTS * 3 + 2 * IRIS_POINTS * 2
"""Number of values in a shape: x, y, z of the mesh, then x, y of the irises, the right eye's first."""
HALF_PX = 64
"""Width of a half, from beyond the middle to the edge of the detail."""
LEAST_REACH = 0.2
"""However high a coefficient is at rest, at least this much remains for its movement."""


class CoefficientReader:
    """The network that reads coefficients.

    Parameters
    ----------
    path : its .tflite file, with its manifest beside it

    Raises
    ------
    BadAsset
        If a file is missing or damaged, or was made for other coefficients.
    """

    def __init__(self, path: Path) -> None:
        self._network = Network(path)
        if tuple(self._network.manifest.get("own", ())) != OWN:
            raise BadAsset(f"{path.name}: made for other coefficients than mien's; reinstall mien or train anew")

    def read(self, details: NDArray[np.uint8], shapes: Floats) -> Floats:
        """Read coefficients.

        Parameters
        ----------
        details : uint8 (n, 112, 112), as `Face.detail`
        shapes : float32 (n, s), as `shape_of` gives them

        Returns
        -------
        float32 (n, 52), 0..1
        """
        (told,) = self._network.named({"halves": halves_of(details), "shapes": sides_of(shapes)})
        return np.clip(joined(told[:, 0], told[:, 1]), 0, 1)


def shape_of(face: Face) -> Floats:
    """The face turned to the front, float32 (`SHAPE_SIZE`,), in eye distances."""
    _, mesh, irises = to_front(face)
    return np.concatenate([mesh.ravel(), irises[:, :, :2].ravel()])


def read_coefficients(face: Face) -> Floats:
    """Read all coefficients of a face, as `mien.face.look` sees it: float32 (52,), in the order of `COEFFICIENTS`."""
    return np.asarray(shipped_reader().read(face.detail[None], shape_of(face)[None])[0])


def own_rest(read: Sequence[Floats]) -> Floats:
    """A person's own rest, float32 (52,): the median of coefficients (52,) read from some pictures at rest."""
    return np.asarray(np.median(read, axis=0), dtype=np.float32)


def beyond_rest(values: Floats, rest: Floats) -> Floats:
    """Coefficients (…, 52) relative to the same person's rest: 0 at rest, 1 at the full movement."""
    return np.asarray(np.clip((values - rest) / np.maximum(1 - rest, LEAST_REACH), 0, 1), dtype=np.float32)


def named_coefficients(values: Floats) -> Mapping[str, float]:
    """Coefficients float32 (52,) by name."""
    return dict(zip(COEFFICIENTS, values.tolist(), strict=True))


def halves_of(details: NDArray[np.uint8]) -> Floats:
    """Details (n, 112, 112) as halves, the subject's left and the mirrored right: float32 (n, 2, 112, 64)."""
    edge = DETAIL_PX - HALF_PX
    return np.stack([details[:, :, edge:], details[:, :, ::-1][:, :, edge:]], axis=1).astype(np.float32)


def sides_of(shapes: Floats) -> Floats:
    """Departures of shapes (n, s) from the average face, and the same mirrored: float32 (n, 2, s)."""
    average = _average_shape()
    return np.stack([shapes - average, mirrored_shapes(shapes) - average], axis=1)


def mirrored_shapes(shapes: Floats) -> Floats:
    """Shapes, or departures, float32 (n, s), of the same faces mirrored."""
    mesh = shapes[:, : MESH_POINTS * 3].reshape(len(shapes), MESH_POINTS, 3)[:, _twins()] * np.array(
        [-1, 1, 1], dtype=np.float32
    )
    eyes = shapes[:, MESH_POINTS * 3 :].reshape(len(shapes), 2, IRIS_POINTS, 2)[:, ::-1] * np.array(
        [-1, 1], dtype=np.float32
    )
    return np.concatenate([mesh.reshape(len(shapes), -1), eyes.reshape(len(shapes), -1)], axis=1)


def joined(left: Floats, right: Floats) -> Floats:
    """The readings of shapes and of their mirrored twins, both float32 (n, own), joined: float32 (n, 52)."""
    values = np.zeros((len(left), len(COEFFICIENTS)), dtype=np.float32)
    values[:, _LEFT] = left
    values[:, _RIGHT] = right
    values[:, _LEFT[_SINGLE]] = (left[:, _SINGLE] + right[:, _SINGLE]) / 2
    return values


def mirrored_values(values: Floats) -> Floats:
    """Coefficients float32 (n, 52) of the same faces mirrored."""
    swapped = {"Left": "Right", "Right": "Left"}
    ends = [next((end for end in swapped if name.endswith(end)), "") for name in COEFFICIENTS]
    twins = [n.removesuffix(e) + swapped[e] if e else n for n, e in zip(COEFFICIENTS, ends, strict=True)]
    return values[:, [COEFFICIENTS.index(twin) for twin in twins]]


@cache
def shipped_reader() -> CoefficientReader:
    """The shipped network."""
    return CoefficientReader(asset_path("mien.cues", "coefficients.tflite"))


@cache
def _average_shape() -> Floats:
    """The shape of the average face, looking ahead, float32 (s,)."""
    mesh = mean_mesh()
    irises = np.stack(
        [np.repeat(mesh[list(corners), :2].mean(axis=0)[None], IRIS_POINTS, 0) for corners in EYE_CORNERS]
    )
    return np.concatenate([mesh.ravel(), irises.ravel()]).astype(np.float32)


@cache
def _twins() -> NDArray[np.int64]:
    """For each point of the mesh, the point that takes its place in a mirror, int64 (468,)."""
    mesh = mean_mesh()  # symmetric up to rounding: the point nearest to the reflection is the twin
    apart = np.linalg.norm(mesh[:, None] * np.array([-1, 1, 1], dtype=np.float32) - mesh[None], axis=2)
    return np.asarray(apart.argmin(axis=1))
