"""Factors that only add: parts of taste, none of which can be taken back. A lesson rather than a rival."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from starter_kit.baselines.baseline import Report
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel, RestoresRatingModel


@dataclass(frozen=True)
class NonnegativeMatrixFactorization(RestoresRatingModel):
    """Predicts r = p_u·q_i with p, q ≥ 0, fitted on the rated cells (Lee & Seung, 2001; masked, Zhang et al., 2006).

    Multiplicative updates keep every number at 0 or above and never raise the loss Σ (r − p_u·q_i)² +
    Σ_rated λ (|p_u|² + |q_i|²): p_u ← p_u · Σ_i r q_i / Σ_i (r̂ q_i + λ p_u), then q_i alike. There are no biases: a
    user's generosity and a book's quality must be put together from products, and a book with one rating takes
    that rating for its nature; stopping after a few rounds is what holds it back most. So it stays behind the
    biases. A pair of which either was not seen gets μ.

    Published test MSE 0.833; a user's mean has 0.845, the biases 0.772.
    """

    factors: int = 3
    rounds: int = 15
    damping: float = 0.05

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train`; `books` plays no part, `seed` chooses the start."""
        random = np.random.default_rng(seed)
        ratings = IndexedRatings.of(train)
        middle = np.sqrt(ratings.mean / self.factors)
        p, q = (middle * random.uniform(0.8, 1.2, (len(keys), self.factors)) for keys in (ratings.users, ratings.books))  # nosec B311
        for done in range(1, self.rounds + 1):
            for mine, other, row, of_other in ((p, q, ratings.user, ratings.book), (q, p, ratings.book, ratings.user)):
                x = other[of_other]
                fitted = np.einsum("nk,nk->n", mine[row], x)
                for factor in range(self.factors):
                    above = np.bincount(row, ratings.rating * x[:, factor], len(mine))
                    below = np.bincount(row, fitted * x[:, factor] + self.damping * mine[row, factor], len(mine))
                    mine[:, factor] *= above / below
            report(done, self.rounds)
        return RatingModel.of_products(ratings.mean, ratings.users, ratings.books, p, q)
