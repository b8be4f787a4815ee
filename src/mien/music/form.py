"""The name of a form → its themes and sections, with contrasts and returns, one chapter after another.

A plan is data: which theme each section states, how each phrase treats the motifs, and how it closes. It knows nothing
of pitch. Themes and forms stand in `forms.toml`; `mien.music.plan` plans a whole piece.

References: Caplin 1998, *Classical Form* (sentence, period, small ternary, rondo; cadence types); Schoenberg 1967,
*Fundamentals of Musical Composition*.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import count
from math import inf
from types import MappingProxyType
from typing import Any

import numpy as np

from mien.errors import BadInput
from mien.values import Part
from mien.vocabulary import Mode

PHRASE_BARS = 4

CLOSE, REST = "close", "rest"
"""What a treatment says of a bar without a motif: it closes a phrase, or the melody is silent in it."""

FREE = "free"
"""The form used when none is asked for."""

FIRST_THEME = "A"
"""The theme that is never forgotten, and ends a piece."""

HEIGHT_ENERGY = 0.5
"""Energy of the section that is a piece's height (`mien.music.height`)."""
CONTRAST_ENERGIES, RETURN_ENERGIES = (-0.4, 0.3), (0.0, 0.2, -0.2, 0.3)
"""Energies of a chapter's contrasts in turn, and of a theme by the number of its returns."""
QUESTION: Mapping[str, Any] = {"role": "antecedent", "cadence": "half"}
ANSWER: Mapping[str, Any] = {"role": "consequent", "opens_like": 2}
"""What the statements of a theme of one phrase are that is stated twice running: the first asks, the others answer."""
BREAKS_FROM = (0.3, 0.6)
"""Interruption of a brief from which one phrase of a piece breaks off, and from which a second one does."""
BREAKS_APART = 2
"""The least distance between two interruptions, in phrases."""


@dataclass(frozen=True, slots=True)
class PhraseSpec:
    """One phrase: its part in the section, its bars, its cadence, and the motif of each bar but the last.

    `treatment` names a motif and what becomes of it ("a", "b varied", "a fragment"); the last bar closes. `opens_like`
    is the number of bars taken over from the previous phrase (a consequent begins like its antecedent). `goal` is the
    numeral on which a phrase that leads to another key comes to rest; otherwise the cadence decides. `reach` is how
    many steps its climax may lie above the melody's common range. A `pedal`, "tonic" or "dominant", lies under its bars
    from `pedal_bar` on. From an interruption of `breaks_from` in the brief, this statement of the phrase breaks off
    before its close.
    """

    role: str
    bars: int
    cadence: str
    treatment: tuple[str, ...]
    opens_like: int = 0
    goal: str = ""
    reach: int = 0
    pedal: str = ""
    pedal_bar: int = 0
    breaks_from: float = field(default=inf, compare=False)


Phrases = tuple[PhraseSpec, ...]


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """One section: `title` as marked ("A", "B", "A'"), `theme` whose music it states, `turn` which statement it is.

    A first statement (turn 0) composes the theme, later ones return to it. `energy` −1..1 thins or fills the texture. A
    section that `is_height` has the piece's highest note. `rests` says who is silent in it: part, first bar of the
    section, the bar before which the part comes in again. `key` is its tonic in semitones above the home tonic, `mode`
    its mode there (None: the brief's). `lead` is the part whose player holds the tune. `leads_to` is the theme with
    which the next section begins as it was heard before, empty if it begins with something new, None if that is not
    known yet.
    """

    title: str
    theme: str
    turn: int
    phrases: Phrases
    energy: float = 0.0
    is_contrast: bool = False
    is_last: bool = False
    is_height: bool = False
    rests: tuple[tuple[Part, int, int], ...] = ()
    key: int = 0
    mode: Mode | None = None
    lead: Part = Part.MELODY
    leads_to: str | None = None

    @property
    def bars(self) -> int:
        """Bars of all its phrases."""
        return sum(phrase.bars for phrase in self.phrases)

    def plays(self, part: Part, bar: int) -> bool:
        """Whether a part plays in a bar of the section, counted from 0."""
        return not any(one is part and start <= bar < end for one, start, end in self.rests)

    @property
    def is_sung(self) -> bool:
        """Whether the melody is heard in it at all."""
        return any(self.plays(Part.MELODY, bar) for bar in range(self.bars))


@dataclass(frozen=True, slots=True)
class Theme:
    """How a theme is built, and how it returns in four bars."""

    phrases: Phrases
    short: Phrases

    def of(self, phrases: int) -> Phrases:
        """The phrases that return if there is room for this many."""
        return self.phrases if phrases >= len(self.phrases) else self.short


@dataclass(frozen=True, slots=True)
class Form:
    """A row of the table: `orders` are words of section letters, `later` are those of the chapters after the first."""

    name: str
    about: str
    themes: tuple[str, ...]
    orders: tuple[str, ...]
    later: tuple[str, ...]

    def order(self, chapter: int) -> str:
        """The letters of a chapter of endless music, as the table has them."""
        if chapter == 0:
            return self.orders[-1]
        return self.later[(chapter - 1) % len(self.later)]

    def names(self, chapter: int) -> list[str]:
        """Names of the sections of a chapter: letters of the first stay, others become ones not used yet."""
        order, known = self.order(chapter), set(self.lasting)
        if chapter == 0:
            return list(order)
        a_chapter = max(len(set(word) - known) for word in self.later)
        start = len(known) + a_chapter * (chapter - 1)
        news = [letter for letter in dict.fromkeys(order) if letter not in known]
        return [x if x in known else nth_letter(start + news.index(x)) for x in order]

    @property
    def lasting(self) -> tuple[str, ...]:
        """The themes of the first chapter, to which later ones may return."""
        return tuple(dict.fromkeys(self.orders[-1]))

    def statements(self, chapter: int) -> Mapping[str, int]:
        """How often each lasting theme is stated before this chapter begins."""
        before = Counter("".join(self.order(number) for number in range(chapter)))
        return {letter: before[letter] for letter in self.lasting}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("mien.music").joinpath("forms.toml").read_text(encoding="utf-8"))


def _phrase(row: Mapping[str, Any]) -> PhraseSpec:
    like, reach, (pedal, bar) = row.get("like", 0), row.get("reach", 0), row.get("pedal", ("", 0))
    return PhraseSpec(
        row["role"], PHRASE_BARS, row["cadence"], tuple(row["bars"]), like, reach=reach, pedal=pedal, pedal_bar=bar
    )


def _phrases(rows: Sequence[Mapping[str, Any]]) -> Phrases:
    return tuple(_phrase(row) for row in rows)


@cache
def forms() -> Mapping[str, Form]:
    """Every form by its name, in the order of the table."""
    rows = _table()["form"].items()
    return {
        name: Form(name, row["about"], tuple(row["themes"]), tuple(row["orders"]), tuple(row["later"]))
        for name, row in rows
    }


def find_form(name: str) -> Form:
    """The form with this name.

    Raises
    ------
    BadInput
        If there is none; the message lists those there are.
    """
    if name not in forms():
        raise BadInput(f"unknown form '{name}': choose one of {', '.join(forms())}")
    return forms()[name]


@cache
def find_theme(name: str) -> Theme:
    """How the theme with this name is built."""
    row = _table()["theme"][name]
    return Theme(_phrases(row["phrases"]), (_phrase(row["short"]),))


@cache
def contrasting(phrases: int) -> tuple[Phrases, ...]:
    """Ways to build a contrast of this many phrases."""
    return tuple(_phrases(rows) for rows in _table()["contrast"]["long" if phrases > 1 else "short"])


def draw_theme(form: Form, rng: np.random.Generator) -> Theme:
    """Draw how a theme is built, from the ways that the form allows."""
    return find_theme(form.themes[int(rng.integers(len(form.themes)))])


def chain(rng: np.random.Generator, form: Form | None = None) -> Iterator[SectionSpec]:
    """Sections without end: one chapter after another."""
    form = form or find_form(FREE)
    first: tuple[SectionSpec, ...] = ()
    for number in count():
        sections = chapter(form, number, draw_theme(form, rng), first, rng)
        first = first or sections
        yield from sections


def chapter(
    form: Form, number: int, theme: Theme, first: Sequence[SectionSpec], rng: np.random.Generator
) -> tuple[SectionSpec, ...]:
    """One chapter of endless music. Its own theme is built like `theme`; themes of the `first` chapter, of which there
    is none before that itself, return as they were."""
    names = form.names(number)
    themes = {section.theme: Theme(section.phrases, section.phrases[-1:]) for section in first} | {names[0]: theme}
    return with_breaks(sections_of(names, [2] * len(names), themes, rng, form.statements(number)))


def sections_of(
    letters: Sequence[str],
    sizes: Sequence[int],
    themes: Mapping[str, Theme],
    rng: np.random.Generator,
    statements: Mapping[str, int] = MappingProxyType({}),
) -> tuple[SectionSpec, ...]:
    """Sections with these letters and sizes (in phrases). The first letter is the theme that others contrast with;
    `themes` has it, and what was stated before, `statements` times each. Contrasts that are missing there are drawn."""
    heard, built = dict(statements), dict(themes)
    drawn = {size: [contrasting(size)[i] for i in rng.permutation(len(contrasting(size)))] for size in (1, 2)}
    contrasts: list[str] = []
    sections = []
    for letter, size in zip(letters, sizes, strict=True):
        is_contrast = letter not in (letters[0], FIRST_THEME)
        if is_contrast and letter not in contrasts:
            contrasts.append(letter)
        if letter not in built:
            phrases = drawn[size][(len(contrasts) - 1) % len(drawn[size])]
            built[letter] = Theme(phrases, phrases[-1:])
        turn = heard.get(letter, 0)
        energies = CONTRAST_ENERGIES if is_contrast else RETURN_ENERGIES
        energy = energies[(len(contrasts) - 1 if is_contrast else turn) % len(energies)]
        phrases = built[letter].of(size)
        if list(letters[:2]) == [letter] * 2 and len(phrases) == 1:
            phrases = (replace(phrases[0], **(ANSWER if turn else QUESTION)),)
        sections.append(SectionSpec(titled(letter, turn), letter, turn, phrases, energy, is_contrast))
        heard[letter] = turn + 1
    return tuple(sections)


def asks(section: SectionSpec) -> bool:
    """Whether a section is a question that the next one answers."""
    return len(section.phrases) == 1 and section.phrases[0].role == QUESTION["role"]


def titled(theme: str, turn: int) -> str:
    """A theme's name with a prime for each return; from the fourth return on, one prime and their number."""
    return theme + ("'" * turn if turn < 4 else f"'{turn}")


def nth_letter(number: int) -> str:
    """A, B … Z, A1, B1 …"""
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")


def with_breaks(sections: Sequence[SectionSpec]) -> tuple[SectionSpec, ...]:
    """Choose the phrases of a piece, or of a chapter, that break off if a brief asks for it: rather those whose close
    is known or leads back, rather late ones; never the first phrase, nor the last of the piece."""
    ends = {(place, len(section.phrases) - 1) for place, section in enumerate(sections)}
    fours = [
        (s, p) for s, section in enumerate(sections) for p, x in enumerate(section.phrases) if x.bars == PHRASE_BARS
    ]

    def worth(number: int) -> tuple[int, int]:
        section, leads_back = sections[fours[number][0]], fours[number] in ends
        return 2 if section.turn else int(section.is_contrast and leads_back), number

    free = [n for n in range(1, len(fours)) if not (sections[fours[n][0]].is_last and fours[n] in ends)]
    chosen: dict[tuple[int, int], float] = {}
    for least in BREAKS_FROM:
        if free:
            number = max(free, key=worth)
            chosen[fours[number]] = least
            free = [n for n in free if abs(n - number) >= BREAKS_APART]

    def allowed(place: int, phrases: Phrases) -> Phrases:
        return tuple(replace(x, breaks_from=chosen.get((place, p), inf)) for p, x in enumerate(phrases))

    return tuple(replace(section, phrases=allowed(s, section.phrases)) for s, section in enumerate(sections))
