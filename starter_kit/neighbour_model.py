"""Biases, corrected by how neighbours' ratings deviated from theirs: the model of every neighbourhood method."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.fitted_model import FittedModel, StoredModel
from starter_kit.rating_model import RatingModel, RestoresRatingModel

# Pairs looked at in one go: bounds the memory of a prediction, which compares each pair with a whole list.
_CHUNK = 2048
_NUMBERS = ("compares_books", "is_mean", "nearest", "damping", "members")
_ARRAYS = ("starts", "member", "deviation", "pair", "weight")


def lists_by_owner(owner: Int64Array, owners: int) -> tuple[Int64Array, Int64Array]:
    """Where each owner's list starts and ends, shape (owners + 2,), and the order that brings n rows into lists.

    The list after the last, of an owner who was not seen, is empty.
    """
    starts = np.append(0, np.cumsum(np.bincount(owner, minlength=owners + 1)))
    return starts.astype(np.int64), np.argsort(owner, kind="stable")


@dataclass(frozen=True)
class Neighbourhood:
    """Deviations of ratings, listed by owner, and how alike their members are.

    Comparing books (`compares_books`): a user owns a list of the books that he rated. Comparing users: a book owns
    a list of the users who rated it. List o holds `member` and `deviation` from `starts[o]` to `starts[o + 1]`.
    `pair` holds a · members + b of the p pairs a < b that count, ascending, `weight` (p,) how alike they are;
    whatever is not listed has weight 0, and so has a member with itself.

    The correction is Σ w e / (Σ w + λ), `damping` being λ, over the `nearest` members of the list with the highest
    weights above 0 (`is_mean`); or else Σ w e over the whole list, `nearest` and `damping` playing no part.
    """

    compares_books: bool
    is_mean: bool
    nearest: int
    damping: float
    members: int
    starts: Int64Array
    member: Int64Array
    deviation: Float64Array
    pair: Int64Array
    weight: Float64Array

    def correction(self, user: Int64Array, book: Int64Array) -> Float64Array:
        """What the lists say about pairs of rows, shape (n,)."""
        owner, wanted = (user, book) if self.compares_books else (book, user)
        chunks = (slice(start, start + _CHUNK) for start in range(0, len(owner), _CHUNK))
        parts = [self._correction(owner[chunk], wanted[chunk]) for chunk in chunks]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _correction(self, owner: Int64Array, wanted: Int64Array) -> Float64Array:
        lengths = self.starts[owner + 1] - self.starts[owner]
        row = np.repeat(np.arange(len(owner)), lengths)
        place = np.arange(row.size) + np.repeat(self.starts[owner] - (np.cumsum(lengths) - lengths), lengths)
        weight = self.weights(np.repeat(wanted, lengths), self.member[place])
        if not self.is_mean:
            return np.bincount(row, weight * self.deviation[place], len(owner)).astype(np.float64)
        counts = weight > 0.0
        row, place, weight = row[counts], place[counts], weight[counts]
        # By row, the highest weight first; of equal weights the one listed first.
        order = np.lexsort((-weight, row))
        row, place, weight = row[order], place[order], weight[order]
        first_of_row = np.searchsorted(row, row)
        near = np.arange(row.size) - first_of_row < self.nearest
        row, place, weight = row[near], place[near], weight[near]
        total = np.bincount(row, weight * self.deviation[place], len(owner))
        below = np.bincount(row, weight, len(owner)) + self.damping
        return np.asarray(np.divide(total, below, out=np.zeros(len(owner)), where=below > 0), dtype=np.float64)

    def weights(self, a: Int64Array, b: Int64Array) -> Float64Array:
        """How alike the members a and b are, shape (n,); 0 where nothing is known of the two."""
        if self.pair.size == 0:
            return np.zeros(len(a))
        wanted = np.minimum(a, b) * self.members + np.maximum(a, b)
        place = np.minimum(np.searchsorted(self.pair, wanted), self.pair.size - 1)
        return np.where(self.pair[place] == wanted, self.weight[place], 0.0).astype(np.float64)


@dataclass(frozen=True)
class NeighbourModel(FittedModel):
    """Predicts r = μ + b_u + b_i + Σ_h share_h · correction_h(u, i) over one or more neighbourhoods.

    `users` and `books` are those of the base. Whoever or whatever was not seen has no list and no neighbours:
    its correction is 0. `notes` is what the fit has to say about itself.
    """

    users: tuple[str, ...]
    books: tuple[str, ...]
    base: RatingModel
    shares: tuple[float, ...]
    neighbourhoods: tuple[Neighbourhood, ...]
    notes: tuple[str, ...] = ()

    def ratings_at(self, user: Int64Array, book: Int64Array) -> Float64Array:
        """The ratings of pairs of rows, float64 (n,), before they are clipped."""
        rating = self.base.ratings_at(user, book)
        for share, neighbourhood in zip(self.shares, self.neighbourhoods, strict=True):
            rating = rating + share * neighbourhood.correction(user, book)
        return rating

    def graph(self) -> Any:
        """The same lists, weights and sums in TensorFlow."""
        from starter_kit.neighbour_graph import NeighbourGraph

        return NeighbourGraph(self)

    def stored(self) -> StoredModel:
        """The base, and each neighbourhood's numbers and arrays."""
        base = self.base.stored()
        facts: dict[str, Any] = {**base.facts, "shares": self.shares, "notes": self.notes, "neighbourhoods": []}
        arrays = dict(base.arrays)
        for number, neighbourhood in enumerate(self.neighbourhoods):
            facts["neighbourhoods"].append({name: getattr(neighbourhood, name) for name in _NUMBERS})
            arrays |= {f"{number}.{name}": getattr(neighbourhood, name) for name in _ARRAYS}
        return StoredModel(facts, arrays)


class RestoresNeighbourModel:
    """For an estimator whose fit ends in a NeighbourModel."""

    def restore(self, stored: StoredModel) -> NeighbourModel:
        """The model that was stored. Raises KeyError or TypeError when a part is missing."""
        facts, arrays = stored.facts, stored.arrays
        neighbourhoods = tuple(
            Neighbourhood(*(plain[name] for name in _NUMBERS), *(arrays[f"{number}.{name}"] for name in _ARRAYS))
            for number, plain in enumerate(facts["neighbourhoods"])
        )
        base = RestoresRatingModel().restore(stored)
        return NeighbourModel(
            base.users, base.books, base, tuple(facts["shares"]), neighbourhoods, tuple(facts["notes"])
        )
