"""Journey, course → the next phrase: endless music whose mood moves.

`next_phrase` is the step: it takes where the music stands (`Journey`) and the `Course` it should follow, a brief for
every moment, and gives the next `Stretch` with the journey after it. Live, the course is the mood of the moment, and a
stretch that is overtaken is sent another way or stopped at a bar line (`redirect`); offline the whole course is known
(`travel`), and phrases are shortened so that they close where the mood turns. Either way a key turns on a
pivot at the end of a phrase, everything else goes step by step (`steer`), and the motifs go along: a theme comes back
in another light. Memory does not grow: a chapter of the form forgets the one before, but for the first theme.

Times are seconds on the journey's own clock, which is that of the written music (rubato gives back what it robs).

References: Caplin 1998, *Classical Form*; Schubert's and Schumann's parallel turns in Cohn 2012, *Audacious Euphony*;
and those of `steer`, `pivot`, `path`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from mien.music.compose import State, next_section
from mien.music.form import (
    FIRST_THEME,
    FREE,
    PHRASE_BARS,
    PhraseSpec,
    SectionSpec,
    Theme,
    chapter,
    draw_theme,
    ending,
    find_form,
)
from mien.music.growth import fitted
from mien.music.motif import notes_in_bar
from mien.music.pivot import Key, Pivot, find_pivot, is_shared, key_of
from mien.music.redress import NOTICEABLE_DENSITY, redressed
from mien.music.rhythm import bar_ticks, beat_ticks, beats_in_bar, middle_ticks
from mien.music.spelling import key_name
from mien.music.steer import MOOD_S, has_moved, rests, steer
from mien.music.stretch import Stretch, as_stretch
from mien.music.theme import Draft
from mien.values import Brief, Mark

Course = Callable[[float], Brief]
"""The brief wanted at each second of a journey."""

CODA_BARS = (2, 5)
"""Least and most bars of an ending."""

TURN = PhraseSpec("turn", PHRASE_BARS, "half", ())
"""A phrase of which only the cadence remains."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last stretch: the section it belongs to and as much of it as it has, its phrases, what was remembered before,
    the density it was accompanied with, and the brief it was to lead to."""

    section: SectionSpec
    spec: SectionSpec
    drafts: tuple[Draft, ...]
    before: State
    density: float
    aim: Brief


@dataclass(frozen=True, slots=True)
class Journey:
    """Where endless music stands.

    Attributes
    ----------
    seed : of the whole journey.
    now : the brief that was last in force.
    time_s : length of the music so far.
    stretches : how many there were.
    composer : what the composer remembers.
    chapters : how many of the form were begun.
    ahead : sections of the chapter still to come; of the first, `place` phrases have been heard.
    last : what has to be known of the last stretch to send it another way.
    home : the brief for which the themes in memory were written.
    is_broken_off : the music stopped in the middle of a phrase and has to find a cadence.
    rest_ticks : what is left of the bar it stopped in.
    form : name of the form whose chapters it plays (`mien.music.form.forms`).
    """

    seed: int
    now: Brief
    time_s: float = 0.0
    stretches: int = 0
    composer: State = field(default_factory=State)
    chapters: int = 0
    ahead: tuple[SectionSpec, ...] = ()
    place: int = 0
    last: Last | None = None
    home: Brief | None = None
    is_broken_off: bool = False
    rest_ticks: int = 0
    form: str = FREE


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
    if _lacks_pivot(journey, target):
        after, turn = _extended(journey, course, journey.ahead[0], (_shortened(TURN, 1, _pivot(journey, target)),))
        return _stopped(after, turn, journey.rest_ticks or turn.written.length_ticks)
    turned = _turned(journey, target)
    section = turned.ahead[0]
    phrases = section.phrases[turned.place :]
    if not _goes_on(turned, key_of(journey.now)):
        phrases = (replace(phrases[0], opens_like=0), *phrases[1:])
    bars = sum(phrase.bars for phrase in phrases)
    if bars <= most_bars and _rests(turned, course, bars):
        return _extended(turned, course, section, phrases)
    phrase = phrases[0]
    if change := _next_change(turned, course, target, phrase.bars):
        bars, later = change
        phrase = _shortened(phrase, bars, _pivot(turned, later))
    return _extended(turned, course, section, (phrase,))


def redirect(journey: Journey, stretch: Stretch, tick: int, course: Course) -> tuple[Journey, Stretch]:
    """Let the rest of a stretch follow another course, because the mood has changed while it plays.

    Tempo, loudness, the density of the accompaniment and the performer's brief follow from the next beat on. If the
    mood has moved too far for these notes (`mien.music.steer.has_moved`), they stop at the next bar line (where that
    were too late, within the bar), and the next phrase makes the cadence.

    Parameters
    ----------
    journey, stretch : as `next_phrase` or `redirect` gave them last.
    tick : the first tick of the stretch that may still be changed, at least 1: what has begun is played.

    Returns
    -------
    The journey as it stands after what is left, and what is left.
    """
    beat = beat_ticks(stretch.written.meter)
    start_s = journey.time_s - stretch.written.length_s
    since = -(-tick // beat)
    before = [brief for at, brief in stretch.briefs if at < since * beat]
    now_s = start_s + float(stretch.written.seconds_at(np.array([since * beat]))[0])
    here = replace(journey, now=before[-1], time_s=now_s)
    later, times = _along(here, course, len(stretch.briefs) - since)
    changed = stretch.under([*before, *later])
    after = replace(journey, now=[*before, *later][-1], time_s=times[-1])
    cut = _next_cut(tick, min(here.now.tempo_bpm, course(now_s).tempo_bpm), here.now.meter)
    last = journey.last
    if cut >= stretch.written.length_ticks or last is None or not has_moved(last.aim, course(now_s)):
        return _redressed(after, changed, since * beat)
    return _broken_off(after, last, changed, cut)


def _redressed(journey: Journey, stretch: Stretch, tick: int) -> tuple[Journey, Stretch]:
    """Let the accompaniment of what is left follow the density in force, if that has changed enough to be heard."""
    last, length = journey.last, stretch.written.length_ticks
    if last is None or tick >= length or last.spec.bars * stretch.written.bar_ticks > length:  # it stops before its end
        return journey, stretch
    density = stretch.brief_at(tick).density
    if abs(density - last.density) < NOTICEABLE_DENSITY:
        return journey, stretch
    rng = np.random.default_rng([journey.seed, journey.stretches, tick])
    composer, changed = redressed(last.before, last.spec, last.drafts, stretch, tick, rng)
    joined = replace(journey.composer, voices=composer.voices, joint=composer.joint, figures=composer.figures)
    return replace(journey, composer=joined, last=replace(last, density=density)), changed


def _next_cut(tick: int, slowest_bpm: float, meter: tuple[int, int]) -> int:
    """Where music that plays may stop next: at the bar line if a whole bar of cadence after it is still in time, else
    at the middle of the bar, or past that at a beat, so that the cadence fills what is left."""
    bar, middle, beat = bar_ticks(meter), middle_ticks(meter), beat_ticks(meter)
    place = tick % bar
    line = max(1, -(-tick // bar)) * bar
    waited_s = (line - tick + bar + beat) / beat * 60 / slowest_bpm  # a jump just after a beat is heard of at the next
    if waited_s <= MOOD_S or place == 0:
        return line
    return tick - place + (middle if place <= middle else -(-place // beat) * beat)


def _stopped(journey: Journey, stretch: Stretch, tick: int) -> tuple[Journey, Stretch]:
    """End a stretch, the last one of a journey, at a tick."""
    kept = stretch.until(tick)
    time_s = journey.time_s - stretch.written.length_s + kept.written.length_s
    return replace(journey, now=kept.briefs[-1][1], time_s=time_s), kept


def _broken_off(journey: Journey, last: Last, stretch: Stretch, cut: int) -> tuple[Journey, Stretch]:
    """Stop a stretch in the middle; its section will begin again, in the light of the new mood."""
    stopped, kept = _stopped(journey, stretch, cut)
    heard = _heard(last.drafts, kept.written.meter, cut)
    after = replace(
        stopped,
        composer=replace(journey.composer, themes={}, last=heard, joint=None),
        ahead=journey.ahead if last.section in journey.ahead[:1] else (last.section, *journey.ahead),
        place=0,
        is_broken_off=True,
        rest_ticks=-cut % kept.written.bar_ticks,
    )
    return after, kept


def close(journey: Journey, course: Course, bars: int = 4) -> Stretch:
    """End the music: the first theme slows down and comes to rest on the tonic.

    Parameters
    ----------
    bars : length of the ending, within `CODA_BARS`.
    """
    target = course(journey.time_s)
    if not _lacks_pivot(journey, target):
        journey = _turned(journey, target)
    theme = first_theme(journey).phrases[0].treatment
    last = replace(ending(bars, target.tension, np.random.default_rng([journey.seed, 0xE0]), theme), is_last=True)
    remembers = FIRST_THEME in journey.composer.themes
    phrases = last.phrases if remembers else tuple(replace(phrase, opens_like=0) for phrase in last.phrases)
    return _extended(replace(journey, place=0), course, replace(last, phrases=phrases), phrases)[1]


def _shortened(phrase: PhraseSpec, bars: int, pivot: Pivot) -> PhraseSpec:
    """A phrase brought to its cadence after so many bars, on the pivot."""
    return replace(
        phrase,
        bars=bars,
        cadence=pivot.cadence,
        treatment=phrase.treatment[: bars - 1],
        opens_like=min(phrase.opens_like, max(0, bars - 2)),
        goal=pivot.roman,
    )


def _pivot(journey: Journey, target: Brief) -> Pivot:
    return find_pivot(key_of(journey.now), key_of(target))


def _lacks_pivot(journey: Journey, target: Brief) -> bool:
    """Whether a bar of cadence is owed before the music goes on: it stopped in mid-phrase, or its last chord does not
    lead to the key wanted. One such bar is enough, even if the mood has moved on meanwhile."""
    old, new = key_of(journey.now), key_of(target)
    last = journey.composer.last
    if journey.is_broken_off:
        return True
    if last is None or old == new or last.spec.bars == 1:
        return False
    return not is_shared(last.slots[-1].harmony, old, new)


def first_theme(journey: Journey) -> Theme:
    """How the first theme of a journey is built."""
    return draw_theme(find_form(journey.form), np.random.default_rng([journey.seed, 0xF0]))


def with_sections(journey: Journey) -> Journey:
    """Begin the next chapter where the last has been heard, and forget its themes but the first of all."""
    if journey.ahead:
        return journey
    number = journey.chapters
    form, first = find_form(journey.form), first_theme(journey)
    rng = np.random.default_rng([journey.seed, 0xF0, number])
    composer = journey.composer
    kept = replace(
        composer,
        themes={name: drafts for name, drafts in composer.themes.items() if name == FIRST_THEME},
        motifs={name: bank for name, bank in composer.motifs.items() if name == FIRST_THEME},
        worn={name: dresses for name, dresses in composer.worn.items() if name == FIRST_THEME},
    )
    theme = draw_theme(form, rng) if number else first
    ahead = chapter(form, number, theme, first, rng)
    return replace(journey, composer=kept, chapters=number + 1, ahead=ahead, place=0)


def _turned(journey: Journey, target: Brief) -> Journey:
    """Let key (and at a section, metre and ensemble) be those wanted; forget what would not fit them."""
    before = journey.now
    now = steer(before, target, beats=0, at_cadence=True, at_section=journey.place == 0)
    if now.meter != before.meter:  # no motif fits another bar: a new chapter
        fresh = State(sections=journey.composer.sections, motif_count=journey.composer.motif_count)
        return with_sections(replace(journey, now=now, composer=fresh, ahead=()))
    composer = journey.composer
    if now.tonic_pc != before.tonic_pc:
        composer = replace(composer, last=None, joint=None)
    if now.ensemble != before.ensemble:
        composer = replace(composer, themes={}, last=None, joint=None, voices=None, figures=None, worn={})
    return replace(journey, now=now, composer=composer)


def _goes_on(journey: Journey, key_before: Key) -> bool:
    """Whether the phrase before is there to be taken up: in the same key, whole, of the same section."""
    last = journey.composer.last
    return (
        journey.place > 0 and last is not None and last.spec.bars == PHRASE_BARS and key_of(journey.now) == key_before
    )


def _along(journey: Journey, course: Course, beats: int) -> tuple[list[Brief], list[float]]:
    """Brief and time at each of the beats to come, the times with that of their end: lists of n and n + 1."""
    briefs: list[Brief] = []
    now, times = journey.now, [journey.time_s]
    for _ in range(beats):
        now = steer(now, course(times[-1]))
        briefs.append(now)
        times.append(times[-1] + 60 / now.tempo_bpm)
    return briefs, times


def _rests(journey: Journey, course: Course, bars: int) -> bool:
    """Whether the mood has been reached and stays for so many bars."""
    beats = bars * beats_in_bar(journey.now.meter)
    times = (journey.time_s + beat * 60 / journey.now.tempo_bpm for beat in range(beats))
    return all(rests(journey.now, course(time_s)) for time_s in times)


def _next_change(journey: Journey, course: Course, here: Brief, bars: int) -> tuple[int, Brief] | None:
    """Bars until the course has moved away from `here`, if it does within `bars`, and the brief wanted then."""
    beats = beats_in_bar(journey.now.meter)
    _, times = _along(journey, course, bars * beats)
    for bar in range(1, bars + 1):
        there = course(times[bar * beats])
        if has_moved(here, there):
            return bar, there
    return None


def _extended(
    journey: Journey, course: Course, section: SectionSpec, phrases: tuple[PhraseSpec, ...]
) -> tuple[Journey, Stretch]:
    """Compose phrases of a section, with the brief that will be in force half way through them."""
    beats = sum(phrase.bars for phrase in phrases) * beats_in_bar(journey.now.meter)
    briefs, times = _along(journey, course, beats)
    composed = briefs[beats // 2]
    turns = journey.home is not None and key_of(journey.home) != key_of(composed)
    stays = journey.home is not None and rests(journey.home, composed)
    rng = np.random.default_rng([journey.seed, journey.stretches])
    composer = journey.composer if stays else _lively(journey.composer, composed, rng)
    spec = replace(section, phrases=phrases, is_contrast=section.is_contrast and journey.place == 0)
    before = composer
    composer, passage = next_section(composed, composer, spec, rng)
    named = (Mark(0, "form", journey.form),) if journey.stretches == 0 else ()
    marks = _section_marks(journey, section, phrases, key_name(*key_of(composed)) if turns else "")
    passage = replace(passage, marks=(*named, *marks, *(mark for mark in passage.marks if mark.kind != "section")))
    is_turn = phrases[0].bars == 1
    place = journey.place + (0 if is_turn else len(phrases))
    is_over = place >= len(section.phrases)
    after = replace(
        journey,
        now=briefs[-1],
        time_s=times[-1],
        stretches=journey.stretches + 1,
        composer=composer,
        ahead=journey.ahead[1:] if is_over else journey.ahead,
        place=0 if is_over else place,
        home=journey.home if stays else composed,
        last=Last(section, spec, passage.drafts, before, composed.density, course(times[-1])),
        is_broken_off=False,
        rest_ticks=0,
    )
    return after, as_stretch(passage, composed, briefs, journey.seed + journey.stretches)


def _lively(composer: State, brief: Brief, rng: np.random.Generator) -> State:
    """Themes are forgotten and their motifs, lively or calm as the brief asks, kept to write them anew."""
    wanted = notes_in_bar(brief)
    motifs = {
        theme: {role: fitted(motif, wanted, rng) for role, motif in bank.items()}
        for theme, bank in composer.motifs.items()
    }
    return replace(composer, themes={}, motifs=motifs)


def _section_marks(
    journey: Journey, section: SectionSpec, phrases: tuple[PhraseSpec, ...], new_key: str
) -> tuple[Mark, ...]:
    """Where a section begins, its name; where the key has turned, that too. A turn belongs to what was before."""
    words = [section.title] if journey.place == 0 else []
    words += [f"in {new_key}"] if new_key else []
    return (Mark(0, "section", ", ".join(words)),) if words and phrases[0].bars > 1 else ()


def _heard(drafts: tuple[Draft, ...], meter: tuple[int, int], tick: int) -> Draft | None:
    """The phrase that sounded last before a tick, as far as it was heard."""
    start = 0
    for draft in drafts:
        end = start + draft.spec.bars * bar_ticks(meter)
        if tick <= end:
            here = tick - start
            slots = tuple(slot for slot in draft.slots if slot.onset_ticks < here)
            melody = tuple(note for note in draft.melody if note.onset_ticks < here)
            return replace(draft, slots=slots, melody=melody)
        start = end
    return None
