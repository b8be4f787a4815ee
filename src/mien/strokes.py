"""Notes as an instrument can strike them (notes → notes), for MIDI files and sound alike."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from mien.values import Note, Part


def strike_once(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Let no pitch of a part sound twice at a time, as on a keyboard.

    A note ends where the next of its pitch and part begins; of two that begin together the longer stays, at the louder
    velocity. What has no overlap comes back as it is.
    """
    struck: dict[tuple[Part, int], list[Note]] = defaultdict(list)
    for note in sorted(notes):
        line = struck[note.part, note.pitch_midi]
        if line and line[-1].onset_ticks == note.onset_ticks:
            louder = max(line[-1].velocity, note.velocity)
            line[-1] = replace(max(line[-1], note, key=lambda n: n.length_ticks), velocity=louder)
            continue
        if line and line[-1].end_ticks > note.onset_ticks:
            line[-1] = replace(line[-1], length_ticks=note.onset_ticks - line[-1].onset_ticks)
        line.append(note)
    return tuple(sorted(note for line in struck.values() for note in line))
