"""Coefficients × faces not learnt from → `results/coefficients.json`, the manifest's scores, the tables of the card.

    python -m mien.lab.coefficients.evaluate --performed performed.npz --taught taught.npz

The measure is Pearson's r over faces between the shipped network's readings and the truth. Rendered faces are new
people, turned up to `MOST_TURNED_DEG`, at rest and moving, read without their rest and with it; their truth is exact.
Photographs are new pictures; their truth is what the official head says. A name whose truth never varies (standard
deviation below `LEAST_SPREAD`) has no r.

`sides` looks at rendered faces whose two sides differ by more than .3 in a movement. It counts how often the side that
moves more is read as such, and how often the other side is read as moving more by over .1.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.assets import asset_path
from mien.cues.coefficients import COEFFICIENTS, CoefficientReader, beyond_rest
from mien.lab.coefficients.data import LEAST_SPREAD, Faces, load_all
from mien.lab.coefficients.split import rest_places, split
from mien.lab.pages.markdown import Results, Table, table_of
from mien.nets import Floats
from mien.writing import write_bytes

MOST_TURNED_DEG = 20.0
UNEVEN, EXCHANGED = 0.3, 0.1
PROMISED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "brows": ("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
        "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
        "wide": ("eyeWideLeft", "eyeWideRight"),
        "squint": ("eyeSquintLeft", "eyeSquintRight"),
        "smile": ("mouthSmileLeft", "mouthSmileRight"),
        "frown": ("mouthFrownLeft", "mouthFrownRight"),
        "jaw": ("jawOpen",),
        "sneer": ("noseSneerLeft", "noseSneerRight"),
        "gaze": tuple(name for name in COEFFICIENTS if name.startswith("eyeLook")),
    }
)
"""The promise: r of at least `WANTED` for each of these."""
WANTED = {"rendered": 0.9, "rendered, rest known": 0.9, "photographs": 0.8}


def evaluate(student: CoefficientReader, performed: Faces, taught: Faces) -> dict[str, Any]:
    """Every number of the card."""
    turned = np.abs(performed.pose_deg).max(axis=1) <= MOST_TURNED_DEG
    rendered = performed.take(split(performed)["examine"] & turned)
    now, rest = rest_places(rendered)
    seen, own = rendered.take(now), rendered.take(rest)  # neither way is examined on the pictures that show the rest
    photographed = taught.take(split(taught)["examine"])
    plain = student.read(seen.details, seen.shapes)
    calibrated = beyond_rest(plain, student.read(own.details, own.shapes))
    told = student.read(photographed.details, photographed.shapes)
    sharp, close = photographed.kind == "pictures", photographed.is_close_up
    columns = {
        "rendered": (plain, seen.truth),
        "rendered, rest known": (calibrated, seen.truth),
        "photographs": (told[sharp], photographed.truth[sharp]),
        "close-ups of 48 pixels": (told[close], photographed.truth[close]),
    }
    by_name = {name: {kind: _r(read[:, i], truth[:, i]) for kind, (read, truth) in columns.items()}
               for i, name in enumerate(COEFFICIENTS)}  # fmt: skip
    return {
        "faces": {kind: len(truth) for kind, (_, truth) in columns.items()},
        "people": len(np.unique(seen.group)),
        "r": by_name,
        "promised": {
            what: {kind: _worst([by_name[name][kind] for name in names]) for kind in columns}
            for what, names in PROMISED.items()
        },
        "sides": {"rest unknown": _sides(plain, seen.truth), "rest known": _sides(calibrated, seen.truth)},
        "at_rest": round(float(plain[seen.kind == "neutral"].mean()), 4),
    }


def _r(read: Floats, truth: Floats) -> float | None:
    if truth.std() < LEAST_SPREAD or read.std() == 0:
        return None
    return round(float(np.corrcoef(read, truth)[0, 1]), 3)


def _worst(found: list[float | None]) -> float | None:
    measured = [r for r in found if r is not None]
    return min(measured) if measured else None


def _sides(read: Floats, truth: Floats) -> dict[str, Any]:
    """How often the side that moves more is read as such, and how often the other side clearly is."""
    right = exchanged = total = 0
    for left, name in enumerate(COEFFICIENTS):
        twin = name.removesuffix("Left") + "Right"
        if not name.endswith("Left") or name in ("jawLeft", "mouthLeft") or name.startswith("eyeLook"):
            continue
        place = COEFFICIENTS.index(twin)
        uneven: NDArray[np.bool_] = np.abs(truth[:, left] - truth[:, place]) > UNEVEN
        apart = truth[uneven, left] - truth[uneven, place]
        agreeing = (read[uneven, left] - read[uneven, place]) * np.sign(apart)
        right, exchanged = right + int((agreeing > 0).sum()), exchanged + int((agreeing < -EXCHANGED).sum())
        total += int(uneven.sum())
    share = round(right / total, 4) if total else None
    return {"uneven": total, "share": share, "exchanged": exchanged}


def promised(results: Results) -> str:
    """The worst r among the names of each promise."""
    kinds = list(results["faces"])
    rows = [
        (what, *(_told(row[kind], WANTED.get(kind)) for kind in kinds)) for what, row in results["promised"].items()
    ]
    rows.append(("wanted", *(f"≥ {WANTED[kind]}" if kind in WANTED else "–" for kind in kinds)))
    return table_of(("worst r of", *kinds), rows)


def names(results: Results) -> str:
    """r of every name."""
    kinds = list(results["faces"])
    rows = [(name, *(_told(row[kind], None) for kind in kinds)) for name, row in results["r"].items()]
    return table_of(("coefficient", *kinds), rows)


def examined(results: Results) -> str:
    """The number of faces, and the sides."""
    rows = [(f"faces, {kind}", f"{n:,}") for kind, n in results["faces"].items()]
    rows.append(("people among the rendered", f"{results['people']:,}"))
    for kind, told in results["sides"].items():
        rows.append(
            (f"uneven movements whose stronger side is read, {kind}", f"{told['share']:.1%} of {told['uneven']}")
        )
        rows.append((f"… whose weaker side is read as clearly stronger, {kind}", f"{told['exchanged']}"))
    rows.append(("mean coefficient read of a rendered face at rest", f"{results['at_rest']:.3f}"))
    rows += [(name, str(value)) for name, value in results["weights"].items()]
    return table_of(("what", "value"), rows)


TABLES: Mapping[str, Table] = MappingProxyType({"promised": promised, "names": names, "examined": examined})
"""The tables of the card."""


def _told(r: float | None, wanted: float | None) -> str:
    if r is None:
        return "–"
    return f"**{r:.2f}**" if wanted is not None and r < wanted else f"{r:.2f}"


def main() -> None:
    """Evaluate from the command line, write results, manifest and card."""
    parser = argparse.ArgumentParser(
        prog="python -m mien.lab.coefficients.evaluate", description="Measure the student."
    )
    parser.add_argument("--performed", type=Path, nargs="+", required=True)
    parser.add_argument("--taught", type=Path, nargs="+", required=True)
    parser.add_argument("--weights", type=Path, default=asset_path("mien.cues", "coefficients.tflite"))
    parser.add_argument("--results", type=Path, default=Path("results/coefficients.json"))
    given = parser.parse_args()
    found = evaluate(CoefficientReader(given.weights), load_all(given.performed), load_all(given.taught))
    manifest = json.loads(given.weights.with_suffix(".json").read_text(encoding="utf-8"))
    found["weights"] = {
        "file": f"{given.weights.stat().st_size / 1e3:.0f} kB",
        "parameters": f"{manifest['parameters']:,}",
        "training": f"`{manifest['training']['command']}`",
        "sha256": f"`{manifest['sha256']}`",
    }
    write_bytes(given.results, (json.dumps(found, indent=1) + "\n").encode())
    manifest["scores"] = {"on": "worst r of each promise, see the card", **found["promised"]}
    write_bytes(given.weights.with_suffix(".json"), (json.dumps(manifest, indent=1) + "\n").encode())
    print(json.dumps(found["promised"], indent=1))


if __name__ == "__main__":
    main()
