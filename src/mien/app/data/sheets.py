"""`mien data sheets`, `import-sheets` and `describe`: a project told to others, and others' sheets taken in."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from mien.app.data.pictures import persons_told
from mien.app.options import Consent, Folder, Licence, Out
from mien.data.project import Project
from mien.data.words import counted

if TYPE_CHECKING:
    from mien.data.exchange.judgements import Merged


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
    from mien.data.exchange.gather import write_sheets
    from mien.data.exchange.judgements import LABELS_FILE, write_labels
    from mien.data.exchange.sheets import CLASS_FILE, LANDMARK_FILE
    from mien.data.exchange.table import CSV_FILE, PARQUET_FILE, write_csv, write_parquet

    with Project.open(project) as opened:
        told = write_sheets(opened, out, with_pictures=pictures)
        faces = write_csv(opened, out / CSV_FILE)
        labels = write_labels(opened, out / LABELS_FILE)
        if parquet:
            write_parquet(opened, out / PARQUET_FILE)
    copied = f", {counted(told.copied, 'picture')} copied" if pictures else ""
    _say(f"{out / CLASS_FILE}")
    _say(f"{out / LANDMARK_FILE}: {counted(told.faces, 'face')} of {counted(told.pictures, 'picture')}{copied}")
    _say(f"{out / CSV_FILE}: {counted(faces, 'face')}" + (f", and as {PARQUET_FILE}" if parquet else ""))
    _say(f"{out / LABELS_FILE}: {counted(labels, 'label')}" + (", with the annotators' names" if labels else ""))
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
    licence: Licence = None,
    consent: Consent = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            help="Regular expression whose one group finds the person in each Path. Default: as in faces.csv beside "
            "the sheet.",
        ),
    ] = None,
) -> None:
    """Import class or landmark sheets, with pictures if found, or the labels of a copy of the project (labels.csv)."""
    from mien.data.exchange.bring import bring_in, sheets_at
    from mien.data.exchange.judgements import holds_labels, merge, read_labels

    with Project.open(project) as opened:
        paths = [one for given in sheet for one in sheets_at(given)]
        labels = {path: read_labels(opened, path) for path in paths if holds_labels(path)}  # all, before one is taken
        for path in [one for one in paths if one not in labels]:
            told = bring_in(opened, path, pictures, licence, consent, person)
            _say(f"{path}: {counted(told.rows, 'row')}, {counted(told.found, 'picture')} found, {told.new} of them new")
            if person is not None or told.taken.named:
                _say(persons_told(told.taken, person))
            for gap, count in told.gaps.items():
                _note(f"{path.name}: {gap} ({count})")
        for path, judgements in labels.items():
            _tell(path, merge(opened, judgements), project)
    if len(labels) < len(paths):
        _say(f"faces and points are measured from the pictures:  mien data clean {quote(str(project))}")


def _tell(path: Path, merged: "Merged", project: Path) -> None:
    """What came of a file of labels."""
    _say(f"{path}: {counted(merged.new, 'label')} taken in, {merged.again} here already")
    again = f"mien data clean {quote(str(project))}, then the same command again"
    for count, what in (
        (merged.otherwise, "not taken in, since the same annotator says otherwise here: what is here stays"),
        (merged.unknown, "of pictures that are not in this project"),
        (merged.refused, "of pictures with consent refused: not taken in"),
        (merged.no_face, f"of faces that were not found here; if the pictures are new:  {again}"),
    ):
        if count:
            _note(f"{path.name}: {counted(count, 'label')} {what}")


def describe(project: Folder, out: Out = Path("description")) -> None:
    """Describe a project for others. Writes a datasheet, Croissant metadata and the tables they describe."""
    from mien.data.describing.datasheet import OPEN
    from mien.data.describing.describe import describe as write_description

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
