"""What can go wrong, told so that the reader can act.

Every message says what was given, what is allowed, and the command or step that helps. The command line prints only the
message and exits with `EXIT_CODE`; programming mistakes stay `ValueError`.
"""

import sys

EXIT_CODE = 2


class MienError(Exception):
    """Root of every error meant for a person."""


class BadInput(MienError):
    """A picture, option or file cannot be used as given."""


class NoFace(BadInput):
    """A picture holds no face large and clear enough to read."""


class BadAsset(MienError):
    """A shipped file (network, font, table) is missing, or is not the one that its manifest names."""


class CannotWrite(MienError):
    """The result has nowhere to go: folder unwritable, disk full."""


def extra(name: str) -> str:
    """The command that installs an optional part of mien (an extra of its `pyproject.toml`), worded for a message."""
    return f"in mien's folder, {sys.executable} -m pip install -e '.[{name}]'"


def cause_of(error: Exception) -> str:
    """What the system says of an error, without its number and path: our messages name the path themselves."""
    return getattr(error, "strerror", None) or str(error)
