"""Where endless music stands, what it remembers, and what it owes before it goes on.

Memory does not grow: of the chapters of the form, only the first and the one at hand are remembered. Times are seconds
on the journey's own clock, which is that of the written music (rubato gives back what it robs).
"""

from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from mien.music.brief import with_reasons_of
from mien.music.draft import Draft
from mien.music.form import FREE, PHRASE_BARS, Phrases, SectionSpec, chapter, draw_theme, find_form
from mien.music.journey.pivot import Key, is_shared, key_of
from mien.music.journey.steer import KEY, MOOD_S, steer
from mien.music.journey.stretch import Stretch
from mien.music.memory import Memory
from mien.music.tonality import RelatedKey, in_related_key, local, related_keys
from mien.values import Brief

TURNING_S = 2 * MOOD_S
"""A mood that turned so recently may still be on its way: it crosses several modes, and needs no cadence at each."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last stretch: the `section` it belongs to, as much of that as it has (`spec`), the key in which its chords
    sound, and its phrases; what was remembered before it, the density of its accompaniment, and the brief it was to
    lead to. It began with phrase `place` of the section, of which `heard_bars` had been heard."""

    section: SectionSpec
    spec: SectionSpec
    key: Key
    drafts: tuple[Draft, ...]
    before: Memory
    density: float
    target: Brief
    place: int = 0
    heard_bars: int = 0


@dataclass(frozen=True, slots=True)
class Journey:
    """Where endless music stands.

    Attributes
    ----------
    seed : of the whole journey.
    now : the brief that was last in force, of the home key.
    time_s : length of the music so far.
    stretches : how many there have been.
    memory : what the composer remembers.
    chapters : how many chapters of the form have begun.
    ahead : sections of the chapter still to come; `place` phrases of the first have been heard, and `heard_bars` bars
        of the next, which broke off there.
    last : what must be known of the last stretch to redirect it.
    home : the brief for which the themes in memory were written.
    is_broken_off : the music stopped in the middle of a phrase and has to find a cadence.
    rest_ticks : what is left of the bar it stopped in.
    turned_s : when the last bar of cadence ended.
    form : name of the form whose chapters it plays (`mien.music.form.forms`).
    leaves_home : contrasts stand in related keys of the home key's mode, where there are any.
    visit : the related key of the section at hand.
    """

    seed: int
    now: Brief
    time_s: float = 0.0
    stretches: int = 0
    memory: Memory = field(default_factory=Memory)
    chapters: int = 0
    ahead: tuple[SectionSpec, ...] = ()
    place: int = 0
    heard_bars: int = 0
    last: Last | None = None
    home: Brief | None = None
    is_broken_off: bool = False
    rest_ticks: int = 0
    turned_s: float = -inf
    form: str = FREE
    leaves_home: bool = False
    visit: RelatedKey | None = None

    @property
    def at_hand(self) -> SectionSpec:
        """The first section ahead, in the key that it visits."""
        section, *later = self.ahead
        if self.visit is None:
            return section
        return in_related_key(section, self.visit, leads_back=not later or later[0].theme != section.theme)


def with_sections(journey: Journey) -> Journey:
    """Begin the next chapter once the last has been heard, and forget its themes except those of the first of all."""
    if journey.ahead:
        return journey
    form, memory = find_form(journey.form), journey.memory
    kept = replace(
        memory,
        themes={name: drafts for name, drafts in memory.themes.items() if name in form.lasting},
        motifs={name: bank for name, bank in memory.motifs.items() if name in form.lasting},
        worn={name: dresses for name, dresses in memory.worn.items() if name in form.lasting},
    )
    return replace(
        journey, memory=kept, chapters=journey.chapters + 1, ahead=_chapter(journey, journey.chapters), place=0
    )


def first_theme(journey: Journey) -> Phrases:
    """How the first theme of a journey is built."""
    return _chapter(journey, 0)[0].phrases


def _chapter(journey: Journey, number: int) -> tuple[SectionSpec, ...]:
    """The sections of a chapter; the same each time it is asked for."""
    form, rng = find_form(journey.form), np.random.default_rng([journey.seed, 0xF0, number])
    first = _chapter(journey, 0) if number else ()
    return chapter(form, number, draw_theme(form, rng), first, rng)


def turned(journey: Journey, target: Brief) -> Journey:
    """Let the key (and at a section, metre and ensemble) be those wanted; forget what would not fit them."""
    before = journey.now
    now = steer(before, target, beats=0, at_cadence=True, at_section=journey.place == 0)
    if now.meter != before.meter:  # no motif fits another bar: a new chapter
        fresh = Memory(sections=journey.memory.sections, motif_count=journey.memory.motif_count)
        return with_sections(replace(journey, now=now, memory=fresh, ahead=()))
    memory = journey.memory
    if now.tonic_pc != before.tonic_pc:
        memory = replace(memory, last=None, joint=None)
    if now.ensemble != before.ensemble:
        memory = replace(memory, themes={}, last=None, joint=None, inner=None, figures=None, worn={})
    return replace(journey, now=now, memory=memory)


def goes_on(journey: Journey, key_before: Key) -> bool:
    """Whether the phrase before can be taken up: in the same key, complete, and of the same section."""
    last = journey.memory.last
    return (
        journey.place > 0 and last is not None and last.spec.bars == PHRASE_BARS and key_of(journey.now) == key_before
    )


def visiting(journey: Journey, target: Brief) -> Journey:
    """Let a contrast that begins stand in a related key to which the chord heard last belongs too; nothing stays away
    from a home key that turns."""
    if key_of(target) != key_of(journey.now):
        return replace(journey, visit=None)
    if journey.place or journey.heard_bars:
        return journey
    section, last, heard = journey.ahead[0], journey.last, journey.memory.last
    if not (journey.leaves_home and section.is_contrast and last and heard) or journey.is_broken_off:
        return replace(journey, visit=None)
    keys = [key for key in related_keys(target.mode) if key.mode is target.mode]
    rng = np.random.default_rng([journey.seed, 0xF1, *section.theme.encode()])  # a theme keeps its key
    visit = keys[int(rng.integers(len(keys)))] if keys else None
    there = replace(journey, visit=visit)
    is_near = is_shared(heard.slots[-1].harmony, last.key, sounding(target, there.at_hand))
    return there if is_near else replace(journey, visit=None)


def sounding(brief: Brief, section: SectionSpec) -> Key:
    """The key in which a section sounds whose home key is that of a brief."""
    return key_of(local(brief, section))


def key_heard(journey: Journey) -> Key:
    """The key in which the last chord sounded."""
    return journey.last.key if journey.last else key_of(journey.now)


def at_home(journey: Journey, brief: Brief) -> Brief:
    """A brief in force in a journey's last stretch, in the home key."""
    now = journey.now
    moved = replace(brief, tonic_pc=now.tonic_pc, tonic_fifths=now.tonic_fifths, mode=now.mode)
    return with_reasons_of(now, moved, KEY)


def lacks_pivot(journey: Journey, new: Key) -> bool:
    """Whether a bar of cadence is owed before the music goes on: it stopped in mid-phrase, or its last chord does not
    lead to the new key. One such bar is enough, even if the mood has moved on since: music that stops again within
    `TURNING_S` goes on at once, if its last chord allows that."""
    old = key_heard(journey)
    last = journey.memory.last
    if journey.is_broken_off:
        still_turns = journey.time_s - journey.turned_s <= TURNING_S and not journey.rest_ticks
        return not (still_turns and last and last.slots and is_shared(last.slots[-1].harmony, old, new))
    if last is None or old == new or last.spec.bars == 1:
        return False
    return not is_shared(last.slots[-1].harmony, old, new)


def stopped(journey: Journey, stretch: Stretch, tick: int) -> tuple[Journey, Stretch]:
    """End a journey's last stretch at a tick."""
    kept = stretch.until(tick)
    time_s = journey.time_s - stretch.written.length_s + kept.written.length_s
    return replace(journey, now=at_home(journey, kept.briefs[-1][1]), time_s=time_s), kept
