"""A project's pictures take sides: train, develop, test (project → table `sides`), whole bundles at a time.

Bundles are dealt out one by one, the largest first, those of a size in an order drawn from the seed; each goes where
its classes are most wanted, measured by the share of the wish that is still open (iterative stratification, Sechidis et
al. 2011). The same project, seed and shares give the same sides. Sides go to pictures of which people said what they
show (`mien.data.labelling.truth`), that no mark spoils and whose people did not refuse consent.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.data.labelling.truth import truths
from mien.data.lock import alone
from mien.data.project import Project
from mien.data.splitting.bundles import bundles, joined
from mien.data.splitting.leaks import check_leaks, leaks
from mien.errors import BadInput

SIDES = ("train", "develop", "test")
SHARES = (0.7, 0.15, 0.15)
ROUNDS = 5
"""How often what only the leak check finds to belong together is joined, and all dealt out anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """How a split came out.

    `counts` int64 (3, k + 1), pictures a side and class in the order of the project, last those without a majority;
    `bundles` how many; `largest` the pictures of the largest one; `lacking` what a side has nothing of.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    bundles: int
    largest: int
    lacking: tuple[str, ...]


def split(project: Project, seed: int = 0, shares: tuple[float, float, float] = SHARES) -> Split:
    """Split a project, in place of the split that it had.

    Raises
    ------
    BadInput
        If seed or shares are none, there is nothing to split, or a leak is found (nothing is then changed).
    """
    if seed < 0:
        raise BadInput(f"seed {seed}: give a whole number from 0")
    if len(shares) != 3 or not min(shares) >= 0 or not shares[0] > 0 or not abs(sum(shares) - 1) <= 1e-6:
        raise BadInput(f"shares {', '.join(f'{s:g}' for s in shares)}: give three from 0 to 1 that sum to 1")
    with alone(project):
        found = truths(project)
        if not len(found):
            raise BadInput(
                f"{project.folder}: no picture with a class that could be learnt from; collect with --class or folders "
                f"named by class, or  mien data label {project.typed}"
            )
        names = tuple(one.name for one in project.classes)
        shown: dict[str, int] = {}
        for sha256, majority in zip(found.sha256, found.majority.tolist(), strict=True):
            shown.setdefault(sha256, majority if majority >= 0 else len(names))
        together = bundles(project)
        for _ in range(ROUNDS):
            dealt = deal({name: together[name] for name in shown}, shown, len(names) + 1, seed, shares)
            found_late = [(together[one], together[other], why) for one, other, why in leaks(project, dealt)]
            if not found_late:
                break
            tops = joined(set(together.values()), found_late)
            together = {name: tops[bundle] for name, bundle in together.items()}
        check_leaks(project, dealt)
        with project.change() as db:
            db.execute("DELETE FROM sides")
            db.executemany(
                "INSERT INTO sides (sha256, side, bundle) VALUES (?, ?, ?)",
                [(name, SIDES[side], together[name]) for name, side in sorted(dealt.items())],
            )
    counts = np.zeros((3, len(names) + 1), dtype=np.int64)
    for name, side in dealt.items():
        counts[side, shown[name]] += 1
    sizes = np.unique([together[name] for name in shown], return_counts=True)[1]
    lacking = tuple(
        f"{SIDES[side]} has no '{names[k]}'" if counts[:, k].any() else f"no side has a '{names[k]}'"
        for k in range(len(names))
        for side in range(3 if counts[:, k].any() else 1)
        if shares[side] and not counts[side, k]
    )
    return Split(names, counts, len(sizes), int(sizes.max()), lacking)


def deal(
    together: Mapping[str, str], shown: Mapping[str, int], kinds: int, seed: int, shares: tuple[float, float, float]
) -> dict[str, int]:
    """Deal pictures out to sides 0, 1, 2; `together` names each one's bundle, `shown` its class, 0 to `kinds` − 1."""
    members: dict[str, list[str]] = defaultdict(list)
    for name in sorted(together):
        members[together[name]].append(name)
    held = {
        bundle: np.bincount([shown[name] for name in group], minlength=kinds).astype(np.float64)
        for bundle, group in members.items()
    }
    wish = np.outer(shares, np.sum(list(held.values()), axis=0))
    open_ = wish.copy()
    drawn = np.random.default_rng(seed).permutation(sorted(members))
    order = sorted(drawn.tolist(), key=lambda bundle: -len(members[bundle]))
    sides: dict[str, int] = {}
    for bundle in order:
        wanted = np.divide(open_, wish, out=np.full_like(wish, -np.inf), where=wish > 0)
        has = held[bundle] > 0
        side = int(np.argmax((wanted[:, has] * held[bundle][has]).sum(axis=1)))
        open_[side] -= held[bundle]
        sides |= dict.fromkeys(members[bundle], side)
    return sides
