"""`mien why PIECE`: the account of a piece (its JSON file), told to a person.

What was read, what that asked of the composer, and how the piece goes, bar by bar.
"""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mien.errors import BadInput
from mien.values import REGIONS


def open_account(path: Path) -> dict[str, Any]:
    """Read the JSON file of a piece; a MIDI, WAV or score file beside it does as well.

    Raises
    ------
    BadInput
        If there is none, or it is no account of a piece.
    """
    beside = path.with_suffix(".json")
    try:
        account = json.loads(beside.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{beside}: no such file; give the .json that 'mien play' wrote beside the music") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{beside}: cannot be read as JSON ({error})") from None
    if not isinstance(account, dict) or not {"reading", "brief", "bars"} <= set(account):
        raise BadInput(f"{beside}: not the account of a piece; give the .json that 'mien play' wrote")
    return account


def tell(console: Console, account: dict[str, Any]) -> None:
    """Print the account: reading, reasons, bars."""
    reading = account["reading"]
    shares = ", ".join(f"{region} {reading['shares'][region]:.0%}" for region in REGIONS)
    console.print(f"[bold]{escape(account['name'])}[/]  {account['seconds']:.0f} s, seed {account['seed']}")
    console.print(
        f"The expression reads as {reading['reads_as']} (valence {reading['valence']:+.2f}, "
        f"arousal {reading['arousal']:+.2f}, doubt {reading['doubt']:.2f}); {shares}."
    )
    console.print("\n[bold]So the composer was asked for[/]")
    for name, field in account["brief"].items():
        told = escape(f"{name}: {field['because']}")
        console.print(f"  {told}  [dim]{escape(field['source'])}[/]", highlight=False)
    console.print("\n[bold]Bar by bar[/]")
    console.print(_table_of_bars(account["bars"]))


def _table_of_bars(bars: list[dict[str, Any]]) -> Table:
    table = Table("bar", "harmony", "form", box=None, pad_edge=False)
    for bar in bars:
        chords = "  ".join(f"{chord['roman']} ({chord['function']})" for chord in bar["chords"])
        marks = "; ".join(f"{kind} {text}" for mark in bar["marks"] for kind, text in mark.items())
        table.add_row(str(bar["bar"]), escape(chords), escape(marks))
    return table
