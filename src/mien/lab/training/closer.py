"""Portraits teach a reader its closer look (a shipped reader, portraits → its manifest's `closer_look`).

    python -m mien.lab.training.closer --weights OUT/reader.tflite --data FOLDER

FER+ raters saw pictures of 48 pixels and called a faint, closed smile neutral; the people of the London Set (DeBruine &
Jones 2017) were told to smile, and their portraits are as clear as a live face. From each portrait, its mirror image
and `CHANGED` changed copies, the network's log-odds of happiness against neutral and some movements are taken; a
logistic regression tells the two classes apart. Its border is moved to where a share `STAY_NEUTRAL` of the neutral
portraits stays neutral, and its temperature is fitted, both on portraits read by regressions that did not learn from
these people.

Such a reader is examined on people it did not learn from: `FOLDS` times, all this is done without a part of the people,
border and all, and that part is read. These shares stand in the manifest (`portraits_unseen`), in the card, and among
the scores. Penalty, movements and border were chosen by that reading of the same portraits (docs/log.md): it is how
other people would be read, but slightly optimistic.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.affect.calibrate import calibrated
from mien.affect.closer import CloserLook, Glance, clearness, log_odds_of
from mien.affect.doubt import doubt, quality_of
from mien.affect.network import Reader
from mien.cues.coefficients import COEFFICIENTS, SIDES_OF, read_coefficients
from mien.cues.geometry import measure
from mien.errors import BadInput
from mien.face.look import look
from mien.lab.coefficients.data import changed
from mien.lab.exams.exam import LONDON, find_data
from mien.lab.exams.metrics import best_temperature
from mien.lab.exams.portraits import NO_FACE, WANTED, Portraits, by_label, load_portraits
from mien.lab.exams.regression import fit
from mien.nets import Floats
from mien.values import CANNOT_TELL, CANNOT_TELL_DOUBT, Frame
from mien.vocabulary import EMOTIONS
from mien.writing import write_bytes

BETWEEN = ("neutral", "happiness")
HEARD = ("mouthSmile", "mouthUpperUp", "noseSneer", "eyeSquint")
"""Movements by which a smile is recognised: those whose names begin like this, left and right as one. Corners, upper
lip, the fold beside the nose and the lower lids rise in a smile (AU 12 and 6)."""
CHANGED, CHANGED_SEED = 6, 8
PENALTY = 0.3
LEAST_DEVIATION = 0.05
"""Movements that vary less among the portraits count as if they varied this much."""
STAY_NEUTRAL = 0.84
FOLDS, FOLD_SEED = 5, 5
PLACES = (EMOTIONS.index(BETWEEN[0]), EMOTIONS.index(BETWEEN[1]))
RECIPE = {
    "command": "python -m mien.lab.training.closer --weights OUT/reader.tflite --data DATA",
    "changed": CHANGED, "penalty": PENALTY, "least_deviation": LEAST_DEVIATION, "stay_neutral": STAY_NEUTRAL,
}  # fmt: skip
"""What the manifest says of how it was learnt."""
TERMS = {"name": "Face Research Lab London Set (DeBruine & Jones 2017)", "terms": "CC BY 4.0; no picture is shipped"}


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """What is seen of portraits, n views: `probs` float32 (n, 8) of the network alone and `first` float32 (n,), its
    log-odds; `coefficients` float32 (n, 52); `clear` and `worth` float32 (n,), how clear the face is and how well it is
    seen; `portrait` int64 (n,), its place among the portraits; `plain` bool (n,), whether it is the portrait itself;
    `smiles` bool (n,); `person` text (n,)."""

    probs: Floats
    first: Floats
    coefficients: Floats
    clear: Floats
    worth: Floats
    portrait: NDArray[np.int64]
    plain: NDArray[np.bool_]
    smiles: NDArray[np.bool_]
    person: NDArray[np.str_]

    def glance(self, place: int) -> Glance:
        """What a closer look at this view is given."""
        return Glance(float(self.first[place]), self.coefficients[place], float(self.clear[place]))

    def usual(self, rows: NDArray[np.bool_], middle: Callable[..., Any] = np.mean) -> Glance:
        """The usual glance of some views: their mean, or another average."""
        return Glance(float(middle(self.first[rows])), middle(self.coefficients[rows], axis=0).astype(np.float32))

    @property
    def features(self) -> Floats:
        """The features to learn from: the log-odds, then every movement used, float32 (n, d)."""
        movements = [self.coefficients[:, places].mean(axis=1) for places in heard().values()]
        return np.stack([self.first, *movements], axis=1)


def heard() -> dict[str, list[int]]:
    """Places of the coefficients of each movement used, by its name without a side."""
    return {name: list(places) for name, places in SIDES_OF.items() if name.startswith(HEARD)}


def seen_views(reader: Reader, portraits: Portraits) -> Views:
    """Look at every portrait, its mirror image and its changed copies; those without a face are left out."""
    rows: list[tuple[Floats, Floats, float, float, int, bool]] = []
    for place, rgb in enumerate(portraits.pictures()):
        for number, picture in enumerate(_copies(rgb, place)):
            faces = look(Frame(0.0, picture))
            if faces:
                answer = reader.answer(faces[0].chip[None], reader.standardised(faces[0], measure(faces[0])))
                probs = calibrated(answer.logits[0], reader.temperature)
                sight = (clearness(faces[0]), quality_of(faces[0]).worth)
                rows.append((probs, read_coefficients(faces[0]), *sight, place, number == 0))
    if not rows:
        raise BadInput("no face is found in any of the portraits")
    probs, coefficients, clear, worths, portrait, plain = (np.stack(column) for column in zip(*rows, strict=True))
    first = np.array([log_odds_of(one, *PLACES) for one in probs], dtype=np.float32)
    seen = (clear.astype(np.float32), worths.astype(np.float32))
    smiles, person = portraits.label[portrait] == "happy", portraits.person[portrait]
    return Views(probs, first, coefficients, *seen, portrait, plain, smiles, person)


def learnt(views: Views, rows: NDArray[np.bool_]) -> CloserLook:
    """The closer look that these rows teach; border and temperature come from people left out in turn."""
    scores = np.full(len(rows), np.nan)
    for part in _parts(views.person[rows]):
        held = np.isin(views.person, part)
        if np.unique(views.smiles[rows & ~held]).size == 2:
            mine = rows & held & views.plain
            scores[mine] = _score(_regression(views, rows & ~held), views, mine)
    told, smiles = scores[~np.isnan(scores)], views.smiles[~np.isnan(scores)]
    border, temperature = 0.0, 1.0
    if 0 < smiles.sum() < len(smiles):
        border = float(np.quantile(told[~smiles], STAY_NEUTRAL))
        logits = np.stack([np.zeros(len(told)), told - border], axis=1)
        temperature = best_temperature(logits, np.stack([~smiles, smiles], axis=1).astype(np.float32))
    whole = _regression(views, rows)
    offset = (whole.offset - border) / temperature
    weights = whole.weights / np.float32(temperature)
    resting = rows & views.plain & ~views.smiles
    rest = views.usual(resting if resting.any() else rows)
    return CloserLook(*PLACES, whole.margin / temperature, weights, offset, rest)


def read_unseen(views: Views, count: int, *, knows_rest: bool = False) -> NDArray[np.str_]:
    """What each of `count` portraits reads as, by what was learnt from other people, text (count,).

    If the doubt is too large it is `CANNOT_TELL`. With `knows_rest` each person's own rest is known: the middle of the
    changed copies of their neutral portrait.
    """
    read = np.full(count, NO_FACE, dtype=object)
    for part in _parts(views.person):
        held = np.isin(views.person, part)
        closer = learnt(views, ~held)
        for place in np.flatnonzero(held & views.plain).tolist():
            glance = views.glance(place)
            if knows_rest:
                own = (views.person == views.person[place]) & ~views.plain & ~views.smiles
                glance = closer.against(glance, views.usual(own, np.median)) if own.any() else glance
            probs = closer.divided(views.probs[place], glance)
            doubtful = doubt(probs, float(views.worth[place])) > CANNOT_TELL_DOUBT
            read[views.portrait[place]] = CANNOT_TELL if doubtful else EMOTIONS[int(probs.argmax())]
    return read.astype(str)


def teach(weights: Path, portraits: Portraits) -> dict[str, Any]:
    """Learn, and write into the manifest of `weights`; return what people left out read as, by label."""
    manifest = json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))
    reader = Reader(weights)
    views = seen_views(reader, portraits)
    manifest["closer_look"] = learnt(views, np.ones(len(views.plain), dtype=bool)).row(EMOTIONS) | {"learnt": RECIPE}
    told = {"people": len(np.unique(portraits.person)), "folds": FOLDS}
    told |= by_label(portraits, read_unseen(views, len(portraits)))
    manifest["training"]["portraits_unseen"] = told
    knowing = by_label(portraits, read_unseen(views, len(portraits), knows_rest=True))
    manifest["training"]["portraits_rest_known"] = knowing
    manifest["data"] = [TERMS, *(row for row in manifest["data"] if row != TERMS)]
    write_bytes(weights.with_suffix(".json"), (json.dumps(manifest, indent=1) + "\n").encode())
    return told


def _copies(rgb: NDArray[np.uint8], place: int) -> Iterator[NDArray[np.uint8]]:
    """The portrait, its mirror image, and changed copies."""
    yield rgb
    yield np.ascontiguousarray(rgb[:, ::-1])
    rng = np.random.default_rng([CHANGED_SEED, place])
    for _ in range(CHANGED):
        yield changed(rgb, rng)


def _parts(person: NDArray[np.str_]) -> list[NDArray[np.str_]]:
    """The people in random parts, none of them empty."""
    people = np.random.default_rng(FOLD_SEED).permutation(np.unique(person))
    return [part for part in np.array_split(people, FOLDS) if len(part)]


def _regression(views: Views, rows: NDArray[np.bool_]) -> CloserLook:
    """The regression on some rows, with its natural border."""
    found = fit(views.features[rows], views.smiles[rows].astype(np.int64), 2, PENALTY, LEAST_DEVIATION)
    slope = (found.weights[:, 1] - found.weights[:, 0]) / found.deviation
    weights = np.zeros(len(COEFFICIENTS), dtype=np.float32)
    for places, weight in zip(heard().values(), slope[1:], strict=True):
        weights[places] = weight / len(places)
    offset = float(found.bias[1] - found.bias[0] - slope @ found.mean)
    return CloserLook(*PLACES, float(slope[0]), weights, offset, Glance(0.0, np.zeros_like(weights)))


def _score(closer: CloserLook, views: Views, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Log-odds that a closer look gives, as for clear faces."""
    return np.array(
        [closer.log_odds(replace(views.glance(place), clear=1.0)) for place in np.flatnonzero(rows).tolist()]
    )


def main() -> None:
    """Teach from the command line."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.training.closer")
    options.add_argument("--weights", type=Path, required=True, help="a reader, its manifest beside it")
    options.add_argument("--data", type=Path, required=True, help="london_ccby.npz, or the folder that holds it")
    asked = options.parse_args()
    told = teach(asked.weights, load_portraits(find_data(asked.data, LONDON)))
    for label, emotion in WANTED.items():
        print(f"{label} portraits of unseen people that read {emotion}: {told[label]['share']:.3f}")


if __name__ == "__main__":
    main()
