"""A result becomes a file, whole or not at all: write aside, then rename.

The temporary file stands in the folder of its target (a rename is atomic only within one file system) and is removed
when anything fails, so that a reader never meets half a file and a failed run leaves nothing behind.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.errors import CannotWrite


@contextmanager
def write_aside(path: Path) -> Iterator[Path]:
    """Lend a temporary path beside `path`; what is written there takes its name when the block ends well.

    Parameters
    ----------
    path : where the result shall stand; a file of that name is replaced, its folder must exist.

    Yields
    ------
    A path of the same suffix in the same folder, not yet there.

    Raises
    ------
    CannotWrite
        If the operating system refuses (no such folder, no permission, disk full); the message names the folder and
        the cause.
    """
    aside = path.with_name(f".{secrets.token_hex(6)}{path.suffix}")
    try:
        yield aside
        os.replace(aside, path)  # noqa: PTH105 (one call that replaces on every system)
    except OSError as error:
        cause = error.strerror or str(error)
        raise CannotWrite(
            f"cannot write {path.name} into {path.parent.absolute()}: {cause}; with --out choose a folder that "
            "exists, is writable and has room"
        ) from error
    finally:
        aside.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all (see `write_aside`)."""
    with write_aside(path) as aside:
        aside.write_bytes(content)
