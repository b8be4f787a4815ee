"""Arrays between runs of the lab: npz files, read whole or refused, written whole or not at all, never unpickled."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.errors import BadInput
from mien.writing import write_aside


def load_arrays(path: Path, *names: str) -> dict[str, NDArray[Any]]:
    """Arrays of an npz file, by default all.

    Raises
    ------
    BadInput
        If the file is not an npz, is damaged, or lacks one of `names`.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:  # numpy leaves a damaged file open
            return {name: file[name] for name in names or file.files}
    except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as cause:
        wanted = f" with {', '.join(names)}" if names else ""
        raise BadInput(f"{path}: cannot be used ({cause}); an npz file{wanted} is wanted") from None


def save_arrays(path: Path, **arrays: ArrayLike) -> None:
    """Write arrays; `path` ends in .npz."""
    with write_aside(path) as aside:
        np.savez(aside, allow_pickle=False, **arrays)
