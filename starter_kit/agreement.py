"""Who rates alike, and which books are rated alike, by what is left of the ratings after biases."""

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.indexed_ratings import IndexedRatings

# A likeness seen in n common ratings counts n / (n + 60): few in common are easily alike by chance.
_DAMPING = 60.0


def alike_users(ratings: IndexedRatings, left: Float64Array) -> Float64Array:
    """How alike users rate, (users, users): max(cos, 0) n / (n + 60), 0 with oneself.

    cos is the cosine of their remainders `left` (n,) over all books, n the number of books that both rated.
    """
    shape = len(ratings.users), len(ratings.books)
    table = np.zeros(shape, dtype=np.float32)
    table[ratings.user, ratings.book] = 1.0
    common = table @ table.T
    table[ratings.user, ratings.book] = left
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-6)
    alike = np.maximum(table @ table.T, 0.0) * common / (common + _DAMPING)
    np.fill_diagonal(alike, 0.0)
    return np.asarray(alike, dtype=np.float64)


def alike_books(ratings: IndexedRatings, left: Float64Array, count: int) -> tuple[Int64Array, Float64Array]:
    """The `count` books most alike each book, and how much, both (books, count); measured as for users.

    Where a book has fewer that are alike at all, the rest have likeness 0.
    """
    books = len(ratings.books)
    products, common = (np.zeros((books, books), dtype=np.float32) for _ in range(2))
    lengths = np.sqrt(np.maximum(ratings.book_sums(left**2), 1e-12))
    scaled = (left / lengths[ratings.book]).astype(np.float32)
    order = np.argsort(ratings.user, kind="stable")
    for rows in np.split(order, np.cumsum(ratings.user_counts.astype(np.int64))[:-1]):
        both = np.ix_(ratings.book[rows], ratings.book[rows])
        products[both] += np.outer(scaled[rows], scaled[rows])
        common[both] += 1.0
    np.fill_diagonal(products, 0.0)
    products *= common
    common += _DAMPING
    products /= common
    kept = min(count, books)
    nearest = np.argpartition(products, books - kept, axis=1)[:, books - kept :]
    likeness = np.maximum(np.take_along_axis(products, nearest, axis=1), 0.0)
    short = ((0, 0), (0, count - kept))
    return np.pad(nearest, short).astype(np.int64), np.pad(likeness, short).astype(np.float64)
