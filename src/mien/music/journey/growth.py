"""A motif and a livelier or calmer mood → the same motif, quickened or thinned.

When the mood moves, the theme stays and its motion follows: long notes are divided by notes in between (diminution), or
short ones absorbed by their neighbours (reduction). Rhythm and contour stay recognisable; the name stays.

References: Schoenberg 1967, *Fundamentals of Musical Composition*, ch. 3 (variation keeps some features and changes
others); Quantz 1752, ch. 13 (divisions).
"""

from dataclasses import replace

import numpy as np

from mien.music.motif import Motif, varied
from mien.music.rhythm import onsets

QUICKEN, THIN = 0.75, 1.5
"""A motif changes from this many notes too few, and from this many too many: missing notes are noticed sooner than
extra ones."""


def fitted(motif: Motif, notes_wanted: float, rng: np.random.Generator) -> Motif:
    """Bring a motif near the number of notes wanted in its bar, as far as its rhythm allows."""
    while len(onsets(motif.lengths)) < notes_wanted - QUICKEN:
        quicker = replace(varied(motif, rng), name=motif.name)
        if quicker == motif:
            break
        motif = quicker
    while len(onsets(motif.lengths)) > max(1.0, notes_wanted) + THIN:
        motif = thinned(motif)
    return motif


def thinned(motif: Motif) -> Motif:
    """Let the shortest note after the first be absorbed by the one before it; the line still arrives where it did."""
    notes = onsets(motif.lengths)
    if len(notes) < 2:
        return motif
    note = min(range(1, len(notes)), key=lambda i: (notes[i][1], i))
    lengths = list(motif.lengths)
    place = [i for i, length in enumerate(lengths) if length > 0][note]
    before = lengths[place - 1]
    lengths[place - 1 : place + 1] = [before + (lengths[place] if before > 0 else -lengths[place])]
    steps = list(motif.steps)
    arriving = steps.pop(note - 1)
    if note - 1 < len(steps):
        steps[note - 1] += arriving
    return Motif(motif.name, tuple(lengths), tuple(steps))
