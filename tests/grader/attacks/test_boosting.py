"""Files that know nothing: what 300 and 900 of them bring, from one account and from ten."""

import dataclasses
import math

import pytest

from grader.scoring.disclosure import Policy, recommended_decimals, squared_error_difference_spread
from grader.scoring.leak_meter import Board as Meter
from grader.scoring.leak_meter import labels_at_most, measure, recommended_rows, value_at, worst_gain
from tests.grader.attacks.board_oracle import board_of_stars, honest_model
from tests.grader.attacks.boosting import boosting_gain, head_start_gain

ROWS, DECIMALS = 1_000, 2


def meter(board, **changed) -> Meter:
    return Meter(board.labels.size, board.decimals, float(board.labels.std()), board.policy, **changed)


@pytest.mark.parametrize("files", [300, 900])
def test_a_plain_board_is_boosted_as_far_as_the_meter_says(files):
    board = board_of_stars(ROWS, Policy.PLAIN, DECIMALS)
    assert worst_gain(meter(board), files) == files / ROWS
    # A projection on k of n directions varies by √(2 k (1 - k/n)) / n, 2 % here; the rounding takes some of it.
    assert boosting_gain(board, files) == pytest.approx(files / ROWS, abs=0.08)


@pytest.mark.parametrize(("files", "accounts"), [(300, 1), (900, 1), (300, 10)])
def test_on_the_recommended_ladder_boosting_brings_less_than_a_hundredth(files, accounts):
    board = board_of_stars(ROWS, Policy.LADDER, DECIMALS)
    gain = boosting_gain(board, files, accounts)
    assert gain < 0.01
    assert gain <= worst_gain(meter(board), files, accounts) + 0.002


def test_ten_accounts_boost_a_plain_board_to_the_end():
    board = board_of_stars(ROWS, Policy.PLAIN, DECIMALS)
    assert worst_gain(meter(board), 300, accounts=10) == 1.0
    assert boosting_gain(board, 300, accounts=10) > 0.9


def test_a_ladder_with_too_many_decimals_still_halves_the_gain_and_the_meter_says_so():
    board = board_of_stars(ROWS, Policy.LADDER, 6)
    gain, bound = boosting_gain(board, 300), worst_gain(meter(board), 300)
    # 300 / 1,000 · 0.47: noise alone guards it, one unit of the last decimal being nothing.
    assert bound == pytest.approx(0.141, abs=0.001)
    assert 0.08 < gain < bound


def test_a_model_held_back_and_shown_in_small_steps_buys_no_more_than_the_meter_says():
    board = board_of_stars(ROWS, Policy.LADDER, DECIMALS)
    model = honest_model(board, 0.7)
    before = board.judged(model).score
    head_start = board.judged(board.baseline).score - before
    measured = head_start_gain(board, model, 300)
    of_model = dataclasses.replace(meter(board), residual_spread=math.sqrt(before), head_start=head_start)
    assert measured <= worst_gain(of_model, 300)
    strong_baseline = dataclasses.replace(of_model, head_start=0.05)
    assert worst_gain(strong_baseline, 300) < worst_gain(of_model, 300)


def test_the_value_of_a_threshold_by_hand():
    # At 0: half the files tell z (½ E[z²|z>0] = ½), half that z < 0: ½ · (2/π).
    assert value_at(0.0) == pytest.approx(0.5 + 1 / math.pi)
    assert value_at(-math.inf) == 1.0
    assert value_at(math.inf) == 0.0
    assert value_at(1.0) == pytest.approx(0.470, abs=0.001)


def test_the_meter_of_a_board_of_twenty_thousand_rows():
    decimals = recommended_decimals(20_000, squared_error_difference_spread(0.95))
    ladder = measure(Meter(20_000, decimals, 0.95, Policy.LADDER), files=300)
    plain = measure(Meter(20_000, 5, 0.95), files=300)
    assert decimals == 3
    assert ladder.is_within_budget
    assert ladder.labels_per_file == 0
    assert ladder.gain_of_many < 0.001
    # 8 / 20,000 = 40 units of 5 decimals: 5² ≤ 40 < 5³. Each of 300 files spells out 3 labels of 20,000.
    assert plain.labels_per_file == 3
    assert plain.gain_of_one == pytest.approx(0.045)
    assert plain.gain_of_many == pytest.approx(0.45)
    assert not plain.is_within_budget


@pytest.mark.parametrize(("decimals", "ceiling"), [(2, 4.6), (3, 6.0), (4, 7.4)])
def test_no_design_of_files_tells_more_than_the_digits_hold(decimals, ceiling):
    # Scores from 0 to 16: log₅ 1,600 = 4.58, log₅ 16,000 = 6.01, log₅ 160,000 = 7.45.
    assert labels_at_most(Meter(1_000, decimals, 0.95)) == pytest.approx(ceiling, abs=0.05)


def test_the_recommended_rows_are_just_enough():
    for policy in Policy:
        board = Meter(1_000, 3, 0.95, policy)
        rows = recommended_rows(board, 300)
        assert worst_gain(dataclasses.replace(board, public_count=rows), 300) < 0.01
        assert worst_gain(dataclasses.replace(board, public_count=rows - 1), 300) >= 0.01
    # 300 files of a row each: a hundredth of more than 30,000 rows.
    assert recommended_rows(Meter(1_000, 3, 0.95), 300) == 30_001
    # 10⁸ files of a row each would need 10¹⁰ rows, which nobody has.
    assert measure(Meter(1_000, 3, 0.95), 10**8).recommended_rows is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: Meter(0, 3, 0.95),
        lambda: Meter(10, 3, 0.0),
        lambda: Meter(10, 3, 0.95, lowest=5.0, highest=1.0),
        lambda: worst_gain(Meter(10, 3, 0.95), -1),
        lambda: recommended_rows(Meter(10, 3, 0.95), 10**8),
    ],
)
def test_what_is_no_board_or_no_attack_is_an_error(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()
