"""A phrase about to close → the same phrase, broken off: a hush, a general pause, a chord that nobody expects.

Expectation must exist before it can be deceived, so a phrase mostly breaks off when heard for the second time. Its last
bar but one is suddenly soft (unless it holds the piece's highest note). Where the close is due nobody plays; in the
middle of that bar everybody strikes a chord that the close did not promise, and the next phrase begins as if nothing
had happened. Times are ticks from the phrase's start, pitches MIDI with the tonic at 60 mod 12.

References: Huron 2006, *Sweet Anticipation*, ch. 13-14 (surprise as expectation violated, Haydn's); Schmalfeldt 1992,
"Cadential processes: the evaded cadence"; Caplin 1998, *Classical Form* (evaded cadences).
"""

from dataclasses import replace

from mien.music.draft import Compass, Draft
from mien.music.form import PHRASE_BARS, PhraseSpec
from mien.music.harmony import Slot, transition, vocabulary
from mien.music.melody import Sung
from mien.music.rhythm import Meter, bar_ticks, beat_ticks, middle_ticks
from mien.music.theory import Harmony
from mien.values import Brief, Mark

HUSH_VELOCITY, STROKE_VELOCITY = -40, 22
"""Velocity, relative to the section, of the bar before the pause and of the stroke after it."""

EVADED = "evaded"
"""The cadence of a phrase that breaks off."""

KIND = "interruption"
"""The kind of the marks of a phrase that breaks off."""
HUSH, PAUSE, STROKE = "hush", "pause", "stroke"
"""The texts of those marks, in order."""

FOREIGN, SHARED, ALIKE, LEADS = 1.0, 0.3, 0.5, 0.25
"""How unexpected a chord is: plus the first for each tone outside the scale; minus the second for each tone it shares
with the expected chord; minus the third for the function of the expected chord, and again for that of the chord before;
plus up to the fourth if it leads to the next chord."""


def breaks(phrase: PhraseSpec, brief: Brief) -> bool:
    """Whether a phrase breaks off before its close: its place in the form must allow it and the brief must ask for
    it."""
    return brief.interruption >= phrase.breaks_from and phrase.bars == PHRASE_BARS and not phrase.goal


def places(meter: Meter) -> tuple[int, int, int]:
    """The ticks at which the hush, the pause and the stroke of a phrase that breaks off begin."""
    pause = (PHRASE_BARS - 1) * bar_ticks(meter)
    return pause - bar_ticks(meter), pause, pause + middle_ticks(meter)


def louder(draft: Draft, tick: int, meter: Meter) -> int:
    """The velocity that an interruption adds at a tick of a phrase; a highpoint is not hushed."""
    hush, pause, stroke = places(meter)
    if not draft.breaks_off or tick < hush:
        return 0
    if tick < pause:
        return 0 if draft.is_height else HUSH_VELOCITY
    return STROKE_VELOCITY if tick >= stroke else 0


def marks(draft: Draft, meter: Meter, start: int) -> list[Mark]:
    """The marks of a phrase that begins at tick `start`, if it breaks off."""
    told = zip(places(meter), (HUSH, PAUSE, STROKE), strict=True)
    found = [Mark(start + tick, KIND, text) for tick, text in told] if draft.breaks_off else []
    return found[1:] if draft.is_height else found


def broken_off(draft: Draft, brief: Brief, compass: Compass, following: Draft | None) -> Draft:
    """The phrase as it is heard: its last slot is the stroke's chord, with silence between that and the previous slot.

    Parameters
    ----------
    draft : a phrase for which `breaks` holds.
    compass : where the outer voices may go; the stroke lies a little below the highest note of the phrase.
    following : the next phrase, None if another section begins.
    """
    _, pause, stroke = places(brief.meter)
    slots = tuple(
        replace(slot, length_ticks=min(slot.length_ticks, pause - slot.onset_ticks))
        for slot in draft.slots
        if slot.onset_ticks < pause
    )
    sung = [
        replace(note, length_ticks=min(note.length_ticks, pause - note.onset_ticks))
        for note in draft.melody
        if note.onset_ticks < pause
    ]
    chord = _unlooked_for(draft, brief, following)
    under = range(max(note.step for note in sung) - 1, compass.melody.low - 1, -1)
    step = next(s for s in under if chord.pitch(s) % 12 in chord.pcs)
    sung.append(Sung(stroke, beat_ticks(brief.meter), step, chord.pitch(step)))
    roots = [p for p in range(compass.bass_low_midi, compass.bass_high_midi + 1) if p % 12 == chord.pcs[0]]
    root = min(roots, key=lambda pitch: abs(pitch - slots[-1].bass_midi))
    return replace(
        draft,
        slots=(*slots, Slot(stroke, PHRASE_BARS * bar_ticks(brief.meter) - stroke, chord, root)),
        melody=tuple(sung),
        motifs=tuple(motif for motif in draft.motifs if motif[0] < pause),
    )


def _unlooked_for(draft: Draft, brief: Brief, following: Draft | None) -> Harmony:
    """The chord of the mode that surprises most where the phrase should close."""
    words = vocabulary(brief.mode)
    expected, last = draft.slots[-1].harmony, draft.slots[-2].harmony
    after = following.slots[0].harmony if following is not None else words.find(words.opening)

    def surprise(chord: Harmony) -> float:
        foreign = sum(pc not in brief.mode.value for pc in chord.pcs)
        shared = sum(pc in expected.pcs for pc in chord.pcs)
        alike = ALIKE * ((chord.function == expected.function) + (chord.function == last.function))
        return FOREIGN * foreign - SHARED * shared - alike + LEADS * min(1.0, transition(chord, after))

    roots = expected.pcs[0], last.pcs[0]
    return max((chord for chord in words.chords if chord.pcs[0] not in roots), key=surprise)
