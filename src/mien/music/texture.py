"""Figures on chords → the notes of the inner parts (`mien.music.bass` has the bass, `mien.music.drums` the drums).

Works on one phrase: times are ticks from its start, pitches MIDI with the tonic at 60 mod 12. Every figure starts anew
at each bar and each chord.

References: Aldwell, Schachter & Cadwallader 2010 (suspensions); Huron 2001 (a chord needs its third); `figures.toml`
for the figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product, zip_longest

import numpy as np

from mien.music.figures import INNER_VOICES, Figure
from mien.music.harmony import Slot, parallel_cost, slot_at
from mien.music.melody import Sung
from mien.music.rhythm import Meter, bar_ticks, beat_ticks, middle_ticks
from mien.values import Part

INNER_PARTS = (Part.HARMONY, Part.TEXTURE)
"""Between melody and bass, the lower one first."""

FARTHEST_THIRD, OCTAVE, TENTH = 7, 12, 15
"""In semitones: how far a player of single notes moves at most to a third that nobody else has; how near another tone a
player of chords adds that third; how high above the bass it is added when it stands alone."""


THIRDS = (3, 4)
"""Semitones of a third."""

LEFT_HAND = "bB"
"""Tokens with an octave of the left hand."""

HIGHEST_OCTAVE_MIDI = 50
"""The highest upper note of such an octave: higher ones get in the way of the right hand."""

AGAIN = {"a": "a", "r": "f", "o": "r", "f": "r", "w": "w", "d": "d"}
"""What a player plays the second time, for each token that names no inner voice."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A note before it has a velocity; `accent` adds to the dynamic of its part."""

    onset_ticks: int
    length_ticks: int
    pitch_midi: int
    part: Part
    accent: int = 0

    @property
    def end_ticks(self) -> int:
        """The first tick after it."""
        return self.onset_ticks + self.length_ticks


@dataclass(frozen=True, slots=True)
class Voice:
    """A player's written range (already narrowed for transposition), whether it plays one note at a time, and the ticks
    after which a note has died away (None: it sounds as long as it is held)."""

    part: Part
    low_midi: int
    high_midi: int
    monophonic: bool
    rings_ticks: int | None = None

    def fold(self, pitch_midi: int) -> int:
        """The pitch, moved by octaves into the range."""
        while pitch_midi < self.low_midi:
            pitch_midi += 12
        while pitch_midi > self.high_midi:
            pitch_midi -= 12
        return pitch_midi


@dataclass(frozen=True, slots=True)
class Token:
    """A stroke of a figure before it has a pitch; `number` is that of its slot."""

    onset_ticks: int
    length_ticks: int
    text: str
    number: int

    @property
    def end_ticks(self) -> int:
        """The first tick after it."""
        return self.onset_ticks + self.length_ticks


def tokens(figure: Figure, slots: tuple[Slot, ...], meter: Meter) -> Iterator[Token]:
    """Every stroke of a figure over a phrase; each chord restarts its bar's pattern, and one that only holds sounds
    through it."""
    bar, step = bar_ticks(meter), beat_ticks(meter) // figure.grid
    for number, slot in enumerate(slots):
        start, end = slot.onset_ticks, slot.end_ticks
        while start < end:
            stop = min(end, start - start % bar + bar)
            pattern = figure.bar(meter, start // bar)
            if figure.holds:
                yield Token(start, end - start, pattern[0], number)
                break
            index = 0
            while index < len(pattern) and start + index * step < stop:
                size = 1
                while index + size < len(pattern) and pattern[index + size] == "-":
                    size += 1
                if pattern[index] not in ".-":
                    onset = start + index * step
                    yield Token(onset, min(stop, onset + size * step) - onset, pattern[index], number)
                index += size
            start = stop


def restruck(strokes: Iterable[Token], player: Voice, meter: Meter) -> Iterator[Token]:
    """Strike a note again, on a beat, where it would otherwise die away before it ends. A chord is struck whole, or
    tone by tone if every beat needs a stroke; a single tone alternates with its neighbour, a bass with its fifth."""
    beat = beat_ticks(meter)
    for token in strokes:
        step = max(1, (player.rings_ticks or 0) // beat) * beat
        if player.rings_ticks is None or token.length_ticks <= max(step, player.rings_ticks):
            yield token
            continue
        for turn, start in enumerate(range(0, token.length_ticks, step)):
            text = token.text
            if text == "a" and step == beat:
                text = ("01", "2")[turn] if token.length_ticks <= 2 * step else str(turn % INNER_VOICES)
            elif turn % 2:
                text = AGAIN.get(text) or "".join(str(int(digit) + 1) for digit in text)
            length = min(step, token.length_ticks - start)
            yield replace(token, onset_ticks=token.onset_ticks + start, length_ticks=length, text=text)


def settled(strokes: Iterator[Token], slots: tuple[Slot, ...], player: Voice, meter: Meter) -> list[Token]:
    """A figure that comes to rest with its phrase: in the last bar, its last stroke up to the middle sounds to the end,
    as a whole chord if the player can."""
    end = slots[-1].end_ticks
    rest = end - bar_ticks(meter) + middle_ticks(meter)
    kept = [token for token in strokes if token.onset_ticks <= max(rest, slots[-1].onset_ticks)]
    if kept and kept[-1].number == len(slots) - 1:
        text = kept[-1].text if player.monophonic else "B" if kept[-1].text in LEFT_HAND else "a"
        kept[-1] = replace(kept[-1], length_ticks=end - kept[-1].onset_ticks, text=text)
    return kept


@dataclass(frozen=True, slots=True)
class Ground:
    """What an inner part of a phrase moves on, one row per slot: `tones`, MIDI, in the order of the places that figures
    name; `ceilings_midi`, the lowest melody pitch over the slot, above which no figure climbs. `suspended` are the
    slots where a tone comes late, with the pitch held over and the pitch it resolves to."""

    tones: Sequence[tuple[int, ...]]
    ceilings_midi: Sequence[int]
    suspended: Mapping[int, tuple[int, int]]


def accompany(
    strokes: Sequence[Token], player: Voice, slots: tuple[Slot, ...], ground: Ground, meter: Meter
) -> list[Stroke]:
    """Realise a figure of the inner voices; a player of single notes takes the first of a chord."""
    played: list[Stroke] = []
    lefts = [token.onset_ticks for token in strokes if token.text in LEFT_HAND]
    for token in strokes:
        number, onset, length = token.number, token.onset_ticks, token.length_ticks
        tones, held = ground.tones[number], ground.suspended.get(number)
        places = range(len(tones)) if token.text in "aB" else [int(digit) for digit in token.text.strip("b")]
        if token.text in LEFT_HAND:
            lasts = min([later for later in lefts if later > onset] + [slots[number].end_ticks]) - onset
            played += [Stroke(onset, lasts, pitch, player.part) for pitch in _octave(slots[number], tones, player)]
        late = slots[number].onset_ticks + beat_ticks(meter) - onset
        for place in places[: 1 if player.monophonic else None]:
            octave, index = divmod(place, len(tones))
            climbs = tones[index] + 12 * octave < ground.ceilings_midi[number]
            pitch = player.fold(tones[index] + 12 * octave * climbs)
            if held is not None and late > 0 and (pitch - held[1]) % 12 == 0:
                waits = min(length, late)
                played.append(Stroke(onset, waits, player.fold(pitch + held[0] - held[1]), player.part, 3))
                if length > waits:
                    played.append(Stroke(onset + waits, length - waits, pitch, player.part, -3))
            else:
                played.append(Stroke(onset, length, pitch, player.part))
    return played


def _octave(slot: Slot, tones: tuple[int, ...], player: Voice) -> tuple[int, ...]:
    """What a left hand plays of a chord: its bass note and the octave below it, both under the inner voices; one note
    where there is no room."""
    above = slot.bass_midi + 12
    high = above if above < min(tones) and above <= HIGHEST_OCTAVE_MIDI else slot.bass_midi
    low = high - 12
    return (low, high) if low >= player.low_midi else (player.fold(high),)


def with_passing_tones(strokes: Sequence[Stroke], slots: tuple[Slot, ...], meter: Meter) -> list[Stroke]:
    """A slow line of single notes that walks where it would move by a third: the tone of the scale between takes the
    last of a long note, so that an inner player sings instead of changing chord tones (Aldwell, Schachter & Cadwallader
    2010, passing tones)."""
    beat = beat_ticks(meter)
    walked: list[Stroke] = []
    for stroke, following in zip_longest(strokes, strokes[1:]):
        walked.append(stroke)
        if following is None or following.onset_ticks != stroke.end_ticks or stroke.length_ticks < 2 * beat:
            continue
        low, high = sorted((stroke.pitch_midi, following.pitch_midi))
        scale = {pc % 12 for pc in slot_at(slots, stroke.end_ticks - 1).harmony.scale}
        between = [pitch for pitch in range(low + 1, high) if pitch % 12 in scale]
        if high - low in THIRDS and len(between) == 1:
            size = beat if stroke.length_ticks > 2 * beat else beat // 2
            walked[-1] = replace(stroke, length_ticks=stroke.length_ticks - size)
            walked.append(
                replace(stroke, onset_ticks=stroke.end_ticks - size, length_ticks=size, pitch_midi=between[0])
            )
    return walked


def second_line(
    slots: tuple[Slot, ...],
    melody: Sequence[Sung],
    voicings: Sequence[tuple[int, ...]],
    ceilings_midi: Sequence[int],
    player: Voice,
    first: Voice,
) -> list[tuple[int, ...]]:
    """The tones of every chord among which a second inner player moves: above those of the first player (as far as
    there is room) and under the melody. The first tone is the one nearest to that of the previous chord, with the
    fewest parallels with the outer voices and the lowest inner one."""
    sung = [next((n.pitch_midi for n in melody if _holds(n, slot.onset_ticks)), None) for slot in slots]
    rows: list[tuple[int, ...]] = []
    for number, (slot, voices, ceiling) in enumerate(zip(slots, voicings, ceilings_midi, strict=True)):
        under = range(player.low_midi, min(ceiling, player.high_midi + 1))
        tones = [pitch for pitch in under if pitch % 12 in slot.harmony.pcs]
        above = [pitch for pitch in tones if pitch > (voices[0] if first.monophonic else voices[-1])]
        tones = (above[:INNER_VOICES] if len(above) >= INNER_VOICES else tones[-INNER_VOICES:]) or list(voices[1:])
        if rows:
            bass, last = slots[number - 1].bass_midi, rows[-1][0]
            costs = {
                tone: abs(tone - last)
                + parallel_cost(last, tone, bass, slot.bass_midi)
                + parallel_cost(last, tone, voicings[number - 1][0], voices[0])
                + parallel_cost(sung[number - 1], sung[number], last, tone)
                for tone in tones
            }
            best = min(costs, key=costs.__getitem__)
            tones = [best, *(tone for tone in tones if tone != best)]
        rows.append(tuple(tones))
    return rows


def _holds(note: Sung, tick: int) -> bool:
    """Whether a note sounds at a tick."""
    return note.onset_ticks <= tick < note.end_ticks


def suspensions(
    slots: tuple[Slot, ...],
    voicings: Sequence[tuple[int, ...]],
    melody: Sequence[Sung],
    meter: Meter,
    odds: float,
    rng: np.random.Generator,
) -> dict[int, tuple[int, int]]:
    """Where an inner voice that falls by step may come late: slot number → (pitch held over, pitch it resolves to). A
    voice does not wait for a pitch class that the melody already has."""
    held = {}
    beat = beat_ticks(meter)
    for number in range(1, len(slots)):
        onset = slots[number].onset_ticks
        if slots[number].length_ticks < 2 * beat or rng.random() >= odds:
            continue
        taken = {note.pitch_midi % 12 for note in melody if note.end_ticks > onset and note.onset_ticks < onset + beat}
        falls = [
            (old, new)
            for old, new in zip(voicings[number - 1], voicings[number], strict=True)
            if old - new in (1, 2) and new % 12 not in (*taken, slots[number].harmony.leading_pc)
        ]
        if falls:
            held[number] = falls[-1]
    return held


def completed(
    strokes: list[Stroke], slots: tuple[Slot, ...], melody: Sequence[Sung], voices: Mapping[Part, Voice]
) -> list[Stroke]:
    """Give every chord its third, if nobody plays it. The first inner player with a near enough tone plays the third
    beside it, or instead of it if he plays one note at a time. If nobody begins a note, a free player adds it,
    preferably one who plays in this phrase anyway."""
    inner = [voices[part] for part in reversed(INNER_PARTS) if part in voices]  # the upper voice first
    players = sorted(inner, key=lambda player: not player.monophonic)
    at_hand = sorted(inner, key=lambda player: (all(s.part is not player.part for s in strokes), player.monophonic))
    found = list(strokes)
    for slot in slots:
        third = slot.harmony.pcs[1] % 12
        over = [n.pitch_midi for n in melody if sounds(n, slot)]
        heard = [*over, *(s.pitch_midi for s in found if s.part is not Part.KIT and sounds(s, slot))]
        if any(pitch % 12 == third for pitch in heard):
            continue
        ceiling = min(over, default=128)
        thirds = {
            player.part: [
                pitch for pitch in range(player.low_midi, min(player.high_midi + 1, ceiling)) if pitch % 12 == third
            ]
            for player in inner
        }
        begun = [s for s in found if s.part in INNER_PARTS and _begins(s, slot)]
        ways = (_with_third(found, begun, thirds[player.part], player) for player in players)
        if (with_third := next((way for way in ways if way is not None), None)) is not None:
            found = with_third
        elif not begun:
            free = (player for player in at_hand if thirds[player.part] and _is_free(player, found, slot))
            if (player := next(free, None)) is not None:
                tenth = min(thirds[player.part], key=lambda pitch: abs(pitch - slot.bass_midi - TENTH))
                found.append(Stroke(slot.onset_ticks, slot.length_ticks, tenth, player.part))
    return found


def _is_free(player: Voice, strokes: list[Stroke], slot: Slot) -> bool:
    """Whether a player could begin another note with a chord."""
    return not player.monophonic or not any(s.part is player.part and sounds(s, slot) for s in strokes)


def _with_third(found: list[Stroke], begun: list[Stroke], thirds: list[int], player: Voice) -> list[Stroke] | None:
    """The strokes with a third near to how a player begins a chord; None if the player begins none, or no third is
    near."""
    here = [stroke for stroke in begun if stroke.part is player.part]
    if not here or not thirds:
        return None
    first_struck = [stroke for stroke in here if stroke.onset_ticks == here[0].onset_ticks]
    nearest, first = min(product(thirds, first_struck), key=lambda pair: abs(pair[0] - pair[1].pitch_midi))
    if player.monophonic and abs(nearest - first.pitch_midi) <= FARTHEST_THIRD:
        return [replace(s, pitch_midi=nearest) if s in here and s.pitch_midi == first.pitch_midi else s for s in found]
    if not player.monophonic and abs(nearest - first.pitch_midi) <= OCTAVE:
        return [*found, replace(first, pitch_midi=nearest)]
    return None


def _begins(stroke: Stroke, slot: Slot) -> bool:
    """Whether a note begins while a chord lasts."""
    return slot.onset_ticks <= stroke.onset_ticks < slot.end_ticks


def sounds(note: Stroke | Sung, other: Slot | Token | Sung) -> bool:
    """Whether a note is heard while a chord lasts, or another note."""
    return note.onset_ticks < other.end_ticks and note.end_ticks > other.onset_ticks
