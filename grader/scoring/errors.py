"""Measures of predicted numbers. A score is the same bits on every machine, whatever the order of the rows."""

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import BoolArray, Float64Array, RowLoss, as_columns
from grader.scoring.exact_sum import exact_sum, sum_of_losses


def mean_squared_error(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """(1/n) Σ (p - t)² over two arrays of shape (n,); the smaller, the better.

    `rows`, shape (n,), picks the rows that count; None: all. Difference and square are rounded to float64
    row by row; their sum is exact and the mean is its correctly rounded value, so neither the order of the
    rows nor the machine changes a bit. Raises ValueError when no row counts, when shapes differ, or when a
    number that counts is not finite or too large to be squared and summed (above about 1e144).
    """
    return mean_loss(squared_errors, targets, predictions, rows)


def root_mean_squared_error(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """√MSE: the square root, rounded once, of `mean_squared_error`, in the unit of the ratings. Raises as it does."""
    return math.sqrt(mean_squared_error(targets, predictions, rows))


def mean_absolute_error(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """(1/n) Σ |p - t|, as exact as `mean_squared_error`; its best constant prediction is the median, not the mean.

    Raises ValueError as `mean_squared_error` does, for numbers above about 1e289.
    """
    return mean_loss(absolute_errors, targets, predictions, rows)


def r_squared(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """1 - Σ (p - t)² / Σ (t - m)², m the mean of the targets that count; the larger, the better.

    1 is perfect, 0 as good as always m, and below 0 worse than that. Squares and m are rounded to float64, the
    sums are exact, and the result is rounded once. Raises ValueError as `mean_squared_error` does, and when all
    targets that count are the same.
    """
    t, p = as_columns(targets, predictions, rows)
    spread = _spread(t if rows is None else t.compress(rows))
    if spread == 0:
        raise ValueError("R² has no value where all targets are the same.")
    return float(1 - sum_of_losses(squared_errors, t, p, rows) / spread)


def varies(targets: Float64Array) -> bool:
    """Whether R² has a value on these targets, shape (n,), n > 0."""
    return bool(targets.min() < targets.max())


def squared_errors(targets: Float64Array, predictions: Float64Array) -> Float64Array:
    """(p - t)² of each row, shape (n,)."""
    errors = predictions - targets
    return np.square(errors, out=errors)


def absolute_errors(targets: Float64Array, predictions: Float64Array) -> Float64Array:
    """|p - t| of each row, shape (n,)."""
    errors = predictions - targets
    return np.abs(errors, out=errors)


def mean_loss(
    row_loss: RowLoss, targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None
) -> float:
    """The mean of the losses of the rows that count, rounded once. Raises ValueError as `mean_squared_error` does."""
    t, p = as_columns(targets, predictions, rows)
    row_count = t.size if rows is None else int(np.count_nonzero(rows))
    return float(sum_of_losses(row_loss, t, p, rows) / row_count)


def _spread(targets: Float64Array) -> Fraction:
    # The mean rounded once is the target itself where all are the same: their spread is exactly 0.
    mean = float(exact_sum(targets.copy()) / targets.size)
    return sum_of_losses(squared_errors, targets, np.full_like(targets, mean), None)
