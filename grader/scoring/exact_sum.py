"""Sums without an error: the same bits on every machine, whatever the order of the terms."""

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from grader.scoring.arrays import BoolArray, Float64Array, RowLoss

# 2^15 float64 stay in a core's second-level cache, so a dozen passes over them cost little.
BLOCK_ROWS = 1 << 15
# Sums of terms up to here leave the head room that the exact summation needs.
LARGEST_TERM = 2.0**960


def exact_sum(terms: Float64Array) -> Fraction:
    """The sum of `terms`, shape (n,), which are overwritten. Raises ValueError for one not finite or above 2^960."""
    total = Fraction(0)
    for start in range(0, terms.size, BLOCK_ROWS):
        total += sum(map(Fraction, _exact_parts(terms[start : start + BLOCK_ROWS])), start=Fraction(0))
    return total


def sum_of_losses(
    row_loss: RowLoss, targets: Float64Array, predictions: Float64Array, rows: BoolArray | None
) -> Fraction:
    """The exact sum of the rounded losses of the rows that count (None: all); arrays of shape (n,).

    Raises ValueError when a loss that counts is not finite or above 2^960.
    """
    total = Fraction(0)
    for start in range(0, targets.size, BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        with np.errstate(over="ignore", invalid="ignore"):
            losses = row_loss(targets[block], predictions[block])
        total += exact_sum(losses if rows is None else losses.compress(rows[block]))
    return total


def _exact_parts(terms: Float64Array) -> Iterator[float]:
    """A few floats whose exact sum is the exact sum of `terms`, which are overwritten.

    Rounding all terms to one coarse grid lets them be added without error in any order; what the rounding
    cut off is exact too and is the next round's work (Rump, Ogita & Oishi, 2008, "Accurate floating-point
    summation, part I", algorithm 3.2).
    """
    room = (terms.size + 2).bit_length()
    largest = _largest(terms)
    if not largest <= LARGEST_TERM:  # NaN compares as false
        raise ValueError("A target or a prediction is not finite, or too large to be squared and summed.")
    rounded = np.empty_like(terms)
    while largest > 0.0:
        # All terms together stay below this power of two, and so do their roundings to its last bit.
        grid = math.ldexp(1.0, math.frexp(largest)[1] + room)
        np.add(terms, grid, out=rounded)
        rounded -= grid
        yield float(rounded.sum())
        terms -= rounded
        largest = _largest(terms)


def _largest(terms: Float64Array) -> float:
    # max() of Python would pass over a NaN that comes second; both of NumPy's give it.
    return max(float(terms.max(initial=0.0)), -float(terms.min(initial=0.0)))
