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

Licence = Annotated[
    str | None, typer.Option("--licence", help="Licence of the pictures, as in 'CC BY 4.0'. Default: unknown.")
]

Consent = Annotated[
    str | None,
    typer.Option("--consent", help="Consent of the people shown: unknown (default), given, public or refused."),
]

PagePort = Annotated[int, typer.Option("--port", help="Port of the page; 0 picks a free one.")]

OpenPage = Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")]

AsJson = Annotated[bool, typer.Option("--json", help="Print only JSON, for other programs.")]

Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights", help="Another network to read with: a .tflite from 'mien train', with its .json beside it."
    ),
]

Seconds = Annotated[float, typer.Option("--seconds", help="Length of the piece in seconds, 10 to 3600.")]

Seed = Annotated[int, typer.Option("--seed", help="Seed of the piece: another number gives another piece.")]

Meter = Annotated[str | None, typer.Option("--meter", help="Meter: 4/4, 3/4, 6/8 or 5/4. Default: chosen by the seed.")]

FacePicture = Annotated[Path, typer.Argument(help="Picture (JPEG, PNG, WebP, BMP, TIFF, GIF) with a face.")]

FaceNumber = Annotated[int, typer.Option("--face", help="Number of the face in the picture; 1 is the largest.")]

ToFace = Annotated[
    int, typer.Option("--to-face", help="Number of the face in the picture that is led to; 1 is the largest.")
]

Coefficients = Annotated[
    bool,
    typer.Option("--coefficients", help="Also read 52 facial movements, under ARKit's names (browDownLeft …)."),
]
