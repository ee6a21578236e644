"""Matrix factorization with factors at right angles: the singular vectors of the matrix of deviations."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from starter_kit.baselines.baseline import Report
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel, RestoresRatingModel


@dataclass(frozen=True)
class OrthogonalFactorization(RestoresRatingModel):
    """Predicts r = μ + b_u + b_i + Σ_f σ_f U_uf V_if, UᵀU = VᵀV = I (Soft-Impute: Mazumder, Hastie & Tibshirani, 2010).

    E holds e = r − μ − b_u − b_i where there is a rating, and the model's own opinion of e elsewhere, 0 at first.
    Each round takes the k largest singular values of E, makes each smaller by λ, max(σ − λ, 0), and fills the
    empty cells anew. This minimises ½ Σ_rated (e − x)² + λ Σ σ over matrices X. At right angles no factor repeats
    another, and σ says how much each explains. Filling with 0 ("as the biases say") is what makes the first round
    good; filling raw ratings with 0 would teach that whatever was not rated is hated.

    Published test MSE 0.759; ALS has 0.762, the biases 0.772.
    """

    factors: int = 15
    threshold: float = 12.0
    rounds: int = 20

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train`; `books` plays no part, `seed` starts the search for singular vectors."""
        base = DampedBiases().fit(train, books, seed=seed, report=lambda done, total: None)
        ratings = IndexedRatings.of(train)
        u, i = ratings.user, ratings.book
        known = ratings.rating - base.ratings_at(u, i)
        left = np.random.default_rng(seed).normal(size=(len(base.users), self.factors))
        right, value = np.zeros((len(base.books), self.factors)), np.zeros(self.factors)
        filled = np.zeros((len(base.users), len(base.books)))
        for done in range(1, self.rounds + 1):
            if done > 1:
                np.matmul(left * value, right.T, out=filled)
            filled[u, i] = known
            # A few turns of orthogonal iteration find the space of the largest singular vectors.
            for _ in range(4):
                right = np.linalg.qr(filled.T @ left)[0]
                left = np.linalg.qr(filled @ right)[0]
            inner_left, value, inner_right = np.linalg.svd(left.T @ filled @ right)
            left, right = left @ inner_left, right @ inner_right.T
            value = np.maximum(value - self.threshold, 0.0)
            report(done, self.rounds)
        return base.with_factors(left * value, right)
