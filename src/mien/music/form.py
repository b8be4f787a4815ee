"""Length in bars and the name of a form → the plan of a piece: sections of phrases, with contrast, return and an end.

A plan is data: which theme each section states, how each phrase treats the motifs, and how it closes. It knows nothing
of pitch. Themes and forms stand in `forms.toml`; endless music asks for one chapter of a form after another.

References: Caplin 1998, *Classical Form* (sentence, period, small ternary, rondo; cadence types); Schoenberg 1967,
*Fundamentals of Musical Composition*.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import count
from math import inf
from typing import Any

import numpy as np

from mien.errors import BadInput

PHRASE_BARS = 4

FREE = "free"
"""The form used when none is asked for."""

FIRST_THEME = "A"
"""The theme that is never forgotten, and ends a piece."""

INTRODUCTION = "introduction"
"""Title of the section that is heard before the first theme and does not return."""

LONG_BARS, INTRODUCTION_BARS = 30, 2
"""A piece of at least this many bars has an introduction of this many."""

FULL_CLOSE_TENSION = (0.15, 0.5)
"""Tension up to which an ending is always plagal, and from which it is always a full close."""
HEIGHT_ENERGY = 0.5
"""Energy of the section that is a piece's height (`mien.music.height`)."""
CONTRAST_ENERGIES, RETURN_ENERGIES = (-0.3, 0.4), (0.0, 0.2, -0.2, 0.3)
"""Energies of a chapter's contrasts in turn, and of a theme by the number of its returns."""
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
    section that `is_height` has the piece's highest note.
    """

    title: str
    theme: str
    turn: int
    phrases: Phrases
    energy: float = 0.0
    is_contrast: bool = False
    is_last: bool = False
    is_height: bool = False

    @property
    def bars(self) -> int:
        """Bars of all its phrases."""
        return sum(phrase.bars for phrase in self.phrases)


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
        """Names of the sections of a chapter: A stays A, other letters become ones not used yet."""
        order = self.order(chapter)
        if chapter == 0:
            return list(order)
        a_chapter = max(len(set(word) - {FIRST_THEME}) for word in self.later)
        start = len(set(self.orders[-1])) + a_chapter * (chapter - 1)
        news = [letter for letter in dict.fromkeys(order) if letter != FIRST_THEME]
        return [FIRST_THEME if x == FIRST_THEME else nth_letter(start + news.index(x)) for x in order]

    def statements(self, chapter: int) -> int:
        """How often the first theme is stated before this chapter begins."""
        if chapter == 0:
            return 0
        rounds, rest = divmod(chapter - 1, len(self.later))
        heard = [word.count(FIRST_THEME) for word in self.later]
        return self.orders[-1].count(FIRST_THEME) + rounds * sum(heard) + sum(heard[:rest])


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
def _contrasts(phrases: int) -> tuple[Phrases, ...]:
    return tuple(_phrases(rows) for rows in _table()["contrast"]["long" if phrases > 1 else "short"])


def draw_theme(form: Form, rng: np.random.Generator) -> Theme:
    """Draw how a theme is built, from the ways that the form allows."""
    return find_theme(form.themes[int(rng.integers(len(form.themes)))])


def chain(rng: np.random.Generator, form: Form | None = None) -> Iterator[SectionSpec]:
    """Sections without end: one chapter after another."""
    form = form or find_form(FREE)
    first = draw_theme(form, rng)
    for number in count():
        yield from chapter(form, number, draw_theme(form, rng) if number else first, first, rng)


def chapter(form: Form, number: int, theme: Theme, first: Theme, rng: np.random.Generator) -> tuple[SectionSpec, ...]:
    """One chapter of endless music; its own theme is built like `theme`, the first theme of all like `first`."""
    names = form.names(number)
    return with_breaks(_sections(names, [2] * len(names), theme, first, rng, form.statements(number)))


def _sections(
    letters: Sequence[str],
    sizes: Sequence[int],
    theme: Theme,
    first: Theme,
    rng: np.random.Generator,
    statements: int = 0,
) -> tuple[SectionSpec, ...]:
    """Sections with these letters and sizes (in phrases). The first letter states `theme`; A states `first`, which has
    already been stated `statements` times."""
    heard = {FIRST_THEME: statements}
    built: dict[str, Theme] = {letters[0]: theme, FIRST_THEME: first}
    drawn = {size: [_contrasts(size)[i] for i in rng.permutation(len(_contrasts(size)))] for size in (1, 2)}
    contrasts = 0
    sections = []
    for letter, size in zip(letters, sizes, strict=True):
        if letter not in built:
            phrases = drawn[size][contrasts % len(drawn[size])]
            built[letter] = Theme(phrases, phrases[-1:])
            contrasts += 1
        turn = heard.get(letter, 0)
        is_contrast = letter not in (letters[0], FIRST_THEME)
        energies = CONTRAST_ENERGIES if is_contrast else RETURN_ENERGIES
        energy = energies[(contrasts - 1 if is_contrast else turn) % len(energies)]
        sections.append(SectionSpec(_title(letter, turn), letter, turn, built[letter].of(size), energy, is_contrast))
        heard[letter] = turn + 1
    return tuple(sections)


def _title(theme: str, turn: int) -> str:
    """A theme's name with a prime for each return; from the fourth return on, one prime and their number."""
    return theme + ("'" * turn if turn < 4 else f"'{turn}")


def nth_letter(number: int) -> str:
    """A, B … Z, A1, B1 …"""
    return chr(ord("A") + number % 26) + (str(number // 26) if number >= 26 else "")


def plan(
    bars: int, rng: np.random.Generator, form: Form | None = None, tension: float = 0.0
) -> tuple[SectionSpec, ...]:
    """Plan a piece of exactly `bars` bars (at least 2); the last section ends on the tonic.

    Every four bars become a phrase; the remainder becomes the coda, shaped by the `tension` of the mood (0..1). A long
    piece begins with an introduction.

    Raises
    ------
    ValueError
        If fewer than 2 bars are asked for.
    """
    if bars < 2:
        raise ValueError(f"{bars} bars given; a phrase with a cadence needs 2")
    form = form or find_form(FREE)
    before = INTRODUCTION_BARS if bars >= LONG_BARS else 0
    fours, rest = divmod(bars - before, PHRASE_BARS)
    if fours == 0:
        only = PhraseSpec("statement", bars, "authentic", ("a",) * (bars - 1))
        return (SectionSpec(FIRST_THEME, FIRST_THEME, 0, (only,), is_last=True),)
    if fours >= 7 and rest == 0:
        fours, rest = fours - 1, PHRASE_BARS
    if rest == 1 and fours >= 4:
        fours, rest = fours - 1, PHRASE_BARS + 1
    sections = _of_fours(fours, form, rng)
    if rest:
        sections.append(ending(rest, tension, rng, sections[0].phrases[0].treatment))
    sections[-1] = replace(sections[-1], is_last=True)
    if before:
        sections.insert(0, SectionSpec(INTRODUCTION, FIRST_THEME, 0, (introduction(before),), energy=-0.3))
    return with_breaks(sections)


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


def introduction(bars: int) -> PhraseSpec:
    """A phrase that promises the theme: the head of its motif, repeated up to a dominant that waits (the prelude of a
    song; Caplin 1998, "thematic introduction")."""
    return PhraseSpec(INTRODUCTION, bars, "half", ("a fragment",) * (bars - 1))


def ending(bars: int, tension: float, rng: np.random.Generator, theme: Sequence[str]) -> SectionSpec:
    """The coda of a mood. The higher the tension (0..1), the likelier a full close instead of a plagal one; a tense
    coda ends strong, others fade. `theme` is how the first phrase of the theme treats its motifs."""
    low, high = FULL_CLOSE_TENSION
    is_full = rng.random() < (tension - low) / (high - low)
    return SectionSpec("coda", FIRST_THEME, 0, (coda(bars, theme, is_full=is_full),), 0.3 if tension >= high else -0.5)


def coda(bars: int, theme: Sequence[str] = ("a", "b"), *, is_full: bool = False) -> PhraseSpec:
    """A closing phrase: it recalls how the theme began, slows down (augmentation) and comes to rest, over a pedal or
    with a full close."""
    remembered = min(2, bars - 2) if bars > 2 else 0
    treatment = tuple(theme[:remembered]) + ("a augmented",) * (bars - 1 - remembered)
    if bars == 1:
        return PhraseSpec("coda", bars, "tonic", treatment)
    if is_full:
        return PhraseSpec("coda", bars, "authentic", treatment, opens_like=remembered)
    return PhraseSpec(
        "coda", bars, "plagal", treatment, opens_like=remembered, pedal="tonic", pedal_bar=max(1, remembered)
    )


def _of_fours(fours: int, form: Form, rng: np.random.Generator) -> list[SectionSpec]:
    """Sections that fill `fours` four-bar phrases.

    An order fits if sections of one or two phrases each can fill it. Orders whose theme has two phrases (a question and
    an answer), or is stated twice, come first; among those, the one with the most equal sections.
    """
    fitting = [order for order in form.orders if len(order) <= fours <= 2 * len(order)]
    if not fitting:
        return _chained(fours, form, rng)
    order = min(fitting, key=lambda o: (_is_curt(o, fours), min(fours - len(o), 2 * len(o) - fours), len(o)))
    sizes = _sizes(order, fours - len(order))
    theme = draw_theme(form, rng) if sizes[0] == 2 else find_theme("statement")
    return list(_sections(order, sizes, theme, theme, rng))


def _is_curt(order: str, fours: int) -> bool:
    """Whether a theme is stated in four bars and left at once: no answer, no repetition."""
    return order[:2] != 2 * order[0] and _sizes(order, fours - len(order))[0] < 2


def _sizes(order: str, doubled: int) -> list[int]:
    """Phrases per section, with `doubled` sections of two: the theme first, its last return next, contrasts last."""
    theme = [place for place, letter in enumerate(order) if letter == order[0]]
    others = [place for place, letter in enumerate(order) if letter != order[0]]
    ranked = [theme[0], *theme[:0:-1], *others]
    return [2 if place in ranked[:doubled] else 1 for place in range(len(order))]


def _chained(fours: int, form: Form, rng: np.random.Generator) -> list[SectionSpec]:
    """As much of the chain as fits, with its first theme at the end."""
    sections: list[SectionSpec] = []
    left = fours
    for section in chain(rng, form):
        if left - len(section.phrases) < 2:
            break
        sections.append(section)
        left -= len(section.phrases)
    follows = "AA" in form.orders[-1]
    if sections[-1].theme == FIRST_THEME and left == 2 and not follows:  # a return must come from somewhere else
        left += len(sections.pop().phrases)
    theme = sections[0].phrases
    if extra := left - len(theme):
        sections.append(SectionSpec("episode", "episode", 0, _contrasts(extra)[0], energy=0.3, is_contrast=True))
    turns = sum(section.theme == FIRST_THEME for section in sections)
    return [*sections, SectionSpec(_title(FIRST_THEME, turns), FIRST_THEME, turns, theme, energy=0.3)]
