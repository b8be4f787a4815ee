"""FER+ as arrays to learn from: close-up pictures and ten votes each → chips, cues, soft targets, splits.

The file `ferplus_dev.npz` joins the FER2013 pictures (Goodfellow et al. 2013) with the ten FER+ votes (Barsoum et al.
2016). `look_close` sees every picture and cuts it like a live face; the cuts are kept in a file, since they take
minutes.

Conventions
-----------
targets : float32 (n, 8) in the order of `EMOTIONS`, each row the votes for the eight divided by their sum.
four : int8 (n,), the four-class truth in the order of `FOUR` (majority of the votes), −1 if it is none of them.
split : "train", "develop" or "validate". Validation is the file's `split4` = 1 and serves to report, never to choose.
    Development is a tenth of the rest, drawn by `dup_group`, and serves every choice. No group is on two sides:
    pictures that share a group with validation are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.affect.recipe import CueScale, standardise
from mien.cues.geometry import measure
from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.face.look import MIN_MESH_SCORE, look_close_ups
from mien.lab.arrays import load_arrays, save_arrays
from mien.nets import Floats
from mien.values import Face
from mien.vocabulary import EIGHT, EMOTIONS, Classes

FOUR = ("happiness", "sadness", "anger", "neutral")
"""The four classes in the order of the file's `label4`."""
FOUR_COLUMNS = tuple(EMOTIONS.index(name) for name in FOUR)

RARE = ("sadness", "anger")
"""The classes that a training draws more often than they occur."""

MOST_FOREIGN_VOTES = 0.5
"""A picture is left out if more than this share of its votes is "unknown" or "not a face"."""
DEVELOPMENT_SHARE = 0.1
SPLIT_SEED = 2016
"""Seed of the development split: it is the same for every training, whatever the training's own seed."""


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Pictures as the reader sees them: `chips` uint8 (n, 64, 64); `cues` float32 (n, c) and `valid` bool (n, c)."""

    chips: NDArray[np.uint8]
    cues: Floats
    valid: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Faces to learn from or to be examined on, n rows each.

    `chips` uint8 (n, 64, 64); `cues` float32 (n, c) standardised, 0 where unknown; `targets` float32 (n, k) of k
    classes, eight here; `four` int8 (n,); `rows` int64 (n,), places in the file.
    """

    chips: NDArray[np.uint8]
    cues: Floats
    targets: Floats
    four: NDArray[np.int8]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.chips)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "Examples":
        """The rows at `places`."""
        return Examples(**{field.name: getattr(self, field.name)[places] for field in fields(self)})

    def joined(self, other: "Examples") -> "Examples":
        """These rows, then the other's."""
        names = [field.name for field in fields(self)]
        return Examples(**{name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in names})


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """The three splits, the scale that standardises their cues, and the classes of the targets."""

    train: Examples
    develop: Examples
    validate: Examples
    scale: CueScale
    classes: Classes = EIGHT


def cut(pictures: NDArray[np.uint8]) -> Cuts:
    """See close-ups uint8 (n, 48, 48); for a face that the mesh does not find, all cues are unknown."""
    return cuts_of(look_close_ups(pictures))


def cuts_of(faces: Iterable[Face]) -> Cuts:
    """Faces as the reader sees them; for a face that the mesh does not believe in, all cues are unknown."""
    chips, cues, valid = [], [], []
    for face in faces:
        measured = measure(face)
        chips.append(face.chip)
        cues.append(measured.values)
        valid.append(measured.valid & (face.score >= MIN_MESH_SCORE))
    return Cuts(np.stack(chips), np.stack(cues), np.stack(valid))


def load_corpus(data: Path, kept_cuts: Path | None = None, limit: int | None = None) -> Corpus:
    """Read `ferplus_dev.npz` and cut its pictures.

    Parameters
    ----------
    data : the file
    kept_cuts : file that keeps the cuts between runs; made if missing
    limit : use only about this many pictures, drawn evenly (for a quick try)
    """
    if not data.is_file():
        raise BadInput(f"{data}: no such file; give the path of ferplus_dev.npz")
    votes, split4, groups, label4, pictures = load_arrays(
        data, "votes", "split4", "dup_group", "label4", "images"
    ).values()
    if limit is not None and limit < len(votes):
        kept = np.linspace(0, len(votes) - 1, limit).astype(np.int64)
        votes, split4, groups, label4, pictures = (a[kept] for a in (votes, split4, groups, label4, pictures))
        kept_cuts = None
    cuts = _recall(kept_cuts, pictures) if kept_cuts else cut(pictures)

    train, develop, validate = splits(votes, split4, groups)
    scale = CueScale.learn(cuts.cues[train], cuts.valid[train])
    known = votes[:, : len(EMOTIONS)].astype(np.float32)
    targets = known / np.maximum(known.sum(axis=1, keepdims=True), 1)
    everything = Examples(
        chips=cuts.chips,
        cues=standardise(cuts.cues, cuts.valid, scale),
        targets=targets,
        four=label4.astype(np.int8),
        rows=np.arange(len(votes)),
    )
    return Corpus(everything.take(train), everything.take(develop), everything.take(validate), scale)


def splits(
    votes: NDArray[np.uint8], split4: NDArray[np.int8], groups: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows train, develop and validate: three masks bool (n,), by the rule of this module."""
    validate = split4 == 1
    total = votes.sum(axis=1)
    foreign = votes[:, len(EMOTIONS) :].sum(axis=1)
    usable = (total > 0) & (foreign <= MOST_FOREIGN_VOTES * total) & ~np.isin(groups, groups[validate])
    names = np.unique(groups[usable])
    drawn = np.random.default_rng(SPLIT_SEED).random(len(names)) < DEVELOPMENT_SHARE
    develop = usable & np.isin(groups, names[drawn])
    return usable & ~develop, develop, validate


def _recall(path: Path, pictures: NDArray[np.uint8]) -> Cuts:
    path = path.with_suffix(".npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file():
        kept = Cuts(**load_arrays(path, "chips", "cues", "valid"))
        if kept.cues.shape == (len(pictures), len(NAMES)):
            return kept
    cuts = cut(pictures)
    save_arrays(path, chips=cuts.chips, cues=cuts.cues, valid=cuts.valid)
    return cuts
