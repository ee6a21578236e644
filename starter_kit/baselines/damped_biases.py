"""Some users are generous and some books are good: two numbers a rating, both held back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.scoring.arrays import Float64Array
from starter_kit.baselines.baseline import Report
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel, RestoresRatingModel


@dataclass(frozen=True)
class DampedBiases(RestoresRatingModel):
    """Predicts r = μ + b_u + b_i (Koren, Bell & Volinsky, 2009, eq. 1).

    The biases minimise Σ (r − μ − b_u − b_i)² + λ_u Σ b_u² + λ_i Σ b_i², found by turns:
    b_i = Σ_u (r − μ − b_u) / (n_i + λ_i), b_u = Σ_i (r − μ − b_i) / (n_u + λ_u).
    A user or book not seen in training has bias 0.

    Published test MSE 0.772; the damped mean of the user alone 0.845.
    """

    user_damping: float = 3.0
    book_damping: float = 5.0
    rounds: int = 20

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train`; `books` and `seed` play no part."""
        ratings = IndexedRatings.of(train)
        user_bias, book_bias = alternating_biases(
            ratings, ratings.rating - ratings.mean, self.user_damping, self.book_damping, self.rounds
        )
        report(1, 1)
        return RatingModel.of_biases(ratings.mean, ratings.users, ratings.books, user_bias, book_bias)


def alternating_biases(
    ratings: IndexedRatings, above: Float64Array, user_damping: float, book_damping: float, rounds: int
) -> tuple[Float64Array, Float64Array]:
    """b_u (users,) and b_i (books,) of the values `above` (n,), each fitted to what the other leaves, by turns."""
    user_weight, book_weight = ratings.user_counts + user_damping, ratings.book_counts + book_damping
    user_bias, book_bias = np.zeros(len(ratings.users)), np.zeros(len(ratings.books))
    for _ in range(rounds):
        book_bias = ratings.book_sums(above - user_bias[ratings.user]) / book_weight
        user_bias = ratings.user_sums(above - book_bias[ratings.book]) / user_weight
    return user_bias, book_bias
