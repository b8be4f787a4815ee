"""How often a covered face is said to be covered, and a bare one too (faces × covers → shares).

    python -m mien.lab.exams.covered_faces --data FOLDER [--limit 30] [--out results]

writes `covered.json`. Covers of each kind of `mien.lab.training.covers` are drawn over London portraits, in the frame
of the face, and the whole picture is then read like a live one: the mesh has to find the face behind the cover. The
network learnt these kinds, but neither the drawings nor the people. A face that is no longer found counts apart. The
bare faces are all London portraits, and those of FER+'s development and validation sides that the mesh finds. The
development side chose `mien.affect.covered.COUNTED`; the others only report.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.affect.covered import hidden_regions
from mien.affect.doubt import quality_of
from mien.assets import asset_path
from mien.face.align import level, lies_at
from mien.face.look import MIN_MESH_SCORE, look, look_close_ups
from mien.lab.command import command, made_of
from mien.lab.exams.exam import FERPLUS, LONDON, find_data, load_exam
from mien.lab.exams.metrics import share_of
from mien.lab.exams.portraits import load_portraits
from mien.lab.training.covers import KINDS
from mien.values import Face, Frame
from mien.writing import write_bytes

Rgb = NDArray[np.uint8]

PLACES: Mapping[str, tuple[int, int, int, int]] = MappingProxyType(
    {
        "lower half": (30, 68, -4, 68),
        "upper half": (-4, 32, -4, 68),
        "lips": (43, 60, 14, 50),
        "eyes": (17, 30, 4, 60),
        "one side": (-4, 68, -4, 31),
    }
)
"""Top, bottom, left and right of each cover in pixels of the chip."""
SEED = 23


def covered(rgb: Rgb, face: Face, kind: str, place: str, rng: np.random.Generator) -> Rgb:
    """A portrait uint8 (h, w, 3) with a cover over a part of its face."""
    drawn = KINDS[kind](face.chip, face.chip[None], rng).clip(0, 255).astype(np.uint8)
    top, bottom, left, right = PLACES[place]
    turn, corner = lies_at(level(face.points_px[:468]))
    to_frame = np.column_stack([turn, corner])
    size = (rgb.shape[1], rgb.shape[0])
    fill = cv2.warpAffine(drawn, to_frame, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float64)
    outline = (corners @ turn.T + corner).round().astype(np.int32)
    mask = np.zeros(rgb.shape[:2], dtype=np.uint8)
    cv2.fillPoly(mask, [outline], 1)
    return np.where(mask[:, :, None] > 0, fill[:, :, None], rgb).astype(np.uint8)


def is_said(face: Face) -> bool:
    """Whether any region of a face is said to be covered."""
    return max(hidden_regions(face.chip).values()) > 0


def examine_covers(pictures: Iterator[Rgb]) -> dict[str, dict[str, dict[str, Any]]]:
    """For each kind and place of cover: shares said and not found any more, and the median share of worth left."""
    rng = np.random.default_rng(SEED)
    bare = [(rgb, faces[0]) for rgb in pictures if (faces := look(Frame(0.0, rgb)))]
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for kind in KINDS:
        for place in PLACES:
            seen = [look(Frame(0.0, covered(rgb, face, kind, place, rng))) for rgb, face in bare]
            still = [one[0] for one in seen if one]
            found.setdefault(kind, {})[place] = {
                "said": share_of(np.array([is_said(face) for face in still], dtype=bool)),
                "not_found": len(seen) - len(still),
                "worth": round(float(np.median([quality_of(face).worth for face in still])), 2) if still else None,
            }
    return found


def false_alarms(data: Path) -> dict[str, dict[str, Any]]:
    """Shares of bare faces that are said to be covered."""
    portraits = load_portraits(find_data(data, LONDON))
    seen = (look(Frame(0.0, rgb)) for rgb in portraits.pictures())
    told = {"London portraits": share_of(np.array([is_said(faces[0]) for faces in seen if faces], dtype=bool))}
    for side in ("develop", "validate"):
        close_ups = tuple(look_close_ups(load_exam(find_data(data, FERPLUS), side).pictures))
        said = [is_said(face) for face in close_ups if face.score >= MIN_MESH_SCORE]
        told[f"FER+, {side}"] = share_of(np.array(said, dtype=bool))
    return told


def main() -> None:
    """Examine, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.exams.covered_faces", description="Covered faces.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--limit", type=int, default=30, help="portraits that covers are drawn on")
    parser.add_argument("--out", type=Path, default=Path("results"))
    given = parser.parse_args()
    portraits = load_portraits(find_data(given.data, LONDON), given.limit)
    results = {
        "made_by": command(parser, given, "data"),
        "made_of": made_of(asset_path("mien.affect", "covered.tflite")),
        "portraits": len(portraits),
        "covers": examine_covers(portraits.pictures()),
        "bare": false_alarms(given.data),
    }
    given.out.mkdir(parents=True, exist_ok=True)
    write_bytes(given.out / "covered.json", (json.dumps(results, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
