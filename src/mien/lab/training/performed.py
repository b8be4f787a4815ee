"""Rendered faces to read: mild expressions with exact truth, cut as live faces are.

    python -m mien.lab.training.performed --head ict_face.npz --count 2000 --seed 1 --out performed.npz

FER+ raters saw pictures of 48 pixels: what is faint in a clear picture was invisible to them, and a network that learns
from them alone calls a clear, faint smile neutral. Here a morphable head performs the prototypes of EMFACS at chosen
intensities, and faces at rest with everyday deviations (lids, brows, pressed or parted lips), under any light, skin,
background and camera. The border between neutral and an expression lies where observers put it: half of them name an
expression at a quarter of its full intensity (Hess, Blairy & Kleck 1997), so the target's share of the emotion grows
linearly from 0 at rest to 1 at `FULL_SHARE_AT`.

Conventions
-----------
chips : uint8 (n, 64, 64); cues : float32 (n, c) and valid : bool (n, c), as `mien.lab.training.corpus.Cuts` has them.
label : int8 (n,), column of `EMOTIONS`; intensity : float32 (n,), 0..1.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.affect.recipe import CueScale, standardise
from mien.cues.geometry import measure
from mien.errors import BadInput
from mien.face.look import MIN_MESH_SCORE, look
from mien.lab.arrays import load_arrays, save_arrays
from mien.lab.performer.camera import worn
from mien.lab.performer.draw import some_light, somebody
from mien.lab.performer.emotions import UNITS_OF, combined
from mien.lab.performer.head import Head, load_head
from mien.lab.performer.perform import perform
from mien.lab.performer.stage import Stage
from mien.lab.training.corpus import Cuts, Examples
from mien.nets import Floats
from mien.values import Frame
from mien.vocabulary import EMOTIONS

NEUTRAL = EMOTIONS.index("neutral")
WEIGHTS = {"neutral": 5, "happiness": 2, "sadness": 1.5, "anger": 1.5}
"""How often each emotion is performed, relative to once for the others."""
INTENSITIES = (0.15, 1.0)
FULL_SHARE_AT = 0.5
FACE_PX = (60.0, 300.0)
TURN_DEG = 20.0
OPEN_SMILE_SHARE = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Performed:
    """Performed faces, n rows each: how they are seen, which emotion they show, and how much (see the conventions)."""

    cuts: Cuts
    label: NDArray[np.int8]
    intensity: Floats

    def save(self, path: Path) -> None:
        """Write the faces as the conventions say."""
        cuts = self.cuts
        save_arrays(
            path, chips=cuts.chips, cues=cuts.cues, valid=cuts.valid, label=self.label, intensity=self.intensity
        )


def everyday(rng: np.random.Generator, size: float) -> dict[str, float]:
    """What a resting face does: coefficients of small movements, up to `size` of their everyday reach."""

    def some(reach: float) -> float:
        return float(rng.uniform(0, reach) * size * (rng.random() < 0.6))

    def both(name: str, reach: float) -> dict[str, float]:
        moved = some(reach)
        return {f"{name}Left": moved, f"{name}Right": moved * float(rng.uniform(0.85, 1))}

    lids = both("eyeBlink", 0.3) | both("eyeSquint", 0.25) | both("eyeWide", 0.2)
    pressed = both("mouthPress", 0.35) | {"mouthRollLower": some(0.2)}
    parted = both("mouthLowerDown", 0.2) | {"jawOpen": some(0.08)}
    brows = both("browDown", 0.2) | both("browOuterUp", 0.15) | {"browInnerUp": some(0.25)}
    return lids | brows | (pressed if rng.random() < 0.5 else parted)


def expression(rng: np.random.Generator, name: str, intensity: float) -> dict[str, float]:
    """A prototype at an intensity, its units as uneven as people's, over everyday movements."""
    moved = everyday(rng, 1.0 if name == "neutral" else 0.5)
    uneven = {
        unit: min(1.0, share * intensity * float(rng.uniform(0.75, 1.25))) for unit, share in UNITS_OF[name].items()
    }
    shown = {part: value * float(rng.uniform(0.9, 1)) for part, value in combined(uneven).items()}
    if name == "happiness" and rng.random() < OPEN_SMILE_SHARE:
        shown |= {"jawOpen": float(rng.uniform(0, 0.25)) * intensity}
        shown |= {f"mouthUpperUp{side}": 0.4 * intensity for side in ("Left", "Right")}
    return {part: min(1.0, max(moved.get(part, 0), shown.get(part, 0))) for part in {*moved, *shown}}


def picture(rng: np.random.Generator, head: Head, moved: Mapping[str, float]) -> NDArray[np.uint8]:
    """Somebody who shows it somewhere, as a camera might deliver it: uint8 (h, w, 3)."""
    face_px = float(np.exp(rng.uniform(*np.log(FACE_PX))))
    side = int(face_px * rng.uniform(1.5, 2))
    pitch, yaw, roll = rng.uniform(-TURN_DEG, TURN_DEG, 3) * (1, 1, 0.6)
    ground = rng.uniform(0.05, 0.95, 3)
    other = np.clip(ground + rng.normal(0, 0.2, 3), 0, 1)
    stage = Stage(
        person=somebody(rng),
        coefficients=dict(sorted(moved.items())),
        pose_deg=(float(pitch), float(yaw), float(roll)),
        light=some_light(rng),
        size_px=(side, side),
        face_px=face_px,
        centre=(float(rng.uniform(0.45, 0.55)), float(rng.uniform(0.5, 0.6))),
        background=(tuple(ground.tolist()), tuple(other.tolist())),
    )
    return worn(perform(head, stage).rgb, rng)


def make(head: Head, count: int, seed: int) -> Performed:
    """Perform `count` faces that the program's own eye finds."""
    weights = np.array([WEIGHTS.get(name, 1) for name in EMOTIONS], dtype=np.float64)
    cuts: list[tuple[NDArray[np.uint8], Floats, NDArray[np.bool_]]] = []
    shown: list[tuple[int, float]] = []
    place = 0
    while len(cuts) < count:
        rng = np.random.default_rng((seed, place))
        place += 1
        label = int(rng.choice(len(EMOTIONS), p=weights / weights.sum()))
        intensity = 0.0 if label == NEUTRAL else float(rng.uniform(*INTENSITIES))
        faces = look(Frame(0.0, picture(rng, head, expression(rng, EMOTIONS[label], intensity))))
        if faces:
            cues = measure(faces[0])
            cuts.append((faces[0].chip, cues.values, cues.valid & (faces[0].score >= MIN_MESH_SCORE)))
            shown.append((label, intensity))
    chips, values, valid = (np.stack(column) for column in zip(*cuts, strict=True))
    labels, intensities = zip(*shown, strict=True)
    return Performed(Cuts(chips, values, valid), np.array(labels, np.int8), np.array(intensities, np.float32))


def targets(label: NDArray[np.int8], intensity: Floats) -> Floats:
    """The shares of the votes that observers would give, float32 (n, 8)."""
    shown = np.minimum(1, intensity / FULL_SHARE_AT)[:, None].astype(np.float32)
    eye = np.eye(len(EMOTIONS), dtype=np.float32)
    return np.asarray(shown * eye[label] + (1 - shown) * eye[NEUTRAL], dtype=np.float32)


def load_performed(path: Path, scale: CueScale) -> Examples:
    """Read a file of this module as examples; they have no four-class truth and no row in FER+ (−1)."""
    if not path.is_file():
        raise BadInput(
            f"{path}: no such file; make one with "
            f"python -m mien.lab.training.performed --head ict_face.npz --out {path}"
        )
    chips, cues, valid, label, intensity = load_arrays(path, "chips", "cues", "valid", "label", "intensity").values()
    return Examples(
        chips=chips,
        cues=standardise(cues, valid, scale),
        targets=targets(label, intensity),
        four=np.full(len(label), -1, dtype=np.int8),
        rows=np.full(len(label), -1, dtype=np.int64),
    )


def main() -> None:
    """Perform faces from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mien.lab.training.performed", description="Render faces to learn from."
    )
    parser.add_argument("--head", type=Path, required=True, help="path of ict_face.npz")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="file for the faces (npz)")
    given = parser.parse_args()
    make(load_head(given.head), given.count, given.seed).save(given.out)


if __name__ == "__main__":
    main()
