"""Options and arguments that several commands have, each told once."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mien.errors import BadInput
from mien.writing import check_folder


def _checked_folder(folder: str | Path) -> Path:
    if not folder:
        raise BadInput("--out '': name a folder; . is this one")
    check_folder(Path(folder))
    return Path(folder)


def out_folder(help: str) -> Any:
    """The option --out of a command that writes into a folder: refused before any work if it cannot be written."""
    return typer.Option("--out", help=help, parser=_checked_folder, metavar="PATH")


Out = Annotated[Path, out_folder("Folder for the files; created if missing.")]

Folder = Annotated[Path, typer.Argument(help="Folder of the project.")]

MappingFile = Annotated[
    Path | None, typer.Option("--mapping", help="Another mapping from reading to music (see 'mien mapping').")
]

OpenPage = Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")]

AsJson = Annotated[bool, typer.Option("--json", help="Print only JSON, for other programs.")]

Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights", help="Another network to read with: a .tflite from 'mien train', with its .json beside it."
    ),
]

FaceNumber = Annotated[int, typer.Option("--face", help="Number of the face in the picture; 1 is the largest.")]

ToFace = Annotated[
    int, typer.Option("--to-face", help="Number of the face in the picture that is led to; 1 is the largest.")
]

Coefficients = Annotated[
    bool,
    typer.Option("--coefficients", help="Also read 52 facial movements, under ARKit's names (browDownLeft …)."),
]
