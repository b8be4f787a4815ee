"""`mien data sheets`, `import-sheets` and `describe`: a project told to others, and others' sheets taken in."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer
from rich.console import Console

from mien.app.data.pictures import persons_told
from mien.app.options import Folder, Out
from mien.data.project import Project
from mien.data.words import counted


def sheets(
    project: Folder,
    out: Out = Path("sheets"),
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Also copy the pictures, into folders happy-face, sad-face and so on.")
    ] = False,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Also write mien's table as Parquet (needs the extra 'research').")
    ] = False,
) -> None:
    """Write the class and landmark sheets, and mien's own table. The table holds all that is known about each face."""
    from mien.data.gather import write_sheets
    from mien.data.sheets import CLASS_FILE, LANDMARK_FILE
    from mien.data.table import CSV_FILE, PARQUET_FILE, write_csv, write_parquet

    with Project.open(project) as opened:
        told = write_sheets(opened, out, with_pictures=pictures)
        faces = write_csv(opened, out / CSV_FILE)
        if parquet:
            write_parquet(opened, out / PARQUET_FILE)
    copied = f", {counted(told.copied, 'picture')} copied" if pictures else ""
    _say(f"{out / CLASS_FILE}")
    _say(f"{out / LANDMARK_FILE}: {counted(told.faces, 'face')} of {counted(told.pictures, 'picture')}{copied}")
    _say(f"{out / CSV_FILE}: {counted(faces, 'face')}" + (f", and as {PARQUET_FILE}" if parquet else ""))
    if only_there := told.left_out - told.refused:
        _note(f"only in {CSV_FILE}: {counted(only_there, 'face')} without class or majority, or with a spoiling mark")
    if told.refused:
        _note(f"left out altogether: {counted(told.refused, 'face')} of pictures with consent refused")
    if told.gone:
        _note(f"not copied: {counted(told.gone, 'picture')} whose file is gone from the project")


def import_sheets(
    project: Folder,
    sheet: Annotated[list[Path], typer.Argument(help="Sheets, or folders that contain them.")],
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="Folder of the pictures. Default: beside the sheet.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option("--licence", help="Licence of the pictures, as in 'CC BY 4.0'. Default: unknown.")
    ] = None,
    consent: Annotated[
        str | None,
        typer.Option("--consent", help="Consent of the people shown: unknown (default), given, public or refused."),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            help="Regular expression whose one group finds the person in each Path. Default: as in faces.csv beside "
            "the sheet.",
        ),
    ] = None,
) -> None:
    """Import class or landmark sheets, with pictures if found."""
    from mien.data.bring import bring_in, sheets_at

    with Project.open(project) as opened:
        for path in [one for given in sheet for one in sheets_at(given)]:
            told = bring_in(opened, path, pictures, licence, consent, person)
            _say(f"{path}: {counted(told.rows, 'row')}, {counted(told.found, 'picture')} found, {told.new} of them new")
            if person is not None or told.taken.named:
                _say(persons_told(told.taken, person))
            for gap, count in told.gaps.items():
                _note(f"{path.name}: {gap} ({count})")
    _say(f"faces and points are measured from the pictures:  mien data clean {quote(str(project))}")


def describe(project: Folder, out: Out = Path("description")) -> None:
    """Describe a project for others. Writes a datasheet, Croissant metadata and the table they describe."""
    from mien.data.datasheet import OPEN
    from mien.data.describe import describe as write_description

    with Project.open(project) as opened:
        facts, paths = write_description(opened, out)
    for path in paths:
        _say(str(path))
    waiting = paths[0].read_text(encoding="utf-8").count(f"\n\n{OPEN}")
    _say(
        f"{counted(facts.faces, 'face')}, {counted(len(facts.annotators), 'annotator')}; "
        f"in {paths[0].name} {counted(waiting, 'question')} open"
    )


def _say(text: str) -> None:
    Console().print(f"  {text}", highlight=False, soft_wrap=True, markup=False)


def _note(text: str) -> None:
    Console(stderr=True).print(f"note: {text}", style="yellow", highlight=False, soft_wrap=True, markup=False)
