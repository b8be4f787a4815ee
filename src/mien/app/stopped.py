"""What Ctrl-C means for a long command: said on the error stream before the program ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def told_if_stopped(what: str = "the same command goes on where it stopped") -> Iterator[None]:
    """Say that a command was stopped, and `what` that means for what it did so far."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"stopped; {what}", file=sys.stderr)
        raise
