"""Faces to learn coefficients from: rendered ones with exact truth, photographed ones as the official head reads them.

    python -m mien.lab.coefficients.data --head ict_face.npz --people 1000 --seed 1 --out performed.npz
    python -m mien.lab.coefficients.data --teacher face_landmarker.task --pictures landmarks68.npz \\
        --ferplus ferplus_dev.npz --out taught.npz

Each face is looked at as live ones are (close-ups as FER+'s are), so that what is learnt is what our own mesh shows.
Portraits of the London Set are left out: the reader's closer look (`mien.lab.training.closer`) is examined on them.

Conventions
-----------
details : uint8 (n, 112, 112), as `Face.detail` holds them.
shapes : float32 (n, s), as `mien.cues.coefficients.shape_of` gives them.
truth : float32 (n, 52).
group : int64 (n,); rows of a group stay on one side of any split: a rendered person, a picture's near-duplicates.
kind : rendered faces: "rest" (seen at rest, to calibrate with), "neutral" (at rest, to be examined on) or "moved";
    photographed ones: the name of their set, "-changed" if the picture was first turned, reduced, lit otherwise.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.cues.coefficients import shape_of
from mien.errors import BadInput
from mien.face.look import MIN_MESH_SCORE, look, look_close
from mien.face.pictures import decode
from mien.lab.arrays import load_arrays, save_arrays
from mien.lab.coefficients.teacher import Teacher
from mien.lab.performer.camera import worn
from mien.lab.performer.draw import some_expression, some_scene, somebody
from mien.lab.performer.head import Head, load_head
from mien.lab.performer.perform import perform
from mien.nets import Floats
from mien.values import Face, Frame

MOVED = 5
"""Expressions of each rendered person, besides two pictures at rest."""
REST_TURN_DEG, MOVED_TURN_DEG = 10.0, 22.0
FERPLUS_STEP = 2
"""Every second picture of FER+ is taken: they are 48 pixels wide and teach little about fine movements."""
RENDERED = ("rest", "neutral", "moved")
CHANGED = 8
"""How many changed copies of each photograph are read besides it: photographs are few."""
GROUP_SPAN = 10**6
"""The groups of one set begin this far from those of the next."""
LEAST_SPREAD = 0.02
"""Standard deviation of a coefficient's truth below which nothing is learnt of it, and nothing judged."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces to learn from, n rows each (see the conventions)."""

    details: NDArray[np.uint8]
    shapes: Floats
    truth: Floats
    group: NDArray[np.int64]
    kind: NDArray[np.str_]
    pose_deg: Floats

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def is_rendered(self) -> NDArray[np.bool_]:
        """Which are rendered, bool (n,)."""
        return np.isin(self.kind, RENDERED)

    @property
    def is_close_up(self) -> NDArray[np.bool_]:
        """Which are from FER+, bool (n,)."""
        return np.char.startswith(self.kind, "ferplus")

    @property
    def sort(self) -> NDArray[np.str_]:
        """The sort of each, as text (n,): "rendered", "close-up" or "photograph"."""
        return np.where(self.is_rendered, "rendered", np.where(self.is_close_up, "close-up", "photograph"))

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "Faces":
        """The rows at `places`."""
        return Faces(**{field.name: getattr(self, field.name)[places] for field in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    face: Face
    truth: Floats
    group: int
    kind: str


def performed(head: Head, people: Sequence[int], seed: int) -> Iterator[_Row]:
    """Render people (a group each): twice at rest, then with any expressions."""
    for number in people:
        rng = np.random.default_rng([seed, number])
        person, group = somebody(rng), 3 * GROUP_SPAN + number
        for kind in ("rest", "neutral", *["moved"] * MOVED):
            moved = some_expression(rng) if kind == "moved" else {}
            turn_deg = REST_TURN_DEG if kind == "rest" else MOVED_TURN_DEG
            shot = perform(head, some_scene(rng, person, moved, turn_deg=turn_deg))
            faces = look(Frame(0.0, worn(shot.rgb, rng)))
            if faces:
                yield _Row(faces[0], shot.coefficients, group, kind)


def photographed(path: Path, kind: str, teacher: Teacher, first_group: int) -> Iterator[_Row]:
    """Faces in a file of JPEG pictures (`jpeg`, `offset`), the largest of each, as the teacher reads them."""
    jpeg, offset, names = load_arrays(path, "jpeg", "offset", "name").values()
    # Helen numbers the faces of one photograph: 100040721_1, 100040721_2
    _, numbers = np.unique([str(name).split("_")[0] for name in names], return_inverse=True)
    for start, end, number in zip(offset[:-1], offset[1:], numbers, strict=True):
        plain = decode(jpeg[start:end].tobytes(), f"a picture of {path.name}").rgb
        rng = np.random.default_rng([CHANGED, start])
        for place, rgb in enumerate([plain, *(changed(plain, rng) for _ in range(CHANGED))]):
            faces = look(Frame(0.0, rgb))
            if faces:
                told = kind if place == 0 else f"{kind}-changed"
                yield from _taught(rgb, faces[0], teacher, first_group + int(number), told)


def changed(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another picture that might have been taken of the same face: turned, reduced, lit otherwise, worn."""
    side = max(rgb.shape[:2])
    turn = cv2.getRotationMatrix2D(
        (rgb.shape[1] / 2, rgb.shape[0] / 2), float(rng.uniform(-20, 20)), float(rng.uniform(0.35, 1))
    )
    turn[:, 2] += rng.uniform(-0.1, 0.1, 2) * side
    turned = cv2.warpAffine(rgb, turn, rgb.shape[1::-1], flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    lit = 255 * (turned / 255) ** rng.uniform(0.6, 1.6) * rng.uniform(0.7, 1.2)
    return worn(np.clip(lit, 0, 255).astype(np.uint8), rng)


def close_ups(path: Path, teacher: Teacher, first_group: int) -> Iterator[_Row]:
    """Every second face of FER+; the validation split is a kind of its own."""
    pictures, groups, split = load_arrays(path, "images", "dup_group", "split4").values()
    examined = np.isin(groups, groups[split == 1])
    for i in range(0, len(pictures), FERPLUS_STEP):
        rgb = np.repeat(pictures[i][:, :, None], 3, axis=2)
        face = look_close(Frame(0.0, rgb))
        kind = "ferplus-examined" if examined[i] else "ferplus"
        yield from _taught(rgb, face, teacher, first_group + int(groups[i]), kind)


def _taught(rgb: NDArray[np.uint8], face: Face, teacher: Teacher, group: int, kind: str) -> Iterator[_Row]:
    if face.score < MIN_MESH_SCORE:
        return
    truth, score = teacher.read(rgb, face.points_px)
    if score >= MIN_MESH_SCORE:
        yield _Row(face, truth, group, kind)


def gathered(rows: Iterator[_Row]) -> Faces:
    """Rows as arrays."""
    held = list(rows)
    return Faces(
        details=np.stack([row.face.detail for row in held]),
        shapes=np.stack([shape_of(row.face) for row in held]),
        truth=np.stack([row.truth for row in held]).astype(np.float32),
        group=np.array([row.group for row in held], dtype=np.int64),
        kind=np.array([row.kind for row in held]),
        pose_deg=np.array([row.face.pose_deg for row in held], dtype=np.float32),
    )


def save_faces(faces: Faces, path: Path) -> None:
    """Save faces between runs."""
    save_arrays(path, **{field.name: getattr(faces, field.name) for field in fields(faces)})


def load_all(paths: Sequence[Path]) -> Faces:
    """Read what `save_faces` wrote, from one file or several.

    Raises
    ------
    BadInput
        If a file was not written by it.
    """
    try:
        parts = [load_arrays(path, *(field.name for field in fields(Faces))) for path in paths]
    except BadInput as cause:
        raise BadInput(f"{cause}, as python -m mien.lab.coefficients.data makes it") from None
    return Faces(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def main() -> None:
    """Make a file of faces from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mien.lab.coefficients.data", description="Faces to learn from.")
    parser.add_argument("--head", type=Path, help="path of ict_face.npz: render faces")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first person")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--teacher", type=Path, help="path of face_landmarker.task: read photographs")
    parser.add_argument("--pictures", type=Path, help="path of landmarks68.npz")
    parser.add_argument("--ferplus", type=Path, help="path of ferplus_dev.npz")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if given.head:
        people = range(given.first, given.first + given.people)
        save_faces(gathered(performed(load_head(given.head), people, given.seed)), given.out)
        return
    if not given.teacher:
        parser.error("give --head to render faces, or --teacher with --pictures or --ferplus")
    teacher = Teacher(given.teacher)

    def rows() -> Iterator[_Row]:
        if given.pictures:
            yield from photographed(given.pictures, "pictures", teacher, 0)
        if given.ferplus:
            yield from close_ups(given.ferplus, teacher, 2 * GROUP_SPAN)

    save_faces(gathered(rows()), given.out)


if __name__ == "__main__":
    main()
