"""What the network is given: chips and cues → float32 arrays, the same way in training and in use.

Chips go in as they are, grey 0..255; each stream standardises its own crop, so that no stream learns of the light
elsewhere. Cues go in standardised: as distances from the training faces' mean in standard deviations, clipped at
±`FARTHEST`. A cue that could not be measured is 0, the mean, which says nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.cues.names import NAMES
from mien.errors import BadAsset
from mien.nets import Floats

FARTHEST = 4.0
"""Standardised cues are clipped here: anything farther is a failed measurement."""

DARKEST_CONTRAST = 8.0
"""Grey levels that a network adds to the standard deviation of what it looks at, so that an even crop stays even
instead of becoming noise."""


@dataclass(frozen=True, slots=True, eq=False)
class CueScale:
    """Mean and standard deviation of each cue among the training faces, float32 (k,), each in its cue's unit.

    `names` are the cues that a network takes, in its order: all that are measured now, or those measured when it was
    trained.
    """

    mean: Floats
    deviation: Floats
    names: tuple[str, ...] = NAMES

    @classmethod
    def learn(cls, values: Floats, valid: NDArray[np.bool_]) -> "CueScale":
        """Measure the scale on cues float32 (n, c), where `valid`."""
        counts = np.maximum(valid.sum(axis=0), 1)
        mean = (values * valid).sum(axis=0) / counts
        variance = (((values - mean) * valid) ** 2).sum(axis=0) / counts
        return cls(mean.astype(np.float32), np.sqrt(np.maximum(variance, 1e-8)).astype(np.float32))

    def rows(self) -> list[dict[str, Any]]:
        """The scale as rows of a manifest: name, mean, deviation."""
        columns = zip(self.names, self.mean.tolist(), self.deviation.tolist(), strict=True)
        return [{"name": name, "mean": mean, "deviation": deviation} for name, mean, deviation in columns]

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]], manifest: Path) -> "CueScale":
        """The scale from rows of a manifest; `manifest` is what a message calls it.

        Raises
        ------
        BadAsset
            If the network was trained on cues that are no longer measured, or names one twice.
        """
        names = tuple(row["name"] for row in rows)
        if unknown := [name for name in names if name not in NAMES]:
            raise BadAsset(
                f"{manifest}: the network wants other cues than mien measures ({', '.join(unknown)}); give one that "
                "this version of mien trained, or train anew"
            )
        if len(set(names)) < len(names):
            raise BadAsset(f"{manifest}: a cue is named twice; give a network that  mien train  made")
        return cls(
            np.array([row["mean"] for row in rows], dtype=np.float32),
            np.array([row["deviation"] for row in rows], dtype=np.float32),
            names,
        )


def standardise(values: Floats, valid: NDArray[np.bool_], scale: CueScale) -> Floats:
    """All cues float32 (n, c) and which of them are valid → the network's second input, float32 (n, k)."""
    if scale.names != NAMES:
        heard = [NAMES.index(name) for name in scale.names]
        values, valid = values[:, heard], valid[:, heard]
    z = np.clip((values - scale.mean) / scale.deviation, -FARTHEST, FARTHEST)
    return np.where(valid, z, 0).astype(np.float32)
