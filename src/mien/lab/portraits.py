"""Portraits without emotion labels teach what a faint smile is: AU12, and nothing else of the face said.

The raters of FER+ saw 48 pixels and call a faint smile neutral as often as not; sharp portraits of life are full of
them. Here the label comes from the one cue that FACS names for a smile, lifted lip corners (AU12, Ekman & Friesen
1978): how likely happiness is at a corner lift is learnt on FER+ (one-dimensional logistic regression between clear
happiness and clear neutral, training split only), and read off for portraits that look into the camera. A portrait
with low corners counts as neutral only if mouth, brows and lids are near the middle of the neutral faces' ranges;
whatever is in doubt is left out.

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
from mien.nets import Floats
from mien.values import EMOTIONS, Frame

HAPPINESS, NEUTRAL = EMOTIONS.index("happiness"), EMOTIONS.index("neutral")
CORNERS = tuple(NAMES.index(f"corner_lift_{side}") for side in ("right", "left"))
QUIET = tuple(
    NAMES.index(name)
    for name in ("mouth_openness", "eye_openness_right", "eye_openness_left", "brow_height_right", "brow_height_left")
)
"""Cues that must be near a neutral face's before low lip corners are called neutral."""
QUIET_DEVIATIONS = 1.5
FRONTAL_DEG = 20.0
DOUBTFUL = (0.35, 0.65)
"""Portraits whose likelihood of a smile lies between are left out."""
CLEAR = 0.6
"""Share of votes that makes a FER+ face clear."""


def smile_likelihood(corpus: Corpus) -> tuple[float, float]:
    """Fit p(happiness) = 1 / (1 + exp(−slope · (lift − middle))) on FER+'s training faces; give slope and middle.

    The lift is the mean of both corners, standardised. Both classes weigh alike. Newton's method.
    """
    known = (corpus.train.cues[:, list(CORNERS)] != 0).all(axis=1)
    happy = corpus.train.targets[:, HAPPINESS] >= CLEAR
    neutral = corpus.train.targets[:, NEUTRAL] >= CLEAR
    chosen = known & (happy | neutral)
    lift = corpus.train.cues[chosen][:, list(CORNERS)].mean(axis=1).astype(np.float64)
    truth = happy[chosen].astype(np.float64)
    weight = np.where(truth == 1, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    design = np.stack([lift, np.ones_like(lift)], axis=1)
    beta = np.zeros(2)
    for _ in range(25):
        p = 1 / (1 + np.exp(-design @ beta))
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design
        beta += np.linalg.solve(curvature, design.T @ (weight * (truth - p)))
    return float(beta[0]), float(-beta[1] / beta[0])


def load_portraits(data: Path, corpus: Corpus) -> Examples:
    """See the portraits of a file with `jpeg` and `offset`, and label what can be labelled.

    Returns
    -------
    Examples whose targets share themselves between happiness and neutral; `four` is −1, as nobody voted.
    """
    with np.load(data, allow_pickle=False) as file:
        jpeg, offset = file["jpeg"], file["offset"]
    chips, cues, valid = [], [], []
    for start, end in pairwise(offset.tolist()):
        faces = look(Frame(0.0, decode(jpeg[start:end].tobytes(), "a portrait").rgb))
        if faces and max(abs(angle) for angle in faces[0].pose_deg[:2]) < FRONTAL_DEG:
            measured = measure(faces[0])
            chips.append(faces[0].chip)
            cues.append(measured.values)
            valid.append(measured.valid)
    known = standardise(np.stack(cues), np.stack(valid), corpus.scale)
    smile = _smiles(known, corpus)
    neutral = corpus.train.cues[corpus.train.targets[:, NEUTRAL] >= CLEAR][:, list(QUIET)]
    quiet = (np.abs(known[:, list(QUIET)] - neutral.mean(axis=0)) < QUIET_DEVIATIONS * neutral.std(axis=0)).all(axis=1)
    low, high = DOUBTFUL
    kept = (smile > high) | ((smile < low) & quiet)
    targets = np.zeros((len(known), len(EMOTIONS)), dtype=np.float32)
    targets[:, HAPPINESS], targets[:, NEUTRAL] = smile, 1 - smile
    rows = np.arange(len(known))
    whole = Examples(np.stack(chips), known, targets, np.full(len(known), -1, np.int8), rows)
    return whole.take(kept)


def _smiles(cues: Floats, corpus: Corpus) -> NDArray[np.float64]:
    slope, middle = smile_likelihood(corpus)
    lift = cues[:, list(CORNERS)].mean(axis=1)
    return np.asarray(1 / (1 + np.exp(-slope * (lift - middle))))
