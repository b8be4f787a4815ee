"""How often cleaning marks what it should, and what it should not, on photographs with planted faults.

`python -m benchmarks.curating --data FOLDER` (with london_ccby.npz, landmarks68.npz, ferplus_dev.npz in it) prints, a
corpus at a time, how many pictures without fault get a mark (false alarms), and how many with each planted fault get
it or are said to show no face (hits). Then how alike copies, FER2013's own near-duplicates (`dup_group`), pictures of
one person and pictures of different people are on their chips. The limits of `judge` and `near` in `mien.data.pictures`
were chosen by it. Nothing here passes or fails.
"""

import argparse
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.planted import copies, faults
from mien.data.pictures.hashes import as_words, distance
from mien.data.pictures.judge import BLURRED, COVERED, DRAWN, LETTERS, TINY_PX
from mien.data.pictures.look_over import Seen, look_over
from mien.data.pictures.near import BURST, RADIUS, SAME, SAME_FACE, SAME_FRAME, chip_hashes, correlation, likeness

SEED = 0
Rgb = NDArray[np.uint8]


def corpora(data: Path, count: int) -> Iterator[tuple[str, list[Rgb]]]:
    """Photographs: London (512 px portraits), Helen and AFW (256 px, anywhere), FER2013 (48 px, grey)."""
    rng = np.random.default_rng(SEED)
    for name, file in (("london", "london_ccby.npz"), ("helen", "landmarks68.npz")):
        with np.load(data / file, allow_pickle=False) as held:
            jpeg, offset = held["jpeg"], held["offset"]
        rows = rng.choice(len(offset) - 1, min(count, len(offset) - 1), replace=False)
        yield name, [np.asarray(Image.open(io.BytesIO(jpeg[offset[i] : offset[i + 1]].tobytes()))) for i in rows]
    with np.load(data / "ferplus_dev.npz", allow_pickle=False) as held:
        sound = np.flatnonzero((held["label4"] >= 0) & (held["flags"] & 16 == 0))
        images = held["images"][rng.choice(sound, count, replace=False)]
    yield "fer", [np.repeat(image[:, :, None], 3, axis=2) for image in images]


def see(rgb: Rgb, place: Path) -> Seen:
    Image.fromarray(rgb).save(place, compress_level=1)
    return look_over("", place, rgb.shape[1])


def marks(seen: Seen) -> set[str]:
    """Which of the marks measured here a picture gets."""
    found = {"drawn"} if seen.drawn > DRAWN else set()
    found |= {"text"} if seen.letters > LETTERS else set()
    if not seen.faces:
        return found | {"no face"}
    face = seen.faces[0]
    found |= {"covered"} if face.hidden > COVERED else set()
    apart = face.eyes_apart / max(0.5, float(np.cos(np.radians(face.pose_deg[1]))))
    return found | ({"tiny"} if apart < TINY_PX else {"blurred"} if face.sharpness < BLURRED else set())


def measure_marks(name: str, pictures: list[Rgb], place: Path) -> None:
    seen = [see(rgb, place) for rgb in pictures]
    clean = [marks(one) for one in seen]
    told = ", ".join(
        f"{mark} {np.mean([mark in m for m in clean]):.1%}"
        for mark in ("no face", "tiny", "blurred", "covered", "drawn", "text")
    )
    print(f"{name:7s} {len(clean)} without fault: {told}")
    for mark, kind, plant in faults():
        if name == "fer" and mark == "text":
            continue  # 48 pixels hold no letters
        rng = np.random.default_rng(SEED)
        found = [
            marks(see(plant(rgb, one.faces[0].points, rng), place))
            for rgb, one in zip(pictures, seen, strict=True)
            if one.faces
        ]
        hit, none = (np.mean([what in m for m in found]) for what in (mark, "no face"))
        either = np.mean([bool(m & {mark, "no face"}) for m in found])
        print(f"{name:7s} {mark:8s} {kind:20s} marked {hit:6.1%}   no face {none:6.1%}   either {either:6.1%}")


def measure_copies(name: str, pictures: list[Rgb], place: Path) -> None:
    rng = np.random.default_rng(SEED)
    rows: dict[str, list[tuple[float, bool]]] = {}
    chips = []
    for rgb in pictures:
        one = see(rgb, place)
        if not one.faces:
            continue
        chips.append(one.faces[0].chip)
        for kind, copy in copies(rgb, rng):
            for mirrored in (False, True):
                other = see(np.ascontiguousarray(copy[:, ::-1]) if mirrored else copy, place)
                rows.setdefault("mirrored" if mirrored else kind, []).append(compare(one, other, mirrored))
    for kind, found in rows.items():
        alike, taken = np.array([f[0] for f in found]), np.array([f[1] for f in found])
        least, low, median = np.percentile(alike, [0, 5, 50])
        print(
            f"{name:7s} copy {kind:12s} alike: least {least:.4f}, 5 % {low:.4f}, median {median:.4f}; found "
            f"{taken.mean():6.1%}"
        )
    apart = [likeness(chips[i], chips[j]) for i in range(len(chips)) for j in range(i)][::3]
    print(f"{name:7s} different pictures: most {max(apart):.4f}; taken for one {np.mean(np.array(apart) >= SAME):.2%}")


def compare(one: Seen, other: Seen, mirrored: bool) -> tuple[float, bool]:
    """How alike, and whether they are found to be one picture."""
    assert one.print is not None and other.print is not None
    near = bits(one.print.mirrored if mirrored else one.print.hash, other.print.hash) <= RADIUS
    if not other.faces:
        return 0.0, False
    chip = np.ascontiguousarray(one.faces[0].chip[:, ::-1]) if mirrored else one.faces[0].chip
    own, theirs = chip_hashes(chip)[0], chip_hashes(other.faces[0].chip)[0]
    near = near or bits(own, theirs) <= RADIUS
    alike = likeness(chip, other.faces[0].chip)
    thumb = one.print.thumb[:, ::-1] if mirrored else one.print.thumb
    needed = SAME_FACE if correlation(thumb, other.print.thumb) >= SAME_FRAME else SAME
    return alike, near and alike >= needed


def bits(one: bytes, other: bytes) -> int:
    return int(distance(as_words([one]), as_words([other]))[0])


def measure_groups(data: Path, count: int, place: Path) -> None:
    """FER2013's own near-duplicates, and London's two pictures of one person."""
    with np.load(data / "ferplus_dev.npz", allow_pickle=False) as held:
        images, groups = held["images"], held["dup_group"]
    names, first, sizes = np.unique(groups, return_index=True, return_counts=True)
    found = []
    for name, at in list(zip(names[sizes > 1], first[sizes > 1], strict=True))[:count]:
        other = np.flatnonzero(groups == name)[1]
        a, b = (see(np.repeat(images[row][:, :, None], 3, axis=2), place) for row in (at, other))
        if a.faces and b.faces:
            found.append(compare(a, b, False))
    alike, taken = np.array([f[0] for f in found]), np.array([f[1] for f in found])
    print(f"fer     dup_group: {len(found)} pairs, least {alike.min():.4f}; found {taken.mean():.1%}")
    with np.load(data / "london_ccby.npz", allow_pickle=False) as held:
        jpeg, offset, subject = held["jpeg"], held["offset"], held["subject"]
    people: dict[str, list[Seen]] = {}
    for i, who in enumerate(subject):
        rgb = np.asarray(Image.open(io.BytesIO(jpeg[offset[i] : offset[i + 1]].tobytes())))
        people.setdefault(str(who), []).append(see(rgb, place))
    compared = [compare(a, b, False) for a, b in people.values()]
    pairs = np.array([alike for alike, _ in compared])
    print(
        f"london  one person at rest and smiling: {len(pairs)} pairs, most {pairs.max():.4f}; taken for one "
        f"{np.mean([one for _, one in compared]):.1%}, for one moment {np.mean(pairs >= BURST):.1%}"
    )


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.curating", description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--count", type=int, default=100, help="pictures a corpus")
    asked = options.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "x.png"
        for name, pictures in corpora(asked.data, asked.count):
            measure_marks(name, pictures, place)
            measure_copies(name, pictures[: asked.count // 3], place)
        measure_groups(asked.data, asked.count * 3, place)


if __name__ == "__main__":
    main()
