"""`mien why PIECE`: the account of a piece (its JSON file, see docs/piece.md), told to a person.

What was read and who said it, what that asked of the composer, and how the piece goes, phrase by phrase; with `--bar`
one bar in full: harmony, motif, the reading of that moment and every field of the brief with its reason.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mien.app.options import AsJson
from mien.app.show import clock, plain_name
from mien.errors import BadInput
from mien.values import REGIONS
from mien.writing import sha256_of

FUNCTIONS = {"T": "tonic", "S": "subdominant", "D": "dominant"}
NEEDED = {"reading", "brief", "briefs", "bars"}
CLOSES, RESTS = "no motif: the phrase closes", "rests"
"""What is said of the melody in a bar without a motif."""

UNREAD = "No reading was kept: movements alone were followed, or the session was not recorded."


def why(
    piece: Annotated[Path, typer.Argument(help="The .json of a piece, or another of its files beside it.")],
    bar: Annotated[int | None, typer.Option("--bar", help="Show this bar in full; the first is 1.")] = None,
    as_json: AsJson = False,
) -> None:
    """Explain a piece: its reading, the reasons, and each phrase."""
    account = open_account(piece)
    if doubt := check_own(piece, account):
        Console(stderr=True).print(doubt, markup=False, highlight=False, soft_wrap=True)
    chosen = None if bar is None else find_bar(account, bar)
    if as_json:
        shown = account if chosen is None else chosen | {"brief": account["briefs"][chosen["brief"]]["fields"]}
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    elif chosen is None:
        tell(Console(), account)
    else:
        tell_bar(Console(), account, chosen)


def open_account(path: Path) -> dict[str, Any]:
    """Read the JSON file of a piece; a MIDI, WAV or score file beside it does as well.

    Raises
    ------
    BadInput
        If there is none, or it is no account of a piece.
    """
    if path.is_dir():
        raise BadInput(f"{path}: is a folder; give the .json that 'mien play' wrote, or a file beside it")
    beside = path.with_suffix(".json")
    try:
        account = json.loads(beside.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{beside}: no such file; give the .json that 'mien play' wrote beside the music") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{beside}: cannot be read as JSON ({error})") from None
    if not isinstance(account, dict) or not set(account) >= NEEDED:
        raise BadInput(f"{beside}: not the account of a piece; give the .json that 'mien play' wrote")
    return account


def check_own(path: Path, account: dict[str, Any]) -> str | None:
    """Whether the account is that of a file beside it, by the checksums that were saved with it.

    Returns
    -------
    A remark where nobody can know, since the account was saved without a file of that kind.

    Raises
    ------
    BadInput
        If it is that of another file.
    """
    saved, kind = account.get("sha256"), path.suffix[1:]
    if saved is None or kind == "json" or not path.is_file():  # None: mien 0.5 and before
        return None
    beside = path.with_suffix(".json")
    if kind not in saved:
        return f"{beside} was saved without {path.name}: it may tell of another piece"
    if saved[kind] != sha256_of(path):
        raise BadInput(
            f"{path}: has changed since {beside.name} was written, so that account describes another piece (seed "
            f"{account['seed']}); save both together with --files {kind},json, or give {beside} to read about that "
            "other piece"
        )
    return None


def find_bar(account: dict[str, Any], number: int) -> dict[str, Any]:
    """The account of one bar, counted from 1.

    Raises
    ------
    BadInput
        If the piece has no such bar.
    """
    bars: list[dict[str, Any]] = account["bars"]
    if not 1 <= number <= len(bars):
        raise BadInput(f"--bar {number}: {account['name']} has bars 1 to {len(bars)}")
    return bars[number - 1]


def tell(console: Console, account: dict[str, Any]) -> None:
    """Print the account: reading, reasons, and a table a phrase."""
    seed, form = account["seed"], account.get("form")
    console.print(
        f"[bold]{escape(account['name'])}[/]  {account['seconds']:.0f} s, {len(account['bars'])} bars, seed {seed}"
        + (f", form: {escape(form)}" if form else "")
    )
    is_read = _is_read(account)
    console.print(_reading(account["reading"], "The expression reads as" if is_read else "Asked for:", who=is_read))
    if len(account["path"]) > 1:
        first, last = (place["reads_as"] or "movements alone" for place in (account["path"][0], account["path"][-1]))
        way = f"is led from {first} to {last}" if first != last else f"begins and ends in {first}"
        console.print(f"It {escape(way)}; its mood moves, and with it what is asked.")
    console.print("\n[bold]So the composer was asked for[/]")
    _tell_brief(console, account["brief"])
    console.print("\n[bold]Bar by bar[/]")
    moves = len({json.dumps(_place(bar)) for bar in account["bars"]}) > 1
    for bars in _phrases(account["bars"]):
        console.print(f"\n{_phrase_title(bars, by_face=is_read and moves)}")
        console.print(_table_of_bars(bars, moves=moves))


def tell_bar(console: Console, account: dict[str, Any], bar: dict[str, Any]) -> None:
    """Print all there is to say of one bar."""
    brief = account["briefs"][bar["brief"]]
    console.print(
        f"[bold]{escape(account['name'])}, bar {bar['bar']}[/] of {len(account['bars'])}, at {clock(bar['time_s'])}: "
        f"section {escape(str(bar['section']))}, {escape(str(bar['phrase']))}"
    )
    for chord in bar["chords"]:
        function = FUNCTIONS.get(chord["function"], chord["function"])
        console.print(f"  harmony  beat {chord['beat']:g}: {escape(chord['roman'])}, {function}", highlight=False)
    console.print(f"  melody   {escape(_motif(bar) or (CLOSES if bar['cadence'] else RESTS))}", highlight=False)
    if bar["cadence"]:
        console.print(f"  cadence  {escape(bar['cadence'])}", highlight=False)
    is_read = _is_read(account)
    told = _reading(bar, "The reading in force:" if is_read else "The mood in force:", who=is_read)
    console.print(f"\n{told}")
    since = f", in force since bar {brief['from_bar']}" if brief["from_bar"] < bar["bar"] else ""
    console.print(f"\n[bold]What is asked of the composer{since}[/]")
    _tell_brief(console, brief["fields"])


def _is_read(account: dict[str, Any]) -> bool:
    """Whether a face led the music: those of a picture, a video or a session have shares, those of a wish are equal."""
    places = [account["reading"] or {}, *account["bars"]]
    return any(len(set((place.get("shares") or {}).values())) > 1 for place in places)


def _reading(place: dict[str, Any] | None, opening: str, *, who: bool) -> str:
    """One sentence; who said it only where there was a face."""
    if place is None or place["reads_as"] is None:
        return UNREAD
    numbers = f"valence {place['valence']:+.2f}, arousal {place['arousal']:+.2f}"
    numbers += f", doubt {place['doubt']:.2f}" if who else ""
    shares = ", ".join(f"{region} {place['shares'][region]:.0%}" for region in REGIONS)
    return f"{opening} {escape(place['reads_as'])} ({numbers})" + (f"; {shares}." if who else ".")


def _tell_brief(console: Console, fields: dict[str, Any]) -> None:
    """Each field with its reason, and the reason's source below it."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, field in fields.items():
        table.add_row(f"  {escape(plain_name(name))}", f"{escape(field['because'])}\n[dim]{escape(field['source'])}[/]")
    console.print(table)


def _phrases(bars: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The bars of each phrase."""
    number = 0

    def phrase_of(bar: dict[str, Any]) -> int:
        nonlocal number
        number += int(bar["begins_phrase"])
        return number

    return (list(group) for _, group in groupby(bars, phrase_of))


def _phrase_title(bars: list[dict[str, Any]], *, by_face: bool) -> str:
    first, last = bars[0], bars[-1]
    where = f"bars {first['bar']} to {last['bar']}" if len(bars) > 1 else f"bar {first['bar']}"
    title = (
        f"[bold]{escape(str(first['section']))} · {escape(str(first['phrase']))}[/]  {where}, {clock(first['time_s'])}"
    )
    if by_face:
        shares = ", ".join(f"{region} {first['shares'][region]:.0%}" for region in REGIONS)
        title += f"  [dim]{shares}[/]"
    return title


def _table_of_bars(bars: list[dict[str, Any]], *, moves: bool) -> Table:
    columns = ("bar", "harmony", "motif", "cadence", *(("mood",) if moves else ()))
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for bar in bars:
        chords = "  ".join(f"{chord['roman']} ({chord['function']})" for chord in bar["chords"])
        is_known = moves and bar["reads_as"] is not None
        mood = f"{bar['reads_as']} {bar['valence']:+.2f} {bar['arousal']:+.2f}" if is_known else ""
        cells = (str(bar["bar"]), chords, _motif(bar), bar["cadence"] or "", *((mood,) if moves else ()))
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _motif(bar: dict[str, Any]) -> str:
    motif = bar["motif"]
    if not motif:
        return ""
    moved = motif["moved_semitones"]
    told = f"{motif['name']}, {motif['transformation']}"
    return told if not moved else f"{told} ({moved:+d} semitones)"


def _place(bar: dict[str, Any]) -> list[float]:
    return [bar["valence"], bar["arousal"]]
