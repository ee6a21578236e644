"""The two stages of YouTube's recommender: candidates by two towers, then a ranking network; loads TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.baselines.baseline import Report
from starter_kit.cooccurrence import unit_rows
from starter_kit.features import BookFeatures
from starter_kit.fitted_model import StoredModel
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.network_model import NetworkModel, Training, with_unseen
from starter_kit.sparse_network import CROSSED, LinearSettings, SparseNetwork, assign_tables, sparse_settings

_TRAINING = Training(epochs=10, batch=512, learning_rate=0.01, decay=True)


@dataclass(frozen=True)
class CandidateTowers:
    """What will a user read? P(i | u) = softmax_i(p_u·q_i + c_i) over all books (Covington et al., 2016, sec. 3.1).

    The user's tower is p_u = e_u; the book's is q_i = e_i + e_author(i), so that a book with few readers stands
    near its author's others; c_i is how popular it is. Fitted by the cross-entropy of the pairs in train,
    whatever their rating, with λ times the squares of a batch's vectors. Candidates are the nearest neighbours
    by inner product, found exactly: 8,417 books are few.
    """

    width: int = 32
    damping: float = 3e-4
    epochs: int = 6
    batch: int = 512
    learning_rate: float = 0.006

    def fit(self, ratings: IndexedRatings, features: BookFeatures, *, seed: int, report: Report) -> "Candidates":
        """The towers of the pairs in `ratings`."""
        author = tf.constant(features.author.row)
        rng, count = np.random.default_rng(seed), len(ratings.user)
        users, own, authors = (
            tf.Variable(rng.normal(0.0, 0.1, (rows, self.width)).astype(np.float32))
            for rows in (len(ratings.users), len(ratings.books), len(features.author.labels) + 1)
        )
        popular = tf.Variable(tf.zeros(len(ratings.books)))
        optimizer = keras.optimizers.Adam(self.learning_rate)
        optimizer.build([users, own, authors, popular])

        @tf.function(autograph=False, reduce_retracing=True)  # type: ignore[untyped-decorator]
        def step(user: Any, book: Any) -> None:
            with tf.GradientTape() as tape:
                books = own + tf.gather(authors, author)
                reader = tf.gather(users, user)
                scores = tf.matmul(reader, books, transpose_b=True) + popular
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=book, logits=scores))
                squares = tf.reduce_sum(tf.square(reader)) + tf.reduce_sum(tf.square(tf.gather(own, book)))
                loss += self.damping * squares
            variables = [users, own, authors, popular]
            optimizer.apply(tape.gradient(loss, variables), variables)

        for epoch in range(self.epochs):
            order = rng.permutation(count)
            for first in range(0, count, self.batch):
                rows = order[first : first + self.batch]
                step(tf.constant(ratings.user[rows]), tf.constant(ratings.book[rows]))
            report(epoch + 1, self.epochs)
        books = own.numpy() + authors.numpy()[features.author.row]
        return Candidates(users.numpy().astype(float), books.astype(float), popular.numpy().astype(float))


@dataclass(frozen=True)
class Candidates:
    """Fitted towers: `users` (users, width), `books` (books, width), `popular` (books,)."""

    users: Float64Array
    books: Float64Array
    popular: Float64Array

    def nearest(self, user: int, count: int, but: Int64Array) -> Int64Array:
        """The `count` books that user row `user` is likeliest to read, likeliest first, without those of `but`."""
        scores = self.books @ self.users[user] + self.popular
        scores[but] = -np.inf
        return np.argsort(-scores, kind="stable")[:count]

    def recall(self, known: IndexedRatings, user: Int64Array, book: Int64Array, count: int) -> float:
        """The mean over users of the share of their unseen books (pairs of rows, (n,)) among `count` candidates."""
        shares = []
        for reader in np.unique(user):
            wanted = book[user == reader]
            found = self.nearest(int(reader), count, known.book[known.user == reader])
            shares.append(np.isin(wanted, found).mean())
        return float(np.mean(shares))


@dataclass(frozen=True)
class TwoStage:
    """Predicts r = μ + b_u + Σ_f w_f x_f + Σ_c w_uc + MLP(p_u, q_i, x_i): the ranking stage.

    p_u and q_i come frozen from the candidates' towers (CandidateTowers), as unit vectors; x_i are the numbers
    of books.csv. Their product is left out: it is large for every pair in train, liked or not, and small for
    the pairs to be predicted, so a network that sees it learns what holds in training alone. The paper's
    ranker, too, is a network over the candidates' embeddings and features of the user's history with the item's
    maker (Covington et al., 2016, sec. 4): here the crosses of user and author, publisher, series.

    Published test MSE 0.695; the factorization machine with crosses, which knows no history, 0.705.
    """

    towers: CandidateTowers = CandidateTowers()
    linear: LinearSettings = CROSSED
    hidden: tuple[int, ...] = (32,)
    dropout: float = 0.4
    training: Training = _TRAINING

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> NetworkModel:
        """The model of `train` and `books`."""
        keras.utils.set_random_seed(seed)
        ratings = IndexedRatings.of(train, more_books=tuple(books["book_name"]))
        features = BookFeatures.of(ratings.books, books)
        total = self.towers.epochs + self.training.epochs
        candidates = self.towers.fit(ratings, features, seed=seed, report=lambda done, _: report(done, total))
        settings, sparse, crosses = sparse_settings(self.linear, ratings, features)
        network = RankingNetwork(
            settings
            | {
                "tower_width": self.towers.width,
                "number_count": features.numbers.shape[1],
                "hidden": self.hidden,
                "dropout": self.dropout,
            }
        )
        assign_tables(network, sparse, crosses)
        network.user_tower.assign(with_unseen(unit_rows(candidates.users)))
        network.book_tower.assign(with_unseen(unit_rows(candidates.books)))
        network.numbers.assign(with_unseen(features.numbers))
        losses = self.training.run(network, ratings, lambda done, _: report(self.towers.epochs + done, total))
        return NetworkModel(network, ratings.users, ratings.books, losses)

    def restore(self, stored: StoredModel) -> NetworkModel:
        """The model that was stored."""
        return NetworkModel.restored(stored, RankingNetwork)


class RankingNetwork(SparseNetwork):
    """The linear part with crosses, and a network over both towers and the book's numbers."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        users, books, width = settings["users"], settings["books"], settings["tower_width"]
        self.user_tower = self.given("user_tower", (users + 1, width))
        self.book_tower = self.given("book_tower", (books + 1, width))
        self.numbers = self.given("numbers", (books + 1, settings["number_count"]))
        self.hidden = [keras.layers.Dense(size, "relu") for size in settings["hidden"]]
        self.dropout = keras.layers.Dropout(settings["dropout"])
        self.out = keras.layers.Dense(1, kernel_initializer="zeros")

    def call(self, inputs: dict[str, Any], training: bool = False) -> Any:
        """The ratings of the pairs, (n,)."""
        user, book = inputs["user"], inputs["book"]
        reader, read = tf.gather(self.user_tower, user), tf.gather(self.book_tower, book)
        found = tf.concat([reader, read, tf.gather(self.numbers, book)], axis=1)
        for layer in self.hidden:
            found = self.dropout(layer(found), training=training)
        return self.linear(user, book) + self.out(found)[:, 0]
