"""What a person asks of a piece besides its mood (options → value): read once, and refused before any work is done."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path

from mien.ensembles import ensemble as look_up
from mien.errors import BadInput
from mien.music.form import find_form
from mien.music.journey.path import MoodPath
from mien.music.key import parse_key
from mien.music.mapping import MappingTable, load_mapping
from mien.values import Affect
from mien.vocabulary import Mode, meter_named

SECONDS = (10.0, 3600.0)
"""Shortest and longest piece."""
USUAL_S = 60.0
"""How long a piece lasts that follows nothing in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person asks of a piece besides its mood, checked (see `check_wishes`).

    `seconds` is None where the piece lasts as long as what it follows; the others are None where mood and seed choose,
    or what ships is used. `tonic_fifths` is the tonic as it was spelled, its place on the line of fifths.
    """

    seconds: float | None
    seed: int
    ensemble: str
    tonic_fifths: int | None
    mode: Mode | None
    meter: tuple[int, int] | None
    font: Path | None
    mapping: MappingTable | None
    form: str

    def lasting_s(self, followed_s: float = 0.0) -> float:
        """How long the piece lasts: as asked for, or else as long as what it follows, a minute where that takes no
        time.

        Raises
        ------
        BadInput
            If what it follows is longer than a piece.
        """
        if self.seconds is not None:
            return self.seconds
        return _seconds(max(followed_s, SECONDS[0]) if followed_s > 0 else USUAL_S)


def check_wishes(
    *,
    seconds: float | None,
    seed: int,
    ensemble: str,
    key: str | None,
    meter: str | tuple[int, int] | None,
    font: str | Path | None,
    mapping: MappingTable | str | Path | None,
    form: str,
    moods_move: bool = False,
) -> Wishes:
    """Check options, and give them as `Wishes`.

    Parameters
    ----------
    seconds, seed, ensemble, key, meter, font, mapping, form : as `mien.play` takes them.
    moods_move : whether the piece leads from mood to mood, and so turns its mode: of the key only the tonic may be
        asked for.

    Raises
    ------
    BadInput
        If one of them is not allowed.
    """
    tonic_fifths, mode = (None, None) if key is None else parse_key(text_of("key", key))
    if moods_move and mode is not None:
        raise BadInput(f"key '{key}': a journey turns its mode; give the tonic alone, with a capital, as in Eb")
    own_font = None if font is None else path_of("font", font)
    wishes = Wishes(
        seconds=None if seconds is None else _seconds(seconds),
        seed=_seed(seed),
        ensemble=look_up(text_of("ensemble", ensemble)).name,
        tonic_fifths=tonic_fifths,
        mode=mode,
        meter=None if meter is None else _meter(meter),
        font=own_font,
        mapping=mapping if mapping is None or isinstance(mapping, MappingTable) else _mapping(mapping),
        form=find_form(text_of("form", form)).name,
    )
    if own_font is not None:
        from mien.sound.font import load_font

        load_font(own_font)
    return wishes


def path_of(name: str, given: object) -> Path:
    """The path of a file that an option names.

    Raises
    ------
    BadInput
        If it is none.
    """
    if not isinstance(given, str | os.PathLike):
        raise BadInput(f"{name}: {given!r:.60} given; the path of a file wanted")
    return Path(given)


def text_of(name: str, given: object) -> str:
    """What an option says in words; raises as `path_of` does."""
    if not isinstance(given, str):
        raise BadInput(f"{name}: {given!r:.60} given; a text wanted")
    return given


def number_of(name: str, given: object) -> float:
    """What an option says as a number; raises as `path_of` does."""
    if not isinstance(given, Real):
        raise BadInput(f"{name}: {given!r:.60} given; a number wanted")
    return float(given)


def moments_of(given: object) -> MoodPath:
    """A path of moods as a program gives it; raises as `path_of` does."""
    if not isinstance(given, Sequence) or not all(map(_is_moment, given)):
        raise BadInput(f"path: {given!r:.60} given; moments (seconds, affect) in a row wanted")
    return given


def _is_moment(point: object) -> bool:
    match point:
        case (Real(), Affect()):
            return True
    return False


def _seconds(given: object) -> float:
    seconds, (low, high) = number_of("seconds", given), SECONDS
    if not (math.isfinite(seconds) and low <= seconds <= high):
        raise BadInput(f"{seconds:g} seconds: a piece lasts {low:g} to {high:g} seconds")
    return seconds


def _seed(given: object) -> int:
    seed = int(given) if isinstance(given, Integral) else -1
    if seed < 0:
        raise BadInput(f"seed {given!r:.60}: give a whole number from 0")
    return seed


def _meter(given: object) -> tuple[int, int]:
    return meter_named("/".join(map(str, given)) if isinstance(given, tuple | list) else text_of("meter", given))


def _mapping(given: str | Path) -> MappingTable:
    return load_mapping(path_of("mapping", given))
