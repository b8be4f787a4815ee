"""A face becomes expression coefficients: 52 with ARKit's names (Face → float32 (52,)).

A coefficient is 0 (the resting face) to 1 (the movement at its full). Left and right are the subject's own. The order
is that of MediaPipe's blendshape head without its first, `_neutral`; `tongueOut`, which no mesh of points can show,
stands last and is always 0.

What is read is the shape of the face turned to the front: 468 points and the irises in eye distances, less the
average face, or, where it is known, less the person's own resting one. A plane through each of these two kinds of
departure reads the left side; of the mirrored shape it reads the right side: left and right cannot be confused, by
construction.

The weights were learnt in `mien.lab.coefficients.train` from rendered heads, of which the truth is known, and from
photographs as the official MediaPipe head reads them; see `cards/models/coefficients.md`.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.cues.geometry import EYE_CORNERS, IRIS_CENTRE
from mien.errors import BadAsset
from mien.face.align import fit_pose, mean_mesh
from mien.nets import Floats, asset_path, read_asset
from mien.values import EYE_POINTS, MESH_POINTS, Face

_TOLD = """
browDown* browInnerUp browOuterUp* cheekPuff cheekSquint* eyeBlink* eyeLookDown* eyeLookIn* eyeLookOut* eyeLookUp*
eyeSquint* eyeWide* jawForward jawLeft jawOpen jawRight mouthClose mouthDimple* mouthFrown* mouthFunnel mouthLeft
mouthLowerDown* mouthPress* mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper
mouthSmile* mouthStretch* mouthUpperUp* noseSneer* tongueOut
"""
"""A star stands for two: Left, then Right."""

COEFFICIENTS: tuple[str, ...] = tuple(
    name.replace("*", side) for name in _TOLD.split() for side in (("Left", "Right") if name.endswith("*") else ("",))
)
"""Every coefficient, in the order of all arrays."""

OWN: tuple[str, ...] = tuple(n for n in COEFFICIENTS if not n.endswith("Right") and n != "tongueOut")
"""What is read of a shape: the left of each two, and what has no side."""

IRIS_POINTS = EYE_POINTS - IRIS_CENTRE
SHAPE_SIZE = MESH_POINTS * 3 + 2 * IRIS_POINTS * 2
"""Numbers of a shape: x, y, z of the mesh, then x, y of the irises, the right eye's first."""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Weights from a shape's departure to what `OWN` names: `kernel` float32 (s, own), `bias` float32 (own,)."""

    kernel: Floats
    bias: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """All weights: the `average` face float32 (s,), and planes for departures from it and from a person's own rest."""

    average: Floats
    unknown: Plane
    known: Plane

    def read(self, departures: Floats, own: bool) -> Floats:
        """Read departures float32 (n, s) from the average or the person's own rest: float32 (n, 52), 0..1."""
        plane = self.known if own else self.unknown
        left, right = (side @ plane.kernel + plane.bias for side in (departures, mirrored_shapes(departures)))
        return np.clip(joined(left, right), 0, 1)

    def rounded(self) -> "Planes":
        """The same as half precision holds them, in which they are kept."""

        def half(array: Floats) -> Floats:
            return array.astype(np.float16).astype(np.float32)

        unknown, known = (Plane(half(plane.kernel), half(plane.bias)) for plane in (self.unknown, self.known))
        return Planes(half(self.average), unknown, known)


def shape_of(face: Face) -> Floats:
    """The face turned to the front, float32 (`SHAPE_SIZE`,), in eye distances."""
    pose = fit_pose(face.points_px)
    frontal = pose.undo(face.points_px)
    irises = []
    for corners, eye in zip(EYE_CORNERS, face.eyes_px, strict=True):
        depth = np.full((IRIS_POINTS, 1), face.points_px[list(corners), 2].mean(), dtype=np.float32)
        irises.append(pose.undo(np.concatenate([eye[IRIS_CENTRE:], depth], axis=1))[:, :2])
    return np.concatenate([frontal.ravel(), np.concatenate(irises).ravel()])


def own_rest(seen: Sequence[Face]) -> Floats:
    """A person's own resting shape from some faces at rest: their median, float32 (`SHAPE_SIZE`,)."""
    return np.asarray(np.median([shape_of(face) for face in seen], axis=0), dtype=np.float32)


def read_coefficients(face: Face, rest: Floats | None = None) -> Floats:
    """Read all coefficients of a face.

    Parameters
    ----------
    face : as `mien.face.look` sees it
    rest : the person's own resting shape (`own_rest`); the average of many if None

    Returns
    -------
    float32 (52,), 0..1, in the order of `COEFFICIENTS`
    """
    planes = shipped_planes()
    shape = shape_of(face)[None]
    return np.asarray(planes.read(shape - (planes.average if rest is None else rest), rest is not None)[0])


def named_coefficients(values: Floats) -> Mapping[str, float]:
    """Coefficients float32 (52,) by name."""
    return dict(zip(COEFFICIENTS, values.tolist(), strict=True))


def mirrored_shapes(shapes: Floats) -> Floats:
    """Shapes, or departures, float32 (n, s), of the same faces in a mirror."""
    mesh = shapes[:, : MESH_POINTS * 3].reshape(len(shapes), MESH_POINTS, 3)[:, _twins()] * np.array(
        [-1, 1, 1], dtype=np.float32
    )
    eyes = shapes[:, MESH_POINTS * 3 :].reshape(len(shapes), 2, IRIS_POINTS, 2)[:, ::-1] * np.array(
        [-1, 1], dtype=np.float32
    )
    return np.concatenate([mesh.reshape(len(shapes), -1), eyes.reshape(len(shapes), -1)], axis=1)


def joined(left: Floats, right: Floats) -> Floats:
    """What was read of shapes and of their mirrored twins, both float32 (n, own) → float32 (n, 52)."""
    values = np.zeros((len(left), len(COEFFICIENTS)), dtype=np.float32)
    for column, name in enumerate(OWN):
        twin = name.removesuffix("Left") + "Right"
        if name.endswith("Left"):
            values[:, COEFFICIENTS.index(name)] = left[:, column]
            values[:, COEFFICIENTS.index(twin)] = right[:, column]
        else:
            values[:, COEFFICIENTS.index(name)] = (left[:, column] + right[:, column]) / 2
    return values


def mirrored_values(values: Floats) -> Floats:
    """Coefficients float32 (n, 52) of the same faces in a mirror."""
    swapped = {"Left": "Right", "Right": "Left"}
    ends = [next((end for end in swapped if name.endswith(end)), "") for name in COEFFICIENTS]
    twins = [n.removesuffix(e) + swapped[e] if e else n for n, e in zip(COEFFICIENTS, ends, strict=True)]
    return values[:, [COEFFICIENTS.index(twin) for twin in twins]]


def load_planes(path: Path) -> Planes:
    """Read weights (`.npz`) with their manifest.

    Raises
    ------
    BadAsset
        If the file is missing, damaged, or of other shapes or names than these.
    """
    content = read_asset(path)
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        held = {name: file[name] for name in file.files}
    if tuple(held["own"].tolist()) != OWN or held["average"].shape != (SHAPE_SIZE,):
        raise BadAsset(f"{path.name}: made for other coefficients or points than mien's; reinstall mien or train anew")
    unknown, known = (
        Plane(held[f"{name}_kernel"].astype(np.float32), held[f"{name}_bias"].astype(np.float32))
        for name in ("unknown", "known")
    )
    return Planes(held["average"].astype(np.float32), unknown, known)


@cache
def shipped_planes() -> Planes:
    """The weights that ship."""
    return load_planes(asset_path("mien.cues", "coefficients.npz"))


@cache
def _twins() -> NDArray[np.int64]:
    """For each point of the mesh the one that takes its place in a mirror, int64 (468,)."""
    mesh = mean_mesh()  # symmetric to rounding: the nearest to the reflection is the twin
    apart = np.linalg.norm(mesh[:, None] * np.array([-1, 1, 1], dtype=np.float32) - mesh[None], axis=2)
    return np.asarray(apart.argmin(axis=1))
