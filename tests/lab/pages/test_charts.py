"""Drawings and tables of the pages."""

import re

from mien.lab.pages.charts import interval_chart
from mien.lab.pages.page import MOST_COLUMNS, table


def test_the_axis_begins_where_the_lowest_interval_does() -> None:
    wide = {"value": 0.58, "interval": [0.36, 0.78]}
    drawn = interval_chart([("sadness", wide), ("accuracy", {"value": 0.9, "interval": [0.88, 0.92]})], low=0.5)
    marks = re.findall(r'text-anchor="middle">([0-9.]+)<', drawn)
    assert marks[0] == "0.3" and marks[-1] == "1"
    (first,) = re.findall(r'<line x1="([0-9.]+)" x2="[0-9.]+" y1="14"', drawn)
    assert float(first) > 190  # not cut at the axis
    narrow = interval_chart([("accuracy", {"value": 0.9, "interval": [0.88, 0.92]})], low=0.5)
    assert re.findall(r'text-anchor="middle">([0-9.]+)<', narrow)[0] == "0.5"
    assert interval_chart([], low=0.5)


def test_what_has_no_interval_is_a_dot_alone() -> None:
    drawn = interval_chart([("macro-F1", {"value": 0.9, "interval": None})], low=0.5)
    first, last = re.findall(r'<line x1="([0-9.]+)" x2="([0-9.]+)" y1="14"', drawn)[0]
    assert first == last and "<circle" in drawn


def test_numbers_alone_stand_right() -> None:
    numbers = ("0.95", "1,024", "86.1%", "0.86 to 0.89", "12% of 20", "9.2 ms", "−0.01", "0.026 (0.013 to 0.037)")
    words = ("68-point geometry", "18,977 faces, 16 epochs", "", "–", "+ mask", "3 of a kind")
    for cells, kind in ((numbers, "<td class=number>"), (words, "<td>")):
        for cell in cells:
            assert f"{kind}{cell}</td>" in table(("",), [(cell,)]), cell


def test_a_table_of_many_columns_may_be_wider_than_the_text() -> None:
    assert '"scroll wide"' in table(("a",) * (MOST_COLUMNS + 1), [])
    assert '"scroll"' in table(("a",) * MOST_COLUMNS, [])
