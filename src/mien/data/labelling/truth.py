"""What each face shows, as far as people said so (labels and folders → soft targets).

Annotators count first: each one's newest label that was not taken back is a vote, skips are none, and "cannot tell" is
a vote for nothing (as "unknown" is in FER+, Barsoum et al. 2016). Where nobody labelled a face, the classes under which
its picture arrived are the votes of its largest face; two different ones cancel out until somebody looks.
Pictures with a mark that spoils them, or whose people refused consent, are left out; what came under two classes counts
once somebody labelled it.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.data.pictures.marks import BEYOND_LABELS, SPOILING, left_out
from mien.data.project import Project

COUNTING = """
SELECT id, face, annotator, verdict, class, valence, arousal FROM labels AS said
WHERE taken_back_at IS NULL AND verdict != 'skip' AND id = (
    SELECT max(id) FROM labels WHERE face = said.face AND annotator = said.annotator
    AND taken_back_at IS NULL AND verdict != 'skip')
ORDER BY face, annotator
"""
"""The labels that count: one a face and annotator."""


@dataclass(frozen=True, slots=True, eq=False)
class Truths:
    """Faces of which people said what they show, n rows each, in the order of their ids.

    `faces` int64 (n,), ids; `sha256` of their pictures; `votes` int64 (n, k), in the order of the project's classes;
    `blank` int64 (n,), votes of "cannot tell".
    """

    faces: NDArray[np.int64]
    sha256: tuple[str, ...]
    votes: NDArray[np.int64]
    blank: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.faces)

    @property
    def targets(self) -> NDArray[np.float32]:
        """Votes over their sum, float32 (n, k), rows summing to 1."""
        return np.asarray(self.votes / self.votes.sum(axis=1, keepdims=True), dtype=np.float32)

    @property
    def majority(self) -> NDArray[np.int64]:
        """The class with most votes, int64 (n,); −1 where two have as many, or "cannot tell" has more."""
        most = self.votes.max(axis=1)
        single = (self.votes == most[:, None]).sum(axis=1) == 1
        return np.where(single & (most >= self.blank), self.votes.argmax(axis=1), -1)


def truths(project: Project) -> Truths:
    """Gather what people said of the faces of a project."""
    names = [one.name for one in project.classes]
    said: dict[int, Counter[str | None]] = defaultdict(Counter)
    for row in project.db.execute(COUNTING):
        said[row["face"]][row["class"]] += 1
    folders: dict[str, set[str]] = defaultdict(set)
    for row in project.db.execute("SELECT sha256, class FROM arrivals WHERE sha256 NOT NULL AND class NOT NULL"):
        folders[row["sha256"]].add(row["class"])
    spoiled, unfit = (left_out(project.db, kinds) for kinds in (SPOILING, BEYOND_LABELS))
    faces, pictures, votes, blank = [], [], [], []
    for row in project.db.execute("SELECT id, sha256, rank FROM faces ORDER BY id"):
        told = said.get(row["id"])
        if told is None and row["rank"] == 0 and row["sha256"] not in spoiled and len(folders[row["sha256"]]) == 1:
            told = Counter(folders[row["sha256"]])
        if told is None or row["sha256"] in unfit or not any(name is not None for name in told):
            continue
        faces.append(row["id"])
        pictures.append(row["sha256"])
        votes.append([told[name] for name in names])
        blank.append(told[None])
    return Truths(
        np.array(faces, dtype=np.int64),
        tuple(pictures),
        np.array(votes, dtype=np.int64).reshape(-1, len(names)),
        np.array(blank, dtype=np.int64),
    )
