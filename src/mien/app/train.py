"""`mien train --data …`: a project of one's own, or FER+ pictures, become a network.

A thin coat over `mien.lab.training.own_classes` for a project, over `mien.lab.training.train` and
`mien.lab.training.export` for FER+. Interrupted, the latter goes on when called again with the same folder.
"""

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from mien.app.options import out_folder
from mien.app.show import show_step
from mien.app.stopped import BEGINS_ANEW, kept_of, told_if_stopped
from mien.errors import BadInput, extra
from mien.writing import write_bytes


def train(
    data: Annotated[
        Path, typer.Option("--data", help="Your own project, or ferplus_dev.npz, or the folder that holds it.")
    ],
    out: Annotated[Path, out_folder("Folder for the network, its curves and its manifest.")],
    epochs: Annotated[
        int | None,
        typer.Option(
            "--epochs",
            help="Maximum number of epochs. With a project: train the whole network for up to that many "
            "(default: only its last layers).",
        ),
    ] = None,
    rate: Annotated[
        float | None, typer.Option("--rate", help="Peak learning rate. With a project, only together with --epochs.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of weights, batches and augmentation.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Use only about this many pictures (FER+ only).")] = None,
    cuts: Annotated[
        Path | None,
        typer.Option(
            "--cuts",
            help="File that keeps the cut-out faces between trainings (FER+ only). Default: cuts.npz in --out.",
        ),
    ] = None,
    performed: Annotated[
        Path | None,
        typer.Option(
            "--performed",
            help="Rendered faces to add: a file from python -m mien.lab.training.performed (FER+ only).",
        ),
    ] = None,
    teacher: Annotated[
        Path | None,
        typer.Option(
            "--teacher",
            help="Larger network to learn from: a file from python -m mien.lab.training.teacher (FER+ only).",
        ),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            "--start",
            help="Continue from a .tflite network, or from the folder of a training (FER+ only).",
        ),
    ] = None,
    bfloat16: Annotated[
        bool, typer.Option("--bfloat16", help="Train in bfloat16: faster on some processors (FER+ only).")
    ] = False,
    prior: Annotated[
        str | None,
        typer.Option(
            "--prior",
            help="With a project: give known classes their old frequency (kept, default) or the project's (project).",
        ),
    ] = None,
    curve: Annotated[
        bool,
        typer.Option(
            "--curve", help="With a project: show accuracy by number of pictures per class, and write it to curve.json."
        ),
    ] = False,
) -> None:
    """Train a reader on your own classes or on FER+, and export it. Needs the extra 'train'."""
    if importlib.util.find_spec("keras") is None:
        raise BadInput(f"training needs Keras: {extra('train')}")
    for name, value in (("--epochs", epochs), ("--limit", limit)):
        if value is not None and value < 1:
            raise BadInput(f"{name} {value}: give a whole number from 1")
    if start is not None and not start.exists():
        raise BadInput(f"--start {start}: no such file or folder; give a training's folder, or a .tflite network")
    if seed is not None and seed < 0:
        raise BadInput(f"--seed {seed}: give a whole number from 0")
    if rate is not None and not 0 < rate < 1:
        raise BadInput(f"--rate {rate:g}: give a number between 0 and 1")
    from mien.lab.training.project_faces import is_project

    if is_project(data):
        for name, given in (
            ("--limit", limit),
            ("--cuts", cuts),
            ("--performed", performed),
            ("--teacher", teacher),
            ("--bfloat16", bfloat16 or None),
        ):
            if given is not None:
                raise BadInput(f"{name}: it is for training on FER+; leave it out with a project")
        if rate is not None and epochs is None:
            raise BadInput(f"--rate {rate:g}: it is the whole network's; give --epochs too, or leave it out")
        with told_if_stopped(kept_of(out / "reader.tflite")):
            train_project(data, out, start, epochs, rate, seed, "kept" if prior is None else prior, curve)
        return
    for name, wanted, more in (
        ("--curve", curve, "; the curves of FER+ are in RUN/curves.csv"),
        ("--prior", prior is not None, "; leave it out with FER+"),
    ):
        if wanted:
            raise BadInput(f"{name}: it is for a project of your own{more}")
    taught = None
    if teacher is not None:
        if importlib.util.find_spec("torch") is None:
            raise BadInput(f"--teacher: it wants PyTorch: {extra('teacher')}")
        from mien.lab.training.teacher import Teacher

        taught = Teacher.load(teacher, short=bfloat16)
    from mien.lab.exams.exam import FERPLUS, find_data
    from mien.lab.training.corpus import load_corpus
    from mien.lab.training.performed import load_performed

    with told_if_stopped(BEGINS_ANEW):
        corpus = load_corpus(find_data(data, FERPLUS), cuts or out / "cuts.npz", limit)
    rendered = load_performed(performed, corpus.scale) if performed else None

    from mien.lab.training.augment import Ways
    from mien.lab.training.export import export_run
    from mien.lab.training.nets import Shape
    from mien.lab.training.precision import SHORT, WHOLE
    from mien.lab.training.train import Plan, shape_of
    from mien.lab.training.train import train as learn

    usual = Plan()
    plan = replace(
        usual,
        epochs=usual.epochs if epochs is None else epochs,
        rate=usual.rate if rate is None else rate,
        seed=usual.seed if seed is None else seed,
        precision=SHORT if bfloat16 else WHOLE,
    )
    shape = Shape() if start is None else shape_of(start)
    command = command_of(
        {f"--{name}": getattr(plan, name) for name in ("epochs", "rate", "seed")}
        | {"--limit": limit, "--performed": performed and "performed.npz", "--teacher": teacher and "teacher.npz"}
        | {"--start": start and "BEFORE", "--bfloat16": bfloat16}
    )
    with told_if_stopped():
        learn(corpus, plan, Ways(), shape, out, start, rendered, taught, verbose=True, command=command)
    typed = quote(str(out))
    with told_if_stopped(f"what was learnt is kept: python -m mien.lab.training.export --run {typed} --to {typed}"):
        path = export_run(out, out)
    Console().print(f"  {path}", highlight=False, soft_wrap=True, markup=False)


def command_of(options: Mapping[str, object]) -> str:
    """The command that trains the same network of FER+ again; options that are None or False were not given."""
    given = ((name, value) for name, value in options.items() if value is not None and value is not False)
    words = (name if value is True else f"{name} {value}" for name, value in given)
    return " ".join(("mien train --data ferplus_dev.npz --out RUN", *words))


def train_project(
    project: Path,
    out: Path,
    start: Path | None,
    epochs: int | None,
    rate: float | None,
    seed: int | None,
    prior: str,
    curve: bool,
) -> None:
    """Train on a project's own classes; the network begins as the shipped one, or as `start`."""
    from mien.assets import asset_path
    from mien.lab.training.project_faces import gather

    if start is not None and start.suffix != ".tflite":
        raise BadInput(f"--start {start}: with a project give a .tflite network to begin from")
    if prior not in ("kept", "project"):
        raise BadInput(f"--prior {prior}: choose kept or project")
    say, console = partial(show_step, Console(stderr=True)), Console()
    faces = gather(project, say)

    from mien.lab.training.learning_curve import learning_curve
    from mien.lab.training.own_classes import UNFROZEN_RATE, train_own

    path, trunk, seen = train_own(
        faces,
        start or asset_path("mien.affect", "reader.tflite"),
        out,
        epochs=epochs or 0,
        rate=UNFROZEN_RATE if rate is None else rate,
        seed=1 if seed is None else seed,
        keeps_prior=prior == "kept",
        say=say,
    )
    if curve:
        rows = learning_curve(seen, trunk, keeps_prior=prior == "kept", say=say)
        read = int((seen.wanted >= 0).sum())
        told = {
            "command": "mien train --data PROJECT --out RUN --curve",
            "of": faces.digest,
            "on": {"side": "develop", "faces": read},
            "rows": rows,
        }
        write_bytes(out / "curve.json", (json.dumps(told, indent=1) + "\n").encode())
        console.print(table_of_curve(rows))
        for told_once in (
            f"On the {read} faces of the side develop, which it chooses by: a little flattering. Test stays unseen.",
            f"Intervals tell how much the draw of pictures matters, not how few {read} faces to read are.",
        ):
            console.print(f"  {told_once}", highlight=False, soft_wrap=True)
        if len({row["accuracy"]["value"] for row in rows}) == 1:
            console.print("  All alike: your pictures changed nothing that the network did not know of these classes.")
        console.print(f"  {out / 'curve.json'}", highlight=False, soft_wrap=True, markup=False)
    for line in (
        path,
        path.with_suffix(".json"),
        f"next: mien evaluate {quote(str(path))} --data {quote(str(project))}",
    ):
        console.print(f"  {line}", highlight=False, soft_wrap=True, markup=False)


def table_of_curve(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The learning curve, a line a number of pictures."""
    table = Table("pictures a class", "faces", "accuracy", "95 %", "balanced", "95 %")
    for row in rows:
        cells = []
        for measure in ("accuracy", "balanced_accuracy"):
            told = row[measure]
            between = "{:.3f} to {:.3f}".format(*told["interval"]) if "interval" in told else ""
            cells += [f"{told['value']:.3f}", between]
        table.add_row(str(row["pictures_a_class"] or "all"), f"{row['faces']:,}", *cells)
    return table
