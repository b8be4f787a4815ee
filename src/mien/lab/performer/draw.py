"""Chance draws people, lights, expressions and scenes (Generator → values of `mien.lab.performer.stage`).

An expression is drawn separately for brows, eyes and mouth, so that movements that go together in life do not hide what
each coefficient does alone; a share of them are prototypes of emotions. Movements that exclude each other (jaw left and
right, smile and pucker) are never drawn together.
"""

import numpy as np

from mien.cues.coefficients import COEFFICIENTS
from mien.lab.performer.emotions import emotion
from mien.lab.performer.stage import HAIRS, IRISES, SKINS, Light, Person, Stage
from mien.vocabulary import EMOTIONS

IDENTITY_SPREAD = 0.7
"""Standard deviation of the identity weights that gives everyday faces."""
IDENTITY_MODES = 50
FACES_PX = (70.0, 160.0)
"""Narrowest and widest face of a scene."""
PROTOTYPE_SHARE = 0.2
UNEVEN_SHARE = 0.25
"""How often the two sides of a face move independently."""

MOUTHS: tuple[tuple[str, ...], ...] = (
    (),
    ("mouthSmile",),
    ("mouthSmile", "mouthUpperUp", "mouthLowerDown"),
    ("mouthFrown",),
    ("mouthFrown", "mouthShrugLower"),
    ("mouthPress", "mouthRollLower", "mouthRollUpper"),
    ("mouthStretch", "mouthLowerDown"),
    ("mouthPucker",),
    ("mouthFunnel",),
    ("mouthDimple",),
    ("mouthUpperUp", "mouthLowerDown"),
    ("mouthShrugLower", "mouthShrugUpper"),
    ("mouthLeft",),
    ("mouthRight",),
    ("mouthRollLower",),
    ("mouthRollUpper",),
    ("cheekPuff",),
)
"""Movements of the mouth that go together."""
TWO_SIDED = frozenset(name.removesuffix("Left") for name in COEFFICIENTS if name.replace("Left", "Right") != name) - {
    "jaw",
    "mouth",
}


def somebody(rng: np.random.Generator) -> Person:
    """A random person: shape, colours, brows."""
    low = int(rng.integers(len(SKINS) - 1))
    between = float(rng.random())
    red, green, blue = ((1 - between) * a + between * b for a, b in zip(SKINS[low], SKINS[low + 1], strict=True))
    dark = low >= 3
    return Person(
        identity=tuple(rng.normal(0, IDENTITY_SPREAD, IDENTITY_MODES).tolist()),
        skin=(red, green, blue),
        hair=HAIRS[int(rng.integers(2 if dark else len(HAIRS)))],
        iris=IRISES[int(rng.integers(2 if dark else len(IRISES)))],
        lips=float(rng.uniform(0.1, 1.0)),
        bald=bool(rng.random() < 0.2),
        brow_cm=float(rng.uniform(0.45, 1.15)),
        brow_drop_cm=float(rng.normal(0.6, 0.12)),
        brow_depth=float(rng.uniform(0.45, 1.0)),
        seed=int(rng.integers(2**31)),
    )


def some_light(rng: np.random.Generator) -> Light:
    """A random light, more often from above than from below."""
    return Light(
        light_deg=(float(rng.uniform(-75, 75)), float(rng.uniform(-10, 70))),
        strength=float(rng.uniform(0.35, 1.0)),
        ambient=float(rng.uniform(0.15, 0.55)),
        warmth=float(rng.uniform(-0.6, 0.8)),
    )


def some_expression(rng: np.random.Generator) -> dict[str, float]:
    """Coefficients of a random expression."""
    if rng.random() < PROTOTYPE_SHARE:
        moved = emotion(str(rng.choice(EMOTIONS)), float(rng.uniform(0.2, 1)))
        return {name: weight * float(rng.uniform(0.8, 1)) for name, weight in moved.items()} | _gaze(rng)
    moved = {}
    for name, share in (("browDown", 0.35), ("browInnerUp", 0.35), ("browOuterUp", 0.3), ("noseSneer", 0.25)):
        moved |= _some(rng, name, share)
    lids = str(rng.choice(["eyeBlink", "eyeSquint", "eyeWide", ""], p=[0.25, 0.25, 0.2, 0.3]))
    if lids:
        moved |= _some(rng, lids, 1.0)
    moved |= _some(rng, "cheekSquint", 0.25) | _gaze(rng)
    for name in MOUTHS[int(rng.integers(len(MOUTHS)))]:
        moved |= _some(rng, name, 0.8)
    moved |= _some(rng, "jawOpen", 0.4)
    if "jawOpen" in moved and rng.random() < 0.2:
        moved["mouthClose"] = moved["jawOpen"] * float(rng.random())
    sideways = str(rng.choice(["", "jawLeft", "jawRight", "jawForward"], p=[0.76, 0.08, 0.08, 0.08]))
    return moved | (_some(rng, sideways, 1.0) if sideways else {})


def some_scene(
    rng: np.random.Generator,
    person: Person,
    coefficients: dict[str, float],
    *,
    turn_deg: float,
) -> Stage:
    """A stage around a person and an expression: pose (up to `turn_deg` each way), light, size, place, background."""
    low, high = np.log(FACES_PX)
    width_px = float(np.exp(rng.uniform(low, high)))
    side_px = int(width_px * rng.uniform(1.4, 1.9))
    pitch, yaw, roll = (float(angle) for angle in rng.uniform(-turn_deg, turn_deg, 3))
    above = rng.uniform(0.05, 0.95, 3)
    below = np.clip(above + rng.normal(0, 0.2, 3), 0, 1)
    return Stage(
        person=person,
        coefficients=coefficients,
        pose_deg=(pitch, yaw, 0.6 * roll),
        light=some_light(rng),
        size_px=(side_px, side_px),
        face_px=width_px,
        centre=(float(rng.uniform(0.45, 0.55)), float(rng.uniform(0.5, 0.6))),
        background=((above[0], above[1], above[2]), (below[0], below[1], below[2])),
    )


def _some(rng: np.random.Generator, name: str, share: float) -> dict[str, float]:
    """A movement, in a share of the cases, by a random amount, on both sides or unevenly."""
    if rng.random() >= share:
        return {}
    weight = float(rng.random())
    if name not in TWO_SIDED:
        return {name: weight}
    left, right = (float(w) for w in rng.random(2)) if rng.random() < UNEVEN_SHARE else (weight, weight)
    return {f"{name}Left": left, f"{name}Right": right}


def _gaze(rng: np.random.Generator) -> dict[str, float]:
    """Both eyes looking at one place, usually near the camera."""
    spread = 0.15 if rng.random() < 0.5 else 0.6
    across, up = np.clip(rng.normal(0, spread, 2), -1, 1)  # to the picture's right: the left eye looks out
    left, right = ("Out", "In") if across > 0 else ("In", "Out")
    way = "Up" if up > 0 else "Down"
    return {
        f"eyeLook{left}Left": float(abs(across)),
        f"eyeLook{right}Right": float(abs(across)),
        f"eyeLook{way}Left": float(abs(up)),
        f"eyeLook{way}Right": float(abs(up)),
    }
