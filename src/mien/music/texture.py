"""Figures on chords → the notes of the accompanying parts.

Works on one phrase: times are ticks from its start, pitches MIDI with the tonic at 60 mod 12. Every figure starts anew
at each bar and takes on each chord as it comes; what would sound across a change of chord is struck again.

References: Aldwell, Schachter & Cadwallader 2010 (suspensions); `figures.toml` for the figures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mien.music.figures import Figure, Kit
from mien.music.harmony import Slot, parallel_cost
from mien.music.rhythm import Meter, bar_ticks, beat_ticks
from mien.values import Part

WIDEST_APPROACH = 5
"""Semitones that a bass leaps at most to the note from which it steps to the next chord: a fourth."""
LOWEST_FIFTH_MIDI = 41
"""A bass doubled by its fifth lies no deeper than F2, or it growls; below, the octave doubles it."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A note before it has a velocity: `accent` adds to the dynamic of its part."""

    onset_ticks: int
    length_ticks: int
    pitch_midi: int
    part: Part
    accent: int = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """A player's written range (already narrowed for transposition) and whether it plays one note at a time."""

    part: Part
    low_midi: int
    high_midi: int
    monophonic: bool

    def fold(self, pitch_midi: int) -> int:
        """The pitch, moved by octaves into the range."""
        while pitch_midi < self.low_midi:
            pitch_midi += 12
        while pitch_midi > self.high_midi:
            pitch_midi -= 12
        return pitch_midi


def _tokens(figure: Figure, slots: tuple[Slot, ...], meter: Meter) -> Iterator[tuple[int, int, str, int]]:
    """(onset, length, token, slot number) of every stroke of a figure over a phrase."""
    bar, step = bar_ticks(meter), beat_ticks(meter) // figure.grid
    end = slots[-1].onset_ticks + slots[-1].length_ticks
    changes = [slot.onset_ticks for slot in slots[1:]] + [end]
    pattern = figure.bar(meter)
    number = 0
    for start in range(0, end, bar):
        index = 0
        while index < len(pattern):
            size = 1
            while index + size < len(pattern) and pattern[index + size] == "-":
                size += 1
            onset, stop = start + index * step, start + (index + size) * step
            while pattern[index] != "." and onset < stop:
                while changes[number] <= onset:
                    number += 1
                until = min(stop, changes[number])
                yield onset, until - onset, pattern[index], number
                onset = until
            index += size


def accompany(
    figure: Figure,
    player: Voice,
    slots: tuple[Slot, ...],
    voicings: list[tuple[int, ...]],
    suspended: dict[int, tuple[int, int]],
    ceilings_midi: list[int],
    meter: Meter,
) -> list[Stroke]:
    """Realise a figure of the inner voices.

    `suspended` maps a slot to (voice, pitch it holds over from before); `ceilings_midi` are the lowest melody pitches
    over the slots, above which no figure climbs.
    """
    strokes = []
    for onset, length, token, number in _tokens(figure, slots, meter):
        voices = voicings[number]
        if token == "a":
            places = (
                [0 if player.part is Part.HARMONY else len(voices) - 1] if player.monophonic else range(len(voices))
            )
        else:
            places = [int(digit) for digit in token][: 1 if player.monophonic else None]
        held = suspended.get(number)
        for place in places:
            octave, index = divmod(place, len(voices))
            if player.monophonic and player.part is Part.TEXTURE:  # the lowest inner voice belongs to the harmony
                octave, index = 0, 1 + place % (len(voices) - 1)
            climbs = voices[index] + 12 * octave < ceilings_midi[number]
            pitch = player.fold(voices[index] + 12 * octave * climbs)
            late = beat_ticks(meter)
            if held and held[0] == index and onset == slots[number].onset_ticks and length > late:
                strokes.append(Stroke(onset, late, player.fold(held[1]), player.part, 3))
                strokes.append(Stroke(onset + late, length - late, pitch, player.part, -3))
            else:
                strokes.append(Stroke(onset, length, pitch, player.part))
    return strokes


def walk_bass(
    figure: Figure,
    player: Voice,
    slots: tuple[Slot, ...],
    following: Slot | None,
    above: Mapping[int, int],
    before: tuple[int, int] | None,
    meter: Meter,
) -> list[Stroke]:
    """Realise a figure of the bass: roots, fifths, octaves, and steps that lead to the next chord.

    `above` is the melody, pitch by onset, `before` the (melody, bass) that sounded together last: where a figure
    would move in parallel fifths or octaves with it, another tone of the chord is taken.
    """
    strokes = []
    last = before
    for onset, length, token, number in _grounded(_tokens(figure, slots, meter), slots, meter):
        slot = slots[number]
        after = slots[number + 1] if number + 1 < len(slots) else following
        leads = onset + length == slot.onset_ticks + slot.length_ticks and after is not None
        pitch = _bass_tone(token, slot, after.bass_midi if leads and after is not None else None, player)
        sung = above.get(onset)
        if sung is not None and last is not None:
            then = above.get(slot.onset_ticks + slot.length_ticks)
            ahead = (then, after.bass_midi) if after is not None else None
            if onset == slot.onset_ticks:  # the bass note of a chord stays, though perhaps in another octave
                options = [p for p in (pitch, pitch + 12, pitch - 12) if player.low_midi <= p <= player.high_midi]
            else:
                options = [pitch, *(slot.bass_midi + (pc - slot.bass_midi) % 12 for pc in slot.harmony.pcs)]
            pitch = least_parallel(options or [pitch], last, sung, ahead)
        pitch = player.fold(pitch)
        if sung is not None:
            last = (sung, pitch)
        strokes.append(Stroke(onset, length, pitch, Part.RHYTHM))
        if token == "d" and not player.monophonic and pitch % 12 == slot.harmony.pcs[0]:
            fifth = (slot.harmony.pcs[2] - pitch) % 12 == 7 and pitch >= LOWEST_FIFTH_MIDI
            second = pitch + (7 if fifth else 12)
            if second <= player.high_midi:
                strokes.append(Stroke(onset, length, second, Part.RHYTHM))
    return strokes


def _grounded(
    tokens: Iterator[tuple[int, int, str, int]], slots: tuple[Slot, ...], meter: Meter
) -> list[tuple[int, int, str, int]]:
    """The strokes of a bass figure with every chord on its own bass note from its first beat on."""
    beat = beat_ticks(meter)
    strokes = {onset: (onset, length, token, number) for onset, length, token, number in tokens}
    for number, slot in enumerate(slots):
        _, length, token, _ = strokes.get(slot.onset_ticks, (0, min(beat, slot.length_ticks), "r", 0))
        strokes[slot.onset_ticks] = (slot.onset_ticks, length, "d" if token == "d" else "r", number)
    return [strokes[onset] for onset in sorted(strokes)]


def least_parallel(options: list[int], last: tuple[int, int], sung: int, ahead: tuple[int | None, int] | None) -> int:
    """The first of the least parallel options; `last` and `ahead` are (melody, bass) before and at the next chord."""
    costs = [parallel_cost(last[0], sung, last[1], option) for option in options]
    if ahead is not None:
        costs = [
            cost + parallel_cost(sung, ahead[0], option, ahead[1]) for cost, option in zip(costs, options, strict=True)
        ]
    return options[costs.index(min(costs))]


def _bass_tone(token: str, slot: Slot, next_bass: int | None, player: Voice) -> int:
    """The pitch that a token of a bass figure stands for; `next_bass` is known where the note leads to it. A bass that
    stays, on a pedal for one, has nowhere to lead."""
    base = slot.bass_midi
    if token == "o" and base + 12 <= player.high_midi:
        return base + 12
    if token == "f" and slot.harmony.pcs[0] == base % 12:
        fifth = base + (slot.harmony.pcs[2] - base) % 12
        return fifth if fifth <= player.high_midi else fifth - 12
    if token == "w" and next_bass is not None and next_bass % 12 != base % 12:
        return _approach(slot, next_bass)
    return base


def _approach(slot: Slot, target_midi: int) -> int:
    """The note a step from the next bass, on the side the line comes from: of the scale, or a whole tone where the
    scale has a wider step. Where the way there is a wide leap, the bass stays until it is time."""
    side = -1 if target_midi >= slot.bass_midi else 1
    scale = {pc % 12 for pc in slot.harmony.scale}
    step = next((size for size in (2, 1) if (target_midi + side * size) % 12 in scale), 2)
    approach = target_midi + side * step
    return approach if abs(approach - slot.bass_midi) <= WIDEST_APPROACH else slot.bass_midi


def suspensions(
    slots: tuple[Slot, ...], voicings: list[tuple[int, ...]], meter: Meter, odds: float, rng: np.random.Generator
) -> dict[int, tuple[int, int]]:
    """Where an inner voice that falls by step may come late: slot number → (voice, pitch held over)."""
    held = {}
    for number in range(1, len(slots)):
        if slots[number].length_ticks < 2 * beat_ticks(meter) or rng.random() >= odds:
            continue
        falls = [
            (voice, old)
            for voice, (old, new) in enumerate(zip(voicings[number - 1], voicings[number], strict=True))
            if old - new in (1, 2) and new % 12 != slots[number].harmony.leading_pc
        ]
        if falls:
            held[number] = falls[-1]
    return held


def drum(kit: Kit, length_ticks: int, meter: Meter, *, fills: bool, opens: bool) -> list[Stroke]:
    """Realise a drum pattern over a phrase; the last beat may be a fill, the first may open with a cymbal."""
    bar, beat = bar_ticks(meter), beat_ticks(meter)
    grid, rows = (3, kit.compound) if meter[1] == 8 else (kit.grid, kit.rows)
    step = beat // grid
    strokes = [Stroke(0, beat, 49, Part.KIT, 0)] if opens and kit.energy > 0.5 else []
    for start in range(0, length_ticks, bar):
        for key, tokens in rows:
            for index in range(bar // step):
                onset = start + index * step
                if tokens[index % len(tokens)] != "." and not (fills and onset >= length_ticks - beat):
                    accent = 8 if tokens[index % len(tokens)] == "X" else 0
                    strokes.append(Stroke(onset, step, key, Part.KIT, accent))
    if fills:
        keys = (38, 38, 45, 43) if kit.energy > 0.5 else (38, 42)
        size = beat // len(keys)
        strokes += [Stroke(length_ticks - beat + i * size, size, key, Part.KIT, 3 * i) for i, key in enumerate(keys)]
    return strokes
