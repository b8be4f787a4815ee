"""What a reader's manifest says of it before the network is loaded: which classes it tells apart (manifest → Classes).

It stands outside `mien.affect`, so that a session can be told the classes without a module that reads expressions.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.errors import BadAsset, BadInput
from mien.vocabulary import EIGHT, EMOTIONS, Classes, classes_of


def classes_told(manifest: Mapping[str, Any], path: Path) -> Classes:
    """The classes that a network tells apart, from its manifest; `path` is the network's, for messages.

    Raises
    ------
    BadAsset
        If the manifest names no classes, or they have no place on the plane.
    """
    try:
        labels = tuple(manifest["labels"])
        if "classes" not in manifest and labels == EMOTIONS:
            return EIGHT
        found = classes_of(manifest["classes"])
        if tuple(one.name for one in found) == labels and len(labels) > 1:
            return found
        cause = "two classes at least are wanted, the same as in 'labels'"
    except KeyError as missing:
        cause = f"{missing} is not there"
    except BadInput as wrong:
        cause = str(wrong)
    raise no_reader(path, cause)


def no_reader(path: Path, cause: object) -> BadAsset:
    """The error to raise for a network whose manifest is not that of a reader of expressions."""
    return BadAsset(
        f"{path.with_suffix('.json').name}: not the manifest of a reader of expressions ({cause}); "
        "give a network that  mien train  made"
    )
