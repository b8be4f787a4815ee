"""Section → what the drums play: which pattern, where they thin out, fall silent, fill and build.

A pattern (`figures.toml`) is drawn among those nearest in energy: the nearer half for themes, the other half for
contrasts, so that a contrast is always heard to another beat. Where a contrast opens, the drums may thin out or fall
silent; where it leads back to the theme, they build up to it, or hold their breath. Times are ticks from a phrase's
start.

References: Butler 2006, *Unlocking the Groove* (breakdown and build); Snoman 2019, *Dance Music Manual*.
"""

from dataclasses import dataclass

import numpy as np

from mien.music.figures import Kit, kits
from mien.music.form import SectionSpec
from mien.music.plan import INTERLUDE, INTRODUCTION
from mien.music.rhythm import Meter, bar_ticks, beat_ticks
from mien.music.texture import Stroke
from mien.values import Part
from mien.vocabulary import is_compound

NEAREST = 4
"""How many patterns near in energy may be drawn, half of them for themes and half for contrasts."""

HELD = (37, 38, 39, 40)
"""Drum keys left out where a pattern thins: what marks the backbeat."""

LIVELY_ENERGY = 0.5
"""Energy of a pattern from which it opens with a cymbal and builds with a roll; calmer ones just fall silent."""

CRASH = 49

LIVELY_FILLS = (
    (38, 38, 45, 43),
    (38, 45, 45, 43),
    (38, 0, 38, 38),
    (45, 45, 43, 43),
    (0, 38, 38, 45),
)
CALM_FILLS = ((38, 42), (42, 46), (0, 38), (37, 37))
"""Keys that fill the last beat of a section, evenly; 0 is a rest."""

OPENINGS = {"plays": 0.35, "thins": 0.35, "rests": 0.3}
"""Odds of what the drums do in the first phrase of a contrast."""

BUILD_ODDS = 0.6
"""Odds that drums build up to a return; otherwise they fall silent in the bar before it."""

ROLL = (-16, 6)
"""Accents with which a roll begins and ends."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What the drums do in one phrase: `plays`, `thins` or `rests`, and what its last bar does (`plays`, `builds`,
    `rests`)."""

    way: str = "plays"
    last_bar: str = "plays"


def draw_kit(energy: float, spec: SectionSpec, rng: np.random.Generator) -> Kit:
    """The pattern of a section of a piece with this energy (0..1)."""
    near = sorted(kits(), key=lambda kit: abs(kit.energy - energy))[:NEAREST]
    half = len(near) // 2
    return near[int(rng.integers(half)) + half * spec.is_contrast]


def draw_beats(spec: SectionSpec, rng: np.random.Generator) -> list[Beat]:
    """What the drums do in each phrase of a section."""
    if spec.title in (INTRODUCTION, INTERLUDE):
        return [Beat("thins") for _ in spec.phrases]
    if not spec.is_contrast:
        return [Beat() for _ in spec.phrases]
    opens = str(rng.choice(list(OPENINGS), p=list(OPENINGS.values())))
    builds = rng.random() < BUILD_ODDS
    last = "builds" if builds else "rests"
    return [
        Beat(opens if index == 0 else "plays", last if index == len(spec.phrases) - 1 else "plays")
        for index in range(len(spec.phrases))
    ]


def drum(
    kit: Kit,
    length_ticks: int,
    meter: Meter,
    rng: np.random.Generator,
    beat: Beat = Beat(),
    *,
    fills: bool,
    opens: bool,
) -> list[Stroke]:
    """Realise a drum pattern over a phrase; the last beat may be a fill, the first may open with a cymbal."""
    bar, size = bar_ticks(meter), beat_ticks(meter)
    last = max(0, (length_ticks - 1) // bar * bar) if beat.last_bar != "plays" else length_ticks
    is_lively = kit.energy >= LIVELY_ENERGY
    fills = fills and beat.last_bar == "plays" and beat.way != "rests"
    until = length_ticks - size if fills else last
    strokes = [Stroke(0, size, CRASH, Part.KIT)] if opens and is_lively and beat.way == "plays" else []
    if beat.way != "rests":
        strokes += [s for s in _pattern(kit, until, meter) if beat.way == "plays" or s.pitch_midi not in HELD]
    if fills:
        choices = LIVELY_FILLS if is_lively else CALM_FILLS
        keys = choices[int(rng.integers(len(choices)))]
        step = size // len(keys)
        strokes += [
            Stroke(length_ticks - size + i * step, step, key, Part.KIT, 3 * i) for i, key in enumerate(keys) if key
        ]
    if beat.last_bar == "builds" and is_lively:
        strokes += _build(last, length_ticks, meter)
    return strokes


def _pattern(kit: Kit, until: int, meter: Meter) -> list[Stroke]:
    """The strokes of a pattern, bar by bar, before a tick."""
    bar = bar_ticks(meter)
    grid, rows = (3, kit.compound) if is_compound(meter) else (kit.grid, kit.rows)
    step = beat_ticks(meter) // grid
    return [
        Stroke(start + index * step, step, key, Part.KIT, 8 if row[index % len(row)] == "X" else 0)
        for start in range(0, until, bar)
        for key, row in rows
        for index in range(bar // step)
        if row[index % len(row)] != "." and start + index * step < until
    ]


def _build(start: int, end: int, meter: Meter) -> list[Stroke]:
    """A roll that grows to the end: in halves of a beat, from its middle on in quarters, over a drum on every beat (in
    compound metre thirds and sixths)."""
    size, parts = beat_ticks(meter), 3 if is_compound(meter) else 2
    middle = start + (end - start) // size // 2 * size
    ticks = [*range(start, middle, size // parts), *range(middle, end, size // parts // 2)]
    low, high = ROLL
    roll = [
        Stroke(tick, size // parts // (2 if tick >= middle else 1), 38, Part.KIT, low + (high - low) * i // len(ticks))
        for i, tick in enumerate(ticks)
    ]
    return roll + [Stroke(tick, size // parts, 36, Part.KIT) for tick in range(start, end, size)]
