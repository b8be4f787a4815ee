"""Pitch classes become names: key signatures and enharmonic spelling on the line of fifths.

A spelled name is its place on the line of fifths: … F −1, C 0, G 1, D 2 … B 5, F♯ 6 …; a signature is its number of
sharps, −7..7 (negative: flats). Distances on that line decide which spelling is plausible (Temperley 2001, "The
Cognition of Basic Musical Structures", ch. 5). How a key is written is a `WrittenKey`; whoever prints, sends or says a
key asks `written_key` for it.
"""

from dataclasses import dataclass

from mien.values import Brief, Chord, Phrase
from mien.vocabulary import Mode

LETTERS = "FCGDAEB"
"""Letters in the order of the line of fifths, F at −1."""

_ABOVE_MAJOR = {
    Mode.LYDIAN: 1, Mode.IONIAN: 0, Mode.MIXOLYDIAN: -1, Mode.DORIAN: -2,
    Mode.AEOLIAN: -3, Mode.HARMONIC_MINOR: -3, Mode.PHRYGIAN: -4,
}  # fmt: skip
"""Sharps in each mode's signature relative to the major key on the same tonic; harmonic minor is written as minor."""

MOST_SIGNS = 7
"""The most sharps or flats of a signature."""

_FROM_ROOT = (0, -5, 2, -3, 4, -1, -6, 1, -4, 3, -2, 5)
"""Place of a chord tone in fifths from the root, by semitones above it (except diminished sevenths, augmented
fifths)."""


@dataclass(frozen=True, slots=True)
class WrittenKey:
    """A key as it is written: its tonic's place on the line of fifths (F♯ 6, G♭ −6), and its mode."""

    tonic_fifths: int
    mode: Mode

    @property
    def signature(self) -> int:
        """Sharps (negative: flats) of the key signature: that of the major scale with the same notes."""
        return self.tonic_fifths + _ABOVE_MAJOR[self.mode]

    @property
    def tonic_name(self) -> str:
        """Name of the tonic, "B♭"."""
        return name(self.tonic_fifths)

    @property
    def name(self) -> str:
        """Name of the key, "D dorian", "B♭ major"."""
        words = {Mode.IONIAN: "major", Mode.AEOLIAN: "minor"}
        return f"{self.tonic_name} {words.get(self.mode, mode_name(self.mode))}"


def with_fewest_signs(tonic_pc: int, mode: Mode) -> WrittenKey:
    """How a key is written that nobody spelled: with −6..5 sharps."""
    return WrittenKey((tonic_pc * 7 + _ABOVE_MAJOR[mode] + 6) % 12 - 6 - _ABOVE_MAJOR[mode], mode)


def as_spelled(tonic_fifths: int, mode: Mode) -> WrittenKey:
    """How a key is written whose tonic is spelled: so, or as its enharmonic twin if that takes more than seven signs:
    A♭ major for G♯ major, but G♯ minor as it is."""
    sharps = WrittenKey(tonic_fifths, mode).signature
    return WrittenKey(tonic_fifths - 12 * ((sharps > MOST_SIGNS) - (sharps < -MOST_SIGNS)), mode)


def near(tonic_pc: int, mode: Mode, home: WrittenKey) -> WrittenKey:
    """How a key is written that is visited from another: as the nearer of its names, from B major on to F♯ major, not
    to G♭."""
    own = with_fewest_signs(tonic_pc, mode).tonic_fifths
    names = (WrittenKey(place, mode) for place in (own, own + 12, own - 12))
    readable = [one for one in names if abs(one.signature) <= MOST_SIGNS]
    return min(readable, key=lambda one: abs(one.signature - home.signature))


def written_key(music: Brief | Phrase) -> WrittenKey:
    """How the key of music is written."""
    if music.tonic_fifths is None:
        return with_fewest_signs(music.tonic_pc, music.mode)
    return as_spelled(music.tonic_fifths, music.mode)


def why_respelled(music: Brief | Phrase) -> str:
    """Why its key is not written as its tonic is spelled, "G♯ major would take 8 sharps"; "" where it is."""
    if music.tonic_fifths is None or written_key(music).tonic_fifths == music.tonic_fifths:
        return ""
    wanted = WrittenKey(music.tonic_fifths, music.mode)
    return f"{wanted.name} would take {abs(wanted.signature)} {'sharps' if wanted.signature > 0 else 'flats'}"


def is_minor(mode: Mode) -> bool:
    """Whether the mode's third is minor."""
    return 3 in mode.value


def pc_of(fifths: int) -> int:
    """Pitch class of a place on the line of fifths, 0 (C) .. 11 (B)."""
    return fifths * 7 % 12


def _nearest(pc: int, centre: float) -> int:
    """The place of pitch class `pc` nearest to `centre`; of two equally near, the sharper."""
    place = pc * 7 % 12
    return min((place + 12 * turn for turn in range(-3, 4)), key=lambda p: (abs(p - centre), -p))


def spell(pc: int, fifths: int, chord: Chord | None = None) -> int:
    """Place of a pitch class on the line of fifths, under a signature of `fifths` sharps.

    A chord tone is spelled from the chord's root (so a secondary dominant shows its leading note as such). Any other
    note is spelled by the key: from the minor third to the raised fifth degree of its major scale.
    """
    centre = fifths + 2
    if chord is None or pc not in chord.pcs:
        return _nearest(pc, centre)
    above = [(tone - chord.pcs[0]) % 12 for tone in chord.pcs]
    diminished = 3 in above and 6 in above
    # A diminished root is a leading note, hence sharp; others reach from the Neapolitan to the leading note's dominant.
    root = _nearest(chord.pcs[0], fifths + (5 if diminished else 0.5))
    interval = (pc - chord.pcs[0]) % 12
    if interval == 9 and diminished:
        return _readable(root - 9)
    if interval == 8 and 4 in above and 7 not in above:
        return _readable(root + 8)  # augmented fifth
    return _readable(root + _FROM_ROOT[interval])


def _readable(fifths: int) -> int:
    """The place, or its enharmonic neighbour where it would carry three sharps or flats."""
    return fifths - 12 if accidentals(fifths) > 2 else fifths + 12 if accidentals(fifths) < -2 else fifths


def letter(fifths: int) -> str:
    """Letter name of a place on the line."""
    return LETTERS[(fifths + 1) % 7]


def accidentals(fifths: int) -> int:
    """Sharps (negative: flats) that a place carries: −1 for B♭, 2 for F double sharp."""
    return (fifths + 1) // 7


def octave(pitch_midi: int, fifths: int) -> int:
    """Octave of a pitch in this spelling: C♭5 sounds as B4, B♯3 as C4."""
    return (pitch_midi - accidentals(fifths)) // 12 - 1


def name(fifths: int) -> str:
    """Name with Unicode accidentals, as in "B♭"."""
    count = accidentals(fifths)
    return letter(fifths) + ("♯" * count if count > 0 else "♭" * -count)


def note_name(pitch_midi: int, key: WrittenKey) -> str:
    """Name of a pitch in a key, with its octave: "B♭4"."""
    place = spell(pitch_midi % 12, key.signature)
    return f"{name(place)}{octave(pitch_midi, place)}"


def mode_name(mode: Mode) -> str:
    """Name of a mode, "harmonic minor"."""
    return mode.name.lower().replace("_", " ")


_QUALITIES = {
    (0, 4, 7): "", (0, 3, 7): "m", (0, 3, 6): "dim", (0, 4, 8): "aug", (0, 2, 7): "sus2", (0, 5, 7): "sus4", (0, 7):
    "5", (0, 4, 7, 10): "7", (0, 4, 7, 11): "maj7", (0, 3, 7, 10): "m7", (0, 3, 6, 10): "m7b5", (0, 3, 6, 9): "dim7",
    (0, 3, 7, 11): "mmaj7", (0, 4, 7, 9): "6", (0, 3, 7, 9): "m6", (0, 2, 4, 7): "add9", (0, 5, 7, 10): "7sus4",
}  # fmt: skip
"""Lead-sheet names by semitones above the root."""


def chord_name(chord: Chord, fifths: int) -> str:
    """A chord as on a lead sheet, "Gm7/B♭", under a signature of so many sharps."""
    root = chord.pcs[0]
    quality = _QUALITIES.get(tuple(sorted((pc - root) % 12 for pc in chord.pcs)), "")
    bass = "" if chord.bass_pc == root else f"/{name(spell(chord.bass_pc, fifths, chord))}"
    return name(spell(root, fifths, chord)) + quality + bass
