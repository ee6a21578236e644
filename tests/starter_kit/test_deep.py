"""Networks over embeddings: what each part adds, by hand, and that each learns."""

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world
from starter_kit.features import BookFeatures
from starter_kit.indexed_ratings import IndexedRatings

tf = pytest.importorskip("tensorflow")

from starter_kit.baselines import deep  # noqa: E402
from starter_kit.baselines.deep import DeepNetwork, NeuMF  # noqa: E402
from starter_kit.network_model import Training  # noqa: E402
from starter_kit.sparse_network import LINEAR, assign_tables, sparse_settings  # noqa: E402

MODELS = [
    deep.GeneralizedMatrixFactorization,
    deep.MultilayerPerceptron,
    deep.NeuMF,
    deep.WideAndDeep,
    deep.CrossedWideAndDeep,
    deep.DeepFM,
]


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def test_the_weighted_product_by_hand():
    train = pd.DataFrame({"user_id": ["u", "v"], "book_name": ["a", "b"], "rating": [5.0, 3.0]})
    books = pd.DataFrame(
        columns=["book_name", "authors", "rating", "publish_year", "publisher", "num_reviews", "num_pages"]
    )
    ratings = IndexedRatings.of(train)
    settings, sparse, crosses = sparse_settings(LINEAR, ratings, BookFeatures.of(ratings.books, books), facts=False)
    network = DeepNetwork(settings | {"parts": ["product"], "factors": 2, "factor_damping": 0.0})
    assign_tables(network, sparse, crosses)
    network.user_factors.assign([[1.0, 2.0], [0.0, 0.0]])
    network.fact_factors.assign([[0.5, 0.5], [3.0, 1.0]])
    network.product_weights.assign([2.0, -1.0])
    # u on b: 4 + 2·(1·3) − 1·(2·1) = 8; a stranger, and a book unheard of: the mean.
    found = network({"user": tf.constant([0, 2, 0], tf.int64), "book": tf.constant([1, 1, 2], tf.int64)})
    assert found.numpy().tolist() == [8.0, 4.0, 4.0]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_learns_from_a_small_world(model):
    world = make_world("deep", users=50, books=80, ratings=1_200)
    fitted = model(training=Training(5, 64, 0.01)).fit(world.train, world.books, seed=1, report=silent)
    assert fitted.losses[-1] < 0.9 * fitted.losses[0]


def test_ids_alone_ignore_what_books_csv_says():
    world = make_world("deep", users=50, books=80, ratings=1_200)
    shuffled = world.books.assign(authors=world.books["authors"].tolist()[::-1])
    pairs = world.test["user_id"].tolist(), world.test["book_name"].tolist()
    fits = [
        NeuMF(training=Training(1, 64, 0.01)).fit(world.train, books, seed=1, report=silent)
        for books in (world.books, shuffled)
    ]
    np.testing.assert_array_equal(fits[0].predict(*pairs), fits[1].predict(*pairs))
