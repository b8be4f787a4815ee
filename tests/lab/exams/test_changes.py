"""Changes of a picture do what they say, and flips are counted as they are."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from made_data import close_up, write_ferplus, write_london
from mien.assets import asset_path
from mien.face.look import look
from mien.lab.exams import changes, invariance
from mien.lab.exams.changes import CHANGES, SKINS, retint
from mien.lab.exams.exam import FERPLUS, LONDON
from mien.lab.exams.invariance import average, by_probs, of_close_ups, of_portraits
from mien.lab.exams.prepared import Prepared
from mien.values import Frame
from mien.writing import sha256_of


def test_light_is_changed_as_light() -> None:
    greys = np.arange(256, dtype=np.uint8)[None]
    brighter, darker = changes.stops(1)(greys, 18), changes.stops(-1)(greys, 18)
    assert brighter[0, 128] == 176  # twice .2158 of the light is .4316, encoded again .6890
    assert darker[0, 128] == 92
    assert (np.diff(brighter.astype(int)) >= 0).all() and brighter[0, 255] == 255 and darker[0, 255] == 188
    assert changes.gamma(2.0)(greys, 18)[0, 128] == 64
    assert changes.gamma(0.5)(greys, 18)[0, 64] == 128


def test_places_are_changed_as_places() -> None:
    face = close_up()
    assert (changes.mirror(changes.mirror(face, 18), 18) == face).all()
    there = changes.tilt(15)(face, 18)
    back = changes.tilt(-15)(there, 18)
    middle = face[14:34, 14:34].astype(int)
    near, far = (np.abs(picture[14:34, 14:34] - middle).mean() for picture in (back, there))
    assert near < far / 2
    assert changes.half_size(face, 18).shape == (24, 24)
    for change in CHANGES.values():
        assert change(face, 18).dtype == np.uint8 and change(face, 18).ndim == 2


def test_a_tilt_is_clockwise() -> None:
    face = np.zeros((48, 48), dtype=np.uint8)
    face[23:25, 36:] = 255  # to the right of the middle
    rows, _ = np.nonzero(changes.tilt(15)(face, 18) > 128)
    assert rows.mean() > 25


@pytest.mark.parametrize("skin", SKINS)
def test_skin_gets_its_colour_and_the_wall_keeps_its_own(skin: str, astronaut: np.ndarray) -> None:
    face = look(Frame(0.0, astronaut))[0]
    tinted = retint(astronaut, face, skin)
    x, y = face.points_px[[50, 280, 151], :2].astype(int).T  # cheekbones and forehead
    lab = cv2.cvtColor(tinted.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[y, x].mean(axis=0)
    np.testing.assert_allclose(lab, SKINS[skin], atol=9)
    assert (tinted[-60:] == astronaut[-60:]).all()


def brightness(shown: Prepared) -> np.ndarray:
    """A method that says "happy" of a bright picture and "neutral" of a dark one."""
    bright = shown.pictures.reshape(len(shown), -1).mean(axis=1) > 110
    return np.where(bright[:, None], [1.0, 0, 0, 0], [0, 0, 0, 1.0])


def test_flips_are_counted_for_each_method() -> None:
    methods = {"brightness": by_probs(brightness), "always": by_probs(lambda shown: np.eye(4)[[2] * len(shown)])}
    dark = np.full((48, 48), 60, dtype=np.uint8)
    found = of_close_ups(np.stack([close_up(), dark]), methods)
    assert set(found["always"]) == set(CHANGES)
    assert average(found["always"]) == 0
    assert found["brightness"]["mirror"]["share"] == 0
    assert found["brightness"]["gamma 0.5"]["share"] > 0
    assert 0 < average(found["brightness"]) < 1


def test_a_face_that_is_lost_is_a_flip(astronaut: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    def portraits() -> Iterator[np.ndarray]:
        yield astronaut

    blank = {"blank": lambda picture, _: np.zeros_like(picture), "same": lambda picture, _: picture}
    monkeypatch.setattr("mien.lab.exams.invariance.CHANGES", blank)
    found = of_portraits(portraits(), {"always": by_probs(lambda shown: np.eye(4)[[2] * len(shown)])})
    assert found["always"]["blank"]["share"] == 1
    assert found["always"]["same"]["share"] == 0
    assert set(found["always"]) == {"blank", "same", *SKINS}


@pytest.mark.slow
def test_the_result_names_the_command_that_gives_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ferplus(tmp_path / FERPLUS, 24)
    write_london(tmp_path / LONDON)
    monkeypatch.setattr(invariance, "CHANGES", {"mirror": CHANGES["mirror"]})
    monkeypatch.setattr(invariance, "SKINS", ())
    words = ("--data", str(tmp_path), "--kept", str(tmp_path / "kept"), "--limit", "2", "--taught", "8")
    monkeypatch.setattr(sys, "argv", ["lab", *words, "--out", str(tmp_path / "out")])
    invariance.main()
    told = json.loads((tmp_path / "out" / "invariance.json").read_text())
    assert told["command"] == ("python -m mien.lab.exams.invariance --data DATA --kept KEPT --limit 2 --taught 8")
    weights = asset_path("mien.affect", "reader.tflite")
    assert told["made_of"] == {file.name: sha256_of(file) for file in (weights, tmp_path / FERPLUS, tmp_path / LONDON)}
