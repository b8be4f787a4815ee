"""Two keys → the chord on which music turns from one to the other.

A pivot belongs to both keys: it ends a phrase of the old one, and the new one continues from it. The best pivot is a
dominant of both (Aeolian and Ionian share the major V, Dorian and Mixolydian the VII), on which the old key makes a
half cadence; next best is a common tonic, on which it closes.

References: Aldwell, Schachter & Cadwallader 2010, ch. 25 (pivot chords, mixture); Schoenberg 1969, *Structural
Functions of Harmony*, ch. 7 (the dominant common to parallel major and minor).
"""

from dataclasses import dataclass
from functools import cache

from mien.music.harmony import vocabulary
from mien.music.theory import Harmony
from mien.values import Brief
from mien.vocabulary import Mode

Key = tuple[int, Mode]
"""The tonic's pitch class, 0..11, and the mode."""

RANKS = ("DD", "TT", "SD", "TD", "SS", "TS", "ST", "DT", "DS")
"""The functions of a chord in the old and in the new key, best pair first."""

DOMINANT_LETTER = 4


@dataclass(frozen=True, slots=True)
class Pivot:
    """The numeral of a pivot in the old key, and the cadence that rests on it."""

    roman: str
    cadence: str


def key_of(brief: Brief) -> Key:
    """Tonic and mode of a brief."""
    return brief.tonic_pc, brief.mode


@cache
def find_pivot(old: Key, new: Key) -> Pivot:
    """The best chord to turn on; the old tonic if the two keys have no chord in common."""
    words, others = vocabulary(old[1]), vocabulary(new[1])
    found = [
        (_rank(chord, other), number, chord)
        for number, chord in enumerate(words.chords)
        for other in others.chords
        if "/" not in chord.roman + other.roman and _triad(chord, old[0]) == _triad(other, new[0])
    ]
    if not found:
        return Pivot(words.opening, "authentic")
    _, _, chord = min(found, key=lambda row: row[:2])
    return Pivot(chord.roman, "authentic" if chord.roman == words.opening else "half")


def _rank(chord: Harmony, other: Harmony) -> tuple[int, int, bool]:
    """The rank of a chord of the old key that is `other` in the new one, best first.

    Function counts first; then whether a leading tone pulls, on the fifth degree before the seventh; then the plain
    triad.
    """
    pull = 2 if chord.leading_pc is None else int(chord.letters[0] != DOMINANT_LETTER)
    return RANKS.index(chord.function + other.function), pull, len(chord.pcs) > 3


def is_shared(chord: Harmony, old: Key, new: Key) -> bool:
    """Whether a chord of the old key also belongs to the new one."""
    return any(_triad(chord, old[0]) == _triad(other, new[0]) for other in vocabulary(new[1]).chords)


def _triad(chord: Harmony, tonic_pc: int) -> tuple[int, ...]:
    """Root, third and fifth as sounding pitch classes."""
    return tuple((pc + tonic_pc) % 12 for pc in chord.pcs[:3])
