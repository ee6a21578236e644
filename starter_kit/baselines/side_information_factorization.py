"""Matrix factorization whose book factors are built from author, series and book."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.baselines.baseline import Report
from starter_kit.baselines.book_prior_biases import BookPriorBiases
from starter_kit.features import BookFeatures
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel, RestoresRatingModel
from starter_kit.ridge import ridge_by_row


@dataclass(frozen=True)
class SideInformationFactorization(RestoresRatingModel):
    """Predicts r = μ + b_u + b_i + p_u·(a_author(i) + s_series(i) + q_i) (the sum of parts as in Kula, 2015, LightFM).

    Biases are those of `biases-books`. With e = r − μ − b_u − b_i, it minimises Σ (e − p_u·(a + s + q))² +
    λ_u Σ |p_u|² + λ_a Σ |a|² + λ_s Σ |s|² + λ_i Σ |q_i|² by turns, each a ridge regression on what the other
    parts leave. Half of the books have 4 ratings or fewer, their authors many more: what a reader thinks of an
    author is learned from all his books, and goes for one that nobody has rated. q_i, held hardest, adds what sets
    the book apart. A book without author or series in its data has no such part.

    Published test MSE 0.724; the biases alone have 0.757, ALS without side information 0.762.
    """

    factors: int = 15
    user_damping: float = 20.0
    author_damping: float = 12.0
    series_damping: float = 12.0
    book_damping: float = 40.0
    rounds: int = 6

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train` and `books`; `seed` starts the factors."""
        base = BookPriorBiases().fit(train, books, seed=seed, report=lambda done, total: None)
        ratings = IndexedRatings.of(train, more_books=tuple(books["book_name"]))
        left = ratings.rating - base.ratings_at(ratings.user, ratings.book)
        features = BookFeatures.of(base.books, books)
        parts = (
            (features.author.row, len(features.author.labels), self.author_damping),
            (features.series.row, len(features.series.labels), self.series_damping),
            (np.arange(len(base.books)), len(base.books), self.book_damping),
        )
        random = np.random.default_rng(seed)
        # Each part's last row, of what is unknown, stays 0.
        tables = [np.pad(random.normal(0.0, 0.1, (size, self.factors)), ((0, 1), (0, 0))) for _, size, _ in parts]
        rows = [row for row, _, _ in parts]
        user_factors = np.zeros((len(base.users), self.factors))
        for done in range(1, self.rounds + 1):
            of_books = _sum(tables, rows)[ratings.book]
            user_factors = ridge_by_row(ratings.user, len(base.users), of_books, left, self.user_damping)
            of_users = user_factors[ratings.user]
            for number, (row, size, damping) in enumerate(parts):
                tables[number] = np.zeros_like(tables[number])
                rest = left - np.einsum("nk,nk->n", of_users, _sum(tables, rows)[ratings.book])
                known = row[ratings.book] < size
                tables[number] = ridge_by_row(row[ratings.book][known], size + 1, of_users[known], rest[known], damping)
            report(done, self.rounds)
        return base.with_factors(user_factors, _sum(tables, rows))


def _sum(tables: list[Float64Array], rows: list[Int64Array]) -> Float64Array:
    """The factors of every book, shape (m, k): the sum of its parts."""
    parts = [table[row] for table, row in zip(tables, rows, strict=True)]
    return np.asarray(np.sum(parts, axis=0), dtype=np.float64)
