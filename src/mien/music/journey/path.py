"""Affects in time: a path to lead along, from two moods or from a table.

A path is a sequence of (seconds, Affect), time rising. Between its points a reading moves in a straight line on the
plane of valence and arousal (−1..1 each); outside them it stays.

References: Altshuler 1948, "A psychiatrist's experience with music as a therapeutic agent" (the iso principle: match
the mood, then lead it); Starcke, Mayr & von Georgi 2021, "Emotion modulation through music after sadness induction: the
iso principle in a controlled experimental study".
"""

import csv
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mien.circumplex import affect_at
from mien.errors import BadInput
from mien.values import Affect
from mien.vocabulary import Classes

MoodPath = Sequence[tuple[float, Affect]]
"""(seconds from the start, affect), time rising."""

MATCH_SHARE, ARRIVE_SHARE = 0.2, 0.8
"""Shares of the time until which a path stays where it began, and from which it stays where it leads: a mood is met
before it is led (iso principle), and an arrival needs time to be felt."""

COLUMNS = ("time_s", "valence", "arousal")
"""The columns that a table must have, in any order; others are ignored."""


def path_between(start: Affect, end: Affect, over_s: float) -> MoodPath:
    """Lead from one affect to another within `over_s` seconds: match, move, arrive.

    Raises
    ------
    BadInput
        If `over_s` is not positive and finite.
    """
    if not 0 < over_s < math.inf:
        raise BadInput(f"{over_s:g} seconds: give a positive number of seconds to lead over")
    return (
        (0.0, start),
        (MATCH_SHARE * over_s, start),
        (ARRIVE_SHARE * over_s, replace(end, time_s=ARRIVE_SHARE * over_s)),
    )


def affect_along(path: MoodPath, time_s: float) -> Affect:
    """The affect of a path at a given time, on the straight line between its points."""
    after = bisect_right(path, time_s, key=lambda point: point[0])
    if after == 0 or after == len(path):
        return replace(path[max(0, after - 1)][1], time_s=time_s)
    (start_s, one), (end_s, other) = path[after - 1], path[after]
    share = (time_s - start_s) / (end_s - start_s)

    def between(a: float, b: float) -> float:
        return min(max(a, b), max(min(a, b), a + share * (b - a)))  # rounding must not leave the range

    classes, start, end = _named_alike(one, other)
    return Affect(
        time_s,
        tuple(map(between, start, end)),
        between(one.valence, other.valence),
        between(one.arousal, other.arousal),
        between(one.doubt, other.doubt),
        tuple(map(between, one.shares, other.shares)),
        classes,
    )


def _named_alike(one: Affect, other: Affect) -> tuple[Classes, Sequence[float], Sequence[float]]:
    """The probabilities of two affects over the classes of both; of two classes with the same name the first one is
    kept."""
    if one.classes == other.classes:
        return one.classes, one.probs, other.probs
    classes = one.classes + tuple(new for new in other.classes if new.name not in one.names)
    told = [dict(zip(affect.names, affect.probs, strict=True)) for affect in (one, other)]
    start, end = ([named.get(kind.name, 0.0) for kind in classes] for named in told)
    return classes, start, end


def check_path(path: MoodPath, wheres: Sequence[str] = ()) -> MoodPath:
    """Return a path unchanged if its times are finite, 0 or more, and rising.

    Parameters
    ----------
    wheres : what a message calls each point; by default "path: time of point 1" and so on.

    Raises
    ------
    BadInput
        If a time is not, or there is no point.
    """
    if not path:
        raise BadInput("path: has no points; give at least one (seconds, affect)")
    for place, (time_s, _) in enumerate(path):
        last_s = path[place - 1][0] if place else -math.inf
        if not (0 <= time_s < math.inf and last_s < time_s):
            where = wheres[place] if wheres else f"path: time of point {place + 1}"
            earliest = f"more than {last_s:g}, the one before" if place else "0 or more"
            raise BadInput(f"{where}: {time_s:g} given; {earliest}, wanted")
    return path


def read_path(file: Path) -> MoodPath:
    """Read a path from a CSV with the columns `time_s` (seconds, rising), `valence` and `arousal` (−1..1).

    Semicolons between columns and decimal commas, as spreadsheets in some countries write them, are accepted too.

    Raises
    ------
    BadInput
        If the file cannot be read, has no rows, or a cell is not allowed; the message names row and column. Rows are
        counted as in an editor, the header being row 1.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        rows = list(csv.reader(lines, delimiter=";" if lines and ";" in lines[0] else ","))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{file}: cannot be read as a table ({error}); give a CSV with {', '.join(COLUMNS)}") from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    if missing := [column for column in COLUMNS if column not in header]:
        raise BadInput(f"{file}: column '{missing[0]}' is missing; the first row must name {', '.join(COLUMNS)}")
    path: list[tuple[float, Affect]] = []
    wheres: list[str] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        where = f"{file}: row {number}"
        time_s, valence, arousal = (_cell(where, name, row, header.index(name)) for name in COLUMNS)
        wheres.append(f"{where}, column time_s")
        path.append((time_s, replace(affect_at(valence, arousal), time_s=time_s)))
    if not path:
        raise BadInput(f"{file}: has no rows; give at least one with {', '.join(COLUMNS)}")
    return check_path(tuple(path), wheres)


def _cell(where: str, name: str, row: list[str], place: int) -> float:
    """One number of a row, checked."""
    text = row[place].strip() if place < len(row) else ""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    allowed = "seconds" if name == "time_s" else "a number from -1 to 1"
    if not math.isfinite(value) or (name != "time_s" and abs(value) > 1):
        raise BadInput(f"{where}, column {name}: '{text}' given; {allowed} wanted")
    return value
