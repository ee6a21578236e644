"""Books as vectors of what is known about them, and how alike two of them are."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.features import UNKNOWN, BookFeatures
from starter_kit.similarity import Deviations, Meetings, meetings


@dataclass(frozen=True)
class BookVectors:
    """Each of m books as a sparse vector of tokens (its author, publisher, series and title words) and numbers.

    A token weighs TF-IDF, here 1 · ln(m / books that have it): a common one says little. The author's weighs
    `author_weight` times that. Token vectors have length 1, `numbers` (m, 5) are those of `BookFeatures` times
    `number_weight` / √5: average rating, reviews, pages, pages unknown, year.
    """

    tokens: Deviations
    numbers: Float64Array

    @classmethod
    def of(cls, features: BookFeatures, author_weight: float, number_weight: float) -> "BookVectors":
        """The vectors of all books of `features`."""
        count = len(features.is_described)
        book = np.arange(count)
        kinds = (features.author.code, features.publisher.code, features.series.code)
        rows = [book[code != UNKNOWN] for code in kinds] + [features.token_book]
        codes = [code[code != UNKNOWN] for code in kinds] + [features.token]
        sizes = [int(code.max(initial=-1)) + 1 for code in codes]
        first = np.cumsum([0, *sizes[:-1]])
        row = np.concatenate(rows)
        column = np.concatenate([code + start for code, start in zip(codes, first, strict=True)])
        value = np.log(count / np.bincount(column)[column])
        value[: len(rows[0])] *= author_weight
        length = np.sqrt(np.bincount(row, value**2, count))
        value = np.divide(value, length[row], out=np.zeros_like(value), where=length[row] > 0)
        numbers = features.numbers * (number_weight / np.sqrt(features.numbers.shape[1]))
        return cls(Deviations(row, column, value, count), numbers)


@dataclass(frozen=True)
class BookPairs:
    """The pairs of books a < b that share a token: `met`, token by token, and the books' vectors."""

    vectors: BookVectors
    met: Meetings

    @classmethod
    def of(cls, vectors: BookVectors) -> "BookPairs":
        """All such pairs; two books that share no token are as good as unknown to each other."""
        return cls(vectors, meetings(vectors.tokens))

    @property
    def numbers(self) -> tuple[Float64Array, Float64Array]:
        """The numbers of both books of each pair, shape (p, 5) each."""
        return self.vectors.numbers[self.met.a], self.vectors.numbers[self.met.b]

    def of_both(self, values: Float64Array) -> tuple[Float64Array, Float64Array]:
        """A number of each book, shape (m,), for both books of each pair."""
        return values[self.met.a], values[self.met.b]


def cosine(pairs: BookPairs) -> Float64Array:
    """x·y / (|x| |y|) over tokens and numbers."""
    first, second = pairs.numbers
    tokens, numbers = pairs.vectors.tokens, pairs.vectors.numbers
    length = np.sqrt(np.bincount(tokens.row, tokens.value**2, tokens.rows) + (numbers**2).sum(axis=1))
    length_a, length_b = pairs.of_both(length)
    product = pairs.met.sums(pairs.met.x * pairs.met.y) + (first * second).sum(axis=1)
    below = length_a * length_b
    return np.asarray(np.divide(product, below, out=np.zeros_like(product), where=below > 0), dtype=np.float64)


def jaccard(pairs: BookPairs) -> Float64Array:
    """|A ∩ B| / |A ∪ B| of the books' sets of tokens; neither weights nor numbers count."""
    tokens = pairs.vectors.tokens
    common = pairs.met.sums(np.ones(pairs.met.x.size))
    sizes = np.bincount(tokens.row, np.ones(tokens.row.size), tokens.rows)
    size_a, size_b = pairs.of_both(sizes.astype(np.float64))
    return np.asarray(common / (size_a + size_b - common), dtype=np.float64)


def minkowski(order: float) -> Callable[[BookPairs], Float64Array]:
    """1 / (1 + d), d = (Σ |x − y|^p)^(1/p) over tokens and numbers: p = 1 Manhattan, p = 2 Euclid.

    The sum runs over all tokens of either book; those of one book alone add |x|^p, so that the sum is
    Σ |x|^p + Σ |y|^p + Σ_common (|x − y|^p − |x|^p − |y|^p).
    """

    def similarity(pairs: BookPairs) -> Float64Array:
        tokens, met = pairs.vectors.tokens, pairs.met
        power_a, power_b = pairs.of_both(
            np.bincount(tokens.row, np.abs(tokens.value) ** order, tokens.rows).astype(np.float64)
        )
        common = met.sums(np.abs(met.x - met.y) ** order - np.abs(met.x) ** order - np.abs(met.y) ** order)
        first, second = pairs.numbers
        total = power_a + power_b + common + (np.abs(first - second) ** order).sum(axis=1)
        return np.asarray(1.0 / (1.0 + np.maximum(total, 0.0) ** (1.0 / order)), dtype=np.float64)

    return similarity


BOOK_SIMILARITIES: dict[str, Callable[[BookPairs], Float64Array]] = {
    "cosine": cosine,
    "jaccard": jaccard,
    "euclid": minkowski(2.0),
    "manhattan": minkowski(1.0),
    "minkowski3": minkowski(3.0),
}


def shared_tokens(pairs: BookPairs) -> tuple[Int64Array, Int64Array, Float64Array]:
    """The pairs a < b and the products of their token vectors, without numbers; shape (p,) each."""
    return pairs.met.a, pairs.met.b, pairs.met.sums(pairs.met.x * pairs.met.y)
