"""The command line: `mien play`, `read`, `explain`, `compose`, `travel`, `why`, `mapping`, `doctor` and more.

The commands that make a piece, `play`, `compose` and `travel`, are thin coats over `mien.instrument`: they parse, call,
show. Every other command has a module of its own beside this one. Errors meant for a person are printed as one line on
the error stream, with exit code 2; `--debug` shows where they arose. Results for programs (`--json`, `--csv`) are the
only thing on the output stream.
"""

import errno
import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Annotated, TypedDict

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from mien import __version__
from mien.app import live as live_commands
from mien.app import mapping as mapping_commands
from mien.app import show
from mien.app.data import commands as data_commands
from mien.app.doctor import doctor
from mien.app.evaluate import evaluate
from mien.app.explain import explain
from mien.app.export import export
from mien.app.measure import measure
from mien.app.options import AsJson, FaceNumber, MappingFile, Meter, Out, Seconds, Seed, ToFace, Weights
from mien.app.perform import perform
from mien.app.ports import ports
from mien.app.read import read
from mien.app.refusals import run
from mien.app.train import train
from mien.app.why import why
from mien.ensembles import ensembles
from mien.errors import EXIT_CODE, BadInput, MienError
from mien.music.form import forms
from mien.music.journey.path import read_path
from mien.music.mapping import MappingTable, load_mapping
from mien.piece import FILES, MORE_FILES, Piece, check_files
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
EnsembleName = Annotated[str, typer.Option("--ensemble", help=f"Ensemble: {', '.join(ensembles())}.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Key, as in Eb, Am, 'F# minor' or 'D dorian'; c alone, a small letter, is C minor whatever the mood. "
        "Where moods change, give a tonic alone, as a capital. Default: chosen by mood and seed.",
    ),
]
FormName = Annotated[str, typer.Option("--form", help=f"How themes follow each other: {', '.join(forms())}.")]
Files = Annotated[
    str,
    typer.Option("--files", help=f"Files to write, comma-separated: {', '.join(FILES)}; also {', '.join(MORE_FILES)}."),
]
SoundFont = Annotated[Path | None, typer.Option("--soundfont", help="Another SoundFont to play with, sf2 or sf3.")]
DEFAULT_FILES = ",".join(FILES)


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
    face: FaceNumber = 1,
    to_face: ToFace = 1,
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
        to_face=to_face,
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
    face: Annotated[
        int, typer.Option("--face", help="Number of the face in the picture to start from; 1 is the largest.")
    ] = 1,
    to_face: ToFace = 1,
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
    """Lead from one mood to another in a piece, or follow a CSV of moods."""
    from mien import instrument

    kinds = check_files(files)
    seconds = _seconds(over) if over is not None else None
    options = _wishes(seed, ensemble, key, meter, soundfont, mapping, form)
    if path is not None and start is None and end is None:
        for option, is_given in (
            ("--weights", weights is not None),
            ("--face", face != 1),
            ("--to-face", to_face != 1),
        ):
            if is_given:
                raise BadInput(f"{option}: a CSV of moods is read from no face; leave it out with --path")
        name = f"{path.stem}-{ensemble}-{seed}"
        piece = instrument.travel(read_path(path), name=name, seconds=seconds, **options)
    elif path is None and start is not None and end is not None:
        piece = instrument.lead(start, end, seconds=seconds, weights=weights, face=face, to_face=to_face, **options)
    else:
        raise BadInput("give a way: either --from and --to (for example --from sad --to happy), or --path FILE.csv")
    _deliver(piece, out, kinds, as_json)


for _command in (
    read, live_commands.live, live_commands.replay, why, explain, measure,
    perform, train, evaluate, export, ports, doctor,
):  # fmt: skip
    app.command()(_command)


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
        sys.stdout.flush()
    except MienError as error:
        if "--debug" in sys.argv:
            raise
        print(f"mien: {error}", file=sys.stderr)
        sys.exit(EXIT_CODE)
    except OSError as error:  # files are told of by `CannotWrite`; this is what is printed
        if error.errno not in (errno.EPIPE, errno.ENOSPC):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still flushes as it ends
        if error.errno == errno.ENOSPC:
            print(f"mien: cannot print: {error.strerror}", file=sys.stderr)
        sys.exit(1)


def _deliver(piece: Piece, out: Path, kinds: tuple[str, ...], as_json: bool) -> None:
    """Save a piece, then say so, for a person or for a program: who closes the pipe early still gets the files."""
    if as_json:
        files = piece.save(out, kinds)
        told = {kind: readable(str(path)) for kind, path in files.items()}
        print(json.dumps(piece.account() | {"files": told}, indent=2))
        return
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    replaced = [path for path in piece.places(out, kinds).values() if os.path.exists(path)]  # noqa: PTH110 (False where nobody may look)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("composing", total=len(kinds))
        started: list[str] = []

        def step(kind: str) -> None:
            progress.update(task, description=f"writing {kind}", completed=len(started))
            started.append(kind)

        files = piece.save(out, kinds, on_file=step)
    show.show_moods(console, piece)
    show.show_brief(console, piece.brief)
    show.show_piece(console, piece, files, replaced)


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
        "mapping": load_mapping(mapping) if mapping else None,
        "form": form,
    }


def _seconds(text: str) -> float:
    found = _TIME.fullmatch(text.strip())
    if not found or not text.strip():
        raise BadInput(f"--over {text}: give seconds or minutes, as in 90, 90s, 2min or 1min30s")
    return 60 * float(found["minutes"] or 0) + float(found["seconds"] or 0)
