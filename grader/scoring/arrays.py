"""Names for the arrays that travel between the rooms, and the one check that all measures begin with."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Int64Array: TypeAlias = npt.NDArray[np.int64]
Float64Array: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
# (targets, predictions) → the loss of each row, 0 or more: all of shape (n,).
RowLoss: TypeAlias = Callable[[Float64Array, Float64Array], Float64Array]


def as_columns(
    targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None
) -> tuple[Float64Array, Float64Array]:
    """Both as float64 of one shape (n,). Raises ValueError when shapes differ or `rows` picks no row."""
    t = np.asarray(targets, dtype=np.float64)
    p = np.asarray(predictions, dtype=np.float64)
    if t.ndim != 1 or t.shape != p.shape or (rows is not None and rows.shape != t.shape):
        shapes = ", ".join(str(array.shape) for array in (t, p, rows) if array is not None)
        raise ValueError(f"Targets, predictions and rows must have one shape (n,), not {shapes}.")
    if not (t.size if rows is None else rows.any()):
        raise ValueError("There is no score of no rows.")
    return t, p


def picked(
    targets: npt.ArrayLike, predictions: npt.ArrayLike, rows: BoolArray | None
) -> tuple[Float64Array, Float64Array]:
    """The rows that count, `as_columns`. Raises ValueError as it does, and for a number that is not finite."""
    t, p = as_columns(targets, predictions, rows)
    if rows is not None:
        t, p = t.compress(rows), p.compress(rows)
    if not (np.isfinite(t).all() and np.isfinite(p).all()):
        raise ValueError("A target or a prediction is not finite.")
    return t, p
