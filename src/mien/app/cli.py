"""The command line: `mien play`, `read`, `explain`, `compose`, `travel`, `why`, `mapping`, `doctor` and more.

Each command is a thin coat over `mien.instrument`: it parses, calls, shows. Errors meant for a person are printed as
one line on the error stream, with exit code 2; `--debug` shows where they arose. Results for programs (`--json`,
`--csv`) are the only thing on the output stream.
"""

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypedDict

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from mien import __version__
from mien.app import live as live_commands
from mien.app import mapping as mapping_commands
from mien.app import show
from mien.app.data import commands as data_commands
from mien.app.evaluate import evaluate
from mien.app.explain import explain
from mien.app.export import export
from mien.app.measure import measure
from mien.app.options import Coefficients, MappingFile, Out, Weights
from mien.app.perform import perform
from mien.app.ports import ports
from mien.app.refusals import run
from mien.app.train import train
from mien.app.why import why
from mien.ensembles import ensembles
from mien.errors import EXIT_CODE, BadInput, MienError
from mien.music.form import forms
from mien.music.journey.path import read_path
from mien.music.mapping import MappingTable
from mien.piece import FILES, MORE_FILES, Piece, check_files
from mien.values import REGIONS
from mien.writing import readable

_NUMBER = r"\d*\.?\d+"
_TIME = re.compile(rf"(?:(?P<minutes>{_NUMBER}) *m(?:in)?)? *(?:(?P<seconds>{_NUMBER}) *s?)?")
"""Seconds, or minutes and seconds."""

app = typer.Typer(
    name="mien",
    help="Read a facial expression and play it as music.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(mapping_commands.app, name="mapping")
app.add_typer(data_commands.app, name="data")
for _command in (
    live_commands.live, live_commands.replay, ports, why, measure, perform, train, evaluate, explain, export
):  # fmt: skip
    app.command()(_command)

Seconds = Annotated[float, typer.Option("--seconds", help="Length of the piece in seconds, 10 to 3600.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the piece: another number gives another piece.")]
EnsembleName = Annotated[str, typer.Option("--ensemble", help=f"Ensemble: {', '.join(ensembles())}.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Key, as in Eb, Am, 'F# minor' or 'D dorian'; c alone, a small letter, is C minor whatever the mood. "
        "Where moods change, give a tonic alone, as a capital. Default: chosen by mood and seed.",
    ),
]
Meter = Annotated[str | None, typer.Option("--meter", help="Meter: 4/4, 3/4, 6/8 or 5/4. Default: chosen by the seed.")]
FormName = Annotated[str, typer.Option("--form", help=f"How themes follow each other: {', '.join(forms())}.")]
Files = Annotated[
    str,
    typer.Option("--files", help=f"Files to write, comma-separated: {', '.join(FILES)}; also {', '.join(MORE_FILES)}."),
]
SoundFont = Annotated[Path | None, typer.Option("--soundfont", help="Another SoundFont to play with, sf2 or sf3.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print only JSON, for other programs.")]
DEFAULT_FILES = ",".join(FILES)
PIPED_CELLS = 160
"""Width of what is printed into a pipe or a file."""


@app.command()
def play(
    picture: Annotated[Path, typer.Argument(help="Picture (JPEG, PNG, WebP, BMP, TIFF, GIF) or video with a face.")],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="Lead from the face's mood to an emotion, or to that of a face in another picture (not for videos).",
        ),
    ] = None,
    out: Out = Path("out"),
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds", help="Length of the piece in seconds, 10 to 3600. Default: 60, or the video's length."
        ),
    ] = None,
    seed: Seed = 1,
    ensemble: EnsembleName = "piano",
    key: Key = None,
    meter: Meter = None,
    form: FormName = "free",
    face: Annotated[
        int, typer.Option("--face", help="Number of the face that plays; 1 is the largest (not for videos).")
    ] = 1,
    files: Files = DEFAULT_FILES,
    soundfont: SoundFont = None,
    mapping: MappingFile = None,
    weights: Weights = None,
    as_json: AsJson = False,
) -> None:
    """Turn the expression of a face into a piece of music."""
    from mien import instrument

    kinds = check_files(files)
    piece = instrument.play(
        picture,
        to=to,
        seconds=seconds,
        face=face,
        weights=weights,
        **_wishes(seed, ensemble, key, meter, soundfont, mapping, form),
    )
    _deliver(piece, out, kinds, as_json)


@app.command()
def compose(
    emotion: Annotated[
        str | None, typer.Option("--emotion", help="Emotion: happy, sad, angry, neutral, calm, …")
    ] = None,
    valence: Annotated[
        float | None,
        typer.Option("--valence", help="Valence, from -1 (unpleasant) to 1 (pleasant); 0 if only arousal is given."),
    ] = None,
    arousal: Annotated[
        float | None,
        typer.Option("--arousal", help="Arousal, from -1 (quiet) to 1 (excited); 0 if only valence is given."),
    ] = None,
    out: Out = Path("out"),
    seconds: Seconds = 60.0,
    seed: Seed = 1,
    ensemble: EnsembleName = "piano",
    key: Key = None,
    meter: Meter = None,
    form: FormName = "free",
    files: Files = DEFAULT_FILES,
    soundfont: SoundFont = None,
    mapping: MappingFile = None,
    as_json: AsJson = False,
) -> None:
    """Compose without a face, from an emotion or valence and arousal."""
    from mien import instrument

    kinds = check_files(files)
    piece = instrument.compose(
        emotion,
        valence=valence,
        arousal=arousal,
        seconds=seconds,
        **_wishes(seed, ensemble, key, meter, soundfont, mapping, form),
    )
    _deliver(piece, out, kinds, as_json)


@app.command()
def travel(
    start: Annotated[str | None, typer.Option("--from", help="Emotion to start from, or a picture of a face.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Emotion to lead to, or a picture of a face.")] = None,
    over: Annotated[
        str | None,
        typer.Option(
            "--over",
            help="Time for the change, and length of the piece, as in 90s or 2min. Default: 60s, or the last time "
            "in the CSV.",
        ),
    ] = None,
    path: Annotated[
        Path | None,
        typer.Option("--path", help="CSV of moods to follow instead, with columns time_s, valence, arousal."),
    ] = None,
    out: Out = Path("out"),
    seed: Seed = 1,
    ensemble: EnsembleName = "piano",
    key: Key = None,
    meter: Meter = None,
    form: FormName = "free",
    files: Files = DEFAULT_FILES,
    soundfont: SoundFont = None,
    mapping: MappingFile = None,
    weights: Weights = None,
    as_json: AsJson = False,
) -> None:
    """Compose a piece that starts in one mood and leads to another."""
    from mien import instrument

    kinds = check_files(files)
    seconds = _seconds(over) if over is not None else None
    options = _wishes(seed, ensemble, key, meter, soundfont, mapping, form)
    if path is not None and start is None and end is None:
        if weights is not None:
            raise BadInput("--weights: a CSV of moods is read from no face; leave it out with --path")
        name = f"{path.stem}-{ensemble}-{seed}"
        piece = instrument.travel(read_path(path), name=name, seconds=seconds, **options)
    elif path is None and start is not None and end is not None:
        piece = instrument.lead(start, end, seconds=seconds, weights=weights, **options)
    else:
        raise BadInput("give a way: either --from and --to (for example --from sad --to happy), or --path FILE.csv")
    _deliver(piece, out, kinds, as_json)


@app.command()
def read(
    pictures: Annotated[list[Path], typer.Argument(help="Pictures with faces.")],
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print only CSV, for other programs.")] = False,
    weights: Weights = None,
    coefficients: Coefficients = False,
) -> None:
    """Read every face in every picture, without making music. A picture that cannot be read does not stop the rest."""
    from mien.reading import movements, reader_of
    from mien.reading import read as read_faces

    if as_json and as_csv:
        raise BadInput("--json and --csv: choose one of them")
    console = Console(width=None if sys.stdout.isatty() else PIPED_CELLS)
    errors = Console(stderr=True)
    reader_of(weights)  # a network that is none is told once
    found, failed = [], 0
    for picture in pictures:
        try:
            readings = read_faces(picture, weights=weights, remark=_remark(errors, picture))
        except MienError as error:
            if len(pictures) == 1:
                raise
            failed += 1
            errors.print(f"mien: {error}", markup=False, highlight=False, soft_wrap=True)
            continue
        found += [(str(picture), number, reading) for number, reading in enumerate(readings, start=1)]
    moved = [movements(r) if coefficients else {} for _, _, r in found]
    if as_json:
        rows = [
            {"picture": readable(p), "number": n} | r.account() | ({"coefficients": dict(m)} if m else {})
            for (p, n, r), m in zip(found, moved, strict=True)
        ]
        print(json.dumps(rows, indent=2))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        affects = (*reader_of(weights).names, "valence", "arousal", "doubt", *REGIONS)
        writer.writerow(["picture", "face", "reads_as", *affects, *(moved[0] if moved else ())])
        for (p, n, r), m in zip(found, moved, strict=True):
            a = r.affect
            numbers = (*a.probs, a.valence, a.arousal, a.doubt, *a.shares, *m.values())
            writer.writerow([p, n, a.reads_as, *(f"{v:.4f}" for v in numbers)])
    elif len(found) == 1:
        show.show_reading(console, found[0][2], 1, 1)
        if coefficients:
            show.show_coefficients(console, moved[0])
    else:
        console.print(show.table_of_readings([(p, n, r.affect) for p, n, r in found], console.width))
        if coefficients:
            errors.print("the movements of several faces are told by --json and --csv")
    if failed:
        raise typer.Exit(EXIT_CODE)


@app.command()
def doctor() -> None:
    """Check what works here, and say how to fix what does not."""
    from mien.app.doctor import examine

    console = Console()
    healthy = True
    for finding in examine():
        mark = {True: "[green]works[/]", False: "[red]broken[/]", None: "[yellow]absent[/]"}[finding.works]
        console.print(f"{mark}  {escape(f'{finding.part}: {finding.detail}')}", highlight=False, soft_wrap=True)
        if finding.remedy:
            console.print(escape(f"        remedy: {finding.remedy}"), highlight=False, soft_wrap=True)
        healthy = healthy and finding.works is not False
    if not healthy:
        raise typer.Exit(1)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001 (`main` reads it)
) -> None:
    if version:
        print(f"mien {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; errors meant for a person become one line and exit code 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # the names of files may be no UTF-8
    try:
        run(app)
    except MienError as error:
        if "--debug" in sys.argv:
            raise
        print(f"mien: {error}", file=sys.stderr)
        sys.exit(EXIT_CODE)


def _deliver(piece: Piece, out: Path, kinds: tuple[str, ...], as_json: bool) -> None:
    """Save a piece and say so, for a person or for a program."""
    if as_json:
        files = piece.save(out, kinds)
        told = {kind: readable(str(path)) for kind, path in files.items()}
        print(json.dumps(piece.account() | {"files": told}, indent=2))
        return
    console = Console()
    show.show_moods(console, piece)
    show.show_brief(console, piece.brief)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("composing", total=len(kinds))
        started: list[str] = []

        def step(kind: str) -> None:
            progress.update(task, description=f"writing {kind}", completed=len(started))
            started.append(kind)

        places = piece.places(out, kinds).values()
        replaced = [path for path in places if os.path.exists(path)]  # noqa: PTH110 (False where nobody may look)
        files = piece.save(out, kinds, on_file=step)
    show.show_piece(console, piece, files, replaced)


def _remark(console: Console, picture: Path) -> Callable[[str], None]:
    return lambda text: console.print(escape(f"note: {picture}: {text}"), style="yellow", highlight=False)


class _Wishes(TypedDict):
    """What every way of making a piece is told besides its mood and length."""

    seed: int
    ensemble: str
    key: str | None
    meter: str | None
    font: Path | None
    mapping: MappingTable | None
    form: str


def _wishes(
    seed: int,
    ensemble: str,
    key: str | None,
    meter: str | None,
    soundfont: Path | None,
    mapping: Path | None,
    form: str,
) -> _Wishes:
    return {
        "seed": seed,
        "ensemble": ensemble,
        "key": key,
        "meter": meter,
        "font": soundfont,
        "mapping": mapping_commands.open_mapping(mapping) if mapping else None,
        "form": form,
    }


def _seconds(text: str) -> float:
    found = _TIME.fullmatch(text.strip())
    if not found or not text.strip():
        raise BadInput(f"--over {text}: give seconds or minutes, as in 90, 90s, 2min or 1min30s")
    return 60 * float(found["minutes"] or 0) + float(found["seconds"] or 0)
