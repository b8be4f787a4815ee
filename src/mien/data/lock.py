"""One at a time: collecting, cleaning, splitting and forgetting do not meet in one project (project → a turn).

The turn is an exclusive transaction of an empty SQLite file beside the project's: the operating system ends it with
the process, however that dies, so that no stale lock stays behind. Labelling needs no turn; its changes are small.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mien.data.project import Project
from mien.errors import BadInput

FILE = "turn.lock"


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Be the only one who collects, cleans, splits or forgets in a project.

    Raises
    ------
    BadInput
        If another process is at it.
    """
    turn = sqlite3.connect(project.folder / FILE, timeout=0, isolation_level=None)
    try:
        try:
            turn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise BadInput(
                f"{project.folder}: another 'mien data' command is changing this project; let it end, or stop it"
            ) from None
        yield
    finally:
        turn.close()
