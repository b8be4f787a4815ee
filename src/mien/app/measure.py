"""`mien measure FILE.mid …`: every measure of MIDI files, beside what real music gives.

The measures are those of `mien.lab.scores.measures`, the 5th to 95th percentiles of real music those of
`mien.lab.scores.real_music`. Files of ours are read with their parts and marks, others by ear.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mien.app.options import AsJson

Measured = Mapping[str, float | None]

MOST_COLUMNS = 4
"""More files than that are summed up."""


def measure(
    files: Annotated[list[Path], typer.Argument(help="MIDI files, made by mien or not.")],
    as_json: AsJson = False,
) -> None:
    """Measure MIDI files and compare them with real music."""
    from mien.lab.scores.any_midi import read_midi
    from mien.lab.scores.real_music import measure_as_real, real_music

    found = [(str(file), measure_as_real(read_midi(file))) for file in files]
    limits = {name: (real.low, real.high, real.corpus) for name, real in real_music().items()}
    if as_json:
        rows = [{"file": file, "measures": measured} for file, measured in found]
        real = {name: {"low": low, "high": high, "corpus": corpus} for name, (low, high, corpus) in limits.items()}
        print(json.dumps({"files": rows, "real_music": real}, indent=2))
        return
    console = Console()
    console.print(_each(found, limits) if len(found) <= MOST_COLUMNS else _together(found, limits))
    console.print(
        "Real music: the 5th to the 95th percentile of voices of songs (OpenScore Lieder) and of piano as played "
        "(EMOPIA). No measure says that music is good.",
        style="dim",
    )


Limits = Mapping[str, tuple[float, float, str]]


def _each(found: Sequence[tuple[str, Measured]], limits: Limits) -> Table:
    """A column a file; what lies outside real music is marked with an arrow."""
    table = _table(*(escape(Path(file).stem) for file, _ in found))
    for name in found[0][1]:
        cells = [_cell(measured[name], limits.get(name)) for _, measured in found]
        table.add_row(name.replace("_", " "), *cells, *_limit_cells(limits.get(name)))
    return table


def _together(found: Sequence[tuple[str, Measured]], limits: Limits) -> Table:
    """Medians of many files, and how many lie inside."""
    table = _table("median", "inside")
    table.title = f"{len(found)} files"
    for name in found[0][1]:
        values = [value for _, measured in found if (value := measured[name]) is not None]
        limit = limits.get(name)
        inside = f"{sum(limit[0] <= value <= limit[1] for value in values)} of {len(values)}" if limit else ""
        middle = f"{median(values):.2f}" if values else "–"
        table.add_row(name.replace("_", " "), middle, inside, *_limit_cells(limit))
    return table


def _cell(value: float | None, limit: tuple[float, float, str] | None) -> str:
    if value is None:
        return "–"
    if limit is None or limit[0] <= value <= limit[1]:
        return f"{value:.2f}"
    return f"[yellow]{value:.2f} {'↓' if value < limit[0] else '↑'}[/]"


def _limit_cells(limit: tuple[float, float, str] | None) -> tuple[str, str]:
    return ("", "") if limit is None else (f"{limit[0]:.2f}–{limit[1]:.2f}", limit[2])


def _table(*columns: str) -> Table:
    """A table whose own columns keep their width where the terminal is narrow; names of files give way."""
    table = Table(box=None, pad_edge=False)
    table.add_column("measure", no_wrap=True, min_width=19)
    for column in columns:
        table.add_column(column, no_wrap=True, max_width=12)
    table.add_column("real music", no_wrap=True, min_width=11)
    table.add_column("of", no_wrap=True, min_width=5)
    return table
