"""Whoever asks a board for single labels learns what the meter says, and on the recommended ladder not one."""

import math

import numpy as np
import pytest

from grader.scoring.disclosure import Policy, Word
from grader.scoring.leak_meter import Board as Meter
from grader.scoring.leak_meter import labels_per_file
from tests.grader.attacks.board_oracle import Refused, board_of_stars, honest_model
from tests.grader.attacks.label_oracles import group_means, label_by_rounding_boundary, labels_decoded

ROWS = 1_000
# What `recommended_decimals` gives for so many rows of stars.
DECIMALS = 2


@pytest.mark.parametrize(("decimals", "labels"), [(2, 0), (3, 2), (4, 3), (5, 5), (6, 6)])
def test_a_plain_file_in_base_5_spells_out_as_many_labels_as_the_meter_says(decimals, labels):
    # Moves of 4 = the width: 2 · 4 / 1,000 = 0.008; at 6 decimals 8,000 units, and 5^5 = 3,125 ≤ 8,000 < 5^6.
    assert labels_per_file(Meter(ROWS, decimals, 0.95)) == labels
    assert labels_decoded(board_of_stars(ROWS, Policy.PLAIN, decimals), width=4.0) == labels


def test_large_values_spell_out_ten_labels_even_through_rounding_where_no_range_forbids_them():
    anything = {"lowest": -math.inf, "highest": math.inf}
    board = board_of_stars(ROWS, Policy.PLAIN, 6, **anything)
    decoded = labels_decoded(board, width=5.0**10, reference=np.full(ROWS, 3.0), start=1.0)
    assert 10 <= decoded <= labels_per_file(Meter(ROWS, 6, 0.95, **anything))


def test_large_values_are_refused_where_there_is_a_range():
    alice = board_of_stars(ROWS, Policy.LADDER, DECIMALS).account()
    large = np.full(ROWS, 3.0)
    large[0] = 5.0**10
    with pytest.raises(Refused, match="Row 0"):
        alice.send(large)


def test_on_the_recommended_ladder_no_file_spells_out_a_label():
    board = board_of_stars(ROWS, Policy.LADDER, DECIMALS)
    assert labels_decoded(board, width=4.0, reference=honest_model(board, 0.6)) == 0
    # Without a model nothing is told at all, whatever the decimals.
    assert labels_decoded(board_of_stars(ROWS, Policy.LADDER, 6), width=4.0) == 0


def test_the_ladder_does_not_make_up_for_decimals_that_are_too_many():
    board = board_of_stars(ROWS, Policy.LADDER, 6)
    assert labels_decoded(board, width=4.0, reference=honest_model(board, 0.6)) == labels_per_file(
        Meter(ROWS, 6, 0.95, Policy.LADDER)
    )


def test_the_flips_of_the_last_digit_tell_a_label_on_a_plain_board_and_not_on_a_ladder():
    found, sent = {Policy.PLAIN: [], Policy.LADDER: []}, 20
    for policy, answers in found.items():
        board = board_of_stars(ROWS, policy, DECIMALS)
        known = int(np.flatnonzero(board.labels == 1)[0])
        model = honest_model(board, 0.6)
        hidden = [row for row in range(sent + 1) if row != known][:sent]
        for row in hidden:
            bob = board.account()
            answers.append(
                label_by_rounding_boundary(lambda file, bob=bob: bob.send(file).score, model, known, row, 0.01)
                == board.labels[row]
            )
    assert sum(found[Policy.PLAIN]) == sent
    assert not any(found[Policy.LADDER])


def test_groups_tell_their_means_on_a_plain_board_and_hardly_one_on_a_ladder():
    groups = np.arange(ROWS) % 20
    plain, ladder = (board_of_stars(ROWS, policy, DECIMALS) for policy in (Policy.PLAIN, Policy.LADDER))
    truth = np.array([(plain.labels - plain.baseline)[groups == group].mean() for group in range(20)])
    told = group_means(plain.account(), plain.baseline, groups, 1.0)
    # Half a unit on either score is 0.01 · 1,000 / 50 / 2 = 0.1 of a star in a group's mean.
    assert np.abs(told - truth).max() <= 0.1
    assert np.isnan(group_means(ladder.account(), ladder.baseline, groups, 1.0)).all()


def test_which_of_two_files_is_better_shows_only_where_their_rounded_scores_differ():
    plain, ladder = (board_of_stars(ROWS, policy, DECIMALS) for policy in (Policy.PLAIN, Policy.LADDER))
    for board in (plain, ladder):
        model = honest_model(board, 0.6)
        better = model.copy()
        better[0] = board.labels[0]
        alice, bob = board.account(), board.account()
        alice.send(model)
        bob.send(better)
        exact = board.judged(better).score < board.judged(model).score
        assert exact
        assert bob.number == alice.number


def test_a_team_cannot_compare_a_file_with_the_baseline_or_with_its_own_best():
    board = board_of_stars(ROWS, Policy.LADDER, DECIMALS)
    alice, model = board.account(), honest_model(board, 0.6)
    a_little = 0.005 * (board.labels - board.baseline)
    words = {alice.send(board.baseline + sign * a_little).word for sign in (1, -1)}
    assert words == {Word.BELOW_BASELINE}
    alice.send(model)
    towards = 0.001 * (board.labels - model)
    words = {alice.send(np.clip(model + sign * towards, 1, 5)).word for sign in (1, -1)}
    assert words == {Word.NO_IMPROVEMENT}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5.000001])
def test_no_number_outside_the_range_reaches_the_ladder(value):
    alice = board_of_stars(ROWS, Policy.LADDER, DECIMALS).account()
    file = np.full(ROWS, 3.0)
    file[3] = value
    with pytest.raises(Refused, match="Row 3"):
        alice.send(file)
    assert alice.number is None


def test_minus_zero_scores_as_zero_does():
    board = board_of_stars(ROWS, Policy.PLAIN, 12, lowest=-1.0)
    zero, minus = np.full(ROWS, 0.0), np.full(ROWS, -0.0)
    assert board.account().send(zero) == board.account().send(minus)
