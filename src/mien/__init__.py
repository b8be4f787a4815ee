"""mien reads a facial expression and plays it.

>>> import mien
>>> piece = mien.compose(emotion="sad", seconds=20, seed=3, ensemble="piano")
>>> piece.brief.ensemble
'piano'

`play` turns a picture or video into a piece, `read` only reads a picture's faces, `compose` needs no face, `lead` goes
from one mood to another, `travel` follows moods in time. What can go wrong is a `MienError`, a picture without a face
`NoFace` among them. The values that travel between stages live in `mien.values`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mien.errors import BadAsset, BadInput, CannotWrite, MienError, NoFace
    from mien.instrument import compose, lead, play, travel
    from mien.piece import Piece
    from mien.reading import Reading, read

__version__ = "0.12.0"

_HOMES = {
    "BadAsset": "mien.errors",
    "BadInput": "mien.errors",
    "CannotWrite": "mien.errors",
    "MienError": "mien.errors",
    "NoFace": "mien.errors",
    "Piece": "mien.piece",
    "Reading": "mien.reading",
    "compose": "mien.instrument",
    "lead": "mien.instrument",
    "play": "mien.instrument",
    "read": "mien.reading",
    "travel": "mien.instrument",
}
__all__ = [
    "BadAsset",
    "BadInput",
    "CannotWrite",
    "MienError",
    "NoFace",
    "Piece",
    "Reading",
    "__version__",
    "compose",
    "lead",
    "play",
    "read",
    "travel",
]


def __getattr__(name: str) -> Any:
    """Load public names at first use, so that importing mien costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mien' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, loaded or not, for `dir` and completion."""
    return sorted(__all__)
