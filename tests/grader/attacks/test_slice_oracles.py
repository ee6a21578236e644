"""Slice reports beside the scores of a board: no label more is read off them, and what they are worth is as said."""

import numpy as np
import pytest

from grader.scoring.disclosure import Policy
from grader.scoring.slices import gain_at_most, labels_at_most
from tests.grader.attacks.board_oracle import board_of_stars
from tests.grader.attacks.slice_oracles import labels_decoded_with_report, reporting_board, share_mined

# A plain board of 6,000 public rows at 3 decimals: its scores alone spell out one label, 2 · 4 / 6,000 > 0.001.
ROWS = 6_000


@pytest.fixture(scope="module")
def board():
    return board_of_stars(ROWS, Policy.PLAIN, 3)


def test_a_base_5_file_with_its_slice_report_spells_out_no_more_than_one_label(board):
    assert labels_decoded_with_report(reporting_board(board)) <= 1


def test_on_a_board_that_spells_out_none_the_report_spells_out_none_either():
    assert labels_decoded_with_report(reporting_board(board_of_stars(ROWS, Policy.PLAIN, 2), decimals=2)) == 0


def test_the_same_attack_reads_three_labels_where_slices_are_told_in_fine_steps(board):
    fine = reporting_board(board, most=1e-9, decimals=6)
    assert labels_decoded_with_report(fine) == 3


def test_files_that_know_nothing_gain_from_their_reports_what_is_said_and_no_more(board):
    site = reporting_board(board)
    slice_count = len(site.report(np.full(ROWS, 3.0)))
    mined = share_mined(site, 30)
    assert 0.01 < mined <= gain_at_most(30, slice_count, ROWS)


def test_the_ceiling_of_a_report_in_labels(board):
    report = reporting_board(board).report(np.full(ROWS, 3.0))
    # Each slice: log of 16 / step + 1 to the base 5. 13 slices of steps of 0.02 to 0.2 are 2.7 to 4.2 labels each.
    assert 2.5 * len(report) < labels_at_most(report, 16.0, 5) < 4.2 * len(report)
