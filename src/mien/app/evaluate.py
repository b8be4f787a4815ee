"""`mien evaluate WEIGHTS --data …`: a network is examined; `NAME.json` and `NAME.html` say how well it reads.

A thin coat over `mien.lab.exams.evaluate` and `mien.lab.pages.report`; of a project of one's own,
`mien.lab.exams.project_exam`.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from mien.app.show import show_step
from mien.app.stopped import BEGINS_ANEW, told_if_stopped
from mien.data.words import counted
from mien.errors import BadInput
from mien.writing import check_folder, write_bytes, write_together


@told_if_stopped(BEGINS_ANEW)
def evaluate(
    weights: Annotated[Path, typer.Argument(help="A .tflite network, with its manifest (.json) beside it.")],
    data: Annotated[
        Path,
        typer.Option("--data", help="Your own project, or the folder with ferplus_dev.npz and london_ccby.npz."),
    ],
    london: Annotated[
        Path | None, typer.Option("--london", help="Path of london_ccby.npz, if it is elsewhere.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for NAME.json and NAME.html. Default: results; with a project, report beside the weights.",
        ),
    ] = None,
    side: Annotated[
        str | None,
        typer.Option(
            "--side",
            help="Side to test: validate (default), develop or train; with a project test (default), develop or train.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", help="Use only this many faces, for a quick try (FER+ only).")
    ] = None,
    into_manifest: Annotated[
        bool,
        typer.Option("--into-manifest", help="Also write the headline scores into the network's manifest (FER+ only)."),
    ] = False,
) -> None:
    """Measure how well a network reads: accuracy and calibration. On FER+ also regions, abstention, groups, speed."""
    from mien.lab.training.project_faces import is_project

    is_own = is_project(data)
    if out is None:
        out = weights.parent / "report" if is_own else Path("results")
    check_place(weights, out)
    check_folder(out)
    if is_own:
        for name, given in (("--london", london), ("--limit", limit), ("--into-manifest", into_manifest or None)):
            if given is not None:
                raise BadInput(f"{name}: it is for FER+; leave it out with a project")
        from mien.lab.exams.project_exam import lacking, truth_of, warning

        found = examine_project(weights, data, side or "test", out)
        show(found["own"], out, weights.stem, found["on"]["bundles"])
        Console().print(f"  the truth is {truth_of(found['on'])}", highlight=False, soft_wrap=True, markup=False)
        for told in filter(None, (lacking(found["own"]), warning(found["on"]))):
            Console(stderr=True).print(f"note: {told}", style="yellow", highlight=False, soft_wrap=True)
        return
    from mien.assets import read_manifest
    from mien.lab.exams.abstention import voteless
    from mien.lab.exams.evaluate import evaluate as examine
    from mien.lab.exams.evaluate import of_weights, scores
    from mien.lab.exams.exam import LONDON, find_data, load_exam, reader_of_ferplus
    from mien.lab.exams.portraits import examine_portraits, load_portraits
    from mien.lab.pages.report import report

    if limit is not None and limit < 1:
        raise BadInput(f"--limit {limit}: give a whole number of faces from 1")
    if into_manifest and (limit is not None or side not in (None, "validate")):
        raise BadInput(
            "--into-manifest: a manifest holds the scores of the whole side validate; leave out --limit and --side"
        )
    say = partial(show_step, Console(stderr=True))
    reader = reader_of_ferplus(weights)
    side = side or "validate"
    exam = load_exam(data, side, limit)
    portraits = _portraits_path(data, london)
    unvoted = voteless(data)[:limit]
    found = examine(reader, exam, side, unvoted, say=say)
    if portraits:
        say("reading the portraits")
        found["london"] = examine_portraits(reader, load_portraits(find_data(portraits, LONDON), limit))
    found["weights"] = of_weights(weights)
    name = weights.stem
    with write_together(out) as aside:
        (aside / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (aside / f"{name}.html").write_text(report(name, found), encoding="utf-8")
    if into_manifest:
        manifest = read_manifest(weights) | {"scores": scores(found)}
        write_bytes(weights.with_suffix(".json"), (json.dumps(manifest, indent=1) + "\n").encode())
    show(found["four"], out, name)


def check_place(weights: Path, out: Path) -> None:
    """Refuse a folder where the result would take the place of a network's manifest.

    Raises
    ------
    BadInput
        If one stands there.
    """
    from mien.assets import manifest_at

    result = out / f"{weights.stem}.json"
    of = manifest_at(result, weights)
    if of is not None:
        raise BadInput(
            f"--out {out}: the result would take the place of {result.name} there, the manifest of {of}; give another "
            f"folder, as in  --out {out / 'report'}"
        )


def examine_project(weights: Path, project: Path, side: str, out: Path) -> dict[str, Any]:
    """Examine weights on a project's own classes, and write `NAME.json`, `NAME.html`, and the answers as `NAME.csv`."""
    from mien.affect.network import Reader
    from mien.lab.exams.evaluate import of_weights
    from mien.lab.exams.project_exam import examined, measured, predictions, probs_of
    from mien.lab.pages.project_report import project_report
    from mien.lab.training.project_faces import gather

    say = partial(show_step, Console(stderr=True))
    told = of_weights(weights)
    faces = gather(project, say)
    rows = examined(faces, side)
    probs = probs_of(Reader(weights), faces, rows)
    found = measured(faces, rows, probs, told.get("training", {})) | {"weights": told}
    with write_together(out) as aside:
        (aside / f"{weights.stem}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (aside / f"{weights.stem}.html").write_text(project_report(weights.stem, found), encoding="utf-8")
        (aside / f"{weights.stem}.csv").write_text(predictions(faces, rows, probs), encoding="utf-8")
    return found


def show(measured: Mapping[str, Any], out: Path, name: str, groups: int | None = None) -> None:
    """Print the headline measures with their intervals, the share of each class that is found, and the files."""
    from mien.lab.exams.metrics import NO_INTERVAL

    console = Console()
    if groups is not None and groups < sum(map(sum, measured["confusion"])):
        console.print(
            f"95 % intervals are over {counted(groups, 'group')} of faces that belong together", highlight=False
        )
    for measure in ("accuracy", "balanced_accuracy", "macro_f1", "ece"):
        told = measured[measure]
        between = "{:.4f} to {:.4f}".format(*told["interval"]) if told["interval"] else NO_INTERVAL
        console.print(
            f"{measure:18} {told['value']:.4f}  ({between})", highlight=bool(told["interval"]), soft_wrap=True
        )
    for kind, found in measured["found"].items():
        low, high = found["interval"]
        console.print(
            escape(f"recall of {kind}: {found['share']:.2f}  ({low:.2f} to {high:.2f}), {counted(found['n'], 'face')}")
        )
    for suffix in ("json", "html") if groups is None else ("json", "html", "csv"):
        console.print(f"  {out / f'{name}.{suffix}'}", highlight=False, soft_wrap=True, markup=False)


def _portraits_path(data: Path, london: Path | None) -> Path | None:
    """Where the portraits are, None where there are none: they may be missing, unless they were asked for."""
    from mien.lab.exams.exam import LONDON

    if london is not None:
        return london
    beside = (data if data.is_dir() else data.parent) / LONDON
    return beside if beside.is_file() else None
