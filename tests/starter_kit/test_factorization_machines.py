"""Factorization machines: the sum over pairs by hand, what unseen keys add, and what crosses are for."""

import numpy as np
import pandas as pd
import pytest

tf = pytest.importorskip("tensorflow")

from starter_kit.baselines.factorization_machines import (  # noqa: E402
    CrossedFactorizationMachine,
    FactorizationMachine,
    FactorizationNetwork,
)
from starter_kit.features import BookFeatures  # noqa: E402
from starter_kit.indexed_ratings import IndexedRatings  # noqa: E402
from starter_kit.network_model import Training  # noqa: E402
from starter_kit.sparse_features import ONE_HOT_FIELDS, SparseBooks  # noqa: E402
from starter_kit.sparse_network import LinearSettings, assign_tables, sparse_settings  # noqa: E402


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


@pytest.fixture
def library() -> pd.DataFrame:
    """Two authors with three books each; two titles share a word."""
    return pd.DataFrame(
        {
            "book_name": ["red sea", "red sky", "tea", "coffee", "milk", "rum"],
            "authors": ["Ada"] * 3 + ["Bo"] * 3,
            "rating": [4.0, 3.0, 4.5, 4.2, 3.9, 4.1],
            "publish_year": [1990, 1995, 2000, 2005, 2001, 1999],
            "publisher": ["", "P", "P", "Q", "Q", "Q"],
            "num_reviews": [1, 5, 10, 50, 100, 500],
            "num_pages": [np.nan, 100.0, 200.0, 300.0, 400.0, 500.0],
        }
    )


def test_the_facts_of_a_book_have_their_own_places_and_weights(library):
    sparse = SparseBooks.of(BookFeatures.of([*library["book_name"], "unheard of"], library))
    red_sea, red_sky, tea = (dict(zip(sparse.places[row], sparse.weights[row], strict=True)) for row in range(3))
    shared = {place for place in red_sea.keys() & red_sky.keys() if red_sea[place] and red_sky[place]}
    # The author, and the word "red", which is each title's only word in two titles.
    assert sum(red_sea[place] for place in shared) == 2.0
    # Book, author, publisher, four tenths; "tea" stands in one title alone, so it is no word.
    assert sorted(weight for weight in tea.values() if weight) == [1.0] * 7
    # A book without description is only itself; an unseen one is nothing.
    assert sparse.weights[6].sum() == 1.0
    assert sparse.weights[7].sum() == 0.0
    assert sparse.places.max() < sparse.size
    assert sparse.places.shape[1] == ONE_HOT_FIELDS + 1


def test_the_machine_is_the_sum_over_all_pairs(library):
    train = pd.DataFrame({"user_id": ["u", "v"], "book_name": ["red sea", "tea"], "rating": [5.0, 3.0]})
    ratings = IndexedRatings.of(train, more_books=tuple(library["book_name"]))
    settings, sparse, crosses = sparse_settings(LinearSettings(), ratings, BookFeatures.of(ratings.books, library))
    network = FactorizationNetwork(settings | {"factors": 2, "factor_damping": 0.0})
    assign_tables(network, sparse, crosses)
    rng = np.random.default_rng(3)
    user_factors, fact_factors = rng.normal(size=(2, 2)), rng.normal(size=(settings["facts"], 2))
    network.user_factors.assign(user_factors)
    network.fact_factors.assign(fact_factors)
    # By hand, all pairs of the features of (v, red sea): x_f v_f · x_g v_g for f < g.
    parts = [user_factors[1]]
    parts += [x * fact_factors[f] for f, x in zip(sparse.places[0], sparse.weights[0], strict=True)]
    expected = 4.0 + sum(float(parts[f] @ parts[g]) for f in range(len(parts)) for g in range(f + 1, len(parts)))
    found = network({"user": tf.constant([1], tf.int64), "book": tf.constant([0], tf.int64)})
    assert float(found[0]) == pytest.approx(expected, abs=1e-5)
    # A stranger and an unheard-of book are predicted the mean of 5 and 3.
    assert network({"user": tf.constant([2], tf.int64), "book": tf.constant([6], tf.int64)}).numpy() == [4.0]


def test_a_reader_s_taste_for_an_author_reaches_the_author_s_other_books(library):
    rows = [
        (f"u{n}", book, 5.0 if (book in ("red sea", "red sky", "tea")) == (n % 2 == 0) else 2.0)
        for n in range(40)
        for book in library["book_name"]
    ]
    train = pd.DataFrame(rows, columns=["user_id", "book_name", "rating"])
    # u0 loves Ada, u1 cannot bear her; neither has rated "tea".
    train = train[~(train["user_id"].isin(["u0", "u1"]) & (train["book_name"] == "tea"))].reset_index(drop=True)
    training = Training(epochs=30, batch=32, learning_rate=0.05, decay=True)
    model = CrossedFactorizationMachine(training=training).fit(train, library, seed=1, report=silent)
    fond, averse = model.predict(["u0", "u1"], ["tea", "tea"])
    assert fond > 4.0
    assert averse < 3.0
    assert model.losses[-1] < 0.5 * model.losses[0]


def test_the_loss_falls_epoch_by_epoch(library):
    train = pd.DataFrame(
        {
            "user_id": [f"u{n % 9}" for n in range(54)],
            "book_name": [library["book_name"][n % 6] for n in range(54)],
            "rating": [float(1 + (n * n) % 5) for n in range(54)],
        }
    )
    model = FactorizationMachine(training=Training(6, 16, 0.01)).fit(train, library, seed=2, report=silent)
    assert list(model.losses) == sorted(model.losses, reverse=True)
