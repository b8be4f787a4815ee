"""A theme → its upbeat: the notes that lead into its first bar, whenever something that goes before it is known to.

Where every phrase draws for itself whether notes lead into the next, all themes of a piece begin alike, now with an
upbeat and now without. So it belongs to the theme: within it, back to it from a contrast, from one return to the next.

References: Rothstein 1989, *Phrase Rhythm in Tonal Music* (what bridges two phrases); Lerdahl & Jackendoff 1983, ch. 5
(an upbeat belongs to the group that it opens).
"""

from dataclasses import replace

import numpy as np

from mien.ensembles import ensemble
from mien.music.draft import Draft, cut
from mien.music.melody import Sung
from mien.music.rhythm import Meter, Rhythm, bar_ticks, beat_ticks, beats_in_bar, division_ticks
from mien.values import Brief, Part
from mien.vocabulary import is_compound

UPBEAT_ODDS = 0.5
"""How many themes have an upbeat."""


def draw_upbeat(meter: Meter, rng: np.random.Generator) -> Rhythm:
    """Draw the notes that lead into the first bar of a theme, the same whenever they do; none for half the themes."""
    beat, part = beat_ticks(meter), division_ticks(meter)
    shapes = [(0.35, (part,)), (0.25, (part, part, part))]
    shapes += [] if is_compound(meter) else [(0.3, (part, part))]
    shapes += [(0.1, (beat, beat))] if beats_in_bar(meter) > 3 else []
    if rng.random() >= UPBEAT_ODDS:
        return ()
    weights = np.array([weight for weight, _ in shapes])
    return shapes[int(rng.choice(len(shapes), p=weights / weights.sum()))][1]


def with_upbeat(draft: Draft, upbeat: Rhythm, brief: Brief) -> Draft:
    """The phrase with the upbeat of the next, or without if that has none. Where it was written without one, its last
    note ends sooner; it stays as it is if that would leave less than a beat, or no breath to a player who needs one."""
    start = draft.pick_up_ticks
    if start is not None and not upbeat:
        return replace(draft, melody=tuple(n for n in draft.melody if n.onset_ticks < start), pick_up_ticks=None)
    bar, part = bar_ticks(brief.meter), division_ticks(brief.meter)
    end = draft.spec.bars * bar
    tick, closing = end - sum(upbeat), draft.melody[-1]
    if not upbeat or start is not None or closing.onset_ticks < end - bar:
        return draft
    others = [note.length_ticks for note in draft.melody[:-1] if note.onset_ticks >= end - bar]
    least = closing.onset_ticks + max(beat_ticks(brief.meter), max(upbeat) + 1, *others)  # it still has to close
    must_breathe = ensemble(brief.ensemble).players[Part.MELODY].breathes
    stops = [tick - part] if must_breathe else [tick - part, tick] if closing.end_ticks < end else [tick]
    stop = next((min(closing.end_ticks, stop) for stop in stops if min(closing.end_ticks, stop) >= least), None)
    if stop is None:
        return draft
    notes = [cut(closing, stop)]
    for length in upbeat:
        notes.append(Sung(tick, length, closing.step, closing.pitch_midi))
        tick += length
    return replace(draft, melody=(*draft.melody[:-1], *notes), pick_up_ticks=notes[1].onset_ticks)


def led_into(draft: Draft, following: Draft) -> Draft:
    """Let the pick-up of a phrase, if it has one, walk by step into the first note of the next, the way that one goes
    on if there is room: so a theme is led into alike whenever it comes. Where no breath comes before it, it walks from
    the side that is nearer."""
    start = draft.pick_up_ticks
    if start is None:
        return draft
    body = tuple(note for note in draft.melody if note.onset_ticks < start)
    pick_up, target = draft.melody[len(body) :], following.melody[0]
    if not body or not pick_up:
        return draft
    closing, size = body[-1], len(pick_up)
    around = [note.step for note in (*body, *following.melody)]
    lowest, highest = min(around), max(around)
    rises, falls = target.step - size >= lowest, target.step + size <= highest
    if rises and falls and closing.end_ticks == pick_up[0].onset_ticks:
        rises = abs(target.step - size - closing.step) <= abs(target.step + size - closing.step)
    elif rises and falls:
        rises = following.melody[min(1, len(following.melody) - 1)].step >= target.step
    side = 1 if falls and not rises else -1
    chord = draft.slots[-1].harmony
    floor = min(lowest, target.step - 1)
    steps = [max(floor, target.step + side * (size - i)) for i in range(size)]
    led = [replace(n, step=s, pitch_midi=chord.pitch(s)) for n, s in zip(pick_up, steps, strict=True)]
    return replace(draft, melody=(*body, *led))
