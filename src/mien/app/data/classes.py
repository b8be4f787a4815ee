"""`mien data class`, `mien data try`: a person's own classes, and a new picture shown to all who read it.

Thin coats over `mien.data.project` and `mien.lab.pages.tried`.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mien.app.options import FaceNumber, FacePicture, Folder, Out, Seconds, Seed, Weights
from mien.app.show import show_step
from mien.data.project import Project, class_named
from mien.errors import BadInput
from mien.vocabulary import BRIEF_WORDS, EmotionClass


def place_class(
    project: Folder,
    name: Annotated[str | None, typer.Argument(help="Name of the class; without it, all classes are listed.")] = None,
    valence: Annotated[
        float | None, typer.Option("--valence", help="Valence, from -1 (unpleasant) to 1 (pleasant).")
    ] = None,
    arousal: Annotated[float | None, typer.Option("--arousal", help="Arousal, from -1 (quiet) to 1 (excited).")] = None,
    brief: Annotated[
        str | None,
        typer.Option(
            "--brief", help="What it asks of the composer, as in 'mode=lydian, tempo_bpm=60'; '' removes this."
        ),
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the class, if no picture came or was labelled as it.")
    ] = False,
) -> None:
    """Add, change, remove or list classes. A class has a valence, an arousal, and what it asks of the composer."""
    with Project.open(project) as opened:
        if remove:
            if name is None or (valence, arousal, brief) != (None, None, None):
                raise BadInput("--remove: name the class, and give nothing else")
            opened.remove_class(name)
        elif name is not None:
            known = {one.name: one for one in opened.classes}
            opened.add_class(placed(known.get(name), name, valence, arousal, brief))
        elif (valence, arousal, brief) != (None, None, None):
            raise BadInput("--valence, --arousal and --brief are a class's: name it")
        table = Table("class", "valence", "arousal", "asks for")
        for one in opened.classes:
            asked = ", ".join(f"{field} {value}" for field, value in one.brief.items())
            table.add_row(escape(one.name), f"{one.valence:+.2f}", f"{one.arousal:+.2f}", escape(asked))
    Console().print(table)


def placed(
    known: EmotionClass | None, name: str, valence: float | None, arousal: float | None, brief: str | None
) -> EmotionClass:
    """A class as it is wanted; what is not told stays, or is what its name is known for.

    Raises
    ------
    BadInput
        If it is new and its place is not known, or something is not allowed.
    """
    if known is None and valence is not None and arousal is not None:
        known = EmotionClass(name, valence, arousal)
    one = known or class_named(name)
    return replace(
        one,
        valence=one.valence if valence is None else valence,
        arousal=one.arousal if arousal is None else arousal,
        brief=one.brief if brief is None else parse_brief(brief),
    )


def parse_brief(told: str) -> dict[str, Any]:
    """Fields of a brief from "mode=lydian, tempo_bpm=60"; what is allowed, `EmotionClass` knows.

    Raises
    ------
    BadInput
        If a part is no field and value.
    """
    found: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in told.split(","))):
        field, is_given, value = (word.strip() for word in part.partition("="))
        if not is_given or not value:
            raise BadInput(f"brief '{part}': give fields and values, as in  mode=lydian, tempo_bpm=60")
        try:
            number = None if field in BRIEF_WORDS else float(value)
        except ValueError:
            raise BadInput(f"brief '{part}': a number is wanted, as in  {field}=0.5") from None
        found[field] = value if number is None else int(number) if number.is_integer() else number
    return found


def try_(
    picture: FacePicture,
    project: Annotated[
        Path | None,
        typer.Option("--project", help="Project that the simple methods learn from and all methods are tested on."),
    ] = None,
    weights: Weights = None,
    cnn: Annotated[Path | None, typer.Option("--cnn", help="Also ask a plain CNN, from a file saved by Keras.")] = None,
    face: FaceNumber = 1,
    seconds: Seconds = 12.0,
    seed: Seed = 1,
    files: Annotated[
        str, typer.Option("--files", help="Also save the music, comma-separated: mid, png (piano roll), wav, …")
    ] = "",
    out: Out = Path("out"),
) -> None:
    """Show what all readers say of a new picture, side by side. Also shows the music it would start."""
    from mien.lab.pages.tint import png_of
    from mien.lab.pages.tried import try_picture
    from mien.lab.pages.tried_sheet import sheet, told_brief, tried_page
    from mien.lab.training.project_faces import gather_any
    from mien.piece import check_files
    from mien.writing import write_together

    kinds = check_files(files.split(",")) if files else ()
    say, console = partial(show_step, Console(stderr=True)), Console()
    faces = gather_any(project, say) if project is not None else None
    tried = try_picture(picture, faces, weights, cnn, face=face, seconds=seconds, seed=seed, say=say)
    name = f"{tried.name}-try"
    with write_together(out) as aside:
        (aside / f"{name}.png").write_bytes(png_of(sheet(tried)))
        (aside / f"{name}.html").write_text(tried_page(tried), encoding="utf-8")
    written = replace(tried.piece, name=f"{name}-music").save(out, kinds) if kinds else {}
    table = Table("method", "says", "p", "right of the test side")
    for verdict in tried.verdicts:
        chance = f"{verdict.probs[verdict.first]:.0%}"
        table.add_row(verdict.method, escape(verdict.first), chance, escape(verdict.told))
    console.print(table)
    for note in tried.notes:
        Console(stderr=True).print(f"note: {note}", style="yellow", highlight=False, soft_wrap=True, markup=False)
    console.print(escape(tried.of), highlight=False)
    for field, because in told_brief(tried.piece.brief):
        console.print(f"  {field:17} {escape(because)}", highlight=False, overflow="ellipsis", no_wrap=True)
    for path in (out / f"{name}.png", out / f"{name}.html", *written.values()):
        console.print(f"  {path}", highlight=False, soft_wrap=True, markup=False)
