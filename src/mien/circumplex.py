"""Emotion names ↔ places on the affect plane (valence, arousal), −1..1 each.

Reading and music both use this module, so that "angry" means the same on either side; the places themselves are in
`mien.vocabulary`.

Reference: Russell 1980, "A circumplex model of affect".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from mien.errors import BadInput
from mien.values import Affect
from mien.vocabulary import COORDINATES, EIGHT, EMOTIONS, PLACES, SAME_AS, Classes

PRESETS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        **COORDINATES,
        **{said: COORDINATES[meant] for said, meant in SAME_AS.items()},
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


def valence_arousal(probs: Sequence[float], classes: Classes = EIGHT) -> tuple[float, float]:
    """Expected (valence, arousal) of probabilities in the order of `classes`, −1..1 each."""
    valence = math.fsum(p * one.valence for p, one in zip(probs, classes, strict=True))
    arousal = math.fsum(p * one.arousal for p, one in zip(probs, classes, strict=True))
    return _kept(valence), _kept(arousal)


def with_probs(affect: Affect, probs: Sequence[float], **changes: Any) -> Affect:
    """An affect with other probabilities of its classes, and so at another place on the plane; `changes` are other
    fields."""
    valence, arousal = valence_arousal(probs, affect.classes)
    return replace(affect, probs=tuple(probs), valence=valence, arousal=arousal, **changes)


def _kept(number: float) -> float:
    return min(1.0, max(-1.0, number))  # probabilities sum to 1 only up to rounding


def affect_at(valence: float, arousal: float) -> Affect:
    """Affect at a place on the plane, without doubt; nearby emotions share the probability.

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
    shares = tuple(share / total for share in near)
    return Affect(0.0, shares, float(valence), float(arousal), 0.0, classes=PLACES)


def affect_of(name: str, classes: Classes = EIGHT) -> Affect:
    """Affect of one of the classes, which gets all of the probability, or of a preset name.

    A preset at the place of one of the eight emotions ("happy") is that emotion. Preset names are case-insensitive.

    Raises
    ------
    BadInput
        If the name is neither; the message lists those there are.
    """
    for place, one in enumerate(classes):
        if one.name == name:
            whole = tuple(float(other == place) for other in range(len(classes)))
            return Affect(0.0, whole, one.valence, one.arousal, 0.0, classes=classes)
    preset = name.strip().lower()
    if preset not in PRESETS:
        known = sorted({*PRESETS, *(one.name for one in classes)})
        raise BadInput(f"unknown emotion '{name}': choose one of {', '.join(known)}")
    valence, arousal = PRESETS[preset]
    exact = [e for e in EMOTIONS if COORDINATES[e] == (valence, arousal)]
    if not exact:
        return affect_at(valence, arousal)
    return Affect(0.0, tuple(float(e == exact[0]) for e in EMOTIONS), valence, arousal, 0.0)
