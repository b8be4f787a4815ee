"""A project becomes examples to learn from and to be examined on (mien.data → Examples by side, no keras).

What people said of each face is its target (`mien.data.labelling.truth`); chips and cues are those measured at
collection, so nothing is looked at again. A face that more people "cannot tell" than can is not learnt from (like FER+
pictures that are mostly "unknown", see `mien.lab.training.corpus`). Sides are those of the project's split. A project
that has none is split here as `mien data split` does it, and keeps that split.

Conventions: targets float32 (n, k) in the order of the project's classes; majority int64 (n,), −1 if there is none.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.affect.recipe import CueScale, standardise
from mien.data.labelling.truth import COUNTING, Truths, truths
from mien.data.pictures.faces import Faces
from mien.data.pictures.faces import gather as kept_faces
from mien.data.project import FILE, Project
from mien.data.splitting.bundles import bundles
from mien.data.splitting.split import SIDES, split
from mien.data.words import counted
from mien.errors import BadInput
from mien.lab.training.corpus import Corpus, Cuts, Examples
from mien.nets import Floats
from mien.vocabulary import Classes

TEST = SIDES[-1]
"""The side that is neither learnt from nor chosen by."""
MARK_DIGITS = 16
FEWEST = 2
"""The least number of classes with faces, and of faces to learn a class from; with fewer there is nothing to tell
apart."""


@dataclass(frozen=True, slots=True, eq=False)
class ProjectFaces:
    """Faces that people have labelled, n rows each.

    `cuts` are as collected; `points` float32 (n, 68, 2), pixels of the picture; `targets` and `majority` are as the
    module says; `sides` (n,) are names of `SIDES`; `digest` identifies pictures and targets together; `labelled` (n,)
    says whether a person labelled the face, or only a folder; `pictures` are the faces' (sha256); `together` names the
    bundle of every picture of the project (`mien.data.splitting.bundles`); `typed` is the project's folder as it is
    typed in a command.
    """

    name: str
    classes: Classes
    cuts: Cuts
    points: Floats
    targets: Floats
    majority: NDArray[np.int64]
    sides: NDArray[np.str_]
    digest: str
    labelled: NDArray[np.bool_]
    pictures: tuple[str, ...]
    together: Mapping[str, str]
    typed: str = "PROJECT"

    def __len__(self) -> int:
        return len(self.majority)

    @property
    def groups(self) -> NDArray[np.str_]:
        """The bundle of each face's picture, (n,)."""
        return np.array([self.together[picture] for picture in self.pictures], dtype=np.str_)

    @property
    def learnt(self) -> list[str]:
        """The pictures of the sides that are learnt from and chosen by, as marks (see `mark_of`)."""
        pairs = zip(self.pictures, self.sides.tolist(), strict=True)
        return sorted({mark_of(picture) for picture, side in pairs if side != TEST})

    def akin(self, marks: Collection[str]) -> NDArray[np.bool_]:
        """Whether a face's picture, or one that belongs together with it, has one of the marks; bool (n,)."""
        bundles = {bundle for picture, bundle in self.together.items() if mark_of(picture) in marks}
        gone = np.array([mark_of(picture) in marks for picture in self.pictures], dtype=np.bool_)
        return gone | np.array([self.together.get(picture) in bundles for picture in self.pictures], dtype=np.bool_)

    def examples(self, scale: CueScale) -> Examples:
        """All faces, their cues standardised by a network's scale."""
        n = len(self)
        cues = standardise(self.cuts.cues, self.cuts.valid, scale)
        return Examples(self.cuts.chips, cues, self.targets, np.full(n, -1, np.int8), np.arange(n))

    def corpus(self, scale: CueScale) -> Corpus:
        """The sides as training takes them."""
        every = self.examples(scale)
        train, develop, test = (every.take(self.sides == side) for side in SIDES)
        return Corpus(train, develop, test, scale, self.classes)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Faces with a majority, by side and class."""
        return {
            side: {
                one.name: int(((self.sides == side) & (self.majority == place)).sum())
                for place, one in enumerate(self.classes)
            }
            for side in SIDES
        }

    @property
    def help(self) -> str:
        """What to do where faces are lacking."""
        return f"label more, or look with  mien data status {self.typed}"

    @property
    def lacking(self) -> str | None:
        """What is wanting to tell classes apart, in words; None if nothing is."""
        train = self.counts()[SIDES[0]]
        if sum(count >= FEWEST for count in train.values()) >= FEWEST:
            return None
        return f"too few faces to learn from ({', '.join(f'{name} {count}' for name, count in train.items())})"


def learnable(faces: ProjectFaces) -> tuple[ProjectFaces, tuple[str, ...]]:
    """The faces with only those classes that have faces, and the names of the classes left out, which nobody could
    learn or examine.

    Raises
    ------
    BadInput
        If a class has faces, but none to learn from.
    """
    counts = faces.counts()
    learnt = tuple(one for one in faces.classes if counts[SIDES[0]][one.name])
    absent = [one for one in faces.classes if one not in learnt]
    for one in absent:
        if any(counts[side][one.name] for side in SIDES):
            told = ", ".join(f"{side} {counts[side][one.name]}" for side in SIDES)
            raise BadInput(
                f"{faces.name}: no face of '{one.name}' to learn from ({told}); collect or label more, or deal the "
                f"pictures out anew:  mien data split {faces.typed} --seed 1"
            )
    if not absent:
        return faces, ()
    has = np.array([one in learnt for one in faces.classes])
    rows = np.flatnonzero(faces.targets[:, has].sum(axis=1) > 0)
    targets, places = faces.targets[np.ix_(rows, has)], np.append(np.cumsum(has) - 1, -1)
    some = replace(
        faces,
        classes=learnt,
        cuts=Cuts(faces.cuts.chips[rows], faces.cuts.cues[rows], faces.cuts.valid[rows]),
        points=faces.points[rows],
        targets=targets / targets.sum(axis=1, keepdims=True),
        majority=places[faces.majority[rows]],
        sides=faces.sides[rows],
        labelled=faces.labelled[rows],
        pictures=tuple(faces.pictures[row] for row in rows.tolist()),
    )
    return some, tuple(one.name for one in absent)


def check_sides(faces: ProjectFaces) -> None:
    """See that there are faces to learn from and to choose by; to train, a test side is not needed.

    Raises
    ------
    BadInput
        If a side has none.
    """
    for side in SIDES[:-1]:
        if not (faces.sides == side).any():
            raise BadInput(
                f"{faces.name}: no face on the side '{side}'; label more, or give it a larger share:  "
                f"mien data split {faces.typed}"
            )


def thin(faces: ProjectFaces) -> list[str]:
    """What a person is told where a class has fewer than `FEWEST` faces to learn from, or to choose by."""
    few = {
        side: ", ".join(name for name, count in counts.items() if count < FEWEST)
        for side, counts in faces.counts().items()
    }
    told = []
    if few["train"]:
        told.append(f"fewer than {FEWEST} faces of {few['train']} to learn from: it will hardly ever be the answer")
    if few["develop"]:
        told.append(f"few faces of {few['develop']} to choose by: label more, and believe the figures the less")
    return told


def is_project(path: Path) -> bool:
    """Whether a folder is a project."""
    return (path / FILE).is_file()


def gather(folder: Path, say: Callable[[str], None] = lambda _: None) -> ProjectFaces:
    """The faces of a project that people have labelled, enough to learn from; `say` is told if it had to be split.

    Raises
    ------
    BadInput
        If there is no project, or fewer than two of its classes have faces to learn from.
    """
    faces = gather_any(folder, say)
    if lacking := faces.lacking:
        raise BadInput(f"{folder}: {lacking}; {faces.help}")
    return faces


def gather_any(folder: Path, say: Callable[[str], None] = lambda _: None) -> ProjectFaces:
    """The faces of a project that people said something of, however few; `say` is told if it had to be split.

    Raises
    ------
    BadInput
        If there is no project.
    """
    with Project.open(folder) as project:
        said, classes = _told(truths(project)), project.classes
        together, typed = bundles(project), project.typed
        sides = _sides(project, said, say)
        kept = _kept(project, said)
        given = {row["face"] for row in project.db.execute(COUNTING)}
    digest = hashlib.sha256("\n".join(said.sha256).encode() + said.votes.tobytes()).hexdigest()
    cuts, name = Cuts(kept.chips, kept.cues, kept.valid), folder.resolve().name
    return ProjectFaces(
        name,
        classes,
        cuts,
        kept.points,
        said.targets,
        said.majority,
        sides,
        digest,
        np.array([face in given for face in said.faces.tolist()], dtype=np.bool_),
        said.sha256,
        together,
        typed,
    )


def mark_of(picture: str) -> str:
    """How a manifest remembers a picture: whoever has the picture can tell that it was learnt from, nobody else can."""
    return hashlib.sha256(f"learnt {picture}".encode()).hexdigest()[:MARK_DIGITS]


def _told(said: Truths) -> Truths:
    """The faces that no more people "cannot tell" than can."""
    told = said.blank <= said.votes.sum(axis=1)
    pictures = tuple(sha256 for sha256, is_told in zip(said.sha256, told.tolist(), strict=True) if is_told)
    return Truths(said.faces[told], pictures, said.votes[told], said.blank[told])


def _kept(project: Project, said: Truths) -> Faces:
    """What was measured of the faces, in their order."""
    try:
        return kept_faces(project, said.faces.tolist())
    except ValueError:
        raise BadInput(
            f"{project.folder}: its faces are of another version of mien; look at the pictures again: "
            f"mien data clean {project.typed}"
        ) from None


def _sides(project: Project, said: Truths, say: Callable[[str], None]) -> NDArray[np.str_]:
    """The side of each face; a project without a split is split first."""
    query = "SELECT sha256, side FROM sides"
    if not (told := dict(project.db.execute(query).fetchall())) and len(said):
        say(f"no split in the project: making one, as by  mien data split {project.typed}")
        split(project)
        told = dict(project.db.execute(query).fetchall())
    if missing := sum(sha256 not in told for sha256 in said.sha256):
        raise BadInput(
            f"{project.folder}: no side for {counted(missing, 'labelled picture')} that came after the split; split "
            f"again with  mien data split {project.typed}"
        )
    return np.array([told[sha256] for sha256 in said.sha256], dtype=np.str_)
