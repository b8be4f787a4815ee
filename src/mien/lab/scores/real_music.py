"""How real music measures: percentiles of every measure that a corpus has, shipped as `real_music.json`.

    python -m mien.lab.scores.real_music --data FOLDER

`FOLDER` holds the corpora of `mien.lab.scores.compare_music`. Measures of melody are taken from the voices of songs as
written, cadences from whole songs, the others from the first `SECONDS` of piano as played. What needs bar lines or
parts has no counterpart in these corpora and is left out. Percentiles are 5, 50 and 95.
"""

import argparse
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from mien.lab.scores.any_midi import heard_key
from mien.lab.scores.compare_music import (
    LIEDER,
    MELODY,
    PIANO,
    SECONDS,
    WHOLE,
    heard,
    phrase_of,
    recordings,
    songs_and_voices,
    sung,
)
from mien.lab.scores.measures import MEASURES, scale_consistency
from mien.values import TICKS_PER_QUARTER, Part, Phrase
from mien.writing import write_bytes

TABLE = Path(__file__).with_name("real_music.json")
HEARD: Mapping[str, Callable[[Phrase], float]] = {**PIANO, "scale_consistency": scale_consistency}
SUNG = {name: function for name, function in MELODY.items() if name not in HEARD}


@dataclass(frozen=True, slots=True)
class Real:
    """What real music gives: 5th, 50th and 95th percentile, and in which corpus."""

    corpus: str
    low: float
    middle: float
    high: float


@cache
def real_music() -> Mapping[str, Real]:
    """The shipped percentiles by measure."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return {name: Real(row["corpus"], *row["percentiles"]) for name, row in table["measures"].items()}


def measure_as_real(phrase: Phrase) -> dict[str, float | None]:
    """Every measure of a phrase, each taken as in the corpora; None if the phrase lacks what it needs."""
    written = as_written(phrase)
    melody = sung(written) if len(phrase.part(Part.MELODY)) > 1 else None
    played = opening(phrase)
    is_accompanied = {Part.MELODY} < {note.part for note in phrase.notes if note.part is not Part.KIT}
    found: dict[str, float | None] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of no intervals is no number: it is told as None
        for name, function in MEASURES.items():
            whole = (written if is_accompanied else None) if name in WHOLE else phrase
            taken = played if name in HEARD else melody if name in SUNG else whole
            value = np.nan if taken is None else function(taken)
            found[name] = float(value) if np.isfinite(value) else None
    return found


def as_written(phrase: Phrase) -> Phrase:
    """A played phrase with its melody held as it would be written: the part of a note that does not sound is touch, not
    a rest.

    The usual touch is the median share of the time to the next note for which a note sounds. Each note is lengthened by
    that factor, at most up to the next note, and a gap of less than a sixteenth is closed.
    """
    melody = phrase.part(Part.MELODY)
    steps = [other.onset_ticks - one.onset_ticks for one, other in pairwise(melody)]
    shares = [min(1.0, note.length_ticks / step) for note, step in zip(melody, steps, strict=False) if step]
    if not shares:
        return phrase
    touch = float(np.median(shares))
    held = []
    for note, step in zip(melody, steps, strict=False):
        length = min(max(step, 1), round(note.length_ticks / touch))
        held.append(replace(note, length_ticks=step if 0 < step - length < TICKS_PER_QUARTER // 4 else length))
    others = [note for note in phrase.notes if note.part is not Part.MELODY]
    return replace(phrase, notes=tuple(sorted([*others, *held, *melody[-1:]])))


def opening(phrase: Phrase) -> Phrase:
    """The first `SECONDS` of a phrase as heard, on milliseconds from its first note; drums have no pitch."""
    notes = heard(replace(phrase, notes=tuple(n for n in phrase.notes if n.part is not Part.KIT))).notes
    first = notes[0].onset_ticks
    shifted = [replace(note, onset_ticks=note.onset_ticks - first) for note in notes]
    begun = phrase_of([note for note in shifted if note.onset_ticks < SECONDS * 1000])
    return replace(begun, tonic_pc=phrase.tonic_pc, mode=phrase.mode)


def _in_key(phrase: Phrase) -> Phrase:
    tonic_pc, mode = heard_key(note.pitch_midi for note in phrase.notes)
    return replace(phrase, tonic_pc=tonic_pc, mode=mode)


def learn(data: Path) -> dict[str, object]:
    """Measure the corpora.

    Raises
    ------
    BadInput
        If a corpus is missing.
    """
    lieder, whole = songs_and_voices(data / LIEDER)
    piano = [_in_key(phrase) for phrase in recordings(data / "emopia_open.npz")]
    rows = {
        name: {"corpus": corpus, "percentiles": _percentiles([function(phrase) for phrase in phrases])}
        for corpus, functions, phrases in (("songs", SUNG, lieder), ("songs", WHOLE, whole), ("piano", HEARD, piano))
        for name, function in functions.items()
    }
    return {
        "manifest": {
            "made_by": "python -m mien.lab.scores.real_music --data FOLDER",
            "songs": f"OpenScore Lieder Corpus, {len(lieder)} voices as written, {len(whole)} of them with what is "
            "played to them (CC0 1.0)",
            "piano": f"EMOPIA, {len(piano)} clips, the first {SECONDS:g} s (CC BY-NC-SA 4.0; percentiles only)",
            "percentiles": [5, 50, 95],
        },
        "measures": rows,
    }


def _percentiles(values: Sequence[float]) -> list[float]:
    return [round(float(value), 4) for value in np.percentile(values, [5, 50, 95])]


def main() -> None:
    """Read the options and write the table."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.scores.real_music", description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    options.add_argument("--out", type=Path, default=TABLE)
    asked = options.parse_args()
    write_bytes(asked.out, (json.dumps(learn(asked.data), indent=1, ensure_ascii=False) + "\n").encode())
    print(asked.out)


if __name__ == "__main__":
    main()
