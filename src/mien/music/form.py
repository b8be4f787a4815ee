"""Length in bars → the plan of a piece: sections of phrases, with question and answer, contrast, return and an end.

A plan is data: which theme each section states, how each phrase treats the motifs, and how it closes. It knows nothing
of pitch. Endless music asks for one section after another from the same chain (`chain`).

References: Caplin 1998, *Classical Form* (sentence, period, small ternary, rondo; cadence types); Schoenberg 1967,
*Fundamentals of Musical Composition*.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

PHRASE_BARS = 4

CLIMAX_REACH = 3
"""Steps by which the phrase that holds a climax reaches above the others: a line of songs spans an octave or more."""


@dataclass(frozen=True, slots=True)
class PhraseSpec:
    """One phrase: its part in the section, its bars, its cadence, and the motif of each bar but the last.

    `treatment` names a motif and what becomes of it ("a", "b varied", "a fragment"); the last bar closes. `opens_like`
    is the number of bars taken over from the phrase before (a consequent begins like its antecedent). `goal` is the
    numeral the phrase is to come to rest on where it leads to another key; else the cadence chooses. `reach` is how
    many steps its climax may lie above the common range of the melody.
    """

    role: str
    bars: int
    cadence: str
    treatment: tuple[str, ...]
    opens_like: int = 0
    goal: str = ""
    reach: int = 0


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """One section: `title` as marked ("A", "B", "A'"), `theme` whose music it states, `turn` which statement it is.

    A first statement (turn 0) composes the theme, later ones return to it. `energy` −1..1 thins or fills the texture.
    """

    title: str
    theme: str
    turn: int
    phrases: tuple[PhraseSpec, ...]
    energy: float = 0.0
    is_contrast: bool = False
    is_last: bool = False

    @property
    def bars(self) -> int:
        """Bars of all phrases."""
        return sum(phrase.bars for phrase in self.phrases)


_PERIOD = (
    PhraseSpec("antecedent", 4, "half", ("a", "b", "a varied")),
    PhraseSpec("consequent", 4, "authentic", ("a", "b", "a fragment"), opens_like=2, reach=CLIMAX_REACH),
)
_SENTENCE = (
    PhraseSpec("presentation", 4, "half", ("a", "b", "a", "b")),
    PhraseSpec("continuation", 4, "authentic", ("a fragment", "b fragment", "a"), reach=CLIMAX_REACH),
)
_SEQUENCE = (
    PhraseSpec("antecedent", 4, "half", ("a", "a", "b")),
    PhraseSpec("consequent", 4, "authentic", ("a", "a varied", "b"), opens_like=1, reach=CLIMAX_REACH),
)
_THEMES = (_PERIOD, _SENTENCE, _SEQUENCE)
_CONTRASTS = (
    (
        PhraseSpec("contrast", 4, "deceptive", ("c", "c", "a inverted"), reach=CLIMAX_REACH),
        PhraseSpec("retransition", 4, "half", ("c", "a inverted", "a fragment")),
    ),
    (
        PhraseSpec("contrast", 4, "half", ("a inverted", "c", "a inverted"), reach=CLIMAX_REACH),
        PhraseSpec("retransition", 4, "half", ("c", "c fragment", "b fragment")),
    ),
    (
        PhraseSpec("contrast", 4, "plagal", ("c", "b inverted", "c"), reach=CLIMAX_REACH),
        PhraseSpec("retransition", 4, "half", ("c varied", "b inverted", "a fragment")),
    ),
)
_SINGLE = PhraseSpec("statement", 4, "authentic", ("a", "b", "a varied"))
_SHORT_CONTRASTS = (
    PhraseSpec("contrast", 4, "half", ("c", "a inverted", "c fragment"), reach=CLIMAX_REACH),
    PhraseSpec("contrast", 4, "half", ("c", "c", "a inverted"), reach=CLIMAX_REACH),
)
_SHORT_RETURN = PhraseSpec("return", 4, "authentic", ("a", "b", "a fragment"), opens_like=2)

CHAPTER_THEMES = 3
"""In long pieces every chapter brings this many themes, of which its first returns."""


def chain(rng: np.random.Generator) -> Iterator[SectionSpec]:
    """Sections without end: a rondo whose couplets are ever new and whose refrain is replaced chapter by chapter.

    A B A' C A", D E D' F D" and so on: each chapter has a refrain and two couplets; every second chapter ends by
    remembering the first refrain of all.
    """
    first = draw_theme(rng)
    yield from chapter(0, first, first, rng)
    for number in count(1):
        yield from chapter(number, draw_theme(rng), first, rng)


def draw_theme(rng: np.random.Generator) -> tuple[PhraseSpec, ...]:
    """Draw how a theme is built: a period, a sentence or a sequence."""
    return _THEMES[int(rng.integers(len(_THEMES)))]


def chapter(
    number: int, theme: tuple[PhraseSpec, ...], first: tuple[PhraseSpec, ...], rng: np.random.Generator
) -> tuple[SectionSpec, ...]:
    """One chapter of endless music, whose refrain is built like `theme`; `first` is how that of chapter 0 was."""
    refrain, couplet, other = (_letter(CHAPTER_THEMES * number + place) for place in range(CHAPTER_THEMES))
    contrasts = rng.permutation(len(_CONTRASTS))
    sections = (
        SectionSpec(refrain, refrain, 0, theme),
        SectionSpec(couplet, couplet, 0, _CONTRASTS[contrasts[0]], energy=-0.3, is_contrast=True),
        SectionSpec(_title(refrain, 1), refrain, 1, theme, energy=0.2),
        SectionSpec(other, other, 0, _CONTRASTS[contrasts[1]], energy=0.4, is_contrast=True),
        SectionSpec(_title(refrain, 2), refrain, 2, theme),
    )
    if number % 2 == 0:
        return sections
    turn = 2 + (number + 1) // 2
    return (*sections, SectionSpec(_title("A", turn), "A", turn, first, energy=-0.2))


def _title(theme: str, turn: int) -> str:
    """A theme's name with a prime for every return; from the fourth on, their number."""
    return theme + ("'" * turn if turn < 4 else f"'{turn}")


def _letter(number: int) -> str:
    """A, B … Z, A1, B1 …"""
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")


def plan(bars: int, rng: np.random.Generator) -> tuple[SectionSpec, ...]:
    """Plan a piece of exactly `bars` bars (at least 2): the last section ends on the tonic.

    Fours of bars become phrases; what is left becomes the coda.

    Raises
    ------
    ValueError
        If fewer than 2 bars are asked for.
    """
    if bars < 2:
        raise ValueError(f"{bars} bars given; a phrase with a cadence needs 2")
    fours, rest = divmod(bars, PHRASE_BARS)
    if fours == 0:
        only = PhraseSpec("statement", bars, "authentic", ("a",) * (bars - 1))
        return (SectionSpec("A", "A", 0, (only,), is_last=True),)
    if fours >= 7 and rest == 0:
        fours, rest = fours - 1, PHRASE_BARS
    if rest == 1 and fours >= 4:
        fours, rest = fours - 1, PHRASE_BARS + 1
    sections = _of_fours(fours, rng)
    if rest:
        sections.append(SectionSpec("coda", "A", 0, (coda(rest),), energy=-0.5))
    sections[-1] = replace(sections[-1], is_last=True)
    return tuple(sections)


def coda(bars: int) -> PhraseSpec:
    """A closing phrase: the motif slows down (augmentation) and comes to rest over a plagal cadence."""
    return PhraseSpec("coda", bars, "plagal" if bars > 1 else "tonic", ("a augmented",) * (bars - 1))


def _of_fours(fours: int, rng: np.random.Generator) -> list[SectionSpec]:
    """Sections that fill `fours` four-bar phrases, with a contrast and a return wherever there is room."""
    if fours > 7:
        return _rondo(fours, rng)
    theme = _THEMES[int(rng.integers(len(_THEMES)))]
    opening = SectionSpec("A", "A", 0, theme)
    contrast = SectionSpec("B", "B", 0, _CONTRASTS[int(rng.integers(len(_CONTRASTS)))], -0.3, is_contrast=True)
    small_contrast = replace(contrast, phrases=(_SHORT_CONTRASTS[int(rng.integers(len(_SHORT_CONTRASTS)))],))
    back = SectionSpec(_title("A", 1), "A", 1, theme, energy=0.2)
    small_back = replace(back, phrases=(_SHORT_RETURN,))
    single = replace(opening, phrases=(_SINGLE,))
    return {
        1: [single],
        2: [opening],
        3: [single, small_contrast, small_back],
        4: [opening, small_contrast, small_back],
        5: [opening, small_contrast, back],
        6: [opening, contrast, back],
        7: [opening, replace(back, energy=0.1), small_contrast, replace(back, title=_title("A", 2), turn=2)],
    }[fours]


def _rondo(fours: int, rng: np.random.Generator) -> list[SectionSpec]:
    """As much of the chain as fits, and its first theme at the end."""
    sections: list[SectionSpec] = []
    left = fours
    for section in chain(rng):
        if left - len(section.phrases) < 2:
            break
        sections.append(section)
        left -= len(section.phrases)
    if sections[-1].theme == "A" and left == 2:  # a return must be away from what it returns to
        left += len(sections.pop().phrases)
    theme = sections[0].phrases
    if extra := left - len(theme):
        phrases = _CONTRASTS[0] if extra == 2 else _SHORT_CONTRASTS[:1]
        sections.append(SectionSpec("episode", "episode", 0, phrases, energy=0.3, is_contrast=True))
    turns = sum(section.theme == "A" for section in sections)
    return [*sections, SectionSpec(_title("A", turns), "A", turns, theme, energy=0.3)]
