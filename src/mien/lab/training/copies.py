"""Copies of the faces that change the picture and not the face, and one answer for all (Corpus → a larger one).

    python -m mien.lab.training.copies --data ferplus_dev.npz --cuts cuts.npz --network reader.tflite --out copies.npz
    mien train --data ferplus_dev.npz --cuts cuts.npz --copies copies.npz …

Changes of a cut chip (`mien.lab.training.augment`) leave its cues and its place as they are. In life the mesh sees the
changed picture, and both move. So each picture is changed before it is seen: light, tilt, focus, JPEG, pixels, by
chance. What a trained network says of a face, its copies, and all of them in a mirror, on the mean, is a target that is
one for all: a network that learns it learns to say the same of all, and from a better teacher than the network by
itself (as an ensemble teaches: Hinton, Vinyals & Dean 2015).

Conventions
-----------
chips, cues, valid : m copies, as `mien.lab.training.corpus.Cuts` has them
rows : int64 (m,), the pictures' places in the file
answers : float32 (n, 8), for each picture of the file; 0 where it was not learnt from
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.affect.network import Reader
from mien.affect.recipe import standardise
from mien.errors import BadInput
from mien.lab.arrays import load_arrays, save_arrays
from mien.lab.exams.changes import Picture, blur, gamma, jpeg, smaller, stops, tilt
from mien.lab.exams.exam import FERPLUS, find_data
from mien.lab.exams.invariance import CLOSE_EYES_PX
from mien.lab.training.augment import mirror_cues
from mien.lab.training.corpus import Corpus, Cuts, Examples, close_up, cuts_of, load_corpus
from mien.nets import Floats
from mien.values import EMOTIONS

CHANGE_SHARE = 0.4
"""Probability of each of the changes."""
EACH = 2
"""Copies of each face."""
ANSWER_SHARE = 0.7
"""How much of a target is the network's answer; the votes say the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """See the conventions of this module."""

    cuts: Cuts
    rows: NDArray[np.int64]
    answers: Floats

    def save(self, path: Path) -> None:
        """Write them as the conventions say."""
        cuts = self.cuts
        save_arrays(path, chips=cuts.chips, cues=cuts.cues, valid=cuts.valid, rows=self.rows, answers=self.answers)

    @classmethod
    def load(cls, path: Path) -> "Copies":
        """Read what `save` wrote.

        Raises
        ------
        BadInput
            If there is no such file, or it is another.
        """
        kept = load_arrays(path, "chips", "cues", "valid", "rows", "answers")
        return cls(Cuts(kept["chips"], kept["cues"], kept["valid"]), kept["rows"], kept["answers"])

    def beside(self, corpus: Corpus) -> Corpus:
        """The corpus with these copies among the faces to learn from, and the answers joined to their targets.

        Raises
        ------
        BadInput
            If they are copies of other faces.
        """
        faces = corpus.train
        if len(self.answers) <= faces.rows.max() or not np.isin(self.rows, faces.rows).all():
            raise BadInput("copies of other faces than these; make them anew with python -m mien.lab.training.copies")
        seen = faces.take(np.searchsorted(faces.rows, self.rows))
        cues = standardise(self.cuts.cues, self.cuts.valid, corpus.scale)
        every = faces.joined(replace(seen, chips=self.cuts.chips, cues=cues))
        targets = ANSWER_SHARE * self.answers[every.rows] + (1 - ANSWER_SHARE) * every.targets
        return replace(corpus, train=replace(every, targets=targets.astype(np.float32)), copies=len(self.rows))


def changed(picture: Picture, rng: np.random.Generator) -> Picture:
    """A close-up with some of the changes."""
    ways = (
        gamma(float(np.exp(rng.normal(0, 0.4)))),
        stops(float(rng.uniform(-1, 1))),
        tilt(float(rng.uniform(-18, 18))),
        blur(float(rng.uniform(0.015, 0.065))),
        smaller(float(rng.uniform(0.45, 1))),
        jpeg(int(rng.integers(20, 80))),
    )
    for way, chosen in zip(ways, rng.random(len(ways)) < CHANGE_SHARE, strict=True):
        if chosen:
            picture = way(picture, CLOSE_EYES_PX)
    return picture


def copy(pictures: NDArray[np.uint8], rows: NDArray[np.int64], each: int = EACH) -> tuple[Cuts, NDArray[np.int64]]:
    """Copies of close-ups uint8 (n, 48, 48) as they are seen, and the rows that they are of; a face's copies depend on
    its row alone."""
    many = np.repeat(rows, each)
    drawn = [np.random.default_rng((row, turn)) for row in rows for turn in range(each)]
    cuts = cuts_of(close_up(changed(pictures[row], rng)) for row, rng in zip(many, drawn, strict=True))
    return cuts, many


def answered(reader: Reader, faces: Examples, copies: Cuts, rows: NDArray[np.int64], pictures: int) -> Floats:
    """What the network says of each face, its copies and their mirror images, on the mean: float32 (pictures, 8)."""
    chips = np.concatenate([faces.chips, copies.chips])
    cues = np.concatenate([faces.cues, standardise(copies.cues, copies.valid, reader.scale)])
    of = np.concatenate([faces.rows, rows])
    said = np.zeros((pictures, len(EMOTIONS)))
    for seen, heard in ((chips, cues), (chips[:, :, ::-1], mirror_cues(cues, reader.scale))):
        np.add.at(said, of, calibrated(reader.answer(seen, heard).logits, reader.temperature))
    times = np.maximum(said.sum(axis=1, keepdims=True), 1)
    return np.asarray(said / times, dtype=np.float32)


def main() -> None:
    """Make copies from the command line."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.training.copies")
    options.add_argument("--data", type=Path, required=True, help="ferplus_dev.npz, or the folder that holds it")
    options.add_argument("--cuts", type=Path, help="where the cut faces are kept between trainings")
    options.add_argument(
        "--network", type=Path, required=True, help="reader.tflite that answers, its manifest beside it"
    )
    options.add_argument("--each", type=int, default=EACH, help="copies of each face")
    options.add_argument("--out", type=Path, required=True, help="file for the copies (npz)")
    asked = options.parse_args()
    data = find_data(asked.data, FERPLUS)
    faces = load_corpus(data, asked.cuts).train
    pictures = load_arrays(data, "images")["images"]
    cuts, rows = copy(pictures, faces.rows, asked.each)
    answers = answered(Reader(asked.network), faces, cuts, rows, len(pictures))
    Copies(cuts, rows, answers).save(asked.out)


if __name__ == "__main__":
    main()
