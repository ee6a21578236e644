"""Fitted Keras networks under the common contract, and how they are trained. Loads TensorFlow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.baselines.baseline import Report
from starter_kit.fitted_model import FittedModel, StoredModel
from starter_kit.indexed_ratings import IndexedRatings

PREDICT_BATCH = 4096


class RatingNetwork(keras.Model):  # type: ignore[misc]
    """A network called with {"user": rows (n,), "book": rows (n,)}, answering ratings, float32 (n,).

    `settings` are the arguments that make it, fit for JSON; all its other numbers are weights. The rows
    user_count and book_count stand for what was not seen.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self.settings = dict(settings)

    def table(self, name: str, shape: tuple[int, ...], damping: float, spread: float = 0.0) -> Any:
        """A learned table, normal with deviation `spread` at first, held back by `damping` times its squares."""
        start = keras.initializers.RandomNormal(stddev=spread) if spread else "zeros"
        return self.add_weight(name=name, shape=shape, initializer=start, regularizer=keras.regularizers.L2(damping))

    def given(self, name: str, shape: tuple[int, ...], kind: str = "float32") -> Any:
        """A table that is assigned before training, which leaves it alone."""
        return self.add_weight(name=name, shape=shape, initializer="zeros", dtype=kind, trainable=False)


@dataclass(frozen=True)
class NetworkModel(FittedModel):
    """A trained network with its keys; `losses` are the mean squared errors in training, epoch by epoch."""

    network: RatingNetwork
    users: tuple[str, ...]
    books: tuple[str, ...]
    losses: tuple[float, ...]

    def ratings_at(self, user: Int64Array, book: Int64Array) -> Float64Array:
        """The network's ratings of pairs of rows, float64 (n,)."""
        return in_batches(self.graph(), user, book)

    def graph(self) -> Any:
        """The network itself."""
        return _NetworkGraph(self.network)

    def stored(self) -> StoredModel:
        """The keys and settings in JSON, the weights as arrays in the network's own order."""
        facts = {
            "users": self.users,
            "books": self.books,
            "settings": self.network.settings,
            "losses": self.losses,
        }
        return StoredModel(facts, {f"{place:03}": weight for place, weight in enumerate(self.network.get_weights())})

    @classmethod
    def restored(cls, stored: StoredModel, network_class: Callable[[Mapping[str, Any]], Any]) -> "NetworkModel":
        """The model that was stored. Raises KeyError or ValueError when it is not whole."""
        facts = stored.facts
        network = network_class(facts["settings"])
        built(network)
        network.set_weights([stored.arrays[name] for name in sorted(stored.arrays)])
        return cls(network, tuple(facts["users"]), tuple(facts["books"]), tuple(facts["losses"]))


class _NetworkGraph(tf.Module):  # type: ignore[misc]
    def __init__(self, network: RatingNetwork) -> None:
        super().__init__()
        # A module that held the network itself would save Keras' own signature beside ours, with float inputs.
        self.numbers = [variable.value for variable in network.variables]
        self.answer: Callable[[Any, Any], Any] = lambda user, book: network(
            {"user": user, "book": book}, training=False
        )

    def __call__(self, user: Any, book: Any) -> Any:
        return self.answer(user, book)


def with_unseen(rows: Float64Array) -> Float64Array:
    """The rows, and one of zeros for what was not seen."""
    return np.pad(rows, ((0, 1), (0, 0)))


def built(network: RatingNetwork) -> None:
    """Make all weights, by one call."""
    row = tf.zeros((1,), tf.int64)
    network({"user": row, "book": row})


def in_batches(graph: Callable[[Any, Any], Any], user: Int64Array, book: Int64Array) -> Float64Array:
    """The ratings that a graph gives pairs of rows, shape (n,), without asking for all of them at once."""
    rows = tf.TensorSpec((None,), tf.int64)
    compiled = tf.function(graph, input_signature=[rows, rows], autograph=False)
    answers = [
        compiled(user[start : start + PREDICT_BATCH], book[start : start + PREDICT_BATCH]).numpy()
        for start in range(0, len(user), PREDICT_BATCH)
    ]
    return np.concatenate([np.zeros(0), *answers]).astype(np.float64)


@dataclass(frozen=True)
class Training:
    """Adam on shuffled batches; `decay`: the learning rate falls along a cosine to a hundredth of itself."""

    epochs: int
    batch: int
    learning_rate: float
    decay: bool = False
    beta_2: float = 0.999

    def run(self, network: RatingNetwork, ratings: IndexedRatings, report: Report) -> tuple[float, ...]:
        """Train a network on the ratings; the mean squared errors in training, epoch by epoch."""
        rate: Any = self.learning_rate
        if self.decay:
            steps = self.epochs * -(-len(ratings.rating) // self.batch)
            rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, steps, alpha=0.01)
        optimizer = keras.optimizers.Adam(rate, beta_2=self.beta_2)
        # XLA takes longer to compile these small networks than to run them.
        network.compile(optimizer=optimizer, loss="mse", metrics=["mse"], jit_compile=False)
        heard = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: report(epoch + 1, self.epochs))
        history = network.fit(
            {"user": tf.constant(ratings.user), "book": tf.constant(ratings.book)},
            ratings.rating.astype(np.float32),
            batch_size=self.batch,
            epochs=self.epochs,
            verbose=0,
            callbacks=[heard],
        )
        return tuple(float(loss) for loss in history.history["mse"])
