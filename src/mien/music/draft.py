"""Phrase plans → drafts of phrases: harmony, bass and melody, without accompaniment.

A `Draft` is what a return repeats. Times are ticks from the phrase's start, pitches MIDI with the tonic at 60 mod 12.

References: Caplin 1998, *Classical Form*; Schoenberg 1967, *Fundamentals of Musical Composition*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from mien.music.balance import imbalance
from mien.music.closing import closing_place, closing_rhythm
from mien.music.form import CLOSE, REST, PhraseSpec
from mien.music.harmonic_rhythm import PLAIN, chord_bars_in, opening_ticks
from mien.music.harmony import (
    PERFECT,
    Outer,
    Slot,
    TimedChord,
    bass_line,
    parallel_cost,
    pedal_under,
    progression,
    vocabulary,
)
from mien.music.melody import Range, Sung, Syllable, arch_heights, sing
from mien.music.motif import Motif, augmented, fragmented, inverted, varied
from mien.music.originality import is_known
from mien.music.rhythm import Rhythm, bar_ticks, onsets
from mien.values import Brief

CLOSES = {
    "authentic": (0,),
    "plagal": (0,),
    "tonic": (0,),
    "deceptive": (0, 2),
    "half": (0, 1, 2, 3, 4, 5, 6),
    "modulating": (0, 1, 2, 3, 4, 5, 6),
}
"""Letters of the scale on which a phrase's melody may end, by cadence; each must also be a tone of the last chord."""

LOOSE_ROLES = ("contrast", "retransition")
"""Roles of phrases that may close their melody on any tone of the chord: what they confirm, they will leave again."""

SEQUENCES = (-2, -1, -1, 0, 1, 1, 2)
"""Steps by which a motif may be moved when it comes again within a phrase."""

TRIES, GOOD_ENOUGH, COPY_FAULT = 10, 1.0, 6.0
"""The most drafts of a phrase, of which the best is kept; the faults below which no other is tried; the faults for each
run of notes that occurs in a song."""

UNIT_BARS = 2
"""The melody is sung in breaths of this many bars, so that a later breath can answer an earlier one."""

RESERVED_STEPS = 2
"""Steps at the top of the melody player's range that are reserved for the highpoint of a piece."""

WIDEST_STEPS = 11
"""A climax does not widen a line beyond an octave and a half, the range a voice sings comfortably."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A phrase without accompaniment; `motifs` are (tick, name) where each bar's motif begins. `breaks_off` says
    whether this statement of it does (`mien.music.interruption`), `stays_open` whether it closes off the tonic
    (`mien.music.open_close`), `is_height` whether it was raised to the piece's highpoint (`mien.music.height`).
    `pick_up_ticks` is where the notes begin that lead into the next phrase, None if none do. `chord_bars` is the pace
    of its chords (`mien.music.harmonic_rhythm`); its `upbeat` are the notes that lead into it."""

    spec: PhraseSpec
    slots: tuple[Slot, ...]
    melody: tuple[Sung, ...]
    motifs: tuple[tuple[int, str], ...]
    breaks_off: bool = False
    stays_open: bool = False
    is_height: bool = False
    pick_up_ticks: int | None = None
    chord_bars: float = PLAIN
    upbeat: Rhythm = ()


@dataclass(frozen=True, slots=True)
class Compass:
    """Where the outer voices may go: steps of the melody, its highest step at a climax, MIDI range of the bass.

    `summit` is the highest step that the player has; the last `RESERVED_STEPS` are kept for the piece's highpoint.
    """

    melody: Range
    summit: int
    bass_low_midi: int
    bass_high_midi: int

    def reaching(self, steps: int) -> Range:
        """The melody's range, with room for a climax `steps` above it; a line that is wide enough keeps its range."""
        low, high = self.melody.low, self.melody.high
        return Range(low, max(high, min(self.summit - RESERVED_STEPS, high + steps, low + WIDEST_STEPS)))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands around the phrase to be written.

    Phrases, if there are any: `before` is heard right before it, `after` returns right after it, `like` is the one
    whose opening it takes over. `comes_again` says that the next phrase takes over its opening. `heard` are the last
    pitches before it. Its own place: it `opens_contrast` if it begins a contrast, away from the tonic; it `ends` the
    piece, its last note held. `upbeat` are the notes that lead into the next phrase, none if nothing does. The
    chords of its theme have the pace `chord_bars` (`mien.music.harmonic_rhythm`).
    """

    before: Draft | None = None
    after: Draft | None = None
    like: Draft | None = None
    comes_again: bool = False
    heard: tuple[int, ...] = ()
    opens_contrast: bool = False
    upbeat: Rhythm = ()
    ends: bool = False
    chord_bars: float = PLAIN


def write_phrase(
    spec: PhraseSpec,
    brief: Brief,
    motifs: Mapping[str, Motif],
    compass: Compass,
    around: Neighbours,
    rng: np.random.Generator,
) -> Draft:
    """Compose one phrase: of several tries, the one with the fewest faults.

    Parameters
    ----------
    motifs : by the roles that the plan's treatments name ("a", "b", "c").
    around : for smooth joins, an opening that the plan takes over, and how the phrase begins and closes.
    """
    best: tuple[float, Draft] | None = None
    for _ in range(TRIES):
        draft = _draft(spec, brief, motifs, compass, around, rng)
        faults = faults_of(draft, around)
        if best is None or faults < best[0]:
            best = faults, draft
        if faults < GOOD_ENOUGH:
            break
    assert best is not None
    return best[1]


def faults_of(draft: Draft, around: Neighbours) -> float:
    """The faults that a second look finds: parallels between the outer voices at chord changes, a climax heard too
    often, runs that occur in a song, a line out of balance."""
    joints = [_outer(draft, slot) for slot in draft.slots]
    if around.before is not None:
        joints.insert(0, _outer(around.before, around.before.slots[-1]))
    if (after := draft if around.comes_again else around.after) is not None:
        joints.append(_outer(after, after.slots[0]))
    together = [joint for joint in joints if joint.melody is not None]  # chords at which both outer voices begin a note
    parallels = sum(parallel_cost(one.melody, two.melody, one.bass, two.bass) for one, two in pairwise(together))
    peak = max(note.pitch_midi for note in draft.melody)
    peaks = [i for i, note in enumerate(draft.melody) if note.pitch_midi == peak]
    pitches = [note.pitch_midi for note in draft.melody]
    copies = is_known([*around.heard, *pitches]).sum()
    faults = parallels + 0.3 * sum(b - a > 1 for a, b in pairwise(peaks)) + COPY_FAULT * float(copies)
    before = [note.pitch_midi for note in around.before.melody] if around.before is not None else []
    return faults + (imbalance(pitches) + imbalance([*before, *pitches])) / 2


def cut(note: Sung, end_ticks: int) -> Sung:
    """The note, no longer than until a tick."""
    return replace(note, length_ticks=min(note.length_ticks, end_ticks - note.onset_ticks))


def _outer(draft: Draft, slot: Slot) -> Outer:
    """The outer voices at the start of a chord."""
    return Outer(sung_at(draft.melody, slot), slot.bass_midi)


def sung_at(melody: Sequence[Sung], slot: Slot) -> int | None:
    """The pitch that the melody strikes as a chord begins."""
    return next((note.pitch_midi for note in melody if note.onset_ticks == slot.onset_ticks), None)


def _draft(
    spec: PhraseSpec,
    brief: Brief,
    motifs: Mapping[str, Motif],
    compass: Compass,
    around: Neighbours,
    rng: np.random.Generator,
) -> Draft:
    bar = bar_ticks(brief.meter)
    if around.like is None and spec.opens_like:  # the phrase whose opening it should take over is gone
        spec = replace(spec, opens_like=0)
    taken_over, before = spec.opens_like * bar, around.before
    opening = _opening(spec, brief, around, rng)
    pedal = None if spec.goal else pedal_under(brief, spec.pedal, spec.cadence, spec.pedal_bar)
    chord_bars = chord_bars_in(spec, brief, around.chord_bars)
    chords = progression(brief, spec.bars, spec.cadence, opening, rng, spec.goal, pedal, chord_bars)
    joint = _outer(before, before.slots[-1]) if before else None
    closes = 1 if spec.cadence in ("half", "tonic") else 2
    slots = bass_line(chords, compass.bass_low_midi, compass.bass_high_midi, joint, closes, rng, pedal=pedal)
    cells = _cells(spec, brief, motifs, around, rng)
    melody: list[Sung] = []
    if around.like is not None:
        melody = [cut(note, taken_over) for note in around.like.melody if note.onset_ticks < taken_over]
    lift = 0.5 if around.opens_contrast else 0.0
    span = compass.reaching(spec.reach)
    following = _outer(around.after, around.after.slots[0]) if around.after is not None else None
    starts = range(spec.opens_like, max(spec.bars - 1, spec.opens_like + 1), UNIT_BARS)  # no close stands alone
    for first in starts:
        unit = cells[first:] if first == starts[-1] else cells[first : first + UNIT_BARS]
        syllables = _syllables(unit, first, bar, cells, melody, rng, ends=around.ends)
        places = np.array([min(1.0, s.onset_ticks / max(bar, (spec.bars - 1) * bar)) for s in syllables])
        arch = arch_heights(brief, span, places, lift)
        joined = melody or [*(before.melody[-2:] if before else ())]
        if around.comes_again and melody:
            following = Outer(melody[0].pitch_midi, slots[0].bass_midi)
        letters = closing_letters(spec, slots[-1], following)
        sung = [s for s in slots if s.onset_ticks < first * bar]
        left = Outer(sung_at(melody, sung[-1]), sung[-1].bass_midi) if sung else joint
        melody += sing(brief, span, syllables, slots, tuple(joined[-2:]), left, arch, letters, rng)
    above = {note.onset_ticks: note.pitch_midi for note in melody}
    slots = bass_line(chords, compass.bass_low_midi, compass.bass_high_midi, joint, closes, rng, above, pedal)
    names = tuple((index * bar, cell.name) for index, cell in enumerate(cells) if cell.name not in (CLOSE, REST))
    pick_up = _pick_up(cells, bar)
    return Draft(spec, tuple(slots), tuple(melody), names, pick_up_ticks=pick_up, chord_bars=around.chord_bars)


def _pick_up(cells: list[Motif], bar: int) -> int | None:
    """Where the notes begin that follow the closing note of a phrase."""
    if cells[-1].name != CLOSE:
        return None
    after = onsets(cells[-1].lengths)[closing_place(cells[-1].lengths) + 1 :]
    return (len(cells) - 1) * bar + after[0][0] if after else None


def _opening(spec: PhraseSpec, brief: Brief, around: Neighbours, rng: np.random.Generator) -> list[TimedChord]:
    """The chords that a phrase begins with: those taken over, or the tonic (the relative, for contrast); a phrase of
    one bar with a goal consists of that goal alone."""
    if around.like is not None:
        taken_over = spec.opens_like * bar_ticks(brief.meter)
        room = max(taken_over, (spec.bars - 2) * bar_ticks(brief.meter))  # two bars are left for a cadence
        return [
            TimedChord(s.onset_ticks, min(s.length_ticks, room - s.onset_ticks), s.harmony)
            for s in around.like.slots
            if s.onset_ticks < taken_over
        ]
    words = vocabulary(brief.mode)
    if spec.goal and spec.bars == 1:
        return [TimedChord(0, bar_ticks(brief.meter), words.find(spec.goal))]
    length = opening_ticks(brief, spec, chord_bars_in(spec, brief, around.chord_bars))
    if around.opens_contrast and not (around.before and around.before.spec.goal):  # a goal once reached needs its tonic
        return [TimedChord(0, length, words.contrast(brief.tension, rng))]
    return [TimedChord(0, length, words.find(words.opening))]


def closing_letters(spec: PhraseSpec, slot: Slot, following: Outer | None) -> tuple[int, ...]:
    """The letters on which the melody may close over the last chord, without those that would move on in parallel
    fifths or octaves with the bass, if others remain and the `following` outer voices are known."""
    chord, bass = slot.harmony, slot.bass_midi
    places = zip(chord.letters[:3], chord.pcs[:3], strict=True)  # no phrase rests on a seventh
    closes = CLOSES[spec.cadence if spec.role not in LOOSE_ROLES else "half"]
    allowed = [(letter, (pc - bass) % 12) for letter, pc in places if letter in closes]
    ahead = None if following is None or following.melody is None else (following.melody - following.bass) % 12
    free = [letter for letter, above in allowed if above != ahead or above not in PERFECT]
    return tuple(free or [letter for letter, _ in allowed])


def _cells(
    spec: PhraseSpec, brief: Brief, motifs: Mapping[str, Motif], around: Neighbours, rng: np.random.Generator
) -> list[Motif]:
    """The motif of every bar, transformed as the plan says; the closing bar has a rhythm of its own."""
    cells: list[Motif] = []
    slow: list[Motif] = []
    for treatment in spec.treatment:
        if treatment == REST:
            cells.append(Motif(REST, (-bar_ticks(brief.meter),), ()))
            continue
        if treatment == CLOSE:
            cells.append(_closing(brief, spec, around, rng, ()))
            continue
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
        cells.append(_closing(brief, spec, around, rng, around.upbeat if len(cells) == spec.bars - 1 else ()))
    return cells


def _closing(brief: Brief, spec: PhraseSpec, around: Neighbours, rng: np.random.Generator, upbeat: Rhythm) -> Motif:
    held = (bar_ticks(brief.meter),)
    breathes = around.before is not None and _is_breathless(around.before, brief)
    rhythm = held if around.ends else closing_rhythm(brief, spec.cadence, upbeat=upbeat, rng=rng, breathes=breathes)
    return Motif(CLOSE, rhythm, (-1,) if closing_place(rhythm) else ())


def _is_breathless(draft: Draft, brief: Brief) -> bool:
    """Whether a phrase sings through its last bar to its end."""
    bar = bar_ticks(brief.meter)
    end = draft.spec.bars * bar
    return sum(min(n.length_ticks, n.end_ticks - end + bar) for n in draft.melody if n.end_ticks > end - bar) >= bar


def _syllables(
    unit: list[Motif],
    first: int,
    bar: int,
    cells: list[Motif],
    melody: list[Sung],
    rng: np.random.Generator,
    *,
    ends: bool,
) -> list[Syllable]:
    """The notes to be found in the bars of a unit; a motif already heard in the phrase asks for the steps that were
    sung then, and for their place, moved in sequence. `ends` says that the phrase is the last of the piece."""
    syllables: list[Syllable] = []
    move = int(rng.choice(SEQUENCES))
    for offset, cell in enumerate(unit):
        index = first + offset
        alike = [i for i in range(first) if cells[i].lengths == cell.lengths and cell.name != CLOSE]
        like = next((i for i in alike if cells[i].name == cell.name), alike[0] if alike else None)
        earlier = [] if like is None else [n.step for n in melody if like * bar <= n.onset_ticks < (like + 1) * bar]
        again = like is not None and cells[like].name == cell.name
        steps = tuple(b - a for a, b in pairwise(earlier)) if again else cell.steps
        last = closing_place(cell.lengths) if cell.name == CLOSE else -1
        for number, (onset, length) in enumerate(onsets(cell.lengths)):
            syllables.append(
                Syllable(
                    index * bar + onset,
                    length,
                    steps[number - 1] if 0 < number <= len(steps) else None,
                    earlier[number] + move if number < len(earlier) else None,
                    number == last,
                    ends and number == last,
                )
            )
    return syllables
