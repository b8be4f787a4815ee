"""The server of the label page: `mien.data.labelling.label` as an ASGI application, one project, loopback only.

    GET  /desk                 the project: classes, who has labelled, whether a model suggests
    GET  /desk/next            ?annotator= &again=1: the next faces, progress, the last label
    POST /desk/labels          a label → kept, then as /desk/next
    POST /desk/undo            the label to take back → taken back, then as /desk/next
    GET  /desk/faces/{face}    a JPEG of the face and some of its picture
    GET  /desk/summary         ?annotator=: the last sitting

Everybody who comes in has passed the `Gate`; what changes something must come as JSON from our own page. Pictures are
never cached on disk. All of the database is touched by the event loop's thread alone, pictures are cut in others.
"""

import json
import mimetypes
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from mien import __version__
from mien.app.gate import Gate
from mien.app.page_files import PAGE, PageFiles, page_text
from mien.data.labelling.label import (
    Given,
    Said,
    annotators,
    check_annotator,
    give,
    last_given,
    order_of,
    progress,
    session_of,
    standing,
    take_back,
    upcoming,
)
from mien.data.pictures.crop import chip_of, cut_of, cut_out, encode
from mien.data.pictures.faces import cues_from, valid_from
from mien.data.project import Project
from mien.errors import BadInput
from mien.nets import Floats

AHEAD = 4
"""Faces that a page is told of, so that their pictures are there before they are wanted."""
MAX_BODY_BYTES = 4096

Suggest = Callable[[NDArray[np.uint8], Floats, NDArray[np.bool_]], str | None]
"""What a model says of a chip uint8 (64, 64), its cues float32 (c,) and their validity: a class's name, or nothing."""


class Desk:
    """A project being labelled.

    Parameters
    ----------
    project : open; used by one thread.
    suggest : what a model says of a face, shown to annotators if given.
    annotator : who labels; asked for by the page if None.
    every_face : whether the smaller faces of a picture are asked for too.
    """

    def __init__(
        self, project: Project, suggest: Suggest | None = None, annotator: str | None = None, every_face: bool = False
    ) -> None:
        self.project = project
        self._suggest = suggest
        self._annotator = annotator
        self._every_face = every_face
        self._version = -1
        self._known: dict[str, tuple[tuple[int, ...], dict[int, Given]]] = {}
        self._suggested: dict[int, str | None] = {}

    def about(self) -> dict[str, Any]:
        """What the page must know first."""
        return {
            "project": self.project.folder.resolve().name,
            "classes": [
                {"name": one.name, "valence": one.valence, "arousal": one.arousal} for one in self.project.classes
            ],
            "annotator": self._annotator,
            "annotators": list(annotators(self.project)),
            "suggests": self._suggest is not None,
        }

    async def next(self, annotator: str, again: bool) -> dict[str, Any]:
        """The next faces for an annotator, how far they are, and what they said last."""
        order, said = self._state(annotator)
        faces = upcoming(order, said, AHEAD, again=again)
        last = last_given(self.project, annotator)
        far = progress(order, said)
        return {
            "faces": [await self._face(face) for face in faces],
            "progress": asdict(far) | {"told": far.told, "open": far.open},
            "last": None if last is None else asdict(last),
        }

    def keep(self, annotator: str, face: int, said: Said) -> None:
        """Keep a label: it is on the disk when this returns."""
        _, known = self._state(annotator)
        label = give(self.project, annotator, face, said)
        known[face] = Given(label, face, said.verdict, said.shown)

    def take_back(self, annotator: str, label: int) -> None:
        """Take a label back."""
        take_back(self.project, annotator, label)
        self._known.pop(annotator, None)

    def summary(self, annotator: str) -> dict[str, Any]:
        """The last sitting of an annotator."""
        return asdict(session_of(self.project, annotator))

    async def picture(self, face: int) -> bytes:
        """A JPEG of a face with some of its picture; its chip where the picture is gone or cannot be read."""
        cut = cut_of(self.project, face)
        if cut.path is not None:
            with suppress(BadInput):  # damaged, or gone since
                return await run_in_threadpool(cut_out, cut)
        return encode(Image.fromarray(chip_of(self.project, face)))

    async def _face(self, face: int) -> dict[str, Any]:
        cut = cut_of(self.project, face)
        told = {"face": face, "aspect": cut.aspect, "place": cut.place, "is_chip": cut.path is None}
        return told | {"suggested": await self._said_by_model(face)}

    async def _said_by_model(self, face: int) -> str | None:
        if self._suggest is None:
            return None
        if face not in self._suggested:
            row = self.project.db.execute("SELECT cues, valid FROM faces WHERE id = ?", (face,)).fetchone()
            chip, cues, valid = chip_of(self.project, face), cues_from(row["cues"]), valid_from(row["valid"])
            self._suggested[face] = await run_in_threadpool(self._suggest, chip, cues, valid)
        return self._suggested[face]

    def _state(self, annotator: str) -> tuple[tuple[int, ...], dict[int, Given]]:
        """An annotator's order of faces and what stands; read anew if another process has changed the project."""
        version = int(self.project.db.execute("PRAGMA data_version").fetchone()[0])
        if version != self._version:
            self._known.clear()
            self._version = version
        if annotator not in self._known:
            order = order_of(self.project, annotator, every_face=self._every_face)
            self._known[annotator] = order, standing(self.project, annotator)
        return self._known[annotator]


def make_app(open_desk: Callable[[], Desk], hosts: Iterable[str]) -> Starlette:
    """The application.

    Parameters
    ----------
    open_desk : opens the project; called once, by the thread that serves.
    hosts : allowed values of `Host`, with port.
    """
    mimetypes.add_type("text/javascript", ".js")
    desks: list[Desk] = []

    def desk() -> Desk:
        if not desks:
            desks.append(open_desk())
        return desks[0]

    async def page(_: Request) -> Response:
        return HTMLResponse(page_text("label.html", "The label page is not built"))

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    async def about(_: Request) -> Response:
        return _answer(desk().about())

    async def upcoming_faces(request: Request) -> Response:
        name = check_annotator(request.query_params.get("annotator", ""))
        return _answer(await desk().next(name, request.query_params.get("again") == "1"))

    async def summary(request: Request) -> Response:
        return _answer(desk().summary(check_annotator(request.query_params.get("annotator", ""))))

    async def keep(request: Request) -> Response:
        told = await _told(request)
        name = check_annotator(_field(told, "annotator", str))
        said = Said(
            _field(told, "verdict", str),
            *(_field(told, key, kind, None) for key, kind in _OPTIONAL.items()),
        )
        desk().keep(name, _field(told, "face", int), said)
        return _answer(await desk().next(name, bool(told.get("again"))))

    async def undo(request: Request) -> Response:
        told = await _told(request)
        name = check_annotator(_field(told, "annotator", str))
        desk().take_back(name, _field(told, "label", int))
        return _answer(await desk().next(name, bool(told.get("again"))))

    async def picture(request: Request) -> Response:
        content = await desk().picture(request.path_params["face"])
        return Response(content, media_type="image/jpeg", headers={"cache-control": "no-store"})

    return Starlette(
        routes=[
            Route("/", page),
            Route("/health", health),
            Route("/desk", _careful(about)),
            Route("/desk/next", _careful(upcoming_faces)),
            Route("/desk/summary", _careful(summary)),
            Route("/desk/labels", _careful(keep), methods=["POST"]),
            Route("/desk/undo", _careful(undo), methods=["POST"]),
            Route("/desk/faces/{face:int}", _careful(picture)),
            Mount("/", PageFiles(PAGE)),
        ],
        middleware=[Middleware(Gate, hosts=tuple(host.lower() for host in hosts))],
    )


_OPTIONAL: dict[str, type] = {"shown": str, "valence": float, "arousal": float, "suggested": str}
Handler = Callable[[Request], Awaitable[Response]]


def _careful(handler: Handler) -> Handler:
    """What a person can mend is told as JSON."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except BadInput as error:
            return JSONResponse({"error": str(error)}, 400, {"cache-control": "no-store"})

    return handle


def _answer(told: dict[str, Any]) -> Response:
    return JSONResponse(told, headers={"cache-control": "no-store"})


async def _told(request: Request) -> dict[str, Any]:
    """The JSON object that our page sent: a form of another site could not send this type, nor come from our origin."""
    if "origin" not in request.headers or request.headers.get("content-type") != "application/json":
        raise BadInput("a label comes as application/json from the label page itself; open the page")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise BadInput(f"more than {MAX_BODY_BYTES} bytes for a label; load the page again")
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadInput("a label that is no JSON object; load the page again")
    return told


_WANTED = object()


def _field(told: dict[str, Any], name: str, kind: type, default: Any = _WANTED) -> Any:
    value = told.get(name, default)
    if value is None and default is None:
        return None
    kinds = (int, float) if kind is float else (kind,)
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise BadInput(f"'{name}' of a label: {value!r} given, {kind.__name__} wanted" if value is not _WANTED
                       else f"'{name}' of a label is missing")  # fmt: skip
    return value
