"""What works on this machine: networks, tables, font, score engraver, and what optional parts are there.

Each part is really used, not only looked for: a network reads an empty picture, the font plays a note, a file is
written and removed.
"""

import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien import __version__
from mien.assets import asset_path, read_asset
from mien.errors import MienError, extra
from mien.nets import Network

REINSTALL = "install mien anew: in its folder, make clean demo"
NETWORKS = (
    ("face detector", "mien.face", "detector"),
    ("face mesh", "mien.face", "mesh"),
    ("iris", "mien.face", "iris"),
    ("expression reader", "mien.affect", "reader"),
    ("expression coefficients", "mien.cues", "coefficients"),
)
TABLES = (("mean face", "mien.face", "mean_mesh.npy"), ("cues at rest", "mien.cues", "average_neutral.dat"))
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


def examine() -> Iterator[Finding]:
    """Try every part, one finding each."""
    yield Finding("mien", True, f"{__version__} on Python {platform.python_version()}, {platform.machine()}")
    for name, package, network in NETWORKS:
        yield _try(f"network, {name}", lambda p=package, n=network: _run_network(p, n))  # type: ignore[misc]
    for name, package, table in TABLES:
        yield _try(f"table, {name}", lambda p=package, t=table: _read_table(p, t))  # type: ignore[misc]
    yield _try("sound font", _play_a_note)
    yield _try("score engraver", _engrave_a_note)
    yield _try("writing here", _write_here, "choose another folder with --out")
    yield _camera()
    yield _player()
    yield _page()
    for name, module, optional in EXTRAS:
        present = importlib.util.find_spec(module) is not None
        remedy = "" if present else f"if you want it: {extra(optional)}"
        yield Finding(name, True if present else None, "installed" if present else "not installed", remedy)


def _try(part: str, check: Callable[[], str], remedy: str = REINSTALL) -> Finding:
    try:
        return Finding(part, True, check())
    except MienError as error:
        return Finding(part, False, str(error), remedy)
    except Exception as error:  # a doctor reports whatever is wrong
        return Finding(part, False, f"{type(error).__name__}: {error}", remedy)


def _run_network(package: str, name: str) -> str:
    network = Network(asset_path(package, f"{name}.tflite"))
    network(*(np.zeros(shape, dtype=np.float32) for shape in network.input_shapes))
    return f"runs, sha256 {network.manifest['sha256'][:12]}… as in its manifest"


def _read_table(package: str, filename: str) -> str:
    return f"{len(read_asset(asset_path(package, filename)))} bytes, checksum as in its manifest"


def _play_a_note() -> str:
    from mien.sound.render import render
    from mien.values import Mode, Note, Part, Phrase

    note = Note(0, Part.MELODY, 60, 480, 80)
    phrase = Phrase((note,), 1920, (4, 4), ((0, 120.0),), 0, Mode.IONIAN, "piano", 0)
    loudest = float(np.abs(render(phrase).mix.samples).max())
    if loudest == 0:
        raise RuntimeError("a note was played and nothing sounded")
    return "plays"


def _engrave_a_note() -> str:
    from mien.music.score.engrave import engrave
    from mien.music.score.musicxml import musicxml
    from mien.values import Mode, Note, Part, Phrase

    note = Note(0, Part.MELODY, 60, 1920, 80)
    phrase = Phrase((note,), 1920, (4, 4), ((0, 120.0),), 0, Mode.IONIAN, "piano", 0)
    return f"engraves ({len(engrave(musicxml(phrase, title='A note')))} page)"


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
