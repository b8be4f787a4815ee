"""What is told of a tried picture."""

from mien.lab.exams.side_by_side import Verdict
from mien.lab.pages.tried_sheet import classes_of


def test_a_class_that_two_methods_spell_otherwise_is_told_once() -> None:
    mine = Verdict("mine", {"happy": 0.7, "dreamy": 0.3}, None)
    shipped = Verdict("shipped", {"neutral": 0.4, "happiness": 0.6}, None)
    assert classes_of((mine, shipped)) == [("happy", "happiness"), ("dreamy",), ("neutral",)]
