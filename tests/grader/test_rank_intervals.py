"""How sure a board's order is, from replicates that can be read by eye."""

import numpy as np
import pytest

from grader.scoring.bootstrap import Interval
from grader.scoring.rank_intervals import SureOrder, chances_of_top, paired_interval, sure_order
from grader.scoring.uncertainty import Resampling

# Four draws of four entries, the lower the better: ann beats everybody always; bob and cat differ by the draw.
BOARD = np.array([[1, 2, 1, 2], [3, 5, 3, 5], [4, 4, 4, 4], [9, 8, 9, 8]], dtype=np.float32)


def test_the_ends_of_an_interval_are_differences_that_occur():
    differences = np.arange(1_000, dtype=np.float32)
    zeros = np.zeros(1_000, dtype=np.float32)
    assert paired_interval(differences, zeros) == Interval(24.0, 975.0)
    assert paired_interval(zeros, differences) == Interval(-975.0, -24.0)
    assert paired_interval(zeros, zeros) == Interval(0.0, 0.0)


@pytest.mark.parametrize(("agreeing", "is_sure"), [(976, True), (975, False)])
def test_976_of_1000_draws_must_agree(agreeing, is_sure):
    better = np.where(np.arange(1_000) < agreeing, 1.0, 3.0).astype(np.float32)
    pair = np.stack([better, np.full(1_000, 2.0, np.float32)])
    order = sure_order(pair)
    assert order.is_better.tolist() == [[False, is_sure], [False, False]]
    assert (0.0 not in paired_interval(pair[0], pair[1])) == is_sure


def test_ranks_groups_and_ties_of_a_small_board():
    order = sure_order(BOARD)
    found = order.rank_intervals()
    assert found.low.tolist() == [1, 2, 2, 4]
    assert found.high.tolist() == [1, 3, 3, 4]
    assert order.groups(np.array([0, 2, 1, 3])).tolist() == [1, 2, 2, 3]
    assert order.tied_with(0).tolist() == [True, False, False, False]
    assert order.tied_with(1).tolist() == [False, True, True, False]


def test_where_higher_is_better_the_board_stands_upside_down():
    found = sure_order(BOARD, lower_is_better=False).rank_intervals()
    assert found.low.tolist() == [4, 2, 2, 1]
    assert found.high.tolist() == [4, 3, 3, 1]


def test_a_chain_of_ties_is_one_group():
    # The first is surely better than the third, but neither can be told from the second.
    is_better = np.zeros((3, 3), np.bool_)
    is_better[0, 2] = True
    order = SureOrder(is_better)
    assert order.groups(np.array([0, 1, 2])).tolist() == [1, 1, 1]
    assert order.rank_intervals().high.tolist() == [2, 3, 3]


def test_the_places_of_each_draw_are_counted():
    assert chances_of_top(BOARD, 1).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert chances_of_top(BOARD, 2).tolist() == [1.0, 0.5, 0.5, 0.0]
    assert chances_of_top(BOARD, 1, lower_is_better=False).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_equal_files_share_a_place_and_are_tied():
    twins = np.concatenate([BOARD[:1], BOARD[:1], BOARD[1:]])
    assert chances_of_top(twins, 1).tolist() == [0.5, 0.5, 0.0, 0.0, 0.0]
    order = sure_order(twins)
    assert order.tied_with(0).tolist() == [True, True, False, False, False]
    assert order.rank_intervals().high.tolist()[:2] == [2, 2]


def test_an_entry_alone_is_first():
    order = sure_order(BOARD[:1])
    assert (order.rank_intervals().low.tolist(), order.rank_intervals().high.tolist()) == ([1], [1])
    assert order.groups(np.array([0])).tolist() == [1]


def test_the_order_of_the_entries_changes_nothing():
    losses = np.random.default_rng(2).exponential(1.0, (40, 300)) + np.linspace(0, 1, 40)[:, np.newaxis]
    replicates = Resampling(300, seed=1).means_of_many(losses)
    shuffled = np.random.default_rng(3).permutation(40)
    straight, mixed = sure_order(replicates), sure_order(replicates[shuffled])
    assert (mixed.rank_intervals().low == straight.rank_intervals().low[shuffled]).all()
    assert (mixed.is_better == straight.is_better[np.ix_(shuffled, shuffled)]).all()
    by_score = np.argsort(losses.mean(axis=1))
    groups = straight.groups(by_score)[by_score]
    assert (np.diff(groups) >= 0).all()
    assert set(np.diff(groups)) <= {0, 1}
    assert chances_of_top(replicates, 7).sum() == pytest.approx(7.0)


def test_a_pair_is_sure_exactly_where_its_interval_leaves_0_out():
    losses = np.random.default_rng(4).exponential(1.0, (12, 200)) + np.linspace(0, 0.5, 12)[:, np.newaxis]
    replicates = Resampling(200, seed=1).means_of_many(losses)
    expected = [[paired_interval(a, b).high < 0 for b in replicates] for a in replicates]
    assert sure_order(replicates).is_better.tolist() == expected


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: paired_interval(BOARD[0], BOARD[0, :2]), "same draws"),
        (lambda: sure_order(BOARD[0]), "shape"),
        (lambda: sure_order(BOARD * np.float32(np.nan)), "finite"),
        (lambda: sure_order(BOARD, confidence=1.0), "between 0 and 1"),
        (lambda: chances_of_top(BOARD, 5), "do not exist"),
        (lambda: sure_order(BOARD).groups(np.array([0, 1, 1, 3])), "once"),
    ],
)
def test_what_says_nothing_is_an_error(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_baseline_gets_the_places_that_it_would_have_among_the_ranked():
    # Ann and the last are ranked, the two between them are baselines: each would stand between them, a third of three.
    is_ranked = np.array([True, False, False, True])
    found = sure_order(BOARD).rank_intervals(is_ranked)
    assert found.low.tolist() == [1, 2, 2, 2]
    assert found.high.tolist() == [1, 2, 2, 2]
    assert sure_order(BOARD).among(is_ranked).is_better.tolist() == [[False, True], [False, False]]
