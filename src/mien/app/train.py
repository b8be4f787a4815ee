"""`mien train --data …`: FER+ pictures become a network of one's own.

A thin coat over `mien.lab.training.train` and `mien.lab.training.export`. Interrupted, it goes on when called again
with the same folder.
"""

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mien.errors import BadInput


def train(
    data: Annotated[Path, typer.Option("--data", help="ferplus_dev.npz, or the folder that holds it.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the network, its curves and its manifest.")],
    epochs: Annotated[int | None, typer.Option("--epochs", help="Most rounds through the faces.")] = None,
    rate: Annotated[float | None, typer.Option("--rate", help="Highest learning rate.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Of weights, batches and changes.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Use only about so many pictures.")] = None,
    cuts: Annotated[Path | None, typer.Option("--cuts", help="Where the cut faces are kept between trainings.")] = None,
    performed: Annotated[
        Path | None,
        typer.Option("--performed", help="Rendered faces: a file of python -m mien.lab.training.performed."),
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--start", help="A training's folder, or a .tflite network, to go on from.")
    ] = None,
    bfloat16: Annotated[
        bool, typer.Option("--bfloat16", help="Learn in short numbers: faster on some processors.")
    ] = False,
) -> None:
    """Train a reader on FER+ and export it for use (needs the extra 'train')."""
    if importlib.util.find_spec("keras") is None:
        raise BadInput("training needs Keras: install it with  pip install 'mien[train]'")
    for name, value in (("--epochs", epochs), ("--limit", limit)):
        if value is not None and value < 1:
            raise BadInput(f"{name} {value}: give a whole number from 1")
    if rate is not None and not 0 < rate < 1:
        raise BadInput(f"--rate {rate:g}: give a number between 0 and 1")
    from mien.lab.exams.exam import FERPLUS, find_data
    from mien.lab.training.corpus import load_corpus
    from mien.lab.training.performed import load_performed

    corpus = load_corpus(find_data(data, FERPLUS), cuts or out / "cuts.npz", limit)
    rendered = load_performed(performed, corpus.scale) if performed else None

    from mien.lab.training.augment import Ways
    from mien.lab.training.export import export_run
    from mien.lab.training.nets import Shape
    from mien.lab.training.precision import SHORT, WHOLE
    from mien.lab.training.train import Plan
    from mien.lab.training.train import train as learn

    usual = Plan()
    plan = replace(
        usual,
        epochs=usual.epochs if epochs is None else epochs,
        rate=usual.rate if rate is None else rate,
        seed=usual.seed if seed is None else seed,
        precision=SHORT if bfloat16 else WHOLE,
    )
    learn(corpus, plan, Ways(), Shape(), out, start, rendered, verbose=True)
    path = export_run(out, out)
    Console().print(f"  {path}", highlight=False, soft_wrap=True, markup=False)
