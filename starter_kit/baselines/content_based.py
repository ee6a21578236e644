"""Content-based filtering: what a book is, not who read it; so even a book that nobody has rated can be judged."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from grader.scoring.arrays import Float64Array
from starter_kit.baselines.baseline import Report
from starter_kit.baselines.book_prior_biases import BookPriorBiases
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.book_vectors import BOOK_SIMILARITIES, BookPairs, BookVectors, shared_tokens
from starter_kit.features import BookFeatures
from starter_kit.neighbour_model import Neighbourhood, NeighbourModel, RestoresNeighbourModel, lists_by_owner
from starter_kit.rated_pairs import FitsBiases, RatedPairs


@dataclass(frozen=True)
class ContentNeighbours(RestoresNeighbourModel):
    """Predicts r = μ + b_u + b_i + Σ_j s_ij^c e_uj / (Σ_j s_ij^c + λ) (Lops, de Gemmis & Semeraro, 2011, section 3.3).

    j runs over the k books most like i among those that u rated, e_uj = r_uj − μ − b_u − b_j. s_ij is the cosine
    of the books' vectors (`BookVectors`: TF-IDF of author, publisher, series and title words, and numbers), for
    books that share a token. On these ratings it beats item-knn, which must see both books rated by the same
    people: the next volume of a series is known by its author and series at once.

    Published test MSE 0.726; the biases alone have 0.772, item-knn 0.734.
    """

    similarity: str = "cosine"
    sharpness: float = 2.0
    nearest: int = 30
    damping: float = 0.6
    author_weight: float = 2.0
    number_weight: float = 0.2
    base: FitsBiases = field(default_factory=DampedBiases)

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> NeighbourModel:
        """The model of `train` and `books`; `seed` plays no part."""
        base = self.base.fit(train, books, seed=seed, report=lambda done, total: None)
        report(1, 2)
        rated = RatedPairs.of(train, base)
        vectors = BookVectors.of(BookFeatures.of(base.books, books), self.author_weight, self.number_weight)
        pairs = BookPairs.of(vectors)
        similarity = np.maximum(BOOK_SIMILARITIES[self.similarity](pairs), 0.0)
        # Weights as float32 holds them: the exported graph must choose the same neighbours.
        weight = (similarity**self.sharpness).astype(np.float32)
        starts, order = lists_by_owner(rated.user, rated.users)
        neighbourhood = Neighbourhood(
            compares_books=True,
            is_mean=True,
            nearest=self.nearest,
            damping=self.damping,
            members=rated.books,
            starts=starts,
            member=rated.book[order],
            deviation=rated.deviation[order],
            pair=(pairs.met.a * rated.books + pairs.met.b)[weight > 0],
            weight=weight[weight > 0].astype(np.float64),
        )
        report(2, 2)
        return NeighbourModel(base.users, base.books, base, (1.0,), (neighbourhood,))


@dataclass(frozen=True)
class JaccardNeighbours(ContentNeighbours):
    """`ContentNeighbours` by the share of common tokens: a rare word counts as much as the author.

    Published test MSE 0.731, by cosine 0.726.
    """

    similarity: str = "jaccard"
    sharpness: float = 1.7
    damping: float = 0.25


@dataclass(frozen=True)
class EuclidNeighbours(ContentNeighbours):
    """`ContentNeighbours` by 1 / (1 + Euclid's distance): books that share little are all about equally far.

    Published test MSE 0.735, by cosine 0.726.
    """

    similarity: str = "euclid"
    sharpness: float = 3.0
    damping: float = 0.4


@dataclass(frozen=True)
class ManhattanNeighbours(ContentNeighbours):
    """`ContentNeighbours` by 1 / (1 + Manhattan distance), which grows with each token that only one book has.

    Published test MSE 0.732, by cosine 0.726.
    """

    similarity: str = "manhattan"
    sharpness: float = 3.0
    damping: float = 0.08


@dataclass(frozen=True)
class MinkowskiNeighbours(ContentNeighbours):
    """`ContentNeighbours` by 1 / (1 + Minkowski's distance of order 3), where the heaviest token decides.

    Published test MSE 0.736, by cosine 0.726.
    """

    similarity: str = "minkowski3"
    sharpness: float = 6.0
    damping: float = 0.3


@dataclass(frozen=True)
class BookPriorContentNeighbours(ContentNeighbours):
    """`ContentNeighbours` over the biases that books.csv corrects.

    Published test MSE 0.715, over damped biases 0.726.
    """

    base: FitsBiases = field(default_factory=BookPriorBiases)


@dataclass(frozen=True)
class UserProfiles(RestoresNeighbourModel):
    """Predicts r = μ + b_u + b_i + w_u·x_i: a ridge regression for each user (Pazzani & Billsus, 2007).

    x_i is the vector of the book (`BookVectors`), w_u minimises Σ_i (e_ui − w_u·x_i)² + λ |w_u|² over the books of
    u, with e_ui = r_ui − μ − b_u − b_i after the biases of `biases-books`. Tokens are many and ratings few, so it
    is solved in its dual form, w_u = Σ_j α_j x_j with α = (K + λI)⁻¹ e, K_ij = x_i·x_j. What tokens say is then
    Σ_j α_j x_i·x_j over the books that u rated, what numbers say five weights of his own. Other than in a mean
    over like books, five volumes of one series count as about one opinion, not as five; that is worth little here.
    A book that u rated has no token term of its own in its prediction, j ≠ i: a rating does not foretell itself.

    Published test MSE 0.713; the biases alone have 0.757, content-cosine over the same biases 0.715.
    """

    damping: float = 1.3
    author_weight: float = 2.5
    number_weight: float = 0.15

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> NeighbourModel:
        """The model of `train` and `books`; `seed` plays no part."""
        base = BookPriorBiases().fit(train, books, seed=seed, report=lambda done, total: None)
        rated = RatedPairs.of(train, base)
        vectors = BookVectors.of(BookFeatures.of(base.books, books), self.author_weight, self.number_weight)
        first, second, product = shared_tokens(BookPairs.of(vectors))
        starts, order = lists_by_owner(rated.user, rated.users)
        opinions = Neighbourhood(
            compares_books=True,
            is_mean=False,
            nearest=0,
            damping=0.0,
            members=rated.books,
            starts=starts,
            member=rated.book[order],
            deviation=rated.deviation[order],
            pair=first * rated.books + second,
            weight=product,
        )
        tokens = vectors.tokens
        own = np.bincount(tokens.row, tokens.value**2, tokens.rows).astype(np.float64)
        weights = np.zeros((rated.users, vectors.numbers.shape[1]))
        for user in range(rated.users):
            mine = slice(starts[user], starts[user + 1])
            alpha = self.solve(opinions, own, vectors.numbers, mine)
            # From here on the list holds α instead of the deviations.
            opinions.deviation[mine] = alpha
            weights[user] = vectors.numbers[opinions.member[mine]].T @ alpha
            if user % 100 == 99:
                report(user + 1, rated.users)
        report(rated.users, rated.users)
        base = base.with_factors(weights, vectors.numbers)
        return NeighbourModel(base.users, base.books, base, (1.0,), (opinions,))

    def solve(self, opinions: Neighbourhood, own: Float64Array, numbers: Float64Array, mine: slice) -> Float64Array:
        """α of the books listed in `mine`; `own` (m,) is each book's x·x over tokens, `numbers` (m, 5) its numbers."""
        book, left = opinions.member[mine], opinions.deviation[mine]
        count = len(book)
        kernel = opinions.weights(np.repeat(book, count), np.tile(book, count)).reshape(count, count)
        kernel += numbers[book] @ numbers[book].T + np.diag(own[book] + self.damping)
        return np.asarray(np.linalg.solve(kernel, left), dtype=np.float64)
