"""The shipped reader on the faces that this version promises numbers of.

It did not learn from the validation faces. Its closer look learnt from these portraits: how those of people left out
are read is in tests/lab/training/test_closer.py.
"""

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


def portraits_read(label: str) -> list[str]:
    """The first emotion of every London portrait of a label."""
    data = load_data("london_ccby.npz")
    reader, read = Reader(), []
    for index in np.flatnonzero(data["label"] == label):
        with Image.open(io.BytesIO(encoded(data, int(index)))) as picture:
            faces = look(Frame(0.0, np.asarray(picture.convert("RGB"))))
        assert faces, f"no face found in portrait {index}"
        read.append(reader.read(faces[0], measure(faces[0])).emotion)
    assert len(read) == 102
    return read


def test_neutral_portraits_read_neutral() -> None:
    assert np.mean([emotion == "neutral" for emotion in portraits_read("neutral")]) >= 0.80


def test_smiling_portraits_read_happy() -> None:
    assert np.mean([emotion == "happiness" for emotion in portraits_read("happy")]) >= 0.95
