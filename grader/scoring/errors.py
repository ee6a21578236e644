"""Losses of a prediction. A score is the same bits on every machine, whatever the order of the rows."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import BoolArray, Float64Array

# 2^15 float64 stay in a core's second-level cache, so a dozen passes over them cost little.
BLOCK_ROWS = 1 << 15
# Sums of terms up to here leave the head room that the exact summation needs.
LARGEST_TERM = 2.0**960


def mean_squared_error(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """(1/n) Σ (p - t)² over two arrays of shape (n,); the smaller, the better.

    `rows`, shape (n,), picks the rows that count; None: all. Difference and square are rounded to float64
    row by row; their sum is exact and the mean is its correctly rounded value, so neither the order of the
    rows nor the machine changes a bit. Raises ValueError when no row counts, when shapes differ, or when a
    number that counts is not finite or too large to be squared and summed (above about 1e144).
    """
    return _exact_mean(np.square, targets, predictions, rows)


def root_mean_squared_error(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """√MSE: the square root, rounded once, of `mean_squared_error`, in the unit of the ratings. Raises as it does."""
    return math.sqrt(mean_squared_error(targets, predictions, rows))


def mean_absolute_error(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """(1/n) Σ |p - t|, as exact as `mean_squared_error`; its best constant prediction is the median, not the mean.

    Raises ValueError as `mean_squared_error` does, for numbers above about 1e289.
    """
    return _exact_mean(np.abs, targets, predictions, rows)


def _exact_mean(
    term: Callable[..., Float64Array], targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None
) -> float:
    """The mean of term(p - t), none below 0, over the rows that count, rounded once."""
    t = np.asarray(targets, dtype=np.float64)
    p = np.asarray(predictions, dtype=np.float64)
    if t.ndim != 1 or t.shape != p.shape or (rows is not None and rows.shape != t.shape):
        shapes = ", ".join(str(array.shape) for array in (t, p, rows) if array is not None)
        raise ValueError(f"Targets, predictions and rows must have one shape (n,), not {shapes}.")
    row_count = t.size if rows is None else int(np.count_nonzero(rows))
    if row_count == 0:
        raise ValueError("There is no mean of no rows.")
    total = Fraction(0)
    for start in range(0, t.size, BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        terms = _terms(term, t[block], p[block], None if rows is None else rows[block])
        total += sum(map(Fraction, _exact_parts(terms)), start=Fraction(0))
    return float(total / row_count)


def _terms(
    term: Callable[..., Float64Array], targets: Float64Array, predictions: Float64Array, rows: BoolArray | None
) -> Float64Array:
    with np.errstate(over="ignore", invalid="ignore"):
        errors = predictions - targets
        term(errors, out=errors)
    if rows is not None:
        errors = errors.compress(rows)
    if errors.size and not errors.max() <= LARGEST_TERM:  # NaN compares as false
        raise ValueError("A target or a prediction is not finite, or too large to be squared and summed.")
    return errors


def _exact_parts(terms: Float64Array) -> Iterator[float]:
    """A few floats whose exact sum is the exact sum of `terms` (none below 0), which are overwritten.

    Rounding all terms to one coarse grid lets them be added without error in any order; what the rounding
    cut off is exact too and is the next round's work (Rump, Ogita & Oishi, 2008, "Accurate floating-point
    summation, part I", algorithm 3.2).
    """
    room = (terms.size + 2).bit_length()
    largest = float(terms.max(initial=0.0))
    rounded = np.empty_like(terms)
    while largest > 0.0:
        # All terms together stay below this power of two, and so do their roundings to its last bit.
        grid = math.ldexp(1.0, math.frexp(largest)[1] + room)
        np.add(terms, grid, out=rounded)
        rounded -= grid
        yield float(rounded.sum())
        terms -= rounded
        largest = max(float(terms.max()), -float(terms.min()))
