"""A folder becomes finds: every picture in it and below, and the frames of every video (path → iterator of Find).

The order is that of the names, so that a second walk meets the same things at the same addresses. Links to folders are
not followed.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from mien.data.collecting.films import frames_as_finds
from mien.data.collecting.finds import Find, Known, is_picture
from mien.errors import BadInput
from mien.face.pictures import MAX_BYTES
from mien.face.video import is_video


def read_folder(folder: Path, known: Known, every_s: float) -> Iterator[Find]:
    """Give what lies in a folder; addresses are paths below it."""
    for place, below, names in os.walk(folder):
        below.sort()
        for name in sorted(names):
            path = Path(place, name)
            address = path.relative_to(folder).as_posix()
            if is_video(path) and not name.startswith("."):
                yield from frames_as_finds(path, address, known, every_s)
            elif is_picture(address) and not known(address):
                yield read_file(path, address)


def read_file(path: Path, address: str) -> Find:
    """Read one file, if it is one and not too large."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            return Find(address, problem="not a file")
        if size > MAX_BYTES:
            return Find(address, problem=f"{size / 2**20:.0f} MB; up to {MAX_BYTES / 2**20:.0f} MB are read")
        return Find(address, path.read_bytes())
    except OSError as cause:
        return Find(address, problem=f"cannot be read ({cause.strerror})")


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be listed.

    Raises
    ------
    BadInput
        If the system does not let us.
    """
    try:
        next(folder.iterdir(), None)
    except OSError as cause:
        raise BadInput(f"{folder}: cannot be listed ({cause.strerror})") from None
