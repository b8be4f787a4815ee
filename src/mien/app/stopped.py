"""What Ctrl-C means for a long command: said on the error stream before the program ends."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

BEGINS_ANEW = "nothing was written; the same command begins anew"


@contextmanager
def told_if_stopped(
    what: str | Callable[[], str] = "the same command goes on where it stopped",
) -> Iterator[None]:
    """Say that a command was stopped, and `what` that means for what it did so far; a function is asked only then."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"stopped; {what if isinstance(what, str) else what()}", file=sys.stderr)
        raise


def kept_of(path: Path) -> Callable[[], str]:
    """What is kept of a command that writes `path`, to be asked when it is stopped: a new file there, or nothing."""
    before = _state(path)
    return lambda: (
        BEGINS_ANEW if _state(path) == before else f"{path} is written and can be used; the same command begins anew"
    )


def _state(path: Path) -> tuple[int, int] | None:
    """What changes when another file takes the place of the one at `path`; None where there is none."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns
