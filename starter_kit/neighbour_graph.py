"""The TensorFlow side of the neighbourhood methods; importing this file loads TensorFlow."""

from typing import Any

import numpy as np
import tensorflow as tf

from starter_kit.neighbour_model import Neighbourhood, NeighbourModel


class NeighbourhoodGraph(tf.Module):  # type: ignore[misc]
    """The correction of `Neighbourhood` for rows of users and books, float32 (n,).

    All lists lie behind one another in one variable; those of a batch are cut out of it, looked up pair by pair,
    and laid side by side, filled up with weight 0, for the highest weights of each to be found.
    """

    def __init__(self, found: Neighbourhood) -> None:
        super().__init__()
        self.compares_books, self.is_mean = found.compares_books, found.is_mean
        self.nearest, self.damping, self.members = found.nearest, found.damping, found.members
        self.starts, self.member = _kept(found.starts), _kept(found.member)
        self.deviation = _kept(found.deviation.astype(np.float32))
        # A pair that no key can equal stands last, so that every search ends on an entry.
        self.pair = _kept(np.append(found.pair, np.iinfo(np.int64).max))
        self.weight = _kept(np.append(found.weight, 0.0).astype(np.float32))

    def __call__(self, user: Any, book: Any) -> Any:
        """What the lists say about pairs of rows."""
        owner, wanted = (user, book) if self.compares_books else (book, user)
        first, last = tf.gather(self.starts, owner), tf.gather(self.starts, owner + 1)
        places = tf.ragged.range(first, last)
        members = tf.gather(self.member, places.flat_values)
        others = tf.gather(wanted, places.value_rowids())
        key = tf.minimum(members, others) * self.members + tf.maximum(members, others)
        found = tf.searchsorted(self.pair, key, out_type=tf.int64)
        is_listed = tf.equal(tf.gather(self.pair, found), key)
        weight = tf.where(is_listed, tf.gather(self.weight, found), 0.0)
        deviation = tf.gather(self.deviation, places.flat_values)
        weight, deviation = (
            places.with_flat_values(values).to_tensor(default_value=0.0) for values in (weight, deviation)
        )
        if not self.is_mean:
            return tf.reduce_sum(weight * deviation, axis=1)
        # `nearest` empty columns more, so that the shortest list has enough to choose from.
        padding = [[0, 0], [0, self.nearest]]
        weight, deviation = tf.pad(weight, padding), tf.pad(deviation, padding)
        highest, column = tf.math.top_k(weight, self.nearest)
        total = tf.reduce_sum(highest * tf.gather(deviation, column, batch_dims=1), axis=1)
        return tf.math.divide_no_nan(total, tf.reduce_sum(highest, axis=1) + self.damping)


class NeighbourGraph(tf.Module):  # type: ignore[misc]
    """r = μ + b_u + b_i + Σ share · correction of rows of users and books, float32 (n,)."""

    def __init__(self, model: NeighbourModel) -> None:
        super().__init__()
        self.base = model.base.graph()
        self.shares = model.shares
        self.neighbourhoods = [NeighbourhoodGraph(found) for found in model.neighbourhoods]

    def __call__(self, user: Any, book: Any) -> Any:
        """The ratings of the pairs, before they are clipped."""
        rating = self.base(user, book)
        for share, neighbourhood in zip(self.shares, self.neighbourhoods, strict=True):
            rating += share * neighbourhood(user, book)
        return rating


def _kept(values: Any) -> Any:
    """Numbers in a variable: a graph that holds them itself may grow too large to be read."""
    return tf.Variable(values, trainable=False)
