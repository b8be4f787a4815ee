"""`mien doctor`: what works on this machine: networks, other shipped files, font, score engraver, optional parts.

Each part is really used, not only looked for: a network reads an empty picture, the font plays a note, a file is
written and removed.
"""

import importlib.util
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape

from mien import __version__
from mien.assets import read_asset
from mien.errors import MienError, extra
from mien.nets import Network
from mien.values import Note, Part, Phrase
from mien.vocabulary import Mode

REINSTALL = "install mien anew: in its folder, make clean demo"
BESIDE = (".json", ".md", ".py")
"""Suffixes of files that stand beside assets and are none: manifests, licences, modules of the lab."""
PLAYERS = ("paplay", "pw-play", "aplay", "afplay", "ffplay", "play", "vlc")
"""Programs that play a WAV file, on one system or another."""
EXTRAS = (
    ("training", "keras", "train"),
    ("export as ONNX", "tf2onnx", "onnx"),
    ("sound without a browser", "sounddevice", "audio"),
    ("MIDI outputs", "rtmidi", "midi"),
    ("Lab Streaming Layer", "pylsl", "lsl"),
    ("Parquet tables", "pyarrow", "research"),
    ("galleries", "gallery_dl", "collect"),
)
"""Optional parts: what they are for, the module that is looked for, the extra that brings it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: `works` is None where it is optional and absent."""

    part: str
    works: bool | None
    detail: str
    remedy: str = ""


def doctor() -> None:
    """Check what works here, and say how to fix what does not."""
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


def examine() -> Iterator[Finding]:
    """Try every part, one finding each."""
    yield Finding("mien", True, f"{__version__} on Python {platform.python_version()}, {platform.machine()}")
    yield from examine_assets(Path(str(files("mien"))))
    yield _try("sound font", _play_a_note)
    yield _try("score engraver", _engrave_a_note)
    yield _try("writing here", _write_here, "work in another folder, or choose one with --out")
    yield _camera()
    yield _player()
    yield _page()
    for name, module, optional in EXTRAS:
        present = importlib.util.find_spec(module) is not None
        remedy = "" if present else f"if you want it: {extra(optional)}"
        yield Finding(name, True if present else None, "installed" if present else "not installed", remedy)


def examine_assets(root: Path) -> Iterator[Finding]:
    """Use every shipped network and file below a folder of packages, those that only a manifest names too."""
    for folder in sorted(root.glob("*/assets")):
        held = {path for path in folder.iterdir() if path.is_file() and path.suffix not in BESIDE}
        for asset in sorted(held | {named for path in folder.glob("*.json") if (named := _named_by(path))}):
            kind, use = ("network", _run_network) if asset.suffix == ".tflite" else ("file", _read_file)
            part = f"{kind}, {root.name}.{folder.parent.name} {asset.name}"
            yield _try(part, lambda use=use, asset=asset: use(asset))  # type: ignore[misc]


def _named_by(manifest: Path) -> Path | None:
    """The asset that a manifest belongs to; None if it cannot be read, which the asset's own check then tells."""
    try:
        return manifest.with_name(json.loads(manifest.read_text(encoding="utf-8"))["file"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _try(part: str, check: Callable[[], str], remedy: str = REINSTALL) -> Finding:
    try:
        return Finding(part, True, check())
    except MienError as error:
        return Finding(part, False, str(error), remedy)
    except Exception as error:  # a doctor reports whatever is wrong
        return Finding(part, False, f"{type(error).__name__}: {error}", remedy)


def _run_network(path: Path) -> str:
    network = Network(path)
    network(*(np.zeros(shape, dtype=np.float32) for shape in network.input_shapes))
    return f"runs, sha256 {network.manifest['sha256'][:12]}… as in its manifest"


def _read_file(path: Path) -> str:
    return f"{len(read_asset(path))} bytes, checksum as in its manifest"


def _a_note() -> Phrase:
    return Phrase((Note(0, Part.MELODY, 60, 1920, 80),), 1920, (4, 4), ((0, 120.0),), 0, Mode.IONIAN, "piano", 0)


def _play_a_note() -> str:
    from mien.sound.render import render

    loudest = float(np.abs(render(_a_note()).mix.samples).max())
    if loudest == 0:
        raise RuntimeError("a note was played and nothing sounded")
    return "plays"


def _engrave_a_note() -> str:
    from mien.music.score.engrave import engrave
    from mien.music.score.musicxml import musicxml

    return f"engraves ({len(engrave(musicxml(_a_note(), title='A note')))} page)"


def _write_here() -> str:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        (Path(folder) / "note").write_bytes(b"")
    return "this folder can be written"


def _page() -> Finding:
    from mien.app.page_files import PAGE

    if (PAGE / "index.html").exists():
        return Finding("page", True, "built: mien live opens it")
    return Finding("page", None, "not built", "only for live use: in the checkout, make page")


def _camera() -> Finding:
    if sys.platform != "linux":
        return Finding("camera", None, "not looked for on this system")
    cameras = sorted(Path("/dev").glob("video*"))
    if cameras:
        return Finding("camera", True, ", ".join(str(c) for c in cameras))
    return Finding("camera", None, "none found", "only for live use: connect one; pictures work without")


def _player() -> Finding:
    found = [name for name in PLAYERS if shutil.which(name)]
    if found:
        return Finding("sound player", True, ", ".join(found))
    return Finding("sound player", None, "none found on the path", "open the .wav with any program that plays sound")
