"""The reader suggests in a project's own words, and only what it knows."""

import numpy as np
import pytest

from mien.app.data.suggest import suggest_by_reader
from mien.cues.geometry import measure
from mien.data.project import ORIGIN
from mien.errors import BadInput
from mien.face.look import look
from mien.values import Frame
from mien.vocabulary import EmotionClass


def test_a_smile_is_called_by_the_projects_name(astronaut: np.ndarray) -> None:
    (face,) = look(Frame(0.0, astronaut))
    cues = measure(face)
    assert suggest_by_reader(ORIGIN)(face.chip, cues.values, cues.valid) == "happy"
    merry = (EmotionClass("merry", *(ORIGIN[0].valence, ORIGIN[0].arousal)), EmotionClass("dreamy", 0.3, -0.5))
    assert suggest_by_reader(merry)(face.chip, cues.values, cues.valid) == "merry"
    assert suggest_by_reader(ORIGIN[1:3])(face.chip, cues.values, cues.valid) is None


def test_classes_that_it_does_not_know_are_said() -> None:
    with pytest.raises(BadInput, match="knows none of dreamy, defiant"):
        suggest_by_reader([EmotionClass("dreamy", 0.3, -0.5), EmotionClass("defiant", -0.2, 0.6)])
