"""A passage and the briefs along it → a stretch of music, to be played, cut and joined.

A `Stretch` is what travels when the mood moves: written music whose tempo follows the briefs beat by beat, with the
brief in force at each beat for the performer. Times are ticks from its start.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mien.music.compose import as_phrase
from mien.music.in_force import in_force
from mien.music.passage import LOUDEST, LOUDNESS_VELOCITY, SOFTEST, Passage, later
from mien.music.rhythm import beat_ticks
from mien.values import Brief, Note, Phrase


@dataclass(frozen=True, slots=True)
class Stretch:
    """Music as written, and the brief in force from each beat on: (tick, brief), the first at tick 0.

    `levels` are the velocities of the written notes, one per note, minus what the loudness in force adds to them. They
    are unrounded, so that many small changes of loudness amount to one large one.
    """

    written: Phrase
    briefs: tuple[tuple[int, Brief], ...]
    levels: tuple[float, ...]

    def brief_at(self, tick: int) -> Brief:
        """The brief in force at a tick."""
        return in_force(self.briefs, tick)

    @property
    def levelled(self) -> list[tuple[Note, float]]:
        """The written notes, each with its level."""
        return list(zip(self.written.notes, self.levels, strict=True))

    def playing(self, levelled: Iterable[tuple[Note, float]]) -> "Stretch":
        """The same stretch with other notes, each given with its level."""
        notes, levels = _apart(levelled)
        return replace(self, written=replace(self.written, notes=notes), levels=levels)

    def under(self, briefs: Sequence[Brief]) -> "Stretch":
        """The same notes under other briefs, one per beat: tempo and loudness follow them."""
        beat = beat_ticks(self.written.meter)
        steps = tuple((index * beat, brief) for index, brief in enumerate(briefs))
        tempo = _changes((tick, brief.tempo_bpm) for tick, brief in steps)
        now = replace(self, written=replace(self.written, tempo=tempo), briefs=steps)
        return now.playing(
            (replace(note, velocity=_velocity(level, briefs[note.onset_ticks // beat])), level)
            for note, level in self.levelled
        )

    def until(self, tick: int) -> "Stretch":
        """The stretch cut off at a tick; notes that would sound beyond it are shortened."""
        whole = self.written
        written = replace(
            whole,
            length_ticks=min(tick, whole.length_ticks),
            tempo=tuple(step for step in whole.tempo if step[0] < tick),
            chords=tuple(
                replace(c, length_ticks=min(c.length_ticks, tick - c.onset_ticks))
                for c in whole.chords
                if c.onset_ticks < tick
            ),
            marks=tuple(mark for mark in whole.marks if mark.onset_ticks < tick),
            notes=(),
        )
        briefs = tuple(step for step in self.briefs if step[0] < tick)
        return Stretch(written, briefs, ()).playing(
            (replace(note, length_ticks=min(note.end_ticks, tick) - note.onset_ticks), level)
            for note, level in self.levelled
            if note.onset_ticks < tick
        )


def as_stretch(passage: Passage, composed: Brief, briefs: Sequence[Brief], seed: int) -> Stretch:
    """Turn a passage into a stretch.

    Parameters
    ----------
    passage : as composed from the brief `composed`.
    briefs : the brief in force at each of its beats; tempo and loudness follow them.
    seed : for the performer.
    """
    written = as_phrase(passage, composed, composed.tempo_bpm, seed)
    levels = tuple(note.velocity - LOUDNESS_VELOCITY * composed.loudness for note in passage.notes)
    return Stretch(written, (), levels).under(briefs)


def join(stretches: Sequence[Stretch], seed: int) -> Stretch:
    """Lay stretches of the same metre and ensemble end to end; the whole takes its key from the first, its seed from
    `seed`."""
    levelled: list[tuple[Note, float]] = []
    chords, marks, tempo, briefs, start = [], [], [], [], 0
    for stretch in stretches:
        part = stretch.written
        levelled += zip(later(part.notes, start), stretch.levels, strict=True)
        chords += later(part.chords, start)
        marks += later(part.marks, start)
        tempo += [(tick + start, bpm) for tick, bpm in part.tempo]
        briefs += [(tick + start, brief) for tick, brief in stretch.briefs]
        start += part.length_ticks
    notes, levels = _apart(levelled)
    written = replace(
        stretches[0].written,
        notes=notes,
        length_ticks=start,
        tempo=_changes(tempo),
        chords=tuple(chords),
        marks=tuple(marks),
        seed=seed,
    )
    return Stretch(written, tuple(briefs), levels)


def _velocity(level: float, brief: Brief) -> int:
    return min(LOUDEST, max(SOFTEST, round(level + LOUDNESS_VELOCITY * brief.loudness)))


def _apart(levelled: Iterable[tuple[Note, float]]) -> tuple[tuple[Note, ...], tuple[float, ...]]:
    """Notes in order, and their levels."""
    ordered = sorted(levelled)
    return tuple(note for note, _ in ordered), tuple(level for _, level in ordered)


def _changes(tempo: Iterable[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """Tempo steps without those that change nothing."""
    kept: list[tuple[int, float]] = []
    for tick, bpm in tempo:
        if not kept or bpm != kept[-1][1]:
            kept.append((tick, bpm))
    return tuple(kept)
