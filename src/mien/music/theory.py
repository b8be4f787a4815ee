"""Roman numerals ↔ pitch classes: keys, chords and the scale that is sung over each chord.

Everything here is relative to the home tonic: pitch classes are semitones above it (0..11), letters are scale places
above it (0 = tonic, 1 = second … 6), "steps" count letters without octave limit (7 to an octave, 0 = the tonic at
`TONIC_MIDI`). A numeral names a degree of the current mode, so "VI" in Aeolian is the major chord on the flat sixth
("bVI" in Ionian). Case gives the third, "°", "ø" and "+" the fifth, "7" a seventh; "V7/vi" borrows a dominant from the
key of vi; a final "6", "64", "65", "43" or "42" is figured bass.

References: Aldwell, Schachter & Cadwallader 2010, *Harmony and Voice Leading*; Persichetti 1961, *Twentieth-Century
Harmony*, ch. 2 (chords of the modes).
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from mien.vocabulary import Mode

TONIC_MIDI = 60
"""Where step 0 sounds while a phrase is composed; `compose` transposes the finished music to its tonic."""

_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_PATTERN = re.compile(
    r"(?P<accidental>[b#]?)(?P<numeral>[ivIV]+)(?P<quality>[°ø+]?)(?P<seventh>7?)(/(?P<of>[b#]?[ivIV]+°?))?"
)

_FIGURES = {False: ("", "6", "64"), True: ("7", "65", "43", "42")}
"""Figured bass by inversion, for triads and for seventh chords."""


@dataclass(frozen=True, slots=True)
class Harmony:
    """A chord in its key, all relative to the home tonic.

    `letters` and `pcs` are its tones, root first; `scale` gives the pitch class (may be −1 or 12 at the edges) of
    each of the seven letters while it sounds; `leading_pc` must rise and `seventh_pc` fall when the chord resolves.
    """

    roman: str
    function: str
    letters: tuple[int, ...]
    pcs: tuple[int, ...]
    scale: tuple[int, ...]
    leading_pc: int | None
    seventh_pc: int | None

    def __hash__(self) -> int:
        """By the numeral alone: chords are looked up often, and few of one name differ."""
        return hash(self.roman)

    def pitch(self, step: int) -> int:
        """MIDI number of a step while this chord sounds."""
        return TONIC_MIDI + 12 * (step // 7) + self.scale[step % 7]

    def figured(self, bass_pc: int) -> str:
        """The numeral with the figured bass of `bass_pc`, for example "V65" or "ii6/V"."""
        place = self.pcs.index(bass_pc)
        figure = _FIGURES[len(self.pcs) == 4][place]
        head, slash, of = self.roman.partition("/")
        return head.removesuffix("7") + figure + slash + of


@cache
def harmony(roman: str, mode: Mode, function: str) -> Harmony:
    """Build the chord that `roman` names in `mode`.

    Raises
    ------
    ValueError
        If `roman` is no numeral.
    """
    match = _PATTERN.fullmatch(roman)
    if match is None or match["numeral"].lower() not in _NUMERALS:
        raise ValueError(f"'{roman}': no roman numeral")
    if match["of"]:
        return _applied(roman, match["of"], mode, function)
    scale = list(mode.value)
    root = _NUMERALS.index(match["numeral"].lower())
    root_pc = scale[root] + {"": 0, "b": -1, "#": 1}[match["accidental"]]
    third = 4 if match["numeral"].isupper() else 3
    fifth = {"": 7, "°": 6, "ø": 6, "+": 8}[match["quality"]]
    tones = [0, third, fifth]
    if match["seventh"]:
        tones.append(_seventh(match["quality"], third, (scale[(root + 6) % 7] - root_pc) % 12, root == 4))
    letters = tuple((root + 2 * i) % 7 for i in range(len(tones)))
    for letter, tone in zip(letters, tones, strict=True):
        scale[letter] = _nearest_octave((root_pc + tone) % 12, mode.value[letter])
    pcs = tuple((root_pc + tone) % 12 for tone in tones)
    is_dominant = function == "D" and 11 in pcs
    return Harmony(
        roman, function, letters, pcs, tuple(scale), 11 if is_dominant else None, pcs[3] if len(pcs) == 4 else None
    )


def _seventh(quality: str, third: int, diatonic: int, on_dominant: bool) -> int:
    """Semitones of the seventh: diminished and half-diminished as named, minor on V, else the scale's own."""
    if quality == "°":
        return 9
    if quality == "ø" or (on_dominant and third == 4):
        return 10
    return diatonic if diatonic in (10, 11) else 10


def _applied(roman: str, of: str, mode: Mode, function: str) -> Harmony:
    """A dominant ("V", "V7", "vii°7") of another degree: built in the key of that degree, then moved there."""
    target = harmony(of, mode, "T")
    key = Mode.IONIAN if (target.pcs[1] - target.pcs[0]) % 12 == 4 else Mode.HARMONIC_MINOR
    there = harmony(roman.split("/")[0], key, "D")
    letters = tuple((letter + target.letters[0]) % 7 for letter in there.letters)
    pcs = tuple((pc + target.pcs[0]) % 12 for pc in there.pcs)
    scale = list(mode.value)
    for letter, pc in zip(letters, pcs, strict=True):
        scale[letter] = _nearest_octave(pc, mode.value[letter])
    leading = (target.pcs[0] - 1) % 12
    return Harmony(
        roman,
        function,
        letters,
        pcs,
        tuple(scale),
        leading if leading in pcs else None,
        pcs[3] if len(pcs) == 4 else None,
    )


def _nearest_octave(pc: int, near: int) -> int:
    """The semitone count with pitch class `pc` nearest to `near`, so that letters keep their order."""
    return near + (pc - near + 6) % 12 - 6


@lru_cache(maxsize=512)
def among(pcs: tuple[int, ...]) -> NDArray[np.bool_]:
    """Whether each of the twelve pitch classes is one of `pcs`, for arrays of pitches: `among(pcs)[pitches % 12]`."""
    return np.isin(np.arange(12), [pc % 12 for pc in pcs])
