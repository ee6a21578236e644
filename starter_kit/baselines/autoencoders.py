"""Autoencoders: squeeze what is known of a book (or a user) through a few numbers, and read the missing off the end.

Importing this file loads TensorFlow.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd
import tensorflow as tf

from starter_kit.baselines.baseline import Report
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel, RestoresRatingModel

Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ItemAutoencoder(RestoresRatingModel):
    """Predicts r = μ + b_u + b_i + W_u·h_i + c_u, h_i = tanh(V x_i + d) (AutoRec: Sedhain et al., 2015).

    x_i holds e_ui = r_ui − μ − b_u − b_i for the users who rated book i, 0 for the others: a row of the matrix of
    books by users. The network is to give x_i back; its loss is the mean of (e − ê)² over the rated cells alone,
    plus λ Σ W² of all kernels. While it learns, a part of x_i is hidden from it (denoising: Vincent et al., 2008), or
    it would only learn to copy. Once it has learned, h_i is one vector for each book: biases and factors again,
    whose book factors are computed from the ratings instead of being learned one by one.

    Published test MSE 0.757; the biases alone have 0.772.
    """

    by_book: bool = True
    centred: bool = True
    hidden: tuple[int, ...] = (100,)
    activation: str = "tanh"
    hiding: float = 0.5
    damping: float = 0.002
    epochs: int = 8
    batch: int = 128
    rate: float = 0.002

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The model of `train`; `books` plays no part, `seed` chooses start, order and what is hidden."""
        keras.utils.set_random_seed(seed)
        base = DampedBiases().fit(train, books, seed=seed, report=lambda done, total: None)
        ratings = IndexedRatings.of(train)
        value = ratings.rating - (base.ratings_at(ratings.user, ratings.book) if self.centred else 0.0)
        row, column = (ratings.book, ratings.user) if self.by_book else (ratings.user, ratings.book)
        size = (len(ratings.books), len(ratings.users))[:: 1 if self.by_book else -1]
        wanted = np.full(size, np.nan, dtype=np.float32)
        wanted[row, column] = value
        known = np.nan_to_num(wanted)
        network = self.network(size[1], float(value.mean()))
        optimizer = keras.optimizers.Adam(self.rate)
        network.compile(optimizer=optimizer, loss=masked_squared_error, metrics=[masked_squared_error])
        heard = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: report(epoch + 1, self.epochs))
        history = network.fit(known, wanted, batch_size=self.batch, epochs=self.epochs, verbose=0, callbacks=[heard])
        return self._model(base, network, known).with_losses(history.history["masked_squared_error"])

    def network(self, width: int, start: float) -> Any:
        """Hide, squeeze, and read off: the last layer is linear, its `width` outputs are all `start` at first."""
        penalty = keras.regularizers.L2(self.damping)
        layers = [keras.layers.Dropout(self.hiding)]
        for units in self.hidden:
            layers.append(keras.layers.Dense(units, activation=self.activation, kernel_regularizer=penalty))
        first = keras.initializers.Constant(start)
        layers.append(
            keras.layers.Dense(width, kernel_initializer="zeros", bias_initializer=first, kernel_regularizer=penalty)
        )
        return keras.Sequential([keras.Input((width,)), *layers])

    def _model(self, base: RatingModel, network: Any, known: Float32Array) -> RatingModel:
        """The last hidden layer of each row and the output layer's weights as factors; a 1 for its constants."""
        code = known
        for layer in network.layers[1:-1]:
            code = np.asarray(layer(code))
        kernel, constant = (weights.astype(np.float64) for weights in network.layers[-1].get_weights())
        of_row = np.column_stack([code.astype(np.float64), np.ones(len(code))])
        of_column = np.column_stack([kernel.T, constant])
        user, book = (of_column, of_row) if self.by_book else (of_row, of_column)
        if self.centred:
            return base.with_factors(user, book)
        return RatingModel.of_products(base.mean, base.users, base.books, user, book)


def masked_squared_error(wanted: Any, given: Any) -> Any:
    """Σ (e − ê)² over the cells of a batch that are rated (not NaN), divided by their number."""
    rated = tf.math.logical_not(tf.math.is_nan(wanted))
    errors = tf.where(rated, wanted - given, 0.0)
    return tf.reduce_sum(tf.square(errors)) / tf.maximum(tf.reduce_sum(tf.cast(rated, tf.float32)), 1.0)


@dataclass(frozen=True)
class UserAutoencoder(ItemAutoencoder):
    """`ItemAutoencoder` turned round: the row of a user goes through; r = μ + b_u + b_i + W_i·h_u + c_i.

    A little worse: there are fewer users than books to learn from, and each output is a book with few ratings.

    Published test MSE 0.761, for books 0.757.
    """

    by_book: bool = False
    hidden: tuple[int, ...] = (64,)
    hiding: float = 0.7
    epochs: int = 6
    batch: int = 64


@dataclass(frozen=True)
class DeepItemAutoencoder(ItemAutoencoder):
    """`ItemAutoencoder` with three hidden layers that narrow and widen again.

    With 10 ratings a book, more layers find more noise: hidden from it are seven tenths of what it reads, and still
    one layer does better.

    Published test MSE 0.766; with one hidden layer 0.757, the biases alone have 0.772.
    """

    hidden: tuple[int, ...] = (100, 50, 100)
    hiding: float = 0.7
    damping: float = 0.0014


@dataclass(frozen=True)
class RawItemAutoencoder(ItemAutoencoder):
    """`DeepItemAutoencoder` on the ratings as they are, the classic mistake: r = W_u·h_i + c_u, a missing one is 0.

    0 is the worst rating of all, so how many people rated a book looks like how much they liked it. The network
    must spend its numbers on undoing that and on learning generosity and quality, which biases give for nothing.

    Published test MSE 0.796, on deviations 0.766.
    """

    centred: bool = False
    hidden: tuple[int, ...] = (56, 28, 56)
    activation: str = "selu"
    hiding: float = 0.6
    damping: float = 0.001
    epochs: int = 8
    batch: int = 64


@dataclass(frozen=True)
class RawUserAutoencoder(RawItemAutoencoder):
    """`RawItemAutoencoder` turned round: it does worse than a user's mean.

    Published test MSE 0.901; a user's mean has 0.845.
    """

    by_book: bool = False
    hidden: tuple[int, ...] = (64,)
    damping: float = 0.003
    epochs: int = 5
