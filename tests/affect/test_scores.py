"""The shipped reader on the validation faces, which it did not learn from, as this version promises.

How it reads portraits is in tests/lab/exams/test_london.py.
"""

import numpy as np
import pytest

from mien.affect.network import Reader
from mien.vocabulary import EMOTIONS

from conftest import load_data

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
