"""Places, chances and half widths beside a board tell no more of its labels than the board's own digits."""

import numpy as np
import pytest

from grader.scoring.disclosure import Policy
from tests.grader.attacks.board_oracle import STARS, board_of_stars, honest_model
from tests.grader.attacks.certainty_oracles import CertainBoard, labels_decoded_by_a_pair, sides_told

# Rows, and the decimals that are recommended for them.
BOARDS = [(1_000, 2), (20_000, 3)]


@pytest.fixture(params=BOARDS, ids=lambda board: f"{board[0]} rows")
def site(request):
    rows, decimals = request.param
    return CertainBoard(board_of_stars(rows, Policy.LADDER, decimals))


def test_of_two_files_with_equal_scores_the_certainty_does_not_tell_the_better(site):
    model = honest_model(site.board, 0.6)
    # Guessing: nothing in the two lines differs. Chances that were not shared tell it each time (80 % and 20 %).
    assert sides_told(site, model) == 0.5


def test_nor_do_places_among_many_close_teams():
    site = CertainBoard(board_of_stars(1_000, Policy.LADDER, 2))
    model = honest_model(site.board, 0.6)
    random = np.random.default_rng(8)
    # Sixty teams within 0.05 in MSE: a scale that is finer than the board's last decimal.
    close = [model + 0.15 * random.standard_normal(1_000) + 0.02 * random.standard_normal() for _ in range(60)]
    others = site.replicates(np.clip(np.stack(close), 1.0, 5.0))
    assert np.ptp(others.mean(axis=1)) < 0.06
    assert sides_told(site, model, others) == 0.5
    assert sides_told(site, model, others, step=1.0) == 0.5


def test_a_pair_of_files_and_its_half_width_spell_out_no_label(site):
    assert labels_decoded_by_a_pair(site, honest_model(site.board, 0.6)) == 0


def test_the_same_pair_spells_out_a_label_where_digits_are_too_many():
    site = CertainBoard(board_of_stars(1_000, Policy.LADDER, 6))
    assert labels_decoded_by_a_pair(site, honest_model(site.board, 0.6), most_labels=1) == 1


def test_a_half_width_does_not_tell_whether_a_row_counts_at_all(site):
    """Moved from 1 to 5, a row of 3 stars weighs nothing and one of 5 stars 16: both are told the same."""
    model = honest_model(site.board, 0.6)
    told = set()
    for stars in STARS:
        row = int(np.flatnonzero(site.board.labels == stars)[0])
        files = np.stack([model, model])
        files[:, row] = (1.0, 5.0)
        first, second = sorted(site.seen(files), key=lambda one: one.half_width)
        assert first.half_width == 0.0
        told.add(second.half_width)
    assert len(told) == 1
