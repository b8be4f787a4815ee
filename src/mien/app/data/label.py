"""`mien data label` and `mien data agree`: people say what faces show, and how far they see the same."""

import asyncio
import contextlib
import json
import shlex
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mien.app.options import AsJson, Folder, OpenPage, PagePort
from mien.app.stopped import told_if_stopped
from mien.data.project import Project
from mien.data.words import counted
from mien.vocabulary import EmotionClass

if TYPE_CHECKING:
    from mien.app.data.label_server import Suggest
    from mien.data.labelling.agree import Agreement

DEFAULT_PORT = 8421

FEW_COMMON = 20
"""Faces judged by two or more, below which agreement says nothing."""


def label(
    project: Folder,
    annotator: Annotated[
        str | None,
        typer.Option("--annotator", help="Name of the annotator; a pseudonym will do. Default: the page asks."),
    ] = None,
    port: PagePort = DEFAULT_PORT,
    open_page: OpenPage = True,
    every_face: Annotated[
        bool, typer.Option("--every-face", help="Also ask about the smaller faces in a picture, not only the largest.")
    ] = False,
    suggest: Annotated[
        bool,
        typer.Option(
            "--suggest", help="Show what mien's reader says. This biases annotators: leave it off for ground truth."
        ),
    ] = False,
) -> None:
    """Open the page on which people label faces. End it with Ctrl-C."""
    from mien.app.address import allowed_hosts, bind
    from mien.data.labelling.label import check_annotator, order_of

    name = None if annotator is None else check_annotator(annotator)
    with Project.open(project) as opened:
        faces = len(order_of(opened, name or "", every_face=every_face))
        classes = opened.classes
    if not faces:
        Console(stderr=True).print(
            f"note: {project}: no face to label yet; find some with  mien data clean {shlex.quote(str(project))}",
            style="yellow", highlight=False, soft_wrap=True, markup=False,
        )  # fmt: skip
    model = _model(classes) if suggest else None
    listening = bind("127.0.0.1", port)
    bound = listening.getsockname()[1]
    address = f"http://127.0.0.1:{bound}/" + (f"#annotator={quote(name)}" if name else "")

    async def serve() -> None:
        import uvicorn

        from mien.app.data.label_server import Desk, make_app

        app = make_app(
            lambda: Desk(Project.open(project), model, name, every_face), allowed_hosts("127.0.0.1", bound, [])
        )
        config = uvicorn.Config(
            app, ws="none", log_level="warning", access_log=False, server_header=False, lifespan="off",
            timeout_graceful_shutdown=3,
        )  # fmt: skip
        if open_page:
            asyncio.get_running_loop().call_later(0.5, webbrowser.open, address)
        await uvicorn.Server(config).serve(sockets=[listening])

    with contextlib.suppress(KeyboardInterrupt), told_if_stopped("every label is kept; the same command goes on there"):
        print(f"mien data label: {address}  ({counted(faces, 'face')}; end with Ctrl-C)", flush=True)
        asyncio.run(serve())


def agree(
    project: Folder,
    as_json: AsJson = False,
    draws: Annotated[int, typer.Option("--draws", min=0, help="Number of bootstrap draws.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the bootstrap.")] = 1,
) -> None:
    """Show how far annotators agree beyond chance. Also shows which classes they mix up."""
    from mien.data.labelling.agree import agreement

    with Project.open(project) as opened:
        found = agreement(opened, seed, draws)
    if as_json:
        print(json.dumps(_account(found), indent=2))
    else:
        _show(Console(), found)


def _model(classes: Sequence[EmotionClass]) -> "Suggest":
    from mien.app.data.suggest import suggest_by_reader

    return suggest_by_reader(classes)


def _account(found: "Agreement") -> dict[str, Any]:
    return {
        "annotators": found.annotators,
        "classes": found.classes,
        "faces": found.faces,
        "common": found.common,
        "alpha": found.alpha.row(),
        "alpha_with_cannot_tell": found.alpha_with_blank.row(),
        "alpha_of_class": {name: one.row() for name, one in zip(found.classes, found.of_class, strict=True)},
        "fleiss_kappa": None if found.fleiss is None else found.fleiss.row(),
        "valence_alpha": found.valence.row(),
        "arousal_alpha": found.arousal.row(),
        "pairs": [
            {"first": pair.first, "second": pair.second, "kappa": pair.kappa.row(), "table": pair.table.tolist()}
            for pair in found.pairs
        ],
        "together": found.together.tolist(),
        "table_order": [*found.classes, "cannot tell"],
    }


def _show(console: Console, found: "Agreement") -> None:
    from mien.data.labelling.label import COMMON
    from mien.data.labelling.reliability import UNKNOWN

    table = Table(
        box=None,
        title=f"{len(found.annotators)} annotators, {counted(found.faces, 'face')}, {found.common} by two or more",
        title_justify="left",
    )
    for name, justify in (("", "left"), ("value", "right"), ("95 %", "left"), ("faces", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name, one in found.rows():
        table.add_row(escape(name), *(UNKNOWN if one is None else one.told()))
    console.print(table)
    if found.common < FEW_COMMON:
        console.print(
            f" Two or more people judged only {counted(found.common, 'face')}: too few to rely on. Everybody gets"
        )
        console.print(f" the same {COMMON} faces first; label at least those.")
    names = [*found.classes, "cannot tell"]
    mixed = Table(box=None, title="Where one said the row, others said … (%)", title_justify="left")
    mixed.add_column("")
    for name in names:
        mixed.add_column(escape(name), justify="right")
    mixed.add_column("pairs", justify="right")
    for name, row in zip(names, found.together.tolist(), strict=True):
        total = sum(row)
        mixed.add_row(escape(name), *(f"{100 * n / total:.0f}" if total else "–" for n in row), str(total))
    console.print()
    console.print(mixed)
