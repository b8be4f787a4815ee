"""Journey, course → the next phrase: endless music whose mood moves.

`next_phrase` is the step. It takes where the music stands (`Journey`) and the `Course` it should follow, a brief for
every moment, and returns the journey after the step with the next `Stretch`. Live, the course is the mood of the
moment, and a stretch that the mood overtakes is redirected or stopped at a bar line (`redirect`). Offline the whole
course is known (`travel`), and phrases are shortened to close where the mood turns. Either way a key turns on a pivot
at the end of a phrase, everything else moves step by step (`steer`), and the motifs come along: a theme returns in
another light.

References: Caplin 1998, *Classical Form*; Schubert's and Schumann's parallel turns in Cohn 2012, *Audacious Euphony*;
and those of `steer`, `pivot`, `path`.
"""

from dataclasses import replace

import numpy as np

from mien.music.compose import next_section
from mien.music.form import FIRST_THEME, PHRASE_BARS, PhraseSpec, SectionSpec
from mien.music.journey.ahead import Course, along, next_change, stays_at_rest
from mien.music.journey.growth import fitted
from mien.music.journey.pivot import Pivot, find_pivot, key_of
from mien.music.journey.state import (
    Journey,
    Last,
    first_theme,
    goes_on,
    key_heard,
    lacks_pivot,
    sounding,
    stopped,
    turned,
    visiting,
    with_sections,
)
from mien.music.journey.steer import rests
from mien.music.journey.stretch import Stretch, as_stretch
from mien.music.memory import Memory
from mien.music.motif import notes_in_bar
from mien.music.plan import ending
from mien.music.rhythm import beats_in_bar
from mien.music.spelling import written_key
from mien.music.tonality import local
from mien.values import Brief, Mark

CODA_BARS = (2, 5)
"""Fewest and most bars of an ending."""

TURN = PhraseSpec("turn", PHRASE_BARS, "half", ())
"""A phrase of which only the cadence remains."""


def next_phrase(journey: Journey, course: Course, most_bars: int = 2 * PHRASE_BARS) -> tuple[Journey, Stretch]:
    """Compose on: a section while the mood rests, a phrase while it moves, a bar where it has to turn.

    Parameters
    ----------
    journey : where the music stands; `Journey(seed, brief)` at the start.
    course : the brief wanted at each time from `journey.time_s` on. Metre and ensemble follow between sections.
    most_bars : the longest stretch that is welcome, at least `PHRASE_BARS`.
    """
    journey = with_sections(journey)
    bar_s = beats_in_bar(journey.now.meter) * 60 / journey.now.tempo_bpm
    target = course(journey.time_s + bar_s)  # what is due within a bar is better done between phrases
    journey = visiting(journey, target)
    new = sounding(target, journey.at_hand)
    if lacks_pivot(journey, new):
        key = journey.last.spec.key if journey.last else 0
        turning = (_shortened(TURN, 1, find_pivot(key_heard(journey), new)),)
        after, turn = _extended(journey, course, journey.ahead[0], turning, key)
        return stopped(after, turn, journey.rest_ticks or turn.written.length_ticks)
    here = turned(journey, target)
    section = here.at_hand
    phrases = _unheard(section.phrases[here.place :], here.heard_bars)
    if not goes_on(here, key_of(journey.now)):
        phrases = (replace(phrases[0], opens_like=0), *phrases[1:])
    bars = sum(phrase.bars for phrase in phrases)
    if bars <= most_bars and stays_at_rest(here, course, bars):
        return _extended(here, course, here.ahead[0], phrases, section.key)
    phrase = phrases[0]
    if change := next_change(here, course, target, phrase.bars):
        bars, later = change
        beyond = sounding(later, section) if key_of(later) == key_of(here.now) else key_of(later)
        phrase = _shortened(phrase, bars, find_pivot(sounding(here.now, section), beyond))
    return _extended(here, course, here.ahead[0], (phrase,), section.key)


def close(journey: Journey, course: Course, bars: int = 4) -> Stretch:
    """End the music: the first theme slows down and comes to rest on the tonic.

    Parameters
    ----------
    bars : length of the ending, within `CODA_BARS`.
    """
    target = course(journey.time_s)
    if not lacks_pivot(journey, key_of(target)):
        journey = turned(journey, target)
    theme = first_theme(journey)[0].treatment
    rng = np.random.default_rng([journey.seed, 0xE0])
    last = replace(ending(bars, target.tension, target.loudness, rng, theme), is_last=True)
    remembers = FIRST_THEME in journey.memory.themes
    phrases = last.phrases if remembers else tuple(replace(phrase, opens_like=0) for phrase in last.phrases)
    return _extended(replace(journey, place=0, heard_bars=0), course, replace(last, phrases=phrases), phrases)[1]


def _unheard(phrases: tuple[PhraseSpec, ...], heard_bars: int) -> tuple[PhraseSpec, ...]:
    """Phrases of which the first goes on after its first bars, which were heard before it broke off."""
    if not heard_bars:
        return phrases
    first, *later = phrases
    rest = replace(
        first,
        bars=first.bars - heard_bars,
        treatment=first.treatment[heard_bars:],
        opens_like=0,
        pedal_bar=max(0, first.pedal_bar - heard_bars),
    )
    return rest, *(replace(phrase, opens_like=0) for phrase in later[:1]), *later[1:]


def _shortened(phrase: PhraseSpec, bars: int, pivot: Pivot) -> PhraseSpec:
    """A phrase that reaches its cadence after this many bars, on the pivot."""
    return replace(
        phrase,
        bars=bars,
        cadence=pivot.cadence,
        treatment=phrase.treatment[: bars - 1],
        opens_like=min(phrase.opens_like, max(0, bars - 2)),
        goal=pivot.roman,
    )


def _extended(
    journey: Journey, course: Course, section: SectionSpec, phrases: tuple[PhraseSpec, ...], key: int = 0
) -> tuple[Journey, Stretch]:
    """Compose phrases of a section, so many semitones above the home key, from the brief that will be in force halfway
    through them."""
    beats = sum(phrase.bars for phrase in phrases) * beats_in_bar(journey.now.meter)
    briefs, times = along(journey, course, beats)
    composed = briefs[beats // 2]
    stays = journey.home is not None and rests(journey.home, composed)
    rng = np.random.default_rng([journey.seed, journey.stretches])
    before = journey.memory if stays else _lively(journey.memory, composed, rng)
    opens = journey.place == 0 and not journey.heard_bars
    spec = replace(section, phrases=phrases, is_contrast=section.is_contrast and opens, key=key)
    here = local(composed, spec)
    memory, passage = next_section(composed, before, spec, rng)
    if journey.heard_bars:  # half a phrase is no theme to return to
        memory = replace(memory, themes=before.themes)
    after = replace(
        _gone_on(journey, section, phrases, times[-1]),
        now=briefs[-1],
        stretches=journey.stretches + 1,
        memory=memory,
        home=journey.home if stays else composed,
        last=Last(
            section,
            spec,
            key_of(here),
            passage.drafts,
            before,
            composed.density,
            course(times[-1]),
            journey.place,
            journey.heard_bars,
        ),
    )
    kept = (mark for mark in passage.marks if mark.kind != "section")
    passage = replace(passage, marks=(*_section_marks(journey, section, phrases, here), *kept))
    heard_under = [local(brief, spec) for brief in briefs]
    return after, as_stretch(passage, here, heard_under, journey.seed + journey.stretches)


def _gone_on(journey: Journey, section: SectionSpec, phrases: tuple[PhraseSpec, ...], time_s: float) -> Journey:
    """The journey's place in its form at a time, after phrases of a section; a turn belongs to no section."""
    is_turn = phrases[0].bars == 1
    place = journey.place + (0 if is_turn else len(phrases))
    is_over = place >= len(section.phrases)
    return replace(
        journey,
        time_s=time_s,
        ahead=journey.ahead[1:] if is_over else journey.ahead,
        place=0 if is_over else place,
        heard_bars=journey.heard_bars if is_turn else 0,
        is_broken_off=False,
        rest_ticks=0,
        turned_s=time_s if is_turn else journey.turned_s,
    )


def _lively(memory: Memory, brief: Brief, rng: np.random.Generator) -> Memory:
    """Forget the themes and keep their motifs, livelier or calmer as the brief asks, to write the themes anew."""
    wanted = notes_in_bar(brief)
    motifs = {
        theme: {role: fitted(motif, wanted, rng) for role, motif in bank.items()}
        for theme, bank in memory.motifs.items()
    }
    return replace(memory, themes={}, motifs=motifs)


def _section_marks(
    journey: Journey, section: SectionSpec, phrases: tuple[PhraseSpec, ...], here: Brief
) -> tuple[Mark, ...]:
    """The form where it begins, the name of a section where one begins, and the key of the brief `here` where it has
    turned. A turn belongs to what came before."""
    form = (Mark(0, "form", journey.form),) if journey.stretches == 0 else ()
    words = [] if journey.place or journey.heard_bars else [section.title]
    heard = key_heard(journey) if journey.last or journey.home is None else key_of(journey.home)
    if journey.home is not None and heard != key_of(here):
        words.append(f"in {written_key(here).name}")
    return (*form, Mark(0, "section", ", ".join(words))) if words and phrases[0].bars > 1 else form
