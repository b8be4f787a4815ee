"""Emotions as movements: FACS action units → coefficients, and which units a prototype of each emotion moves.

The prototypes are those of EMFACS as Ekman, Friesen & Hager 2002 and Matsumoto & Ekman 2008 list them: what actors and
observers call the expression, not what a person who feels so must show (Barrett et al. 2019). The share of a unit in a
prototype and the coefficients that stand for a unit are our reading of Apple's descriptions of ARKit's shapes.
"""

from collections.abc import Mapping
from types import MappingProxyType

from mien.errors import BadInput
from mien.vocabulary import EMOTIONS, SAME_AS


def _both(name: str, weight: float = 1.0) -> dict[str, float]:
    return {f"{name}Left": weight, f"{name}Right": weight}


COEFFICIENTS_OF: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "1": {"browInnerUp": 1.0},
        "2": _both("browOuterUp"),
        "4": _both("browDown"),
        "5": _both("eyeWide"),
        "6": _both("cheekSquint") | _both("eyeSquint", 0.4),
        "7": _both("eyeSquint"),
        "9": _both("noseSneer"),
        "10": _both("mouthUpperUp", 0.7),
        "12": _both("mouthSmile"),
        "R12": {"mouthSmileRight": 1.0},
        "R14": {"mouthDimpleRight": 1.0},
        "15": _both("mouthFrown"),
        "17": {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.3},
        "20": _both("mouthStretch"),
        "23": _both("mouthPress") | {"mouthRollLower": 0.25, "mouthRollUpper": 0.25},
        "25": _both("mouthLowerDown", 0.5) | _both("mouthUpperUp", 0.2),
        "26": {"jawOpen": 0.5},
    }
)
"""What moves when an action unit is at its full extent; R is the subject's right."""

UNITS_OF: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "neutral": {},
        "happiness": {"6": 0.8, "12": 1.0},
        "surprise": {"1": 1.0, "2": 1.0, "5": 0.9, "26": 1.0},
        "sadness": {"1": 1.0, "4": 0.4, "15": 1.0, "17": 0.3},
        "anger": {"4": 1.0, "5": 0.4, "7": 0.8, "23": 1.0},
        "disgust": {"9": 1.0, "10": 0.4, "15": 0.5, "17": 0.3},
        "fear": {"1": 1.0, "2": 0.6, "4": 0.4, "5": 1.0, "20": 0.9, "25": 0.5, "26": 0.4},
        "contempt": {"R12": 0.6, "R14": 1.0},
    }
)
"""Units of each of the `EMOTIONS`, with their share at intensity 1."""


def emotion(name: str, intensity: float = 1.0) -> dict[str, float]:
    """Coefficients of an emotion's prototype.

    Parameters
    ----------
    name : one of `mien.vocabulary.EMOTIONS`, or another name of it ("happy")
    intensity : 0..1

    Raises
    ------
    BadInput
        If there is no such emotion or intensity.
    """
    units = UNITS_OF.get(SAME_AS.get(name, name))
    if units is None:
        raise BadInput(f"unknown emotion '{name}': choose one of {', '.join(EMOTIONS)}")
    if not 0 <= intensity <= 1:
        raise BadInput(f"{name}:{intensity:g}: an intensity is 0 to 1")
    return combined({unit: share * intensity for unit, share in units.items()})


def combined(units: Mapping[str, float]) -> dict[str, float]:
    """Coefficients of action units that act together, each clipped at 1."""
    moved: dict[str, float] = {}
    for unit, share in units.items():
        for coefficient, weight in COEFFICIENTS_OF[unit].items():
            moved[coefficient] = min(1.0, moved.get(coefficient, 0.0) + weight * share)
    return moved
