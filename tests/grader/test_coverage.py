"""Whether the intervals hold a truth that is known, in some hundred simulated contests (the benchmark takes 10,000)."""

import pytest

from tests.benchmarks.coverage import BOARDS, TEAMS, Coverage, simulate

CONTESTS = 400


@pytest.fixture(scope="module")
def boards() -> dict[str, Coverage]:
    return {board: simulate(gap, CONTESTS) for board, gap in BOARDS.items()}


@pytest.mark.parametrize("board", BOARDS)
def test_rank_intervals_of_95_percent_hold_the_true_rank_at_least_so_often(boards, board):
    assert boards[board].ranks >= 0.95


@pytest.mark.parametrize("board", BOARDS)
def test_intervals_of_a_difference_hold_it_95_times_in_100(boards, board):
    # 400 contests of 95 %: a standard error of 1.1 %, and three of them either way.
    assert boards[board].differences == pytest.approx(0.95, abs=0.033)


def test_a_spread_board_has_narrow_intervals_and_a_bunched_one_nearly_whole_boards(boards):
    assert boards["spread"].width < 4
    assert 0.8 * TEAMS < boards["bunched"].width <= TEAMS


def test_on_a_bunched_board_the_best_team_is_where_an_interval_errs_most(boards):
    # Any one of 19 others that is called better by luck takes rank 1 out of its interval.
    assert boards["bunched"].rank_of_best < boards["bunched"].ranks
