from pathlib import Path

import pytest

from mien.circumplex import affect_of
from mien.errors import BadInput
from mien.instrument import travel
from mien.music.journey.path import ARRIVE_SHARE, MATCH_SHARE, affect_along, path_between, read_path

SAD, HAPPY = affect_of("sad"), affect_of("happy")


def test_a_lead_first_matches_then_moves_then_stays() -> None:
    path = path_between(SAD, HAPPY, 100)
    assert [point[0] for point in path] == [0, 100 * MATCH_SHARE, 100 * ARRIVE_SHARE]
    assert affect_along(path, 19).valence == SAD.valence
    middle = affect_along(path, 50)
    assert middle.valence == pytest.approx((SAD.valence + HAPPY.valence) / 2)
    assert sum(middle.probs) == pytest.approx(1)
    assert affect_along(path, 80).valence == affect_along(path, 1e6).valence == HAPPY.valence


def test_a_reading_before_the_first_point_is_the_first() -> None:
    path = ((5.0, SAD), (9.0, HAPPY))
    assert affect_along(path, 0).arousal == SAD.arousal
    assert affect_along(path, 7).time_s == 7


@pytest.mark.parametrize("over_s", [0.0, -3.0, float("inf"), float("nan")])
def test_a_lead_takes_time(over_s: float) -> None:
    with pytest.raises(BadInput, match="positive number of seconds"):
        path_between(SAD, HAPPY, over_s)


def test_a_table_is_read_in_any_order_of_columns_with_others_between(tmp_path: Path) -> None:
    file = tmp_path / "path.csv"
    file.write_text("arousal, note, time_s, valence\n-0.5,a,0,-0.6\n\n0.5,b,30,0.7\n", encoding="utf-8-sig")
    path = read_path(file)
    assert [(time_s, a.valence, a.arousal) for time_s, a in path] == [(0, -0.6, -0.5), (30, 0.7, 0.5)]


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    file = tmp_path / "path.csv"
    file.write_text("time_s;valence;arousal\n0;-0,6;-0,5\n30;0,7;0.5\n", encoding="utf-8")
    assert [(a.valence, a.arousal) for _, a in read_path(file)] == [(-0.6, -0.5), (0.7, 0.5)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("time_s,valence\n0,0\n", "column 'arousal' is missing"),
        ("", "column 'time_s' is missing"),
        ("time_s,valence,arousal\n", "has no rows"),
        ("time_s,valence,arousal\n0,0,0\n1,glad,0\n", "row 3, column valence: 'glad' given; a number from -1 to 1"),
        ("time_s,valence,arousal\n0,0,1.5\n", "row 2, column arousal: '1.5' given"),
        ("time_s,valence,arousal\n0,0\n", "row 2, column arousal: '' given"),
        ("time_s,valence,arousal\nnan,0,0\n", "row 2, column time_s: 'nan' given; seconds wanted"),
        ("time_s,valence,arousal\n-1,0,0\n", "row 2, column time_s: -1 given; 0 or more"),
        ("time_s,valence,arousal\n4,0,0\n4,0,0\n", "row 3, column time_s: 4 given; more than 4"),
    ],
)
def test_a_bad_table_names_row_and_column(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "path.csv"
    file.write_text(text)
    with pytest.raises(BadInput) as error:
        read_path(file)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ((), "path: has no points"),
        (((5.0, SAD), (0.0, HAPPY)), "path: time of point 2: 0 given; more than 5, the one before, wanted"),
        (((0.0, SAD), (0.0, HAPPY)), "path: time of point 2: 0 given; more than 0"),
        (((-1.0, SAD),), "path: time of point 1: -1 given; 0 or more, wanted"),
        (((0.0, SAD), (float("nan"), HAPPY)), "path: time of point 2: nan given"),
    ],
)
def test_a_travel_along_a_path_that_does_not_rise_is_refused(path, told: str) -> None:
    with pytest.raises(BadInput) as error:
        travel(path, seconds=10)
    assert told in str(error.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00\x81"])
def test_a_file_that_is_no_text_is_refused(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "path.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read as a table"):
        read_path(file)
