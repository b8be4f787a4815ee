"""Phrase → who holds its tune: the melody's player, or another where a mark of the kind "lead" says so.

The tune is not a part: in a section another player may take it over, and the first answers or rests. So whoever reads
the tune of a phrase (the performer, the score, the account, the measures) asks here.
"""

from bisect import bisect_right
from dataclasses import dataclass

from mien.values import Note, Part, Phrase

LEAD = "lead"
"""The kind of a mark whose text names the part that holds the tune from there on."""


@dataclass(frozen=True, slots=True)
class Leads:
    """Who holds the tune along a phrase: `parts` from `ticks` on, the first at 0."""

    ticks: tuple[int, ...]
    parts: tuple[Part, ...]

    def at(self, tick: int) -> Part:
        """The part that holds the tune at a tick."""
        return self.parts[bisect_right(self.ticks, tick) - 1]

    def has(self, note: Note) -> bool:
        """Whether a note belongs to the tune."""
        return note.part is self.at(note.onset_ticks)


def leads(phrase: Phrase) -> Leads:
    """Who holds the tune along a phrase; a mark that names no part, as files of others may have, says nothing."""
    names = {part.name.lower(): part for part in Part}
    marks = [(m.onset_ticks, names[m.text]) for m in phrase.marks if m.kind == LEAD and m.text in names]
    # where one player hands the tune back and another takes it, the latter holds it
    held = dict(sorted([(0, Part.MELODY), *marks], key=lambda row: (row[0], row[1] is not Part.MELODY)))
    return Leads(tuple(held), tuple(held.values()))


def tune(phrase: Phrase) -> tuple[Note, ...]:
    """The notes of the tune, whoever plays them."""
    held = leads(phrase)
    return tuple(note for note in phrase.notes if held.has(note))
