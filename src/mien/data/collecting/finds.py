"""What a source gives, one at a time, and what the folders on the way say of it (names → class).

A source is an iterator of `Find`: an address and the bytes that lie there, or the problem that was met instead. It asks
`known(address)` before it reads, so that what was taken already is neither read nor fetched again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from mien.data.project import plain
from mien.face.pictures import SUFFIXES

Known = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Find:
    """What lay at an address.

    `content` is None where nothing usable came; `problem` then says why. `shown` is a class's name as folder or list
    tell it, `album` what the picture was taken together with.
    """

    address: str
    content: bytes | None = None
    problem: str | None = None
    shown: str | None = None
    album: str | None = None


def is_picture(name: str) -> bool:
    """Whether a file is called like a picture; what systems hide (".x", "__MACOSX") is not."""
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in path.parts)
    return path.suffix.lower() in SUFFIXES and not hidden


def class_on_the_way(folders: Iterable[str], classes: Iterable[str]) -> str | None:
    """The class that the innermost of the folders names ("happy", "Happy-face", "happy_face"), if one does."""
    known = {plain(name): name for name in classes}
    for folder in reversed(list(folders)):
        told = plain(folder)
        for name in (told, told.removesuffix(" face"), told.removesuffix(" faces")):
            if name in known:
                return known[name]
    return None


class Addresses:
    """Addresses told apart within one source: the second `a` is called `a#2`."""

    def __init__(self) -> None:
        self._met: dict[str, int] = {}

    def __call__(self, address: str) -> str:
        """An address of its own for what lies at `address`, the same on every walk through the source."""
        count = self._met[address] = self._met.get(address, 0) + 1
        return address if count == 1 else f"{address}#{count}"


def spoken(address: str) -> str:
    """An address that any database can hold: names of files need not be Unicode."""
    return address.encode("utf-8", "backslashreplace").decode("utf-8")
