"""Measures of predicted classes and of their probabilities. No order of the rows changes a bit."""

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import BoolArray, Float64Array, picked
from grader.scoring.errors import mean_loss

# A probability of 0 for what then happens would cost infinitely much: it costs -log(1e-15) = 34.5.
SMALLEST_PROBABILITY = 1e-15
# Logarithms differ by machine in their last bits; a score that is stored must not.
DIGITS = 12


def log_loss(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """-(1/n) Σ (t log p + (1 - t) log(1 - p)), natural logarithms, over two arrays of shape (n,); t is 0 or 1.

    p, the probability of class 1, is clipped to [1e-15, 1 - 1e-15], so the score stays finite; it is rounded
    to 12 decimals. `rows` picks those that count; None: all. Raises ValueError when no row counts, when
    shapes differ, or for a number that is not finite.
    """
    return round(mean_loss(log_losses, *picked(targets, predictions, rows)), DIGITS)


def area_under_curve(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """The chance that a row of class 1 has a higher prediction than one of class 0; a draw counts half.

    That is the area under the ROC curve (Hanley & McNeil, 1982), here the exact fraction rounded once. Only
    the order of the predictions matters. Raises ValueError as `log_loss` does, and when a class is missing.
    """
    t, p = picked(targets, predictions, rows)
    is_one = t == 1.0
    ones = int(np.count_nonzero(is_one))
    zeros = t.size - ones
    if not ones or not zeros:
        raise ValueError("AUC has no value where all rows are of one class.")
    _, level = np.unique(p, return_inverse=True)
    ones_at = np.bincount(level, is_one).astype(np.int64)
    zeros_at = np.bincount(level) - ones_at
    zeros_below = np.cumsum(zeros_at) - zeros_at
    doubled_wins = int((ones_at * (2 * zeros_below + zeros_at)).sum())
    return doubled_wins / (2 * ones * zeros)


def accuracy(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """The share of rows whose predicted class is the right one, rounded once. Raises ValueError as `log_loss` does."""
    t, p = picked(targets, predictions, rows)
    return int(np.count_nonzero(t == p)) / t.size


def macro_f1(targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None = None) -> float:
    """The mean over classes of F1 = 2 · right / (rows of the class + rows predicted as it), rounded once.

    Every class counts alike, however rare. The classes are those that occur among the targets or the
    predictions that count: a class that is predicted and never true has F1 0. Raises ValueError as `log_loss` does.
    """
    t, p = picked(targets, predictions, rows)
    classes, code = np.unique(np.concatenate([t, p]), return_inverse=True)
    true, predicted = code[: t.size], code[t.size :]
    right = np.bincount(true[true == predicted], minlength=classes.size)
    named = np.bincount(code)
    # Classes of one denominator are added as integers: there are few denominators, however many classes.
    right_of = np.bincount(named, right).astype(np.int64)
    total = sum((Fraction(2 * int(right_of[size]), int(size)) for size in np.flatnonzero(right_of)), start=Fraction(0))
    return float(total / classes.size)


def log_losses(targets: Float64Array, predictions: Float64Array) -> Float64Array:
    """-log of the probability given to each row's own class, shape (n,); clipped as `log_loss` says."""
    p = np.clip(predictions, SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY)
    losses: Float64Array = -np.where(targets == 1.0, np.log(p), np.log1p(-p))
    return losses


def wrong_classes(targets: Float64Array, predictions: Float64Array) -> Float64Array:
    """1 for each row of a wrong class, 0 for a right one, shape (n,): their mean is 1 - accuracy."""
    wrong: Float64Array = (targets != predictions).astype(np.float64)
    return wrong


def accuracy_of(mean_wrong: float) -> float:
    """The accuracy that belongs to a mean of `wrong_classes`."""
    return 1.0 - mean_wrong


def has_both_classes(targets: Float64Array) -> bool:
    """Whether AUC has a value on these targets, shape (n,), each 0 or 1."""
    return bool((targets == 1.0).any() and (targets != 1.0).any())
