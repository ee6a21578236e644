"""Autoencoders: what their loss counts, and that a code once computed predicts as the network does."""

import dataclasses

import numpy as np
import pytest

from datasets.synthetic import make_world
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.tensorflow_runtime import require_tensorflow

require_tensorflow()

import tensorflow as tf  # noqa: E402

from starter_kit.baselines.autoencoders import (  # noqa: E402
    DeepItemAutoencoder,
    ItemAutoencoder,
    RawItemAutoencoder,
    UserAutoencoder,
    masked_squared_error,
)

WORLD = make_world("autoencoders", users=60, books=80, ratings=1_500)
RATINGS = IndexedRatings.of(WORLD.train)


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def fitted(estimator):
    return estimator.fit(WORLD.train, WORLD.books, seed=1, report=silent)


def training_error(model) -> float:
    return float(((model.ratings_at(RATINGS.user, RATINGS.book) - RATINGS.rating) ** 2).mean())


def test_the_loss_counts_rated_cells_alone():
    # Errors 1 and −2 on the two rated cells; the others may say what they like.
    wanted = tf.constant([[1.0, np.nan], [np.nan, 0.0]])
    assert float(masked_squared_error(wanted, tf.constant([[0.0, 9.0], [-9.0, 2.0]]))) == 2.5
    assert float(masked_squared_error(tf.fill((1, 2), np.nan), tf.ones((1, 2)))) == 0.0


def test_an_unrated_cell_leaves_the_weights_alone():
    given = tf.Variable([[0.0, 9.0]])
    with tf.GradientTape() as tape:
        loss = masked_squared_error(tf.constant([[1.0, np.nan]]), given)
    assert tape.gradient(loss, given).numpy().tolist() == [[-2.0, 0.0]]


@pytest.mark.parametrize("by_book", [True, False])
def test_the_codes_predict_what_the_whole_network_does(by_book):
    rules = ItemAutoencoder(by_book=by_book, hidden=(8, 4), epochs=2)
    made = []

    class Watched(ItemAutoencoder):
        def network(self, width, start):
            made.append(super().network(width, start))
            return made[-1]

    model = fitted(Watched(**dataclasses.asdict(rules)))
    base = fitted(DampedBiases())
    matrix = np.zeros((len(RATINGS.users), len(RATINGS.books)), dtype=np.float32)
    matrix[RATINGS.user, RATINGS.book] = RATINGS.rating - base.ratings_at(RATINGS.user, RATINGS.book)
    told = made[0](matrix.T, training=False).numpy().T if by_book else made[0](matrix, training=False).numpy()
    user, book = (index.ravel() for index in np.indices(matrix.shape))
    np.testing.assert_allclose(model.ratings_at(user, book), base.ratings_at(user, book) + told.ravel(), atol=1e-5)


@pytest.mark.parametrize("kind", [ItemAutoencoder, UserAutoencoder, DeepItemAutoencoder, RawItemAutoencoder])
def test_it_learns_answers_for_strangers_and_is_exported_as_it_predicts(kind, exported_difference):
    before, after = (fitted(kind(epochs=epochs, damping=1e-4, batch=16)) for epochs in (1, 25))
    assert training_error(after) < training_error(before)
    assert len(after.losses) == 25
    assert after.losses[-1] < after.losses[0]
    assert after.predict(["a stranger", "a stranger"], ["unheard of", RATINGS.books[0]])[0] == pytest.approx(
        RATINGS.mean
    )
    assert exported_difference(after) <= 1e-5


def test_the_same_seed_gives_the_same_code():
    one, two = (fitted(ItemAutoencoder(epochs=2)) for _ in range(2))
    assert one.book_factors.tolist() == two.book_factors.tolist()
