"""Matrix factorization with biases in Keras; importing this file loads TensorFlow."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from starter_kit.baselines.baseline import Report
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import HIGHEST, LOWEST, RatingModel

FACTORS = 8
USER_DAMPING, BOOK_DAMPING, FACTOR_DAMPING = 3.0, 5.0, 40.0
EPOCHS, BATCH, LEARNING_RATE = 15, 1024, 0.01
# StringLookup keeps one key for what it has not seen; a title could well be its usual "[UNK]", but never
# this.
_UNSEEN = "\ufffd\ufffdunseen"


class BiasedMatrixFactorization(keras.Model):  # type: ignore[misc]
    """Predicts r = μ + b_u + b_i + p_u·q_i (Koren, Bell & Volinsky, 2009, eq. 4), in [1, 5] outside training.

    Inputs: a dict of user_id, book_name: string tensors of shape (n,). Output: ratings, float32 (n,). A user
    or book not seen in training gets bias 0 and no interaction. The loss is that of eq. 5: to the mean
    squared error over n ratings it adds (λ_u Σ b_u² + λ_i Σ b_i² + λ_f (Σ |p_u|² + Σ |q_i|²)) / n.
    """

    def __init__(
        self, users: Sequence[str], books: Sequence[str], mean: float, factors: int, rating_count: int = 1
    ) -> None:
        super().__init__()
        self.mean = mean
        self.user_row = keras.layers.StringLookup(vocabulary=list(users), oov_token=_UNSEEN)
        self.book_row = keras.layers.StringLookup(vocabulary=list(books), oov_token=_UNSEEN)
        self.user_bias = _table(len(users), 1, "zeros", USER_DAMPING / rating_count)
        self.book_bias = _table(len(books), 1, "zeros", BOOK_DAMPING / rating_count)
        spread = keras.initializers.RandomNormal(stddev=0.05)
        self.user_factors = _table(len(users), factors, spread, FACTOR_DAMPING / rating_count) if factors else None
        self.book_factors = _table(len(books), factors, spread, FACTOR_DAMPING / rating_count) if factors else None

    def call(self, inputs: dict[str, Any], training: bool = False) -> Any:
        """The ratings of a batch of pairs."""
        user, book = self.user_row(inputs["user_id"]), self.book_row(inputs["book_name"])
        user_seen, book_seen = (tf.cast(row > 0, tf.float32) for row in (user, book))
        rating = self.mean + user_seen * self.user_bias(user)[:, 0] + book_seen * self.book_bias(book)[:, 0]
        if self.user_factors is not None and self.book_factors is not None:
            interaction = tf.reduce_sum(self.user_factors(user) * self.book_factors(book), axis=1)
            rating += user_seen * book_seen * interaction
        return rating if training else tf.clip_by_value(rating, LOWEST, HIGHEST)

    @classmethod
    def of(cls, model: RatingModel) -> "BiasedMatrixFactorization":
        """The Keras model that predicts as `model` does, whichever baseline fitted it."""
        factors = model.user_factors.shape[1]
        network = cls(model.users, model.books, model.mean, factors)
        network({"user_id": tf.constant([""]), "book_name": tf.constant([""])})
        tables = [
            (network.user_bias, model.user_bias[:, None]),
            (network.book_bias, model.book_bias[:, None]),
        ]
        if factors:
            tables += [(network.user_factors, model.user_factors), (network.book_factors, model.book_factors)]
        for table, values in tables:
            table.set_weights([np.pad(values, ((1, 0), (0, 0))).astype(np.float32)])
        return network

    def to_rating_model(self, users: Sequence[str], books: Sequence[str]) -> RatingModel:
        """The fitted numbers, without row 0, which stands for what was not seen."""
        tables = (self.user_bias, self.book_bias, self.user_factors, self.book_factors)
        values = [np.asarray(table.get_weights()[0][1:], dtype=np.float64) for table in tables if table is not None]
        return RatingModel(
            self.mean, tuple(users), tuple(books), values[0][:, 0], values[1][:, 0], values[2], values[3]
        )


def fit_matrix_factorization(train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
    """The model of `train`, by Adam on shuffled batches; `books` plays no part."""
    keras.utils.set_random_seed(seed)
    ratings = IndexedRatings.of(train)
    count = len(ratings.rating)
    network = BiasedMatrixFactorization(ratings.users, ratings.books, ratings.mean, FACTORS, rating_count=count)
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    pairs = {
        "user_id": tf.constant(train["user_id"].tolist()),
        "book_name": tf.constant(train["book_name"].tolist()),
    }
    heard = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: report(epoch + 1, EPOCHS))
    network.fit(
        pairs,
        ratings.rating.astype(np.float32),
        batch_size=BATCH,
        epochs=EPOCHS,
        shuffle=True,
        verbose=0,
        callbacks=[heard],
    )
    return network.to_rating_model(ratings.users, ratings.books)


def _table(rows: int, width: int, start: Any, damping: float) -> Any:
    """A row of `width` numbers for each key and one for the unseen, row 0, held back by an L2 penalty."""
    return keras.layers.Embedding(
        rows + 1, width, embeddings_initializer=start, embeddings_regularizer=keras.regularizers.L2(damping)
    )
