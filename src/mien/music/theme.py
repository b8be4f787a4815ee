"""Phrase plans → themes: harmony, bass and melody of a phrase, without accompaniment.

A `Draft` is what a return repeats. Times are ticks from the phrase's start, pitches MIDI with the tonic at 60 mod 12.

References: Caplin 1998, *Classical Form*; Schoenberg 1967, *Fundamentals of Musical Composition*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from mien.music.form import PhraseSpec
from mien.music.harmony import Slot, TimedChord, bass_line, parallel_cost, progression, vocabulary
from mien.music.melody import Range, Sung, Syllable, arch_heights, sing
from mien.music.motif import Motif, augmented, fragmented, inverted, varied
from mien.music.rhythm import bar_ticks, beat_ticks, beats_in_bar, onsets
from mien.values import Brief

CLOSES = {
    "authentic": (0,),
    "plagal": (0,),
    "tonic": (0,),
    "deceptive": (0, 2),
    "half": (0, 1, 2, 3, 4, 5, 6),
}
"""Letters of the scale that the melody of a phrase may end on, by cadence; each must also be a tone of the last
chord."""

SEQUENCES = (-2, -1, -1, 0, 1, 1, 2)
"""Steps by which a motif that comes again within a phrase may be moved."""

CLOSE = "close"
"""Name of the cell that ends a phrase."""

PICK_UP_ODDS = 0.5

TRIES, GOOD_ENOUGH = 6, 2.0
"""Drafts of a phrase at most, of which the best is kept, and the faults below which no other is tried."""

UNIT_BARS = 2
"""Melody is sung in breaths of this many bars, so that a later breath can answer an earlier one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A phrase without accompaniment; `motifs` are (tick, name) where each bar's motif begins."""

    spec: PhraseSpec
    slots: tuple[Slot, ...]
    melody: tuple[Sung, ...]
    motifs: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Compass:
    """Where the outer voices may go: steps of the melody, MIDI range of the bass."""

    melody: Range
    bass_low_midi: int
    bass_high_midi: int


def write_phrase(
    spec: PhraseSpec,
    brief: Brief,
    motifs: Mapping[str, Motif],
    compass: Compass,
    before: Draft | None,
    rng: np.random.Generator,
    *,
    is_contrast: bool = False,
    is_last: bool = False,
    leads_on: bool = True,
) -> Draft:
    """Compose one phrase: the one with the fewest faults of several tries.

    Parameters
    ----------
    motifs : by the roles that the plan's treatments name ("a", "b", "c").
    before : the phrase before, for a smooth join, and for its opening where the plan takes that over.
    is_contrast : starts away from the tonic.
    is_last : ends the piece: its last note is held to the end.
    leads_on : another phrase of the section follows, and a pick-up may lead into it.
    """
    best: tuple[float, Draft] | None = None
    for _ in range(TRIES):
        draft = _draft(
            spec, brief, motifs, compass, before, rng, is_contrast=is_contrast, is_last=is_last, leads_on=leads_on
        )
        faults = _faults(draft, before)
        if best is None or faults < best[0]:
            best = faults, draft
        if faults < GOOD_ENOUGH:
            break
    assert best is not None
    return best[1]


def _faults(draft: Draft, before: Draft | None) -> float:
    """What a second look finds: parallels between outer voices at chord changes, a climax that is heard too often."""
    joints = [(_sung_at(draft, slot), slot.bass_midi) for slot in draft.slots]
    if before is not None:
        joints.insert(0, (_sung_at(before, before.slots[-1]), before.slots[-1].bass_midi))
    parallels = sum(parallel_cost(one[0], two[0], one[1], two[1]) for one, two in pairwise(joints))
    peak = max(note.pitch_midi for note in draft.melody)
    peaks = [i for i, note in enumerate(draft.melody) if note.pitch_midi == peak]
    return parallels + 0.3 * sum(b - a > 1 for a, b in pairwise(peaks))


def _sung_at(draft: Draft, slot: Slot) -> int | None:
    return next((note.pitch_midi for note in draft.melody if note.onset_ticks == slot.onset_ticks), None)


def _draft(
    spec: PhraseSpec,
    brief: Brief,
    motifs: Mapping[str, Motif],
    compass: Compass,
    before: Draft | None,
    rng: np.random.Generator,
    *,
    is_contrast: bool,
    is_last: bool,
    leads_on: bool,
) -> Draft:
    bar = bar_ticks(brief.meter)
    taken_over = spec.opens_like * bar
    opening = _opening(spec, brief, before, is_contrast=is_contrast)
    chords = progression(brief, spec.bars, spec.cadence, opening, rng, spec.goal)
    joint = (_sung_at(before, before.slots[-1]), before.slots[-1].bass_midi) if before else None
    closes = 1 if spec.cadence in ("half", "tonic") else 2
    slots = bass_line(chords, compass.bass_low_midi, compass.bass_high_midi, joint, closes, rng)
    cells = _cells(spec, brief, motifs, rng, is_last=is_last, leads_on=leads_on)
    melody: list[Sung] = []
    if before is not None and taken_over:
        melody = [note for note in before.melody if note.onset_ticks < taken_over]
    lift = 0.5 if is_contrast else 0.0
    letters = tuple(letter for letter in slots[-1].harmony.letters if letter in CLOSES[spec.cadence])
    for first in range(spec.opens_like, spec.bars, UNIT_BARS):
        unit = cells[first : first + UNIT_BARS]
        syllables = _syllables(unit, first, bar, cells, melody, rng)
        places = np.array([s.onset_ticks / (spec.bars * bar) for s in syllables])
        arch = arch_heights(brief, compass.melody, places, lift)
        joined = melody or [*(before.melody[-2:] if before else ())]
        melody += sing(brief, compass.melody, syllables, slots, tuple(joined[-2:]), arch, letters, rng)
    above = {note.onset_ticks: note.pitch_midi for note in melody}
    slots = bass_line(chords, compass.bass_low_midi, compass.bass_high_midi, joint, closes, rng, above)
    names = tuple((index * bar, cell.name) for index, cell in enumerate(cells) if cell.name != CLOSE)
    return Draft(spec, tuple(slots), tuple(melody), names)


def _opening(spec: PhraseSpec, brief: Brief, before: Draft | None, *, is_contrast: bool) -> list[TimedChord]:
    """The chords a phrase begins with: those taken over, or one bar of the tonic (of the relative, for contrast).

    A phrase of one bar with a goal is nothing but that.
    """
    taken_over = spec.opens_like * bar_ticks(brief.meter)
    if before is not None and taken_over:
        return [(s.onset_ticks, s.length_ticks, s.harmony) for s in before.slots if s.onset_ticks < taken_over]
    words = vocabulary(brief.mode)
    if spec.goal and spec.bars == 1:
        return [(0, bar_ticks(brief.meter), words.find(spec.goal))]
    is_contrast = is_contrast and not (before and before.spec.goal)  # a goal reached wants its tonic
    return [(0, bar_ticks(brief.meter), words.contrast(brief.tension) if is_contrast else words.find(words.opening))]


def _cells(
    spec: PhraseSpec,
    brief: Brief,
    motifs: Mapping[str, Motif],
    rng: np.random.Generator,
    *,
    is_last: bool,
    leads_on: bool,
) -> list[Motif]:
    """The motif of every bar, transformed as the plan says; the bar that closes the phrase has a rhythm of its own."""
    cells: list[Motif] = []
    slow: list[Motif] = []
    for treatment in spec.treatment:
        role, _, change = treatment.partition(" ")
        motif = motifs[role]
        if change == "augmented":
            slow = slow or list(augmented(motif, brief.meter))
            cells.append(slow.pop(0))
        elif change == "fragment":
            cells.append(fragmented(motif, brief.meter))
        elif change == "inverted":
            cells.append(inverted(motif))
        elif change == "varied":
            cells.append(varied(motif, rng))
        else:
            cells.append(motif)
    while len(cells) < spec.bars:
        cells.append(_closing(brief, spec, rng, is_last=is_last, leads_on=leads_on))
    return cells


def _closing(brief: Brief, spec: PhraseSpec, rng: np.random.Generator, *, is_last: bool, leads_on: bool) -> Motif:
    """Rhythm of a bar that closes: perhaps an approach, a long note, a breath."""
    bar, beat = bar_ticks(brief.meter), beat_ticks(brief.meter)
    if is_last:
        return Motif(CLOSE, (bar,), ())
    breath = beat if beats_in_bar(brief.meter) > 2 else beat // 3
    drawn = rng.random()
    if leads_on and drawn < PICK_UP_ODDS:
        pick_up = (beat // 2, beat // 2) if brief.meter[1] == 4 else (beat // 3,)
        return Motif(CLOSE, (bar - breath - sum(pick_up), -breath, *pick_up), ())
    if spec.cadence in ("half", "deceptive") and drawn > 0.6 and bar - breath > beat:  # a feminine ending
        return Motif(CLOSE, (beat, bar - beat - breath, -breath), (-1,))
    return Motif(CLOSE, (bar - breath, -breath), ())


def _syllables(
    unit: list[Motif], first: int, bar: int, cells: list[Motif], melody: list[Sung], rng: np.random.Generator
) -> list[Syllable]:
    """Notes to be found in the bars of a unit; a motif heard before in the phrase wants its place, moved in
    sequence."""
    syllables: list[Syllable] = []
    move = int(rng.choice(SEQUENCES))
    for offset, cell in enumerate(unit):
        index = first + offset
        like = next((i for i in range(first) if cells[i].lengths == cell.lengths and cell.name != CLOSE), None)
        earlier = [] if like is None else [n.step for n in melody if like * bar <= n.onset_ticks < (like + 1) * bar]
        for number, (onset, length) in enumerate(onsets(cell.lengths)):
            syllables.append(
                Syllable(
                    index * bar + onset,
                    length,
                    cell.steps[number - 1] if 0 < number <= len(cell.steps) else None,
                    earlier[number] + move if number < len(earlier) else None,
                    cell.name == CLOSE and length == max(cell.lengths),
                )
            )
    return syllables


def led_into(draft: Draft, target: Sung) -> Draft:
    """Let the pick-up of a phrase, if it has one, walk by step into the first note of the next."""
    start = (draft.spec.bars - 1) * (draft.slots[-1].onset_ticks + draft.slots[-1].length_ticks) // draft.spec.bars
    closing = max((n for n in draft.melody if n.onset_ticks >= start), key=lambda n: n.length_ticks, default=None)
    if closing is None:
        return draft
    body = [note for note in draft.melody if note.onset_ticks <= closing.onset_ticks]
    pick_up = draft.melody[len(body) :]
    lowest, highest = min(n.step for n in body), max(n.step for n in body)
    from_below = target.step - len(pick_up) >= lowest and target.step >= closing.step
    side = -1 if from_below or target.step + len(pick_up) > highest else 1
    chord = draft.slots[-1].harmony
    steps = [target.step + side * (len(pick_up) - i) for i in range(len(pick_up))]
    led = [replace(n, step=s, pitch_midi=chord.pitch(s)) for n, s in zip(pick_up, steps, strict=True)]
    return replace(draft, melody=(*body, *led))
