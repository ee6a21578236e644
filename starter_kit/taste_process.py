"""Each reader's taste as a Gaussian process over books, and each book's reception as one over readers."""

from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.cooccurrence import cooccurrence_embeddings
from starter_kit.features import UNKNOWN, BookFeatures
from starter_kit.indexed_ratings import IndexedRatings

# The numbers of a book between which the kernel measures distance: average, reviews, pages, year.
_DISTANCES = (0, 1, 2, 4)


@dataclass(frozen=True)
class TasteKernel:
    """k_u(i, j) = level + near c + nearest max(c, 0)³ + numbers exp(−|x_i − x_j|² / 2 length²) + Σ_l v_l [l_i = l_j].

    c is the cosine of the books' co-occurrence vectors, l the author, series and publisher. k_i(u, v) =
    book + readers P_u·P_v over readers' vectors. All are variances of a rating's parts, and `noise` is what
    no part explains.
    """

    level: float = 0.18
    near: float = 0.04
    nearest: float = 0.06
    numbers: float = 0.03
    length: float = 3.5
    author: float = 0.17
    series: float = 0.25
    publisher: float = 0.015
    book: float = 0.008
    readers: float = 0.05
    noise: float = 0.5
    fact: float = 0.02
    author_level: float = 0.03


@dataclass(frozen=True)
class BookPlaces:
    """Where the m books stand: `vectors` (m, 64) of co-occurrence, `numbers` (m, 4), label codes (m,), −1: unknown."""

    vectors: Float64Array
    numbers: Float64Array
    author: Int64Array
    series: Int64Array
    publisher: Int64Array
    era: Int64Array

    @classmethod
    def of(cls, vectors: Float64Array, features: BookFeatures) -> "BookPlaces":
        """The places of the books that `features` describes."""
        labels = (features.author, features.series, features.publisher, features.era)
        return cls(vectors, features.numbers[:, _DISTANCES], *(label.code for label in labels))

    def covariance(self, rows: Int64Array, kernel: TasteKernel) -> Float64Array:
        """k_u among the books of `rows` (n,), shape (n, n)."""
        cosine = self.vectors[rows] @ self.vectors[rows].T
        between = ((self.numbers[rows][:, None] - self.numbers[rows][None]) ** 2).sum(axis=2)
        covariance = kernel.level + kernel.near * cosine + kernel.nearest * np.maximum(cosine, 0.0) ** 3
        covariance += kernel.numbers * np.exp(-between / (2 * kernel.length**2))
        for variance, code in (
            (kernel.author, self.author),
            (kernel.series, self.series),
            (kernel.publisher, self.publisher),
        ):
            mine = code[rows]
            covariance += variance * ((mine[:, None] == mine[None]) & (mine != UNKNOWN)[None])
        return np.asarray(covariance, dtype=np.float64)


@dataclass(frozen=True)
class Tastes:
    """The fitted process. f_u(i) = Σ_j k_u(i, j) α_uj over the user's n_u books, g_i(u) = Σ_v k_i(u, v) β_iv.

    `taste` (n,) holds α and `reception` (n,) β, both in the order of the training ratings; `side` (m,) is what
    books.csv says of a book beside μ.
    """

    kernel: TasteKernel
    places: BookPlaces
    user_vectors: Float64Array
    side: Float64Array
    taste: Float64Array
    reception: Float64Array


def fit_tastes(
    ratings: IndexedRatings,
    features: BookFeatures,
    *,
    kernel: TasteKernel | None = None,
    rounds: int = 5,
) -> Tastes:
    """r = μ + s_i + f_u(i) + g_i(u) + noise, each part fitted to what the others leave, by turns (backfitting).

    f_u and g_i are Gaussian processes: α = (K + σ²I)⁻¹ e for the remainders e of one user's ratings (Rasmussen
    & Williams, 2006, algorithm 2.1). s_i = w·x_i + a(author of i) is a ridge regression on books.csv; it
    alone is fitted with g_i still in: a book's reception counts as its variance about s_i.
    """
    kernel = kernel or TasteKernel()
    user_vectors, book_vectors = cooccurrence_embeddings(ratings, features.author)
    places = BookPlaces.of(book_vectors, features)
    of_user, of_book = _rows_by(ratings.user, len(ratings.users)), _rows_by(ratings.book, len(ratings.books))
    user_work = [_Process.of(places.covariance(ratings.book[rows], kernel), kernel.noise) for rows in of_user]
    book_work = []
    for rows in of_book:
        vectors = user_vectors[ratings.user[rows]]
        book_work.append(_Process.of(kernel.book + kernel.readers * (vectors @ vectors.T), kernel.noise))
    above = ratings.rating - ratings.mean
    taste, reception = np.zeros(len(above)), np.zeros(len(above))
    of_taste, of_reception = np.zeros(len(above)), np.zeros(len(above))
    side = np.zeros(len(ratings.books))
    for _ in range(rounds):
        side = _side(ratings, features, above - of_taste, kernel)
        remainder = above - of_taste - side[ratings.book]
        for rows, work in zip(of_book, book_work, strict=True):
            reception[rows], of_reception[rows] = work.explain(remainder[rows])
        remainder = above - of_reception - side[ratings.book]
        for rows, work in zip(of_user, user_work, strict=True):
            taste[rows], of_taste[rows] = work.explain(remainder[rows])
    return Tastes(kernel, places, user_vectors, side, taste, reception)


@dataclass(frozen=True)
class _Process:
    """K of one user's or one book's ratings, and (K + σ²I)⁻¹."""

    covariance: Float64Array
    precision: Float64Array

    @classmethod
    def of(cls, covariance: Float64Array, noise: float) -> "_Process":
        precision = np.linalg.inv(covariance + noise * np.eye(len(covariance)))
        return cls(covariance, np.asarray(precision, dtype=np.float64))

    def explain(self, remainder: Float64Array) -> tuple[Float64Array, Float64Array]:
        """α = (K + σ²I)⁻¹ e and the explained part K α."""
        weights = self.precision @ remainder
        return weights, self.covariance @ weights


def _side(
    ratings: IndexedRatings, features: BookFeatures, remainder: Float64Array, kernel: TasteKernel
) -> Float64Array:
    """s_i of every book: a ridge regression and author effects on the books' mean remainders, fitted by turns."""
    counts = ratings.book_counts
    means = ratings.book_sums(remainder) / np.maximum(counts, 1.0)
    # A book's mean remainder has the variance `book` + noise / n about s_i.
    weight = np.where(features.is_described, counts / (kernel.noise + counts * kernel.book), 0.0)
    author = features.author.row
    facts = np.column_stack([np.ones(len(counts)), features.numbers]) * features.is_described[:, None]
    weighted = facts * weight[:, None]
    normal = weighted.T @ facts + np.eye(facts.shape[1]) / kernel.fact
    author_weight = np.bincount(author, weight) + 1 / kernel.author_level
    effect, fitted = np.zeros(len(author_weight)), np.zeros(len(counts))
    for _ in range(4):
        fitted = facts @ np.linalg.solve(normal, weighted.T @ (means - effect[author]))
        effect = np.bincount(author, weight * (means - fitted)) / author_weight
    return np.where(features.is_described, fitted + effect[author], 0.0)


def _rows_by(owner: Int64Array, count: int) -> list[Int64Array]:
    """The places at which each of `count` owners stands in `owner`."""
    order = np.argsort(owner, kind="stable")
    return np.split(order, np.searchsorted(owner[order], np.arange(1, count)))
