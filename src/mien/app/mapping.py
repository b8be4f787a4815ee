"""`mien mapping`: the table from a reading to music, shown, checked, and copied to be edited.

A table is TOML (see `src/mien/music/mapping.toml`); `mien play --mapping MINE.toml` plays by it.
"""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mien.errors import CannotWrite
from mien.music.mapping import load_mapping, shipped_mapping
from mien.writing import write_bytes

app = typer.Typer(
    help="Show, check or copy the table from a reading to music.", no_args_is_help=True, rich_markup_mode=None
)

File = Annotated[Path | None, typer.Argument(help="A table of your own. Default: the one that comes with mien.")]


@app.command()
def show(file: File = None) -> None:
    """Show what in a reading moves what in the music, and by how much."""
    mapping = load_mapping(file) if file else shipped_mapping()
    console = Console()
    table = Table("field", "at rest", "valence", "arousal", "doubt", "range", "source", box=None, pad_edge=False)
    for row in mapping.rows:
        numbers = (f"{number:+g}" if number else "·" for number in (row.valence, row.arousal, row.doubt))
        low, high = row.range
        table.add_row(row.target, f"{row.origin:g}", *numbers, f"{low:g} … {high:g}", escape(row.source))
    console.print(table)
    console.print()
    cues = Table("region", "cue", "moves", "by (a standard deviation)", "source", box=None, pad_edge=False)
    for cue in mapping.cue_rows:
        cues.add_row(cue.region, cue.cue, cue.target, f"{cue.weight:+g}", escape(cue.source))
    console.print(cues)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="Table to check.")]) -> None:
    """Check a table and say what is wrong with it, if anything."""
    mapping = load_mapping(file)
    print(f"{file}: good, {len(mapping.rows)} fields and {len(mapping.cue_rows)} cue rows")


@app.command()
def new(file: Annotated[Path, typer.Argument(help="File to write the copy to.")]) -> None:
    """Write a copy of the built-in table to edit, with its comments."""
    if file.exists():
        raise CannotWrite(f"{file}: exists already; choose another name or remove it")
    write_bytes(file, files("mien.music").joinpath("mapping.toml").read_bytes())
    print(f"{file}: edit it, then 'mien mapping check {file}' and 'mien play PICTURE --mapping {file}'")
