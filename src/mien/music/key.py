"""A key as people write it becomes a spelled tonic and a mode: "Eb", "Am", "F# minor", "d dorian", "Bb maj".

A lower-case letter alone means minor, as musicians write it; a mode's name decides over the letter's case.
"""

import re

from mien.errors import BadInput
from mien.music.spelling import LETTERS, mode_name
from mien.vocabulary import Mode

_ACCIDENTALS = {"": 0, "#": 7, "♯": 7, "b": -7, "♭": -7}
"""Places by which they move a name along the line of fifths."""
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
    """Read a key: its tonic's place on the line of fifths (F♯ 6, G♭ −6), and the mode, None where the text leaves it to
    the mood.

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
    tonic_fifths = LETTERS.index(match["letter"].upper()) - 1 + _ACCIDENTALS[match["accidental"]]
    if match["short"]:
        return tonic_fifths, _SHORT[match["short"].lower()]
    if word:
        return tonic_fifths, _MODES[word]
    return tonic_fifths, Mode.AEOLIAN if match["letter"].islower() else None
