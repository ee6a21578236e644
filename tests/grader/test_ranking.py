"""The order of the board, and what it may tell."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.scoring.disclosure import disclosed
from grader.scoring.ranking import Entry, rank

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


def board(*entries: Entry, **how) -> list[tuple[str, int | None]]:
    return [(place.entry.key, place.rank) for place in rank(entries, **how)]


def test_the_lowest_loss_ranks_first():
    assert board(Entry("alice", 0.9, NOON), Entry("bob", 0.8, LATER)) == [("bob", 1), ("alice", 2)]


def test_the_highest_score_ranks_first_where_higher_is_better():
    entries = Entry("alice", 0.9, NOON), Entry("bob", 0.8, NOON)
    assert board(*entries, lower_is_better=False) == [("alice", 1), ("bob", 2)]


@pytest.mark.parametrize("lower_is_better", [True, False])
def test_the_earlier_of_two_equal_scores_ranks_first(lower_is_better):
    entries = Entry("alice", 0.8, LATER), Entry("bob", 0.8, NOON)
    assert board(*entries, lower_is_better=lower_is_better) == [("bob", 1), ("alice", 2)]


def test_equal_scores_at_the_same_time_are_ordered_by_key():
    assert board(Entry("bob", 0.8, NOON), Entry("alice", 0.8, NOON)) == [("alice", 1), ("bob", 2)]


def test_a_baseline_stands_in_its_place_and_takes_no_rank():
    entries = (
        Entry("alice", 0.7, NOON),
        Entry("biases", 0.8, NOON, is_ranked=False),
        Entry("bob", 0.9, NOON),
        Entry("mean", 1.1, NOON, is_ranked=False),
    )
    assert board(*entries) == [("alice", 1), ("biases", None), ("bob", 2), ("mean", None)]


def test_an_empty_board_has_no_places():
    assert rank([]) == ()


@pytest.mark.parametrize("score", [None, math.nan, math.inf, -math.inf])
def test_a_missing_score_never_ranks(score):
    with pytest.raises(ValueError, match="'alice' cannot be ranked: its score is"):
        rank([Entry("alice", score, NOON)])


def test_a_time_without_a_zone_orders_nothing():
    with pytest.raises(ValueError, match="no zone"):
        rank([Entry("alice", 0.8, NOON.replace(tzinfo=None))])


def test_a_key_stands_once():
    with pytest.raises(ValueError, match="its key comes twice"):
        rank([Entry("alice", 0.8, NOON), Entry("alice", 0.7, NOON)])


entries = st.lists(
    st.builds(
        Entry,
        st.text(max_size=3),
        st.sampled_from([0.1, 0.2, 0.3]),
        st.sampled_from([NOON, LATER]),
        st.booleans(),
    ),
    unique_by=lambda entry: entry.key,
)


@given(entries, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(arrived, random):
    places = rank(arrived)
    random.shuffle(arrived)
    assert rank(arrived) == places
    ranks = [place.rank for place in places if place.rank is not None]
    assert ranks == list(range(1, len(ranks) + 1))


@pytest.mark.parametrize(
    ("score", "decimals", "told"),
    [
        (0.84349, 3, 0.843),
        (0.8435000001, 3, 0.844),
        (0.125, 2, 0.12),  # exactly half: to the even neighbour
        (0.375, 2, 0.38),
        (2.675, 2, 2.67),  # the float lies below the half
        (1234.5, 0, 1234.0),
        (1e300, 3, 1e300),
        (5.0, 5, 5.0),
    ],
)
def test_a_score_is_told_to_so_many_decimals(score, decimals, told):
    assert disclosed(score, decimals) == told


def test_a_disclosed_zero_has_no_sign():
    assert math.copysign(1, disclosed(-0.0001, 2)) == 1.0


@pytest.mark.parametrize(("score", "decimals"), [(math.nan, 3), (math.inf, 3), (0.5, -1)])
def test_what_cannot_be_told_is_an_error(score, decimals):
    with pytest.raises(ValueError, match="disclosed"):
        disclosed(score, decimals)
