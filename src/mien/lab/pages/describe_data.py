"""The data that the project learns from and measures on, counted (folder of files → `results/data.json`).

    python -m mien.lab.pages.describe_data --data FOLDER [--out results]

Each entry is a table, head and rows as text, which `mien.lab.pages.cards` lays out in `cards/data/*.md`. Counts come
from the files themselves; a missing file is an error, since half a description is none.
"""

import argparse
import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from mien.lab.arrays import load_arrays
from mien.lab.exams.exam import find_data
from mien.lab.training.corpus import FOUR, splits
from mien.vocabulary import EMOTIONS
from mien.writing import sha256_of, write_bytes

Table = dict[str, Any]
FILES = MappingProxyType(
    {
        "ferplus": "ferplus_dev.npz",
        "london": "london_ccby.npz",
        "landmarks": "landmarks68.npz",
        "head": "ict_face.npz",
        "teacher": "teacher/face_landmarker.task",
        "lieder": "openscore_lieder.tar",
        "chorales": "jsb_chorales.tar.xz",
        "pop909": "pop909.npz",
        "emopia": "emopia_open.npz",
    }
)
QUADRANTS = ("happy (1)", "tense (2)", "sad (3)", "calm (4)")
AGE_STEPS = (20, 30, 40, 60)


def ferplus_counts(path: Path) -> Table:
    """Faces of the four classes on each side."""
    held = load_arrays(path, "votes", "split4", "dup_group", "label4")
    sides = splits(held["votes"], held["split4"], held["dup_group"])
    rows = []
    for name, side in zip(("train", "develop", "validate"), sides, strict=True):
        label = held["label4"][side].astype(int)
        rows.append([name, _n(side.sum()), *(_n((label == k).sum()) for k in range(len(FOUR))), _n((label < 0).sum())])
    return {"head": ["side", "pictures", *FOUR, "other or no majority"], "rows": rows}


def ferplus_votes(path: Path) -> Table:
    """How the ten raters voted, by the class that most of them chose."""
    held = load_arrays(path, "votes", "ferplus_majority")
    votes, majority = held["votes"].astype(int), held["ferplus_majority"].astype(int)
    share = votes.max(axis=1) / np.maximum(votes.sum(axis=1), 1)
    rows = []
    for code, name in (*enumerate((*EMOTIONS, "no clear majority", "not a face")), (-1, "no votes")):
        chosen = majority == code
        agreed = f"{share[chosen].mean():.0%}" if code >= 0 and chosen.any() else "–"
        rows.append([name, _n(chosen.sum()), agreed])
    return {"head": ["majority", "pictures", "mean share of its raters"], "rows": rows}


def london_people(path: Path) -> Table:
    """People by what they declared; each has one neutral and one smiling portrait."""
    held = load_arrays(path, "subject", "label", "age", "gender", "ethnicity")
    _, first = np.unique(held["subject"].astype(str), return_index=True)
    rows = [["all", "", _n(len(first))]]
    for trait in ("gender", "ethnicity"):
        names, counts = np.unique(held[trait][first].astype(str), return_counts=True)
        rows += [[trait, name or "not told", _n(count)] for name, count in zip(names, counts, strict=True)]
    ages = np.array([int(age) if age.isdigit() else 0 for age in held["age"][first].astype(str)])
    for low, high in pairwise(AGE_STEPS):
        rows.append(["age", f"{low} to {high - 1}", _n(((ages >= low) & (ages < high)).sum())])
    rows.append(["age", "other or not told", _n((~((ages >= AGE_STEPS[0]) & (ages < AGE_STEPS[-1]))).sum())])
    return {"head": ["trait", "group", "people"], "rows": rows}


def landmarks_faces(path: Path) -> Table:
    """Faces by the set they come from."""
    names, counts = np.unique(load_arrays(path, "subset")["subset"].astype(str), return_counts=True)
    return {"head": ["set", "faces"], "rows": [[name, _n(count)] for name, count in zip(names, counts, strict=True)]}


def head_parts(path: Path) -> Table:
    """What the morphable head is made of."""
    held = load_arrays(path, "neutral", "expression_names", "identity", "quads", "part_names")
    rows = [
        ["vertices", _n(len(held["neutral"]))],
        ["faces (quads; a triangle repeats its last index)", _n(len(held["quads"]))],
        ["parts", _n(len(held["part_names"]))],
        ["expression shapes", _n(len(held["expression_names"]))],
        ["identity modes", _n(len(held["identity"]))],
    ]
    return {"head": ["what", "number"], "rows": rows}


def teacher_parts(path: Path) -> Table:
    """The networks in the official bundle."""
    with zipfile.ZipFile(path) as bundle:
        return {
            "head": ["part", "bytes"],
            "rows": [[part.filename, _n(part.file_size)] for part in bundle.infolist() if not part.is_dir()],
        }


def lieder_scores(path: Path) -> Table:
    """Songs, composers and collections of the tree of scores: composer / collection / song."""
    with tarfile.open(path) as held:
        places = [Path(name).parts for name in held.getnames() if name.endswith(".mxl")]
    composers, collections = {place[-4] for place in places}, {place[-4:-2] for place in places}
    rows = [["songs", _n(len(places))], ["composers", _n(len(composers))], ["collections", _n(len(collections))]]
    return {"head": ["what", "number"], "rows": rows}


def chorales_splits(path: Path) -> Table:
    """Chorales by their publisher's split."""
    with tarfile.open(path) as held:
        grid = held.extractfile("jsb/jsb-chorales-16th.json")
        chorales = json.loads(grid.read()) if grid else {}
    rows = [[name, _n(len(pieces)), _n(sum(map(len, pieces)))] for name, pieces in chorales.items()]
    return {"head": ["split", "chorales", "sixteenths"], "rows": rows}


def pop909_pieces(path: Path) -> Table:
    """Arrangements and their notes."""
    held = load_arrays(path, "off")
    notes = np.diff(held["off"].astype(int))
    rows = [["pieces", _n(len(notes))], ["notes", _n(notes.sum())], ["notes of the median piece", _n(np.median(notes))]]
    return {"head": ["what", "number"], "rows": rows}


def emopia_clips(path: Path) -> Table:
    """Clips and songs by quadrant."""
    held = load_arrays(path, "q", "song")
    quadrant, song = held["q"].astype(int), held["song"].astype(str)
    rows = [
        [name, _n((quadrant == q).sum()), _n(len(set(song[quadrant == q])))]
        for q, name in enumerate(QUADRANTS, start=1)
    ]
    rows.append(["all", _n(len(song)), _n(len(set(song)))])
    return {"head": ["quadrant", "clips", "songs"], "rows": rows}


MAKERS: Mapping[str, Callable[[Path], Table]] = MappingProxyType(
    {
        make.__name__: make
        for make in (
            ferplus_counts, ferplus_votes, london_people, landmarks_faces, head_parts, teacher_parts, lieder_scores,
            chorales_splits, pop909_pieces, emopia_clips,
        )
    }
)  # fmt: skip
"""The functions that count each file; a name begins with that of the file in `FILES`."""


def describe_data(data: Path) -> dict[str, Table]:
    """Every table of every file of a folder, and the files themselves.

    Raises
    ------
    BadInput
        If a file is missing.
    """
    paths = {corpus: find_data(data, name) for corpus, name in FILES.items()}
    told = {name: make(paths[name.split("_")[0]]) for name, make in MAKERS.items()}
    rows = [[path.name, f"{path.stat().st_size / 1e6:.1f} MB", sha256_of(path)] for path in paths.values()]
    return told | {"files": {"head": ["file", "size", "sha256"], "rows": rows}}


def _n(number: Any) -> str:
    return f"{int(number):,}"


def main() -> None:
    """Describe from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.pages.describe_data", description="Count the data.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the files")
    parser.add_argument("--out", type=Path, default=Path("results"))
    given = parser.parse_args()
    told = describe_data(given.data)
    given.out.mkdir(parents=True, exist_ok=True)
    write_bytes(given.out / "data.json", (json.dumps(told, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
