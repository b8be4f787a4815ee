"""A covered face is known, said and doubted, whatever covers it; a bare one is not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from typer.testing import CliRunner

from mien.affect import doubt
from mien.affect.covered import hidden_regions, hidden_share, told
from mien.app.cli import app
from mien.face.look import MIN_MESH_SCORE, look, look_close_ups
from mien.face.pictures import decode
from mien.lab.pages.explain import explain
from mien.reading import read, reader_of
from mien.values import Frame

from conftest import ASTRONAUT, encoded, load_data

Rgb = NDArray[np.uint8]
UPPER, LOWER = (slice(80, 112), slice(175, 274)), (slice(118, 176), slice(175, 274))
"""Rows and columns of the example portrait: brows and eyes, nose and mouth."""


def _flat(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.floating]:
    return np.full(shape, 20.0)


def _noise(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.floating]:
    return rng.uniform(60, 200, shape)


def _checks(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.floating]:
    y, x = np.indices(shape)
    return 90.0 + 60 * (y // 9 % 2) + 60 * (x // 9 % 2)


def hide(rgb: Rgb, where: tuple[slice, slice], draw: Callable[..., NDArray[np.floating]]) -> Rgb:
    hidden = rgb.copy()
    part = hidden[where]
    part[:] = draw(np.random.default_rng(1), part.shape[:2])[:, :, None].astype(np.uint8)
    return hidden


@pytest.mark.parametrize(
    ("where", "said", "draw"),
    [
        (UPPER, ("eyes", "brows"), _flat),
        (UPPER, ("eyes",), _noise),
        *((LOWER, ("mouth",), d) for d in (_flat, _noise, _checks)),
    ],
)
def test_a_covered_half_is_said_and_read_with_high_doubt(
    astronaut: Rgb,
    tmp_path: Path,
    where: tuple[slice, slice],
    said: tuple[str, ...],
    draw: Callable[..., NDArray[np.floating]],
) -> None:
    path = tmp_path / "hidden.png"
    Image.fromarray(hide(astronaut, where, draw)).save(path)
    (reading, *_) = read(path)
    remark = next(remark for remark in reading.remarks if remark.endswith("covered"))
    assert all(region in remark for region in said) and reading.account()["remarks"] == list(reading.remarks)
    assert reading.affect.doubt > 0.5
    shown = CliRunner().invoke(app, ["read", str(path)], catch_exceptions=False).output
    assert remark in " ".join(shown.split())


def test_of_a_bare_face_nothing_is_said(astronaut: Rgb) -> None:
    assert read(ASTRONAUT)[0].remarks == ()
    assert set(hidden_regions(look(Frame(0.0, astronaut))[0].chip).values()) == {0.0}


def test_what_is_covered_is_asked_once_a_face(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Rgb] = []
    monkeypatch.setattr(doubt, "hidden_regions", lambda chip: asked.append(chip) or hidden_regions(chip))
    readings = read(ASTRONAUT)
    explain(reader_of(), readings[0])
    assert len(readings) == len(asked) == 1


def test_bare_portraits_are_not_called_covered() -> None:
    held = load_data("london_ccby.npz")
    for row in range(0, 204, 12):
        chip = look(Frame(0.0, decode(encoded(held, row), "portrait").rgb))[0].chip
        assert hidden_share(hidden_regions(chip)) == 0, row


def test_few_clean_close_ups_are_called_covered() -> None:
    held = load_data("ferplus_dev.npz")
    rows = np.flatnonzero((held["split4"] == 1) & (held["label4"] == 3))[:120]
    faces = tuple(look_close_ups(held["images"][rows]))
    found = [max(hidden_regions(face.chip).values()) >= 0.5 for face in faces if face.score >= MIN_MESH_SCORE]
    assert len(found) > 100 and np.mean(found) <= 0.05


def test_regions_are_named_as_people_name_them() -> None:
    none = dict.fromkeys(("eyes", "brows", "nose", "mouth"), 0.0)
    assert told(none | {"mouth": 1.0}) == "the mouth is covered"
    assert told(none | {"eyes": 1.0}) == "the eyes are covered"
    assert told(none | {"eyes": 1.0, "nose": 0.2, "brows": 1.0}) == "the eyes, brows and nose are covered"
    assert told(dict.fromkeys(none, 1.0)) == "the face is covered"
