"""What the classes of a reading ask of the composer themselves (Affect, mixed fields → fields and reasons).

A class may itself ask for fields of the brief: some of the shipped eight do (`mien.vocabulary.WISHES`), and a person's
own may ("dreamy": lydian, slow). Numbers are mixed in, linearly and additively like everything in the brief:

    field = (1 − Σ w) × mixed + Σ w × asked,    w = probability of the class × (1 − DOUBT_PULL × doubt)

The sums run over the classes that ask for the field, so nothing jumps as a reading moves from one class to another.
Mode, metre and tonic cannot be mixed: they are those of the most probable class, if the reading tells anything at all.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from mien.values import Affect
from mien.vocabulary import EmotionClass, meter_named, mode_named

DOUBT_PULL = 0.6
"""Share of valence, arousal and a class's own wishes that full doubt removes: an unsure reading plays closer to
neutral."""
SOURCE = "asked by the class"
"""The source of a wish that rests on nobody's finding."""
WHOLE: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "mode": mode_named,
        "meter": meter_named,
        "tonic_pc": int,
    }
)
"""Fields that are taken whole, and how each becomes a value of a brief."""

NAMED = 0.005
"""Weight from which a class is named among the reasons."""


class Choice(NamedTuple):
    """The value of a field, why it has it, and whose finding that rests on."""

    value: Any
    because: str
    source: str


def mixed_in(affect: Affect, field: str, mixed: float) -> tuple[float, str, tuple[str, ...]]:
    """A number of the brief with what the classes ask for mixed in, the change in plain words ("" if none asks), and
    the sources of what was asked."""
    sure = 1 - DOUBT_PULL * affect.doubt
    asking = [(k, p * sure) for k, p in zip(affect.classes, affect.probs, strict=True) if field in k.brief]
    if not asking or field in WHOLE:
        return mixed, "", ()
    asked = [float(one.brief[field]) for one, _ in asking]
    moved = mixed + sum(weight * (wish - mixed) for wish, (_, weight) in zip(asked, asking, strict=True))
    value = min(max(mixed, *asked), max(min(mixed, *asked), moved))  # rounding must not leave the range
    named = [(one, weight) for one, weight in asking if weight >= NAMED]
    told = "".join(f"; '{one.name}' ({weight:.0%}) asks for {one.brief[field]:g}" for one, weight in named)
    return value, told, tuple(dict.fromkeys(_source(one, field) for one, _ in named))


def asked_whole(affect: Affect) -> dict[str, Choice]:
    """Mode, metre and tonic that the most probable class asks for; none if the reading cannot tell."""
    if not affect.tells:
        return {}
    first = affect.first
    return {
        field: Choice(taken(first.brief[field]), f"'{first.name}' asks for it", _source(first, field))
        for field, taken in WHOLE.items()
        if field in first.brief
    }


def _source(one: EmotionClass, field: str) -> str:
    return one.sources.get(field, SOURCE)
