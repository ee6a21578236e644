"""What is told of a score: how many decimals, and which files move a team's number."""

import math

import numpy as np
import pytest

from grader.scoring.disclosure import (
    Disclosed,
    Word,
    disclosed,
    recommended_decimals,
    squared_error_difference_spread,
    told_apart_from,
)
from grader.scoring.score_ladder import Judged, Ladder

SPREAD = math.sqrt(0.9)


def judged(*losses: float) -> Judged:
    return Judged(sum(losses) / len(losses), np.array(losses))


def test_two_like_models_on_ten_thousand_rows_are_told_apart_from_three_and_a_half_thousandths_on():
    # 2 · 0.9 · √(1 - 0.995²) = 0.1798; 1.96 · 0.1798 / 100 = 0.003524.
    spread = squared_error_difference_spread(SPREAD)
    assert told_apart_from(10_000, spread) == pytest.approx(0.003524, abs=1e-6)


@pytest.mark.parametrize(("rows", "decimals"), [(1_000, 2), (6_248, 3), (20_000, 3), (100_000, 3), (1_000_000, 4)])
def test_more_public_rows_deserve_more_decimals(rows, decimals):
    assert recommended_decimals(rows, squared_error_difference_spread(SPREAD)) == decimals


def test_scores_in_the_thousands_are_told_in_whole_numbers():
    assert recommended_decimals(100, 5_000.0) == 0


def test_alice_has_no_number_until_she_is_clearly_above_the_baseline():
    ladder = Ladder(judged(1, 1, 1, 1), decimals=2)
    ladder, worse = ladder.tell(judged(2, 2, 2, 2))
    # Better by 0.25 on average, but by 1 on one row alone: noise √(3/16) / 2 = 0.217, so 0.25 is beyond it …
    above, better = ladder.tell(judged(0, 1, 1, 1))
    # … and not when another row loses: better by 0.05, noise 0.365.
    same, luck = ladder.tell(judged(0, 1.8, 1, 1))
    assert worse == luck == Disclosed(None, Word.BELOW_BASELINE)
    assert better == above.standing() == Disclosed(0.75)
    assert same.standing() == Disclosed(None)


def test_a_file_that_is_not_clearly_better_leaves_the_old_number():
    ladder, first = Ladder(judged(1, 1, 1, 1), decimals=2).tell(judged(0.5, 0.5, 0.5, 0.5))
    assert first == Disclosed(0.5)
    for losses in ([0.5] * 4, [0.9] * 4, [9.0] * 4, [0.0, 0.9, 0.5, 0.5], [0.495] * 4):
        ladder, told = ladder.tell(judged(*losses))
        assert told == Disclosed(0.5, Word.NO_IMPROVEMENT)
    ladder, told = ladder.tell(judged(0.4, 0.4, 0.4, 0.4))
    assert told == ladder.standing() == Disclosed(0.4)


def test_a_step_of_one_row_is_beyond_its_own_noise_and_still_not_told():
    rows = np.ones(1_000)
    step = rows.copy()
    step[0] = 0.0
    gain = rows - step
    assert gain.mean() > gain.std() / math.sqrt(1_000)
    _, told = Ladder(Judged(1.0, rows), decimals=2).tell(Judged(float(step.mean()), step))
    assert told == Disclosed(None, Word.BELOW_BASELINE)


def test_where_higher_is_better_the_ladder_leads_upwards():
    # Right on 2 of 4 rows, then on all 4; losses are 0 for a right class.
    ladder = Ladder(Judged(0.5, np.array([1.0, 1, 0, 0])), decimals=2, lower_is_better=False)
    ladder, told = ladder.tell(Judged(1.0, np.zeros(4)))
    assert told == Disclosed(1.0)
    assert ladder.tell(Judged(0.5, np.array([1.0, 1, 0, 0])))[1] == Disclosed(1.0, Word.NO_IMPROVEMENT)


def test_a_metric_without_losses_goes_by_a_given_standard_error():
    ladder = Ladder(Judged(0.70), decimals=2, lower_is_better=False)
    assert ladder.tell(Judged(0.75), standard_error=0.06)[1] == Disclosed(None, Word.BELOW_BASELINE)
    assert ladder.tell(Judged(0.75), standard_error=0.04)[1] == Disclosed(0.75)


def test_minus_zero_is_told_as_zero():
    assert math.copysign(1.0, disclosed(-0.0, 3)) == math.copysign(1.0, disclosed(-0.0004, 3)) == 1.0


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Judged(math.nan), "cannot stand"),
        (lambda: Judged(math.inf), "cannot stand"),
        (lambda: Judged(1.0, np.array([1.0, math.nan])), "finite"),
        (lambda: Ladder(Judged(1.0), 2).tell(Judged(0.5)), "needs a standard error"),
        (lambda: Ladder(Judged(1.0), 2).tell(Judged(0.5), standard_error=math.nan), "finite and 0 or more"),
        (lambda: Ladder(judged(1.0, 1), 2).tell(judged(0.5, 0.5, 0.5)), "same rows"),
        (lambda: recommended_decimals(0, 1.0), "say nothing"),
        (lambda: recommended_decimals(10, 0.0), "say nothing"),
        (lambda: squared_error_difference_spread(1.0, 1.1), "No two models"),
    ],
)
def test_what_cannot_be_told_is_an_error(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
