"""Competitions of lists: precision, recall, F1, MAP and NDCG at k, by hand and against all orders of the ties."""

import math
from itertools import chain, groupby, permutations, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.grade import Scores, score
from grader.scoring.metrics import METRICS
from grader.scoring.solution import Solution
from grader.scoring.top_n import map_at_k, ndcg_at_k, precision_at_k

LISTS = ("precision_at_k", "recall_at_k", "f1_at_k", "map_at_k", "ndcg_at_k")

# Alice's list (group 1) is public: relevant rows of gain 1 and 3. Bob's (2) is private: one of gain 1. Carol's (3) is
# private and has none: it is left out.
SOLUTION = Solution(
    row_ids=np.arange(1, 10),
    targets=np.array([0.0, 1, 3, 0, 1, 0, 0, 0, 0]),
    is_public=np.array([True] * 4 + [False] * 5),
    groups=np.array([1, 1, 1, 1, 2, 2, 2, 3, 3]),
)
# Alice's order: gains 0, 1, 0, 3. Bob's: 1, 0, 0.
SCORES = np.array([0.9, 0.8, 0.1, 0.7, 5.0, 4.0, 3.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("metric", "k", "public", "private"),
    [
        ("precision_at_k", 2, 1 / 2, 1 / 2),
        ("recall_at_k", 2, 1 / 2, 1.0),
        ("f1_at_k", 2, 1 / 2, 2 / 3),
        ("map_at_k", 2, (1 / 2) / 2, 1.0),
        ("map_at_k", 4, (1 / 2 + 2 / 4) / 2, 1.0),
        ("ndcg_at_k", 2, (1 / math.log2(3)) / (3 + 1 / math.log2(3)), 1.0),
        ("ndcg_at_k", 4, (1 / math.log2(3) + 3 / math.log2(5)) / (3 + 1 / math.log2(3)), 1.0),
    ],
)
def test_two_lists_by_hand(metric, k, public, private):
    assert score(SCORES, SOLUTION, metric, k) == Scores(round(public, 12), round(private, 12))


def test_average_precision_is_divided_by_what_can_be_found():
    # Three relevant rows, one place: the best that can be is 1.
    assert map_at_k(np.ones(3), np.array([3.0, 2.0, 1.0]), np.ones(3, dtype=np.int64), 1) == 1.0


def test_a_tie_is_worth_its_mean_over_all_orders():
    # One of two is relevant, and they tie: at place 1 its precision is 1, at place 2 it is 1/2.
    gains, same, one = np.array([1.0, 0.0]), np.zeros(2), np.ones(2, dtype=np.int64)
    assert map_at_k(gains, same, one, 2) == 0.75
    assert precision_at_k(gains, same, one, 1) == 0.5
    assert ndcg_at_k(gains, same, one, 2) == round((1 + 1 / math.log2(3)) / 2, 12)


def judged_in_order(gains: list[float], k: int) -> dict[str, float]:
    """One list without ties, by the formulas as they are written."""
    top, relevant = gains[:k], sum(gain > 0 for gain in gains)
    hits = sum(gain > 0 for gain in top)
    found = [sum(gain > 0 for gain in gains[:place]) / place for place, gain in enumerate(top, 1) if gain > 0]
    precision, recall = hits / k, hits / relevant

    def dcg(order: list[float]) -> float:
        return sum(gain / math.log2(1 + place) for place, gain in enumerate(order[:k], 1))

    return {
        "precision_at_k": precision,
        "recall_at_k": recall,
        "f1_at_k": 2 * precision * recall / (precision + recall) if hits else 0.0,
        "map_at_k": sum(found) / min(k, relevant),
        "ndcg_at_k": dcg(gains) / dcg(sorted(gains, reverse=True)),
    }


def mean_over_all_orders(rows: list[tuple[float, float]], k: int) -> dict[str, float]:
    """The mean of each measure over every order of (score, gain) rows that their scores allow."""
    by_score = sorted(rows, key=lambda row: -row[0])
    ties = [[gain for _, gain in tie] for _, tie in groupby(by_score, key=lambda row: row[0])]
    orders = [list(chain.from_iterable(order)) for order in product(*(permutations(tie) for tie in ties))]
    judged = [judged_in_order(order, k) for order in orders]
    return {name: sum(one[name] for one in judged) / len(judged) for name in LISTS}


one_list = st.lists(
    st.tuples(st.sampled_from([1.0, 2.0, 3.0]), st.sampled_from([0.0, 0.0, 1.0, 2.5])), min_size=1, max_size=5
).filter(lambda rows: any(gain for _, gain in rows))


@settings(max_examples=150, deadline=None)
@given(st.lists(one_list, min_size=1, max_size=3), st.integers(1, 6))
@example([[(1.0, 1.0), (1.0, 0.0), (1.0, 1.0), (1.0, 0.0)]], 3)
def test_every_measure_is_its_mean_over_all_orders_of_the_ties(lists, k):
    groups = np.repeat(np.arange(len(lists)), [len(rows) for rows in lists])
    scores, gains = (np.array(column) for column in zip(*(row for rows in lists for row in rows), strict=True))
    each = [mean_over_all_orders(rows, k) for rows in lists]
    for name in LISTS:
        found = METRICS[name].score(gains, scores, groups=groups, k=k)
        assert found == pytest.approx(sum(one[name] for one in each) / len(each), abs=1e-11)


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from([0.0, 0.1, 0.7]), st.sampled_from([0.3, 0.1])),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 6),
    st.randoms(use_true_random=False),
)
def test_no_order_of_the_rows_changes_a_bit(rows, k, random):
    rows = [*rows, (1, 0.1, 0.3)]

    def judged() -> list[float]:
        groups, gains, scores = (np.array(column) for column in zip(*rows, strict=True))
        return [METRICS[name].score(gains, scores, groups=groups, k=k) for name in LISTS]

    found = judged()
    random.shuffle(rows)
    assert judged() == found


def test_gains_of_any_size_have_an_ndcg():
    one = np.ones(3, dtype=np.int64)
    for size in (1e308, 1e-300):
        gains = np.array([0.5, 1.0, 0.0]) * size
        assert ndcg_at_k(gains, np.array([1.0, 3.0, 2.0]), one, 3) == round(1.25 / (1 + 0.5 / math.log2(3)), 12)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"k": None}, "NDCG@k needs a k of 1 or more, not None"),
        ({"k": 0}, "NDCG@k needs a k of 1 or more, not 0"),
        ({"groups": None}, "NDCG@k needs the group of each row"),
        ({"rows": np.array([True, False])}, "one of them must be above 0"),
        ({"rows": np.array([False, False])}, "no score of no rows"),
        ({"predictions": np.array([1.0, np.inf])}, "not finite"),
    ],
)
def test_what_has_no_score_is_an_error(change, sentence):
    right = {
        "targets": np.array([0.0, 1.0]),
        "predictions": np.array([1.0, 2.0]),
        "groups": np.array([1, 1]),
        "k": 1,
    }
    with pytest.raises(ValueError, match=sentence):
        METRICS["ndcg_at_k"].score(**(right | change))
