"""The z-buffer: what is covered, what is in front, what is seen from behind."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.lab.performer.raster import rasterise

FRONT = np.array([[0, 1, 2]])


def triangle(*corners: tuple[float, float, float]) -> np.ndarray:
    return np.array(corners, dtype=np.float32)


def test_a_triangle_covers_the_pixels_whose_centres_it_holds() -> None:
    points = triangle((0, 0, 1), (0, 8, 1), (8, 0, 1))
    seen = rasterise(points, FRONT, 10, 10)
    rows, columns = np.divmod(seen.pixels, 10)
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {
        (y, x) for y in range(8) for x in range(8) if x + y + 1 <= 8
    }


def test_a_back_is_not_seen() -> None:
    points = triangle((0, 0, 1), (8, 0, 1), (0, 8, 1))
    assert len(rasterise(points, FRONT, 10, 10).pixels) == 0


def test_the_nearer_hides_the_farther_whatever_the_order() -> None:
    near, far = triangle((0, 0, 1), (0, 9, 1), (9, 0, 1)), triangle((0, 0, 5), (0, 9, 5), (9, 0, 5))
    for points, wanted in ((np.concatenate([near, far]), 0), (np.concatenate([far, near]), 1)):
        seen = rasterise(points, np.array([[0, 1, 2], [3, 4, 5]]), 10, 10)
        assert set(seen.triangles.tolist()) == {wanted}


def test_values_are_spread_evenly() -> None:
    points = triangle((0, 0, 1), (0, 20, 1), (20, 0, 1))
    seen = rasterise(points, FRONT, 20, 20)
    values = seen.spread(FRONT, points[:, :2])
    centres = np.stack([seen.pixels % 20 + 0.5, seen.pixels // 20 + 0.5], axis=1)
    assert values == pytest.approx(centres, abs=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 200))
def test_a_mesh_leaves_no_hole_and_no_pixel_outside(seed: int, scale: int) -> None:
    """A wrinkled sheet of triangles of any size covers each pixel of its outline once."""
    rng = np.random.default_rng(seed)
    count = 6
    y, x = np.mgrid[:count, :count].astype(np.float32)
    inner = (x > 0) & (x < count - 1) & (y > 0) & (y < count - 1)
    points = np.stack([x, y, rng.uniform(1, 2, x.shape)], axis=2)
    points[inner, :2] += rng.uniform(-0.3, 0.3, (int(inner.sum()), 2))
    place = np.arange(count * count).reshape(count, count)
    quads = np.stack([place[:-1, :-1], place[1:, :-1], place[1:, 1:], place[:-1, 1:]], axis=2).reshape(-1, 4)
    sheet = points.reshape(-1, 3).astype(np.float32) * np.array([scale / 5, scale / 5, 1], dtype=np.float32)
    seen = rasterise(sheet, np.concatenate([quads[:, :3], quads[:, [0, 2, 3]]]), 64, 48)
    wanted = min(64, scale) * min(48, scale)
    assert len(seen.pixels) == wanted
    assert (seen.pixels % 64 < scale).all() and (seen.pixels // 64 < scale).all()


def test_what_lies_outside_the_picture_is_cut_off() -> None:
    points = triangle((-50, -50, 1), (-50, 400, 1), (400, -50, 1))
    assert len(rasterise(points, FRONT, 12, 9).pixels) == 12 * 9
    assert len(rasterise(points + 1000, FRONT, 12, 9).pixels) == 0
