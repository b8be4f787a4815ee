"""Figures on chords → the notes of the bass.

Works on one phrase: times are ticks from its start, pitches MIDI with the tonic at 60 mod 12. The bass note of every
chord is given (`mien.music.harmony.bass_line`); figures start from it.

References: Schoenberg 1967, ch. 9; Huron 2001 (outer voices); `figures.toml` for the figures.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mien.music.figures import Figure
from mien.music.harmony import Outer, Slot, parallel_cost
from mien.music.rhythm import Meter, beat_ticks
from mien.music.texture import Stroke, Token, Voice, restruck, tokens
from mien.values import Part

WIDEST_APPROACH = 5
"""The widest leap of a bass, in semitones, to the note from which it steps to the next chord: a fourth."""
LOWEST_FIFTH_MIDI = 41
"""The lowest bass note that its fifth may double (F2): below that a fifth growls, and the octave doubles it instead."""


def walk_bass(
    figure: Figure,
    player: Voice,
    slots: tuple[Slot, ...],
    following: Slot | None,
    above: Mapping[int, int],
    under_midi: Sequence[int],
    lowest: Callable[[int], int],
    before: Outer | None,
    meter: Meter,
) -> list[Stroke]:
    """Realise a figure of the bass: roots, fifths, octaves, and steps that lead to the next chord.

    `above` is the melody, pitch by onset. `under_midi` is the lowest inner voice of every slot, which a figure does not
    cross. `lowest` says how low octaves and fifths may lie at a tick. `before` are the outer voices when they last
    began a note together; where a figure would move in parallel fifths or octaves with them, another tone of the chord
    is taken.
    """
    strokes = []
    last = before
    for stroke in _grounded(restruck(tokens(figure, slots, meter), player, meter), slots, meter):
        onset, length, token, number = stroke.onset_ticks, stroke.length_ticks, stroke.text, stroke.number
        slot, span = slots[number], range(lowest(onset), min(player.high_midi + 1, under_midi[number]))
        after = slots[number + 1] if number + 1 < len(slots) else following
        leads = onset + length == slot.end_ticks and after is not None
        pitch = _bass_tone(token, slot, after.bass_midi if leads and after is not None else None, span)
        sung = above.get(onset)
        if sung is not None and last is not None:
            then = above.get(slot.end_ticks)
            ahead = Outer(then, after.bass_midi) if after is not None else None
            if onset == slot.onset_ticks:  # a chord keeps its bass note, perhaps in another octave
                options = [p for p in (pitch, pitch + 12, pitch - 12) if p == pitch or p in span]
            else:
                options = [pitch, *(slot.bass_midi + (pc - slot.bass_midi) % 12 for pc in slot.harmony.pcs)]
            pitch = least_parallel(options or [pitch], last, sung, ahead)
        pitch = player.fold(pitch)
        if sung is not None:
            last = Outer(sung, pitch)
        strokes.append(Stroke(onset, length, pitch, Part.RHYTHM))
        if token == "d" and not player.monophonic and pitch % 12 == slot.harmony.pcs[0]:
            fifth = (slot.harmony.pcs[2] - pitch) % 12 == 7 and pitch >= LOWEST_FIFTH_MIDI
            second = pitch + (7 if fifth else 12)
            if second <= player.high_midi:
                strokes.append(Stroke(onset, length, second, Part.RHYTHM))
    return strokes


def _grounded(strokes: Iterator[Token], slots: tuple[Slot, ...], meter: Meter) -> list[Token]:
    """The strokes of a bass figure, with every chord on its own bass note from its first beat on."""
    found = {token.onset_ticks: token for token in strokes}
    for number, slot in enumerate(slots):
        first = found.get(slot.onset_ticks)
        if first is None:
            first = Token(slot.onset_ticks, min(beat_ticks(meter), slot.length_ticks), "r", number)
        found[slot.onset_ticks] = replace(first, text="d" if first.text == "d" else "r")
    return [found[onset] for onset in sorted(found)]


def least_parallel(options: list[int], last: Outer, sung: int, ahead: Outer | None) -> int:
    """The first of the least parallel options for the bass under `sung`. `last` and `ahead` are the outer voices before
    it and at the next chord."""
    costs = [parallel_cost(last.melody, sung, last.bass, option) for option in options]
    if ahead is not None:
        costs = [
            cost + parallel_cost(sung, ahead.melody, option, ahead.bass)
            for cost, option in zip(costs, options, strict=True)
        ]
    return options[costs.index(min(costs))]


def _bass_tone(token: str, slot: Slot, next_bass: int | None, span: range) -> int:
    """The pitch that a token of a bass figure stands for, with octaves and perfect fifths kept within `span`.
    `next_bass` is given if the note leads to it. A bass that stays put, on a pedal for instance, does not lead."""
    base = slot.bass_midi
    is_perfect = slot.harmony.pcs[0] == base % 12 and slot.harmony.pcs[2] == (base + 7) % 12
    fifths = (base + 7, base - 5) if is_perfect else ()
    if token == "o":
        return next((pitch for pitch in (base + 12, base - 12, *fifths) if pitch in span), base)
    if token == "f":
        return next((pitch for pitch in fifths if pitch in span), base)
    if token == "w" and next_bass is not None and next_bass % 12 != base % 12:
        return _approach(slot, next_bass)
    return base


def _approach(slot: Slot, target_midi: int) -> int:
    """The note a step away from the next bass, on the side the line comes from: a note of the scale, or a whole tone
    where the scale's step is wider. If a wide leap would be needed to reach it, the bass stays until the chord
    changes."""
    side = -1 if target_midi >= slot.bass_midi else 1
    scale = {pc % 12 for pc in slot.harmony.scale}
    step = next((size for size in (2, 1) if (target_midi + side * size) % 12 in scale), 2)
    approach = target_midi + side * step
    return approach if abs(approach - slot.bass_midi) <= WIDEST_APPROACH else slot.bass_midi
