"""Phrases of a section and what accompanies them → a passage: notes with their dynamics, in the key, end to end.

Times of drafts and strokes are ticks from the start of their phrase, pitches MIDI with the tonic at 60 mod 12; those of
a passage are ticks from its own start, in the brief's key.

References: Juslin & Laukka 2003 (attacks).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from mien.ensembles import Ensemble, ensemble
from mien.leads import LEAD
from mien.music.draft import Draft
from mien.music.form import SectionSpec
from mien.music.handover import handed
from mien.music.interruption import EVADED, louder
from mien.music.interruption import marks as interruption_marks
from mien.music.rhythm import bar_ticks, is_syncopated
from mien.music.texture import Stroke
from mien.values import Brief, Chord, Mark, Note, Part

BASE_VELOCITY, LOUDNESS_VELOCITY = 32, 72
"""Velocity at loudness 0, and what full loudness adds."""

ENERGY_VELOCITY = 28
"""Velocity by which a section of energy 1 exceeds one of energy 0: the sections of a long piece span two dynamics or
three around that of its brief."""

SHARP_TENSION, SHARP_LEGATO, ATTACK_VELOCITY = 0.55, 0.7, 9
"""From this tension on, and up to this legato, music accents the heads of its motifs and its syncopations by this
velocity (Juslin & Laukka 2003: anger has sharp attacks)."""

SOFTEST, LOUDEST = 12, 120
"""The range of velocities in written music; what lies beyond is left to the player."""

DYNAMICS = {Part.MELODY: 7, Part.HARMONY: -9, Part.TEXTURE: -10, Part.RHYTHM: -3, Part.KIT: -6}
"""Velocity of a part against the brief's; the melody leads."""

Event = TypeVar("Event", Note, Chord, Mark)


@dataclass(frozen=True, slots=True)
class Passage:
    """A section as composed, in the brief's key, ticks from its own start; `drafts` are its phrases before that."""

    notes: tuple[Note, ...]
    length_ticks: int
    chords: tuple[Chord, ...]
    marks: tuple[Mark, ...]
    drafts: tuple[Draft, ...]


def later(events: Iterable[Event], ticks: int) -> list[Event]:
    """The same events so many ticks later."""
    return [replace(event, onset_ticks=event.onset_ticks + ticks) for event in events]


def laid_out(
    brief: Brief,
    spec: SectionSpec,
    drafts: tuple[Draft, ...],
    strokes: list[list[Stroke]],
    players: Ensemble,
    shift: int,
) -> Passage:
    """Lay the phrases of a section end to end, `drafts` as they sound and the `strokes` that accompany each, and
    transpose them by `shift` semitones to the key."""
    bar = bar_ticks(brief.meter)
    base = BASE_VELOCITY + LOUDNESS_VELOCITY * brief.loudness + ENERGY_VELOCITY * spec.energy
    notes: list[Note] = []
    chords: list[Chord] = []
    leader = "" if spec.lead is Part.MELODY else f", {ensemble(brief.ensemble).players[spec.lead].instrument} leads"
    marks = [Mark(0, "section", spec.title + leader)]
    tick = 0
    for draft, played in zip(drafts, strokes, strict=True):
        attacks = _attacks(draft, brief)
        sung = [
            Stroke(n.onset_ticks, n.length_ticks, n.pitch_midi, Part.MELODY, attacks.get(n.onset_ticks, 0))
            for n in draft.melody
        ]
        for stroke in _distinct([*sung, *played], solo=players.solo):
            level = base + DYNAMICS[stroke.part] + stroke.accent
            velocity = min(LOUDEST, max(SOFTEST, round(level + louder(draft, stroke.onset_ticks, brief.meter))))
            if not spec.plays(stroke.part, (tick + stroke.onset_ticks) // bar):
                continue
            part, moved = handed(stroke.part, spec.lead)
            pitch = stroke.pitch_midi if part is Part.KIT else stroke.pitch_midi + shift + moved
            notes.append(Note(tick + stroke.onset_ticks, part, pitch, stroke.length_ticks, velocity))
        until = [*(slot.onset_ticks for slot in draft.slots[1:]), draft.spec.bars * bar]
        for slot, end in zip(draft.slots, until, strict=True):
            pcs = tuple((pc + shift) % 12 for pc in slot.harmony.pcs)
            roman = slot.harmony.figured(slot.bass_midi % 12)
            bass_pc = (slot.bass_midi + shift) % 12
            chords.append(
                Chord(tick + slot.onset_ticks, end - slot.onset_ticks, pcs, bass_pc, roman, slot.harmony.function)
            )
        marks.append(Mark(tick, "phrase", draft.spec.role))
        marks += [
            Mark(tick + onset, "motif", name)
            for onset, name in draft.motifs
            if spec.plays(Part.MELODY, (tick + onset) // bar)
        ]
        close = EVADED if draft.breaks_off else draft.spec.cadence
        marks.append(Mark(tick + draft.slots[-1].onset_ticks, "cadence", close))
        marks += interruption_marks(draft, brief.meter, tick)
        tick += draft.spec.bars * bar
    if spec.lead is not Part.MELODY:
        marks += [Mark(0, LEAD, spec.lead.name.lower()), Mark(tick, LEAD, Part.MELODY.name.lower())]
    return Passage(tuple(sorted(notes)), tick, tuple(chords), tuple(sorted(marks)), drafts)


def _attacks(draft: Draft, brief: Brief) -> dict[int, int]:
    """The accents of a phrase's melody by tick: where motifs begin, and where notes sound across a stronger beat."""
    if brief.tension < SHARP_TENSION or brief.legato > SHARP_LEGATO:
        return {}
    heads = {onset for onset, _ in draft.motifs}
    pushed = {n.onset_ticks for n in draft.melody if is_syncopated(n.onset_ticks, n.length_ticks, brief.meter)}
    return dict.fromkeys(heads | pushed, ATTACK_VELOCITY)


def _distinct(strokes: list[Stroke], *, solo: bool) -> list[Stroke]:
    """Let no two parts strike the same key of one instrument at the same moment; melody comes before bass, then
    harmony, then texture. A key that one part holds may be struck again by another, as pianists do."""
    order = (Part.MELODY, Part.RHYTHM, Part.HARMONY, Part.TEXTURE, Part.KIT)
    taken: dict[tuple[int, int], Part] = {}
    kept = []
    for stroke in sorted(strokes, key=lambda s: (order.index(s.part), s.onset_ticks, -s.length_ticks, s.pitch_midi)):
        key = (stroke.onset_ticks, stroke.pitch_midi)
        other = taken.get(key)
        if other is None or (not solo and other is not stroke.part):
            taken[key] = stroke.part
            kept.append(stroke)
    return kept
