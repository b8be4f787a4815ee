"""A split is held against the pictures themselves: nothing that belongs together may stand on two sides (→ leaks).

The check does not trust the split's bundles, nor the look-up that found the copies: it compares the hashes of every two
pictures on different sides, block by block, and proves what is near on their chips. It is quadratic and still quick:
some seconds for ten thousand pictures.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mien.data.pictures.copies import Likenesses, read_prints
from mien.data.pictures.hashes import distance
from mien.data.pictures.near import RADIUS, Prints
from mien.data.project import Project
from mien.data.splitting.bundles import ties_told
from mien.data.words import counted
from mien.errors import BadInput

BLOCK = 512
SHOWN = 5
"""Leaks that a message names."""


def check_leaks(project: Project, sides: Mapping[str, int | str] | None = None) -> int:
    """See that no two pictures on different sides belong together; gives how many pictures have a side.

    Parameters
    ----------
    sides : the side of each picture (sha256); by default as the project has it

    Raises
    ------
    BadInput
        If there is a leak, or no split.
    """
    held = dict(project.db.execute("SELECT sha256, side FROM sides").fetchall()) if sides is None else dict(sides)
    if not held:
        raise BadInput(f"{project.folder}: not split yet; call  mien data split {project.typed}")
    found = sorted(set(leaks(project, held)))
    if found:
        told = "; ".join(f"{one[:12]} and {other[:12]} ({why})" for one, other, why in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise BadInput(
            f"{project.folder}: {counted(len(found), 'leak')} between the sides of the split: {told}{more}; "
            f"call  mien data split {project.typed}  again"
        )
    return len(held)


def leaks(project: Project, sides: Mapping[str, int | str]) -> Iterator[tuple[str, str, str]]:
    """Pairs of pictures on different sides that belong together, and why."""
    yield from _told(project, sides)
    names, prints = read_prints(project)
    place = {name: i for i, name in enumerate(names)}
    alike = Likenesses(project)
    by_side = [
        np.array(sorted(place[name] for name, at in sides.items() if at == side and name in place), dtype=np.int64)
        for side in sorted(set(sides.values()), key=str)
    ]
    for these, those in combinations(by_side, 2):
        for mirrored in (False, True):
            for i, j in _near(prints, these, those, mirrored):
                found, needed = alike(names[i], names[j], mirrored)
                if found >= needed:
                    yield names[i], names[j], f"{'mirrored copies' if mirrored else 'copies'}, alike {found:.3f}"


def _told(project: Project, sides: Mapping[str, int | str]) -> Iterator[tuple[str, str, str]]:
    """People and albums on two sides, also where pictures without a side stand between."""
    first: dict[str, tuple[str, int | str]] = {}
    for one, other, why in ties_told(project):
        for name in (one, other):
            if name in sides:
                earlier, side = first.setdefault(why, (name, sides[name]))
                if side != sides[name]:
                    yield earlier, name, why


def _near(
    prints: Prints, these: NDArray[np.int64], those: NDArray[np.int64], mirrored: bool
) -> Iterator[tuple[int, int]]:
    whole, chips = (prints.mirrored, prints.chip_mirrored) if mirrored else (prints.words, prints.chip_words)
    for start in range(0, len(these), BLOCK):
        block = these[start : start + BLOCK, None]
        faces = prints.has_face[block] & prints.has_face[those]
        for by_face, own, mirror in ((False, prints.words, whole), (True, prints.chip_words, chips)):
            near = (distance(own[block], mirror[those]) <= RADIUS) | (distance(mirror[block], own[those]) <= RADIUS)
            rows, columns = np.nonzero(near & faces if by_face else near)
            one, other = block[rows, 0], those[columns]
            kept = ~prints.unlike(one, other, mirrored, by_face)
            yield from zip(one[kept].tolist(), other[kept].tolist(), strict=True)
