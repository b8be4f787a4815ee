"""Do annotators see the same in the same faces? (labels of a project → coefficients, and who mixes up what)

"Cannot tell" is told twice: left out, as a value that is missing, and as a verdict of its own. Skips are never counted.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mien.data.labelling.reliability import (
    Coefficient,
    cohen_kappa,
    confusion,
    fleiss_kappa,
    interval_alpha,
    nominal_alpha,
    votes_of,
)
from mien.data.labelling.truth import COUNTING
from mien.data.project import Project
from mien.errors import BadInput


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two annotators: Cohen's `kappa`, and `table` int64 (k + 1, k + 1): rows say the first; "cannot tell" is last."""

    first: str
    second: str
    kappa: Coefficient
    table: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How annotators agree.

    `faces` that anybody judged, `common` those that two or more did; `classes` names the k classes; `alpha` is
    Krippendorff's over them, `alpha_with_blank` with "cannot tell" as one more; `of_class` alpha of each class against
    the rest; `fleiss` over the faces that everybody put in a class, None where there is none; `valence` and `arousal`
    alphas of the places on the plane; `together` int64 (k + 1, k + 1) how often a face got row from one and column from
    another, over all pairs, symmetric.
    """

    annotators: tuple[str, ...]
    classes: tuple[str, ...]
    faces: int
    common: int
    alpha: Coefficient
    alpha_with_blank: Coefficient
    of_class: tuple[Coefficient, ...]
    fleiss: Coefficient | None
    valence: Coefficient
    arousal: Coefficient
    pairs: tuple[Pair, ...]
    together: NDArray[np.int64]

    def rows(self) -> tuple[tuple[str, Coefficient | None], ...]:
        """Every coefficient under its name, in the order in which they are told; None where it cannot be had."""
        return (
            ("Krippendorff's alpha, classes", self.alpha),
            ("… with 'cannot tell' as a verdict", self.alpha_with_blank),
            *((f"… {name} against the rest", one) for name, one in zip(self.classes, self.of_class, strict=True)),
            ("Fleiss' kappa, faces that all judged", self.fleiss),
            *((f"Cohen's kappa, {pair.first} and {pair.second}", pair.kappa) for pair in self.pairs),
            ("Krippendorff's alpha, valence", self.valence),
            ("Krippendorff's alpha, arousal", self.arousal),
        )


def agreement(project: Project, seed: int = 1, draws: int = 1000) -> Agreement:
    """Hold the annotators of a project against each other.

    Parameters
    ----------
    seed, draws : of the bootstrap.

    Raises
    ------
    BadInput
        If fewer than two have labelled.
    """
    classes = tuple(one.name for one in project.classes)
    rows = project.db.execute(COUNTING).fetchall()
    people = tuple(sorted({row["annotator"] for row in rows}))
    if len(people) < 2:
        raise BadInput(
            f"{project.folder}: labels of {len(people)} annotator{'s' * (len(people) != 1)}; agreement needs two:"
            f" mien data label {project.typed} --annotator NAME"
        )
    faces = {face: place for place, face in enumerate(sorted({row["face"] for row in rows}))}
    said = np.full((len(people), len(faces)), -1, dtype=np.int64)
    places = np.full((2, len(people), len(faces)), np.nan)
    index = {name: number for number, name in enumerate(classes)}
    for row in rows:
        at = people.index(row["annotator"]), faces[row["face"]]
        said[at] = index.get(row["class"], len(classes))
        if row["valence"] is not None:
            places[:, at[0], at[1]] = row["valence"], row["arousal"]
    named = np.where(said == len(classes), -1, said)
    common = int(((said >= 0).sum(axis=0) > 1).sum())
    votes, all_votes = votes_of(named, len(classes)), votes_of(said, len(classes) + 1)
    of_all = votes[votes.sum(axis=1) == len(people)]
    tables = {
        (a, b): confusion(said[people.index(a)], said[people.index(b)], len(classes) + 1)
        for a, b in combinations(people, 2)
    }
    together = sum(tables.values(), np.zeros((len(classes) + 1,) * 2, dtype=np.int64))
    return Agreement(
        annotators=people,
        classes=classes,
        faces=len(faces),
        common=common,
        alpha=nominal_alpha(votes, seed, draws),
        alpha_with_blank=nominal_alpha(all_votes, seed, draws),
        of_class=tuple(nominal_alpha(_against_rest(votes, place), seed, draws) for place in range(len(classes))),
        fleiss=fleiss_kappa(of_all, seed, draws) if len(of_all) else None,
        valence=interval_alpha(places[0], seed, draws),
        arousal=interval_alpha(places[1], seed, draws),
        pairs=tuple(Pair(a, b, cohen_kappa(table[:-1, :-1], seed, draws), table) for (a, b), table in tables.items()),
        together=together + together.T,
    )


def _against_rest(votes: NDArray[np.int64], place: int) -> NDArray[np.int64]:
    return np.stack([votes[:, place], votes.sum(axis=1) - votes[:, place]], axis=1)
