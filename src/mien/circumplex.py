"""Emotion names ↔ places on the affect plane (valence, arousal), −1..1 each.

The table both the reading and the music use, so that "angry" means the same on either side. Places follow the
circumplex of affect; four are the anchor settings of the composer's evidence table (happy, angry, sad, neutral).

References: Russell 1980, "A circumplex model of affect"; Russell & Mehrabian 1977, "Evidence for a three-factor theory
of emotions" (rated places of emotion words, the basis of the rest).
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mien.errors import BadInput
from mien.values import EMOTIONS, Affect

COORDINATES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "neutral": (0.0, 0.0),
        "happiness": (0.7, 0.5),
        "surprise": (0.35, 0.7),
        "sadness": (-0.6, -0.5),
        "anger": (-0.6, 0.7),
        "disgust": (-0.6, 0.35),
        "fear": (-0.65, 0.6),
        "contempt": (-0.4, 0.3),
    }
)
"""(valence, arousal) of each of the eight `EMOTIONS`."""

PRESETS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        **COORDINATES,
        "happy": COORDINATES["happiness"],
        "sad": COORDINATES["sadness"],
        "angry": COORDINATES["anger"],
        "calm": (0.5, -0.6),
        "tender": (0.45, -0.35),
        "excited": (0.6, 0.75),
        "tense": (-0.4, 0.55),
        "bored": (-0.35, -0.6),
    }
)
"""Names that a person may ask for, with their (valence, arousal)."""

_SPREAD = 0.35
"""Distance on the plane at which an emotion's share has fallen to 1/e."""


def valence_arousal(probs: Sequence[float]) -> tuple[float, float]:
    """Expected (valence, arousal) of probabilities in the order of `EMOTIONS`, −1..1 each."""
    places = [COORDINATES[name] for name in EMOTIONS]
    valence = math.fsum(p * v for p, (v, _) in zip(probs, places, strict=True))
    arousal = math.fsum(p * a for p, (_, a) in zip(probs, places, strict=True))
    return valence, arousal


def affect_at(valence: float, arousal: float) -> Affect:
    """Affect of a place on the plane, without doubt; nearby emotions share the probability.

    Raises
    ------
    BadInput
        If a number is outside −1..1 or not finite.
    """
    for name, given in (("valence", valence), ("arousal", arousal)):
        if not -1 <= given <= 1:
            raise BadInput(f"{name} {given:g}: give a number from -1 to 1")
    places = [COORDINATES[name] for name in EMOTIONS]
    near = [math.exp(-(math.dist((valence, arousal), place) ** 2) / _SPREAD**2) + 1e-9 for place in places]
    total = math.fsum(near)
    return Affect(0.0, tuple(share / total for share in near), float(valence), float(arousal), 0.0)


def affect_of(name: str) -> Affect:
    """Affect of a preset name; one of the eight emotions gets all of the probability.

    Raises
    ------
    BadInput
        If there is no such preset; the message lists those there are.
    """
    if name not in PRESETS:
        raise BadInput(f"unknown emotion '{name}': choose one of {', '.join(sorted(PRESETS))}")
    valence, arousal = PRESETS[name]
    exact = [e for e in EMOTIONS if COORDINATES[e] == (valence, arousal)]
    if not exact:
        return affect_at(valence, arousal)
    return Affect(0.0, tuple(float(e == exact[0]) for e in EMOTIONS), valence, arousal, 0.0)
