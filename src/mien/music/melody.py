"""Chords, bass and motifs → a sung line, by search.

The line is the cheapest path through the steps of its range (second-order Viterbi: each choice sees the two notes
before it). The costs are stated in `Costs`; a little Gumbel noise makes the search draw from the good lines instead of
always returning the best. Steps are letters of the scale, 0 at the tonic near MIDI 60; the pitch of a step follows from
the current chord.

References: Huron 2006, *Sweet Anticipation* (learnt step odds); Temperley 2008, "A probabilistic model of melody
perception" (range, proximity); Aldwell, Schachter & Cadwallader 2010 (non-chord tones, leading tones, outer parts);
Meier 1988, *The Modes of Classical Vocal Polyphony* (clausulae); Forney 1973, "The Viterbi algorithm".
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from mien.music.harmony import Outer, Slot, slot_at
from mien.music.motif import step_odds
from mien.music.rhythm import DOWNBEAT, strength
from mien.music.theory import Harmony, among
from mien.values import TICKS_PER_QUARTER, Brief
from mien.vocabulary import Mode


@dataclass(frozen=True, slots=True)
class Costs:
    """What a line avoids: the learnt steps in nats, everything else on the same scale."""

    learnt: float = 0.7
    """Weight of −log odds of a step given the step before."""
    non_chord: tuple[float, float, float, float] = (0.25, 0.75, 2.0, 2.6)
    """A non-chord tone by metrical strength, weak to strong, if a beat long."""
    unresolved: float = 4.0
    """A non-chord tone left by leap; half of it for one entered by leap and left upwards."""
    motif: float = 2.2
    """Each step of deviation from the motif's contour, up to three."""
    place: float = 1.2
    """Each step away from where a repetition should stand, up to three."""
    step: float = 0.25
    """A move by step, or none: the likeliest line has more of them than songs do; this evens it out."""
    arch: float = 0.07
    """The squared distance from the phrase's arch, in steps."""
    tritone: float = 1.5
    wide: float = 2.0
    """A leap of a seventh, or of more than an octave."""
    augmented_second: float = 3.0
    cross: float = 3.0
    """A letter that changes its accidental on the spot."""
    unled: float = 3.0
    """At a change of chord: a leading tone that moves other than up a semitone, a seventh that rises; half of it for a
    seventh that falls past its resolution."""
    clausula: float = 1.6
    """A close that is not reached by step: songs come home by 2–1, 7–1 or 4–3 (Meier 1988, the clausulae)."""
    last_clausula: float = 4.0
    """The same at the end of the piece."""
    parallel: float = 5.0
    """Parallel fifths or octaves with the bass."""
    tonic: float = 0.8
    """The tonic before the close: a line that withholds it has somewhere to go (Schenker's head tone is 3, 5 or 8)."""
    close: float = 12.0
    """A phrase that ends on a tone other than its cadence asks for."""
    noise: float = 0.35
    """Scale of the Gumbel noise."""


COSTS = Costs()


@dataclass(frozen=True, slots=True)
class Sung:
    """A note of a line: ticks from the phrase's start, step and pitch."""

    onset_ticks: int
    length_ticks: int
    step: int
    pitch_midi: int

    @property
    def end_ticks(self) -> int:
        """The first tick after it."""
        return self.onset_ticks + self.length_ticks


@dataclass(frozen=True, slots=True)
class Syllable:
    """A note to be found: its time, the motif's step to it from the previous note (None: free), its place if it repeats
    one, whether it closes, and whether it is the last of the piece."""

    onset_ticks: int
    length_ticks: int
    motif_step: int | None = None
    place: int | None = None
    closes: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest and highest step of a line."""

    low: int
    high: int

    @property
    def centre(self) -> float:
        """Middle of the range, in steps."""
        return (self.low + self.high) / 2


KEPT = 32
"""How many tables of costs by chord are kept: a phrase asks for those of its own chords again and again, and what is
kept for longer only grows."""


@cache
def _habit(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(learnt cost, cost of an unresolved tone) over (before, current, next) positions in a range of `count` steps."""
    odds = -np.log(step_odds())
    widest = len(odds) // 2
    place = np.arange(count)
    first = np.clip(place[None, :, None] - place[:, None, None], -widest, widest)
    second = np.clip(place[None, None, :] - place[None, :, None], -widest, widest)
    left_by_leap = np.abs(second) != 1
    entered_by_leap = np.abs(first) > 1
    unresolved = np.where(left_by_leap, 1.0, np.where(entered_by_leap & (second > 0), 0.5, 0.0))
    return COSTS.learnt * odds[first + widest, second + widest], COSTS.unresolved * unresolved + np.zeros((count,) * 3)


@lru_cache(maxsize=KEPT)
def _tones(chord: Harmony, span: Range) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The pitch of every step of a range over a chord, and whether it is foreign to it."""
    pitch = np.array([chord.pitch(step) for step in range(span.low, span.high + 1)])
    return pitch, ~among(chord.pcs)[pitch % 12]


@lru_cache(maxsize=KEPT)
def _habit_over(chord: Harmony, span: Range) -> NDArray[np.float64]:
    """The costs of `_habit`, summed, where the current tone stands over a chord."""
    learnt, unresolved = _habit(span.high - span.low + 1)
    return np.asarray(learnt + unresolved * _tones(chord, span)[1][None, :, None])


def sing(
    brief: Brief,
    span: Range,
    syllables: list[Syllable],
    slots: list[Slot],
    before: tuple[Sung, ...],
    joint: Outer | None,
    arch: NDArray[np.float64],
    close_letters: tuple[int, ...],
    rng: np.random.Generator,
) -> list[Sung]:
    """Find the notes of one stretch of melody.

    Parameters
    ----------
    before : the notes of the same line right before, as many as there are (the last two count).
    joint : the outer voices at the last chord before.
    arch : (len(syllables),), the height of the phrase's arch at each syllable, in steps.
    close_letters : letters of the scale on which a closing syllable may end.
    """
    count = span.high - span.low + 1
    rows, columns = np.ogrid[:count, :count]
    steps = np.arange(span.low, span.high + 1)
    under = [slot_at(slots, syllable.onset_ticks) for syllable in syllables]
    tones = [_tones(slot.harmony, span) for slot in under]
    own = _own_costs(brief, syllables, steps, np.array([foreign for _, foreign in tones]), arch, close_letters, rng)
    if joint is not None and joint.melody is not None:
        own[0] += COSTS.parallel * _parallel(np.array([joint.melody]), tones[0][0], joint.bass, under[0].bass_midi)[0]

    # cost[before, current] of the best line so far; a line that starts afresh has no earlier step
    cost = np.zeros((count, count))
    if before:
        held = before[-1].step - span.low
        previous = before[-2].step - span.low if len(before) > 1 else held
        cost[:] = 1e6
        cost[min(max(previous, 0), count - 1), min(max(held, 0), count - 1)] = 0
    back: list[NDArray[np.int64]] = []
    for index, syllable in enumerate(syllables):
        total = cost[:, :, None] + (_habit_over(under[index - 1].harmony, span) if index else _habit(count)[0])
        back.append(total.argmin(axis=0))
        cost = total[back[-1], rows, columns] + own[index]
        if index:
            cost += _pair_cost(brief, syllable, span, under[index - 1], under[index])
    current, following = np.unravel_index(int(np.argmin(cost)), cost.shape)
    path = [int(following), int(current)]
    for pointer in back[:0:-1]:
        path.append(int(pointer[path[-1], path[-2]]))
    path = path[len(syllables) - 1 :: -1] if len(syllables) > 1 else path[:1]
    return [
        Sung(s.onset_ticks, s.length_ticks, int(steps[place]), int(pitch[place]))
        for s, place, (pitch, _) in zip(syllables, path, tones, strict=True)
    ]


def _own_costs(
    brief: Brief,
    syllables: list[Syllable],
    steps: NDArray[np.int64],
    foreign: NDArray[np.bool_],
    arch: NDArray[np.float64],
    close_letters: tuple[int, ...],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Cost of each step at each syllable by itself: (len(syllables), len(steps)), as `foreign` is."""
    weights = np.array(_foreign_weights(brief, syllables))
    own = COSTS.arch * (steps - arch[:, None]) ** 2 + weights[:, None] * foreign
    own += rng.gumbel(0, COSTS.noise, own.shape)
    for index, syllable in enumerate(syllables):
        if syllable.place is not None:
            own[index] += COSTS.place * np.minimum(np.abs(steps - syllable.place), 3)
        if syllable.closes:
            own[index] += COSTS.close * ~np.isin(steps % 7, close_letters) + COSTS.close * foreign[index]
        else:
            own[index] += COSTS.tonic * (steps % 7 == 0)
    return np.asarray(own)


def _pair_cost(brief: Brief, syllable: Syllable, span: Range, slot: Slot, next_slot: Slot) -> NDArray[np.float64]:
    """Cost of going from each step (rows) to each step (columns)."""
    cost = _move_cost(brief.mode, brief.spread_semitones, span, slot.harmony, next_slot.harmony)
    size = np.abs(_moves(span))
    if syllable.closes:
        cost = cost + (COSTS.last_clausula if syllable.ends else COSTS.clausula) * (size > 1)
    if syllable.motif_step is not None:
        cost = cost + COSTS.motif * np.minimum(np.abs(_moves(span) - syllable.motif_step), 3)
    if next_slot is not slot:
        pitch, next_pitch = _tones(slot.harmony, span)[0], _tones(next_slot.harmony, span)[0]
        cost = cost + _unled_cost(span, slot.harmony, next_slot.harmony)
        cost += COSTS.parallel * _parallel(pitch, next_pitch, slot.bass_midi, next_slot.bass_midi)
    return cost


@cache
def _moves(span: Range) -> NDArray[np.int64]:
    """Steps from each step of a range (rows) to each (columns)."""
    steps = np.arange(span.low, span.high + 1)
    return np.asarray(steps[None, :] - steps[:, None])


@lru_cache(maxsize=KEPT)
def _move_cost(mode: Mode, spread_semitones: float, span: Range, chord: Harmony, other: Harmony) -> NDArray[np.float64]:
    """Cost of each move as such, from over one chord to over another."""
    move = np.abs(_moves(span))
    size = np.abs(_tones(other, span)[0][None, :] - _tones(chord, span)[0][:, None])
    augmented = COSTS.augmented_second * (0.4 if mode is Mode.HARMONIC_MINOR else 1.0)
    return np.asarray(
        COSTS.step * (move <= 1)
        + COSTS.tritone * (size == 6)
        + COSTS.wide * ((size == 10) | (size == 11) | (size > 12))
        + augmented * ((size == 3) & (move == 1))
        + COSTS.cross * ((size > 0) & (move == 0))
        + (3.8 - spread_semitones) * 0.06 * (move >= 3)
    )


@lru_cache(maxsize=KEPT)
def _unled_cost(span: Range, chord: Harmony, other: Harmony) -> NDArray[np.float64]:
    """Cost of each move by which a chord is left with its leading tone or its seventh unresolved."""
    pitch, move = _tones(chord, span)[0], _moves(span)
    semitones = _tones(other, span)[0][None, :] - pitch[:, None]
    leads, falls = pitch % 12 == chord.leading_pc, pitch % 12 == chord.seventh_pc
    stuck = leads[:, None] & (semitones != 1) & (semitones != 0)
    late = falls[:, None] & (move < -1)
    return np.asarray(COSTS.unled * stuck + COSTS.unled * (falls[:, None] & (move > 0)) + 0.5 * COSTS.unled * late)


def _parallel(pitch: NDArray[np.int64], next_pitch: NDArray[np.int64], bass: int, next_bass: int) -> NDArray[np.bool_]:
    """Where a move (row → column) would make parallel fifths or octaves with the bass."""
    if bass == next_bass:
        return np.zeros((len(pitch), len(next_pitch)), dtype=np.bool_)
    here, there = (pitch - bass) % 12, (next_pitch - next_bass) % 12
    perfect = (here[:, None] == there[None, :]) & ((here[:, None] == 0) | (here[:, None] == 7))
    return np.asarray(perfect & (next_pitch[None, :] != pitch[:, None]))


def _foreign_weights(brief: Brief, syllables: list[Syllable]) -> list[float]:
    """The cost of a non-chord tone at each syllable; tension makes appoggiaturas on the downbeat cheaper."""
    weights = []
    for syllable in syllables:
        power = strength(syllable.onset_ticks, brief.meter)
        weight = COSTS.non_chord[power] * (0.55 + 0.45 * min(2.0, syllable.length_ticks / TICKS_PER_QUARTER))
        weights.append(weight * (1 - 0.45 * brief.tension) if power == DOWNBEAT else weight)
    return weights


def arch_heights(brief: Brief, span: Range, places: NDArray[np.float64], lift: float) -> NDArray[np.float64]:
    """Height in steps at each place of a phrase, 0 at its first note and 1 at its close: an arch with its climax past
    the middle, tilted by contour.

    Huron 1996, "The melodic arch in Western folksongs". `lift` −1..1 raises the whole phrase.
    """
    reach = (span.high - span.low) / 2
    arch = np.sin(np.pi * places**1.4) - 0.45
    tilt = brief.contour * (places - 0.5)
    return np.asarray(span.centre + reach * (1.2 * arch + tilt + 0.8 * lift))


def highest_step(high_midi: int) -> int:
    """The highest step that stays under `high_midi` in every mode, chromatic chords included."""
    return (high_midi - 60) * 7 // 12 - 1


def melody_range(brief: Brief, low_midi: int, highest: int) -> Range:
    """Steps from `low_midi` to the step `highest`, around the brief's register and as wide as its spread asks.

    A line that fills a range of r evenly has a standard deviation of r/√12.
    """
    half = min(8, max(5, round(brief.spread_semitones * 12**0.5 / 2 * 7 / 12)))
    lowest = -(-(low_midi - 60) * 7 // 12) + 1
    centre = min(highest - 3, max(lowest + 3, round((brief.register_midi - 60) * 7 / 12)))
    return Range(max(lowest, centre - half), min(highest, centre + half))
