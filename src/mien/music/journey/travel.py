"""MoodPath → a whole piece along it: the music meets the mood, leads it, and comes to an end.

The offline side of `journey`: the course is known in advance, so phrases close where the mood turns, the last section
brings the first theme home, and the ending fills the time.

References: those of `path` (the iso principle) and of `journey`.
"""

from dataclasses import replace

import numpy as np

from mien.music.brief import brief_from_affect, with_reasons_of
from mien.music.form import FIRST_THEME, FREE, PHRASE_BARS, PhraseSpec, SectionSpec, find_form
from mien.music.journey.ahead import Course
from mien.music.journey.path import MoodPath, affect_along
from mien.music.journey.phrases import CODA_BARS, close, next_phrase
from mien.music.journey.state import Journey, first_theme, with_sections
from mien.music.journey.steer import steer
from mien.music.journey.stretch import Stretch, join
from mien.music.mapping import MappingTable
from mien.music.perform import ritardando_beats
from mien.music.rhythm import beats_in_bar
from mien.values import Brief
from mien.vocabulary import BRIEF_NUMBERS

CLOSING = PhraseSpec("closing", PHRASE_BARS, "deceptive", ("b", "b varied", "a fragment"))
"""A phrase that postpones the end once more with a deceptive cadence (Schmalfeldt 1992, "Cadential processes")."""

FAR_BARS = 20
"""From this many bars ahead, the end does not matter yet."""
SLOWEST_BEAT_S = 60 / BRIEF_NUMBERS["tempo_bpm"][0]
ENDING_S = 20.0
"""Room for the final ritardando and for the beat in which nothing fits any more: 2 to 4 s at the slowest tempo."""


def compose_journey(
    path: MoodPath,
    seconds: float,
    seed: int,
    *,
    ensemble: str = "piano",
    tonic_fifths: int | None = None,
    meter: tuple[int, int] | None = None,
    mapping: MappingTable | None = None,
    form: str = FREE,
) -> Stretch:
    """Compose a whole piece along a path.

    Parameters
    ----------
    path : affects in time (`mien.music.journey.path`); outside its points the mood stays.
    seconds : length of the piece as performed, met within a bar.
    ensemble, tonic_fifths, meter, mapping : as `mien.music.brief.brief_from_affect` takes them; they hold for
        the whole piece.
    form : a name of `mien.music.form.forms()`.

    Returns
    -------
    The piece as written with the briefs in force along it, ready for `mien.music.perform.perform`.

    Raises
    ------
    ValueError
        If `seconds` is not positive and finite, or the path is empty.
    BadInput
        If an option is not allowed.
    """
    if not 0 < seconds < np.inf or not path:
        raise ValueError(f"seconds: {seconds} given with {len(path)} points; a positive number and a path wanted")
    first = brief_from_affect(
        path[0][1],
        ensemble=ensemble,
        seed=seed,
        tonic_fifths=tonic_fifths,
        meter=meter,
        mapping=mapping,
    )

    def course(time_s: float) -> Brief:
        brief = brief_from_affect(
            affect_along(path, time_s),
            ensemble=ensemble,
            seed=seed,
            tonic_pc=first.tonic_pc,
            tonic_fifths=first.tonic_fifths,
            meter=first.meter,
            mapping=mapping,
        )
        return with_reasons_of(first, brief)

    journey, stretches = Journey(seed, first, form=find_form(form).name), []
    while (bars := _bars_left(journey, course, seconds)) > CODA_BARS[1]:
        journey = _homeward(journey, bars)
        journey, stretch = next_phrase(journey, course, bars - CODA_BARS[0])
        stretches.append(stretch)
    stretches.append(close(journey, course, max(CODA_BARS[0], bars)))
    return join(stretches, seed)


def _bars_left(journey: Journey, course: Course, seconds: float) -> int:
    """Bars that fit into the remaining time as the tempo will move, including the final ritardando; `FAR_BARS` stands
    for that many or more."""
    bar = beats_in_bar(journey.now.meter)
    now, time_s = journey.now, journey.time_s
    for beats in range(FAR_BARS * bar):
        if seconds - time_s > (FAR_BARS * bar - beats) * SLOWEST_BEAT_S + ENDING_S:
            break  # no tempo brings the end this near
        now = steer(now, course(time_s))
        left = (seconds - time_s) * now.tempo_bpm / 60 - ritardando_beats(now)
        if left < 1:
            return round((beats + left) / bar)
        time_s += 60 / now.tempo_bpm
    return FAR_BARS


def _homeward(journey: Journey, bars: int) -> Journey:
    """Let the last section before an ending be the first theme; if that has just been heard, a last phrase prolongs
    it."""
    if journey.place > 0:
        return journey
    ahead = with_sections(journey).ahead[0]
    is_home = journey.last is not None and journey.last.section.theme == FIRST_THEME
    if is_home and bars - PHRASE_BARS <= CODA_BARS[1]:
        return replace(journey, ahead=(SectionSpec("closing", FIRST_THEME, 1, (CLOSING,), energy=0.3),))
    if is_home or ahead.theme == FIRST_THEME or bars - ahead.bars > CODA_BARS[1]:
        return journey
    theme = first_theme(journey)
    return replace(
        journey, ahead=(SectionSpec(f"{FIRST_THEME} again", FIRST_THEME, 1, theme, energy=0.3, is_height=True),)
    )
