"""Biases and factors: the model that the simplest baselines and most factorizations end in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.fitted_model import FittedModel, StoredModel
from starter_kit.indexed_ratings import IndexedRatings

_TABLES = ("user_bias", "book_bias", "user_factors", "book_factors")


@dataclass(frozen=True)
class RatingModel(FittedModel):
    """Predicts r = μ + b_u + b_i + p_u·q_i, clipped to [1, 5].

    Biases have shape (users,) and (books,), factors (users, k) and (books, k) with k = 0 where a baseline has
    none. A user or book that is not listed adds nothing.
    """

    mean: float
    users: tuple[str, ...]
    books: tuple[str, ...]
    user_bias: Float64Array
    book_bias: Float64Array
    user_factors: Float64Array
    book_factors: Float64Array
    losses: tuple[float, ...] = ()

    @classmethod
    def of_biases(
        cls,
        mean: float,
        users: Sequence[str],
        books: Sequence[str],
        user_bias: Float64Array,
        book_bias: Float64Array,
    ) -> "RatingModel":
        """A model without interactions (k = 0)."""
        no_users, no_books = np.zeros((len(users), 0)), np.zeros((len(books), 0))
        return cls(mean, tuple(users), tuple(books), user_bias, book_bias, no_users, no_books)

    @classmethod
    def of_products(
        cls,
        mean: float,
        users: Sequence[str],
        books: Sequence[str],
        user_factors: Float64Array,
        book_factors: Float64Array,
    ) -> "RatingModel":
        """r = p_u·q_i alone for a pair that was seen, μ for any other: an extra factor −μ · 1 takes μ back."""
        user_factors = np.column_stack([user_factors, np.full(len(users), -mean)])
        book_factors = np.column_stack([book_factors, np.ones(len(books))])
        no_bias = np.zeros(len(users)), np.zeros(len(books))
        return cls(mean, tuple(users), tuple(books), *no_bias, user_factors, book_factors)

    def with_factors(self, user_factors: Float64Array, book_factors: Float64Array) -> "RatingModel":
        """The same biases with factors of shape (users, k) and (books, k)."""
        return replace(self, user_factors=user_factors, book_factors=book_factors)

    def with_losses(self, losses: Sequence[float]) -> "RatingModel":
        """The same model, with what its epochs have to show."""
        return replace(self, losses=tuple(losses))

    def training_error(self, ratings: IndexedRatings) -> float:
        """The mean squared error on the ratings that it is learning from, not clipped."""
        return float(np.mean((self.ratings_at(ratings.user, ratings.book) - ratings.rating) ** 2))

    def ratings_at(self, user: Int64Array, book: Int64Array) -> Float64Array:
        """The ratings of pairs of rows, float64 (n,), before they are clipped."""
        # The last row, for what is not listed, is a row of zeros.
        user_bias, book_bias = np.append(self.user_bias, 0.0), np.append(self.book_bias, 0.0)
        user_factors = np.pad(self.user_factors, ((0, 1), (0, 0)))
        book_factors = np.pad(self.book_factors, ((0, 1), (0, 0)))
        interaction = np.einsum("nk,nk->n", user_factors[user], book_factors[book])
        return np.asarray(self.mean + user_bias[user] + book_bias[book] + interaction, dtype=np.float64)

    def graph(self) -> Any:
        """The same sums over the same tables in TensorFlow."""
        from starter_kit.rating_graph import RatingGraph

        return RatingGraph(self.mean, self.user_bias, self.book_bias, self.user_factors, self.book_factors)

    def stored(self) -> StoredModel:
        """μ and the keys in JSON, the four tables as arrays."""
        facts = {"mean": self.mean, "users": self.users, "books": self.books, "losses": self.losses}
        return StoredModel(facts, {name: getattr(self, name) for name in _TABLES})


class RestoresRatingModel:
    """For an estimator whose fit ends in a RatingModel."""

    def restore(self, stored: StoredModel) -> RatingModel:
        """The model that was stored. Raises KeyError or TypeError when a part is missing."""
        facts, arrays = stored.facts, stored.arrays
        user_bias, book_bias, user_factors, book_factors = (arrays[name] for name in _TABLES)
        keys = tuple(facts["users"]), tuple(facts["books"])
        model = RatingModel(float(facts["mean"]), *keys, user_bias, book_bias, user_factors, book_factors)
        return model.with_losses(facts["losses"])
