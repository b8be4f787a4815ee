"""Brief and phrase plan → chords in time, and the bass line under them.

Chords are drawn from the vocabulary of the mode (`harmony.toml`) by a functional grammar, conditioned on the cadence
they lead to; the bass chooses inversions by search. Times are ticks from the phrase's start; pitches are MIDI with
the tonic at 60 mod 12.

References: Riemann's functions as in Agmon 1995, "Functional harmony revisited"; Rohrmeier 2011, "Towards a generative
syntax of tonal harmony" (dominants prepare what follows); Huron 2001, "Tone and voice" (voice-leading rules).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.ensembles import ensemble
from mien.music.harmonic_rhythm import PLAIN, changes, slow_places
from mien.music.rhythm import bar_ticks
from mien.music.theory import Harmony, harmony
from mien.values import Brief
from mien.vocabulary import Mode

FUNCTION_ODDS = {
    "T": {"T": 0.25, "S": 0.5, "D": 0.25},
    "S": {"T": 0.2, "S": 0.2, "D": 0.6},
    "D": {"T": 0.75, "S": 0.1, "D": 0.15},
}
"""Odds of the next function: tonic opens, subdominant prepares, dominant resolves."""

ROOT_MOTION = {0: 0.08, 1: 1.0, 2: 0.5, 3: 1.3, 4: 0.8, 5: 1.0, 6: 0.8}
"""Weight by the number of letters the root rises (3: up a fourth, the strongest; 0: the same root again)."""


CADENCES = ("authentic", "half", "deceptive", "plagal", "modulating")
"""The cadences for which the table of every mode has formulas; "tonic" is just the opening chord."""

PEDALS = {"tonic": 0, "dominant": 7}
"""Pitch class, above the tonic, that a pedal holds."""

SIMILAR, CONTRARY = 9.0, 1.0
"""The cost of consecutive fifths or octaves in similar and in contrary motion."""

PERFECT = (0, 7)
"""Semitones, octaves left out, of intervals that should not follow each other."""

CALM = 0.25
"""Tension below which harmony keeps to its mildest chords."""

OTHER_RELATIVE_ODDS = 0.35
"""How often a contrast opens on the relative chord that suits the tension less."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A chord from `onset_ticks` for `length_ticks`, with its bass note."""

    onset_ticks: int
    length_ticks: int
    harmony: Harmony
    bass_midi: int

    @property
    def end_ticks(self) -> int:
        """The first tick after it."""
        return self.onset_ticks + self.length_ticks


class Outer(NamedTuple):
    """The outer voices at one moment, MIDI: the melody, None if it begins no note, and the bass."""

    melody: int | None
    bass: int


def slot_at(slots: Sequence[Slot], tick: int) -> Slot:
    """The chord that began last at or before a tick."""
    return next(slot for slot in reversed(slots) if slot.onset_ticks <= tick)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The chords of a mode, each with its weight and the least tension it needs, and the mode's cadences as tuples of
    numerals."""

    chords: tuple[Harmony, ...]
    weights: tuple[float, ...]
    least_tensions: tuple[float, ...]
    cadences: dict[str, tuple[tuple[str, ...], ...]]
    opening: str
    relatives: tuple[str, str]

    def contrast(self, tension: float, rng: np.random.Generator) -> Harmony:
        """Draw the chord on which a contrasting section opens, rather the one that suits the tension."""
        return self.find(self.relatives[(tension >= CALM) != (rng.random() < OTHER_RELATIVE_ODDS)])

    def find(self, roman: str) -> Harmony:
        """The chord with this name."""
        return next(chord for chord in self.chords if chord.roman == roman)


@cache
def harmony_table() -> Mapping[str, Any]:
    """What `harmony.toml` says, by the name of the mode."""
    return tomllib.loads(files("mien.music").joinpath("harmony.toml").read_text(encoding="utf-8"))


@cache
def vocabulary(mode: Mode) -> Vocabulary:
    """The vocabulary of a mode, from `harmony.toml`."""
    row = harmony_table()[mode.name]
    entries = list(row["chords"].items())
    cadences = {kind: tuple(tuple(text.split()) for text in row[kind]) for kind in CADENCES}
    cadences["tonic"] = ((row["opening"],),)
    return Vocabulary(
        chords=tuple(harmony(roman, mode, function) for roman, (function, _, _) in entries),
        weights=tuple(float(weight) for _, (_, weight, _) in entries),
        least_tensions=tuple(float(least) for _, (_, _, least) in entries),
        cadences=cadences,
        opening=row["opening"],
        relatives=(row["relative"][0], row["relative"][1]),
    )


class TimedChord(NamedTuple):
    """A chord in time, ticks from the phrase's start."""

    onset_ticks: int
    length_ticks: int
    harmony: Harmony


@dataclass(frozen=True, slots=True)
class Pedal:
    """From `onset_ticks` on the bass stays on `pc`, semitones above the tonic, under chords that all contain that tone
    (a standing on the dominant: Caplin 1998; a tonic pedal under a coda: Aldwell, Schachter & Cadwallader 2010)."""

    onset_ticks: int
    pc: int

    def holds(self, onset_ticks: int) -> bool:
        """Whether the pedal lies under what begins there."""
        return onset_ticks >= self.onset_ticks

    def bears(self, onset_ticks: int, chord: Harmony) -> bool:
        """Whether a chord may begin there."""
        return not self.holds(onset_ticks) or self.pc in chord.pcs


def progression(
    brief: Brief,
    bars: int,
    cadence: str,
    opening: list[TimedChord],
    rng: np.random.Generator,
    goal: str = "",
    pedal: Pedal | None = None,
    chord_bars: float = PLAIN,
) -> list[TimedChord]:
    """The chords of a phrase: `opening` (at least one chord) as given, then a walk, then the cadence.

    `goal` is the numeral the cadence must end on, if any. Over a `pedal` (from `pedal_under`) all chords contain its
    tone. `chord_bars` is the pace of chords on the way there (`mien.music.harmonic_rhythm`).
    """
    words = vocabulary(brief.mode)
    formulas = words.cadences[cadence]
    if goal:
        formulas = tuple(formula for formula in formulas if formula[-1] == goal) or ((goal,),)
    if pedal is not None:
        formulas = tuple(formula for formula in formulas if all(pedal.pc in words.find(r).pcs for r in formula))
    odds = np.array(
        [np.prod([_mildness(brief.tension, words.find(roman)) for roman in formula]) for formula in formulas]
    )
    formula = formulas[int(rng.choice(len(formulas), p=odds / odds.sum()))]
    onset, length, _ = opening[-1]
    if (drawn_out := ensemble(brief.ensemble).pace.chord_bars) > 1:
        returns = words.find(formula[-1]) == opening[-1].harmony
        places = slow_places(brief, onset + length, bars, drawn_out, divides=returns and len(formula) > 1)
    else:
        places = changes(brief, onset + length, bars, len(formula), rng, chord_bars)
    ending = [words.find(roman) for roman in formula][-len(places) :] if places else []
    open_places = [tick for tick, _ in places[: len(places) - len(ending)]]
    target = _target(opening[-1].harmony)
    known = any(chord.roman == target for chord in words.chords)  # what was taken over may be from another mode
    if known and not open_places and len(ending) > 1:  # an applied dominant must resolve before the close
        ending = [words.find(target), *ending[1:]]
    walk = _walk(brief, open_places, opening[-1].harmony, ending[0], rng, pedal) if ending else []
    return [
        *opening,
        *(TimedChord(tick, size, chord) for (tick, size), chord in zip(places, [*walk, *ending], strict=True)),
    ]


def pedal_under(brief: Brief, kind: str, cadence: str, bar: int) -> Pedal | None:
    """A pedal from a bar on, if the mode has a cadence of that kind over it."""
    if not kind:
        return None
    words = vocabulary(brief.mode)
    formulas = words.cadences[cadence]
    has_one = any(all(PEDALS[kind] in words.find(roman).pcs for roman in formula) for formula in formulas)
    return Pedal(bar * bar_ticks(brief.meter), PEDALS[kind]) if has_one else None


def _walk(
    brief: Brief, places: list[int], before: Harmony, after: Harmony, rng: np.random.Generator, pedal: Pedal | None
) -> list[Harmony]:
    """Draw chords for these ticks between two given ones, exactly conditioned on where they must lead."""
    if not places:
        return []
    chords, weights, odds = _grammar(brief.mode, brief.tension)
    borne = [np.array([pedal is None or pedal.bears(tick, chord) for chord in chords]) for tick in places]
    arrive = np.array([transition(chord, after) for chord in chords])
    ahead = [arrive * borne[-1]]
    for may in borne[-2::-1]:
        ahead.append((odds @ ahead[-1]) * may)
        ahead[-1] /= ahead[-1].sum()
    current = np.array([transition(before, chord) for chord in chords]) * weights
    walk: list[int] = []
    for message in reversed(ahead):
        drawn = current * message
        walk.append(int(rng.choice(len(chords), p=drawn / drawn.sum())))
        current = odds[walk[-1]] * 1.0
        current[walk] *= 0.5  # prefer fresh chords to ones already used
    return [chords[index] for index in walk]


@lru_cache(maxsize=64)
def _grammar(mode: Mode, tension: float) -> tuple[tuple[Harmony, ...], NDArray[np.float64], NDArray[np.float64]]:
    """The chords available at a tension, their weights, and the odds of each following each. The higher the tension,
    the more coloured chords weigh."""
    words = vocabulary(mode)
    chosen = [
        (chord, weight * _mildness(tension, chord) * _colour(tension, least))
        for chord, weight, least in zip(words.chords, words.weights, words.least_tensions, strict=True)
        if least <= tension
    ]
    chords, weights = tuple(chord for chord, _ in chosen), np.array([weight for _, weight in chosen])
    odds = np.array([[transition(one, other) for other in chords] for one in chords]) * weights
    return chords, weights, np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _colour(tension: float, least: float) -> float:
    """Coloured chords weigh more the further the tension exceeds what they need."""
    return 1.0 if least <= 0.1 else min(2.5, (tension - least) * 4 + 0.5)


def _mildness(tension: float, chord: Harmony) -> float:
    """Calm music leans on its major chords (happier and calmer than minor ones: Smit et al. 2019)."""
    is_minor = (chord.pcs[1] - chord.pcs[0]) % 12 == 3
    return min(1.0, 0.35 + 0.65 * tension / CALM) if is_minor else 1.0


def _target(chord: Harmony) -> str:
    """The degree that an applied dominant leads to; empty for other chords."""
    return chord.roman.partition("/")[2]


def transition(one: Harmony, other: Harmony) -> float:
    """Weight of one chord after another: by function, root motion, and applied dominants resolving to their degree."""
    motion = ROOT_MOTION[(other.letters[0] - one.letters[0]) % 7]
    if target := _target(one):
        return 8.0 if other.roman.rstrip("7°") == target else 1e-4
    if "/" in other.roman:
        return 0.5
    return FUNCTION_ODDS[one.function][other.function] * motion


def bass_line(
    chords: list[TimedChord],
    low_midi: int,
    high_midi: int,
    before: Outer | None,
    closes: int,
    rng: np.random.Generator,
    above: Mapping[int, int] | None = None,
    pedal: Pedal | None = None,
) -> list[Slot]:
    """Choose the bass note of every chord: small moves, roots at cadences, inversions where they give a line.

    `before` are the outer voices at the chord before the first. The last `closes` chords stay in root position; a
    six-four chord only stands over a `pedal`. `above` is the melody, if it exists already: pitch by onset.
    """
    melody = above or {}
    centre = low_midi + 0.4 * (high_midi - low_midi)
    options = []
    for onset, _, chord in chords:
        held = pedal is not None and pedal.holds(onset) and pedal.pc in chord.pcs
        pcs = (pedal.pc,) if pedal is not None and held else chord.pcs
        tones = range(low_midi, high_midi + 1)
        options.append([(midi, 0 if held else chord.pcs.index(midi % 12)) for midi in tones if midi % 12 in pcs])
    outer = [
        [Outer(melody.get(chord.onset_ticks), midi) for midi, _ in row]
        for chord, row in zip(chords, options, strict=True)
    ]
    sung = sorted(melody.items())
    leaving = [next((pitch for tick, pitch in reversed(sung) if tick < onset), None) for onset, _, _ in chords]
    rooted = len(chords) - closes
    costs: list[list[tuple[float, int]]] = []
    for index, row in enumerate(options):
        costs.append([])
        for (midi, place), here in zip(row, outer[index], strict=True):
            own = _inversion_cost(chords[index].harmony, place, is_fixed=index >= rooted or index == 0)
            own += 0.02 * abs(midi - centre) + float(rng.gumbel(0, 0.25))
            if index == 0:
                moves = [(0.0 if before is None else _join_costs(None, [before], here)[0], 0)]
            else:
                joins = _join_costs(chords[index - 1].harmony, outer[index - 1], here, leaving[index])
                moves = [(costs[-2][i][0] + join, i) for i, join in enumerate(joins)]
            best, origin = min(moves)
            costs[-1].append((best + own, origin))
    at = min(range(len(costs[-1])), key=lambda i: costs[-1][i][0])
    line = []
    for index in reversed(range(len(chords))):
        onset, length, chord = chords[index]
        line.append(Slot(onset, length, chord, options[index][at][0]))
        at = costs[index][at][1]
    return line[::-1]


def _inversion_cost(chord: Harmony, place: int, *, is_fixed: bool) -> float:
    if place == 0:
        return 0.0
    if is_fixed:
        return 60.0
    if place == 2 or (place == 1 and chord.pcs[1] == chord.leading_pc and chord.function != "D"):
        return 6.0
    return 0.35 if place == 1 else 0.9


def _join_costs(chord: Harmony | None, ones: Sequence[Outer], other: Outer, leaving: int | None = None) -> list[float]:
    """Cost of going from each of several pairs of outer voices, with the same melody, to another as `chord` is left;
    `leaving` is what the melody sang last before."""
    costs = [_move_cost(other.bass - one.bass) for one in ones]
    if other.melody is not None and (other.melody - other.bass) % 12 in PERFECT:
        for sung in {ones[0].melody, leaving} - {None, other.melody}:
            costs = [
                cost + parallel_cost(sung, other.melody, one.bass, other.bass)
                for cost, one in zip(costs, ones, strict=True)
            ]
    if chord is not None and (chord.leading_pc is not None or chord.seventh_pc is not None):
        costs = [cost + _resolve_cost(chord, one.bass, other.bass) for cost, one in zip(costs, ones, strict=True)]
    return costs


@cache
def _move_cost(move: int) -> float:
    size = abs(move)
    if size == 0:
        return 0.7
    if size in (6, 10, 11) or size > 12:
        return 3.0
    return 0.0 if size <= 2 else 0.3 + 0.06 * size


def parallel_cost(sung: int | None, then: int | None, bass: int, next_bass: int) -> float:
    """Consecutive fifths or octaves with the melody: forbidden in similar motion, weak in contrary motion."""
    if sung is None or then is None or sung == then or bass == next_bass:
        return 0.0
    here, there = (sung - bass) % 12, (then - next_bass) % 12
    if here != there or here not in PERFECT:
        return 0.0
    return SIMILAR if (then - sung) * (next_bass - bass) > 0 else CONTRARY


def _resolve_cost(chord: Harmony, midi: int, following: int) -> float:
    """Cost of a resolution missed in the bass: a leading tone rises by semitone, a seventh falls by step."""
    if midi % 12 == chord.leading_pc and following - midi != 1 and chord.pcs[0] != midi % 12:
        return 3.0
    return 3.0 if midi % 12 == chord.seventh_pc and following - midi not in (-1, -2) else 0.0
