"""Options that several commands have, each told once."""

from pathlib import Path
from typing import Annotated

import typer

Weights = Annotated[
    Path | None,
    typer.Option("--weights", help="Another network to read with: a .tflite of 'mien train', its .json beside it."),
]

Coefficients = Annotated[
    bool,
    typer.Option("--coefficients", help="Read 52 movements of the face too, by ARKit's names (browDownLeft …)."),
]
