"""How many pictures does a class need? (Sighted faces → accuracy against pictures per class.)

For each number of pictures, each seed draws that many of each class anew, the last layers learn from them alone, and
the development side is read. So a person may decide by the curve whether to collect more while the test side stays
unseen. Penalty and temperature are chosen on the development side too, in the same way throughout: the whole curve
flatters a little.

The mean over seeds comes with its 95 % interval by Student's t: it shows how much the draw matters, not how much the
size of the development side does.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mien.errors import BadInput
from mien.lab.exams.metrics import accuracy, balanced_accuracy
from mien.lab.training.frozen import Trunk
from mien.lab.training.own_classes import Sighted

COUNTS = (5, 10, 20, 50)
SEEDS = 5
STUDENT = (np.nan, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""Two-sided 95 % points of Student's t, by degrees of freedom from 0 on."""


def over_seeds(values: Sequence[float]) -> dict[str, Any]:
    """Mean and 95 % interval over seeds, rounded, as plain data; no interval for one seed alone."""
    n, mean = len(values), float(np.mean(values))
    told: dict[str, Any] = {"value": round(mean, 4), "seeds": [round(float(value), 4) for value in values]}
    if n > 1:
        half = STUDENT[min(n, len(STUDENT)) - 1] * float(np.std(values, ddof=1)) / n**0.5
        told["interval"] = [round(max(mean - half, 0.0), 4), round(min(mean + half, 1.0), 4)]
    return told


def learning_curve(
    sighted: Sighted,
    trunk: Trunk,
    counts: Sequence[int] = COUNTS,
    seeds: int = SEEDS,
    keeps_prior: bool = True,
    say: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Rows of the curve, the last with all faces.

    A row has `pictures_a_class` (None for all there are), `faces` learnt from, and `accuracy` and `balanced_accuracy`
    over the seeds on those faces of the development side that have a majority. Numbers that no class exceeds are left
    out.

    Raises
    ------
    BadInput
        If no face of the development side has a majority.
    """
    majority, clear = sighted.shown, sighted.wanted >= 0
    if not clear.any():
        raise BadInput("--curve: no face with a clear class on the side 'develop'; label more")
    wanted, develop = sighted.wanted[clear], sighted.develop.take(clear)
    most = int(np.bincount(majority[majority >= 0]).max())
    rows = []
    for count in [*(count for count in counts if count < most), None]:
        say(f"learning from {'all' if count is None else count} pictures a class")
        found: list[tuple[float, float]] = []
        used = len(majority)
        for seed in range(seeds if count is not None else 1):
            drawn = None if count is None else _drawn(majority, count, seed)
            used = len(majority) if drawn is None else len(drawn)
            probs = sighted.fitted(trunk, drawn, keeps_prior=keeps_prior).probs(develop)
            found.append((accuracy(wanted, probs), balanced_accuracy(wanted, probs)))
        right, balanced = zip(*found, strict=True)
        rows.append(
            {
                "pictures_a_class": count,
                "faces": used,
                "accuracy": over_seeds(right),
                "balanced_accuracy": over_seeds(balanced),
            }
        )
    return rows


def _drawn(majority: Any, count: int, seed: int) -> list[int]:
    """Places of `count` faces of each class, or all that it has."""
    rng = np.random.default_rng((seed, count))
    kinds = range(int(majority.max()) + 1)
    return [int(place) for kind in kinds for place in rng.permutation(np.flatnonzero(majority == kind))[:count]]
