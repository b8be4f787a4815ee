"""`mien export --out reader.onnx`: a reader for other runtimes.

A thin coat over `mien.lab.training.onnx`.
"""

import importlib.util
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mien.errors import BadInput, extra
from mien.writing import check_folder

NEEDED = ("keras", "tensorflow", "tf2onnx", "onnxruntime")


def export(
    out: Annotated[Path, typer.Option("--out", help=".onnx file to write; its manifest goes beside it, as .json.")],
    weights: Annotated[
        Path | None,
        typer.Option("--weights", help="A .tflite reader, with its manifest beside it. Default: the built-in one."),
    ] = None,
) -> None:
    """Export a reader to ONNX, and check that its answers stay the same. Needs the extra 'onnx'."""
    if out.suffix.lower() != ".onnx":
        raise BadInput(f"--out {out}: give a file that ends in .onnx")
    if out.is_dir():
        raise BadInput(f"--out {out}: it is a folder; give a file that ends in .onnx")
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise BadInput(f"the export needs {', '.join(missing)}: {extra('onnx')}")
    check_folder(out.parent)
    from mien.assets import asset_path
    from mien.lab.training.onnx import export_onnx

    export_onnx(weights or asset_path("mien.affect", "reader.tflite"), out)
    console = Console()
    for path in (out, out.with_suffix(".json")):
        console.print(f"  {path}", highlight=False, soft_wrap=True, markup=False)
