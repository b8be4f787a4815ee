"""`mien data …`: the curator's desk at the command line, each command a thin coat over `mien.data`."""

from typing import Annotated

import typer
from rich.console import Console

from mien.app.data import classes as own
from mien.app.data import label as labels
from mien.app.data import pictures
from mien.app.data import sheets as tables
from mien.app.options import Folder
from mien.data.project import ORIGIN, Project, class_named
from mien.errors import BadInput
from mien.vocabulary import EmotionClass

app = typer.Typer(
    help="Curate face pictures into your own emotion classes.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def new(
    project: Folder,
    classes: Annotated[
        str | None,
        typer.Option(
            "--classes",
            help="Classes, as in 'happy; defiant=-0.2,0.6'; a name that mien does not know needs valence and arousal. "
            "Default: happy, sad, angry, neutral, scared, surprised, disgusted.",
        ),
    ] = None,
) -> None:
    """Start a project with your own classes."""
    with Project.create(project, ORIGIN if classes is None else parse_classes(classes)) as begun:
        names = ", ".join(one.name for one in begun.classes)
    Console().print(f"  {project}: {names}", highlight=False, soft_wrap=True, markup=False)


for _command in (
    pictures.collect,
    pictures.clean,
    pictures.mark,
    pictures.unmark,
    labels.label,
    labels.agree,
    tables.sheets,
    tables.import_sheets,
    tables.describe,
    pictures.split,
    pictures.check,
    pictures.forget,
    pictures.status,
):
    app.command()(_command)
app.command("class")(own.place_class)
app.command("try")(own.try_)


def parse_classes(told: str) -> tuple[EmotionClass, ...]:
    """Classes from "happy; defiant=-0.2,0.6".

    Raises
    ------
    BadInput
        If a place is not two numbers, or is missing for a name that is not known.
    """
    return tuple(_parse(one.strip()) for one in told.split(";") if one.strip())


def _parse(told: str) -> EmotionClass:
    name, is_placed, place = told.partition("=")
    if not is_placed:
        return class_named(name.strip())
    try:
        valence, arousal = (float(number) for number in place.split(","))
    except ValueError:
        raise BadInput(f"class '{told}': give valence and arousal from -1 to 1, as in  {name}=-0.2,0.6") from None
    return EmotionClass(name.strip(), valence, arousal)
