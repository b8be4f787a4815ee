"""The last layers of a trained network are fitted once more, alone (a trained network → one to ship).

    python -m mien.lab.training.last_layers --run RUN --data FOLDER --cuts cuts.npz --performed performed.npz --out OUT

The streams stay as they are. The last layers (`mien.lab.training.heads`) start from nothing and learn from the training
faces of FER+ and the performed ones, without mixing or covering. Faces that most raters call sad or angry count
`RARE_TIMES` times, since both are rare and hard; this was chosen on the development side by macro-F1 of four classes.
The temperature is fitted anew. `mien.lab.training.closer` learns from portraits afterwards.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.assets import read_manifest
from mien.lab.exams.exam import FERPLUS, find_data
from mien.lab.training.corpus import RARE, Corpus, Examples, load_corpus
from mien.lab.training.export import export
from mien.lab.training.frozen import Frozen, Trunk, joined
from mien.lab.training.heads import Heads, fit
from mien.lab.training.performed import load_performed
from mien.lab.training.train import best_temperature_of
from mien.nets import Floats
from mien.vocabulary import EMOTIONS

PENALTY = 0.001
RARE_TIMES = 2


def fitted(trunk: Trunk, seen: Sequence[Frozen], targets: Sequence[Floats]) -> Heads:
    """Last layers fitted to what a network sees, and to the targets (n, 8), of each part."""
    nothing = Heads(np.zeros_like(trunk.heads.weights), trunk.heads.features)
    heads, offset = fit(nothing, joined(list(seen)), np.concatenate(targets), PENALTY)
    return heads.moved(offset)


def is_rare(targets: Floats) -> NDArray[np.bool_]:
    """Which faces most raters call one of the `RARE`, bool (n,)."""
    return np.asarray(targets[:, [EMOTIONS.index(name) for name in RARE]].sum(axis=1) > 0.5)


def refitted(run: Path, corpus: Corpus, performed: Examples, out: Path, parity: Path | None = None) -> Path:
    """Fit, write network and manifest into `out`; return the network's path."""
    trunk = Trunk(run)
    train, targets = trunk.see(corpus.train), corpus.train.targets
    rare = is_rare(targets)
    more = RARE_TIMES - 1
    seen = [train, *[train.take(rare)] * more, trunk.see(performed)]
    heads = fitted(trunk, seen, [targets, *[targets[rare]] * more, performed.targets])
    out.mkdir(parents=True, exist_ok=True)
    return export(trunk.with_heads(heads), _told(run, trunk, heads, corpus), out, parity)


def _told(run: Path, trunk: Trunk, heads: Heads, corpus: Corpus) -> dict[str, Any]:
    """What the manifest says."""
    manifest = read_manifest(run)
    before: dict[str, Any] = manifest["training"]
    developed = heads.logits(trunk.see(corpus.develop))
    return {
        "command": "python -m mien.lab.training.last_layers --run RUN --data DATA --performed performed.npz --out OUT",
        "recipe": {"streams": "frozen", "penalty": PENALTY, "rare": list(RARE), "rare_times": RARE_TIMES},
        "shape": before["shape"],
        "faces": before["faces"],
        "parameters": manifest["parameters"],
        "temperature": best_temperature_of(developed.astype(np.float32), corpus.develop.targets),
        "cues": trunk.scale.rows(),
        "data": [row for row in manifest["data"] if not row["name"].startswith("FER")],
        "after": before,
    }


def main() -> None:
    """Fit the last layers from the command line."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.training.last_layers")
    options.add_argument("--run", type=Path, required=True, help="reader.tflite of a training, its manifest beside it")
    options.add_argument("--data", type=Path, required=True, help="ferplus_dev.npz, or the folder that holds it")
    options.add_argument("--cuts", type=Path, help="where the cut faces are kept between trainings")
    options.add_argument("--performed", type=Path, required=True, help="a file of mien.lab.training.performed")
    options.add_argument("--out", type=Path, required=True, help="folder for the network and its manifest")
    options.add_argument("--parity", type=Path, help="file for the inputs and answers of the parity test")
    asked = options.parse_args()
    corpus = load_corpus(find_data(asked.data, FERPLUS), asked.cuts)
    performed = load_performed(asked.performed, corpus.scale)
    print(refitted(asked.run, corpus, performed, asked.out, asked.parity))


if __name__ == "__main__":
    main()
