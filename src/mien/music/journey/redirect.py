"""A stretch that is playing, and a mood that has changed since → what is left of the stretch, redirected or stopped.

Tempo, loudness and the density of the accompaniment belong to the structure clock: they follow from the next beat on.
A motif cannot change midway, so the melody and its chords stay, and the accompaniment takes other figures. If the mood
has moved too far for the notes being played, they stop, and the next phrase makes the cadence. Times are ticks from the
stretch's start.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 9 (accompaniment is independent of the theme);
Hung et al. 2021 (EMOPIA: note density is the mark of arousal).
"""

from dataclasses import replace

import numpy as np

from mien.music.compose import dress
from mien.music.draft import Draft
from mien.music.journey.ahead import Course, along
from mien.music.journey.state import Journey, Last, at_home, stopped
from mien.music.journey.steer import MOOD_S, has_moved
from mien.music.journey.stretch import Stretch, as_stretch
from mien.music.rhythm import bar_ticks, beat_ticks, middle_ticks
from mien.music.tonality import local
from mien.values import Brief, Note, Part

NOTICEABLE_DENSITY = 0.8
"""Notes per beat by which the density must change before the figures do; a smaller change is left to the next
section."""

LEAST_BARS = 2
"""A phrase that broke off goes on if so many of its bars are left."""


def redirect(journey: Journey, stretch: Stretch, tick: int, course: Course) -> tuple[Journey, Stretch]:
    """Let the rest of a stretch follow another course. If that has moved too far for these notes
    (`mien.music.journey.steer.has_moved`), they stop at the next bar line, or within the bar if that is too late.

    Parameters
    ----------
    journey, stretch : as `next_phrase` or `redirect` last returned them.
    tick : the first tick of the stretch that may still change, at least 1: notes that have begun are played.

    Returns
    -------
    The journey as it stands after what is left, and what is left.
    """
    beat = beat_ticks(stretch.written.meter)
    start_s = journey.time_s - stretch.written.length_s
    since = -(-tick // beat)
    before = [brief for at, brief in stretch.briefs if at < since * beat]
    now_s = start_s + float(stretch.written.seconds_at(np.array([since * beat]))[0])
    here = replace(journey, now=at_home(journey, before[-1]), time_s=now_s)
    later, times = along(here, course, len(stretch.briefs) - since)
    changed = stretch.under([*before, *(_as_it_sounds(journey, brief) for brief in later)])
    after = replace(journey, now=[here.now, *later][-1], time_s=times[-1])
    cut = _next_cut(tick, min(here.now.tempo_bpm, course(now_s).tempo_bpm), here.now.meter)
    last = journey.last
    if cut >= stretch.written.length_ticks or last is None or not has_moved(last.target, course(now_s)):
        return _redressed(after, changed, since * beat)
    return _broken_off(after, last, changed, cut)


def _as_it_sounds(journey: Journey, brief: Brief) -> Brief:
    """A brief of the home key in the key of a journey's last stretch."""
    return local(brief, journey.last.spec) if journey.last else brief


def _redressed(journey: Journey, stretch: Stretch, tick: int) -> tuple[Journey, Stretch]:
    """Accompany the rest of a stretch anew, from a tick on, if the density in force has changed enough to be heard. A
    note that sounds at that tick goes on until its part begins a new one."""
    last, length = journey.last, stretch.written.length_ticks
    if last is None or tick >= length or last.spec.bars * stretch.written.bar_ticks > length:  # it stops before its end
        return journey, stretch
    brief = at_home(journey, stretch.brief_at(tick))
    if abs(brief.density - last.density) < NOTICEABLE_DENSITY:
        return journey, stretch
    rng = np.random.default_rng([journey.seed, journey.stretches, tick])
    memory, passage = dress(brief, last.before, last.spec, last.drafts, rng)
    anew = as_stretch(
        passage, local(brief, last.spec), [step for _, step in stretch.briefs], stretch.written.seed
    ).until(length)
    fresh = [(n, level) for n, level in anew.levelled if n.onset_ticks >= tick and n.part is not Part.MELODY]
    starts: dict[Part, int] = {}
    for note, _ in fresh:
        starts.setdefault(note.part, note.onset_ticks)
    kept = ((n, level) for n, level in stretch.levelled if n.onset_ticks < tick or n.part is Part.MELODY)
    shortened = ((_until(note, starts.get(note.part, length)), level) for note, level in kept)
    joined = replace(journey.memory, inner=memory.inner, joint=memory.joint, figures=memory.figures)
    after = replace(journey, memory=joined, last=replace(last, density=brief.density))
    return after, stretch.playing([*shortened, *fresh])


def _until(note: Note, tick: int) -> Note:
    """A note that stops at a tick if it began before it."""
    return replace(note, length_ticks=min(note.end_ticks, tick) - note.onset_ticks) if note.onset_ticks < tick else note


def _next_cut(tick: int, slowest_bpm: float, meter: tuple[int, int]) -> int:
    """Where the playing music may stop next: at the bar line if a whole bar of cadence after it is still in time;
    otherwise at the middle of the bar or a later beat, so that the cadence fills what is left."""
    bar, middle, beat = bar_ticks(meter), middle_ticks(meter), beat_ticks(meter)
    place = tick % bar
    line = max(1, -(-tick // bar)) * bar
    waited_s = (line - tick + bar + beat) / beat * 60 / slowest_bpm  # a jump just after a beat is noticed at the next
    if waited_s <= MOOD_S or place == 0:
        return line
    return tick - place + (middle if place <= middle else -(-place // beat) * beat)


def _broken_off(journey: Journey, last: Last, stretch: Stretch, cut: int) -> tuple[Journey, Stretch]:
    """Stop a stretch before its end; its section will go on from there in the light of the new mood."""
    here, kept = stopped(journey, stretch, cut)
    heard = _heard(last.drafts, kept.written.meter, cut)
    place, bars = _reached(last, kept.written.meter, cut)
    later = journey.ahead[1:] if last.section in journey.ahead[:1] else journey.ahead
    is_over = place >= len(last.section.phrases)
    after = replace(
        here,
        memory=replace(journey.memory, themes={}, last=heard, joint=None),
        ahead=later if is_over else (last.section, *later),
        place=0 if is_over else place,
        heard_bars=bars,
        is_broken_off=True,
        rest_ticks=-cut % kept.written.bar_ticks,
    )
    return after, kept


def _reached(last: Last, meter: tuple[int, int], tick: int) -> tuple[int, int]:
    """The phrase of its section that a stretch had reached at a tick, and how many bars of that had been heard, the bar
    it stops in included. Of a phrase that has nothing left but its close, nothing more is wanted."""
    place, heard = last.place, last.heard_bars
    if last.spec.bars == 1:  # a turn
        return place, heard
    bars = -(-tick // bar_ticks(meter))
    for phrase in last.spec.phrases:
        if bars < phrase.bars:
            break
        bars, place, heard = bars - phrase.bars, place + 1, 0
    heard += bars
    if place < len(last.section.phrases) and last.section.phrases[place].bars - heard < LEAST_BARS:
        return place + 1, 0
    return place, heard


def _heard(drafts: tuple[Draft, ...], meter: tuple[int, int], tick: int) -> Draft | None:
    """The last phrase that sounded before a tick, as far as it was heard."""
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
