"""The border between a face at rest and a faint expression, as portraits draw it (a trained network → one to ship).

    python -m mien.lab.training.border --run RUN --data FOLDER --cuts cuts.npz --performed performed.npz --out OUT

FER+ raters saw pictures of 48 pixels and called a faint, closed smile neutral; the people of the London Set
(DeBruine & Jones 2017) were told to smile, and their portraits are as clear as a live face. The streams stay as they
are; the last layers (`mien.lab.training.heads`) begin from nothing with the training faces of FER+ and the performed
ones, so that they have met no portrait; then they learn from these again and from the portraits with their mirror
images, each `REPEATED` times, held to where they were by `PENALTY`. Both were chosen on the development side, by
macro-F1 of four classes. No class is drawn oftener than it comes, so that
probabilities are as common as faces are; the temperature is fitted anew.

What portraits can tell of a network that learnt from them is told by people it did not learn from: `FOLDS` times the
last layers learn without a part of the people, and that part is read. These shares stand in the manifest
(`portraits_unseen`), in the card, and among the scores.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.recipe import standardise
from mien.errors import BadInput
from mien.face.look import look
from mien.lab.exams.exam import FERPLUS, LONDON, find_data
from mien.lab.exams.portraits import NO_FACE, WANTED, Portraits, by_label, load_portraits
from mien.lab.training.corpus import Corpus, Examples, cuts_of, load_corpus
from mien.lab.training.export import export
from mien.lab.training.frozen import Frozen, Trunk, joined
from mien.lab.training.heads import Heads, fit
from mien.lab.training.performed import load_performed
from mien.lab.training.train import best_temperature_of
from mien.nets import Floats, read_manifest
from mien.values import EMOTIONS, Frame

FIRST_PENALTY = 0.001
REPEATED, PENALTY = 10, 0.01
FOLDS, FOLD_SEED = 5, 5
TERMS = {"name": "Face Research Lab London Set (DeBruine & Jones 2017)", "terms": "CC BY 4.0; no picture is shipped"}


def seen_portraits(portraits: Portraits, trunk: Trunk) -> tuple[Examples, NDArray[np.int64]]:
    """The largest face of each portrait as an example; and the portraits' places, those without a face left out."""
    seen = [look(Frame(0.0, rgb)) for rgb in portraits.pictures()]
    places = [place for place, faces in enumerate(seen) if faces]
    if not places:
        raise BadInput("no face is found in any of the portraits")
    cuts = cuts_of(seen[place][0] for place in places)
    wanted = [EMOTIONS.index(WANTED[label]) for label in portraits.label[places]]
    examples = Examples(
        cuts.chips,
        standardise(cuts.cues, cuts.valid, trunk.scale),
        np.eye(len(EMOTIONS), dtype=np.float32)[wanted],
        np.full(len(places), -1, dtype=np.int8),
        np.array(places),
    )
    return examples, np.array(places)


class Border:
    """Fits the last layers of a network to what it sees.

    Parameters
    ----------
    trunk : the network.
    learn : what it sees of FER+ and of performed faces, with their targets (n, k).
    portraits : likewise; the views of a face one after the other in a list.
    """

    def __init__(self, trunk: Trunk, learn: tuple[Frozen, Floats], portraits: Sequence[Frozen], wanted: Floats) -> None:
        self._learn, self._portraits, self._wanted = learn, portraits, wanted
        nothing = Heads(np.zeros_like(trunk.heads.weights), trunk.heads.features)
        heads, offset = fit(nothing, *learn, FIRST_PENALTY)
        self._start = heads.moved(offset)

    def fitted(self, rows: NDArray[np.int64]) -> Heads:
        """Heads that learnt from these of the portraits."""
        views = [view.take(rows) for view in self._portraits for _ in range(REPEATED)]
        targets = np.concatenate([self._learn[1], *[self._wanted[rows]] * len(views)])
        heads, offset = fit(self._start, joined([self._learn[0], *views]), targets, PENALTY)
        return heads.moved(offset)

    def read_unseen(self, person: NDArray[np.str_]) -> NDArray[np.str_]:
        """What each portrait reads as when its person was not learnt from, text (n,)."""
        people = np.random.default_rng(FOLD_SEED).permutation(np.unique(person))
        read = np.full(len(person), NO_FACE, dtype=object)
        for part in np.array_split(people, FOLDS):
            held = np.isin(person, part)
            if not held.any():
                continue
            logits = self.fitted(np.flatnonzero(~held)).logits(self._portraits[0].take(held))
            read[held] = np.array(EMOTIONS, dtype=object)[logits.argmax(axis=1)]
        return read.astype(str)


def redrawn(
    run: Path, corpus: Corpus, performed: Examples, portraits: Portraits, out: Path, parity: Path | None = None
) -> Path:
    """Fit, read the portraits of unseen people, write network and manifest into `out`; return the network's path."""
    trunk = Trunk(run)
    examples, places = seen_portraits(portraits, trunk)
    mirrored = trunk.mirrored(examples)
    learn = joined([trunk.see(corpus.train), trunk.see(performed)])
    targets = np.concatenate([corpus.train.targets, performed.targets])
    border = Border(trunk, (learn, targets), [trunk.see(examples), mirrored], examples.targets)
    read = np.full(len(portraits), NO_FACE, dtype=object)
    read[places] = border.read_unseen(portraits.person[places])
    heads = border.fitted(np.arange(len(examples)))
    told = _told(run, trunk, heads, corpus) | {
        "portraits_unseen": {"people": len(np.unique(portraits.person)), "folds": FOLDS}
        | by_label(portraits, read.astype(str))
    }
    out.mkdir(parents=True, exist_ok=True)
    return export(trunk.with_heads(heads), told, out, parity)


def _told(run: Path, trunk: Trunk, heads: Heads, corpus: Corpus) -> dict[str, Any]:
    """What the manifest says."""
    manifest = read_manifest(run)
    before: dict[str, Any] = manifest["training"]
    developed = heads.logits(trunk.see(corpus.develop))
    return {
        "command": "python -m mien.lab.training.border --run RUN --data FOLDER --performed performed.npz --out OUT",
        "recipe": {"streams": "frozen", "first_penalty": FIRST_PENALTY, "repeated": REPEATED, "penalty": PENALTY},
        "shape": before["shape"],
        "faces": before["faces"],
        "parameters": manifest["parameters"],
        "temperature": best_temperature_of(developed.astype(np.float32), corpus.develop.targets),
        "cues": trunk.scale.rows(),
        "data": [TERMS, *(row for row in manifest["data"] if not row["name"].startswith("FER"))],
        "after": before,
    }


def main() -> None:
    """Redraw the border from the command line."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.training.border")
    options.add_argument("--run", type=Path, required=True, help="reader.tflite of a training, its manifest beside it")
    options.add_argument("--data", type=Path, required=True, help="folder with ferplus_dev.npz and london_ccby.npz")
    options.add_argument("--cuts", type=Path, help="where the cut faces are kept between trainings")
    options.add_argument("--performed", type=Path, required=True, help="a file of mien.lab.training.performed")
    options.add_argument("--out", type=Path, required=True, help="folder for the network and its manifest")
    options.add_argument("--parity", type=Path, help="file for the inputs and answers of the parity test")
    asked = options.parse_args()
    corpus = load_corpus(find_data(asked.data, FERPLUS), asked.cuts)
    portraits = load_portraits(find_data(asked.data, LONDON))
    performed = load_performed(asked.performed, corpus.scale)
    path = redrawn(asked.run, corpus, performed, portraits, asked.out, asked.parity)
    unseen = json.loads(path.with_suffix(".json").read_text("utf-8"))["training"]["portraits_unseen"]
    for label, emotion in WANTED.items():
        print(f"{label} portraits of unseen people that read {emotion}: {unseen[label]['share']:.3f}")
    print(path)


if __name__ == "__main__":
    main()
