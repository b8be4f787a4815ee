"""What is told of a tried picture."""

from mien.lab.exams.side_by_side import Verdict
from mien.lab.pages.tint import plain
from mien.lab.pages.tried_sheet import FIELD_PX, FOOT_PX, MOST_FIELDS, classes_of, room


def test_a_class_that_two_methods_spell_otherwise_is_told_once() -> None:
    mine = Verdict("mine", {"happy": 0.7, "dreamy": 0.3}, None)
    shipped = Verdict("shipped", {"neutral": 0.4, "happiness": 0.6}, None)
    assert classes_of((mine, shipped)) == [("happy", "happiness"), ("dreamy",), ("neutral",)]


def test_no_field_falls_off_the_sheet_and_no_letter_is_a_box() -> None:
    for y in range(300, 900, 7):
        assert y + room(y) * FIELD_PX <= max(y, FOOT_PX - FIELD_PX)
    assert room(100) == MOST_FIELDS and room(830) == 0
    assert plain("B♭ lydian, F♯ −1") == "B flat lydian, F sharp -1"
