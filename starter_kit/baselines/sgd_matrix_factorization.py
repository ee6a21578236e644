"""Matrix factorization by stochastic gradient descent, rating by rating: the update rules of the Netflix prize."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.scoring.arrays import Int64Array
from starter_kit.baselines.baseline import Report
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel, RestoresRatingModel
from starter_kit.sequential_batches import sequential_batches


@dataclass(frozen=True)
class SgdMatrixFactorization(RestoresRatingModel):
    """Predicts r = μ + b_u + b_i + p_u·q_i, by Funk's updates (Funk, 2006; Koren, Bell & Volinsky, 2009, eq. 4 to 6).

    For one rating after the other, with e = r − r̂ and everything on the right as it was before:
    b_u ← b_u + γ (e − λ_b b_u), b_i ← b_i + γ (e − λ_b b_i),
    p_u ← p_u + γ (e q_i − λ_p p_u), q_i ← q_i + γ (e p_u − λ_p q_i).
    The ratings come in a new random order in each epoch. No better than the biases alone: with 4 ratings, as
    the median book has, the factors learn noise unless held so hard that they hardly learn.

    Published test MSE 0.775; the biases alone, solved exactly, have 0.772.
    """

    factors: int = 10
    epochs: int = 15
    rate: float = 0.01
    bias_damping: float = 0.1
    factor_damping: float = 0.1
    spread: float = 0.03
    shuffles: bool = True
    learns_biases: bool = True

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train`; `books` plays no part, `seed` chooses the start and the orders."""
        random = np.random.default_rng(seed)
        ratings = IndexedRatings.of(train)
        user_factors = random.normal(0.0, self.spread, (len(ratings.users), self.factors))
        book_factors = random.normal(0.0, self.spread, (len(ratings.books), self.factors))
        user_bias, book_bias = np.zeros(len(ratings.users)), np.zeros(len(ratings.books))
        model = RatingModel(
            ratings.mean, ratings.users, ratings.books, user_bias, book_bias, user_factors, book_factors
        )
        losses: list[float] = []
        for done in range(1, self.epochs + 1):
            order = random.permutation(len(train)) if self.shuffles else np.arange(len(train))
            self.run_epoch(model, ratings, order)
            losses.append(model.training_error(ratings))
            report(done, self.epochs)
        return model.with_losses(losses)

    def run_epoch(self, model: RatingModel, ratings: IndexedRatings, order: Int64Array) -> None:
        """Update the tables of `model` in place for every rating once, in that order."""
        for batch in sequential_batches(ratings.user[order], ratings.book[order]):
            row = order[batch]
            u, i = ratings.user[row], ratings.book[row]
            p, q = model.user_factors[u], model.book_factors[i]
            b_u, b_i = model.user_bias[u], model.book_bias[i]
            e = ratings.rating[row] - (model.mean + b_u + b_i + np.einsum("nk,nk->n", p, q))
            if self.learns_biases:
                model.user_bias[u] += self.rate * (e - self.bias_damping * b_u)
                model.book_bias[i] += self.rate * (e - self.bias_damping * b_i)
            model.user_factors[u] += self.rate * (e[:, None] * q - self.factor_damping * p)
            model.book_factors[i] += self.rate * (e[:, None] * p - self.factor_damping * q)


@dataclass(frozen=True)
class PlainMatrixFactorization(SgdMatrixFactorization):
    """Predicts r = μ + p_u·q_i: the same without biases, a lesson.

    Generosity and quality must now be told by products of factors, each of which has to be learned on both sides
    before it says anything.

    Published test MSE 0.853, with biases 0.775; a user's mean has 0.845.
    """

    learns_biases: bool = False
    epochs: int = 40
    spread: float = 0.1
