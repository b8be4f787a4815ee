"""Sharp portraits without votes teach what a faint smile is, by the word of the official expression head.

The raters of FER+ saw 48 pixels and call a faint smile neutral as often as not; portraits of life are full of them.
Here `mien.lab.teacher` says how far lip corners are drawn (mouthSmile, 0..1), and a portrait's target is

    happiness = s / (s + FAINT), neutral = the rest:

a smile of `FAINT` is undecided, a full one nine parts in ten. A portrait that hardly smiles counts as neutral only if
mouth, brows and lids are near the middle of FER+'s neutral faces; any other is left out, as nobody said what it is.

The portraits are those of the 68-point sets (Helen, AFW: research use). The London Set takes no part: it is the test.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.affect.recipe import standardise
from mien.cues.geometry import measure
from mien.cues.names import NAMES
from mien.face.look import look
from mien.face.pictures import decode
from mien.lab.corpus import Corpus, Examples
from mien.lab.teacher import Teacher
from mien.nets import Floats
from mien.values import EMOTIONS, Face, Frame

HAPPINESS, NEUTRAL = EMOTIONS.index("happiness"), EMOTIONS.index("neutral")
FAINT = 0.1
"""A tenth of the widest smile: where a smile begins."""
QUIET = tuple(
    NAMES.index(name)
    for name in ("mouth_openness", "eye_openness_right", "eye_openness_left", "brow_height_right", "brow_height_left")
)
"""Cues that must be near a neutral face's before a face without a smile is called neutral."""
QUIET_DEVIATIONS = 1.5
FRONTAL_DEG = 25.0
CLEAR = 0.6
"""Share of votes that makes a FER+ face clear."""


def load_portraits(data: Path, teacher: Teacher, corpus: Corpus) -> Examples:
    """See the portraits of a file with `jpeg` and `offset`, and label what can be labelled.

    Returns
    -------
    Examples whose targets share themselves between happiness and neutral; `four` is −1, as nobody voted.
    """
    with np.load(data, allow_pickle=False) as file:
        jpeg, offset = file["jpeg"], file["offset"].tolist()
    faces: list[Face] = []
    smiles: list[float] = []
    for start, end in pairwise(offset):
        rgb = decode(jpeg[start:end].tobytes(), "a portrait").rgb
        seen, smile = look(Frame(0.0, rgb))[:1], teacher.smile(rgb)
        if seen and smile is not None and max(abs(angle) for angle in seen[0].pose_deg[:2]) < FRONTAL_DEG:
            faces.append(seen[0])
            smiles.append(smile)
    if not faces:
        return corpus.train.take(np.zeros(0, dtype=np.int64))
    measured = [measure(face) for face in faces]
    cues = standardise(np.stack([m.values for m in measured]), np.stack([m.valid for m in measured]), corpus.scale)
    targets = targets_of(np.array(smiles))
    kept = (targets[:, HAPPINESS] >= targets[:, NEUTRAL]) | is_quiet(cues, corpus)
    four = np.full(len(faces), -1, dtype=np.int8)
    chips = np.stack([face.chip for face in faces])
    return Examples(chips, cues, targets, four, np.arange(len(faces))).take(kept)


def targets_of(smiles: NDArray[np.float64]) -> Floats:
    """Smiles (n,) 0..1 → targets float32 (n, 8)."""
    targets = np.zeros((len(smiles), len(EMOTIONS)), dtype=np.float32)
    targets[:, HAPPINESS] = smiles / (smiles + FAINT)
    targets[:, NEUTRAL] = 1 - targets[:, HAPPINESS]
    return targets


def is_quiet(cues: Floats, corpus: Corpus) -> NDArray[np.bool_]:
    """Which faces, cues float32 (n, c), hold mouth, brows and lids as FER+'s neutral faces do: bool (n,)."""
    neutral = corpus.train.cues[corpus.train.targets[:, NEUTRAL] >= CLEAR][:, list(QUIET)]
    away = np.abs(cues[:, list(QUIET)] - neutral.mean(axis=0))
    return np.asarray((away < QUIET_DEVIATIONS * neutral.std(axis=0)).all(axis=1))
