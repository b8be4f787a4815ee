"""Options that several commands have, each told once."""

from pathlib import Path
from typing import Annotated

import typer

Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights", help="Another network to read with: a .tflite from 'mien train', with its .json beside it."
    ),
]

Coefficients = Annotated[
    bool,
    typer.Option("--coefficients", help="Also read 52 facial movements, under ARKit's names (browDownLeft …)."),
]
