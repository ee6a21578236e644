"""Signs that files ask a board for labels instead of answering it. A sign is no proof: an organizer looks."""

from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array

# A model that gives nearly all rows one number knows little; a file of one number but for a few rows asks about these.
NEAR_CONSTANT_SHARE = 0.95
# A new fit of a model moves nearly every row. One score spells out 19 labels at most (float64, no rounding).
FEW_ROWS = 20
# The errors of two good models of one family correlate at about 0.995, for the noise of the labels is in both. At
# 0.999 their difference has a fifth of that variance: one file with a little added, or parts of one plan. Of the 496
# pairs of the kit's 32 models that need no TensorFlow none comes higher than 0.9987 on Goodreads (damped biases, the
# same by gradient descent); one model fitted with two seeds comes to 0.9992 (by gradient descent) and less.
SAME_FILE_CORRELATION = 0.999


@dataclass(frozen=True)
class Sign:
    """What was measured (a share, a count of rows, a correlation), and whether it is beyond its threshold."""

    measured: float
    is_suspicious: bool


def near_constant(predictions: Float64Array) -> Sign:
    """The share of rows, shape (n,), that have the commonest value; a sign from NEAR_CONSTANT_SHARE on.

    A file of one value alone is none: it is everyone's first file, and tells the mean and no row. Not for classes,
    of which one can be that common. Raises ValueError for no rows.
    """
    if predictions.size == 0:
        raise ValueError("A file of no rows gives no sign.")
    share = float(np.unique(predictions, return_counts=True)[1].max() / predictions.size)
    return Sign(share, NEAR_CONSTANT_SHARE <= share < 1.0)


def few_row_step(before: Float64Array, after: Float64Array) -> Sign:
    """In how many rows two files of a team differ, both of shape (n,); a sign from 1 to FEW_ROWS, or to a
    tenth of the rows where that is less.

    No rows are none: the same file sent again asks nothing. Raises ValueError for unlike shapes.
    """
    _check_same_rows(before, after)
    changed = int(np.count_nonzero(before != after))
    return Sign(float(changed), 0 < changed <= min(FEW_ROWS, before.size // 10))


def correlated_residuals(one: Float64Array, other: Float64Array) -> Sign:
    """The correlation of two teams' residuals, labels minus predictions, shape (n,); a sign from 0.999 on.

    0.0 where one of them is the same for all rows. Needs labels, so it belongs to the scoring worker. Raises
    ValueError for unlike shapes.
    """
    _check_same_rows(one, other)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return Sign(0.0, False)
    correlation = float(np.corrcoef(one, other)[0, 1])
    return Sign(correlation, correlation >= SAME_FILE_CORRELATION)


def _check_same_rows(one: Float64Array, other: Float64Array) -> None:
    if one.shape != other.shape or one.ndim != 1 or one.size == 0:
        raise ValueError(f"Only files of the same rows can be compared, not of shapes {one.shape} and {other.shape}.")
