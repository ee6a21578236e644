"""Embeddings from who has rated what, whatever the rating."""

import numpy as np

from grader.scoring.arrays import Float64Array
from starter_kit.indexed_ratings import IndexedRatings


def cooccurrence_embeddings(
    ratings: IndexedRatings, *, user_rank: int = 32, book_rank: int = 64, power: float = 0.25
) -> tuple[Float64Array, Float64Array]:
    """Unit vectors of users (users, user_rank) and books (books, book_rank): near, when rated together.

    With M the users × books matrix of ones where there is a rating, D_u and D_i the diagonal counts, and
    D_u^−½ M D_i^−½ ≈ P Σ Vᵀ (singular value decomposition), user u has P_u Σ^power and book i V_i Σ^power,
    each scaled to length 1. A user or book without ratings is the zero vector. A component whose singular
    value is next to nothing is left zero.
    """
    seen = np.zeros((len(ratings.users), len(ratings.books)), dtype=np.float32)
    seen[ratings.user, ratings.book] = 1.0
    seen /= np.sqrt(np.maximum(seen.sum(axis=1), 1.0))[:, None] * np.sqrt(np.maximum(ratings.book_counts, 1.0))
    # The decomposition of M Mᵀ is that of M, and smaller.
    squares, vectors = np.linalg.eigh((seen @ seen.T).astype(np.float64))
    squares, vectors = squares[::-1], vectors[:, ::-1]
    rank = min(max(user_rank, book_rank), int((squares > 1e-6).sum()))
    values = np.sqrt(squares[:rank])
    of_books = (seen.T @ vectors[:, :rank].astype(np.float32)) / values
    return (
        _unit_rows(vectors[:, :rank] * values**power, user_rank),
        _unit_rows(of_books * values**power, book_rank),
    )


def _unit_rows(vectors: Float64Array, width: int) -> Float64Array:
    """The first `width` columns, zeros where there are fewer, each row of length 1 or 0."""
    kept = np.zeros((len(vectors), width))
    kept[:, : min(width, vectors.shape[1])] = vectors[:, :width]
    lengths = np.linalg.norm(kept, axis=1, keepdims=True)
    return np.asarray(np.divide(kept, lengths, where=lengths > 1e-9, out=np.zeros_like(kept)), dtype=np.float64)


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
