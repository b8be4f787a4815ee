"""Metre, and the rhythms that bars have in songs.

Times are ticks (480 to a quarter). A bar rhythm is a tuple of lengths that fill the bar; rests are negative. Rhythms
are drawn from those of the OpenScore Lieder (`melody_statistics.json`), so that they sound sung rather than diced.

References: Lerdahl & Jackendoff 1983, *A Generative Theory of Tonal Music* (metrical strength); Longuet-Higgins & Lee
1984, "The rhythmic interpretation of monophonic music" (syncopation as sound before a stronger, silent place);
Temperley 1999, "Syncopation in rock: a perceptual perspective" (anticipations).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.values import TICKS_PER_QUARTER
from mien.vocabulary import is_compound, meter_name, quarters_in_bar, quarters_in_beat

Meter = tuple[int, int]
Rhythm = tuple[int, ...]

DOWNBEAT, MIDDLE, BEAT, OFFBEAT = 3, 2, 1, 0
"""Metrical strengths, strong to weak."""

COMPOUND_FILL = 1.15
"""A beat of three parts holds a little more than one of two. It lasts as long: a tempo counts dotted quarters there."""

MOST_SYNCOPATED = 0.9
"""The largest share of syncopated bars: some must show where the beat is."""

EVEN_SYNCOPATION, PUSH_ODDS = 0.2, 1.6
"""Up to this syncopation of a brief no note comes early; odds that one does, for each 1.0 beyond it."""

PLAIN_LEGATO, LEGATO_REACH = 0.84, 0.24
"""The ratio of sounding to written length at which rhythm takes no side, and how far from it the side is taken whole:
above it a line sings, below it is detached."""

SUNG_WEIGHT, DOTTED_WEIGHT = 3.0, 3.0
"""How much likelier a bar with a held note is where the line sings throughout, and a dotted one where contrasts of
duration are sharpest."""

SHORTEST_S = 0.11
"""The shortest note that can be sung, in seconds."""


@cache
def beat_ticks(meter: Meter) -> int:
    """Length of a beat in ticks: a quarter, or a dotted quarter in compound metre."""
    return round(quarters_in_beat(meter) * TICKS_PER_QUARTER)


def division_ticks(meter: Meter) -> int:
    """Length of a part of a beat in ticks: a half, or a third in compound metre; an eighth in either."""
    return beat_ticks(meter) // (3 if is_compound(meter) else 2)


@cache
def bar_ticks(meter: Meter) -> int:
    """Length of a bar in ticks."""
    return int(quarters_in_bar(meter) * TICKS_PER_QUARTER)


@cache
def beats_in_bar(meter: Meter) -> int:
    """Number of beats (two in 6/8)."""
    return bar_ticks(meter) // beat_ticks(meter)


def beat_fill(meter: Meter) -> float:
    """How many times as many notes as a quarter a beat of this metre holds, at the same liveliness."""
    return COMPOUND_FILL if is_compound(meter) else 1.0


def middle_ticks(meter: Meter) -> int:
    """Where a bar divides into two groups of beats (2+2, 2+1, 1+1, 3+2)."""
    return (beats_in_bar(meter) + 1) // 2 * beat_ticks(meter)


def strength(tick: int, meter: Meter) -> int:
    """Metrical strength of a place; `tick` may count from any bar line."""
    place = tick % bar_ticks(meter)
    if place == 0:
        return DOWNBEAT
    if place == middle_ticks(meter):
        return MIDDLE
    return BEAT if place % beat_ticks(meter) == 0 else OFFBEAT


def onsets(rhythm: Rhythm) -> list[tuple[int, int]]:
    """(onset, length) of each note of a rhythm, rests left out."""
    found, tick = [], 0
    for length in rhythm:
        if length > 0:
            found.append((tick, length))
        tick += abs(length)
    return found


def syncopation(rhythm: Rhythm, meter: Meter) -> int:
    """How many notes begin at a weaker place than one they sound across."""
    return sum(is_syncopated(tick, length, meter) for tick, length in onsets(rhythm))


def is_syncopated(tick: int, length: int, meter: Meter) -> bool:
    """Whether a note begins at a weaker place than one it sounds across."""
    beat = beat_ticks(meter)
    across = range(tick - tick % beat + beat, tick + length, beat)
    return any(strength(place, meter) > strength(tick, meter) for place in across)


def pushed(rhythm: Rhythm, meter: Meter, syncopated: float, rng: np.random.Generator) -> Rhythm:
    """Let notes on beats come a part of a beat early and sound across the beat, the likelier the more `syncopated` the
    brief is (Temperley 1999: what comes early belongs to the beat that it anticipates). Where another note is in the
    way, it is held across the beat instead. The first note stays, as does one right after another that came early."""
    odds, part = PUSH_ODDS * (syncopated - EVEN_SYNCOPATION), division_ticks(meter)
    if odds <= 0:
        return rhythm
    lengths, tick, was = [rhythm[0]], abs(rhythm[0]), False
    for length in rhythm[1:]:
        before = lengths[-1]
        may = length > 0 and strength(tick, meter) >= BEAT and not (before % part or length % (part // 2))
        tick += abs(length)
        was = may and not was and rng.random() < odds
        if was and before == part:
            lengths[-1] += length
        elif was:
            lengths[-1:] = [
                *(left for left in (before - part if before > 0 else before + part,) if left),
                length + part,
            ]
        else:
            lengths.append(length)
    return tuple(lengths)


@dataclass(frozen=True, slots=True, eq=False)
class Repertoire:
    """The bar rhythms of a metre and what is needed to choose among them; arrays are (n,) in the order of `rhythms`."""

    rhythms: tuple[Rhythm, ...]
    uses: NDArray[np.float64]
    counts: NDArray[np.float64]
    syncopations: NDArray[np.float64]
    shortest_ticks: NDArray[np.float64]
    is_even: NDArray[np.bool_]
    has_rests: NDArray[np.bool_]
    is_sung: NDArray[np.bool_]
    is_dotted: NDArray[np.bool_]
    starts_on_beat: NDArray[np.bool_]


@cache
def melody_table() -> Mapping[str, Any]:
    """The learnt table, as `mien.lab.scores.melody_statistics` wrote it."""
    table: Mapping[str, Any] = json.loads(
        files("mien.music").joinpath("melody_statistics.json").read_text(encoding="utf-8")
    )
    return table


@cache
def repertoire(meter: Meter) -> Repertoire:
    """Bar rhythms of a metre. Songs in 5/4 are rare: its bars are joined from one of three beats and one of two."""
    learnt = melody_table()["rhythms"]
    if meter == (5, 4):
        pairs = [(a[0] * b[0] / 1e3, (*a[1:], *b[1:])) for a in learnt["3/4"][:24] for b in learnt["2/4"][:10]]
        uses, rhythms = [p[0] for p in pairs], tuple(p[1] for p in pairs)
    else:
        rows = learnt[meter_name(meter)]
        uses, rhythms = [row[0] for row in rows], tuple(tuple(row[1:]) for row in rows)
    return Repertoire(
        rhythms,
        np.array(uses, dtype=np.float64),
        np.array([len(onsets(r)) for r in rhythms], dtype=np.float64),
        np.array([syncopation(r, meter) for r in rhythms], dtype=np.float64),
        np.array([min(length for length in r if length > 0) for r in rhythms], dtype=np.float64),
        np.array([len({length for length in r if length > 0}) == 1 for r in rhythms]),
        np.array([min(r) < 0 for r in rhythms]),
        np.array([max(r) >= min(2 * beat_ticks(meter), middle_ticks(meter)) for r in rhythms]),
        np.array([any(a >= 3 * b > 0 and b < beat_ticks(meter) for a, b in pairwise(r)) for r in rhythms]),
        np.array([r[0] > 0 for r in rhythms]),
    )


def singing(legato: float) -> float:
    """How much a line sings, 0..1: not at all up to `PLAIN_LEGATO`."""
    return min(1.0, max(0.0, (legato - PLAIN_LEGATO) / LEGATO_REACH))


def sharpness(legato: float, loudness: float) -> float:
    """How sharp contrasts of duration are, 0..1: in what is detached and loud. They are sharp in anger and happiness,
    soft in sadness and tenderness (Gabrielsson & Juslin 1996; Juslin 2001)."""
    return loudness * min(1.0, max(0.0, (PLAIN_LEGATO - legato) / LEGATO_REACH))


def draw_rhythm(
    meter: Meter,
    notes_wanted: float,
    syncopated: float,
    tempo_bpm: float,
    rng: np.random.Generator,
    *,
    distinct: bool = False,
    legato: float = PLAIN_LEGATO,
    sharp: float = 0.0,
    avoid: tuple[Rhythm, ...] = (),
) -> Rhythm:
    """Draw a bar rhythm.

    Parameters
    ----------
    notes_wanted : notes in the bar, the centre of a soft window.
    syncopated : 0..1, how likely a syncopated bar is.
    tempo_bpm : beats per minute; it excludes bars with notes too short to sing.
    distinct : for a motif, which begins on the beat and mixes long and short notes.
    legato : ratio of sounding to written length: the more connected the line, the less welcome bars with rests, and the
        more so those with a held note.
    sharp : 0..1, how much dotted bars are preferred; a singing line avoids them.
    avoid : rhythms that should not come again at once.
    """
    have = repertoire(meter)
    tick_s = 60 / (tempo_bpm * beat_ticks(meter))
    weights = np.sqrt(have.uses) * np.exp(-(((have.counts - notes_wanted) / 1.1) ** 2))
    weights *= np.where(have.shortest_ticks * tick_s < SHORTEST_S, 1e-6, 1.0)
    if distinct:
        weights *= np.where(have.is_even, 0.12, 1.0) * np.where(have.starts_on_beat, 1.0, 0.15)
    weights *= np.where(have.has_rests, max(0.1, 1.2 - legato), 1.0)
    sung = singing(legato)
    weights *= np.where(have.is_sung, SUNG_WEIGHT**sung, 1.0) * np.where(
        have.is_dotted, DOTTED_WEIGHT ** (sharp - sung), 1.0
    )
    for rhythm in avoid:
        if rhythm in have.rhythms:
            weights[have.rhythms.index(rhythm)] *= 0.1
    bent = have.syncopations > 0
    if bent.any():
        share = min(MOST_SYNCOPATED, syncopated)
        weights *= np.where(bent, share / weights[bent].sum(), (1 - share) / weights[~bent].sum())
    return have.rhythms[int(rng.choice(len(weights), p=weights / weights.sum()))]
