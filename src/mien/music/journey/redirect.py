"""A stretch that is playing, and a mood that has changed since → what is left of the stretch, redirected or stopped.

Tempo, loudness and the density of the accompaniment follow from the next beat on. If the mood has moved too far for the
notes being played, they stop at a bar line or within the bar, and the next phrase makes the cadence.
"""

from dataclasses import replace

import numpy as np

from mien.music.draft import Draft
from mien.music.journey.ahead import Course, along
from mien.music.journey.redress import NOTICEABLE_DENSITY, redressed
from mien.music.journey.state import Journey, Last, stopped
from mien.music.journey.steer import MOOD_S, has_moved
from mien.music.journey.stretch import Stretch
from mien.music.rhythm import bar_ticks, beat_ticks, middle_ticks


def redirect(journey: Journey, stretch: Stretch, tick: int, course: Course) -> tuple[Journey, Stretch]:
    """Let the rest of a stretch follow another course, because the mood has changed during it.

    Tempo, loudness, the density of the accompaniment and the performer's brief follow from the next beat on. If the
    mood has moved too far for these notes (`mien.music.journey.steer.has_moved`), they stop at the next bar line (or
    within the bar, if that is too late), and the next phrase makes the cadence.

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
    here = replace(journey, now=before[-1], time_s=now_s)
    later, times = along(here, course, len(stretch.briefs) - since)
    changed = stretch.under([*before, *later])
    after = replace(journey, now=[*before, *later][-1], time_s=times[-1])
    cut = _next_cut(tick, min(here.now.tempo_bpm, course(now_s).tempo_bpm), here.now.meter)
    last = journey.last
    if cut >= stretch.written.length_ticks or last is None or not has_moved(last.aim, course(now_s)):
        return _redressed(after, changed, since * beat)
    return _broken_off(after, last, changed, cut)


def _redressed(journey: Journey, stretch: Stretch, tick: int) -> tuple[Journey, Stretch]:
    """Let the rest of the accompaniment follow the density in force, if that has changed enough to be heard."""
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
    """Stop a stretch before its end; its section will begin again in the light of the new mood."""
    here, kept = stopped(journey, stretch, cut)
    heard = _heard(last.drafts, kept.written.meter, cut)
    after = replace(
        here,
        composer=replace(journey.composer, themes={}, last=heard, joint=None),
        ahead=journey.ahead if last.section in journey.ahead[:1] else (last.section, *journey.ahead),
        place=0,
        is_broken_off=True,
        rest_ticks=-cut % kept.written.bar_ticks,
    )
    return after, kept


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
