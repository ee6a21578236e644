"""One step above the global mean: each reader's, or each book's, own mean, held back where ratings are few."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from starter_kit.baselines.baseline import Report
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel, RestoresRatingModel


@dataclass(frozen=True)
class DampedUserMean(RestoresRatingModel):
    """Predicts r = μ + b_u with b_u = Σ_i (r − μ) / (n_u + λ): a reader's mean as if μ had been given λ times more.

    Readers differ more than books do. A user not seen in training is predicted μ.

    Published test MSE 0.845; the global mean 0.983.
    """

    damping: float = 4.0

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train`; `books` and `seed` play no part."""
        ratings = IndexedRatings.of(train)
        bias = ratings.user_sums(ratings.rating - ratings.mean) / (ratings.user_counts + self.damping)
        report(1, 1)
        return RatingModel.of_biases(ratings.mean, ratings.users, ratings.books, bias, np.zeros(len(ratings.books)))


@dataclass(frozen=True)
class DampedBookMean(RestoresRatingModel):
    """Predicts r = μ + b_i with b_i = Σ_u (r − μ) / (n_i + λ): a book's mean as if μ had been given λ times more.

    Without damping it is worse than the global mean (0.986 against 0.983): half of the books have at most a
    handful of ratings. A book not seen in training is predicted μ.

    Published test MSE 0.910; the user's mean alone 0.845.
    """

    damping: float = 8.0

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train`; `books` and `seed` play no part."""
        ratings = IndexedRatings.of(train)
        bias = ratings.book_sums(ratings.rating - ratings.mean) / (ratings.book_counts + self.damping)
        report(1, 1)
        return RatingModel.of_biases(ratings.mean, ratings.users, ratings.books, np.zeros(len(ratings.users)), bias)
