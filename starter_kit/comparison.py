"""Is A better than B? On the same rows, with the doubt that chance leaves, and slice by slice."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from datasets.tables import read_books, read_ratings, read_test
from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.bootstrap import Comparison, Interval, compare_losses, mean_interval
from grader.scoring.errors import mean_squared_error
from grader.scoring.predictions import PredictionFormat, read_predictions
from grader.scoring.solution import Solution, read_solution
from starter_kit.slices import Slice, slices_of
from starter_kit.trouble import KitError


@dataclass(frozen=True)
class JudgedRows:
    """The rows that predictions are compared on: labels, who read what, the users' numbers (n,), and the slices."""

    solution: Solution
    expected: PredictionFormat
    user: Int64Array
    slices: list[Slice]

    @classmethod
    def of(cls, folder: Path, expected: PredictionFormat) -> "JudgedRows":
        """The rows of a held-out folder: test.csv, solution.csv, train.csv, books.csv. Raises KitError or Rejected."""
        path = folder / "solution.csv"
        if not path.is_file():
            raise KitError(
                f"{path}: there is no such file. Train a baseline first: it sets a part of the ratings aside."
            )
        solution = read_solution(path, expected)
        test = read_test(folder / "test.csv").set_index("id")
        if set(test.index) != set(solution.row_ids.tolist()):
            raise KitError(f"{folder}: test.csv and solution.csv have different ids. Train a baseline anew.")
        rows = test.loc[solution.row_ids].reset_index()
        train, books = read_ratings(folder / "train.csv"), read_books(folder / "books.csv")
        user = pd.factorize(rows["user_id"])[0].astype(np.int64)
        return cls(solution, expected, user, slices_of(rows, train, books))

    def predictions(self, path: Path) -> Float64Array:
        """A predictions file in the order of the rows, shape (n,). Raises KitError or Rejected."""
        if not path.is_file():
            raise KitError(f"{path}: there is no such file. Name a trained baseline or a predictions file.")
        return read_predictions(path, self.solution.row_ids, self.expected)

    def losses(self, predictions: Float64Array) -> Float64Array:
        """The squared errors, shape (n,)."""
        return np.asarray((predictions - self.solution.targets) ** 2, dtype=np.float64)


@dataclass(frozen=True)
class SliceError:
    """The MSE of A and of B on the rows of a slice, and the interval of the difference over whole users."""

    slice: Slice
    a: float
    b: float
    interval: Interval


@dataclass(frozen=True)
class Verdict:
    """MSE of A and B with intervals over rows, their difference over rows and over whole users, and the slices.

    Who will come next is another user, not another row of the same: `by_user` decides.
    """

    a: float
    b: float
    a_interval: Interval
    b_interval: Interval
    by_row: Comparison
    by_user: Comparison
    slices: list[SliceError]


def compare(rows: JudgedRows, a: Float64Array, b: Float64Array, *, seed: int) -> Verdict:
    """Compare two predictions of shape (n,), by a paired bootstrap of their squared errors."""
    loss_a, loss_b = rows.losses(a), rows.losses(b)
    found = []
    for part in rows.slices:
        pair = compare_losses(loss_a[part.rows], loss_b[part.rows], seed=seed, clusters=rows.user[part.rows])
        mse_a, mse_b = (mean_squared_error(rows.solution.targets, values, part.rows) for values in (a, b))
        found.append(SliceError(part, mse_a, mse_b, pair.interval))
    return Verdict(
        a=mean_squared_error(rows.solution.targets, a),
        b=mean_squared_error(rows.solution.targets, b),
        a_interval=mean_interval(loss_a, seed=seed),
        b_interval=mean_interval(loss_b, seed=seed),
        by_row=compare_losses(loss_a, loss_b, seed=seed),
        by_user=compare_losses(loss_a, loss_b, seed=seed, clusters=rows.user),
        slices=found,
    )
