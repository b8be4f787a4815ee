"""Brief, cadence → the rhythm of a phrase's closing bar: a long note, before it perhaps a sigh, after it a breath.

Phrases that all breathe on the last beat sound recited. So the breath is drawn: it takes a beat or two or an instant, a
phrase may be held until the next begins, and one that is followed by another leads into it, with or without a breath,
if the theme of that one has an upbeat.
Nobody goes on without one for more than two phrases, and who plays a wind instrument breathes after every phrase.

References: Caplin 1998, *Classical Form* (feminine endings, lead-ins); Rothstein 1989, *Phrase Rhythm in Tonal Music*
(what bridges two phrases).
"""

import numpy as np

from mien.ensembles import ensemble
from mien.music.rhythm import Rhythm, bar_ticks, beat_ticks, beats_in_bar, division_ticks, onsets
from mien.values import Brief, Part
from mien.vocabulary import is_compound

SIGH_ODDS = {"half": 2.0, "deceptive": 2.0}
"""Weight of a close that is delayed by a sigh, by cadence, 1 for others."""


def closing_rhythm(
    brief: Brief, cadence: str, *, upbeat: Rhythm, rng: np.random.Generator, breathes: bool = False
) -> Rhythm:
    """Draw the rhythm of a closing bar; the last of its longest notes closes the phrase, those after it lead on.

    Parameters
    ----------
    upbeat : the notes that lead into the phrase that follows, if there are any.
    breathes : whether there must be a rest, because there was none at the end of the phrase before.
    """
    meter = brief.meter
    bar, beat = bar_ticks(meter), beat_ticks(meter)
    part = division_ticks(meter)
    breath, late = (beat, part) if beats_in_bar(meter) > 2 else (part, 2 * part)
    early = max(beat, bar - 2 * beat)
    if upbeat:
        stop = bar - sum(upbeat)
        short = min(early, stop - part)
        shapes = [
            (2.0, (stop - breath, -breath, *upbeat)),
            (1.0, (stop - part, -part, *upbeat)),
            (0.7, (short, short - stop, *upbeat)),
            (0.8, (stop, *upbeat)),
        ]
        shapes = [shape for shape in shapes if shape[1][0] > max(upbeat)]
    else:
        sigh = part if is_compound(meter) else beat
        shapes = [
            (2.0, (bar - breath, -breath)),
            (0.7 + 4.0 * max(0.0, 1 - brief.legato), (early, early - bar)),  # detached music breaks off sooner
            (0.5, (bar - late, -late)),
            (SIGH_ODDS.get(cadence, 1.0), (sigh, bar - sigh - breath, -breath)),
            (0.25, (bar,)),
        ]
    if breathes or ensemble(brief.ensemble).players[Part.MELODY].breathes:
        shapes = [shape for shape in shapes if min(shape[1]) < 0]
    if breathes:  # a real breath, not an instant
        shapes = [shape for shape in shapes if min(shape[1]) <= -breath] or shapes
    weights = np.array([weight for weight, _ in shapes])
    return shapes[int(rng.choice(len(shapes), p=weights / weights.sum()))][1]


def closing_place(rhythm: Rhythm) -> int:
    """Which note of a closing bar closes it, from 0: the last of the longest."""
    lengths = [length for _, length in onsets(rhythm)]
    return max(range(len(lengths)), key=lambda place: (lengths[place], place))
