"""Words become expressions: what may be said, what is refused, and how a face moves between keyframes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.cues.coefficients import COEFFICIENTS
from mien.errors import BadInput
from mien.lab.performer.draw import some_expression
from mien.lab.performer.emotions import COEFFICIENTS_OF, UNITS_OF, emotion
from mien.lab.performer.head import LOOK_DEG
from mien.lab.performer.script import expression_at, gaze, parse_expression, parse_path
from mien.lab.performer.stage import Stage
from mien.vocabulary import EMOTIONS


def test_a_name_without_a_side_moves_both() -> None:
    told = parse_expression("browDown=.8,mouthSmileLeft=.4,jawOpen=1")
    assert told == {"browDownLeft": 0.8, "browDownRight": 0.8, "mouthSmileLeft": 0.4, "jawOpen": 1.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("smile=.5", "unknown coefficient 'smile'"),
        ("happiness=.5", "--emotion happiness"),
        ("mouth=.5", "unknown coefficient 'mouth'"),
        ("jawOpen", "name=weight"),
        ("jawOpen=2", "0 to 1"),
        ("jawOpen=nan", "not a number"),
        ("jawOpen=x", "not a number"),
    ],
)
def test_other_expressions_are_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        parse_expression(text)


@pytest.mark.parametrize(
    "text", ["", "happiness", "happiness@x", "joy@1", "neutral@2,happiness@1", "neutral@-1", "a@1e9"]
)
def test_other_paths_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_path(text)


def test_a_path_goes_through_its_keyframes_and_eases_between() -> None:
    path = parse_path("neutral@0,happiness:.5@2,jawOpen=.6+eyeBlinkLeft=1@3")
    assert expression_at(path, 0) == pytest.approx(dict.fromkeys(emotion("happiness"), 0))
    assert expression_at(path, 2)["mouthSmileLeft"] == pytest.approx(0.5)
    assert expression_at(path, 1)["mouthSmileLeft"] == pytest.approx(0.25)
    assert expression_at(path, 0.2)["mouthSmileLeft"] < 0.02, "a face starts softly"
    assert expression_at(path, 9) == {"jawOpen": 0.6, "eyeBlinkLeft": 1.0}


@given(st.floats(0, 4))
def test_between_keyframes_a_face_stays_between(time_s: float) -> None:
    path = parse_path("browDown=1@.5,anger:.4@1,surprise@3")
    now = expression_at(path, time_s)
    for name, weight in now.items():
        ends = [frame.get(name, 0.0) for _, frame in path]
        assert min(ends) - 1e-9 <= weight <= max(ends) + 1e-9
    Stage(coefficients=now)


def test_eyes_look_together_and_only_so_far() -> None:
    told = gaze(LOOK_DEG["Out"], -LOOK_DEG["Down"] / 2)
    assert told == {
        "eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0, "eyeLookDownLeft": 0.5, "eyeLookDownRight": 0.5
    }  # fmt: skip
    assert set(gaze(-5, 5)) == {"eyeLookInLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight"}
    with pytest.raises(BadInput, match="eyes turn"):
        gaze(60, 0)


def test_every_emotion_has_its_units_and_they_exist() -> None:
    assert tuple(UNITS_OF) == EMOTIONS
    assert all(unit in COEFFICIENTS_OF for units in UNITS_OF.values() for unit in units)
    assert all(name in COEFFICIENTS for moved in COEFFICIENTS_OF.values() for name in moved)
    assert emotion("neutral") == {}
    assert emotion("happiness", 0.5)["mouthSmileLeft"] == pytest.approx(0.5)
    assert emotion("happy") == emotion("happiness")
    with pytest.raises(BadInput, match="choose one of neutral"):
        emotion("joy")
    with pytest.raises(BadInput, match="intensity"):
        emotion("anger", 1.5)


def test_what_chance_draws_can_be_performed() -> None:
    import numpy as np

    rng = np.random.default_rng(4)
    moved: set[str] = set()
    for _ in range(400):
        stage = Stage(coefficients=some_expression(rng))
        assert not {"jawLeft", "jawRight"} <= set(stage.coefficients)
        moved |= {name for name, weight in stage.coefficients.items() if weight > 0}
    assert moved == set(COEFFICIENTS) - {"tongueOut"}


@pytest.mark.parametrize("wrong", [{"smile": 0.5}, {"jawOpen": 1.2}, {"jawOpen": float("nan")}])
def test_a_stage_refuses_what_no_face_does(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Stage(coefficients=wrong)
    with pytest.raises(BadInput):
        Stage(pose_deg=(0, 100, 0))
    with pytest.raises(BadInput):
        Stage(size_px=(4, 4))
