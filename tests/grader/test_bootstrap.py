"""How sure a score is, against what is known by hand."""

import math

import numpy as np
import pytest

from grader.scoring.bootstrap import Interval, compare_losses, interval_of, mean_interval, replicate_means

RANDOM = np.random.default_rng(4)
ROWS = 2_000
EASY_OR_HARD = RANDOM.exponential(1.0, ROWS)


def test_equal_losses_leave_no_doubt():
    assert mean_interval(np.full(7, 0.25), seed=1) == Interval(0.25, 0.25)


def test_two_rows_have_three_resamples():
    # Drawn twice from the losses 0 and 1: mean 0 or 1 a quarter of the time each, 1/2 half of the time.
    means = replicate_means(np.array([0.0, 1.0]), seed=1, replicates=4_000)
    assert set(means.tolist()) == {0.0, 0.5, 1.0}
    assert (means == 0.5).mean() == pytest.approx(0.5, abs=0.03)


def test_the_interval_is_as_wide_as_the_textbook_says():
    found = mean_interval(EASY_OR_HARD, seed=1)
    expected = 2 * 1.96 * EASY_OR_HARD.std() / math.sqrt(ROWS)
    assert found.high - found.low == pytest.approx(expected, rel=0.1)
    assert EASY_OR_HARD.mean() in found


def test_whole_users_make_a_mean_less_sure_than_single_rows():
    # Four rows a user, all alike: in truth 500 observations instead of 2,000, and twice the width.
    losses, users = np.repeat(EASY_OR_HARD[:500], 4), np.repeat(np.arange(500), 4)
    rows, whole_users = mean_interval(losses, seed=1), mean_interval(losses, seed=1, clusters=users)
    ratio = (whole_users.high - whole_users.low) / (rows.high - rows.low)
    assert ratio == pytest.approx(2.0, rel=0.15)


def test_users_of_unlike_size_weigh_by_their_rows():
    # One user with losses 1, 1, 1 and one with loss 0: both drawn, or one of them twice.
    means = replicate_means(np.array([1.0, 1, 1, 0]), seed=1, clusters=np.array([5, 5, 5, 9]))
    assert set(means.tolist()) == {0.0, 0.75, 1.0}


def test_a_small_difference_on_the_same_rows_is_clear_where_each_score_is_not():
    better, worse = EASY_OR_HARD, EASY_OR_HARD + RANDOM.normal(0.01, 0.05, ROWS)
    found = compare_losses(better, worse, seed=1)
    assert worse.mean() in mean_interval(better, seed=1)
    assert found.difference == pytest.approx((better - worse).mean())
    assert found.interval.high < 0
    assert found.is_clear
    assert found.better_share == 1.0


def test_what_is_the_same_but_for_chance_is_called_a_draw():
    found = compare_losses(EASY_OR_HARD, EASY_OR_HARD + RANDOM.normal(0.0, 0.05, ROWS), seed=1)
    assert not found.is_clear
    assert compare_losses(EASY_OR_HARD, EASY_OR_HARD, seed=1).better_share == 0.5


def test_the_better_of_a_pair_does_not_depend_on_who_is_named_first():
    a, b = EASY_OR_HARD, EASY_OR_HARD[::-1].copy()
    one, other = compare_losses(a, b, seed=3), compare_losses(b, a, seed=3)
    assert one.difference == -other.difference
    assert one.better_share == 1 - other.better_share
    assert one.interval.low == pytest.approx(-other.interval.high)


def test_the_same_seed_gives_the_same_replicates():
    assert replicate_means(EASY_OR_HARD, seed=2).tolist() == replicate_means(EASY_OR_HARD, seed=2).tolist()


def test_the_middle_half_of_five_replicates():
    assert interval_of(np.array([4.0, 0.0, 1.0, 3.0, 2.0]), confidence=0.5) == Interval(1.0, 3.0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: mean_interval(np.array([]), seed=1), "n > 0"),
        (lambda: mean_interval(np.array([np.nan]), seed=1), "finite"),
        (lambda: mean_interval(np.array([1.0]), seed=1, clusters=np.array([1, 2])), "do not fit"),
        (lambda: mean_interval(np.array([1.0]), seed=1, replicates=0), "say nothing"),
        (lambda: mean_interval(np.array([1.0]), seed=1, confidence=1.0), "between 0 and 1"),
        (lambda: compare_losses(np.array([1.0]), np.array([1.0, 2.0]), seed=1), "only the same rows"),
    ],
)
def test_what_says_nothing_is_an_error(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
