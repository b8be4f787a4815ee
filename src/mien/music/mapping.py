"""The editable table `mapping.toml` ↔ a `MappingTable`: which reading moves which field of the brief, and by how much.

Weights are in the field's own unit per 1.0 of valence, arousal or doubt, or per standard deviation of a facial cue.
The mixer is linear and additive: Eerola, Friberg & Bresin 2013, "Emotional expression in music: contribution,
linearity, and additivity of primary musical cues".
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from mien.cues.names import REGION_OF
from mien.errors import BadInput, cause_of
from mien.vocabulary import BRIEF_NUMBERS

LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"tempo_bpm": BRIEF_NUMBERS["tempo_bpm"], "mode": (0, 5), **BRIEF_NUMBERS}
)
"""The limits of each row's range, in the order of the rows: those of the brief; for `mode`, the first and last place of
`mien.music.brief.BRIGHTNESS_ORDER`."""

TARGETS = tuple(LIMITS)
"""The fields that a mapping fills, one row each."""

ADDED = ("interruption",)
"""Rows that older tables lack: the shipped ones are used instead."""

WIDEST_CUE = 2.0
"""A cue further from rest than this many standard deviations counts as this many."""

LARGEST = 1_000_000
"""The largest number allowed in a table."""

_NUMBERS = ("origin", "valence", "arousal", "doubt")
_WORDS = ("low", "high", "source")


@dataclass(frozen=True, slots=True)
class Row:
    """The mix of one field. `low` and `high` are the words for the two ends of its range."""

    target: str
    origin: float
    valence: float
    arousal: float
    doubt: float
    range: tuple[float, float]
    low: str
    high: str
    source: str


@dataclass(frozen=True, slots=True)
class CueRow:
    """A facial cue of a focal region that colours one field."""

    cue: str
    region: str
    target: str
    weight: float
    source: str


@dataclass(frozen=True, slots=True)
class MappingTable:
    """A whole table: one row per target in the order of `TARGETS`, any number of cue rows, and their TOML text."""

    rows: tuple[Row, ...]
    cue_rows: tuple[CueRow, ...]
    toml: str


def parse_mapping(text: str, name: str = "mapping") -> MappingTable:
    """Read a mapping from TOML.

    Raises
    ------
    BadInput
        If the text is not TOML, or a row is missing, unknown, or holds something not allowed (a cue that no face has
        among them); the message names the row, what was given and what is allowed.
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"{name}: not TOML ({error})") from None
    cues = table.pop("cue", [])
    if unknown := sorted(set(table) - set(TARGETS)):
        raise BadInput(f"{name}: unknown row [{unknown[0]}]; allowed are {', '.join(TARGETS)} and [[cue]]")
    rows = []
    for target in TARGETS:
        if target in ADDED and target not in table:
            rows.append(next(row for row in shipped_mapping().rows if row.target == target))
            continue
        if not isinstance(table.get(target), dict):
            raise BadInput(f"{name}: row [{target}] is missing; every one of {', '.join(TARGETS)} is needed")
        rows.append(_row(f"{name}: row [{target}]", target, table[target]))
    if not isinstance(cues, list) or not all(isinstance(cue, dict) for cue in cues):
        raise BadInput(f"{name}: 'cue' must be rows headed [[cue]]")
    moved = tuple(_cue_row(f"{name}: [[cue]] {i + 1}", cue) for i, cue in enumerate(cues))
    return MappingTable(tuple(rows), moved, text)


def load_mapping(path: Path) -> MappingTable:
    """Read a mapping from a file; raises as `parse_mapping` does, and `BadInput` if the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read ({cause_of(error)}); give a copy of mapping.toml") from None
    return parse_mapping(text, path.name)


@cache
def shipped_mapping() -> MappingTable:
    """The mapping that comes with the program."""
    return parse_mapping(files("mien.music").joinpath("mapping.toml").read_text(encoding="utf-8"), "mapping.toml")


def _row(where: str, target: str, table: dict[str, object]) -> Row:
    _check_keys(where, table, (*_NUMBERS, "range", *_WORDS))
    origin, valence, arousal, doubt = (_number(where, key, table[key]) for key in _NUMBERS)
    span = table["range"]
    if not isinstance(span, list) or len(span) != 2:
        raise BadInput(f"{where}: range {span!r} given; two numbers [lowest, highest] wanted")
    lowest, highest = (_number(where, "range", end) for end in span)
    if not lowest < highest or not lowest <= origin <= highest:
        raise BadInput(f"{where}: range {span} given; lowest must be below highest with origin {origin:g} inside")
    least, most = LIMITS[target]
    if lowest < least or highest > most:
        raise BadInput(f"{where}: range {span} given; {least:g} to {most:g} allowed")
    low, high, source = (_word(where, key, table[key]) for key in _WORDS)
    return Row(target, origin, valence, arousal, doubt, (lowest, highest), low, high, source)


def _cue_row(where: str, table: dict[str, object]) -> CueRow:
    _check_keys(where, table, ("cue", "region", "target", "weight", "source"))
    cue, region, target, source = (_word(where, key, table[key]) for key in ("cue", "region", "target", "source"))
    for key, given, allowed in (("cue", cue, sorted(REGION_OF)), ("target", target, TARGETS)):
        if given not in allowed:
            raise BadInput(f"{where}: {key} '{given}' given; one of {', '.join(allowed)} allowed")
    if region != REGION_OF[cue]:
        raise BadInput(f"{where}: region '{region}' given; the region of {cue} is '{REGION_OF[cue]}'")
    return CueRow(cue, region, target, _number(where, "weight", table["weight"]), source)


def _check_keys(where: str, table: dict[str, object], wanted: tuple[str, ...]) -> None:
    if missing := [key for key in wanted if key not in table]:
        raise BadInput(f"{where}: '{missing[0]}' is missing; wanted are {', '.join(wanted)}")
    if unknown := sorted(set(table) - set(wanted)):
        raise BadInput(f"{where}: '{unknown[0]}' is unknown; wanted are {', '.join(wanted)}")


def _number(where: str, key: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not abs(given) <= LARGEST:
        raise BadInput(f"{where}: {key} {given!r:.60} given; a number from −{LARGEST:,} to {LARGEST:,} wanted")
    return float(given)


def _word(where: str, key: str, given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise BadInput(f"{where}: {key} {given!r} given; a text wanted")
    return given
