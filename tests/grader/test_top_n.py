"""Lists of the best-scored candidates, judged by hand."""

import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.scoring.top_n import TopN, top_n, top_rows

# Alice (1) was shown books 10 to 14, Bob (2) books 10 to 12; Carol (3) has no relevant book at all.
GROUPS = np.array([1, 1, 1, 1, 1, 2, 2, 2, 3])
BOOKS = np.array([10, 11, 12, 13, 14, 10, 11, 12, 14])
GAINS = np.array([3.0, 0.0, 2.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
SCORES = np.array([0.9, 0.8, 0.1, 0.7, 0.2, 0.5, 0.4, 0.3, 0.1])


def test_two_users_by_hand():
    # Alice's first 3: books 10 (gain 3), 11 (0), 13 (1): 2 hits of 3 relevant. Bob's: 10, 11 (gain 1), 12: 1 of 1.
    # So precision is the mean of 2/3 and 1/3, recall that of 2/3 and 1, F1 that of 4/6 and 2/4.
    # AP: Alice's hits stand at places 1 and 3, (1/1 + 2/3) / 3; Bob's at place 2, (1/2) / 1.
    # DCG: Alice 3/log2(2) + 1/log2(4) = 3.5, at best 3 + 2/log2(3) + 1/2; Bob 1/log2(3) of 1.
    # Shown to anyone: 10, 11, 13, 12, and Carol's only row, 14: 5 of the 8 books there are.
    best = 3 + 2 / math.log2(3) + 0.5
    found = top_n(GROUPS, BOOKS, GAINS, SCORES, k=3, catalogue=8)
    assert found == TopN(
        precision=0.5,
        recall=round(5 / 6, 12),
        f1=round((2 / 3 + 1 / 2) / 2, 12),
        average_precision=round((5 / 9 + 1 / 2) / 2, 12),
        ndcg=round((3.5 / best + 1 / math.log2(3)) / 2, 12),
        coverage=5 / 8,
    )


def test_the_best_order_has_ndcg_one_and_finds_everything():
    found = top_n(GROUPS, BOOKS, GAINS, GAINS, k=3, catalogue=5)
    assert (found.ndcg, found.average_precision, found.recall) == (1.0, 1.0, 1.0)


def test_rows_that_tie_share_their_places():
    # Scores 5 | 4 4 4 | 1 with two places: the first is sure, the three share the second.
    top = top_rows(np.zeros(5, dtype=np.int64), np.array([4.0, 5.0, 4.0, 1.0, 4.0]), k=2)
    assert top.chance == pytest.approx([1 / 3, 1, 1 / 3, 0, 1 / 3])
    assert top.discount == pytest.approx(np.array([1 / 3, 0, 1 / 3, 0, 1 / 3]) / math.log2(3) + [0, 1, 0, 0, 0])


def test_a_constant_score_is_as_good_as_chance():
    # One of four rows is relevant, two places: a hit in half of all orders. Each of the 4 books is shown half the time.
    one = np.zeros(4, dtype=np.int64)
    found = top_n(one, np.arange(4), np.array([0.0, 0, 1, 0]), np.ones(4), k=2, catalogue=4)
    assert (found.precision, found.recall, found.coverage) == (0.25, 0.5, 0.5)


def test_two_chances_to_be_shown_are_more_than_one():
    # Both users are shown one of the same two books at random: a book is missed with probability 1/4.
    found = top_n(np.array([1, 1, 2, 2]), np.array([7, 8, 7, 8]), np.ones(4), np.zeros(4), k=1, catalogue=2)
    assert found.coverage == 0.75


def test_fewer_candidates_than_places_lower_the_precision_only():
    found = top_n(np.array([1, 1]), np.array([1, 2]), np.array([1.0, 0.0]), np.array([2.0, 1.0]), k=10, catalogue=2)
    assert (found.precision, found.recall, found.ndcg) == (0.1, 1.0, 1.0)


rows = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([0.0, 1.0, 2.0]), st.sampled_from([0.1, 0.2, 0.3])),
    min_size=1,
    max_size=30,
)


@given(rows, st.integers(1, 6), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(table, k, random):
    table = [(*row, place) for place, row in enumerate(table)]
    table.append((1, 1.0, 0.2, len(table)))

    def judged() -> TopN:
        groups, gains, scores, books = (np.array(column) for column in zip(*table, strict=True))
        return top_n(groups, books, gains, scores, k, catalogue=100)

    found = judged()
    random.shuffle(table)
    assert judged() == found
    assert all(0 <= value <= 1 for value in astuple(found))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"k": 0}, "1 place or more, not 0"),
        ({"scores": np.array([np.nan, 1.0])}, "not finite"),
        ({"gains": np.array([0.0, 0.0])}, "one of them must be above 0"),
        ({"gains": np.array([-1.0, 1.0])}, "must be finite and 0 or more"),
        ({"scores": np.array([1.0])}, "one shape"),
        ({"catalogue": 1}, "cannot hold 2 candidates"),
    ],
)
def test_what_cannot_be_judged_is_an_error(change, sentence):
    right = {
        "groups": np.array([1, 1]),
        "candidates": np.array([1, 2]),
        "gains": np.array([1.0, 0.0]),
        "scores": np.array([1.0, 0.0]),
        "k": 1,
        "catalogue": 2,
    }
    with pytest.raises(ValueError, match=sentence):
        top_n(**(right | change))
