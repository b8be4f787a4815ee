"""The shipped reader on faces it did not learn from: the numbers that this version promises."""

import io

import numpy as np
import pytest
from PIL import Image

from mien.affect.network import Reader
from mien.cues.geometry import measure
from mien.face.look import look
from mien.values import EMOTIONS, Frame

from conftest import encoded, load_data

FOUR = [EMOTIONS.index(name) for name in ("happiness", "sadness", "anger", "neutral")]  # the order of label4

pytestmark = [pytest.mark.data, pytest.mark.slow]


def test_validation_faces_of_four_classes() -> None:
    data = load_data("ferplus_dev.npz")
    validation = data["split4"] == 1
    truth = data["label4"][validation]
    answers = Reader().read_chips(data["images"][validation])[:, FOUR].argmax(axis=1)
    f1 = []
    for k in range(4):
        both = np.sum((answers == k) & (truth == k))
        f1.append(2 * both / (np.sum(answers == k) + np.sum(truth == k)))
    assert len(truth) == 2529
    assert np.mean(answers == truth) >= 0.82
    assert np.mean(f1) >= 0.78


def test_portraits_of_the_london_set() -> None:
    data = load_data("london_ccby.npz")
    reader = Reader()
    right: dict[str, list[bool]] = {"happy": [], "neutral": []}
    for index, label in enumerate(data["label"]):
        with Image.open(io.BytesIO(encoded(data, index))) as picture:
            faces = look(Frame(0.0, np.asarray(picture.convert("RGB"))))
        assert faces, f"no face found in portrait {index}"
        emotion = reader.read(faces[0], measure(faces[0])).emotion
        right[str(label)].append(emotion == {"happy": "happiness", "neutral": "neutral"}[str(label)])
    assert len(right["happy"]) + len(right["neutral"]) == 204
    assert np.mean(right["happy"]) >= 0.95
    assert np.mean(right["neutral"]) >= 0.80
