"""Length in bars and a form → the plan of a whole piece: an introduction, sections that fill it, an end.

References: those of `mien.music.form`; Caplin 1998, *Classical Form* (thematic introductions, codas).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mien.music.form import (
    FIRST_THEME,
    FREE,
    PHRASE_BARS,
    REST,
    Form,
    PhraseSpec,
    SectionSpec,
    chain,
    contrasting,
    draw_theme,
    find_form,
    find_theme,
    sections_of,
    titled,
    with_breaks,
)
from mien.values import Part

INTRODUCTION = "introduction"
"""Title of the section that is heard before the first theme and does not return."""

INTERLUDE = "interlude"
"""Title of the section in which the melody rests before the last return."""

LONG_BARS, INTRODUCTION_BARS = 30, 2
"""A piece of at least this many bars has an introduction of this many."""

BROAD_BARS, BROAD_INTRODUCTION_BARS, INTERLUDE_BARS = 60, 4, 2
"""A piece of at least this many bars may have an introduction and an interlude of so many, and a coda that thins
out."""

BROAD_ODDS = 0.6
"""Odds of each of these three in a piece that is long enough."""

INTRODUCTIONS: Mapping[str, Mapping[Part, float]] = {
    "theme": {},
    "vamp": {Part.MELODY: 1.0},
    "call": {Part.HARMONY: 0.5, Part.TEXTURE: 0.5, Part.RHYTHM: 0.5, Part.KIT: 0.5},
    "entries": {Part.HARMONY: 0.25, Part.TEXTURE: 0.5, Part.KIT: 0.5, Part.MELODY: 0.5},
}
"""Kinds of introduction: for which share of it each part waits. The head of the theme is accompanied, or the
accompaniment begins without it, or the melody without its accompaniment, or one player comes in after another."""

FADING: Mapping[Part, int] = {Part.TEXTURE: 1, Part.KIT: 1, Part.HARMONY: 2}
"""The bar of a coda that thins out from which each part rests until the last chord."""

FULL_CLOSE_TENSION, FULL_CLOSE_LOUDNESS = (0.15, 0.5), (0.4, 0.6)
"""Tension, and loudness, up to which an ending is always plagal, and from which it is always a full close."""

FALTERING_TENSION, FALTERING_LOUDNESS = 0.5, 0.45
"""From this tension on, and up to this loudness, an ending neither closes strong nor comes to rest: it falters."""

RECALL_ODDS = 0.6
"""How often a coda recalls how the theme began."""

OTHER_ORDER_FOURS, OTHER_ORDER_ODDS = 6, 0.4
"""From how many phrases on, and how often, a free piece takes another order of its sections than the one that fits
best: a shorter one needs all of its returns to be remembered by."""


def plan(
    bars: int, rng: np.random.Generator, form: Form | None = None, tension: float = 0.0, loudness: float = 0.0
) -> tuple[SectionSpec, ...]:
    """Plan a piece of exactly `bars` bars (at least 2); the last section ends on the tonic.

    Every four bars become a phrase; the remainder becomes the coda, shaped by the `tension` and the `loudness` of the
    mood (0..1). A long piece begins with an introduction; in a longer one the melody may rest before its last return,
    and the coda thin out.

    Raises
    ------
    ValueError
        If fewer than 2 bars are asked for.
    """
    if bars < 2:
        raise ValueError(f"{bars} bars given; a phrase with a cadence needs 2")
    form = form or find_form(FREE)
    wide, rests, thins = rng.random(3) < BROAD_ODDS if bars >= BROAD_BARS else (False, False, False)
    before = 0 if bars < LONG_BARS else BROAD_INTRODUCTION_BARS if wide else INTRODUCTION_BARS
    between = INTERLUDE_BARS if rests else 0
    fours, rest = divmod(bars - before - between, PHRASE_BARS)
    if fours == 0:
        only = PhraseSpec("statement", bars, "authentic", ("a",) * (bars - 1))
        return (SectionSpec(FIRST_THEME, FIRST_THEME, 0, (only,), is_last=True),)
    if fours >= 7 and rest == 0:
        fours, rest = fours - 1, PHRASE_BARS
    if rest == 1 and fours >= 4:
        fours, rest = fours - 1, PHRASE_BARS + 1
    sections = _of_fours(fours, form, rng)
    if rest:
        last = ending(rest, tension, loudness, rng, sections[0].phrases[0].treatment)
        sections.append(fading(last) if thins and last.energy < 0 else last)
    sections[-1] = replace(sections[-1], is_last=True)
    if between:
        last_return = max(place for place, section in enumerate(sections) if section.turn)
        sections.insert(last_return, interlude(between))
    if before:
        sections.insert(0, introduction(before, rng))
    return with_breaks(linked(sections))


def linked(sections: Sequence[SectionSpec]) -> list[SectionSpec]:
    """The sections of a whole piece, each with the theme that it leads to."""
    follow = [*sections[1:], None]
    known = [one.theme if one is not None and (one.turn or one.phrases[0].opens_like) else "" for one in follow]
    return [replace(section, leads_to=theme) for section, theme in zip(sections, known, strict=True)]


def introduction(bars: int, rng: np.random.Generator) -> SectionSpec:
    """A section that promises the theme, of a kind drawn from `INTRODUCTIONS`: the head of its motif, repeated up to a
    dominant that waits (the prelude of a song; Caplin 1998, "thematic introduction")."""
    waits = list(INTRODUCTIONS.values())[int(rng.integers(len(INTRODUCTIONS)))]
    rests = tuple((part, 0, max(1, round(share * bars))) for part, share in waits.items())
    return SectionSpec(INTRODUCTION, FIRST_THEME, 0, (_promise(INTRODUCTION, bars),), energy=-0.3, rests=rests)


def interlude(bars: int) -> SectionSpec:
    """The accompaniment alone, on its way to a dominant that waits: the ear rests before the theme returns."""
    return SectionSpec(
        INTERLUDE, FIRST_THEME, 0, (_promise(INTERLUDE, bars),), energy=-0.4, rests=((Part.MELODY, 0, bars),)
    )


def _promise(role: str, bars: int) -> PhraseSpec:
    return PhraseSpec(role, bars, "half", ("a fragment",) * (bars - 1))


def fading(section: SectionSpec) -> SectionSpec:
    """A coda that thins out: one player after another falls silent, until all strike the last chord."""
    rests = tuple((part, bar, section.bars - 1) for part, bar in FADING.items() if bar < section.bars - 1)
    return replace(section, rests=rests)


def ending(bars: int, tension: float, loudness: float, rng: np.random.Generator, theme: Sequence[str]) -> SectionSpec:
    """The coda of a mood. The tenser or louder it is (0..1), the likelier a full close instead of a plagal one, and a
    coda that ends strong; others fade. What is tense but soft, as fear is, falters. `theme` is how the first phrase of
    the theme treats its motifs."""
    full = max(
        (mood - low) / (high - low)
        for mood, (low, high) in ((tension, FULL_CLOSE_TENSION), (loudness, FULL_CLOSE_LOUDNESS))
    )
    is_full, recalls = rng.random() < full, rng.random() < RECALL_ODDS
    if tension >= FALTERING_TENSION and loudness <= FALTERING_LOUDNESS:
        return fading(SectionSpec("coda", FIRST_THEME, 0, (faltering(bars),), energy=-0.5))
    closing = coda(bars, theme if recalls else (), is_full=is_full)
    return SectionSpec("coda", FIRST_THEME, 0, (closing,), 0.3 if full >= 1 else -0.5)


def coda(bars: int, theme: Sequence[str] = ("a", "b"), *, is_full: bool = False) -> PhraseSpec:
    """A closing phrase: it recalls how the `theme` began and slows down (augmentation), or, without a theme to recall,
    repeats the head of its motif until that is all that is left (liquidation); it comes to rest over a pedal or with a
    full close."""
    remembered = min(2, bars - 2, len(theme)) if bars > 2 else 0
    slows = "a augmented" if theme else "a fragment"
    treatment = tuple(theme[:remembered]) + (slows,) * (bars - 1 - remembered)
    if bars == 1:
        return PhraseSpec("coda", bars, "tonic", treatment)
    if is_full:
        return PhraseSpec("coda", bars, "authentic", treatment, opens_like=remembered)
    return PhraseSpec(
        "coda", bars, "plagal", treatment, opens_like=remembered, pedal="tonic", pedal_bar=max(1, remembered)
    )


def faltering(bars: int) -> PhraseSpec:
    """A coda that breaks off again and again: the head of the motif, a bar without it, the head again, over the tonic
    that the bass holds on to (McClelland 2012, *Ombra*: broken phrases, silences, a pulse in the bass)."""
    if bars == 1:
        return coda(bars)
    treatment = tuple(REST if bar % 2 else "a fragment" for bar in range(bars - 1))
    return PhraseSpec("coda", bars, "plagal", treatment, pedal="tonic", pedal_bar=1)


def _of_fours(fours: int, form: Form, rng: np.random.Generator) -> list[SectionSpec]:
    """Sections that fill `fours` four-bar phrases.

    An order fits if sections of one or two phrases each can fill it. Orders whose theme has two phrases (a question and
    an answer), or is stated twice, come first; among those, the one with the most equal sections, or in a free piece
    perhaps another.
    """
    fitting = [order for order in form.orders if len(order) <= fours <= 2 * len(order)]
    if not fitting:
        return _chained(fours, form, rng)
    order = min(fitting, key=lambda o: (_is_curt(o, fours), min(fours - len(o), 2 * len(o) - fours), len(o)))
    others = [other for other in fitting if other != order and not _is_curt(other, fours)]
    if form.name == FREE and fours >= OTHER_ORDER_FOURS and others and rng.random() < OTHER_ORDER_ODDS:
        order = others[int(rng.integers(len(others)))]
    sizes = _sizes(order, fours - len(order))
    theme = draw_theme(form, rng) if sizes[0] == 2 else find_theme("statement")
    return list(sections_of(order, sizes, {order[0]: theme}, rng))


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
        sections.append(SectionSpec("episode", "episode", 0, contrasting(extra)[0], energy=0.3, is_contrast=True))
    turns = sum(section.theme == FIRST_THEME for section in sections)
    return [*sections, SectionSpec(titled(FIRST_THEME, turns), FIRST_THEME, turns, theme, energy=0.3)]
