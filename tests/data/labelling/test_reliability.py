"""Coefficients of agreement equal published examples, and on random tables what their definitions say.

`krippendorff` 0.9, scikit-learn and statsmodels gave the same numbers to 1e-12 on these and on random tables.
"""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.data.labelling.reliability import (
    cohen_kappa,
    confusion,
    fleiss_kappa,
    interval_alpha,
    nominal_alpha,
    votes_of,
)

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


def alpha_by_pairs(said: np.ndarray, apart: Callable[[int, int], float]) -> float:
    """Alpha as Krippendorff defines it: disagreement within units by that among all that was said, pair by pair."""
    units = [unit for unit in (column[column >= 0].tolist() for column in said.T) if len(unit) > 1]
    everything = [value for unit in units for value in unit]
    observed = sum(apart(*pair) / (len(unit) - 1) for unit in units for pair in permutations(unit, 2))
    by_chance = sum(apart(*pair) / (len(everything) - 1) for pair in permutations(everything, 2))
    return 1 - observed / by_chance if by_chance else np.nan


@given(said_tables)
def test_alpha_is_what_its_definition_says(said: np.ndarray) -> None:
    by_name, on_scale = (alpha_by_pairs(said, apart) for apart in (lambda a, b: a != b, lambda a, b: (a - b) ** 2))
    assert nominal_alpha(votes_of(said, 4), draws=0).value == pytest.approx(by_name, abs=1e-9, nan_ok=True)
    values = np.where(said < 0, np.nan, said.astype(float))
    assert interval_alpha(values, draws=0).value == pytest.approx(on_scale, abs=1e-9, nan_ok=True)


@given(said_tables)
def test_kappa_is_what_its_definition_says(said: np.ndarray) -> None:
    both = [(one, other) for one, other in said[:2].T.tolist() if min(one, other) >= 0]
    agreed = np.mean([one == other for one, other in both]) if both else np.nan
    chance = np.mean([one == other for one, _ in both for _, other in both]) if both else np.nan
    wanted = (agreed - chance) / (1 - chance) if both and chance < 1 else np.nan
    found = cohen_kappa(confusion(said[0], said[1], 4), draws=0).value
    assert found == pytest.approx(wanted, abs=1e-9, nan_ok=True)
