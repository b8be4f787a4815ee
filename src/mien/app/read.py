"""`mien read PICTURES`: every face in every picture, for a person or as JSON or CSV for a program.

A thin coat over `mien.reading`. One face is shown whole, several as a table, a line each.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from mien.app import show
from mien.app.options import AsJson, Coefficients, Weights
from mien.errors import EXIT_CODE, BadInput, MienError
from mien.reading import Reading, movements, reader_of
from mien.reading import read as read_faces
from mien.values import REGIONS
from mien.writing import readable

PIPED_CELLS = 160
"""Width of what is printed into a pipe or a file."""


@dataclass(frozen=True, slots=True)
class Found:
    """A face that was read: in which picture, the how many-th, and how far what moves, if that was asked."""

    picture: str
    number: int
    reading: Reading
    moved: Mapping[str, float]


def read(
    pictures: Annotated[list[Path], typer.Argument(help="Pictures with faces.")],
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print only CSV, for other programs.")] = False,
    weights: Weights = None,
    coefficients: Coefficients = False,
) -> None:
    """Read every face in every picture, without making music. A picture that cannot be read does not stop the rest."""
    if as_json and as_csv:
        raise BadInput("--json and --csv: choose one of them")
    console = Console(width=None if sys.stdout.isatty() else PIPED_CELLS)
    errors = Console(stderr=True)
    classes = reader_of(weights).names  # a network that is none is told once
    found, failed = [], 0
    for picture in pictures:
        try:
            readings = read_faces(picture, weights=weights, remark=_remark(errors, picture))
        except MienError as error:
            if len(pictures) == 1:
                raise
            failed += 1
            errors.print(f"mien: {error}", markup=False, highlight=False, soft_wrap=True)
            continue
        for number, reading in enumerate(readings, start=1):
            found.append(Found(str(picture), number, reading, movements(reading) if coefficients else {}))
    if as_json:
        print(json.dumps(rows_of(found), indent=2))
    elif as_csv:
        sys.stdout.write(csv_of(found, classes))
    elif len(found) == 1:
        show.show_reading(console, found[0].reading)
        if coefficients:
            show.show_coefficients(console, found[0].moved)
    else:
        faces = [(face.picture, face.number, face.reading.affect) for face in found]
        console.print(show.table_of_readings(faces, console.width))
        if coefficients:
            errors.print("the movements of several faces are told by --json and --csv")
    if failed:
        raise typer.Exit(EXIT_CODE)


def rows_of(found: Sequence[Found]) -> list[dict[str, Any]]:
    """Faces as JSON tells them."""
    return [
        {"picture": readable(face.picture), "number": face.number}
        | face.reading.account()
        | ({"coefficients": dict(face.moved)} if face.moved else {})
        for face in found
    ]


def csv_of(found: Sequence[Found], classes: Sequence[str]) -> str:
    """Faces as CSV, a line each under a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    moved = found[0].moved if found else ()
    writer.writerow(["picture", "face", "reads_as", *classes, "valence", "arousal", "doubt", *REGIONS, *moved])
    for face in found:
        affect = face.reading.affect
        numbers = (*affect.probs, affect.valence, affect.arousal, affect.doubt, *affect.shares, *face.moved.values())
        writer.writerow([face.picture, face.number, affect.reads_as, *(f"{number:.4f}" for number in numbers)])
    return text.getvalue()


def _remark(console: Console, picture: Path) -> Callable[[str], None]:
    return lambda text: console.print(escape(f"note: {picture}: {text}"), style="yellow", highlight=False)
