"""How long chords last: the bars of a phrase → where its chords change, and by how much a contrast differs in that.

A piece whose chords all last a bar is one plane, whatever else its sections do. So the chords of a theme have a pace:
one a bar, or broader, the first held for two bars, or quicker, two a bar. A contrast has another than its theme.

References: Swain 2002, *Harmonic Rhythm: Analysis and Interpretation*; Caplin 1998, *Classical Form* (presentations
prolong, continuations hasten, and so do cadences).
"""

import numpy as np

from mien.ensembles import Pace, ensemble
from mien.music.form import PHRASE_BARS, PhraseSpec
from mien.music.rhythm import bar_ticks, beats_in_bar, middle_ticks
from mien.values import Brief

BROAD, PLAIN, QUICK = 2.0, 1.0, 0.5
"""Bars that a chord lasts."""

PACES = {BROAD: 0.2, PLAIN: 0.6, QUICK: 0.2}
"""How often a theme has each pace. A contrast has one of the others, the outer ones alike."""

SHORTEST_CHORD_S, LONGEST_CHORD_S = 0.6, 6.0
"""How long a chord lasts at least where they are quick, and at most where they are broad, in seconds."""

HASTENS = "continuation"
"""Role of phrases whose chords change sooner than those of the phrase before."""

HASTE = 0.35
"""Odds that chords change twice in the bar before a phrase comes to rest, in addition to those of the tempo: harmony
hastens to its cadence (Caplin 1998: acceleration)."""


def draw_chord_bars(brief: Brief, unlike: float | None, rng: np.random.Generator) -> float:
    """Draw how many bars a chord of a theme lasts, among the paces that the tempo allows; `unlike` is that of the theme
    it contrasts with, None if there is none."""
    allowed = _allowed(brief)
    odds = {pace: share for pace, share in PACES.items() if pace in allowed and (pace != unlike or len(allowed) == 1)}
    total = sum(odds.values())
    return float(rng.choice(list(odds), p=[each / total for each in odds.values()]))


def _allowed(brief: Brief) -> tuple[float, ...]:
    """The paces that the tempo allows; an ensemble with a pace of its own has no other."""
    if ensemble(brief.ensemble).pace != Pace():
        return (PLAIN,)
    bar, bar_s = bar_ticks(brief.meter), _bar_s(brief)
    half_s = bar_s * (bar - middle_ticks(brief.meter)) / bar
    broad, quick = BROAD * bar_s <= LONGEST_CHORD_S, half_s >= SHORTEST_CHORD_S
    return ((BROAD,) if broad else ()) + (PLAIN,) + ((QUICK,) if quick else ())


def _bar_s(brief: Brief) -> float:
    """How long a bar lasts, in seconds."""
    return beats_in_bar(brief.meter) * 60 / brief.tempo_bpm


def chord_bars_in(phrase: PhraseSpec, brief: Brief, chord_bars: float) -> float:
    """How many bars a chord of a phrase lasts, if those of its theme last `chord_bars`."""
    hastens = phrase.role == HASTENS and chord_bars == PLAIN and QUICK in _allowed(brief)
    return QUICK if hastens else chord_bars


def opening_ticks(brief: Brief, spec: PhraseSpec, chord_bars: float) -> int:
    """How long the first chord of a phrase lasts; in one of two bars, half a bar, so that its cadence has room."""
    bar, middle = bar_ticks(brief.meter), middle_ticks(brief.meter)
    if spec.bars == 2 or (chord_bars < 1 and spec.bars >= PHRASE_BARS):
        return middle
    held = max(chord_bars, ensemble(brief.ensemble).pace.chord_bars)
    return round(max(1, min(held, spec.bars // 2))) * bar


def changes(
    brief: Brief, start: int, bars: int, ending: int, rng: np.random.Generator, chord_bars: float = PLAIN
) -> list[tuple[int, int]]:
    """Where chords change from tick `start` on, and how long each lasts: once per bar, or twice if they are quick, or
    if a cadence of three chords or a slow tempo needs it.

    The last bar, where the phrase comes to rest, never divides.
    """
    bar, middle = bar_ticks(brief.meter), middle_ticks(brief.meter)
    odds = min(0.45, max(0.0, (_bar_s(brief) - 1.6) * 0.15)) * (0.6 + brief.tension)
    if bars >= PHRASE_BARS:
        odds = {BROAD: 0.0, PLAIN: odds, QUICK: 1.0}[chord_bars]
    begun, first = start % bar, -(-start // bar)
    places = [(start, bar - begun)] if begun else []
    for index in range(first, bars):
        drives = HASTE if bars >= PHRASE_BARS and index == bars - 2 else 0.0
        divides = rng.random() < odds + drives and index < bars - 1
        if (index == bars - 2 and ending == 3) or divides:
            places += [(index * bar, middle), (index * bar + middle, bar - middle)]
        else:
            places.append((index * bar, bar))
    return places


def slow_places(brief: Brief, start: int, bars: int, chord_bars: int, *, divides: bool) -> list[tuple[int, int]]:
    """Where chords change from tick `start` on, if each lasts `chord_bars` bars. The last one `divides` where it would
    only repeat the chord before: its last bar is left for the return."""
    bar, places, tick = bar_ticks(brief.meter), [], start
    while tick < bars * bar:
        end = min(bars, (tick // bar // chord_bars + 1) * chord_bars) * bar
        places.append((tick, end - tick))
        tick = end
    if divides and places and places[-1][1] > bar:
        onset, length = places.pop()
        places += [(onset, length - bar), (onset + length - bar, bar)]
    return places
