"""Ratings with users and books as row numbers, the form in which the baselines add things up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.scoring.arrays import Float64Array, Int64Array


@dataclass(frozen=True)
class IndexedRatings:
    """n ratings: `user` and `book` (shape (n,)) point into `users` and `books`; `rating` is float64 (n,)."""

    users: tuple[str, ...]
    books: tuple[str, ...]
    user: Int64Array
    book: Int64Array
    rating: Float64Array

    @classmethod
    def of(cls, train: pd.DataFrame, more_books: Sequence[str] = ()) -> "IndexedRatings":
        """Number the users and books of `train`, and `more_books` after them (a book is listed once)."""
        users = pd.Index(train["user_id"].astype(object)).unique()
        rated = pd.Index(train["book_name"].astype(object))
        books = rated.append(pd.Index(pd.Series(more_books, dtype="object"))).unique()
        return cls(
            tuple(users),
            tuple(books),
            users.get_indexer(pd.Index(train["user_id"].astype(object))).astype(np.int64),
            books.get_indexer(rated).astype(np.int64),
            train["rating"].to_numpy(dtype=np.float64),
        )

    def only(self, rows: Int64Array) -> "IndexedRatings":
        """The ratings at `rows`; users and books keep their numbers."""
        return IndexedRatings(self.users, self.books, self.user[rows], self.book[rows], self.rating[rows])

    @property
    def mean(self) -> float:
        """μ, the mean of all ratings."""
        return float(self.rating.mean())

    def user_sums(self, values: Float64Array) -> Float64Array:
        """`values` (n,) added up by user, shape (users,)."""
        return np.bincount(self.user, values, len(self.users)).astype(np.float64)

    def book_sums(self, values: Float64Array) -> Float64Array:
        """`values` (n,) added up by book, shape (books,)."""
        return np.bincount(self.book, values, len(self.books)).astype(np.float64)

    @property
    def user_counts(self) -> Float64Array:
        """How many ratings each user gave, shape (users,)."""
        return self.user_sums(np.ones(len(self.user)))

    @property
    def book_counts(self) -> Float64Array:
        """How many ratings each book got, shape (books,)."""
        return self.book_sums(np.ones(len(self.book)))
