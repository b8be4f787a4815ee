"""Look-ups find what a plain search finds; copies are told from pictures of other faces; bursts keep the sharpest."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mien.data.collecting.collect import Options, collect
from mien.data.pictures.clean import clean
from mien.data.pictures.copies import marks_of_copies
from mien.data.pictures.hashes import as_words, distance, hash_of, reduced, take_print
from mien.data.pictures.near import BURST, RADIUS, SAME, HashIndex, as_prints, candidates, likeness
from mien.data.project import Project
from mien.face.look import look
from mien.values import Frame


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_the_index_finds_all_that_is_near(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 2**63, 4, dtype=np.uint64)
    flips = np.array(
        [sum(1 << int(bit) for bit in rng.choice(64, rng.integers(0, 16), replace=False)) for _ in range(count)],
        dtype=np.uint64,
    )
    words = rng.choice(centres, count) ^ flips
    rows, columns = HashIndex(words).near(words)
    plain = np.argwhere(distance(words[:, None], words[None]) <= RADIUS)
    assert sorted(zip(rows.tolist(), columns.tolist(), strict=True)) == sorted(map(tuple, plain.tolist()))


def test_a_hash_survives_saving_and_tells_a_mirror(astronaut: NDArray[np.uint8]) -> None:
    own = take_print(astronaut)
    _, jpeg = cv2.imencode(".jpg", cv2.resize(astronaut, (300, 300), interpolation=cv2.INTER_AREA))
    again = take_print(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))
    turned = take_print(np.ascontiguousarray(astronaut[:, ::-1]))
    other = take_print(np.random.default_rng(0).integers(0, 256, astronaut.shape, dtype=np.uint8))

    def bits(a: bytes, b: bytes) -> int:
        return int(distance(as_words([a]), as_words([b]))[0])

    assert len(own.hash) == 8 and own.thumb.shape == (32, 32)
    assert bits(own.hash, again.hash) <= 4
    assert bits(own.mirrored, turned.hash) <= 4 and bits(own.hash, turned.hash) > RADIUS
    assert bits(own.hash, other.hash) > RADIUS
    assert hash_of(reduced(astronaut)) == own.hash


def test_a_copy_is_more_like_than_another_expression(astronaut: NDArray[np.uint8]) -> None:
    chip = look(Frame(0.0, astronaut))[0].chip
    cut = astronaut[12:500, 7:490]
    copy = look(Frame(0.0, cv2.GaussianBlur(cut, (0, 0), 0.7)))[0].chip
    assert likeness(chip, copy) >= SAME
    changed = astronaut.copy()
    x, y = look(Frame(0.0, astronaut))[0].points_px[[61, 291], :2].mean(axis=0).astype(int)
    cv2.ellipse(changed, (int(x), int(y)), (20, 8), 0, 0, 360, (120, 60, 50), -1)
    assert likeness(chip, look(Frame(0.0, changed))[0].chip) < BURST
    assert likeness(chip, np.full_like(chip, 90)) < 0.5


def test_candidates_come_from_either_hash_and_need_coarse_likeness(astronaut: NDArray[np.uint8]) -> None:
    chip = look(Frame(0.0, astronaut))[0].chip
    own, rng = take_print(astronaut), np.random.default_rng(2)
    strange = [take_print(rng.integers(0, 256, (64, 64), dtype=np.uint8)) for _ in range(2)]
    noise = rng.integers(0, 256, (64, 64), dtype=np.uint8)
    pictures = [
        (own.hash, own.mirrored, chip),
        (strange[0].hash, strange[0].mirrored, chip),  # the same face in another picture
        (own.hash, own.mirrored, noise),  # the same frame around another face
        (own.hash, own.mirrored, None),
        (own.mirrored, own.hash, np.ascontiguousarray(chip[:, ::-1])),
        (strange[1].hash, strange[1].mirrored, None),
    ]

    def found(mirrored: bool) -> set[tuple[int, int]]:
        blocks = candidates(as_prints(pictures), mirrored)
        return {pair for rows, columns in blocks for pair in zip(rows.tolist(), columns.tolist(), strict=True)}

    assert found(False) == {(0, 1), (0, 3), (2, 3)}
    assert found(True) >= {(0, 4), (1, 4), (3, 4)}


def film(path: Path, frames: list[NDArray[np.uint8]]) -> None:
    height, width = frames[0].shape[:2]
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 2.0, (width, height))
    for frame in frames:
        video.write(np.ascontiguousarray(frame[:, :, ::-1]))
    video.release()


@pytest.fixture
def changed(astronaut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The portrait with its mouth painted over."""
    other = astronaut.copy()
    x, y = look(Frame(0.0, astronaut))[0].points_px[[61, 291], :2].mean(axis=0).astype(int)
    cv2.ellipse(other, (int(x), int(y)), (22, 10), 0, 0, 360, (120, 60, 50), -1)
    return other


def test_of_a_moment_the_sharpest_frame_is_kept(
    tmp_path: Path, astronaut: NDArray[np.uint8], changed: NDArray[np.uint8]
) -> None:
    soft = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 1.2))
    softer = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 1.6))
    film(tmp_path / "clip.avi", [soft, astronaut, softer, changed])
    with Project.create(tmp_path / "p") as project:
        collect(project, str(tmp_path / "clip.avi"), Options(every_s=0.5))
        clean(project)
        at = dict(project.db.execute("SELECT sha256, address FROM arrivals").fetchall())
        rows = project.db.execute("SELECT sha256, kind, other FROM marks WHERE kind IN ('burst', 'copy')").fetchall()
        found = {(at[row["sha256"]], row["kind"], at[row["other"]]) for row in rows}
        kept = "clip.avi@0.500"
        assert found == {("clip.avi@0.000", "burst", kept), ("clip.avi@1.000", "burst", kept)}


def test_photographs_within_seconds_are_a_burst_and_later_ones_are_not(
    tmp_path: Path, astronaut: NDArray[np.uint8]
) -> None:
    rng = np.random.default_rng(1)
    for name, second in (("a", 0), ("b", 2), ("c", 50)):
        noisy = np.clip(astronaut + rng.normal(0, 9, astronaut.shape), 0, 255).astype(np.uint8)
        exif = Image.Exif()
        exif[0x0132] = f"2026:01:01 10:00:{second:02d}"
        (tmp_path / "pile").mkdir(exist_ok=True)
        Image.fromarray(noisy).save(tmp_path / "pile" / f"{name}.jpg", exif=exif)
    with Project.create(tmp_path / "p") as project:
        collect(project, str(tmp_path / "pile"))
        clean(project)
        at = dict(project.db.execute("SELECT sha256, address FROM arrivals").fetchall())
        assert project.db.execute("SELECT min(taken_at) FROM pictures").fetchone()[0] == "2026-01-01T10:00:00"
        kinds = {(at[mark.sha256], mark.kind) for mark in marks_of_copies(project) if mark.kind == "burst"}
        assert len(kinds) == 1 and kinds < {("a.jpg", "burst"), ("b.jpg", "burst")}
