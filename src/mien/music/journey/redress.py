"""Music that is playing, and a busier or sparser mood → the same tune, with another accompaniment from a beat on.

Density belongs to the structure clock: it should be heard within a beat, and a motif cannot change midway. So the
melody and its chords stay, and the accompaniment takes other figures. Times are ticks from the stretch's start.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 9 (accompaniment is independent of the theme);
Hung et al. 2021 (EMOPIA: note density is the mark of arousal).
"""

from dataclasses import replace

import numpy as np

from mien.music.compose import State, dressed
from mien.music.draft import Draft
from mien.music.form import SectionSpec
from mien.music.journey.stretch import Stretch, as_stretch
from mien.values import Note, Part

NOTICEABLE_DENSITY = 0.8
"""Notes per beat by which the density must change before the figures do; a smaller change is left to the next
section."""


def redressed(
    before: State,
    spec: SectionSpec,
    drafts: tuple[Draft, ...],
    stretch: Stretch,
    tick: int,
    rng: np.random.Generator,
) -> tuple[State, Stretch]:
    """Accompany the rest of a stretch anew.

    Parameters
    ----------
    before : what the composer remembered before the stretch.
    spec, drafts : its section and phrases.
    tick : where the new accompaniment begins; the brief in force there says how dense it is.

    Returns
    -------
    What the composer remembers after it, and the stretch: all notes that begin before `tick`, the melody, and the new
    accompaniment. A note that sounds at `tick` goes on until its part begins a new one.
    """
    brief = stretch.brief_at(tick)
    state, passage = dressed(brief, before, spec, drafts, rng)
    whole = stretch.written
    anew = as_stretch(passage, brief, [step for _, step in stretch.briefs], whole.seed).until(whole.length_ticks)
    fresh = [(n, level) for n, level in anew.levelled if n.onset_ticks >= tick and n.part is not Part.MELODY]
    starts: dict[Part, int] = {}
    for note, _ in fresh:
        starts.setdefault(note.part, note.onset_ticks)
    kept = ((n, level) for n, level in stretch.levelled if n.onset_ticks < tick or n.part is Part.MELODY)
    shortened = ((_until(note, starts.get(note.part, whole.length_ticks)), level) for note, level in kept)
    return state, stretch.playing([*shortened, *fresh])


def _until(note: Note, tick: int) -> Note:
    """A note that stops at a tick if it began before it."""
    return replace(note, length_ticks=min(note.end_ticks, tick) - note.onset_ticks) if note.onset_ticks < tick else note
