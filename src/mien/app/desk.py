"""`mien data collect`, `clean`, `mark`, `unmark`, `split`, `check`, `forget`, `status`: thin coats over `mien.data`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from mien.data.project import Project
from mien.errors import BadInput

Folder = Annotated[Path, typer.Argument(help="The project's folder.")]
Picture = Annotated[str, typer.Argument(help="First digits of its sha256, or the end of the address it came from.")]


def collect(
    project: Folder,
    sources: Annotated[
        list[str],
        typer.Argument(help="Folders, archives, videos, lists of addresses, or addresses of boards and galleries."),
    ],
    shown: Annotated[str | None, typer.Option("--class", help="The class of all of it, whatever folders say.")] = None,
    licence: Annotated[str | None, typer.Option("--licence", help="As in 'CC BY 4.0'. Default: unknown.")] = None,
    consent: Annotated[
        str | None, typer.Option("--consent", help="Of those who are shown: unknown, given, public or refused.")
    ] = None,
    every: Annotated[float, typer.Option("--every", help="Seconds between two frames of a video.")] = 1.0,
    pause: Annotated[float, typer.Option("--pause", help="Seconds between two requests to the web.")] = 1.0,
    person: Annotated[
        str | None,
        typer.Option("--person", help="Pattern whose one group, sought in each address, is the person: '([0-9]+)_'."),
    ] = None,
    loose: Annotated[
        bool, typer.Option("--loose", help="The pictures of a board need not stay on one side of a split.")
    ] = False,
) -> None:
    """Collect pictures with where they came from; interrupted, call it again."""
    from mien.data.collect import Wish, collect

    wish = Wish(shown, licence, consent, person, every, pause, loose)
    console = Console()
    failed: list[BadInput] = []
    with Project.open(project) as opened:
        for source in sources:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed} seen"))
            with Progress(*columns, console=console, transient=True) as progress:
                task = progress.add_task("collecting")
                try:
                    taken = collect(opened, source, wish, lambda p=progress, t=task: p.advance(t))  # type: ignore[misc]
                except BadInput as problem:
                    failed.append(problem)
                    continue
            _say(
                console,
                f"{source}: {taken.new} new, {taken.again} that were here already, {taken.problems} with a problem, "
                f"{taken.known} taken before",
            )
    if failed:
        raise BadInput("; ".join(str(problem) for problem in failed))


def clean(
    project: Folder,
    workers: Annotated[int | None, typer.Option("--workers", help="Processes. Default: one a core.")] = None,
) -> None:
    """Find faces, and mark what is unfit, doubled or doubtful; nothing is deleted."""
    from mien.data.clean import clean

    console = Console()
    columns = (TextColumn("looking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Project.open(project) as opened, Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("looking", total=None)
        found = clean(opened, workers, lambda done, of: progress.update(task, completed=done, total=of))
    _say(console, f"{found.looked} pictures looked at")
    for sha256, problem in found.problems:
        _say(console, f"{sha256[:12]}: {problem}")
    for kind, count in sorted(found.marked.items(), key=lambda one: -one[1]):
        _say(console, f"{kind:14s} {count:6d}")


def mark(
    project: Folder, picture: Picture, kind: Annotated[str, typer.Argument(help="As in 'blurred', 'drawn'.")]
) -> None:
    """Mark a picture by hand."""
    from mien.data.clean import mark

    with Project.open(project) as opened:
        mark(opened, picture, kind)
    _say(Console(), f"{picture}: marked '{kind}'")


def unmark(
    project: Folder, picture: Picture, kind: Annotated[str | None, typer.Argument(help="Default: all marks.")] = None
) -> None:
    """Take marks of a picture away, for good: cleaning does not make them again."""
    from mien.data.clean import unmark

    with Project.open(project) as opened:
        kinds = unmark(opened, picture, kind)
    _say(Console(), f"{picture}: no longer marked {', '.join(kinds)}")


def _say(console: Console, told: str) -> None:
    console.print(f"  {told}", highlight=False, soft_wrap=True, markup=False)
