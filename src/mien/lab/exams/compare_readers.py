"""The comparison the project was born for: six ways to read a face, one table, the same faces in the same run.

    python -m mien.lab.exams.compare_readers --data FOLDER --kept FOLDER [--limit N] [--epochs E]
                                               [--full-face full.keras] [--teacher teacher.npz]

writes `comparison.json` and `comparison.html` into --out. The methods, from the simplest on:

floor : the commonest class of the training faces, always
a : Haar box + grey-level rule; and the most that a grey-level rule can do (`mien.lab.exams.baselines`)
b : Haar box + HOG + logistic regression
c : a plain Keras CNN on the whole grey picture, like the origin's
d : 68-point geometry alone + logistic regression
e : a full-face CNN of our budget, trained here or given as a keras file (`mien.lab.exams.plain_nets`)
f : ours, as it ships

All are examined on the validation faces (four classes) and taught on the training faces, or on --limit of them drawn at
random. (c) and (e) see them for --epochs, (e) with the answers of the --teacher if one is given (as ours had one), as
the same share of each target. Ours was trained before; the result says on how many faces and for how long. Trained
networks are kept in --kept under the name of their budget, precision and teacher, so that an interrupted run continues.
Every method is asked once for its probabilities; measures are those of `mien.lab.exams.metrics`; "behind ours" is the
paired difference.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.network import Reader
from mien.assets import asset_path, read_manifest
from mien.lab.command import command, made_of
from mien.lab.exams import baselines, metrics
from mien.lab.exams.evaluate import by_class
from mien.lab.exams.exam import FERPLUS, Exam, ask, find_data, load_exam, prepare, reader_of_ferplus
from mien.lab.exams.prepared import Prepared, recall
from mien.lab.pages.page import heading, page, paragraph, table, text
from mien.lab.training.corpus import FOUR, FOUR_COLUMNS
from mien.writing import sha256_of, write_together

Probs = NDArray[np.float64]
SPEED_CALLS = 40
OURS = "f"


@dataclass(frozen=True, slots=True, eq=False)
class Entrant:
    """A method in the comparison: its letter and name, how it answers, and what it was taught on."""

    letter: str
    name: str
    answer: Callable[[Prepared], Probs]
    taught_on: str
    parameters: int | None = None


def simple(taught: baselines.Taught) -> list[Entrant]:
    """The methods that need no keras."""
    shares = np.bincount(taught.train_truth, minlength=len(FOUR)) / len(taught.train_truth)
    told = f"{len(taught.train):,} faces"
    return [
        Entrant("–", "always the commonest class", lambda shown: np.tile(shares, (len(shown), 1)), told),
        Entrant("a", "Haar box, grey-level rule", baselines.grey_rule(taught), told),
        Entrant("a+", "Haar box, best grey-level cells", baselines.grey_cells(taught), told),
        Entrant("b", "Haar box, HOG, logistic regression", baselines.hog(taught), told),
        Entrant("d", "68-point geometry, logistic regression", baselines.geometry(taught), told),
    ]


def networks(
    taught: baselines.Taught,
    targets: NDArray[np.float32],
    epochs: int,
    kept: Path,
    full_face: Path | None,
    teacher: Path | None,
    bfloat16: bool,
) -> list[Entrant]:
    """The Keras networks, trained now or kept; steps and averages are as long as in our own training."""
    from mien.lab.exams import plain_nets as nets
    from mien.lab.training.precision import SHORT, WHOLE
    from mien.lab.training.train import Plan

    precision = SHORT if bfloat16 else WHOLE
    plan = Plan()
    budget = nets.Budget(epochs=epochs, batch=plan.batch, rate=plan.rate, average=plan.average)
    name = f"{len(taught.train)}-faces-{epochs}-epochs" + ("-bfloat16" if bfloat16 else "")
    told = f"{len(taught.train):,} faces, {epochs} epochs"
    pictures, chips = taught.train.pictures, taught.train.chips
    plain = nets.trained(
        kept / f"plain-cnn-{name}.keras",
        nets.build_plain_cnn,
        lambda net: nets.train_plainly(net, pictures, targets, nets.mirrored, budget),
        precision,
    )
    if full_face:
        full, full_told = nets.load_keras(full_face), f"given: {full_face.name}"
    else:
        full_told = told
        changed: nets.Changed = nets.changed_as_ours
        if teacher:
            from mien.lab.training.teacher import Teacher

            changed = nets.with_answers(changed, Teacher.load(teacher, short=bfloat16), plan.teacher_share)
            full_told = f"{told}, with a teacher"
            name += f"-taught-by-{sha256_of(teacher)[:8]}"
        full = nets.trained(
            kept / f"full-face-{name}.keras",
            nets.build_full_face,
            lambda net: nets.train_plainly(net, chips, targets, changed, budget),
            precision,
        )
    return [
        Entrant("c", "plain CNN, whole picture", nets.plain_method(plain), told, plain.count_params()),
        Entrant("e", "full-face CNN", nets.full_face_method(full), full_told, full.count_params()),
    ]


def ours(reader: Reader, weights: Path) -> Entrant:
    """The reader as an entrant."""
    manifest = read_manifest(weights)
    told = taught_on(manifest.get("training", {}))

    def answer(shown: Prepared) -> Probs:
        return metrics.renormalised(ask(reader, prepare(reader, shown.faces))[1], FOUR_COLUMNS)

    return Entrant(OURS, "mien: four focal streams", answer, told, manifest.get("parameters"))


def taught_on(training: Mapping[str, Any]) -> str:
    """What a network was taught on, as its manifest tells it, including the trainings that it continued."""
    faces, epochs = training.get("faces", {}).get("train"), []
    before: Mapping[str, Any] | None = training
    while before:
        epochs += [before["plan"]["epochs"]] if "plan" in before else []
        before = before.get("after")
    if faces is None or not epochs:
        return "told in its manifest"
    return f"{faces:,} faces, {sum(epochs)} epochs" + (f" in {len(epochs)} trainings" if len(epochs) > 1 else "")


def row(entrant: Entrant, probs: Probs, our_probs: Probs, truth: NDArray[np.int64], ms: float) -> dict[str, Any]:
    """What the table says of one method."""
    told = {
        "letter": entrant.letter,
        "name": entrant.name,
        "taught_on": entrant.taught_on,
        "parameters": entrant.parameters,
        "ms_a_picture": ms,
        "accuracy": metrics.with_interval(metrics.accuracy, truth, probs),
        "balanced_accuracy": metrics.with_interval(metrics.balanced_accuracy, truth, probs),
        "macro_f1": metrics.with_interval(metrics.macro_f1, truth, probs),
        "recall": by_class(metrics.recall(truth, probs)),
        "sad_and_angry": metrics.with_interval(sad_and_angry, truth, probs),
    }
    if entrant.letter != OURS:
        told["behind_ours"] = {
            "accuracy": metrics.difference(metrics.accuracy, truth, our_probs, probs),
            "sad_and_angry": metrics.difference(sad_and_angry, truth, our_probs, probs),
        }
    return told


def sad_and_angry(truth: NDArray[np.integer], probs: NDArray[np.floating]) -> float:
    """Mean recall of sadness and anger."""
    found = metrics.recall(truth, probs)
    return float(np.nanmean(found[[FOUR.index("sadness"), FOUR.index("anger")]]))


def comparison_page(found: Mapping[str, Any]) -> str:
    """The table as a page."""
    head = ("", "method", "accuracy", "95 % interval", "balanced", "macro-F1", *FOUR, "behind ours", "parameters",
            "ms a picture", "taught on")  # fmt: skip
    rows = [
        (
            text(told["letter"]),
            text(told["name"]),
            f"{told['accuracy']['value']:.3f}",
            "{:.3f} to {:.3f}".format(*told["accuracy"]["interval"]),
            f"{told['balanced_accuracy']['value']:.3f}",
            f"{told['macro_f1']['value']:.3f}",
            *(f"{told['recall'][name]:.2f}" for name in FOUR),
            f"{told['behind_ours']['accuracy']['value']:.3f}" if "behind_ours" in told else "",
            f"{told['parameters']:,}" if told["parameters"] else "",
            f"{told['ms_a_picture']:.1f}",
            text(told["taught_on"]),
        )
        for told in found["methods"]
    ]
    told = (
        "Accuracy, balanced accuracy and macro-F1 over four classes, then recall by class. “Behind ours” is the paired "
        "difference in accuracy. Times are the processor's and include all that the method needs from the picture on."
    )
    under = f"{found['faces']:,} validation faces of FER+, one run"
    return page("mien: six ways to read a face", heading("Six ways to read a face", under),
                table(head, rows, len(rows) - 1), paragraph(told, "faint"))  # fmt: skip


def _ms(entrant: Entrant, exam: Exam) -> float:
    """Median processor milliseconds from a picture to an answer, with everything the method needs on the way."""
    taken = []
    for call in range(SPEED_CALLS):
        one = Prepared(exam.pictures[call % len(exam)][None])
        begun = time.process_time()
        entrant.answer(one)
        taken.append(time.process_time() - begun)
    return round(float(np.median(taken)) * 1e3, 2)


def main() -> None:
    """Compare from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mien.lab.exams.compare_readers", description="Six ways to read a face."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with ferplus_dev.npz, or the file")
    parser.add_argument("--kept", type=Path, required=True, help="folder for prepared pictures and trained networks")
    parser.add_argument("--weights", type=Path, default=asset_path("mien.affect", "reader.tflite"))
    parser.add_argument("--limit", type=int, help="teach on so many faces only (default: all)")
    parser.add_argument("--exam-limit", type=int, help="examine on so many faces only (default: all)")
    parser.add_argument("--epochs", type=int, default=8, help="of the networks trained here")
    parser.add_argument("--bfloat16", action="store_true", help="let them learn in short numbers: faster on some CPUs")
    parser.add_argument("--full-face", type=Path, help="a keras file for (e): chips (n, 64, 64, 1) → logits (n, 8)")
    parser.add_argument("--teacher", type=Path, help="a file of mien.lab.training.teacher, for (e) trained here")
    parser.add_argument("--without-keras", action="store_true", help="leave (c) and (e) out")
    parser.add_argument("--out", type=Path, default=Path("results"))
    given = parser.parse_args()
    train, develop = (load_exam(given.data, side, given.limit) for side in ("train", "develop"))
    exam = load_exam(given.data, "validate", given.exam_limit)
    shown = {
        name: recall(side, given.kept / f"{name}-{len(side)}.npz")
        for name, side in (("train", train), ("develop", develop), ("validate", exam))
    }
    taught = baselines.Taught(shown["train"], train.four, shown["develop"], develop.four)
    entrants = simple(taught)
    if not given.without_keras:
        entrants += networks(
            taught, train.targets, given.epochs, given.kept, given.full_face, given.teacher, given.bfloat16
        )
    entrants.sort(key=lambda entrant: (entrant.letter != "–", entrant.letter))
    our = ours(reader_of_ferplus(given.weights), given.weights)
    our_probs = our.answer(shown["validate"])
    rows = []
    for entrant in (*entrants, our):
        probs = our_probs if entrant is our else entrant.answer(shown["validate"])
        rows.append(row(entrant, probs, our_probs, exam.four, _ms(entrant, exam)))
        print(f"{entrant.letter:3}{entrant.name:42}{rows[-1]['accuracy']['value']:.3f}", flush=True)
    found = {
        "command": command(parser, given, "data", "kept"),
        "made_of": made_of(given.weights, given.full_face, given.teacher, find_data(given.data, FERPLUS)),
        "faces": len(exam),
        "haar_found": metrics.share_of(shown["validate"].found),
        "methods": rows,
    }
    with write_together(given.out) as aside:
        (aside / "comparison.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (aside / "comparison.html").write_text(comparison_page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
