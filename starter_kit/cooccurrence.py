"""Embeddings from who has rated what, whatever the rating."""

import numpy as np

from grader.scoring.arrays import Float64Array
from starter_kit.features import Categories
from starter_kit.indexed_ratings import IndexedRatings

# A book's own vector counts n / (n + 4) beside its author's after n ratings.
_AUTHOR_RATINGS = 4.0
# An author that a user has read weighs as much as this many books in finding the vectors.
_AUTHOR_WEIGHT = 2.0


def cooccurrence_embeddings(
    ratings: IndexedRatings, authors: Categories, *, user_rank: int = 32, book_rank: int = 64, power: float = 0.1
) -> tuple[Float64Array, Float64Array]:
    """Unit vectors of users (users, user_rank) and books (books, book_rank): near, when rated together.

    M, users × (books and authors), has 1 where the user rated the book and 2 where a book of the author; D_u
    and D_i are its sums. With D_u^−½ M D_i^−½ ≈ P Σ Vᵀ (singular value decomposition), user u has P_u Σ^power
    and book i the sum of its own and its author's V Σ^power, as unit vectors, its own times n / (n + 4) for
    its n ratings: half of the books have so few that their own direction is chance. Each sum is scaled to
    length 1. A user or book of whom nothing is known is the zero vector.
    """
    user_count, book_count, author_count = len(ratings.users), len(ratings.books), len(authors.labels)
    seen = np.zeros((user_count, book_count + author_count + 1), dtype=np.float32)
    seen[ratings.user, ratings.book] = 1.0
    seen[ratings.user, book_count + authors.row[ratings.book]] = _AUTHOR_WEIGHT
    # The last column is the unknown author, who likens no two books.
    seen = seen[:, :-1]
    weight_of_user, weight_of_column = (np.maximum(seen.sum(axis=axis), 1.0) for axis in (1, 0))
    seen = seen / np.sqrt(weight_of_user)[:, None] / np.sqrt(weight_of_column)
    # The decomposition of M Mᵀ is that of M, and smaller.
    squares, vectors = np.linalg.eigh((seen @ seen.T).astype(np.float64))
    squares, vectors = squares[::-1], vectors[:, ::-1]
    rank = min(max(user_rank, book_rank), int((squares > 1e-6).sum()))
    values = np.sqrt(squares[:rank])
    of_columns = (seen.T @ vectors[:, :rank].astype(np.float32)) / values * values**power
    own = unit_rows(_first_columns(of_columns[:book_count], book_rank))
    of_authors = np.vstack([unit_rows(_first_columns(of_columns[book_count:], book_rank)), np.zeros(book_rank)])
    counts = ratings.book_counts[:, None]
    of_books = own * counts / (counts + _AUTHOR_RATINGS) + of_authors[authors.row]
    return unit_rows(_first_columns(vectors[:, :rank] * values**power, user_rank)), unit_rows(of_books)


def unit_rows(rows: Float64Array) -> Float64Array:
    """The rows, each of length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, where=lengths > 1e-9, out=np.zeros_like(rows)), dtype=np.float64)


def _first_columns(vectors: Float64Array, width: int) -> Float64Array:
    """The first `width` columns, zeros where there are fewer."""
    kept = np.zeros((len(vectors), width))
    kept[:, : min(width, vectors.shape[1])] = vectors[:, :width]
    return kept


def fourier_features(points: Float64Array, count: int, length: float, rng: np.random.Generator) -> Float64Array:
    """z(x) (m, count) with z(x)·z(y) ≈ exp(−|x − y|² / (2 length²)) (Rahimi & Recht, 2007, algorithm 1)."""
    directions = rng.normal(size=(points.shape[1], count)) / length
    phases = rng.uniform(0, 2 * np.pi, count)
    return np.asarray(np.sqrt(2 / count) * np.cos(points @ directions + phases), dtype=np.float64)


def cubic_features(vectors: Float64Array, count: int, rng: np.random.Generator) -> Float64Array:
    """z(x) (m, count) with z(x)·z(y) ≈ (x·y)³: products of three random signs (Kar & Karnick, 2012, algorithm 1)."""
    product = np.ones((len(vectors), count))
    for _ in range(3):
        product *= vectors @ rng.choice([-1.0, 1.0], size=(vectors.shape[1], count))
    return np.asarray(product / np.sqrt(count), dtype=np.float64)
