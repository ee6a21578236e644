"""A fitted taste process in TensorFlow: its prediction, and features of a pair's history; loads TensorFlow."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.agreement import alike_books, alike_users
from starter_kit.baselines.damped_biases import alternating_biases
from starter_kit.features import BookFeatures
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.sparse_network import find
from starter_kit.taste_process import Tastes

# Rows worked on at once: a reader may have hundreds of books, and each row looks at all of them.
_CHUNK = 512
_LABELS = ("author", "series", "publisher", "era")
# Of ratings' remainders after biases, before any is seen.
_SPREAD, _SPREAD_WEIGHT, _LEVEL_WEIGHT = 0.6, 2.0, 1.5
_SHARE_WEIGHT = 4.0
_NEAR_BOOKS = 64


def history_tables(tastes: Tastes, ratings: IndexedRatings, features: BookFeatures) -> dict[str, npt.NDArray[Any]]:
    """All numbers of a HistoryGraph; the row after the last user or book stands for what was not seen."""
    above = ratings.rating - ratings.mean - tastes.side[ratings.book]
    user_bias, book_bias = alternating_biases(ratings, above, user_damping=3.0, book_damping=24.0, rounds=10)
    left = above - user_bias[ratings.user] - book_bias[ratings.book]
    pair_keys = ratings.user * (len(ratings.books) + 1) + ratings.book
    by_user, by_book = np.argsort(pair_keys, kind="stable"), np.argsort(ratings.book, kind="stable")
    near_books, likeness = alike_books(ratings, left, _NEAR_BOOKS)
    kernel, places = tastes.kernel, tastes.places
    known_series = places.series >= 0
    volume = np.where(known_series, np.log1p(np.nan_to_num(features.volume)), 0.0)
    return {
        "mean": np.array(ratings.mean),
        "kernel": np.array(
            [
                kernel.level,
                kernel.near,
                kernel.nearest,
                kernel.numbers,
                kernel.author,
                kernel.series,
                kernel.publisher,
                kernel.length,
                kernel.book,
                kernel.readers,
            ]
        ),
        "user_start": _starts(ratings.user_counts),
        "user_books": ratings.book[by_user],
        "user_taste": tastes.taste[by_user],
        "user_left": left[by_user],
        "book_start": _starts(ratings.book_counts),
        "book_users": ratings.user[by_book],
        "book_reception": tastes.reception[by_book],
        "book_left": left[by_book],
        "user_vectors": np.pad(tastes.user_vectors, ((0, 1), (0, 0))),
        "book_vectors": np.pad(places.vectors, ((0, 1), (0, 0))),
        "numbers": np.pad(places.numbers, ((0, 1), (0, 0))),
        "labels": np.pad(
            np.column_stack([getattr(places, name) for name in _LABELS]), ((0, 1), (0, 0)), constant_values=-1
        ),
        "side": np.append(tastes.side, 0.0),
        "pair_keys": pair_keys[by_user],
        "near_books": np.pad(near_books, ((0, 1), (0, 0))),
        "near_books_likeness": np.pad(likeness, ((0, 1), (0, 0))),
        "agreement": np.pad(alike_users(ratings, left), ((0, 1), (0, 1))),
        "of_user": _padded(
            user_bias,
            np.log1p(ratings.user_counts),
            _spreads(ratings.user_sums(left**2), ratings.user_counts),
            *_shares(ratings, ratings.user_sums),
        ),
        "of_book": _padded(
            book_bias,
            np.log1p(ratings.book_counts),
            _spreads(ratings.book_sums(left**2), ratings.book_counts),
            *_shares(ratings, ratings.book_sums),
            *features.numbers.T,
            volume,
            known_series.astype(np.float64),
        ),
    }


class HistoryGraph(tf.Module):  # type: ignore[misc]
    """Looks at every book that the user has rated, and at every reader of the book.

    Called with rows of users and books, (n,), it answers (n, d): first the prediction of the taste process,
    then its parts and what the neighbours' ratings say, for a second stage to weigh. The unseen user has no
    history, the unseen book no readers.
    """

    def __init__(self, tables: Mapping[str, npt.NDArray[Any]]) -> None:
        super().__init__()
        self.tables = {
            name: tf.Variable(values.astype(np.float32 if values.dtype.kind == "f" else np.int64), trainable=False)
            for name, values in tables.items()
        }

    def __call__(self, user: Any, book: Any) -> Any:
        """The prediction and the features of the pairs, float32 (n, d)."""
        count = tf.shape(user)[0]
        extra = -count % _CHUNK
        unseen_user, unseen_book = (tf.shape(self.tables[name])[0] - 1 for name in ("user_vectors", "book_vectors"))
        rows = tf.stack(
            [
                tf.concat([user, tf.fill([extra], tf.cast(unseen_user, tf.int64))], axis=0),
                tf.concat([book, tf.fill([extra], tf.cast(unseen_book, tf.int64))], axis=0),
            ]
        )
        chunks = tf.transpose(tf.reshape(rows, (2, -1, _CHUNK)), (1, 0, 2))
        answers = tf.map_fn(
            lambda chunk: self.chunk(chunk[0], chunk[1]),
            chunks,
            fn_output_signature=tf.float32,
            parallel_iterations=1,
        )
        return tf.reshape(answers, (-1, self.width))[:count]

    def with_vectors(self, user: Any, book: Any) -> Any:
        """The same, and the co-occurrence vectors of both, float32 (n, d + 96)."""
        vectors = tf.gather(self.tables["user_vectors"], user), tf.gather(self.tables["book_vectors"], book)
        return tf.concat([self(user, book), *vectors], axis=1)

    def chunk(self, user: Any, book: Any) -> Any:
        """The same for _CHUNK rows."""
        at = self.tables
        parts, neighbours = self.taste(user, book)
        reception, readers = self.reception(user, book)
        side = tf.gather(at["side"], book)[:, None]
        prediction = at["mean"] + side + tf.reduce_sum(parts, 1, True) + tf.reduce_sum(reception, 1, True)
        of_pair = tf.gather(at["of_user"], user), tf.gather(at["of_book"], book)
        alike = self.alike_books(user, book)
        found = tf.concat([prediction, side, parts, reception, neighbours, readers, alike, *of_pair], axis=1)
        self.width = found.shape[1]
        return found

    def taste(self, user: Any, book: Any) -> tuple[Any, Any]:
        """The parts of f_u(i), (n, 7), and what the user's other books say, (n, 19)."""
        at = self.tables
        row, place = _spread_out(at["user_start"], user)
        other, weight, left = (tf.gather(at[name], place) for name in ("user_books", "user_taste", "user_left"))
        mine = tf.gather(book, row)
        cosine = tf.reduce_sum(tf.gather(at["book_vectors"], mine) * tf.gather(at["book_vectors"], other), axis=1)
        near = tf.maximum(cosine, 0.0)
        cube = near * near * near
        eighth = tf.square(tf.square(tf.square(near)))
        between = tf.reduce_sum(tf.square(tf.gather(at["numbers"], mine) - tf.gather(at["numbers"], other)), axis=1)
        label = tf.gather(at["labels"], mine)
        same = tf.cast((label == tf.gather(at["labels"], other)) & (label >= 0), tf.float32)
        kernel = tf.unstack(at["kernel"])
        level, close, closest, numbers, author, series, publisher, length, _, _ = kernel
        covariances = [
            level * tf.ones_like(near),
            close * cosine,
            closest * cube,
            numbers * tf.exp(-between / (2 * length * length)),
            author * same[:, 0],
            series * same[:, 1],
            publisher * same[:, 2],
        ]
        columns = [covariance * weight for covariance in covariances]
        for likeness in (near, cube, eighth):
            columns += [likeness * left, likeness]
        for number in range(len(_LABELS)):
            columns += [same[:, number] * left, same[:, number] * left * left, same[:, number]]
        sums = tf.math.unsorted_segment_sum(tf.stack(columns, axis=1), row, tf.shape(user)[0])
        parts, sums = sums[:, :7], sums[:, 7:]
        features = []
        for first in (0, 2, 4):
            features += [sums[:, first] / (sums[:, first + 1] + 0.5), tf.math.log1p(sums[:, first + 1])]
        for first in range(6, 6 + 3 * len(_LABELS), 3):
            total, squares, count = sums[:, first], sums[:, first + 1], sums[:, first + 2]
            spread = tf.sqrt((squares + _SPREAD_WEIGHT * _SPREAD) / (count + _SPREAD_WEIGHT))
            features += [total / (count + _LEVEL_WEIGHT), tf.math.log1p(count), spread]
        nearest = tf.maximum(tf.math.unsorted_segment_max(near, row, tf.shape(user)[0]), 0.0)
        return parts, tf.stack([*features, nearest], axis=1)

    def reception(self, user: Any, book: Any) -> tuple[Any, Any]:
        """The two parts of g_i(u), (n, 2), and what the book's other readers say, (n, 4)."""
        at = self.tables
        row, place = _spread_out(at["book_start"], book)
        other, weight, left = (tf.gather(at[name], place) for name in ("book_users", "book_reception", "book_left"))
        vectors, mine = at["user_vectors"], tf.gather(user, row)
        cosine = tf.reduce_sum(tf.gather(vectors, mine) * tf.gather(vectors, other), axis=1)
        cube = tf.maximum(cosine, 0.0) ** 3
        agreed = tf.gather_nd(at["agreement"], tf.stack([mine, other], axis=1))
        columns = [at["kernel"][8] * weight, at["kernel"][9] * cosine * weight]
        columns += [cube * left, cube, agreed * left, agreed]
        sums = tf.math.unsorted_segment_sum(tf.stack(columns, axis=1), row, tf.shape(user)[0])
        said = [sums[:, 2] / (sums[:, 3] + 0.5), tf.math.log1p(sums[:, 3])]
        said += [sums[:, 4] / (sums[:, 5] + 0.1), tf.math.log1p(10.0 * sums[:, 5])]
        return sums[:, :2], tf.stack(said, axis=1)

    def alike_books(self, user: Any, book: Any) -> Any:
        """What the user's ratings of the books that are rated like this one say, and how many those are, (n, 2)."""
        at = self.tables
        near, likeness = tf.gather(at["near_books"], book), tf.gather(at["near_books_likeness"], book)
        book_count = tf.shape(at["book_vectors"], out_type=tf.int64)[0]
        place, has_rated = find(at["pair_keys"], tf.reshape(user[:, None] * book_count + near, [-1]))
        shape = tf.shape(near)
        counted = likeness * tf.reshape(has_rated, shape)
        total = tf.reduce_sum(counted, axis=1)
        said = tf.reduce_sum(counted * tf.reshape(tf.gather(at["user_left"], place), shape), axis=1)
        return tf.stack([said / (total + 0.1), tf.math.log1p(10.0 * total)], axis=1)


def _spread_out(start: Any, owner: Any) -> tuple[Any, Any]:
    """For each of the entries that the owners (n,) have: the owner's place in the batch, and the entry's place."""
    first = tf.gather(start, owner)
    counts = tf.gather(start, owner + 1) - first
    row = tf.repeat(tf.range(tf.shape(owner)[0]), counts)
    before = tf.cumsum(counts, exclusive=True)
    nth = tf.range(tf.reduce_sum(counts)) - tf.gather(before, row)
    return row, tf.gather(first, row) + nth


def _starts(counts: Float64Array) -> Int64Array:
    """Where each owner's entries begin; one more for the end, and one for the unseen owner, who has none."""
    ends = np.cumsum(counts).astype(np.int64)
    return np.concatenate([[0], ends, ends[-1:]])


def _spreads(squares: Float64Array, counts: Float64Array) -> Float64Array:
    """The deviation of the remainders of each owner, drawn towards that of all."""
    return np.asarray(np.sqrt((squares + _SPREAD_WEIGHT * _SPREAD) / (counts + _SPREAD_WEIGHT)), dtype=np.float64)


def _shares(ratings: IndexedRatings, sums: Callable[[Float64Array], Float64Array]) -> list[Float64Array]:
    """Which share of an owner's ratings is 1, 2, 3, 4 and 5, as if _SHARE_WEIGHT ratings like all had been given."""
    counts = sums(np.ones(len(ratings.rating))) + _SHARE_WEIGHT
    stars = np.clip(np.rint(ratings.rating), 1, 5)
    each = [(stars == star).astype(np.float64) for star in range(1, 6)]
    return [(sums(is_star) + _SHARE_WEIGHT * is_star.mean()) / counts for is_star in each]


def _padded(*columns: Float64Array) -> Float64Array:
    """The columns side by side, and a row of their means for what was not seen."""
    table = np.column_stack(columns)
    return np.vstack([table, table.mean(axis=0)])
