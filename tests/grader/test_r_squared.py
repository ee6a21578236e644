"""R²: how much better than the mean of the labels, and worse than it where it is below 0."""

from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.grade import Scores, score
from grader.scoring.errors import r_squared
from grader.scoring.metrics import METRICS
from grader.scoring.ranking import Entry, rank
from grader.scoring.solution import Solution

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_four_rows_by_hand():
    # Mean 4, spread 9 + 1 + 1 + 9 = 20; squares 1 + 1 + 0 + 3² = 11.
    assert r_squared([1, 3, 5, 7], [2, 2, 5, 4]) == 9 / 20


def test_the_truth_is_one_and_the_mean_is_zero():
    assert r_squared([1, 3, 5, 7], [1, 3, 5, 7]) == 1.0
    assert r_squared([1, 3, 5, 7], [4, 4, 4, 4]) == 0.0


def test_it_may_be_negative_and_ranks_all_the_same():
    # Spread 2 on both parts. Alice misses every label by 2: 1 - 8/2; Bob one in each part by 1: 1 - 1/2.
    solution = Solution(np.arange(4), np.array([1.0, 3.0, 4.0, 2.0]), np.array([True, True, False, False]))
    alice = score(np.array([3.0, 1.0, 2.0, 4.0]), solution, "r2")
    bob = score(np.array([1.0, 2.0, 4.0, 3.0]), solution, "r2")
    assert (alice, bob) == (Scores(-3.0, -3.0), Scores(0.5, 0.5))
    board = rank([Entry("alice", alice.public, NOON), Entry("bob", bob.public, NOON)], METRICS["r2"].lower_is_better)
    assert [place.entry.key for place in board] == ["bob", "alice"]


def test_only_the_rows_that_were_picked_count():
    picked = np.array([True, False, True])
    assert r_squared([1, 1000, 3], [1, np.nan, 2], picked) == 0.5


@pytest.mark.parametrize("label", [0.1, 3.0, 1e-5])
@pytest.mark.parametrize("count", [1, 3, 49])
def test_labels_that_are_all_the_same_have_no_r_squared(label, count):
    with pytest.raises(ValueError, match="all targets are the same"):
        r_squared([label] * count, [1.0] * count)


numbers = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([1.0, 2.0, -3.5]))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_it_is_rounded_once_from_exact_sums_in_any_order(rows, random):
    rows = [*rows, (0.0, 1.0), (1.0, 1.0)]
    mean = float(sum(Fraction(t) for t, _ in rows) / len(rows))
    residual = sum(Fraction((p - t) * (p - t)) for t, p in rows)
    spread = sum(Fraction((t - mean) * (t - mean)) for t, _ in rows)
    random.shuffle(rows)
    assert r_squared(*(list(column) for column in zip(*rows, strict=True))) == float(1 - residual / spread)
