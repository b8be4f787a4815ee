"""An archive becomes finds, read in memory and never unpacked (zip or tar, path → iterator of Find).

Nothing is written under a name that the archive chose, so no name can lead anywhere; links and devices are not
followed. Bombs: a member is read up to the size of the largest picture that is taken, whatever it claims; pictures are
checked for their pixels before they are decoded; and an archive ends where its claims exceed `MAX_TOTAL_BYTES` or
`MAX_MEMBERS`. Archives within archives are not opened.
"""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path
from typing import IO

from mien.data.collecting.finds import Addresses, Find, Known, is_picture
from mien.errors import BadInput
from mien.face.pictures import MAX_BYTES

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError, EOFError, OSError, LZMAError, zlib.error)
"""What reading a damaged archive may raise."""
MAX_TOTAL_BYTES = 64 * 2**30
MAX_MEMBERS = 1_000_000


def is_archive(path: Path) -> bool:
    """Whether a file is called like an archive."""
    return path.name.lower().endswith(SUFFIXES)


def read_archive(path: Path, known: Known) -> Iterator[Find]:
    """Give the pictures of an archive; addresses are the names of its members.

    Raises
    ------
    BadInput
        If it is no archive, is damaged, or claims to hold too much; what came before is given.
    """
    try:
        yield from _zip(path, known) if path.suffix.lower() == ".zip" else _tar(path, known)
    except DAMAGED as cause:
        raise BadInput(f"{path}: not an archive, or damaged ({cause})") from None


def _zip(path: Path, known: Known) -> Iterator[Find]:
    with zipfile.ZipFile(path) as archive:
        total, address_of = 0, Addresses()
        for count, member in enumerate(archive.infolist()):
            total += member.file_size
            _check(path, count, total)
            if member.is_dir() or not is_picture(member.filename) or known(address := address_of(member.filename)):
                continue
            if (member.external_attr >> 16) & 0o170000 == 0o120000:
                yield Find(address, problem="a link; links in archives are not followed")
                continue
            try:
                with archive.open(member) as file:
                    yield _read(address, file, member.file_size)
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError, OSError, ValueError) as cause:
                yield Find(address, problem=f"cannot be unpacked ({cause})")
            except Exception as cause:  # zlib, lzma and bz2 each have an error of their own
                yield Find(address, problem=f"cannot be unpacked ({type(cause).__name__}: {cause})")


def _tar(path: Path, known: Known) -> Iterator[Find]:
    with tarfile.open(path, "r:*") as archive:
        total, address_of = 0, Addresses()
        for count, member in enumerate(archive):
            archive.members = []  # type: ignore[attr-defined]  # it would keep every header
            total += member.size
            _check(path, count, total)
            if member.isdir() or not is_picture(member.name) or known(address := address_of(member.name)):
                continue
            if not member.isreg():
                yield Find(address, problem="a link or device; only files are taken from archives")
                continue
            file = archive.extractfile(member)
            if file is not None:
                yield _read(address, file, member.size)


def _read(name: str, file: IO[bytes], claimed: int) -> Find:
    if claimed > MAX_BYTES:
        return Find(name, problem=f"{claimed / 2**20:.0f} MB; up to {MAX_BYTES / 2**20:.0f} MB are read")
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        return Find(name, problem=f"larger than it claims; up to {MAX_BYTES / 2**20:.0f} MB are read")
    return Find(name, content)


def _check(path: Path, count: int, total: int) -> None:
    if count >= MAX_MEMBERS or total > MAX_TOTAL_BYTES:
        raise BadInput(
            f"{path}: more than {MAX_MEMBERS:,} members or {MAX_TOTAL_BYTES / 2**30:.0f} GB unpacked; split the archive"
        )
