"""RMSE and MAE: the same rows, another unit, the same care for the last bit."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.grade import Scores, score
from grader.scoring.errors import mean_absolute_error, mean_squared_error, root_mean_squared_error
from grader.scoring.solution import Solution


def test_four_rows_by_hand():
    # Errors 3, 0, -4, 0: squares 9 + 16 = 25 over 4 rows, absolute values 7 over 4 rows.
    targets, predictions = [1, 2, 5, 3], [4, 2, 1, 3]
    assert mean_squared_error(targets, predictions) == 6.25
    assert root_mean_squared_error(targets, predictions) == 2.5
    assert mean_absolute_error(targets, predictions) == 1.75


def test_only_the_rows_that_were_picked_count():
    picked = np.array([True, False, True])
    assert root_mean_squared_error([1, 1, 1], [2, np.nan, 8], picked) == 5.0
    assert mean_absolute_error([1, 1, 1], [2, np.nan, 8], picked) == 4.0


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=40))
def test_the_mean_absolute_error_is_rounded_once_from_the_exact_sum(rows):
    targets, predictions = (list(column) for column in zip(*rows, strict=True))
    exact = sum(Fraction(abs(p - t)) for t, p in rows) / len(rows)
    assert mean_absolute_error(targets, predictions) == float(exact)


@pytest.mark.parametrize("measure", [root_mean_squared_error, mean_absolute_error])
@pytest.mark.parametrize(("targets", "predictions"), [([], []), ([1.0], [1.0, 2.0]), ([1.0], [math.nan])])
def test_what_has_no_mean_is_an_error(measure, targets, predictions):
    with pytest.raises(ValueError, match=r"shape|no rows|not finite"):
        measure(np.array(targets), np.array(predictions))


def test_a_competition_can_be_scored_by_either():
    solution = Solution(np.array([1, 2, 3]), np.array([1.0, 1.0, 2.0]), np.array([True, True, False]))
    predictions = np.array([2.0, 8.0, 5.0])
    assert score(predictions, solution, "mae") == Scores(public=4.0, private=3.0)
    assert score(predictions, solution, "rmse") == Scores(public=5.0, private=3.0)
