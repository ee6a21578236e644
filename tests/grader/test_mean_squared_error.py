"""The metric, to the last bit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.grade import Scores, score
from grader.scoring.errors import mean_squared_error
from grader.scoring.solution import Solution


def test_two_rows_by_hand():
    assert mean_squared_error([5, 3], [4, 3]) == 0.5
    assert mean_squared_error([1, 1, 1, 1], [1, 2, 3, 4.5]) == (0 + 1 + 4 + 12.25) / 4


def test_perfect_predictions_score_zero():
    assert mean_squared_error([1.5] * 7, [1.5] * 7) == 0.0


def test_the_mean_is_rounded_once_from_the_exact_sum():
    # 2^53 + 1 + 1 = 2^53 + 2 exactly; added one after the other in float64 both ones are lost.
    assert mean_squared_error([0, 0, 0], [2.0**26.5, 1, 1]) == float((Fraction(2.0**26.5 * 2.0**26.5) + 2) / 3)
    assert mean_squared_error([0.0, 0.0, 0.0, 0.0], [2.0**27, 1.0, 1.0, 0.0]) == 2.0**52 + 0.5


errors = st.one_of(
    st.floats(-4, 4),
    st.floats(-1e140, 1e140),
    st.floats(-1e-150, 1e-150),
    st.sampled_from([0.0, 2.0**27, 1e-160]),
)


def exactly(targets: list[float], predictions: list[float]) -> float:
    """The definition, in rational numbers: each square rounded to float64, the sum and the division exact."""
    squares = [(p - t) * (p - t) for t, p in zip(targets, predictions, strict=True)]
    return float(sum(map(Fraction, squares)) / len(squares))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(errors, errors), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_it_is_the_correctly_rounded_mean_in_any_order(rows, random):
    targets, predictions = (list(column) for column in zip(*rows, strict=True))
    value = mean_squared_error(targets, predictions)
    assert value == exactly(targets, predictions)
    random.shuffle(rows)
    targets, predictions = (list(column) for column in zip(*rows, strict=True))
    assert mean_squared_error(targets, predictions) == value


def test_a_hundred_thousand_rows_keep_every_bit_when_shuffled():
    random = np.random.default_rng(11)
    targets = random.integers(1, 6, 100_000).astype(float)
    predictions = random.uniform(1, 5, 100_000)
    value = mean_squared_error(targets, predictions)
    assert value == exactly(targets.tolist(), predictions.tolist())
    order = random.permutation(100_000)
    assert mean_squared_error(targets[order], predictions[order]) == value


def test_only_the_rows_that_were_picked_count():
    picked = np.array([True, False, True])
    assert mean_squared_error([1, 1, 1], [2, np.nan, 4], picked) == 5.0


@pytest.mark.parametrize(
    ("targets", "predictions"),
    [
        ([], []),
        ([1.0], [1.0, 2.0]),
        ([[1.0]], [[1.0]]),
        ([1.0, 1.0], [1.0, np.nan]),
        ([np.inf, 1.0], [1.0, 1.0]),
        ([np.inf], [np.inf]),
        ([0.0], [1e200]),
    ],
)
def test_what_has_no_mean_is_an_error(targets, predictions):
    with pytest.raises(ValueError, match=r"shape|no rows|not finite"):
        mean_squared_error(np.array(targets), np.array(predictions))


def test_no_picked_row_is_an_error():
    with pytest.raises(ValueError, match="no rows"):
        mean_squared_error([1.0], [1.0], np.array([False]))


SOLUTION = Solution(
    row_ids=np.array([1, 2, 3, 4]),
    targets=np.array([1.0, 2.0, 3.0, 4.0]),
    is_public=np.array([True, False, False, True]),
)


def test_public_and_private_rows_are_scored_apart():
    # Errors 1, 0, 2, 3: public (1 + 9) / 2, private (0 + 4) / 2.
    assert score(np.array([2.0, 2.0, 5.0, 1.0]), SOLUTION) == Scores(public=5.0, private=2.0)


def test_an_unknown_metric_is_refused_by_name():
    with pytest.raises(ValueError, match="no metric 'msle'; known: accuracy, auc, f1_at_k"):
        score(np.array([2.0, 2.0, 5.0, 1.0]), SOLUTION, "msle")


def test_as_many_predictions_as_rows_are_needed():
    with pytest.raises(ValueError, match=r"\(3,\) predictions for a solution of \(4,\) rows"):
        score(np.array([2.0, 2.0, 5.0]), SOLUTION)


def test_a_late_file_gets_no_private_score():
    assert score(np.array([2.0, 2.0, 5.0, 1.0]), SOLUTION, with_private=False) == Scores(public=5.0, private=None)


def test_ignored_rows_count_for_neither_score():
    # The row with the error of 3 is ignored: public 1 / 1, private as before.
    solution = SOLUTION.without(np.array([4]))
    assert score(np.array([2.0, 2.0, 5.0, 1.0]), solution) == Scores(public=1.0, private=2.0)
