"""Matrix factorization solved by turns: with the books' factors fixed, each user's are a small regression."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from starter_kit.baselines.baseline import Report
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel, RestoresRatingModel
from starter_kit.ridge import ridge_by_row


@dataclass(frozen=True)
class AlternatingLeastSquares(RestoresRatingModel):
    """Predicts r = μ + b_u + b_i + p_u·q_i, factors by alternating least squares (Zhou et al., 2008).

    After damped biases, with e = r − μ − b_u − b_i, it minimises Σ (e − p_u·q_i)² + λ (Σ |p_u|² + Σ |q_i|²) by
    turns: p_u = (Σ_i q_i q_iᵀ + λI)⁻¹ Σ_i q_i e over the books of u, then q_i alike over the readers of i. No
    step size to choose, and every turn lowers the loss. λ is heavy: the median book has 4 ratings for 15 factors.

    Published test MSE 0.762; by gradient steps 0.775, the biases alone 0.772.
    """

    factors: int = 15
    damping: float = 12.0
    rounds: int = 6

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train`; `books` plays no part, `seed` starts the books' factors."""
        base = DampedBiases().fit(train, books, seed=seed, report=lambda done, total: None)
        ratings = IndexedRatings.of(train)
        left = ratings.rating - base.ratings_at(ratings.user, ratings.book)
        book_factors = np.random.default_rng(seed).normal(0.0, 0.1, (len(base.books), self.factors))
        user_factors = np.zeros((len(base.users), self.factors))
        losses: list[float] = []
        for done in range(1, self.rounds + 1):
            of_books = book_factors[ratings.book]
            user_factors = ridge_by_row(ratings.user, len(base.users), of_books, left, self.damping)
            of_users = user_factors[ratings.user]
            book_factors = ridge_by_row(ratings.book, len(base.books), of_users, left, self.damping)
            losses.append(base.with_factors(user_factors, book_factors).training_error(ratings))
            report(done, self.rounds)
        return base.with_factors(user_factors, book_factors).with_losses(losses)
