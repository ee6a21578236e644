"""Networks over embeddings of users, books and facts; importing this file loads TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import pandas as pd
import tensorflow as tf

from starter_kit.baselines.baseline import Report
from starter_kit.features import BookFeatures
from starter_kit.fitted_model import StoredModel
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.network_model import NetworkModel, Training
from starter_kit.sparse_features import ONE_HOT_FIELDS
from starter_kit.sparse_network import CROSSED, LINEAR, LinearSettings, SparseNetwork, assign_tables, sparse_settings

_TRAINING = Training(epochs=8, batch=512, learning_rate=0.005, decay=True)
# With ids alone there is less to learn: small embeddings, strong dropout, or the network learns the raters by heart.
_IDS_LINEAR = LinearSettings(fact_damping=6.0)
_IDS_TRAINING = Training(epochs=12, batch=512, learning_rate=0.01, decay=True)


@dataclass(frozen=True)
class DeepModel:
    """What the models of this family share: r = μ + b_u + Σ_f w_f x_f + what `parts` name, by Adam.

    "product" is h·(p_u ⊙ q_i); "pairs" the factorization machine's sum over pairs of embeddings; "deep" a
    network with the `hidden` layers (relu, dropout) over all embeddings side by side. Embeddings cost
    λ / n times their squares. Without `facts` a book is its id alone. What was not seen has embedding 0.
    """

    parts: tuple[str, ...] = ("deep",)
    facts: bool = True
    factors: int = 16
    factor_damping: float = 40.0
    hidden: tuple[int, ...] = (64, 32)
    dropout: float = 0.2
    linear: LinearSettings = LINEAR
    training: Training = _TRAINING

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> NetworkModel:
        """The model of `train` and `books`."""
        keras.utils.set_random_seed(seed)
        ratings = IndexedRatings.of(train, more_books=tuple(books["book_name"]))
        features = BookFeatures.of(ratings.books, books)
        settings, sparse, crosses = sparse_settings(self.linear, ratings, features, facts=self.facts)
        settings |= {
            "parts": self.parts,
            "factors": self.factors,
            "factor_damping": self.factor_damping / len(train),
            "hidden": self.hidden,
            "dropout": self.dropout,
        }
        network = DeepNetwork(settings)
        assign_tables(network, sparse, crosses)
        return NetworkModel(network, ratings.users, ratings.books, self.training.run(network, ratings, report))

    def restore(self, stored: StoredModel) -> NetworkModel:
        """The model that was stored."""
        return NetworkModel.restored(stored, DeepNetwork)


@dataclass(frozen=True)
class IdsOnly(DeepModel):
    """A deep model that knows a book by its id alone, as neural collaborative filtering does."""

    facts: bool = False
    factors: int = 8
    factor_damping: float = 60.0
    hidden: tuple[int, ...] = (32,)
    dropout: float = 0.5
    linear: LinearSettings = _IDS_LINEAR
    training: Training = _IDS_TRAINING


@dataclass(frozen=True)
class GeneralizedMatrixFactorization(IdsOnly):
    """Predicts r = μ + b_u + b_i + h·(p_u ⊙ q_i) (He et al., 2017, "Neural collaborative filtering", eq. 9).

    Biases are added: the paper ranks books that were read, here they are rated. With h = 1 it is matrix
    factorization; a learned h gives each factor a weight of its own.

    Published test MSE 0.773; damped biases 0.772.
    """

    parts: tuple[str, ...] = ("product",)


@dataclass(frozen=True)
class MultilayerPerceptron(IdsOnly):
    """Predicts r = μ + b_u + b_i + MLP([p_u, q_i]) (He et al., 2017, eq. 10).

    A network can bend the plane that biases are; it finds products of factors only with far more ratings.

    Published test MSE 0.776; damped biases 0.772.
    """


@dataclass(frozen=True)
class NeuMF(IdsOnly):
    """Predicts r = μ + b_u + b_i + h·(p_u ⊙ q_i) + MLP([p_u, q_i]) (He et al., 2017, eq. 12).

    Both parts together, here on one set of embeddings, for the paper's two overfit 83,617 ratings.

    Published test MSE 0.767; its parts alone 0.773 and 0.776.
    """

    parts: tuple[str, ...] = ("product", "deep")


@dataclass(frozen=True)
class WideAndDeep(DeepModel):
    """Predicts r = μ + b_u + Σ_f w_f x_f + MLP(embeddings) (Cheng et al., 2016, "Wide & deep learning", eq. 3).

    The wide part memorises books and facts one by one, the deep part generalises from their embeddings:
    author, publisher, series, tenths of the numbers and words of the title beside user and book.

    Published test MSE 0.747; ids alone (NeuMF) 0.767.
    """


@dataclass(frozen=True)
class CrossedWideAndDeep(DeepModel):
    """Wide & Deep with the paper's crossed columns: r = … + w_{u, author} + w_{u, publisher} + w_{u, series}.

    The crosses hold what no deep part learns from these data: one reader's taste for one author.

    Published test MSE 0.715; without crosses 0.747.
    """

    linear: LinearSettings = CROSSED


@dataclass(frozen=True)
class DeepFM(DeepModel):
    """Predicts r = FM(x) + MLP(embeddings), both on the same embeddings (Guo et al., 2017, "DeepFM", eq. 1).

    Published test MSE 0.740; the factorization machine without the network 0.738.
    """

    parts: tuple[str, ...] = ("pairs", "deep")


class DeepNetwork(SparseNetwork):
    """The linear part and the parts that the settings name."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        factors, damping = settings["factors"], settings["factor_damping"]
        self.user_factors = self.table("user_factors", (settings["users"], factors), damping, spread=0.05)
        self.fact_factors = self.table("fact_factors", (settings["facts"], factors), damping, spread=0.05)
        if "product" in settings["parts"]:
            self.product_weights = self.add_weight(name="product_weights", shape=(factors,), initializer="ones")
        if "deep" in settings["parts"]:
            self.hidden = [keras.layers.Dense(width, "relu") for width in settings["hidden"]]
            self.dropout = keras.layers.Dropout(settings["dropout"])
            self.out = keras.layers.Dense(1, kernel_initializer="zeros")

    def call(self, inputs: dict[str, Any], training: bool = False) -> Any:
        """The ratings of the pairs, (n,)."""
        user, book = inputs["user"], inputs["book"]
        row, seen = self.user_row(user)
        places, amounts = self.facts(book)
        of_user = tf.gather(self.user_factors, row) * seen[:, None]
        of_facts = tf.gather(self.fact_factors, places) * amounts[:, :, None]
        rating = self.linear(user, book)
        if "product" in self.settings["parts"]:
            rating += tf.reduce_sum(of_user * of_facts[:, 0] * self.product_weights, axis=1)
        if "pairs" in self.settings["parts"]:
            total = of_user + tf.reduce_sum(of_facts, axis=1)
            squares = tf.square(of_user) + tf.reduce_sum(tf.square(of_facts), axis=1)
            rating += 0.5 * tf.reduce_sum(tf.square(total) - squares, axis=1)
        if "deep" in self.settings["parts"]:
            rating += self.deep(of_user, of_facts, training)
        return rating

    def deep(self, of_user: Any, of_facts: Any, training: bool) -> Any:
        """The network over the user's embedding, one for each one-hot fact, and the sum of the words'."""
        width, factors = self.settings["width"], self.settings["factors"]
        fields = min(width, ONE_HOT_FIELDS)
        beside = [of_user, tf.reshape(of_facts[:, :fields], (-1, fields * factors))]
        if width > fields:
            beside.append(tf.reduce_sum(of_facts[:, fields:], axis=1))
        found = tf.concat(beside, axis=1)
        for layer in self.hidden:
            found = self.dropout(layer(found), training=training)
        return self.out(found)[:, 0]
