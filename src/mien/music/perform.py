"""Written Phrase → played Phrase: the same notes with the timing, loudness and touch of a player.

A pure stage: notes, harmony and form stay; tempo becomes a curve, velocities breathe, lengths speak. Deviations scale
with the brief: timing with `rubato`, touch with `legato`. Nothing moves before the start or sounds beyond the end, and
a monophonic part remains monophonic.

Rules, as in the KTH system (Friberg, Bresin & Sundberg 2006, "Overview of the KTH rule system for musical
performance"): phrase arch (Todd 1989, 1992), final ritardando (Friberg & Sundberg 1999), metrical accent (Parncutt
1987), melodic charge (Sundberg, Friberg & Frydén 1991), high-loud, duration contrast, punctuation, score legato and
staccato (Bresin & Battel 2000), repetition; melody lead (Goebl 2001), ensemble asynchrony (Rasch 1979).
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from mien.ensembles import Ensemble, ensemble
from mien.leads import leads
from mien.music.in_force import Briefs, in_force
from mien.music.interruption import KIND, PAUSE
from mien.music.rhythm import BEAT, DOWNBEAT, MIDDLE, OFFBEAT, beat_ticks, strength
from mien.strokes import strike_once
from mien.values import Brief, Note, Part, Phrase

ARCH_TEMPO = 0.16
"""Swing of the tempo within a phrase at full rubato: the middle is 6 % faster than the beginning and 10 % faster than
the end (Todd 1989)."""

ARCH_VELOCITY = 7.0
"""Velocity gained from the ends of a phrase to its middle (Todd 1992: the faster, the louder)."""

RITARDANDO_BEATS = 4
RITARDANDO_EXPONENT = 3.0
"""Friberg & Sundberg 1999: v(x) = (1 + (w^q − 1) x)^(1/q), like a runner stopping; q = 3 was preferred."""

ACCENT = {DOWNBEAT: 5, MIDDLE: 3, BEAT: 1, OFFBEAT: -2}
"""Velocity by metrical strength."""

MELODIC_CHARGE = (0.0, 6.5, 2.0, 4.5, 4.0, 2.5, 6.0, 1.0, 5.5, 3.0, 3.5, 5.0)
"""Remoteness of a pitch class from the current root, by semitones above it (Sundberg, Friberg & Frydén 1991)."""

CHARGE_VELOCITY = 0.8
HIGH_LOUD_VELOCITY = 0.25
"""Velocity per semitone above the part's middle: the higher, the louder."""

LEAD_MS = 14.0
"""How far a melody leads the notes it sounds with on one keyboard (Goebl 2001 measured about 30 ms at the hammers'
start)."""

SPREAD_MS = 4.5
"""Standard deviation of the timing of a player in an ensemble (Rasch 1979: 15 to 50 ms between players; kept below what
a listener notices)."""

WIDEST_SPREAD = 2.5
"""The most that a player comes early or late, in standard deviations."""

TOUCH_VELOCITY = 1.2
"""Standard deviation of the velocity of a touch."""

LEGATO_PEDAL, RHYTHMIC_PEDAL = 0.75, 0.55
"""Legato of a brief from which the pedal is held through a harmony, or through a beat."""

PEDAL_LIFT_TICKS = 15
SHORTEST_TICKS = 30


def ritardando_beats(brief: Brief) -> float:
    """Number of beats that the final ritardando adds to a performance."""
    return float(np.sum(1 / _ritardando(brief) - 1))


def _ritardando(brief: Brief) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Relative tempo of the last beats, (RITARDANDO_BEATS,), falling."""
    final = 0.74 - 0.34 * brief.rubato
    place = (np.arange(RITARDANDO_BEATS) + 0.5) / RITARDANDO_BEATS
    return np.asarray((1 + (final**RITARDANDO_EXPONENT - 1) * place) ** (1 / RITARDANDO_EXPONENT))


def perform(written: Phrase, brief: Brief | Briefs, *, closes: bool = True) -> Phrase:
    """Play a written phrase.

    Parameters
    ----------
    written : as `compose` makes it; its tempo may move.
    brief : the brief it was composed from, or the briefs in force along it.
    closes : whether the music ends here: it slows down and the last chord rings out. False if more follows.

    Returns
    -------
    The same notes in the same order of parts, played. The same phrase and brief give the same performance.
    """
    players = ensemble(written.ensemble)
    rng = np.random.default_rng([written.seed, 0x9EF0])
    briefs = ((0, brief),) if isinstance(brief, Brief) else brief
    spans = _phrase_spans(written)
    played: list[Note] = []
    for part in Part:
        if notes := written.part(part):
            played += _play_part(part, notes, written, briefs, players, spans, rng, closes=closes)
    tempo = _tempo_curve(written, briefs, spans, closes=closes)
    return replace(written, notes=tuple(sorted(played)), tempo=tempo)


@dataclass(frozen=True, slots=True)
class _Span:
    """A phrase of the form, in ticks."""

    start: int
    end: int

    def place(self, tick: int) -> float:
        """0 at the start, 1 at the end."""
        return (tick - self.start) / (self.end - self.start)


def _phrase_spans(phrase: Phrase) -> list[_Span]:
    starts = sorted({0, *(m.onset_ticks for m in phrase.marks if m.kind == "phrase")})
    return [_Span(a, b) for a, b in pairwise([*starts, phrase.length_ticks])]


def _tempo_curve(written: Phrase, briefs: Briefs, spans: list[_Span], *, closes: bool) -> tuple[tuple[int, float], ...]:
    """One step per beat: faster within phrases, slower at their ends, each phrase within its own time; ritardando
    last."""
    beat = beat_ticks(written.meter)
    factors: list[float] = []
    for span in spans:
        beats = (span.end - span.start) // beat
        place = (np.arange(beats) + 0.5) / beats
        depth = ARCH_TEMPO * in_force(briefs, span.start).rubato
        arch = 1 + depth * (0.5 - 2 * (place - 0.45) ** 2)
        factors += list(arch * np.mean(1 / arch))  # whatever is robbed is given back within the phrase
    if closes:
        ending = _ritardando(briefs[-1][1])[-len(factors) :]
        factors[-len(ending) :] = list(np.array(factors[-len(ending) :]) * ending)
    ticks = [index * beat for index in range(len(factors))]
    return tuple(
        (tick, round(in_force(written.tempo, tick) * factor, 2)) for tick, factor in zip(ticks, factors, strict=True)
    )


def _play_part(
    part: Part,
    notes: tuple[Note, ...],
    written: Phrase,
    briefs: Briefs,
    players: Ensemble,
    spans: list[_Span],
    rng: np.random.Generator,
    *,
    closes: bool,
) -> list[Note]:
    starts = [span.start for span in spans]
    chord_starts = [chord.onset_ticks for chord in written.chords]
    lifts = _pedal_changes(written) if players.pedal else chord_starts
    held = leads(written)
    middle = sum(n.pitch_midi for n in notes) / len(notes)
    beat = beat_ticks(written.meter)
    early, strong = rng.normal(0, 1, (2, len(notes)))
    late = _lateness_ms(part, players)
    played = []
    following = _next_onsets(notes, written.length_ticks)
    for index, note in enumerate(notes):
        span = spans[bisect_right(starts, note.onset_ticks) - 1]
        chord = written.chords[bisect_right(chord_starts, note.onset_ticks) - 1]
        sings = held.has(note)
        velocity = (
            note.velocity
            + _expression(note, written, chord.pcs[0], span, middle, sings=sings)
            + TOUCH_VELOCITY * strong[index]
        )
        jitter_ms = 0.0 if players.solo else min(WIDEST_SPREAD, max(-WIDEST_SPREAD, early[index])) * SPREAD_MS
        ticks_per_ms = in_force(written.tempo, note.onset_ticks) * beat / 60_000
        onset = max(0, note.onset_ticks + round((late + jitter_ms) * ticks_per_ms))
        change = next((c for c in lifts[bisect_right(lifts, note.onset_ticks) :]), written.length_ticks)
        rings = note.pitch_midi % 12 in chord.pcs
        if closes and note.end_ticks >= written.length_ticks:  # the last chord rings out
            length = note.length_ticks
        else:
            brief = in_force(briefs, note.onset_ticks)
            length = _touch(note, brief, players, following[index], change if rings else 0, span, beat, sings=sings)
        end = min(written.length_ticks, onset + length)
        onset = min(onset, end - 1)
        played.append(
            replace(note, onset_ticks=onset, length_ticks=end - onset, velocity=min(126, max(8, round(velocity))))
        )
    player = players.players[part]
    return _in_turn(played) if player.monophonic else list(strike_once(played))


def _expression(note: Note, written: Phrase, root_pc: int, span: _Span, middle: float, *, sings: bool) -> float:
    """Velocity that phrase, metre, harmony and height add; a note `sings` if it belongs to the tune."""
    arch = ARCH_VELOCITY * (1 - 4 * (span.place(note.onset_ticks) - 0.55) ** 2 - 0.6)
    accent = ACCENT[strength(note.onset_ticks, written.meter)]
    if note.part is Part.KIT:
        return arch * 0.5 + accent
    if not sings:
        return arch * 0.7 + accent * 0.7
    charge = MELODIC_CHARGE[(note.pitch_midi - root_pc) % 12] * CHARGE_VELOCITY
    contrast = 1.5 if note.length_ticks >= beat_ticks(written.meter) else -0.5
    return arch + accent * 0.8 + charge + contrast + HIGH_LOUD_VELOCITY * (note.pitch_midi - middle)


def _lateness_ms(part: Part, players: Ensemble) -> float:
    """On one keyboard the accompaniment comes a little after the melody; players of an ensemble merely scatter."""
    return LEAD_MS if players.solo and part in (Part.HARMONY, Part.TEXTURE, Part.RHYTHM) else 0.0


def _next_onsets(notes: tuple[Note, ...], end: int) -> list[int]:
    """For each note, where the next later note of its part begins."""
    found, after = [end] * len(notes), end
    for index in range(len(notes) - 1, -1, -1):
        if index + 1 < len(notes) and notes[index + 1].onset_ticks > notes[index].onset_ticks:
            after = notes[index + 1].onset_ticks
        found[index] = after
    return found


def _touch(
    note: Note,
    brief: Brief,
    players: Ensemble,
    following: int,
    change: int,
    span: _Span,
    beat: int,
    *,
    sings: bool,
) -> int:
    """The sounding length: the brief's touch, a breath at phrase ends, the pedal held until `change`. A note that does
    not belong to its chord (`change` 0) is let go, or a suspension would sound on into its resolution."""
    if note.part is Part.KIT:
        return note.length_ticks
    legato = brief.legato if sings else brief.legato * 0.97
    if note.part is Part.RHYTHM:
        legato = max(legato, 0.85)
    length = note.length_ticks * min(legato, 1.0)
    if sings and legato > 1 and following == note.end_ticks:
        length = note.length_ticks * legato
    if note.end_ticks >= span.end and sings:
        length = min(length, note.length_ticks * 0.9)  # punctuation
    if players.pedal and not sings and change:
        length = max(length, _pedalled(note, brief, change, beat))
    return max(SHORTEST_TICKS, round(length))


def _pedal_changes(written: Phrase) -> list[int]:
    """Where the pedal changes: at every chord, where the bass passes through a non-chord tone, and where everybody
    pauses."""
    starts = [chord.onset_ticks for chord in written.chords]
    passing = [
        note.onset_ticks
        for note in written.notes
        if note.part is Part.RHYTHM
        and note.pitch_midi % 12 not in written.chords[bisect_right(starts, note.onset_ticks) - 1].pcs
    ]
    pauses = [mark.onset_ticks for mark in written.marks if (mark.kind, mark.text) == (KIND, PAUSE)]
    return sorted({*starts, *passing, *pauses})


def _pedalled(note: Note, brief: Brief, change: int, beat: int) -> int:
    """How long the pedal holds a note: until the harmony changes, until the beat is over, or not at all.

    Legato playing changes the pedal with the harmony; lighter playing lifts it every beat (Banowetz 1985, *The
    Pianist's Guide to Pedaling*: syncopated and rhythmic pedalling).
    """
    if brief.legato >= LEGATO_PEDAL:
        return change - note.onset_ticks - PEDAL_LIFT_TICKS
    if brief.legato >= RHYTHMIC_PEDAL:
        return beat - note.onset_ticks % beat - PEDAL_LIFT_TICKS
    return 0


def _in_turn(notes: list[Note]) -> list[Note]:
    """One note at a time: each ends where the next begins."""
    notes = sorted(notes)
    kept: list[Note] = []
    for note in notes:
        if kept and kept[-1].end_ticks > note.onset_ticks:
            room = note.onset_ticks - kept[-1].onset_ticks
            if room < 1:
                continue
            kept[-1] = replace(kept[-1], length_ticks=room)
        kept.append(note)
    return kept
