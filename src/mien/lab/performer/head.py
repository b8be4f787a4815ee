"""A morphable head: identity and expression → points in space (the file `ict_face.npz`, or any of its layout).

The layout (ICT FaceKit Light, MIT): `neutral` (v, 3), `identity` (m, v, 3) and `expression` (e, v, 3) with
`expression_names` (ARKit's names, `_L` and `_R` the subject's own), `quads`, ranges of parts (`part_names`,
`part_vertices`, `part_quads`), `iris_vertices`, `landmarks68`. A face = neutral + Σ identity + Σ expression.

Points here are float32 (v, 3) in centimetres: x to the picture's right, y down, z away from the viewer. Lashes,
lacrimal and the films over the eye are left out; so is the inner ball of each eye (`iris_vertices`): the iris is
painted on the outer one, which would hide it. The file's shapes do not move the eyeballs; the eyeLook coefficients turn
them here.

References: Li et al. 2020, "Learning formation of physically-based face attributes" (the head).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import BadInput
from mien.lab.arrays import load_arrays
from mien.lab.performer.raster import Ints
from mien.nets import Floats

KEPT_PARTS = ("face", "head_neck", "mouth_socket", "eye_socket", "gums_tongue", "teeth", "eyeball")
NEEDED = ("neutral", "identity", "expression", "expression_names", "quads", "part_names", "part_vertices",
          "part_quads", "iris_vertices", "landmarks68")  # fmt: skip

LOOK_DEG = {"In": 35.0, "Out": 35.0, "Up": 25.0, "Down": 30.0}
"""How far an eyeball turns at coefficient 1: about as far as eyes go in everyday looking (Bahill et al. 1975 found
nearly all saccades below 15 degrees; a coefficient of 1 is the comfortable extreme)."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The head as arrays, reduced to what is drawn.

    `rest` float32 (v, 3); `modes` float32 (m, v, 3); `shapes` by ARKit name, float32 (v, 3) each; `triangles` int64 (t,
    3); `part` int8 (v,), place in `KEPT_PARTS`; `eyes` the vertices of the right and the left eyeball; `landmarks68`
    int64 (68,).
    """

    rest: Floats
    modes: Floats
    shapes: Mapping[str, Floats]
    triangles: Ints
    part: NDArray[np.int8]
    eyes: tuple[Ints, Ints]
    landmarks68: Ints

    def person(self, identity: tuple[float, ...]) -> Floats:
        """The resting face of a person, float32 (v, 3)."""
        if len(identity) > len(self.modes):
            raise BadInput(f"{len(identity)} weights of identity given; this head has {len(self.modes)} modes")
        weights = np.array(identity, dtype=np.float32)
        moved = weights @ self.modes[: len(weights)].reshape(len(weights), self.rest.size)
        return np.asarray(self.rest + moved.reshape(self.rest.shape), dtype=np.float32)

    def express(self, person: Floats, coefficients: Mapping[str, float]) -> Floats:
        """Move a resting face float32 (v, 3) by coefficients."""
        moved = person.copy()
        for name, weight in coefficients.items():
            if weight and name in self.shapes:
                moved += np.float32(weight) * self.shapes[name]
        for side, eye in zip(("Right", "Left"), self.eyes, strict=True):
            moved[eye] = _turned(moved[eye], side, coefficients)
        return moved


def load_head(path: Path) -> Head:
    """Read a head's file.

    Raises
    ------
    BadInput
        If the file is missing, or does not have the layout.
    """
    if not path.is_file():
        raise BadInput(f"{path}: no such file; give the path of a morphable head (ict_face.npz)")
    try:
        return _trimmed(load_arrays(path, *NEEDED))
    except BadInput as cause:
        raise BadInput(f"{cause}: a head of ict_face.npz's layout") from None


def _trimmed(held: Mapping[str, NDArray[np.generic]]) -> Head:
    ranges = {str(name): i for i, name in enumerate(held["part_names"])}
    starts, quad_starts = held["part_vertices"].astype(int), held["part_quads"].astype(int)
    neutral, quads = held["neutral"].astype(np.float32), held["quads"].astype(np.int64)

    def vertices(place: int) -> Ints:
        end = starts[place + 1] if place + 1 < len(starts) else len(neutral)
        return np.arange(starts[place], end)

    part = np.full(len(neutral), -1, dtype=np.int8)
    keep = np.zeros(len(quads), dtype=bool)
    for name, place in ranges.items():
        for kind, kept in enumerate(KEPT_PARTS):
            if name == kept or name.rsplit("_", 1) in ([kept, "left"], [kept, "right"]):
                part[vertices(place)] = kind
                end = quad_starts[place + 1] if place + 1 < len(quad_starts) else len(quads)
                keep[quad_starts[place] : end] = True
    sides = sorted(("left", "right"), key=lambda side: neutral[vertices(ranges[f"eyeball_{side}"]), 0].mean())
    eyes = [vertices(ranges[f"eyeball_{side}"]) for side in sides]  # the subject's right is at the picture's left
    for first, last in held["iris_vertices"].astype(int).tolist():
        keep &= ~np.isin(quads[:, 0], np.arange(first, last))
    used = np.flatnonzero(np.bincount(quads[keep].ravel(), minlength=len(neutral)) > 0)
    landmarks = held["landmarks68"].astype(np.int64)
    used = np.union1d(used, landmarks)
    place_of = np.full(len(neutral), -1)
    place_of[used] = np.arange(len(used))
    flip = np.array([1, -1, -1], dtype=np.float32)
    names = [_arkit(str(name)) for name in held["expression_names"]]
    shapes: dict[str, Floats] = {}
    for name, shape in zip(names, held["expression"], strict=True):
        moved = shape[used].astype(np.float32) * flip
        shapes[name] = shapes[name] + moved if name in shapes else moved
    kept_quads = place_of[quads[keep]]
    triangles = np.concatenate([kept_quads[:, [0, 1, 2]], kept_quads[:, [0, 2, 3]]])
    return Head(
        rest=neutral[used] * flip,
        modes=np.ascontiguousarray(held["identity"][:, used].astype(np.float32) * flip),
        shapes=shapes,
        triangles=triangles[triangles[:, 1] != triangles[:, 2]],
        part=part[used],
        eyes=(_known(place_of[eyes[0]]), _known(place_of[eyes[1]])),
        landmarks68=place_of[landmarks],
    )


def _known(places: Ints) -> Ints:
    return places[places >= 0]


def _arkit(name: str) -> str:
    """`browDown_L` → browDownLeft; the two halves of browInnerUp and cheekPuff are one in ARKit."""
    plain, _, side = name.partition("_")
    return plain if plain in ("browInnerUp", "cheekPuff") else plain + {"L": "Left", "R": "Right", "": ""}[side]


def _turned(eye: Floats, side: str, coefficients: Mapping[str, float]) -> Floats:
    """Turn an eyeball about its middle."""
    told = {way: coefficients.get(f"eyeLook{way}{side}", 0.0) * degrees for way, degrees in LOOK_DEG.items()}
    inward = 1 if side == "Right" else -1  # the right eye, at the picture's left, looks in towards +x
    yaw, pitch = np.radians(inward * (told["In"] - told["Out"])), np.radians(told["Down"] - told["Up"])
    if not yaw and not pitch:
        return eye
    middle = (eye.min(axis=0) + eye.max(axis=0)) / 2
    return np.asarray((eye - middle) @ turn(pitch, yaw, 0.0).T + middle, dtype=np.float32)


def turn(pitch: float, yaw: float, roll: float) -> Floats:
    """Rotation float32 (3, 3) of radians in the signs of `mien.values.Face.pose_deg`: roll, then pitch, then yaw."""
    (sp, sy, sr), (cp, cy, cr) = np.sin([pitch, yaw, roll]), np.cos([pitch, yaw, roll])
    rolled = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    nodded = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    turned = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    return np.asarray(turned @ nodded @ rolled, dtype=np.float32)
