"""Numbers of quality move the way they should: blur, cover, paint, letters."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mien.data.pictures.judge import BLURRED, COVERED, DRAWN, LETTERS
from mien.data.pictures.quality import drawn_of, eyes_apart, hidden_of, letters_of, sharpness_of
from mien.face.landmarks68 import landmarks68
from mien.face.look import look, look_close
from mien.face.pictures import decode
from mien.values import Face, Frame

from conftest import encoded, load_data

Rgb = NDArray[np.uint8]


@pytest.fixture(scope="module")
def face(astronaut: Rgb) -> Face:
    return look(Frame(0.0, astronaut))[0]


def grey(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def test_sharpness_falls_with_blur_and_not_with_light_or_size(astronaut: Rgb, face: Face) -> None:
    points = landmarks68(face)
    apart = eyes_apart(points)
    assert apart == pytest.approx(44, abs=3)
    sharp = [
        sharpness_of(grey(np.asarray(cv2.GaussianBlur(astronaut, (0, 0), share * apart))), points, apart)
        for share in (0.01, 0.03, 0.06, 0.09)
    ]
    assert sharp == sorted(sharp, reverse=True) and sharp[0] > 0.35 and sharp[-1] < BLURRED
    dim = (astronaut * 0.4 + 60).astype(np.uint8)
    assert sharpness_of(grey(dim), points, apart) == pytest.approx(
        sharpness_of(grey(astronaut), points, apart), abs=0.06
    )
    assert sharpness_of(np.full((100, 100), 7, np.uint8), points / 8, 5.0) == 0.0


@pytest.mark.parametrize("corpus", [None, "london_ccby.npz", "ferplus_dev.npz"])
def test_the_more_blur_the_less_sharp_however_heavy(astronaut: Rgb, corpus: str | None) -> None:
    pictures = [astronaut] if corpus is None else some_of(corpus)
    for rgb in pictures:
        points = landmarks68(look_close(Frame(0.0, rgb)) if corpus == "ferplus_dev.npz" else look(Frame(0.0, rgb))[0])
        apart, spreads = eyes_apart(points), (0, 3, 5, 9, 13, 18, 25)  # pixels, were the eyes 80 apart
        blurs = [cv2.GaussianBlur(rgb, (0, 0), s * apart / 80) if s else rgb for s in spreads]
        sharp = [sharpness_of(grey(np.asarray(blur)), points, apart) for blur in blurs]
        steps = 0.01 if len(rgb) < 100 else 0.0  # of 48 pixels so heavy a blur leaves little but their border
        assert all(after <= before + steps for before, after in pairwise(sharp)), sharp
        assert sharp[0] > BLURRED > sharp[3], sharp


def some_of(corpus: str) -> list[Rgb]:
    """Four faces of the London Set, or of FER+'s validation."""
    held = load_data(corpus)
    if corpus.startswith("ferplus"):
        rows = np.flatnonzero((held["split4"] == 1) & (held["label4"] == 3))[:4]
        return [np.repeat(image[:, :, None], 3, axis=2) for image in held["images"][rows]]
    return [decode(encoded(held, row), corpus).rgb for row in (0, 17, 71, 203)]


def test_what_hides_a_face_shows(face: Face) -> None:
    assert hidden_of(face.chip) < COVERED
    for rows in (slice(6, 30), slice(34, 60)):
        masked = face.chip.copy()
        masked[rows] = np.where(np.arange(64) // 3 % 2, 20, 230)
        assert hidden_of(masked) > COVERED


def test_paint_is_told_from_light(astronaut: Rgb, face: Face) -> None:
    assert drawn_of(astronaut, face.box_px) < DRAWN
    painted = np.full((200, 200, 3), (240, 200, 170), np.uint8)
    cv2.circle(painted, (100, 100), 80, (20, 20, 20), 3)
    for x in (70, 130):
        cv2.circle(painted, (x, 80), 12, (20, 20, 20), -1)
    cv2.ellipse(painted, (100, 140), (40, 15), 0, 0, 180, (150, 30, 30), -1)
    assert drawn_of(painted, None) > DRAWN
    assert drawn_of(painted, (0, 0, 5, 5)) == 0.0


def test_letters_are_counted(astronaut: Rgb) -> None:
    assert letters_of(grey(astronaut)) <= LETTERS
    for fill, edge in (("white", "black"), ("black", "white")):
        picture = Image.fromarray(astronaut)
        ImageDraw.Draw(picture).text(
            (20, 440), "WHEN IT IS MONDAY", font=ImageFont.load_default(44), fill=fill, stroke_fill=edge, stroke_width=3
        )
        assert letters_of(grey(np.asarray(picture))) >= 10
    assert letters_of(np.zeros((20, 20), np.uint8)) == 0
