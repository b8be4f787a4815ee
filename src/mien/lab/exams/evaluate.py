"""Weights × data → numbers as plain data, ready for `results/NAME.json` (the command is `mien evaluate`).

It examines what ships (LiteRT, through `mien.affect.network.Reader`) and needs no keras. Faces are those of one side of
FER+ whose majority is one of four classes (`mien.lab.exams.exam`); measures and their conventions are in
`mien.lab.exams.metrics`. The four-class view takes the four probabilities over their sum.

Parts of the result
-------------------
on : the data, the side, the number of faces.
four : accuracy, balanced accuracy, macro-F1, ECE with 95 % intervals; per class precision and recall, `found` is recall
    with its interval; confusion; the bins of the reliability plot.
eight_accuracy, eight_ece : the first of all eight is the majority's class; calibration of that first.
streams_off : the ocular question: accuracy and macro-F1 with only some streams present.
covered : the same with a region's box painted grey and its cues unknown, every stream present.
shares : their mean, the largest departure of their sum from 1, and how often covering the region with the largest share
    moves the decided class's probability more than covering the smallest.
abstention : the share of clean faces, and of each kind of unreadable picture, to which it says "cannot tell".
ms : median milliseconds of the processor (not of the clock, which others' work on the machine stretches) of the network
    for one face on one thread, of the closer look at a clear face, and of the whole reading of a close-up.
london : portraits by declared group (`mien.lab.exams.portraits`), where that file is given. Of weights that learnt
    from portraits (`mien.lab.training.closer`) the scores, the card and the page tell the manifest's instead.
weights : what the manifest says of them.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.affect.doubt import doubt, quality_of
from mien.affect.network import Answer, Reader
from mien.affect.regions import hide, hide_cues, presence
from mien.assets import read_manifest
from mien.face.look import look_close_ups
from mien.lab.exams import abstention, metrics
from mien.lab.exams.calibration import calibration_error, reliability
from mien.lab.exams.exam import Exam, Pictures, Seen, ask, prepare
from mien.lab.training.corpus import FOUR, FOUR_COLUMNS
from mien.nets import Floats
from mien.values import REGIONS

CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    **{f"no {region}": (region,) for region in REGIONS},
    "eyes and brows only": ("nose", "mouth"),
    **{f"{region} only": tuple(other for other in REGIONS if other != region) for region in REGIONS},
}
"""Which regions are absent in each condition of the ocular question."""

SPEED_CALLS = 200
CLEAR_SCALE = 2.0
"""Factor by which close-ups are enlarged to time a closer look, which none of them would get otherwise."""
OF_MANIFEST = ("sha256", "parameters", "temperature", "closer_look", "training")


def evaluate(
    reader: Reader,
    exam: Exam,
    side: str = "validate",
    voteless: Pictures | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Every number that the faces of an exam give.

    Parameters
    ----------
    reader, exam : who is examined, and on what
    side : the exam's, for the record and for the drawings
    voteless : pictures that no rater of FER+ took for a face to vote on, uint8 (n, 48, 48), which should be refused too
    say : is told what is being done
    """
    say(f"seeing {len(exam):,} faces")
    seen = prepare(reader, look_close_ups(exam.pictures))
    say("reading them")
    plain, probs = ask(reader, seen)
    doubts = np.array([doubt(p, quality_of(face).worth) for p, face in zip(probs, seen.faces, strict=True)])
    found = {
        "on": {"data": "FER+ (ferplus_dev.npz)", "side": side, "faces": len(exam)},
        "faces": len(exam),
        "four": describe(exam.four, metrics.renormalised(probs, FOUR_COLUMNS)),
        "eight_accuracy": metrics.with_interval(metrics.accuracy, exam.eight, probs),
        "eight_ece": metrics.with_interval(calibration_error, exam.eight, probs),
    }
    say("hiding regions")
    found["streams_off"] = {
        name: headline(exam.four, ask(reader, seen, presence(*absent))[1]) for name, absent in CONDITIONS.items()
    }
    found |= _covered(reader, seen, plain, probs, exam.four)
    say("looking at what nobody can read")
    refused = {"clean faces": doubts, **abstention.doubts_of_unreadable(reader, exam, side)}
    if voteless is not None and len(voteless):
        refused["FER+ pictures without a vote"] = abstention.doubts(reader, voteless)
    found["abstention"] = abstention.describe(refused)
    found["ms"] = _speed(reader, seen, exam)
    return found


def describe(
    truth: NDArray[np.int64],
    probs: NDArray[np.float64],
    classes: Sequence[str] = FOUR,
    groups: metrics.Groups | None = None,
) -> dict[str, Any]:
    """Measures of some classes with intervals (over `groups` of faces, if known); a class without faces has no share
    found."""
    answers = probs.argmax(axis=1)
    counts = metrics.confusion(truth, answers, len(classes))
    return {
        **{name: metrics.with_interval(of, truth, probs, groups=groups) for name, of in MEASURES.items()},
        "recall": by_class(metrics.recall(truth, probs), classes),
        "found": {
            name: metrics.share_of(answers[truth == k] == k, None if groups is None else groups[truth == k])
            for k, name in enumerate(classes)
            if (truth == k).any()
        },
        "precision": by_class(metrics.precision(truth, probs), classes),
        "classes": list(classes),
        "confusion": counts.tolist(),
        "reliability": reliability(truth, probs),
    }


MEASURES: Mapping[str, Callable[..., float]] = {
    "accuracy": metrics.accuracy,
    "balanced_accuracy": metrics.balanced_accuracy,
    "macro_f1": metrics.macro_f1,
    "ece": calibration_error,
}
"""The headline measures by name."""


def headline(truth: NDArray[np.int64], probs: Floats) -> dict[str, Any]:
    """Accuracy, macro-F1 and recall of the four classes from probabilities of eight."""
    four = metrics.renormalised(probs, FOUR_COLUMNS)
    return {
        "accuracy": metrics.with_interval(metrics.accuracy, truth, four),
        "macro_f1": metrics.with_interval(metrics.macro_f1, truth, four),
        "recall": by_class(metrics.recall(truth, four)),
    }


def by_class(numbers: NDArray[Any], classes: Sequence[str] = FOUR) -> dict[str, float | None]:
    """One number per class, rounded; None if it is not defined."""
    told = zip(classes, numbers, strict=True)
    return {name: None if np.isnan(number) else round(float(number), 4) for name, number in told}


def of_weights(path: Path) -> dict[str, Any]:
    """What the manifest says of the weights, and the file's size."""
    manifest = read_manifest(path)
    return {name: manifest[name] for name in OF_MANIFEST if name in manifest} | {"bytes": path.stat().st_size}


def scores(found: Mapping[str, Any]) -> dict[str, Any]:
    """The headline scores, as a manifest holds them."""
    told = f"the {found['faces']:,} faces of split4 = 1 of ferplus_dev.npz, four classes"
    if "london" not in found:
        return {"on": told, **{name: found["four"][name] for name in MEASURES}}
    told += "; London Set portraits, eight classes"
    if portraits_told(found) is not found["london"]:
        told += ", as measured by folds of people when the closer look was learnt"
    return {
        "on": told,
        **{name: found["four"][name] for name in MEASURES},
        **{f"london_{label}": portraits_told(found)[label]["share"] for label in ("happy", "neutral")},
    }


def portraits_told(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """How portraits read; for weights that learnt from portraits, the result on people they did not learn from."""
    unseen: Mapping[str, Any] | None = found.get("weights", {}).get("training", {}).get("portraits_unseen")
    return found["london"] if unseen is None else unseen


def _covered(
    reader: Reader, seen: Seen, plain: Answer, before: Floats, truth: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    rows, decided = np.arange(len(truth)), before.argmax(axis=1)
    told, moves = {}, []
    for region in REGIONS:
        hidden = Seen(seen.faces, hide(seen.chips, region), hide_cues(seen.cues, region, reader.scale.names))
        _, after = ask(reader, hidden)
        moves.append(np.abs(after - before)[rows, decided])
        told[region] = headline(truth, after)
    moved = np.stack(moves, axis=1)
    largest, smallest = plain.shares.argmax(axis=1), plain.shares.argmin(axis=1)
    follows = moved[rows, largest] > moved[rows, smallest]
    shares = {
        "follow_occlusion": metrics.share_of(follows),
        "mean": {
            region: round(float(share), 4) for region, share in zip(REGIONS, plain.shares.mean(axis=0), strict=True)
        },
        "sum_departs": float(np.abs(plain.shares.sum(axis=1) - 1).max()),
    }
    return {"covered": told, "shares": shares}


def _speed(reader: Reader, seen: Seen, exam: Exam) -> dict[str, float]:
    """Median processor milliseconds of: the network for one face, a closer look at a clear one, seeing and reading one
    close-up."""
    network, closer, whole = [], [], []
    for call in range(SPEED_CALLS):
        one = call % len(exam)
        begun = time.process_time()
        answer = reader.answer(seen.chips[one : one + 1], seen.cues[one : one + 1])
        probs = calibrated(answer.logits[0], reader.temperature)
        network.append(time.process_time() - begun)
        clear = replace(seen.faces[one], chip_scale=CLEAR_SCALE)
        begun = time.process_time()
        if reader.closer and (glance := reader.glance(probs, clear)):
            reader.closer.divided(probs, glance)
        closer.append(time.process_time() - begun)
        begun = time.process_time()
        ask(reader, prepare(reader, look_close_ups(exam.pictures[one : one + 1])))
        whole.append(time.process_time() - begun)
    taken = {"network": network, "closer": closer, "reading": whole}
    return {name: round(float(np.median(seconds)) * 1e3, 2) for name, seconds in taken.items()}
