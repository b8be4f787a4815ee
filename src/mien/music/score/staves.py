"""Players become staves (Phrase → systems of staves, each with its voices bar by bar).

A keyboard alone has two staves, one per hand (`mien.music.hands`), as do harp, piano and the like in an ensemble
(`ensembles.toml` says who) if they play high and low or with two hands. Everyone else has one, at concert pitch.
Voices that move together, or in turn, share stems.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mien.ensembles import Ensemble, Player, ensemble
from mien.music.hands import in_the_right_hand
from mien.music.rhythm import Meter, beat_ticks
from mien.music.score.notation import Symbol, write_bar, write_line
from mien.values import TICKS_PER_QUARTER, Note, Part, Phrase

FEET = (35, 36, 44)
"""Drum keys played by the feet: their stems go down."""

_LOW_MIDI, _HIGH_MIDI = 53, 67
"""In an ensemble they need two staves only if they reach beyond both of these pitches."""

_READ_AT_EASE = {"treble": (60, 81), "bass": (40, 60), "treble 8va": (72, 93), "bass 8vb": (28, 48)}
"""Lowest and highest pitch that each clef shows with at most one ledger line."""
_RELUCTANCE = {"treble 8va": 1.5, "bass 8vb": 1.5}
"""Semitones beyond, per note on average, that a clef with an 8 must save."""
_LEFT_HAND_RELUCTANCE = {"treble": 3.0, "treble 8va": 5.0, "bass 8vb": 1.5}
"""A pianist's left hand reads the bass clef unless that is much worse."""
_OCTAVE_LINES = {"treble": ((91, 74), (0, 0)), "bass": ((127, 127), (31, 48))}
"""By clef: a bar goes under 8va if it reaches the first pitch and stays above the second; 8vb works the same
downwards."""


@dataclass(frozen=True, slots=True)
class Staff:
    """One staff: `bars[bar][voice]` are the symbols of a voice; a bar has at least one voice."""

    clef: str
    bars: tuple[tuple[tuple[Symbol, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class System:
    """The staves of one instrument, from the top, and the parts it plays."""

    name: str
    parts: tuple[Part, ...]
    staves: tuple[Staff, ...]


def octave_lines(staff: Staff) -> list[int]:
    """Octaves by which each bar is written off its pitch: 1 under a line of 8va, −1 above one of 8vb, else 0.

    Gould 2011, ch. 1: more than three or four ledger lines are hard to read. Clefs with an 8 are left alone.
    """
    limits = _OCTAVE_LINES.get(staff.clef)
    written = [[pitch for voice in bar for symbol in voice for pitch in symbol.pitches] for bar in staff.bars]
    if limits is None:
        return [0] * len(written)
    (reaching_up, from_up), (reaching_down, from_down) = limits
    return [
        0 if not bar else 1 if max(bar) >= reaching_up and min(bar) >= from_up
        else -1 if min(bar) <= reaching_down and max(bar) <= from_down else 0
        for bar in written
    ]  # fmt: skip


def lay_out(phrase: Phrase) -> list[System]:
    """Lay a written phrase out as a copyist would.

    Parameters
    ----------
    phrase : written, on the grid; an unfinished last bar is filled with rests.
    """
    band = ensemble(phrase.ensemble)
    if band.solo:
        return [_keyboard(phrase, next(iter(band.players.values())).instrument, tuple(band.players))]
    return [_system(phrase, band, part) for part in _score_order(band)]


def _score_order(band: Ensemble) -> list[Part]:
    """From high to low, as scores are read; percussion last."""
    return sorted(
        band.players,
        key=lambda part: (part is Part.KIT, -(band.players[part].low_midi + band.players[part].high_midi), part),
    )


def _system(phrase: Phrase, band: Ensemble, part: Part) -> System:
    player = band.players[part]
    if player.program is None:
        return System(player.instrument, (part,), (_kit(phrase),))
    notes = phrase.part(part)
    pitches = [note.pitch_midi for note in notes] or [60]
    reaches = min(pitches) < _LOW_MIDI and max(pitches) > _HIGH_MIDI
    if player.staves > 1 and (reaches or player.hands > 1):
        return _keyboard(phrase, player.instrument, (part,))
    return System(player.instrument, (part,), (_staff(phrase, _clef(player, notes), [_voice(notes)]),))


def _keyboard(phrase: Phrase, name: str, parts: Sequence[Part]) -> System:
    right = in_the_right_hand(phrase, parts)
    upper = [tuple(note for note in phrase.part(part) if note in right) for part in sorted(parts)]
    lower = [tuple(note for note in phrase.part(part) if note not in right) for part in sorted(parts)]
    low = [note for line in lower for note in line]
    below = _staff(phrase, _clef(None, low), [_voice(line) for line in lower])
    return System(name, tuple(parts), (_staff(phrase, "treble", [_voice(line) for line in upper]), below))


def _clef(player: Player | None, notes: Sequence[Note]) -> str:
    """The clef with the fewest ledger lines; strings and winds keep their own. No player means a keyboard's lower
    staff."""
    if player is not None and player.clef is not None:
        return player.clef
    if not notes:
        return "bass" if player is None or player.high_midi < _HIGH_MIDI else "treble"
    reluctance = _LEFT_HAND_RELUCTANCE if player is None else _RELUCTANCE

    def cost(clef: str) -> float:
        low, high = _READ_AT_EASE[clef]
        beyond = sum(max(0, low - note.pitch_midi, note.pitch_midi - high) for note in notes)
        return beyond + reluctance.get(clef, 0.0) * len(notes)

    return min(_READ_AT_EASE, key=cost)


def _voice(notes: Sequence[Note]) -> list[Symbol]:
    """Harmony and bass hold notes under moving ones; a line of single notes gives way."""
    holds = bool(notes) and notes[0].part in (Part.HARMONY, Part.RHYTHM)
    return write_line(notes, holds=holds)


def _kit(phrase: Phrase) -> Staff:
    """Hands with stems up, feet with stems down; each stroke is written as lasting until the next."""
    voices = []
    for by_foot in (False, True):
        notes = [note for note in phrase.part(Part.KIT) if (note.pitch_midi in FEET) is by_foot]
        onsets = sorted({note.onset_ticks for note in notes})
        beat = beat_ticks(phrase.meter)
        until = {
            onset: min(after, onset + beat - onset % beat) for onset, after in pairwise([*onsets, phrase.length_ticks])
        }
        notes = [replace(note, length_ticks=max(60, until[note.onset_ticks] - note.onset_ticks)) for note in notes]
        voices.append(write_line(notes, holds=False))
    return _staff(phrase, "percussion", voices)


def _staff(phrase: Phrase, clef: str, voices: Sequence[Sequence[Symbol]]) -> Staff:
    bar = phrase.bar_ticks
    count = max(1, -(-phrase.length_ticks // bar))
    bars = []
    for start in range(0, count * bar, bar):
        written = [tuple(write_bar(voice, start, phrase.meter)) for voice in voices]
        sounding = [voice for voice in written if any(symbol.pitches for symbol in voice)]
        merged = _merge(sounding, phrase.meter, in_turn=clef != "percussion")
        bars.append(tuple(merged) or ((Symbol(0, bar),),))
    return Staff(clef, tuple(bars))


def _merge(voices: Sequence[tuple[Symbol, ...]], meter: Meter, *, in_turn: bool) -> list[tuple[Symbol, ...]]:
    """Join voices of the same rhythm into chords and, if asked, voices that never sound at once into one."""
    merged: list[tuple[Symbol, ...]] = []
    for voice in voices:
        for place, other in enumerate(merged):
            if _move_together(voice, other) or (in_turn and _take_turns(voice, other)):
                merged[place] = tuple(write_bar(_joined(other, voice), 0, meter))
                break
        else:
            merged.append(voice)
    return merged


def _move_together(one: Sequence[Symbol], other: Sequence[Symbol]) -> bool:
    return [_shape(symbol) for symbol in one] == [_shape(symbol) for symbol in other]


def _take_turns(one: Sequence[Symbol], other: Sequence[Symbol]) -> bool:
    """Whether the notes of two voices never overlap and never share a beat of triplets."""
    return all(
        (a.end_ticks <= b.onset_ticks or b.end_ticks <= a.onset_ticks)
        and (not (a.triplet or b.triplet) or a.onset_ticks // TICKS_PER_QUARTER != b.onset_ticks // TICKS_PER_QUARTER)
        for a in one if a.pitches for b in other if b.pitches
    )  # fmt: skip


def _shape(symbol: Symbol) -> tuple[int, int, bool, bool]:
    return symbol.onset_ticks, symbol.length_ticks, bool(symbol.pitches), symbol.triplet


def _joined(one: Sequence[Symbol], other: Sequence[Symbol]) -> list[Symbol]:
    """The notes of two voices in turn, without rests; simultaneous notes form a chord."""
    found = {symbol.onset_ticks: symbol for symbol in one if symbol.pitches}
    for symbol in other:
        if symbol.pitches:
            before = found.get(symbol.onset_ticks)
            found[symbol.onset_ticks] = _together(before, symbol) if before else symbol
    return [found[onset] for onset in sorted(found)]


def _together(one: Symbol, other: Symbol) -> Symbol:
    return replace(
        one,
        pitches=tuple(sorted({*one.pitches, *other.pitches})),
        tied_from=one.tied_from | other.tied_from,
        tied_to=one.tied_to | other.tied_to,
    )
