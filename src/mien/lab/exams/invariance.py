"""How often an answer flips when the expression stays and the picture changes (faces × changes × methods → shares).

    python -m mien.lab.exams.invariance --data FOLDER --kept FOLDER [--full-face full.keras] [--limit 600]
                                          [--out results]

writes `invariance.json`. A flip is another first of the four classes than for the unchanged picture; a face that is no
longer found counts as a flip. There are two sets: close-ups of FER+ (grey, `look_close`) under `CHANGES`, and London
portraits (colour, live `look`; our closer look learnt from these people) under the same changes and the six `SKINS`.
Beside ours stand the grey rule of `mien.lab.exams.baselines`, and a full-face network if its file is given. The average
is over the changes, each counting once, for both sets together as well.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.affect.network import Reader
from mien.assets import asset_path
from mien.cues.geometry import measure
from mien.face.look import look
from mien.lab.command import command, made_of
from mien.lab.exams import metrics
from mien.lab.exams.baselines import Taught, grey_cells, grey_rule
from mien.lab.exams.changes import CHANGES, SKINS, retint
from mien.lab.exams.exam import FERPLUS, LONDON, Pictures, find_data, load_exam, reader_of_ferplus
from mien.lab.exams.portraits import load_portraits
from mien.lab.exams.prepared import Prepared, recall
from mien.lab.training.corpus import FOUR_COLUMNS
from mien.values import Frame
from mien.writing import write_bytes

Answer = Callable[[Prepared], NDArray[np.int64]]
"""A method: prepared pictures → first of the four classes, int64 (n,)."""
CLOSE_EYES_PX = 18.0


def ours(reader: Reader) -> Answer:
    """The reader's first of four, clear faces looked at closely."""

    def probs(shown: Prepared) -> NDArray[np.float64]:
        read = [reader.read(face, measure(face)).probs for face in shown.faces]
        return metrics.renormalised(np.array(read), FOUR_COLUMNS)

    return by_probs(probs)


def by_probs(method: Callable[[Prepared], NDArray[np.float64]]) -> Answer:
    """The first of a method's four."""
    return lambda shown: method(shown).argmax(axis=1)


def of_close_ups(pictures: Pictures, methods: Mapping[str, Answer]) -> dict[str, dict[str, Any]]:
    """Flips of each method under each change, on close-ups uint8 (n, 48, 48)."""

    def answers(changed: Pictures) -> dict[str, NDArray[np.int64]]:
        shown = Prepared(changed)
        return {name: method(shown) for name, method in methods.items()}

    plain = answers(pictures)
    found: dict[str, dict[str, Any]] = {name: {} for name in methods}
    for change, make in CHANGES.items():
        changed = answers(np.stack([make(picture, CLOSE_EYES_PX) for picture in pictures]))
        for name in methods:
            found[name][change] = metrics.share_of(changed[name] != plain[name])
    return found


def of_portraits(portraits: Iterator[Pictures], methods: Mapping[str, Answer]) -> dict[str, dict[str, Any]]:
    """Flips of each method under each change and each skin, on colour pictures with one face, all of one size."""
    flips: dict[str, dict[str, list[bool]]] = {name: {} for name in methods}
    for rgb in portraits:
        seen = look(Frame(0.0, rgb))
        if not seen:
            continue
        eyes_px = seen[0].chip_scale * 24
        ways = {change: make(rgb, eyes_px) for change, make in CHANGES.items()}
        ways |= {skin: retint(rgb, seen[0], skin) for skin in SKINS}
        plain = {name: method(Prepared(_grey(rgb), seen[:1]))[0] for name, method in methods.items()}
        for way, changed in ways.items():
            again = look(Frame(0.0, changed))
            shown = Prepared(_grey(changed), again[:1])
            for name, method in methods.items():
                flipped = not again or bool(method(shown)[0] != plain[name])
                flips[name].setdefault(way, []).append(flipped)
    return {
        name: {way: metrics.share_of(np.array(flipped)) for way, flipped in ways.items()}
        for name, ways in flips.items()
    }


def average(*tables: Mapping[str, Mapping[str, Any]]) -> float:
    """Mean share of flips over the changes of all tables, each change counting once."""
    return round(float(np.mean([told["share"] for table in tables for told in table.values()])), 4)


def _grey(rgb: Pictures) -> Pictures:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)[None]


def main() -> None:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.exams.invariance", description="How often answers flip.")
    parser.add_argument("--data", type=Path, required=True, help="folder with ferplus_dev.npz and london_ccby.npz")
    parser.add_argument("--kept", type=Path, required=True, help="folder where prepared pictures are kept between runs")
    parser.add_argument("--weights", type=Path, default=asset_path("mien.affect", "reader.tflite"))
    parser.add_argument("--full-face", type=Path, help="a keras file: chips (n, 64, 64, 1) → logits (n, 8)")
    parser.add_argument("--limit", type=int, default=600, help="faces of each set")
    parser.add_argument("--taught", type=int, default=4000, help="faces that the grey rule's thresholds come from")
    parser.add_argument("--out", type=Path, default=Path("results"))
    given = parser.parse_args()
    train = load_exam(given.data, "train", given.taught)
    shown = recall(train, given.kept / f"train-{len(train)}.npz")
    taught = Taught(shown, train.four, shown, train.four)
    methods = {
        "ours": ours(reader_of_ferplus(given.weights)),
        "grey rule": by_probs(grey_rule(taught)),
        "grey cells": by_probs(grey_cells(taught)),
    }
    if given.full_face:
        from mien.lab.exams.plain_nets import full_face_method, load_keras

        methods["full face"] = by_probs(full_face_method(load_keras(given.full_face)))
    exam = load_exam(find_data(given.data, FERPLUS), "validate", given.limit)
    close_ups = of_close_ups(exam.pictures, methods)
    portraits = load_portraits(find_data(given.data, LONDON), given.limit)
    colour = of_portraits(portraits.pictures(), methods)
    told = {
        "command": command(parser, given, "data", "kept"),
        "made_of": made_of(
            given.weights, given.full_face, find_data(given.data, FERPLUS), find_data(given.data, LONDON)
        ),
        "faces": {"close-ups": len(exam), "portraits": len(portraits)},
        "close_ups": close_ups,
        "portraits": colour,
        "average": {
            "close-ups": {name: average(close_ups[name]) for name in methods},
            "portraits": {name: average(colour[name]) for name in methods},
            "all": {name: average(close_ups[name], colour[name]) for name in methods},
        },
    }
    given.out.mkdir(parents=True, exist_ok=True)
    write_bytes(given.out / "invariance.json", (json.dumps(told, indent=1) + "\n").encode())
    print(json.dumps(told["average"], indent=1))


if __name__ == "__main__":
    main()
