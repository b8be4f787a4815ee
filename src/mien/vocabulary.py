"""The words that reading and music share: emotion classes with their places, modes, metres, the ranges of a brief.

An `EmotionClass` is a name, a place on the plane of valence and arousal (−1..1 each), and what the class itself asks of
the composer: fields of a brief that replace what its place would give (numbers; `mode` by name, `meter` as "3/4").
`EIGHT` are the classes of FER+, which the shipped reader knows; whoever trains another reader brings other classes.

Places follow the circumplex of affect; four are the anchor settings of the composer's evidence table (happy, angry,
sad, neutral).

References: Russell 1980, "A circumplex model of affect"; Russell & Mehrabian 1977, "Evidence for a three-factor theory
of emotions" (rated places of emotion words, the basis of the rest); Barsoum et al. 2016 (FER+).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from mien.errors import BadInput

EMOTIONS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
"""The eight classes of FER+ (Barsoum et al. 2016), in its order."""

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

SAME_AS: Mapping[str, str] = MappingProxyType(
    {
        "happy": "happiness", "sad": "sadness", "angry": "anger", "scared": "fear", "afraid": "fear",
        "surprised": "surprise", "disgusted": "disgust", "contemptuous": "contempt",
    }
)  # fmt: skip
"""Everyday names for the eight."""


class Mode(Enum):
    """Scales as semitones above the tonic, from dark to bright; harmonic minor stands outside that order, beside
    Aeolian."""

    PHRYGIAN = (0, 1, 3, 5, 7, 8, 10)
    HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)
    AEOLIAN = (0, 2, 3, 5, 7, 8, 10)
    DORIAN = (0, 2, 3, 5, 7, 9, 10)
    MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)
    IONIAN = (0, 2, 4, 5, 7, 9, 11)
    LYDIAN = (0, 2, 4, 6, 7, 9, 11)


def mode_word(mode: Mode) -> str:
    """The word for a mode in files and messages, such as "harmonic_minor"."""
    return mode.name.lower()


def mode_named(word: str) -> Mode:
    """The mode with this word, such as "harmonic_minor".

    Raises
    ------
    BadInput
        If there is none; the message lists those there are.
    """
    by_word = {mode_word(mode): mode for mode in Mode}
    if word not in by_word:
        raise BadInput(f"mode {word!r}: choose one of {', '.join(by_word)}")
    return by_word[word]


METERS = ((4, 4), (3, 4), (6, 8), (5, 4))


def is_compound(meter: tuple[int, int]) -> bool:
    """Whether a beat divides into three: the unit is the eighth, the beat a dotted quarter."""
    return meter[1] == 8


def quarters_in_beat(meter: tuple[int, int]) -> float:
    """The length in quarters of the beat that a tempo counts: a dotted quarter in compound metre."""
    return 1.5 if is_compound(meter) else 1.0


def quarters_in_bar(meter: tuple[int, int]) -> float:
    """The length of a bar in quarters."""
    return 4 * meter[0] / meter[1]


def meter_name(meter: tuple[int, int]) -> str:
    """The name of a metre, such as "3/4"."""
    return "/".join(map(str, meter))


def meter_named(text: str) -> tuple[int, int]:
    """The metre with this name, such as "3/4".

    Raises
    ------
    BadInput
        If there is none; the message lists those there are.
    """
    by_name = {meter_name(meter): meter for meter in METERS}
    if text not in by_name:
        raise BadInput(f"unknown metre '{text}': choose one of {', '.join(by_name)}")
    return by_name[text]


BRIEF_NUMBERS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "tempo_bpm": (40, 200),
        "density": (0.5, 8),
        "register_midi": (36, 96),
        "spread_semitones": (1, 9),
        "contour": (-1, 1),
        "loudness": (0, 1),
        "legato": (0.3, 1.1),
        "tension": (0, 1),
        "brightness": (0, 1),
        "syncopation": (0, 1),
        "rubato": (0, 1),
        "interruption": (0, 1),
    }
)
"""Lowest and highest value of each number of a brief that is mixed, steered and held, in its unit (see
`mien.values.Brief`)."""
BRIEF_RANGES: Mapping[str, tuple[float, float]] = MappingProxyType({**BRIEF_NUMBERS, "tonic_pc": (0, 11)})
"""The same and the range of the tonic, a number that is chosen."""

CLASS_NAME = re.compile(r"[\w][\w' -]{0,39}")
TABLE_WORDS = frozenset(
    ("picture", "face", "reads_as", "valence", "arousal", "doubt", "eyes", "brows", "nose", "mouth")
)
"""The other columns of a table of readings (`mien read --csv`): no class may take one of these names."""
BRIEF_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mode": tuple(map(mode_word, Mode)), "meter": tuple(map(meter_name, METERS))}
)
"""What the fields of a brief that are no numbers may say."""


@dataclass(frozen=True, slots=True)
class EmotionClass:
    """A class of expressions in a person's own words, and what it means to the composer.

    `valence` and `arousal` are −1..1; `brief` holds the fields of a `Brief` that the class itself asks for, `sources`
    whose finding a wish rests on, by field, where it rests on one.

    Raises
    ------
    BadInput
        If the name, the place or a field is not allowed.
    """

    name: str
    valence: float
    arousal: float
    brief: Mapping[str, Any] = field(default_factory=dict, hash=False)
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not CLASS_NAME.fullmatch(self.name):
            raise BadInput(f"class '{self.name}': give 1 to 40 letters, digits, spaces, - or '")
        if self.name.casefold() in TABLE_WORDS:
            raise BadInput(
                f"class '{self.name}': that is a column of every table of readings; take another name (taken are "
                f"{', '.join(sorted(TABLE_WORDS))})"
            )
        for name, given in (("valence", self.valence), ("arousal", self.arousal)):
            if not -1 <= given <= 1:
                raise BadInput(f"class '{self.name}': {name} {given:g}; give a number from -1 to 1")
        for name, asked in self.brief.items():
            _check(f"class '{self.name}': {name}", name, asked)
        for name, source in self.sources.items():
            if name not in self.brief or not isinstance(source, str):
                raise BadInput(f"class '{self.name}': source of {name} {source!r}; give a text for a wish of its brief")

    def row(self) -> dict[str, Any]:
        """The class as plain data: a row of a network's manifest."""
        row = {"name": self.name, "valence": self.valence, "arousal": self.arousal, "brief": dict(self.brief)}
        return row | ({"sources": dict(self.sources)} if self.sources else {})


Classes = tuple[EmotionClass, ...]


def classes_of(rows: Iterable[Mapping[str, Any]]) -> Classes:
    """Classes from plain data.

    Raises
    ------
    BadInput
        If a row lacks something or holds what a class cannot have, or if a name occurs twice.
    """
    try:
        found = tuple(
            EmotionClass(
                str(r["name"]),
                float(r["valence"]),
                float(r["arousal"]),
                dict(r.get("brief", {})),
                dict(r.get("sources", {})),
            )
            for r in rows
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise BadInput(f"classes: {cause!r}; each wants a name, valence and arousal") from None
    if len({one.name for one in found}) < len(found):
        raise BadInput(f"classes: {', '.join(one.name for one in found)}; give each name once")
    return found


def _check(where: str, name: str, asked: Any) -> None:
    if name in BRIEF_WORDS:
        if asked not in BRIEF_WORDS[name]:
            raise BadInput(f"{where} {asked!r}; choose one of {', '.join(BRIEF_WORDS[name])}")
        return
    if name not in BRIEF_RANGES:
        raise BadInput(f"{where}: no such field of a brief; choose from {', '.join((*BRIEF_RANGES, *BRIEF_WORDS))}")
    low, high = BRIEF_RANGES[name]
    is_whole = isinstance(asked, int) and not isinstance(asked, bool)
    if not (is_whole or (isinstance(asked, float) and name != "tonic_pc")) or not low <= asked <= high:
        raise BadInput(f"{where} {asked!r}; give a {'whole ' if name == 'tonic_pc' else ''}number {low:g} to {high:g}")


_JUSLIN, _SCHERER, _HURON = "Juslin & Laukka 2003, table 11", "Scherer & Oshinsky 1977", "Huron 2006"
_GABRIELSSON = "Gabrielsson & Lindström 2010"
WISHES: Mapping[str, Mapping[str, tuple[float, str]]] = MappingProxyType(
    {
        "anger": {"legato": (0.58, _JUSLIN)},
        "fear": {
            "loudness": (0.35, _JUSLIN),
            "legato": (0.58, _JUSLIN),
            "rubato": (0.55, _JUSLIN),
            "register_midi": (69.0, _JUSLIN),
            "spread_semitones": (2.8, _JUSLIN),
            "contour": (0.4, _JUSLIN),
            "brightness": (0.4, _JUSLIN),
            "tension": (0.9, _GABRIELSSON),
            "syncopation": (0.4, _GABRIELSSON),
            "interruption": (0.35, _HURON),
        },
        "surprise": {
            "spread_semitones": (7.0, _SCHERER),
            "legato": (0.58, _SCHERER),
            "syncopation": (0.45, _HURON),
            "interruption": (1.0, _HURON),
        },
    }
)
"""What tells emotions apart in music that lie close together on the plane, and whose finding each wish rests on. Anger
and fear are both fast and both detached, but fear is soft, high and unsteady where anger is loud, its pitch varies
little and rises, its sound is dull (Juslin & Laukka 2003, "Communication of emotions in vocal expression and music
performance", table 11); neither is so detached that a pianist would leave the pedal. Irregular rhythm is heard as
uneasy, dissonance as tense (Gabrielsson & Lindström 2010), and fear is the expectation of something bad: one of its
phrases breaks off. Surprise leaps and attacks sharply (Scherer & Oshinsky 1977, "Cue utilization in emotion attribution
from auditory stimuli"); its accents fall, and its phrases break off, where they are not expected (Huron 2006, *Sweet
Anticipation*)."""

PLACES: Classes = tuple(EmotionClass(name, *COORDINATES[name]) for name in EMOTIONS)
"""The classes of FER+ as bare places, without wishes: a point that somebody chose on the plane is no expression."""


def _with_wishes(name: str) -> EmotionClass:
    wishes = WISHES.get(name, {})
    asked = {field: wish for field, (wish, _) in wishes.items()}
    return EmotionClass(name, *COORDINATES[name], asked, {field: source for field, (_, source) in wishes.items()})


EIGHT: Classes = tuple(_with_wishes(name) for name in EMOTIONS)
"""The classes of FER+, at their places and with their wishes."""
