"""Log loss, AUC, accuracy and macro F1: by hand, against their definitions, in any order."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.grade import Scores, score
from grader.scoring.classification import accuracy, area_under_curve, log_loss, macro_f1
from grader.scoring.solution import Solution

MEASURES = (log_loss, area_under_curve, accuracy, macro_f1)


def test_two_probabilities_by_hand():
    # Class 1 was given 0.8, class 0 was given 1 - 0.5.
    assert log_loss([1, 0], [0.8, 0.5]) == round(-(math.log(0.8) + math.log(0.5)) / 2, 12)


def test_who_knows_nothing_loses_log_two():
    assert log_loss([1, 0, 0], [0.5, 0.5, 0.5]) == round(math.log(2), 12)


@pytest.mark.parametrize(("label", "probability"), [(1, 0.0), (0, 1.0)])
def test_being_sure_and_wrong_costs_much_but_not_everything(label, probability):
    # -log(1e-15) = 15 · log 10; the clip of 1 is the float next to 1 - 1e-15.
    assert log_loss([label], [probability]) == pytest.approx(15 * math.log(10), abs=1e-3)
    assert math.isfinite(log_loss([label, label], [probability, 0.5]))


def test_being_sure_and_right_costs_nothing():
    assert log_loss([1, 0], [1.0, 0.0]) == 0.0


def test_five_rows_of_auc_by_hand():
    # Ones at 0.9 and 0.4, zeros at 0.4, 0.3, 0.8: of six pairs 0.9 wins three; 0.4 wins one, draws one, loses one.
    assert area_under_curve([1, 1, 0, 0, 0], [0.9, 0.4, 0.4, 0.3, 0.8]) == 4.5 / 6


def test_a_constant_prediction_has_half_the_area():
    assert area_under_curve([1, 0, 0, 1, 0], [7.0] * 5) == 0.5


def test_only_the_order_of_the_predictions_matters_to_the_area():
    assert area_under_curve([0, 1, 1], [-5.0, 1e300, -4.0]) == area_under_curve([0, 1, 1], [0.1, 0.9, 0.2]) == 1.0


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_alone_has_no_area(label):
    with pytest.raises(ValueError, match="all rows are of one class"):
        area_under_curve([label, label], [0.1, 0.2])


def test_two_of_three_classes_right():
    assert accuracy([3, 1, 2], [3, 1, 1]) == 2 / 3


def test_three_classes_of_f1_by_hand():
    # Class 0: 2 right of 3 rows, named 2 times, 4/5. Class 1: 1 right of 1, named 2 times, 2/3. Class 2: never true,
    # named once, in error; 0. Class 5: of one row, never named; 0.
    targets, predictions = [0, 0, 0, 1, 5], [0, 0, 1, 1, 2]
    assert macro_f1(targets, predictions) == float((Fraction(4, 5) + Fraction(2, 3)) / 4)


def test_all_right_is_one():
    assert macro_f1([4, -1, 4], [4, -1, 4]) == accuracy([4, -1, 4], [4, -1, 4]) == 1.0


def test_public_and_private_rows_are_scored_apart():
    public = np.array([True, True, False, False, False])
    solution = Solution(np.arange(5), np.array([1.0, 0, 1, 0, 0]), public)
    predictions = np.array([1.0, 0, 0, 1, 0])
    assert score(predictions, solution, "accuracy") == Scores(1.0, 1 / 3)
    # Private: the one, at 0, loses to the zero at 1 and draws with the other.
    assert score(predictions, solution, "auc") == Scores(1.0, 0.25)


def test_a_metric_without_lists_takes_no_k():
    solution = Solution(np.arange(2), np.array([1.0, 0.0]), np.array([True, False]))
    with pytest.raises(ValueError, match="accuracy takes no k; 10 was given"):
        score(np.array([1.0, 0.0]), solution, "accuracy", 10)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("targets", "predictions"), [([], []), ([1.0], [1.0, 0.0]), ([1.0, 0.0], [math.nan, 0.0])])
def test_what_has_no_score_is_an_error(measure, targets, predictions):
    with pytest.raises(ValueError, match=r"shape|no rows|not finite"):
        measure(np.array(targets), np.array(predictions))


binary = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0])), min_size=1, max_size=30
).map(lambda rows: [*rows, (0.0, 0.1), (1.0, 0.3)])


def columns(rows: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [t for t, _ in rows], [p for _, p in rows]


@given(binary)
def test_the_area_is_the_share_of_pairs_won(rows):
    ones, zeros = ([p for t, p in rows if t == label] for label in (1.0, 0.0))
    wins = sum(Fraction(2 * (one > zero) + (one == zero), 2) for one in ones for zero in zeros)
    assert area_under_curve(*columns(rows)) == float(wins / (len(ones) * len(zeros)))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_macro_f1_is_the_mean_of_each_class(rows):
    classes = {number for row in rows for number in row}
    f1 = []
    for one in classes:
        right = sum(t == p == one for t, p in rows)
        f1.append(Fraction(2 * right, sum(t == one for t, _ in rows) + sum(p == one for _, p in rows)))
    assert macro_f1(*columns(rows)) == float(sum(f1) / len(classes))


@settings(deadline=None)
@given(binary, st.randoms(use_true_random=False))
def test_no_order_of_the_rows_changes_a_bit(rows, random):
    before = [measure(*columns(rows)) for measure in MEASURES]
    random.shuffle(rows)
    assert [measure(*columns(rows)) for measure in MEASURES] == before
