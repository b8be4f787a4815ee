"""Values become what a person sees in the terminal: bars, tables, reasons.

Everything prints to a rich `Console`, or returns what it prints.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from mien.ensembles import ensemble
from mien.music.journey.path import MoodPath
from mien.music.spelling import why_respelled, written_key
from mien.piece import Piece
from mien.reading import Reading
from mien.values import REGIONS, Affect, Brief

BAR_CELLS = 30
LEAST_SHOWN = 0.1
"""Smaller movements are left out."""
WIDE_CELLS, SHARES_CELLS = 130, 100
"""Widths of a terminal from which there is room for sources, and for the shares of a table of readings."""
COLOURS = {"eyes": "cyan", "brows": "magenta", "nose": "yellow", "mouth": "green"}


def show_step(console: Console, told: str) -> None:
    """One step of work that takes a while, as it begins."""
    console.print(f"{told} …", style="dim", highlight=False, soft_wrap=True, markup=False)


def show_moods(console: Console, piece: Piece) -> None:
    """What a piece follows: what was read of a picture or a video, or was asked for, and where it leads."""
    path = [(time_s, affect) for time_s, affect in piece.path if affect]
    if piece.sources and not (piece.reading or piece.arrival):
        show_watched(console, path)
        return
    if piece.reading:
        if piece.arrival:
            console.print(f"[bold]Led from[/]  {escape(piece.sources[0].name)}", highlight=False)
        show_reading(console, piece.reading)
    else:
        show_wish(console, piece.affect)
    if len(path) > 1:
        show_way(console, path, piece.sources[-1].name if piece.arrival else None)
    if piece.arrival:
        show_reading(console, piece.arrival)


def show_reading(console: Console, reading: Reading) -> None:
    """One face: where, how it reads, and which region said so."""
    face = reading.face
    x0, y0, x1, y1 = face.box_px
    pitch, yaw, roll = face.pose_deg
    console.print(
        f"[bold]Face[/]  {x1 - x0:.0f}×{y1 - y0:.0f} px at ({x0:.0f}, {y0:.0f}), "
        f"turned {yaw:+.0f}° across, {pitch:+.0f}° down, {roll:+.0f}° over"
    )
    show_affect(console, reading.affect)
    console.print("[bold]Who said it[/]")
    alone = Table.grid(padding=(0, 1))
    for region, share in zip(REGIONS, reading.affect.shares, strict=True):
        probs = reading.alone[region]
        verdict = reading.affect.names[probs.index(max(probs))]
        alone.add_row(f"  {region}", bar(share, COLOURS[region]), f"{share:4.0%}", f"alone: {verdict}")
    console.print(alone)
    for remark in reading.remarks:
        console.print(f"[yellow]note:[/] {remark}")


def show_affect(console: Console, affect: Affect) -> None:
    """The probabilities as bars; valence, arousal and doubt."""
    console.print("[bold]Reads as[/]" if affect.tells else "[bold]I cannot tell[/]; if it has to be guessed:")
    table = Table.grid(padding=(0, 1))
    for name, p in zip(affect.names, affect.probs, strict=True):
        style = "bold" if name == affect.reads_as else ""
        table.add_row(f"  {escape(name)}", bar(p, "blue"), f"{p:4.0%}", style=style)
    console.print(table)
    console.print(f"  valence {affect.valence:+.2f}   arousal {affect.arousal:+.2f}   doubt {affect.doubt:.2f}")


def show_wish(console: Console, affect: Affect) -> None:
    """The mood that was asked for, where no face was read: a name where it is one class alone, and its place."""
    console.print(f"[bold]Asked for[/]  {_named(affect)}")


def _named(affect: Affect) -> str:
    named = f"{affect.reads_as}: " if max(affect.probs) == 1 else ""
    return escape(named) + _place(affect.valence, affect.arousal)


def _place(valence: float, arousal: float) -> str:
    return f"valence {valence:+.2f}, arousal {arousal:+.2f}"


def show_watched(console: Console, path: MoodPath) -> None:
    """What a video's face was read as, from when on, and who said so meanwhile."""
    console.print("[bold]Reads as, and who said it[/]")
    table = Table.grid(padding=(0, 1))
    for name, group in groupby(path, key=lambda place: place[1].reads_as):
        places = list(group)
        affects = [affect for _, affect in places]
        shares = (fmean(of_region) for of_region in zip(*(affect.shares for affect in affects), strict=True))
        told = "  ".join(f"{region} {share:.0%}" for region, share in zip(REGIONS, shares, strict=True))
        place = _place(fmean(one.valence for one in affects), fmean(one.arousal for one in affects))
        table.add_row(f"  from {clock(places[0][0])}", f"[bold]{escape(name)}[/]", place, f"[dim]{told}[/]")
    console.print(table)


def show_way(console: Console, path: MoodPath, picture: str | None = None) -> None:
    """Where music that moves from mood to mood arrives, and when; the picture, if its mood was read from one."""
    time_s, end = path[-1]
    console.print(f"[bold]Led to[/]  {escape(picture) if picture else _named(end)}, reached at {clock(time_s)}")


def clock(time_s: float) -> str:
    """Minutes and seconds."""
    return f"{int(time_s) // 60}:{int(time_s) % 60:02d}"


def show_coefficients(console: Console, moved: Mapping[str, float]) -> None:
    """The movements that are seen at all, the largest first."""
    console.print("[bold]What moves[/]")
    table = Table.grid(padding=(0, 1))
    for name, value in sorted(moved.items(), key=lambda one: -one[1]):
        if value >= LEAST_SHOWN:
            table.add_row(f"  {name}", bar(value, "blue"), f"{value:4.0%}")
    console.print(table if table.row_count else "  nothing")


def show_brief(console: Console, brief: Brief) -> None:
    """Each field with its reason; the sources too where the terminal is wide enough."""
    respelled = f" ({why_respelled(brief)})" if why_respelled(brief) else ""
    key = written_key(brief).name + respelled
    console.print(f"[bold]So mien plays[/]  {ensemble(brief.ensemble).title}, {key}")
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=3)
    with_sources = console.width >= WIDE_CELLS
    if with_sources:
        table.add_column(ratio=2, style="dim")
    for reason in brief.reasons:
        table.add_row(
            f"  {plain_name(reason.field)}", escape(reason.because), *([escape(reason.source)] if with_sources else [])
        )
    console.print(table)


def plain_name(field: str) -> str:
    """The name of a brief's field without its unit: "tempo_bpm" is the tempo."""
    return field.split("_")[0]


def show_piece(console: Console, piece: Piece, files: Mapping[str, Path], replaced: Collection[Path] = ()) -> None:
    """What was written, where, and whether it took the place of an earlier file."""
    written = piece.written
    bars = written.length_ticks // written.bar_ticks
    console.print(
        f"[bold]{escape(piece.title)}[/]  {piece.performed.length_s:.0f} s, {bars} bars, {len(written.notes)} notes, "
        f"seed {written.seed}"
    )
    for path in files.values():
        note = "   (in place of an earlier one)" if path in replaced else ""
        console.print(f"  {path}{note}", highlight=False, soft_wrap=True, markup=False)


def table_of_readings(rows: Sequence[tuple[str, int, Affect]], cells: int) -> Table:
    """Many readings, one a line: picture, face, emotion, the rest; the shares where there are `cells` enough for them.
    Only the picture's path is folded."""
    regions = REGIONS if cells >= SHARES_CELLS else ()
    table = Table(box=None, pad_edge=False)
    table.add_column("picture", overflow="fold")
    for title in ("face", "reads as", "p", "valence", "arousal", "doubt", *regions):
        table.add_column(title, no_wrap=True)
    for picture, number, affect in rows:
        table.add_row(
            escape(picture),
            str(number),
            affect.reads_as,
            f"{max(affect.probs):.2f}",
            f"{affect.valence:+.2f}",
            f"{affect.arousal:+.2f}",
            f"{affect.doubt:.2f}",
            *(f"{share:.0%}" for share in affect.shares[: len(regions)]),
        )
    return table


def bar(share: float, colour: str) -> Text:
    """A horizontal bar, `share` 0..1 of its full width."""
    eighths = round(share * BAR_CELLS * 8)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return Text(drawn.ljust(BAR_CELLS), style=colour)
