"""The draws that every submission meets, against what is known by hand."""

import math

import numpy as np
import pytest

from grader.scoring import uncertainty
from grader.scoring.bootstrap import replicate_means
from grader.scoring.uncertainty import Resampling

RANDOM = np.random.default_rng(6)
ROWS = 2_000
LOSSES = RANDOM.exponential(1.0, ROWS)
DRAWS = Resampling(ROWS, seed=1)


def test_two_rows_have_three_means():
    means = Resampling(2, seed=1, replicates=4_000).means_of(np.array([0.0, 1.0]))
    assert means.dtype == np.float32
    assert set(means.tolist()) == {0.0, 0.5, 1.0}
    assert (means == 0.5).mean() == pytest.approx(0.5, abs=0.03)


def test_the_draws_are_those_of_the_kit_to_the_last_digit_that_float32_has():
    at_home = replicate_means(LOSSES, seed=1)
    assert DRAWS.means_of(LOSSES) == pytest.approx(at_home, rel=1e-7)


def test_close_models_stay_apart_in_float32():
    # Scores near 1,000 whose distance is 0.01 a row: float32 at 1,000 is exact to 0.00003.
    far = 1_000.0 + RANDOM.normal(0, 30, ROWS)
    gap = DRAWS.means_of(far + 0.01).astype(np.float64) - DRAWS.means_of(far)
    assert gap == pytest.approx(0.01, abs=6.2e-5)


def test_equal_files_have_equal_replicates_and_one_at_a_time_is_as_in_a_batch():
    many = DRAWS.means_of_many(np.stack([LOSSES, LOSSES + 0.1, LOSSES]))
    assert (many[0] == many[2]).all()
    assert many[0] == pytest.approx(DRAWS.means_of(LOSSES), rel=2e-7)
    assert (DRAWS.means_of(LOSSES) == DRAWS.means_of(LOSSES.copy())).all()


def test_whole_numbers_are_added_exactly():
    wrong = (RANDOM.random(ROWS) < 0.3).astype(np.float64)
    shares = DRAWS.ratios(wrong[np.newaxis])[0]
    assert (shares * ROWS == np.rint(shares * ROWS)).all()


def test_whole_users_make_a_mean_less_sure_than_single_rows():
    # Four rows a user, all alike: in truth 500 observations instead of 2,000, and twice the width.
    losses, users = np.repeat(LOSSES[:500], 4), np.repeat(np.arange(500), 4)
    whole_users = Resampling(ROWS, seed=1, clusters=users)
    assert whole_users.unit_count == 500
    assert whole_users.means_of(losses).std() / DRAWS.means_of(losses).std() == pytest.approx(2.0, rel=0.15)


def test_users_of_unlike_size_weigh_by_their_rows():
    # One user with losses 1, 1, 1 and one with loss 0: both drawn, or one of them twice.
    means = Resampling(4, seed=1, clusters=np.array([5, 5, 5, 9])).means_of(np.array([1.0, 1, 1, 0]))
    assert set(means.tolist()) == {0.0, 0.75, 1.0}


def test_blocks_of_rows_are_as_sure_as_the_rows(monkeypatch):
    monkeypatch.setattr(uncertainty, "MOST_UNITS", 400)
    blocks = Resampling(ROWS, seed=1)
    assert (blocks.unit_count, blocks.nbytes) == (400, 400_000)
    expected = LOSSES.std() / math.sqrt(ROWS)
    assert blocks.means_of(LOSSES).std() == pytest.approx(expected, rel=0.12)


def test_a_draw_in_which_nothing_weighs_has_the_ratio_of_all_rows():
    # Two rows, of which the first alone weighs: a quarter of the draws hold the second twice.
    ratios = Resampling(2, seed=1).ratios(np.array([[3.0, 0.0]]), np.array([1.0, 0.0]))
    assert set(ratios[0].tolist()) == {3.0}


def test_a_mean_too_large_for_float32_is_its_largest_number():
    assert Resampling(2, seed=1).means_of(np.array([1e300, 1e300])).tolist()[0] == np.finfo(np.float32).max


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Resampling(0, seed=1), "say nothing"),
        (lambda: Resampling(1, seed=1, replicates=0), "say nothing"),
        (lambda: Resampling(2, seed=1, clusters=np.array([1])), "do not fit"),
        (lambda: DRAWS.means_of(np.array([1.0])), "of shape"),
        (lambda: DRAWS.means_of(np.full(ROWS, np.nan)), "finite"),
        (lambda: DRAWS.ratios(LOSSES[np.newaxis], np.zeros(ROWS)), "not all 0"),
    ],
)
def test_what_says_nothing_is_an_error(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
