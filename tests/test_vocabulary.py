"""Classes in anybody's own words: kept as plain data, refused with a reason."""

from typing import Any

import pytest

from mien.errors import BadInput
from mien.values import Affect
from mien.vocabulary import COORDINATES, EIGHT, EMOTIONS, EmotionClass, classes_of

DREAMY = EmotionClass("dreamy", 0.3, -0.5, {"mode": "lydian", "tempo_bpm": 60, "meter": "3/4"})
DEFIANT = EmotionClass("defiant", -0.2, 0.6)


def test_classes_travel_as_rows() -> None:
    assert classes_of([DREAMY.row(), DEFIANT.row()]) == (DREAMY, DEFIANT)
    assert classes_of([one.row() for one in EIGHT]) == EIGHT  # with the sources of their wishes
    assert [(one.name, (one.valence, one.arousal)) for one in EIGHT] == list(COORDINATES.items())
    assert len({DREAMY, DREAMY, DEFIANT}) == 2


@pytest.mark.parametrize(
    ("brief", "told"),
    [
        ({"tempo": 60}, "no such field"),
        ({"tempo_bpm": 500}, "40 to 200"),
        ({"tempo_bpm": "fast"}, "40 to 200"),
        ({"loudness": float("nan")}, "0 to 1"),
        ({"tonic_pc": 2.5}, "whole number 0 to 11"),
        ({"mode": "major"}, "choose one of phrygian"),
        ({"meter": "7/8"}, "choose one of 4/4"),
        ({"loudness": True}, "0 to 1"),
    ],
)
def test_what_no_brief_holds_is_refused(brief: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        EmotionClass("dreamy", 0, 0, brief)


@pytest.mark.parametrize("name", ["valence", "Eyes", "reads_as"])
def test_a_class_is_not_called_like_a_column(name: str) -> None:
    with pytest.raises(BadInput, match=r"a column of every table.*take another name"):
        EmotionClass(name, 0, 0)


def test_rows_that_are_none_are_refused() -> None:
    unasked = DREAMY.row() | {"sources": {"loudness": "somebody"}}
    nobody = DREAMY.row() | {"sources": {"tempo_bpm": 2013}}
    for rows in (
        [{"name": "dreamy"}],
        [{"name": "dreamy", "valence": "high", "arousal": 0}],
        [DREAMY.row()] * 2,
        [unasked],
        [nobody],
    ):
        with pytest.raises(BadInput, match="class"):
            classes_of(rows)


def test_an_affect_reads_in_its_own_words() -> None:
    affect = Affect(0.0, (0.3, 0.7), 0, 0, 0.1, classes=(DREAMY, DEFIANT))
    assert affect.names == ("dreamy", "defiant") and affect.emotion == affect.reads_as == "defiant"
    assert Affect(0.0, (1.0, *[0.0] * 7), 0, 0, 0).names == EMOTIONS
    with pytest.raises(ValueError, match="2 numbers given, 8 wanted"):
        Affect(0.0, (0.3, 0.7), 0, 0, 0)
