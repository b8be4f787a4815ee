"""A key as people write it becomes a tonic and a mode: "Eb", "Am", "F# minor", "d dorian", "Bb maj".

A lower-case letter alone means minor, as musicians write it; a mode's name decides over the letter's case.
"""

import re

from mien.errors import BadInput
from mien.music.spelling import mode_name
from mien.vocabulary import Mode

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_MODES = {
    "major": Mode.IONIAN,
    "minor": Mode.AEOLIAN,
    **{mode_name(mode): mode for mode in Mode},
}
_SHORT = {"m": Mode.AEOLIAN, "min": Mode.AEOLIAN, "maj": Mode.IONIAN}
"""As chords are labelled; a capital M alone is none of them, since it stands for major as often as for a slip."""
_PATTERN = re.compile(
    r"\s*(?P<letter>[A-Ga-g])(?P<accidental>[#♯b♭]?)"
    r"(?:[\s-]*(?P<short>m|[Mm]in|[Mm]aj)|[\s-]+(?P<mode>[A-Za-z_ -]+?))?\s*"
)


def parse_key(text: str) -> tuple[int, Mode | None]:
    """Read a key: tonic as a pitch class 0..11, and the mode, None where the text leaves it to the mood.

    Raises
    ------
    BadInput
        If it is no key; the message shows how keys are written.
    """
    match = _PATTERN.fullmatch(text)
    word = (match["mode"] or "").lower().replace("_", " ").replace("-", " ") if match else ""
    if match is None or (word and word not in _MODES):
        raise BadInput(
            f"unknown key '{text}': write a letter, # or b, and a mode if you like, "
            f"as in C, Eb, Am, 'F# minor' or 'D dorian' (modes: {', '.join(_MODES)})"
        )
    tonic_pc = (_LETTERS[match["letter"].upper()] + _ACCIDENTALS[match["accidental"]]) % 12
    if match["short"]:
        return tonic_pc, _SHORT[match["short"].lower()]
    if word:
        return tonic_pc, _MODES[word]
    return tonic_pc, Mode.AEOLIAN if match["letter"].islower() else None
