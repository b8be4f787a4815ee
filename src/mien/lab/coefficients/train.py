"""The coefficient student: rendered and photographed faces → the weights of `mien.cues.coefficients`.

    python -m mien.lab.coefficients.train --performed performed.npz --taught taught.npz

A ridge regression (Hoerl & Kennard 1970) from departures to coefficients, in closed form: with some thousand faces and
1,424 numbers a face, more than a plane cannot be told from noise. Every face is shown with its mirror image.

From rendered faces the truth is learnt, twice: as departures from the average face, and from the person's own rest (as
seen in another picture), which gives a second set of weights: that is the calibration. From photographs the first set
learns what the official head says, where it says anything (standard deviation of at least `LEAST_SPREAD`) and what it
says agrees with what rendered faces taught (r of at least `LEAST_AGREEMENT`); its numbers are brought to the rendered
faces' scale. Each kind of face keeps its own mean; the zero is where faces at rest stand, half rendered ones, half
portraits. The strength of the ridge is chosen on faces held back for that (`mien.lab.coefficients.split`).
"""

import argparse
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.cues.coefficients import COEFFICIENTS, OWN, Plane, Planes, mirrored_shapes, mirrored_values
from mien.lab.coefficients.data import Faces, load_all
from mien.lab.coefficients.split import rests, split
from mien.nets import Floats, asset_path

RIDGES = (0.000001, 0.000003, 0.00001, 0.00003, 0.0001, 0.0003, 0.001)
"""Strengths tried, as shares of the mean variance of a number of the shape."""
LEAST_SPREAD = 0.02
LEAST_AGREEMENT = 0.3
PHOTOGRAPHS_WEIGHT = 1.0
"""How much a photograph counts beside a rendered face."""

OWN_PLACES = [COEFFICIENTS.index(name) for name in OWN]
Sums = tuple[NDArray[np.float64], NDArray[np.float64]]
"""X'X and X'Y of centred departures X and coefficients Y."""

DATA = [
    {"name": "faces rendered by mien.lab.performer from ICT FaceKit Light (Li et al. 2020)", "terms": "MIT"},
    {"name": "Helen (train part) and AFW pictures, as the official head reads them", "terms": "research; none ships"},
    {"name": "FER2013 pictures (Goodfellow et al. 2013), likewise", "terms": "customary research use; none ships"},
    {"name": "Face Research Lab London Set (DeBruine & Jones 2017), likewise", "terms": "CC BY 4.0"},
    {"name": "MediaPipe face_landmarker.task, the official head", "terms": "Apache-2.0; a teacher, not shipped"},
]


def fit(performed: Faces, taught: Faces) -> tuple[Planes, dict[str, Any]]:
    """Train; return the weights and what was chosen."""
    own, known = rests(performed)
    sides, real = split(performed), split(taught)
    learn = sides["learn"] & known
    average = _average(performed.take(sides["learn"]), taught.take(real["learn"]))
    plain, moved, told = performed.shapes - average, performed.shapes - own, taught.shapes - average

    exact = _sums(plain[learn], performed.truth[learn])
    calibrated = _sums(moved[learn], performed.truth[learn])
    chosen: dict[str, Any] = {}
    held = sides["choose"] & known

    def best(name: str, sums: Sums, departures: Floats) -> NDArray[np.float64]:
        kernels = {ridge: _solved(sums, ridge) for ridge in RIDGES}
        scores = {
            ridge: mean_r(departures[held] @ kernel, performed.truth[held][:, OWN_PLACES])
            for ridge, kernel in kernels.items()
        }
        chosen[name] = max(scores, key=lambda ridge: scores[ridge])
        return kernels[chosen[name]]

    first = best("ridge, rest unknown", exact, plain)
    targets, agreed = _translated(told[real["learn"]] @ first, taught.truth[real["learn"]])
    shown = _sums(told[real["learn"]], targets)
    both = tuple(a + PHOTOGRAPHS_WEIGHT * b for a, b in zip(exact, shown, strict=True))
    joint = _solved((both[0], both[1]), chosen["ridge, rest unknown"])
    unknown = np.where(agreed, joint, first)
    chosen["taught by photographs"] = [name for name, ok in zip(OWN, agreed, strict=True) if ok]
    own_kernel = best("ridge, rest known", calibrated, moved)

    resting = [plain[sides["learn"] & (performed.kind != "moved")], _portraits_at_rest(taught, real["learn"], told)]
    zero = np.mean([some.mean(axis=0) @ unknown for some in resting if len(some)], axis=0)
    planes = Planes(
        average,
        Plane(unknown.astype(np.float32), (-zero).astype(np.float32)),
        Plane(own_kernel.astype(np.float32), np.zeros(len(OWN), dtype=np.float32)),
    )
    return planes.rounded(), chosen


def mean_r(read: NDArray[Any], truth: NDArray[Any]) -> float:
    """Mean correlation over the coefficients that vary."""
    found = [
        float(np.corrcoef(read[:, i], truth[:, i])[0, 1]) for i in range(truth.shape[1]) if truth[:, i].std() > 0.02
    ]
    return float(np.mean(found))


def _average(performed: Faces, taught: Faces) -> Floats:
    """The face in the middle: half rendered ones at rest, half photographs."""
    middle = performed.shapes[performed.kind != "moved"].mean(axis=0) + taught.shapes.mean(axis=0)
    return np.asarray(middle / 2, dtype=np.float32)


def _sums(departures: Floats, truth: Floats) -> Sums:
    """What a regression needs of faces and their mirror images."""
    x = np.concatenate([departures, mirrored_shapes(departures)])
    y = np.concatenate([truth, mirrored_values(truth)])[:, OWN_PLACES].astype(np.float64)
    x = x - x.mean(axis=0)
    y -= y.mean(axis=0)
    return (x.T @ x).astype(np.float64), (x.T @ y.astype(np.float32)).astype(np.float64)


def _solved(sums: Sums, ridge: float) -> NDArray[np.float64]:
    """The kernel float64 (s, own)."""
    squares, products = sums
    damped = squares + ridge * np.trace(squares) / len(squares) * np.eye(len(squares))
    return np.asarray(np.linalg.solve(damped, products))


def _translated(read: NDArray[np.float64], told: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The official head's answers in the rendered faces' scale, float32 (n, 52), and whether to learn each of `OWN`."""
    targets, agreed = np.zeros_like(told), np.zeros(len(OWN), dtype=bool)
    for column, name in enumerate(OWN):
        place = COEFFICIENTS.index(name)
        twin = COEFFICIENTS.index(name.removesuffix("Left") + "Right") if name.endswith("Left") else place
        spread = float(told[:, [place, twin]].std())
        if spread < LEAST_SPREAD:
            continue
        agreed[column] = float(np.corrcoef(read[:, column], told[:, place])[0, 1]) >= LEAST_AGREEMENT
        scale = float(read[:, column].std()) / spread
        for where in {place, twin}:
            targets[:, where] = scale * told[:, where]
    return targets, agreed


def _portraits_at_rest(taught: Faces, learn: NDArray[np.bool_], departures: Floats) -> Floats:
    """Departures of the London Set's portraits that the official head sees smile least: the neutral half."""
    london = np.flatnonzero(learn & (taught.kind == "london"))
    smiles = taught.truth[london][:, [COEFFICIENTS.index(f"mouthSmile{side}") for side in ("Left", "Right")]].mean(
        axis=1
    )
    return departures[london[np.argsort(smiles)[: len(london) // 2]]]


def save(planes: Planes, path: Path, told: dict[str, Any]) -> None:
    """Write the weights (`.npz`, half precision) and their manifest."""
    held: dict[str, NDArray[Any]] = {"own": np.array(OWN), "average": planes.average.astype(np.float16)}
    for name, plane in (("unknown", planes.unknown), ("known", planes.known)):
        held |= {f"{name}_kernel": plane.kernel.astype(np.float16), f"{name}_bias": plane.bias.astype(np.float16)}
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **held)
    path.write_bytes(content.getvalue())
    manifest = {
        "name": "mien expression coefficients: a student of rendered faces and of the official head",
        "file": path.name,
        "sha256": hashlib.sha256(content.getvalue()).hexdigest(),
        "licence": "Apache-2.0",
        "labels": list(COEFFICIENTS),
        "input": "(n, 1424) float32: mien.cues.coefficients.shape_of less a resting shape",
        "parameters": sum(array.size for name, array in held.items() if name != "own"),
        "data": DATA,
        "training": told,
    }
    path.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def main(words: Sequence[str] | None = None) -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.coefficients.train", description="Train the student.")
    parser.add_argument("--performed", type=Path, nargs="+", required=True, help="rendered faces")
    parser.add_argument("--taught", type=Path, nargs="+", required=True, help="photographed faces")
    parser.add_argument("--to", type=Path, default=asset_path("mien.cues", "coefficients.npz"))
    given = parser.parse_args(words)
    performed, taught = load_all(given.performed), load_all(given.taught)
    planes, chosen = fit(performed, taught)
    told = {
        "command": "python -m mien.lab.coefficients.train --performed performed.npz --taught taught.npz",
        "faces": {
            side: {name: int(split(faces)[side].sum()) for name, faces in (("rendered", performed), ("taught", taught))}
            for side in ("learn", "choose", "examine")
        },
        **chosen,
    }
    save(planes, given.to, told)


if __name__ == "__main__":
    main()
