"""Coefficients of agreement equal published examples, and an independent implementation where one is installed.

`krippendorff` 0.9, scikit-learn and statsmodels gave the same numbers to 1e-12 on these and on random tables.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.data.reliability import cohen_kappa, confusion, fleiss_kappa, interval_alpha, nominal_alpha, votes_of

_ = np.nan
KRIPPENDORFF_2011 = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)
"""Section C: four observers, twelve units; nominal .743, interval .849."""
TWO_OBSERVERS = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]])
"""Section A: binary, no value missing; .095."""
COHEN_1960 = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
"""Table 2, 200 patients: .492."""
FLEISS = np.array(
    [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]
)  # fmt: skip
"""Ten units, fourteen raters, the customary worked example: .210."""


def categories(values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), -1, np.nan_to_num(values)).astype(np.int64)


def test_published_examples() -> None:
    assert nominal_alpha(votes_of(categories(KRIPPENDORFF_2011), 6)).value == pytest.approx(0.743, abs=5e-4)
    assert interval_alpha(KRIPPENDORFF_2011).value == pytest.approx(0.849, abs=5e-4)
    assert nominal_alpha(votes_of(TWO_OBSERVERS, 2)).value == pytest.approx(0.095, abs=5e-4)
    assert cohen_kappa(COHEN_1960).value == pytest.approx(0.492, abs=5e-4)
    assert fleiss_kappa(FLEISS).value == pytest.approx(0.210, abs=5e-4)


def test_units_that_one_judged_do_not_count() -> None:
    found = nominal_alpha(votes_of(categories(KRIPPENDORFF_2011), 6))
    assert found.units == 11
    assert interval_alpha(KRIPPENDORFF_2011).units == 11


def test_intervals_hold_the_value_and_are_seeded() -> None:
    votes = votes_of(categories(KRIPPENDORFF_2011), 6)
    first, again, other = nominal_alpha(votes, seed=1), nominal_alpha(votes, seed=1), nominal_alpha(votes, seed=2)
    assert first == again != other
    assert -1 < first.low < first.value < first.high <= 1


def test_more_units_make_a_narrower_interval() -> None:
    few = cohen_kappa(COHEN_1960)
    many = cohen_kappa(COHEN_1960 * 9)
    assert many.value == pytest.approx(few.value)
    assert many.high - many.low == pytest.approx((few.high - few.low) / 3, rel=0.15)


def test_where_nothing_can_be_said_it_is_not_said() -> None:
    assert np.isnan(nominal_alpha(np.array([[2, 0], [2, 0]])).value)
    assert np.isnan(nominal_alpha(np.array([[1, 0], [0, 1]])).value)
    assert np.isnan(interval_alpha(np.full((2, 3), 0.3)).value)
    assert np.isnan(cohen_kappa(np.zeros((3, 3), np.int64)).value)
    assert np.isnan(fleiss_kappa(np.zeros((0, 3), np.int64)).value)
    with pytest.raises(ValueError, match="as many for each"):
        fleiss_kappa(np.array([[2, 0], [1, 2]]))


said_tables = st.lists(
    st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=2, max_size=12
).map(lambda rows: np.array(rows, dtype=np.int64).T)  # fmt: skip


@given(said_tables, st.permutations(range(3)))
def test_neither_the_names_nor_the_order_of_annotators_matter(said: np.ndarray, order: list[int]) -> None:
    first = nominal_alpha(votes_of(said, 4), draws=0).value
    renamed = np.where(said < 0, -1, 3 - said)[order]
    assert nominal_alpha(votes_of(renamed, 4), draws=0).value == pytest.approx(first, nan_ok=True)
    assert np.isnan(first) or -1.5 <= first <= 1


@given(said_tables)
def test_full_agreement_is_one(said: np.ndarray) -> None:
    same = np.repeat(said[:1], 3, axis=0)
    found = nominal_alpha(votes_of(same, 4), draws=0).value
    assert np.isnan(found) == (len({*same[0].tolist()} - {-1}) < 2)
    assert np.isnan(found) or found == pytest.approx(1)


@settings(deadline=None)
@given(said_tables)
def test_an_independent_implementation_finds_the_same(said: np.ndarray) -> None:
    krippendorff = pytest.importorskip("krippendorff")
    metrics = pytest.importorskip("sklearn.metrics")
    mine = nominal_alpha(votes_of(said, 4), draws=0).value
    values = np.where(said < 0, np.nan, said.astype(float))
    if not np.isnan(mine):
        assert krippendorff.alpha(values, level_of_measurement="nominal") == pytest.approx(mine, abs=1e-9)
        on_scale = krippendorff.alpha(values, level_of_measurement="interval")
        assert interval_alpha(values, draws=0).value == pytest.approx(on_scale, abs=1e-9)
    both = (said[0] >= 0) & (said[1] >= 0)
    kappa = cohen_kappa(confusion(said[0], said[1], 4), draws=0).value
    if not np.isnan(kappa):
        assert metrics.cohen_kappa_score(said[0][both], said[1][both]) == pytest.approx(kappa, abs=1e-9)
