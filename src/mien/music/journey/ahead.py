"""Journey, course → what lies ahead: the briefs of the beats to come, and when the mood turns."""

from collections.abc import Callable

from mien.music.journey.state import Journey
from mien.music.journey.steer import has_moved, rests, steer
from mien.music.rhythm import beats_in_bar
from mien.values import Brief

Course = Callable[[float], Brief]
"""The brief wanted at each second of a journey."""


def along(journey: Journey, course: Course, beats: int) -> tuple[list[Brief], list[float]]:
    """Brief and time at each of the next beats; the times include the end of the last: lists of n and n + 1."""
    briefs: list[Brief] = []
    now, times = journey.now, [journey.time_s]
    for _ in range(beats):
        now = steer(now, course(times[-1]))
        briefs.append(now)
        times.append(times[-1] + 60 / now.tempo_bpm)
    return briefs, times


def stays_at_rest(journey: Journey, course: Course, bars: int) -> bool:
    """Whether the mood has been reached and stays for this many bars."""
    beats = bars * beats_in_bar(journey.now.meter)
    times = (journey.time_s + beat * 60 / journey.now.tempo_bpm for beat in range(beats))
    return all(rests(journey.now, course(time_s)) for time_s in times)


def next_change(journey: Journey, course: Course, here: Brief, bars: int) -> tuple[int, Brief] | None:
    """Bars until the course moves away from `here`, if it does within `bars`, and the brief wanted then."""
    beats = beats_in_bar(journey.now.meter)
    _, times = along(journey, course, bars * beats)
    for bar in range(1, bars + 1):
        there = course(times[bar * beats])
        if has_moved(here, there):
            return bar, there
    return None
