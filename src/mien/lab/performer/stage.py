"""What the performer is to show: a person, an expression, a pose, a light (values only).

Conventions
-----------
coefficients : the 52 of `mien.cues.coefficients`, 0..1, by name; those not named are 0.
pose_deg : (pitch, yaw, roll) as in `mien.values.Face`: pitch grows as the chin goes down, yaw as the face turns to the
    picture's right, roll as the head tips clockwise in the picture.
colours : (red, green, blue), each 0..1, as they look (sRGB).
light_deg : (azimuth, elevation) of where the main light comes from, seen from the face: azimuth grows to the picture's
    right, elevation upwards.

References: Fitzpatrick 1988 for six steps of skin; the colours are a painter's choice that spans them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from mien.cues.coefficients import COEFFICIENTS
from mien.errors import BadInput
from mien.nets import Floats

Colour = tuple[float, float, float]

SKINS: tuple[Colour, ...] = (
    (0.93, 0.77, 0.69),
    (0.87, 0.68, 0.57),
    (0.78, 0.58, 0.45),
    (0.64, 0.45, 0.33),
    (0.47, 0.31, 0.22),
    (0.32, 0.20, 0.15),
)
"""Six steps from light to dark."""
HAIRS: tuple[Colour, ...] = (
    (0.08, 0.06, 0.05),
    (0.20, 0.13, 0.09),
    (0.36, 0.24, 0.15),
    (0.66, 0.52, 0.34),
    (0.60, 0.58, 0.56),
)
"""Black, dark brown, brown, fair, grey."""
IRISES: tuple[Colour, ...] = ((0.20, 0.12, 0.07), (0.35, 0.24, 0.12), (0.35, 0.42, 0.28), (0.38, 0.50, 0.60))
"""Dark brown, hazel, green, blue."""

WIDEST_TURN_DEG = 80.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who performs: `identity` are weights of the head's modes (fewer than it has: the rest is 0).

    `brow_cm` is the height of the brows' hair, `brow_drop_cm` how far its middle lies below landmarks 17 to 26 (at .6
    the official blendshape head reads a resting brow), `brow_depth` 0 (no hair seen) to 1; `lips` 0 (pale) to 1;
    `seed` places the blotches of the skin.
    """

    identity: tuple[float, ...] = ()
    skin: Colour = SKINS[1]
    hair: Colour = HAIRS[1]
    iris: Colour = IRISES[0]
    lips: float = 0.5
    bald: bool = False
    brow_cm: float = 0.8
    brow_drop_cm: float = 0.6
    brow_depth: float = 0.9
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Light:
    """A main light and the ambient light, as shares of white; `warmth` −1 (blue) to 1 (orange)."""

    light_deg: tuple[float, float] = (-25.0, 35.0)
    strength: float = 0.75
    ambient: float = 0.35
    warmth: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that decides a picture.

    Attributes
    ----------
    coefficients : by name, 0..1; those not named are 0.
    pose_deg : pitch, yaw, roll.
    size_px : width and height of the picture.
    face_px : width of the head between the ears, for a frontal face; half the picture if None.
    centre : where the middle of the face is placed, as shares of width and height.
    background : two colours, above and below.
    """

    person: Person = Person()
    coefficients: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    pose_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    light: Light = Light()
    size_px: tuple[int, int] = (256, 256)
    face_px: float | None = None
    centre: tuple[float, float] = (0.5, 0.5)
    background: tuple[Colour, Colour] = ((0.75, 0.77, 0.80), (0.45, 0.46, 0.48))

    def __post_init__(self) -> None:
        for name, value in self.coefficients.items():
            if name not in COEFFICIENTS:
                raise BadInput(f"unknown coefficient '{name}': give ARKit's names, as browInnerUp or mouthSmileLeft")
            if not 0 <= value <= 1:
                raise BadInput(f"{name}={value:g}: a coefficient is 0 to 1")
        if not all(abs(angle) <= WIDEST_TURN_DEG for angle in self.pose_deg):
            raise BadInput(f"pose {self.pose_deg}: pitch, yaw and roll are −{WIDEST_TURN_DEG:g} to {WIDEST_TURN_DEG:g}")
        if not all(16 <= side <= 4096 for side in self.size_px):
            raise BadInput(f"size {self.size_px}: 16 to 4096 pixels")
        object.__setattr__(self, "coefficients", MappingProxyType(dict(self.coefficients)))

    @property
    def truth(self) -> Floats:
        """All 52 coefficients, float32 (52,)."""
        return np.array([self.coefficients.get(name, 0.0) for name in COEFFICIENTS], dtype=np.float32)
