"""`mien data collect`, `clean`, `mark`, `unmark`, `split`, `check`, `forget`, `status`: thin coats over `mien.data`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from mien.app.options import Consent, Folder, Licence
from mien.app.stopped import told_if_stopped
from mien.data.project import Project
from mien.data.words import counted
from mien.errors import BadInput

if TYPE_CHECKING:
    from mien.data.collecting.intake import Taken

MOST_NAMED = 5
"""So many addresses without a usable picture are named; the report of marks and the table have all."""
WITHOUT = {"develop": "mien train has nothing to choose by", "test": "mien evaluate has nothing to examine on"}
"""What a split without a side cannot be used for; it cannot be made without the side train."""
Picture = Annotated[
    str, typer.Argument(help="First 6 or more digits of its sha256, the end of the address it came from, or its file.")
]


def collect(
    project: Folder,
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Folders, archives, videos, pictures, lists of addresses, or addresses of boards and galleries."
        ),
    ],
    shown: Annotated[
        str | None, typer.Option("--class", help="Class of all the pictures, whatever their folders say.")
    ] = None,
    licence: Licence = None,
    consent: Consent = None,
    every: Annotated[float, typer.Option("--every", help="Seconds between two frames taken from a video.")] = 1.0,
    pause: Annotated[float, typer.Option("--pause", help="Seconds between two requests to the web.")] = 1.0,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            help="Regular expression whose one group finds the person in a picture's address, as in '([0-9]+)_'.",
        ),
    ] = None,
    loose: Annotated[
        bool, typer.Option("--loose", help="Let the pictures of a board be on different sides of a split.")
    ] = False,
) -> None:
    """Collect pictures, and record where they came from. If interrupted, run it again to continue."""
    from mien.data.collecting.collect import Options, collect
    from mien.data.collecting.intake import problems_of

    options = Options(shown, licence, consent, person, every, pause, loose)
    console = Console()
    failed: list[BadInput] = []
    problems = 0
    with Project.open(project) as opened, told_if_stopped():
        for source in sources:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed} seen"))
            with Progress(*columns, console=console, transient=True) as progress:
                task = progress.add_task("collecting")
                try:
                    taken = collect(opened, source, options, lambda p=progress, t=task: p.advance(t))  # type: ignore[misc]
                except BadInput as problem:
                    failed.append(problem)
                    continue
            problems += taken.problems
            _say(
                console,
                f"{source}: {taken.new} new, {taken.again} that were here already, {taken.problems} with a problem, "
                f"{taken.known} taken before",
            )
            if taken.classed:
                _say(console, f"'{shown}' is now the class of {counted(taken.classed, 'picture')} that had none")
            if taken.unsorted:
                more = f" and {len(taken.unsorted) - MOST_NAMED} more" if len(taken.unsorted) > MOST_NAMED else ""
                named = ", ".join(one.name for one in opened.classes)
                _say(
                    console,
                    f"note: no class is called like the folders {', '.join(taken.unsorted[:MOST_NAMED])}{more}; their "
                    f"pictures wait for a label (classes: {named}; another:  mien data class {opened.typed} NAME)",
                )
            if person is not None:
                _say(console, persons_told(taken, person))
        for address, met in problems_of(opened)[: min(problems, MOST_NAMED)]:
            _say(console, f"{address}: {met}")
    if failed:
        raise BadInput("; ".join(str(problem) for problem in failed))


def clean(
    project: Folder,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Number of processes. Default: one per core.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Folder for a page with counts and contact sheets.")
    ] = None,
) -> None:
    """Find faces, and mark unfit, duplicate or doubtful pictures. Nothing is deleted."""
    from mien.data.pictures.clean import clean

    console = Console()
    columns = (TextColumn("looking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Project.open(project) as opened, told_if_stopped():
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("looking", total=None)
            found = clean(opened, workers, lambda done, of: progress.update(task, completed=done, total=of))
        if report is not None:
            from mien.lab.pages.marked import write_report

            _say(console, f"report: {write_report(opened, report)}")
    _say(console, f"looked at {counted(found.looked, 'picture')}")
    for sha256, problem in found.problems:
        _say(console, f"{sha256[:12]}: {problem}")
    for kind, count in sorted(found.marked.items(), key=lambda one: -one[1]):
        _say(console, f"{kind:14s} {count:6d}")


def mark(
    project: Folder,
    picture: Picture,
    kind: Annotated[str, typer.Argument(help="Kind of mark, as in 'blurred' or 'drawn'.")],
) -> None:
    """Mark a picture by hand."""
    from mien.data.pictures.clean import mark

    with Project.open(project) as opened:
        mark(opened, picture, kind)
    _say(Console(), f"{picture}: marked '{kind}'")


def unmark(
    project: Folder,
    picture: Picture,
    kind: Annotated[str | None, typer.Argument(help="Kind of mark. Default: all marks.")] = None,
) -> None:
    """Remove marks from a picture for good. Cleaning does not set them again."""
    from mien.data.pictures.clean import unmark

    with Project.open(project) as opened:
        kinds = unmark(opened, picture, kind)
    _say(Console(), f"{picture}: no longer marked {', '.join(kinds)}")


def split(
    project: Folder,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the split: another number gives another split.")] = 0,
    shares: Annotated[
        str, typer.Option("--shares", help="Shares of train, develop and test, which sum to 1.")
    ] = "0.7,0.15,0.15",
) -> None:
    """Split the pictures into train, develop and test. What belongs together stays together."""
    from mien.data.splitting.split import SIDES, split

    try:
        first, second, third = (float(share) for share in shares.split(","))
    except ValueError:
        raise BadInput(f"--shares {shares}: give three numbers, as in 0.7,0.15,0.15") from None
    with Project.open(project) as opened:
        found = split(opened, seed, (first, second, third))
        known = people_told(opened)
    console = Console()
    table = Table(box=None, pad_edge=False)
    shown = [place for place, n in enumerate(found.counts.sum(axis=0)) if n or place < len(found.classes)]
    for name in ("", *((*found.classes, "undecided")[place] for place in shown), "all"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for side, row in zip(SIDES, found.counts.tolist(), strict=True):
        table.add_row(side, *(str(row[place]) for place in shown), str(sum(row)))
    console.print(table)
    _say(
        console,
        f"{counted(found.bundles, 'bundle')}, the largest of {counted(found.largest, 'picture')}; "
        f"no leak found; {known}",
    )
    for side, share in zip(SIDES, (first, second, third), strict=True):
        if not share:
            _say(console, f"note: no side '{side}', its share is 0; {WITHOUT[side]}")
    for lack in found.lacking:
        _say(console, f"note: {lack}; collect more, or from more people, films and boards")


def check(project: Folder) -> None:
    """Check that no person, album or copy is on two sides of the split."""
    from mien.data.splitting.leaks import check_leaks

    with Project.open(project) as opened:
        count, known = check_leaks(opened), people_told(opened) + missing_told(opened)
    _say(Console(), f"{counted(count, 'picture')} on the sides of the split, no leak found; {known}")


def forget(
    project: Folder,
    what: Annotated[
        str, typer.Argument(help="A picture (digits of its sha256, address, or its file), a person, or a source.")
    ],
    copies: Annotated[bool, typer.Option("--copies", help="Forget its near copies too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Remove a picture, a person or a source for good. Everything in the project that was derived from it goes too."""
    from mien.data.forget import CANNOT_BE_UNDONE, forget, meant

    console = Console()
    with Project.open(project) as opened:
        if not yes:
            _say(console, f"this is {meant(opened, what, copies)}")
            if not typer.confirm("Forget that? It cannot be taken back"):
                raise BadInput("nothing was forgotten")
        gone = forget(opened, what, copies)
    _say(
        console,
        f"forgotten: {counted(gone.pictures, 'picture')}, {counted(gone.faces, 'face')}, "
        f"{counted(gone.labels, 'label')}, {counted(gone.arrivals, 'address', 'addresses')}",
    )
    if gone.reports:
        _say(console, f"removed: {counted(gone.reports, 'report')} of cleaning with contact sheets of faces")
    if gone.kept:
        _say(console, f"still here: {counted(gone.kept, 'picture')} that also came from another source")
    for name in gone.copies:
        _say(console, f"still here: {name[:12]}, nearly the same picture (--copies takes such along)")
    for cannot in CANNOT_BE_UNDONE:
        _say(console, f"cannot be undone: {cannot}")


def status(project: Folder) -> None:
    """Count pictures, and say what to do next. Counts are by class, mark, side, consent and licence."""
    from mien.data.describing.status import status

    with Project.open(project) as opened:
        told, missing = status(opened), missing_told(opened)
    console = Console()
    _say(
        console,
        f"{counted(told.pictures, 'picture')}, {told.looked_at} looked at, {counted(told.faces, 'face')}, "
        f"{counted(told.problems, 'problem')}{missing}",
    )
    for name, (came, known) in told.classes.items():
        _say(console, f"class    {name:16s} {came:7d} came   {known:7d} faces to learn from")
    for title, counts in (
        ("mark", told.marks),
        ("side", told.sides),
        ("consent", told.consents),
        ("licence", told.licences),
        ("labels", told.labels),
    ):
        for name, count in counts.items():
            _say(console, f"{title:8s} {name:16s} {count:7d}")
    for command, why in told.steps:
        _say(console, f"next     {command}   ({why})")


def persons_told(taken: "Taken", pattern: str | None) -> str:
    """What came of looking for persons."""
    if not taken.named:
        return f"note: '{pattern}' finds no person in any address; look at the addresses, and collect again"
    kept = f"; {taken.otherwise} of them keep another that was told before" if taken.otherwise else ""
    return f"{counted(taken.persons, 'person')} told apart in {counted(taken.named, 'picture')}{kept}"


def people_told(project: Project) -> str:
    """How far the sides of a split know who is shown: whom they do not know may stand on two of them."""
    persons, without = project.db.execute(
        "SELECT count(DISTINCT person), count(*) - count(person) FROM sides JOIN pictures USING (sha256)"
    ).fetchone()
    return f"{counted(persons, 'person')} told apart, {counted(without, 'picture')} without a person"


def missing_told(project: Project) -> str:
    """Pictures whose copy is gone from the project, if there are any."""
    gone = project.gone()
    return f"; the file is missing of {counted(len(gone), 'picture')}, as {gone[0][:12]}" if gone else ""


def _say(console: Console, told: str) -> None:
    console.print(f"  {told}", highlight=False, soft_wrap=True, markup=False)
