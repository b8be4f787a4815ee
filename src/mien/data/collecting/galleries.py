"""A board or gallery of the web becomes finds, by the program gallery-dl (address → iterator of Find).

gallery-dl (extra `collect`; GPL-2.0, so it runs as a program of its own and is never imported) knows some hundreds of
sites, Pinterest's boards among them. Its argument list is fixed here and ignores its configuration files; the address
comes last, after `--`. It rests between requests, retries, and keeps an archive of what it has fetched, so that a board
broken off goes on where it stopped.

What it fetches lies in `PROJECT/arriving/…` with a JSON file beside each picture; a picture is given as soon as it is
reported, and `clear` removes from there what the project has taken. The pictures of one board are an album.
"""

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from mien.data.collecting.finds import Find, Known, is_picture
from mien.data.collecting.folders import read_file
from mien.errors import BadInput, extra
from mien.face.pictures import MAX_BYTES, SUFFIXES

ARRIVING = "arriving"
ADDRESS_KEY = "mien_address"
"""Under this name gallery-dl notes where a picture came from."""
GALLERY = re.compile(r"(?:[a-z0-9]+:)?https?://[^\s]+", re.IGNORECASE)
"""An address, or one with the name of gallery-dl's extractor before it ("generic:https://…")."""
FAILURES = {
    1: "it met an error",
    4: "a request failed",
    8: "there is nothing at this address, or it needs a login",
    16: "the site asks for a login",
    32: "its options are not those of this version",
    64: "no site that it knows has such addresses",
    128: "the system refused a file",
}
"""Bits of gallery-dl's exit status (its documentation, "Exit status")."""


def is_gallery(word: str) -> bool:
    """Whether a word is the address of a gallery."""
    return GALLERY.fullmatch(word) is not None


def command(address: str, program: Sequence[str], folder: Path, pause_s: float) -> list[str]:
    """The whole command line that fetches a gallery into a folder."""
    kinds = ", ".join(f"'{suffix[1:]}'" for suffix in SUFFIXES)
    pause = f"{pause_s:g}-{pause_s * 2:g}" if pause_s else "0"
    return [
        *program,
        "--config-ignore", "--no-input", "--no-colors", "--no-mtime",
        "--dest", str(folder), "--download-archive", str(folder / "fetched.sqlite"),
        "--write-metadata", "--option", f"url-metadata={ADDRESS_KEY}",
        "--filter", f"extension.lower() in ({kinds})", "--filesize-max", str(MAX_BYTES),
        "--sleep", pause, "--sleep-request", pause, "--retries", "3", "--http-timeout", "30",
        "--", address,
    ]  # fmt: skip


def find_program() -> list[str]:
    """How gallery-dl is called here.

    Raises
    ------
    BadInput
        If it is not installed.
    """
    if importlib.util.find_spec("gallery_dl") is not None:
        return [sys.executable, "-m", "gallery_dl"]
    if path := shutil.which("gallery-dl"):
        return [path]
    raise BadInput(f"boards and galleries need the program gallery-dl: {extra('collect')}")


def read_gallery(
    address: str, known: Known, project: Path, pause_s: float, program: Sequence[str] | None = None
) -> Iterator[Find]:
    """Fetch a gallery and give its pictures while they come.

    Parameters
    ----------
    project : the project's folder, in which pictures wait until they are taken
    program : how gallery-dl is called; by default as it is found here

    Raises
    ------
    BadInput
        If gallery-dl is missing or fails; what it fetched before is given.
    """
    words = find_program() if program is None else program
    folder = waiting_place(project, address)
    folder.mkdir(parents=True, exist_ok=True)
    given = set[str]()

    def is_known(at: str) -> bool:
        met = at in given
        given.add(at)
        return met or known(at)

    yield from _waiting(folder, address, is_known)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        with subprocess.Popen(
            command(address, words, folder, pause_s),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=told, encoding="utf-8", errors="replace",
        ) as running:  # fmt: skip
            try:
                for line in running.stdout or ():
                    path = Path(line.rstrip("\n"))
                    if not line.startswith("#") and _is_ready(path):
                        yield from _give(path, address, is_known)
            finally:
                running.terminate()  # where the reader of these finds broke off; else it has ended
        yield from _waiting(folder, address, is_known)
        if status := running.returncode:
            raise BadInput(f"{address}: gallery-dl broke off: {_failure(status, told)}; call again to go on")


def waiting_place(project: Path, address: str) -> Path:
    """Where what a gallery gave waits to be taken, and gallery-dl's archive lies."""
    return project / ARRIVING / hashlib.sha256(address.encode()).hexdigest()[:16]


def clear(project: Path, address: str, known: Known) -> None:
    """Remove what the project has taken from where it waited; gallery-dl's own archive stays."""
    folder = waiting_place(project, address)
    for path in sorted(folder.rglob("*")):
        if _is_ready(path) and known(_address_of(path, address)):
            path.unlink()
            _beside(path).unlink()


def _waiting(folder: Path, board: str, known: Known) -> Iterator[Find]:
    """What lies in the folder from before, or was not reported."""
    for path in sorted(folder.rglob("*")):
        if _is_ready(path):
            yield from _give(path, board, known)


def _is_ready(path: Path) -> bool:
    return is_picture(path.name) and path.is_file() and _beside(path).is_file()


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _give(path: Path, board: str, known: Known) -> Iterator[Find]:
    address = _address_of(path, board)
    if not known(address):
        find = read_file(path, address)
        yield Find(address, find.content, find.problem, album=board)


def _address_of(path: Path, board: str) -> str:
    try:
        told = json.loads(_beside(path).read_text(encoding="utf-8"))[ADDRESS_KEY]
    except (OSError, ValueError, KeyError, TypeError):
        told = None
    return told if isinstance(told, str) and told else f"{board}#{path.name}"


def _failure(status: int, told: IO[str]) -> str:
    told.seek(0)
    words = told.read().strip().splitlines()
    meant = [meaning for bit, meaning in FAILURES.items() if status > 0 and status & bit] or [f"status {status}"]
    return "; ".join([*meant, *words[-1:]])
