"""`mien live` and `mien replay`: the live instrument from the command line.

`live` serves the page and its sessions until it is told to end (Ctrl-C or SIGTERM): then every note gets its end,
every port is silenced and every process stopped. `replay` turns a session file into the same music again.
"""

import asyncio
import contextlib
import gc
import logging
import math
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.app.address import LOOPBACK, WILDCARDS, allowed_hosts, bind, reached_at, shown_host
from mien.app.options import Coefficients, MappingFile, Meter, OpenPage, Out, PagePort, Weights
from mien.app.ports import ANY_PORT, Audio, FaceOsc, Lsl, MidiClock, MidiOut, Osc, port_openers, tell_unknown_hosts
from mien.errors import BadInput
from mien.writing import write_together

if TYPE_CHECKING:
    from mien.live.player import Opener
    from mien.live.readers import ReaderChoice
    from mien.live.settings import Settings
    from mien.live.station import Station

DEFAULT_PORT = 8420
MOST_SESSIONS = 64
SWITCH_S = 0.001
"""How long the composer may keep the interpreter from the player's thread: a fifth of the jitter allowed."""


def live(
    port: PagePort = DEFAULT_PORT,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; any other than loopback requires a token.")
    ] = ("127.0.0.1"),
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            help="Accept this host name too, of this machine or of a proxy in front of it; players then need a token. "
            "Can be repeated.",
        ),
    ] = None,
    sessions: Annotated[
        int, typer.Option("--sessions", help="Number of people who can play at the same time, 1 to 64.")
    ] = 4,
    open_page: OpenPage = True,
    osc: Osc = None,
    faceosc: FaceOsc = None,
    midi_out: MidiOut = None,
    midi_clock: MidiClock = False,
    lsl: Lsl = None,
    audio: Audio = False,
    osc_in: Annotated[
        int | None,
        typer.Option("--osc-in", help="Listen for OSC messages that steer the music, on this loopback port."),
    ] = None,
    mapping: MappingFile = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="Play without a page; needs --camera, and --audio or a port.")
    ] = False,
    camera: Annotated[
        str | None, typer.Option("--camera", help="Play from this camera (its number) or video, without a page.")
    ] = None,
    mode: Annotated[
        str,
        typer.Option(
            "--mode", help="Way to play: emotion, gesture, hand, trajectory or ensemble; the page offers it first."
        ),
    ] = "emotion",
    ensemble: Annotated[
        str, typer.Option("--ensemble", help="Ensemble that plays. The page can change this and the next four.")
    ] = "piano",
    tune: Annotated[str | None, typer.Option("--tune", help="Let the face play the tune: eyes or mouth.")] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Tonic, as in C or Eb; the mode follows the mood. Default: by the seed.")
    ] = None,
    meter: Meter = None,
    seed: Annotated[
        str | None,
        typer.Option("--seed", help="Seed of the music, or random. Default: 1 on the page; random without a page."),
    ] = None,
    rest_after: Annotated[
        float | None,
        typer.Option("--rest-after", help="Minutes without a face after which the music rests until one comes."),
    ] = None,
    keep_video: Annotated[
        Path | None,
        typer.Option(
            "--keep-video",
            help="Folder in which to keep the pictures of sessions that record; with --camera, of every session.",
        ),
    ] = None,
    weights: Weights = None,
    coefficients: Coefficients = False,
) -> None:
    """Open the live instrument: your face plays in the browser."""
    from mien.live.options import SessionOptions
    from mien.live.station import Station
    from mien.live.video import check_folder
    from mien.music.mapping import load_mapping

    if not 1 <= sessions <= MOST_SESSIONS:
        raise BadInput(f"--sessions {sessions}: give 1 to {MOST_SESSIONS}")
    choice = _reader(weights, coefficients)
    openers = port_openers(
        osc or [],
        faceosc or [],
        midi_out or [],
        keeps_time=midi_clock,
        lsl=lsl,
        audio=audio,
        classes=[one.name for one in choice.classes],
        coefficients=coefficients,
    )
    table = load_mapping(mapping) if mapping else None
    if keep_video:
        check_folder(keep_video)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("mien").setLevel(logging.INFO)

    draws_seed = seed == "random" or (seed is None and camera is not None)
    settings = _settings(mode, ensemble, tune, key, meter, None if draws_seed else seed)
    if rest_after is not None and not 0 < rest_after < math.inf:
        raise BadInput(f"--rest-after {rest_after:g}: give minutes, above 0")
    rest_after_s = 60 * rest_after if rest_after else None
    options = SessionOptions(table, choice, keep_video, settings, draws_seed, rest_after_s)

    def make_station() -> Station:
        return Station(sessions if camera is None else 1, openers, options)

    if headless or camera is not None:
        source = _source(camera, openers, mode, osc_in)
        asyncio.run(_play_headless(make_station, source, osc_in))
    else:
        _open_to(make_station, openers, host, port, allow_host or [], osc_in, opens_browser=open_page)


def _reader(weights: Path | None, coefficients: bool) -> "ReaderChoice":
    """What reads; a network that is none is refused here, not in a process of its own."""
    from mien.live.readers import ReaderChoice

    if weights is not None:
        from mien.affect.network import Reader

        Reader(weights)
    return ReaderChoice.of(weights, coefficients)


def _settings(
    mode: str, ensemble: str, tune: str | None, key: str | None, meter: str | None, seed: str | None
) -> "Settings":
    """With what a session begins, refused before anybody is let in."""
    from mien.live.settings import USUAL_SETTINGS, changed

    wishes: dict[str, Any] = {"mode": mode, "ensemble": ensemble, "tune": tune, "tonic": key, "meter": meter}
    if seed is not None:
        wishes["seed"] = int(seed) if seed.isdecimal() else seed
    return changed(USUAL_SETTINGS, wishes)


def _source(camera: str | None, openers: "Mapping[str, Opener]", mode: str, osc_in: int | None) -> str:
    """The camera to play from without a page."""
    from mien.live.camera import check_source

    if camera is None or not openers:
        raise BadInput(f"play without a page wants --camera and a port: {ANY_PORT}")
    if mode == "trajectory" and osc_in is None:
        raise BadInput("--mode trajectory: without a page only OSC can lead (/mien/lead); give --osc-in")
    check_source(camera)
    return camera


def _open_to(
    make_station: "Callable[[], Station]",
    openers: "Mapping[str, Opener]",
    host: str,
    port: int,
    others: Sequence[str],
    osc_in: int | None,
    *,
    opens_browser: bool,
) -> None:
    """Say where the page is, and serve it; who comes from elsewhere or through `others`' names needs a token."""
    listening = bind(host, port)
    bound = listening.getsockname()[1]
    token = None if host in LOOPBACK and not others else secrets.token_urlsafe(16)
    hosts = allowed_hosts(host, bound, others)
    place = f":{bound}/" + (f"#token={token}" if token else "")
    print(f"mien live: http://{shown_host(reached_at(host))}{place}  (end with Ctrl-C)", flush=True)
    threading.Thread(target=tell_unknown_hosts, args=(openers,), name="mien-hosts", daemon=True).start()  # may be slow
    page = f"http://{shown_host(WILDCARDS.get(host, host))}{place}" if opens_browser else None
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(make_station, listening, hosts, token, osc_in, page))


def replay(
    session: Annotated[Path, typer.Argument(help="Session file exported from 'mien live'.")],
    out: Out = Path("out"),
    files: Annotated[str, typer.Option("--files", help="Files to write, comma-separated, as in 'mien play'.")] = "mid",
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Write the readings as a CSV table instead of the music.")
    ] = False,
    as_parquet: Annotated[
        bool,
        typer.Option(
            "--parquet", help="Write the readings as Parquet instead of the music (needs the extra 'research')."
        ),
    ] = False,
    columns: Annotated[str, typer.Option("--columns", help="Column names of the table: openface or pyfeat.")] = (
        "openface"
    ),
) -> None:
    """Turn a recorded session into the same notes again, offline."""
    from mien.live.session_file import differences, read_session, replayed
    from mien.live.tables import readings_csv, readings_parquet
    from mien.live.take import piece_of
    from mien.piece import check_files

    lines = read_session(session)
    if as_csv or as_parquet:
        table = readings_parquet(lines, columns) if as_parquet else readings_csv(lines, columns).encode()
        name = f"{session.stem}.{'parquet' if as_parquet else 'csv'}"
        with write_together(out) as aside:
            (aside / name).write_bytes(table)
        print(out / name)
        if not any(line["kind"] == "reading" for line in lines):
            print(f"mien: {session}: no readings were recorded; the table has none", file=sys.stderr)
        return
    kinds = check_files(files)
    take = replayed(lines, str(session))
    if found := differences(lines, take, str(session)):
        raise BadInput(f"{session}: {len(found)} notes differ ({found[0]}); it was made by another version of mien")
    count = sum(line["kind"] == "note" for line in lines)
    for number, movement in enumerate(take.movements, start=1):
        piece = piece_of(movement, f"{session.stem}-{number}")
        for path in piece.save(out, kinds).values():
            print(path)
    print(f"{count} notes sounded then, and the same now", file=sys.stderr)


def _keep_time() -> None:
    """Let the event loop come in time: threads take turns often, and what is loaded is never searched for garbage.

    A full collection would otherwise walk through all modules while everything waits, some 20 ms.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()


async def _play_headless(make_station: "Callable[[], Station]", camera: str, osc_in: int | None) -> None:
    from mien.app.headless import play_headless
    from mien.app.steering import steered_by_osc

    _keep_time()
    station = make_station()
    with steered_by_osc(station, osc_in):
        await play_headless(station, camera)


async def _serve(
    make_station: "Callable[[], Station]",
    listening: socket.socket,
    hosts: Sequence[str],
    token: str | None,
    osc_in: int | None,
    page: str | None,
) -> None:
    """Serve until told to end."""
    import uvicorn

    from mien.app.attendance import attended
    from mien.app.server import make_app
    from mien.app.steering import steered_by_osc
    from mien.live.frames import MAX_BYTES

    _keep_time()
    station = make_station()
    app = make_app(station, hosts, token)
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=MAX_BYTES,
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            station.silence()
            await app.state.sockets.close()
            await station.close()
            await super().shutdown(sockets)

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            """End in good order; uvicorn would raise the signal again afterwards, which ends badly."""
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    try:
        async with attended(station):
            with steered_by_osc(station, osc_in):
                if page:
                    asyncio.get_running_loop().call_later(0.5, webbrowser.open, page)
                await Server(config).serve(sockets=[listening])
    finally:
        await station.close()
