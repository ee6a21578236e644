"""Which files look like questions, and which honest ones do not."""

import numpy as np
import pytest

from grader.scoring.probing import correlated_residuals, few_row_step, near_constant
from tests.grader.attacks.board_oracle import STARS

RANDOM = np.random.default_rng(7)
LABELS = RANDOM.choice(STARS, 1_000)


def test_a_constant_with_ten_rows_moved_is_suspicious_and_the_constant_itself_is_not():
    moved = np.full(1_000, 3.9)
    assert not near_constant(moved).is_suspicious
    moved[:10] = 5.0
    assert near_constant(moved).measured == 0.99
    assert near_constant(moved).is_suspicious
    assert not near_constant(RANDOM.normal(3.9, 0.5, 1_000)).is_suspicious


def test_a_step_of_one_row_is_suspicious_and_a_new_fit_is_not():
    before = RANDOM.normal(3.9, 0.5, 1_000)
    after = before.copy()
    assert not few_row_step(before, after).is_suspicious
    after[17] += 1
    assert few_row_step(before, after).measured == 1
    assert few_row_step(before, after).is_suspicious
    assert not few_row_step(before, before * 0.99).is_suspicious
    assert not few_row_step(before[15:20], after[15:20]).is_suspicious


def test_two_honest_models_are_less_alike_than_two_files_of_one_plan():
    # Errors that have 99.5 % of their variance in common, against one file with 2 % of noise added twice.
    shared = RANDOM.normal(0.0, 1.0, 1_000)
    honest = [np.sqrt(0.995) * shared + np.sqrt(0.005) * RANDOM.normal(0.0, 1.0, 1_000) for _ in range(2)]
    planned = [shared + 0.02 * RANDOM.normal(0.0, 1.0, 1_000) for _ in range(2)]
    assert correlated_residuals(*honest).measured == pytest.approx(0.995, abs=0.001)
    assert not correlated_residuals(*honest).is_suspicious
    assert correlated_residuals(*planned).is_suspicious
    assert not correlated_residuals(shared, np.ones(1_000)).is_suspicious


@pytest.mark.parametrize(
    "call",
    [
        lambda: near_constant(np.array([])),
        lambda: few_row_step(np.ones(2), np.ones(3)),
        lambda: correlated_residuals(np.ones(2), np.ones(3)),
    ],
)
def test_what_cannot_be_compared_is_an_error(call):
    with pytest.raises(ValueError, match=r"rows"):
        call()
