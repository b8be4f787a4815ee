"""Colour of every point of a head: skin with blotches, lips, brows, hair, eyes, teeth (reflectances, linear light).

Brows have no hair in the model: they are painted along landmarks 17 to 26, in coordinates that lie on the resting head
and so move with it. Colours are per vertex, except those finer than the mesh: brows and irises are painted per pixel.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from mien.lab.performer.head import KEPT_PARTS, Head
from mien.lab.performer.stage import Colour, Person
from mien.nets import Floats

SKIN_PARTS = ("face", "head_neck", "eye_socket")
INNER: dict[str, Colour] = {
    "mouth_socket": (0.35, 0.10, 0.10),
    "gums_tongue": (0.62, 0.30, 0.30),
    "teeth": (0.85, 0.82, 0.74),
    "eyeball": (0.86, 0.84, 0.82),
}
"""Colours (sRGB) of everything but skin."""
LIP, BLUSH = (0.70, 0.30, 0.32), (0.95, 0.62, 0.58)
"""Reflectance of lips and cheeks relative to the skin beside them, in linear light."""
IRIS_CM, PUPIL_CM, RIM_CM = 0.60, 0.21, 0.09
"""Radii of iris and pupil and width of the dark rim around the iris."""
LASH_CM = 0.16
"""Width of the dark line that stands for the lashes of the upper lid; half as wide on the lower."""
FAR_CM = 9.0
GAMMA = 2.2


@dataclass(frozen=True, slots=True, eq=False)
class Coat:
    """A person's paint at each vertex.

    `colour` float32 (v, 3), reflectance in linear light; `gloss` float32 (v,); `brow` float32 (v, 2): along the brow
    0 (inner end) to 1, and height above its line in cm; `eye` float32 (v, 2): of eyeballs, cm from the axis of sight.
    """

    colour: Floats
    gloss: Floats
    brow: Floats
    eye: Floats


def coat(head: Head, person: Person) -> Coat:
    """Paint a person."""
    brow, lips, lids, blush, scalp, eye = _masks(head)
    colour = np.empty_like(head.rest)
    skin = linear(person.skin)
    blotch = _noise(head.rest, person.seed)
    for place, name in enumerate(KEPT_PARTS):
        colour[head.part == place] = skin if name in SKIN_PARTS else linear(INNER[name])
    skinned = np.isin(head.part, [KEPT_PARTS.index(name) for name in SKIN_PARTS])
    colour[skinned] *= np.exp(0.10 * blotch[skinned])[:, None]
    for mask, tint, depth in ((blush, BLUSH, 0.6), (lips, LIP, person.lips)):
        share = (mask * depth * skinned)[:, None]
        colour *= 1 - share * (1 - np.array(tint, dtype=np.float32))
    dark = linear(person.hair) * 0.6
    colour += (lids * 0.75 * skinned)[:, None] * (dark - colour)
    if not person.bald:
        colour += (scalp * skinned)[:, None] * (linear(person.hair) * np.exp(0.25 * blotch)[:, None] - colour)
    gloss = np.where(head.part == KEPT_PARTS.index("eyeball"), 1.0, np.where(skinned, 0.12, 0.2)).astype(np.float32)
    return Coat(colour.astype(np.float32), gloss, brow, eye)


def paint_brows(colour: Floats, brow: Floats, person: Person) -> Floats:
    """Draw the hair of the brows over pixels: `colour` float32 (p, 3), `brow` float32 (p, 2)."""
    along, above = brow[:, 0], brow[:, 1]
    near = np.flatnonzero((np.abs(above + person.brow_drop_cm) < person.brow_cm) & (along > -0.2) & (along < 1.1))
    t, d = along[near], above[near] + person.brow_drop_cm
    half = person.brow_cm / 2 * np.interp(t, [-0.12, 0.05, 0.5, 0.95], [0.5, 1.0, 0.85, 0.2])
    edge = np.clip((half - np.abs(d)) / 0.12 + 0.5, 0, 1)
    ends = np.clip((t + 0.12) / 0.12, 0, 1) * np.clip((1 - t) / 0.12, 0, 1)
    hairs = 0.85 + 0.15 * np.sin(40 * t + 7 * d + 3 * np.sin(17 * t + person.seed % 7))
    share = (edge * ends * hairs * person.brow_depth)[:, None]
    painted = colour.copy()
    painted[near] += (share * (linear(person.hair) * 0.7 - colour[near])).astype(np.float32)
    return painted


def paint_irises(colour: Floats, eye: Floats, person: Person) -> Floats:
    """Draw irises and pupils over pixels: `colour` float32 (p, 3), `eye` float32 (p,), cm from the axis of sight."""
    near = np.flatnonzero(eye < IRIS_CM + 0.05)
    r = eye[near]
    inside = np.clip((IRIS_CM - r) / 0.05, 0, 1)[:, None]
    rim = np.clip((r - IRIS_CM + RIM_CM) / RIM_CM, 0, 1)[:, None]
    pupil = np.clip((PUPIL_CM - r) / 0.04 + 0.5, 0, 1)[:, None]
    iris = linear(person.iris) * (1 - 0.65 * rim)
    iris = iris * (1 - pupil) + 0.01 * pupil
    painted = colour.copy()
    painted[near] += (inside * (iris - colour[near])).astype(np.float32)
    return painted


def linear(colour: Colour) -> Floats:
    """A colour as it looks → its reflectance in linear light, float32 (3,)."""
    return np.asarray(np.array(colour, dtype=np.float32) ** GAMMA, dtype=np.float32)


@lru_cache(maxsize=2)
def _masks(head: Head) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """What is where on a head: brow coordinates, lips, lid lines, blush, scalp, eye coordinates."""
    rest, marks = head.rest, head.rest[head.landmarks68]
    skin = head.part == KEPT_PARTS.index("face")
    brow = np.full((len(rest), 2), FAR_CM, dtype=np.float32)
    for side, line in ((-1, marks[21:16:-1, :2]), (1, marks[22:27, :2])):  # inner end first
        own = skin & (side * rest[:, 0] >= 0)
        brow[own] = _beside(rest[own, :2], line)
    lids = np.zeros(len(rest), dtype=np.float32)
    for first in (36, 42):
        upper, lower = marks[first : first + 4], marks[[first + 3, first + 4, first + 5, first]]
        for line, width in ((upper, LASH_CM), (lower, LASH_CM / 2)):
            lids = np.maximum(lids, np.clip(1.5 - _distance(rest, line) / width, 0, 1))
    lips = (_lips(rest, marks) * skin).astype(np.float32)
    cheeks = [(marks[i] + marks[j]) / 2 for i, j in ((31, 2), (35, 14))]
    blush = sum(np.exp(-((rest - middle) ** 2).sum(axis=1) / 6) for middle in (*cheeks, marks[30]))
    scalp = np.clip((_hairline(rest) + 0.4) / 0.8, 0, 1)
    eye = np.full((len(rest), 1), FAR_CM, dtype=np.float32)
    for ball in head.eyes:
        middle = (rest[ball].min(axis=0) + rest[ball].max(axis=0)) / 2
        offset = rest[ball] - middle
        eye[ball, 0] = np.where(offset[:, 2] < 0, np.hypot(offset[:, 0], offset[:, 1]), FAR_CM)
    return brow, lips, lids, np.asarray(blush, dtype=np.float32), scalp.astype(np.float32), eye


def _beside(points: Floats, line: Floats) -> Floats:
    """For points (n, 2): place along a polyline (share of its length, also past the ends) and height above it, float32
    (n, 2)."""
    steps = np.diff(line, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    found = np.full((len(points), 2), np.inf, dtype=np.float32)
    for i, (step, length) in enumerate(zip(steps, lengths, strict=True)):
        offset = points - line[i]
        along = offset @ step / length
        along = np.clip(along, -np.inf if i == 0 else 0, np.inf if i == len(steps) - 1 else length)
        apart = np.linalg.norm(offset - along[:, None] * step / length, axis=1)
        above = np.sign(step[0]) * (step[1] * offset[:, 0] - step[0] * offset[:, 1]) > 0  # y is down
        closer = apart < np.abs(found[:, 1])
        there = np.stack([(starts[i] + along) / starts[-1], np.where(above, apart, -apart)], axis=1)
        found[closer] = there[closer]
    return found


def _distance(points: Floats, line: Floats) -> Floats:
    """Distance in space of points (n, 3) from a polyline (k, 3)."""
    best = np.full(len(points), FAR_CM, dtype=np.float32)
    for start, end in pairwise(line):
        step = end - start
        along = np.clip((points - start) @ step / (step @ step), 0, 1)
        best = np.minimum(best, np.linalg.norm(points - start - along[:, None] * step, axis=1))
    return best


def _lips(rest: Floats, marks: Floats) -> Floats:
    """1 between the outer line of the lips and the mouth, falling to 0 over 2 mm outside."""
    upper, lower = marks[48:55], marks[[54, 55, 56, 57, 58, 59, 48]][::-1]
    x, y, z = rest.T
    top = np.interp(x, upper[:, 0], upper[:, 1], left=np.inf, right=np.inf)
    bottom = np.interp(x, lower[:, 0], lower[:, 1], left=-np.inf, right=-np.inf)
    depth = np.clip(np.minimum(y - top, bottom - y) / 0.2 + 0.5, 0, 1)
    return np.asarray(depth * (z < marks[48, 2] + 1.5), dtype=np.float32)


def _hairline(rest: Floats) -> Floats:
    """How far, in cm, a point lies within the hair: above the forehead, behind the temples."""
    x, y, z = rest.T
    forehead = -y - 9.3 + 0.02 * x**2 + 0.25 * np.maximum(z + 4, 0)
    temples = np.minimum(z + 0.5, -y + 3.0)
    ears = np.where((np.abs(x) > 7.4) & (y > -5.5) & (z < 2.5), -1.0, 1.0)
    return np.asarray(np.minimum(np.maximum(forehead, temples), ears), dtype=np.float32)


def _noise(points: Floats, seed: int, waves: int = 12) -> Floats:
    """Smooth noise over space, float32 (v,), about −1..1: a sum of random waves, 1 to 6 cm long."""
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=(waves, 3))
    direction *= (2 * np.pi / rng.uniform(1, 6, waves) / np.linalg.norm(direction, axis=1))[:, None]
    phase = rng.uniform(0, 2 * np.pi, waves)
    angles = points @ direction.T.astype(np.float32) + phase.astype(np.float32)
    return np.asarray(np.sin(angles).mean(axis=1) * np.float32(np.sqrt(waves) / 2), dtype=np.float32)
