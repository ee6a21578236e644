"""The part that factorization machines and wide networks share: linear weights of all facts and crosses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from starter_kit.features import BookFeatures
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.network_model import RatingNetwork, built
from starter_kit.sparse_features import Crosses, SparseBooks


@dataclass(frozen=True)
class LinearSettings:
    """The λ of the linear weights: a weight w costs λ w² in the sum of squared errors.

    `crossed` names the facts that are crossed with the user, each with its λ. A λ is the variance of the noise,
    about 0.5, over the variance that the weight is believed to have.
    """

    user_damping: float = 3.0
    fact_damping: float = 60.0
    crossed: tuple[tuple[str, float], ...] = ()


LINEAR = LinearSettings()
CROSSED = LinearSettings(crossed=(("author", 2.5), ("publisher", 50.0), ("series", 2.0)))


class SparseNetwork(RatingNetwork):
    """r = μ + b_u + Σ_f w_f x_f + Σ_c w_uc: facts f of the book, and the user's own weight for its author and so on.

    Subclasses add what they know to `linear`.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        users, books, width = settings["users"], settings["books"], settings["width"]
        self.places = self.given("places", (books + 1, width), "int64")
        self.amounts = self.given("amounts", (books + 1, width))
        self.user_bias = self.table("user_bias", (users,), settings["user_damping"])
        self.fact_weight = self.table("fact_weight", (settings["facts"],), settings["fact_damping"])
        self.crosses = [
            (
                self.given(f"{name}_keys", (count,), "int64"),
                self.given(f"{name}_of_book", (books + 1,), "int64"),
                labels,
                self.table(f"{name}_cross", (count,), damping),
            )
            for name, count, labels, damping in settings["crosses"]
        ]

    def user_row(self, user: Any) -> tuple[Any, Any]:
        """A row that exists, and 1.0 for a user that was seen, else 0.0; both (n,)."""
        last = self.settings["users"] - 1
        return tf.minimum(user, last), tf.cast(user <= last, tf.float32)

    def facts(self, book: Any) -> tuple[Any, Any]:
        """The places of the books' facts and their amounts, both (n, w)."""
        return tf.gather(self.places, book), tf.gather(self.amounts, book)

    def linear(self, user: Any, book: Any) -> Any:
        """The linear part, (n,)."""
        row, seen = self.user_row(user)
        places, amounts = self.facts(book)
        rating = self.settings["mean"] + seen * tf.gather(self.user_bias, row)
        rating += tf.reduce_sum(tf.gather(self.fact_weight, places) * amounts, axis=1)
        for keys, label_of_book, label_count, weight in self.crosses:
            label = tf.gather(label_of_book, book)
            place, found = find(keys, user * (label_count + 1) + label)
            rating += found * tf.gather(weight, place)
        return rating


def sparse_settings(
    settings: LinearSettings, ratings: IndexedRatings, features: BookFeatures, *, facts: bool = True
) -> tuple[dict[str, Any], SparseBooks, list[Crosses]]:
    """The sizes and dampings that make a SparseNetwork for these ratings, and the tables to assign to it.

    Without `facts` a book is its id alone.
    """
    sparse = SparseBooks.of(features) if facts else SparseBooks.of_ids(len(ratings.books))
    crosses = [Crosses.of(ratings.user, ratings.book, getattr(features, name)) for name, _ in settings.crossed]
    count = len(ratings.rating)
    made = {
        "users": len(ratings.users),
        "books": len(ratings.books),
        "width": sparse.places.shape[1],
        "facts": sparse.size,
        "mean": ratings.mean,
        "user_damping": settings.user_damping / count,
        "fact_damping": settings.fact_damping / count,
        "crosses": [
            (name, len(cross.keys), cross.label_count, damping / count)
            for (name, damping), cross in zip(settings.crossed, crosses, strict=True)
        ],
    }
    return made, sparse, crosses


def assign_tables(network: SparseNetwork, sparse: SparseBooks, crosses: Sequence[Crosses]) -> None:
    """Give a network the facts of the books and the keys of the crosses."""
    built(network)
    network.places.assign(sparse.places)
    network.amounts.assign(sparse.weights)
    for (keys, label_of_book, _, _), cross in zip(network.crosses, crosses, strict=True):
        keys.assign(cross.keys)
        label_of_book.assign(cross.label)


def find(keys: Any, wanted: Any) -> tuple[Any, Any]:
    """The place of each of `wanted` (n,) in the sorted `keys`, and 1.0 where it is there, else 0.0."""
    place = tf.minimum(tf.searchsorted(keys, wanted), tf.shape(keys)[0] - 1)
    return place, tf.cast(tf.equal(tf.gather(keys, place), wanted), tf.float32)
