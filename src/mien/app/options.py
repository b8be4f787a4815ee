"""Options that several commands have, each told once."""

from pathlib import Path
from typing import Annotated

import typer

Weights = Annotated[
    Path | None,
    typer.Option("--weights", help="Another network to read with: a .tflite of 'mien train', its .json beside it."),
]
