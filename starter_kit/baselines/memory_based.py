"""Memory-based collaborative filtering: who rated like you, and which books were rated like this one."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from grader.scoring.arrays import BoolArray, Int64Array
from starter_kit.baselines.baseline import Report
from starter_kit.baselines.book_prior_biases import BookPriorBiases
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.neighbour_model import Neighbourhood, NeighbourModel, RestoresNeighbourModel, lists_by_owner
from starter_kit.random_hyperplanes import RandomHyperplanes
from starter_kit.rated_pairs import FitsBiases, RatedPairs
from starter_kit.similarity import SIMILARITIES, CommonPairs, Deviations, common_pairs, shrunk


@dataclass(frozen=True)
class Neighbours:
    """How neighbours are chosen: the similarity's name and shrinkage β, k, and the damping λ of their mean.

    With `hyperplanes`, only those pairs count that these throw into one bucket.
    """

    similarity: str
    shrinkage: float
    nearest: int
    damping: float
    hyperplanes: RandomHyperplanes | None = None

    def of(self, compares_books: bool, rated: RatedPairs, seed: int) -> tuple[Neighbourhood, str]:
        """The neighbourhood of books or of users, and what hashing lost, in a sentence; "" without hashing."""
        owner, member, owners, members = (
            (rated.user, rated.book, rated.users, rated.books)
            if compares_books
            else (rated.book, rated.user, rated.books, rated.users)
        )
        deviations = Deviations(member, owner, rated.deviation, members)
        pairs = common_pairs(deviations)
        # Weights as float32 holds them: the exported graph must choose the same neighbours.
        weight = shrunk(SIMILARITIES[self.similarity](pairs), pairs.count, self.shrinkage).astype(np.float32)
        counts = weight > 0
        note = ""
        if self.hyperplanes is not None:
            in_bucket = self.hyperplanes.candidates(deviations, pairs.a, pairs.b, seed)
            note = self._what_hashing_lost(pairs, weight, in_bucket, members)
            counts &= in_bucket
        starts, order = lists_by_owner(owner, owners)
        found = Neighbourhood(
            compares_books=compares_books,
            is_mean=True,
            nearest=self.nearest,
            damping=self.damping,
            members=members,
            starts=starts,
            member=member[order],
            deviation=rated.deviation[order],
            pair=(pairs.a * members + pairs.b)[counts],
            weight=weight[counts].astype(np.float64),
        )
        return found, note

    def _what_hashing_lost(
        self, pairs: CommonPairs, weight: npt.NDArray[np.floating], in_bucket: BoolArray, members: int
    ) -> str:
        recall = recall_of_nearest(pairs.a, pairs.b, weight, in_bucket, self.nearest)
        share = in_bucket.mean() if in_bucket.size else 0.0
        return (
            f"Hashing compared {share:.1%} of {len(pairs.a):,} pairs and kept {recall:.1%} "
            f"of the {self.nearest} nearest neighbours of {members:,}."
        )


def recall_of_nearest(
    a: Int64Array, b: Int64Array, weight: npt.NDArray[np.floating], kept: BoolArray, nearest: int
) -> float:
    """Which share of all rows' `nearest` neighbours (the highest weights above 0 of the pairs a, b) is `kept`."""
    row, pair = np.concatenate([a, b]), np.tile(np.arange(len(a)), 2)
    is_neighbour = weight[pair] > 0
    row, pair = row[is_neighbour], pair[is_neighbour]
    order = np.lexsort((-weight[pair], row))
    row, pair = row[order], pair[order]
    is_near = np.arange(row.size) - np.searchsorted(row, row) < nearest
    return float(kept[pair[is_near]].mean()) if is_near.any() else 1.0


@dataclass(frozen=True)
class UserNeighbours(RestoresNeighbourModel):
    """Predicts r = μ + b_u + b_i + Σ_v s_uv e_vi / (Σ_v s_uv + λ) (Herlocker et al., 1999; biases as Koren, 2008).

    v runs over the k users most like u among those who rated book i; e_vi = r_vi − μ − b_v − b_i is how far v was
    from the damped biases there. s_uv is the similarity of the users' deviations (cosine by default), shrunk by
    n / (n + β) where n books in common are few. Users who rate against u's taste (s ≤ 0) are left out.

    Published test MSE 0.757; the biases alone have 0.772.
    """

    neighbours: Neighbours = Neighbours("cosine", shrinkage=60.0, nearest=100, damping=0.1)
    base: FitsBiases = field(default_factory=DampedBiases)

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> NeighbourModel:
        """The model of `train`; `seed` plays a part with hashing alone."""
        return _fit(self.base, ((1.0, False, self.neighbours),), train, books, seed, report)


@dataclass(frozen=True)
class ItemNeighbours(RestoresNeighbourModel):
    """Predicts r = μ + b_u + b_i + Σ_j s_ij e_uj / (Σ_j s_ij + λ) (Sarwar et al., 2001; biases as Koren, 2008, eq. 3).

    j runs over the k books most like i among those that u rated; e_uj = r_uj − μ − b_u − b_j. Better than asking
    users: a user's own ratings of like books say more than other people's ratings of this one.

    Published test MSE 0.734; user-knn has 0.757, the biases alone 0.772.
    """

    neighbours: Neighbours = Neighbours("cosine", shrinkage=60.0, nearest=30, damping=0.1)
    base: FitsBiases = field(default_factory=DampedBiases)

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> NeighbourModel:
        """The model of `train`; `seed` plays a part with hashing alone."""
        return _fit(self.base, ((1.0, True, self.neighbours),), train, books, seed, report)


@dataclass(frozen=True)
class PearsonUserNeighbours(UserNeighbours):
    """`UserNeighbours` with Pearson's ρ: only the books that both read count, less each user's mean over them.

    A little worse than the cosine, whose lengths over all books already doubt a pair that has little in common.

    Published test MSE 0.761, by cosine 0.757.
    """

    neighbours: Neighbours = Neighbours("pearson", shrinkage=60.0, nearest=1000, damping=1.0)


@dataclass(frozen=True)
class MsdUserNeighbours(UserNeighbours):
    """`UserNeighbours` with 1 / (1 + mean squared difference): everybody is a neighbour, nobody an opposite.

    Published test MSE 0.763, by cosine 0.757.
    """

    neighbours: Neighbours = Neighbours("msd", shrinkage=5.0, nearest=30, damping=3.0)


@dataclass(frozen=True)
class PearsonItemNeighbours(ItemNeighbours):
    """`ItemNeighbours` with Pearson's ρ over the users who rated both books; two or three of them say little.

    Published test MSE 0.751, by cosine 0.734.
    """

    neighbours: Neighbours = Neighbours("pearson", shrinkage=100.0, nearest=60, damping=0.6)


@dataclass(frozen=True)
class MsdItemNeighbours(ItemNeighbours):
    """`ItemNeighbours` with 1 / (1 + mean squared difference) over the users who rated both books.

    Published test MSE 0.757, by cosine 0.734.
    """

    neighbours: Neighbours = Neighbours("msd", shrinkage=40.0, nearest=30, damping=2.0)


@dataclass(frozen=True)
class HashedItemNeighbours(ItemNeighbours):
    """`ItemNeighbours` among the books that random hyperplanes throw into one bucket: a lesson in what hashing costs.

    Cosines of sparse ratings are small (0.1 is a near neighbour), so the buckets of near and of unrelated books
    differ little: nearest neighbours are lost, and the error grows. Hashing pays with millions of books; with these
    thousands all pairs are compared in a second, and that is done here too, to say what was lost.

    Published test MSE 0.744 with 72 % of the nearest neighbours kept, 0.734 with all.
    """

    neighbours: Neighbours = Neighbours("cosine", 60.0, nearest=30, damping=0.1, hyperplanes=RandomHyperplanes(4, 8))


@dataclass(frozen=True)
class HybridNeighbours(RestoresNeighbourModel):
    """Predicts r = μ + b_u + b_i + α · (the users' correction) + β · (the books' correction).

    Both corrections are those of `UserNeighbours` and `ItemNeighbours`. Since each holds itself back where its
    neighbours are few, the shares need not add up to 1: the books' correction counts whole, the users' adds to it.

    Published test MSE 0.733; item-knn alone has 0.734: within the noise.
    """

    by_user: Neighbours = Neighbours("cosine", shrinkage=60.0, nearest=100, damping=0.1)
    by_book: Neighbours = Neighbours("cosine", shrinkage=60.0, nearest=30, damping=0.1)
    user_share: float = 0.4
    book_share: float = 1.0
    base: FitsBiases = field(default_factory=DampedBiases)

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> NeighbourModel:
        """The model of `train`; `seed` plays a part with hashing alone."""
        parts = (self.user_share, False, self.by_user), (self.book_share, True, self.by_book)
        return _fit(self.base, parts, train, books, seed, report)


@dataclass(frozen=True)
class BookPriorHybridNeighbours(HybridNeighbours):
    """`HybridNeighbours` over the biases that books.csv corrects: what it tells is not in the neighbours' ratings.

    Published test MSE 0.720, over damped biases 0.733.
    """

    base: FitsBiases = field(default_factory=BookPriorBiases)


def _fit(
    biases: FitsBiases,
    parts: tuple[tuple[float, bool, Neighbours], ...],
    train: pd.DataFrame,
    books: pd.DataFrame,
    seed: int,
    report: Report,
) -> NeighbourModel:
    """The biases first, then one neighbourhood after the other over what they leave unexplained."""
    steps = len(parts) + 1
    base = biases.fit(train, books, seed=seed, report=lambda done, total: None)
    report(1, steps)
    rated = RatedPairs.of(train, base)
    found: list[Neighbourhood] = []
    notes: list[str] = []
    for step, (_, compares_books, neighbours) in enumerate(parts, start=2):
        neighbourhood, note = neighbours.of(compares_books, rated, seed)
        found.append(neighbourhood)
        notes += [note] if note else []
        report(step, steps)
    shares = tuple(share for share, _, _ in parts)
    return NeighbourModel(base.users, base.books, base, shares, tuple(found), tuple(notes))
