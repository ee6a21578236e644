"""What biases leave unexplained: the ratings that a second model starts from."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.baselines.baseline import Report
from starter_kit.fitted_model import rows_of
from starter_kit.rating_model import RatingModel


class FitsBiases(Protocol):
    """An estimator of the biases that another model starts from."""

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The biases of `train`."""


@dataclass(frozen=True)
class RatedPairs:
    """The ratings as rows of users and books, with their `deviation` r − μ − b_u − b_i; arrays of shape (n,)."""

    user: Int64Array
    book: Int64Array
    deviation: Float64Array
    users: int
    books: int

    @classmethod
    def of(cls, train: pd.DataFrame, base: RatingModel) -> "RatedPairs":
        """The ratings of `train`, as they deviate from what `base` predicts."""
        user, book = rows_of(base.users, train["user_id"].tolist()), rows_of(base.books, train["book_name"].tolist())
        deviation = train["rating"].to_numpy(dtype=np.float64) - base.ratings_at(user, book)
        return cls(user, book, deviation, len(base.users), len(base.books))
