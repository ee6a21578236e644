"""The taste process against its formula, its TensorFlow side against its NumPy side, and the second stage's honesty."""

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world
from starter_kit.features import BookFeatures
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.taste_process import TasteKernel, fit_tastes

tf = pytest.importorskip("tensorflow")

from starter_kit.baselines.pipeline import Pipeline, dealt, nested_features  # noqa: E402
from starter_kit.history_graph import HistoryGraph, history_tables  # noqa: E402
from starter_kit.second_stage import Corrector, SecondStage  # noqa: E402

ONLY_AUTHORS = TasteKernel(
    level=0.0, near=0.0, nearest=0.0, numbers=0.0, author=1.0, series=0.0, publisher=0.0, book=0.0, readers=0.0,
    noise=1.0, fact=1e-9, author_level=1e-9,
)  # fmt: skip


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


@pytest.fixture(scope="module")
def world():
    """A small world, its ratings and features."""
    made = make_world("pipeline", users=60, books=120, ratings=1_800)
    ratings = IndexedRatings.of(made.train, more_books=tuple(made.books["book_name"]))
    return made, ratings, BookFeatures.of(ratings.books, made.books)


def test_a_taste_for_an_author_by_hand():
    books = pd.DataFrame(
        {
            "book_name": ["a1", "a2", "a3", "b1"],
            "authors": ["Ada", "Ada", "Ada", "Bo"],
            "rating": 4.0,
            "publish_year": 2000,
            "publisher": "",
            "num_reviews": 10,
            "num_pages": 100.0,
        }
    )
    train = pd.DataFrame({"user_id": ["u", "u", "v"], "book_name": ["a1", "a2", "b1"], "rating": [5.0, 4.0, 3.0]})
    ratings = IndexedRatings.of(train, more_books=tuple(books["book_name"]))
    features = BookFeatures.of(ratings.books, books)
    tastes = fit_tastes(ratings, features, kernel=ONLY_AUTHORS, rounds=1)
    # The mean is 4; u's remainders are 1 and 0. K + σ²I = [[2, 1], [1, 2]], its inverse [[2, −1], [−1, 2]] / 3.
    np.testing.assert_allclose(tastes.taste, [2 / 3, -1 / 3, -1 / 2], atol=1e-7)
    graph = HistoryGraph(history_tables(tastes, ratings, features))
    rows = {name: row for row, name in enumerate(ratings.books)}
    # u on a3: both books of Ada, 2/3 − 1/3; on b1: none. A stranger, and a book unheard of: the mean.
    user, book = [0, 0, 1, 2, 0], [rows["a3"], rows["b1"], rows["b1"], rows["a3"], len(rows)]
    found = graph(tf.constant(user, tf.int64), tf.constant(book, tf.int64)).numpy()
    np.testing.assert_allclose(found[:, 0], [4 + 1 / 3, 4.0, 3.5, 4.0, 4.0], atol=1e-5)
    assert np.isfinite(found).all()


def test_the_graph_explains_the_training_ratings_as_the_fit_did(world):
    _, ratings, features = world
    tastes = fit_tastes(ratings, features)
    found = HistoryGraph(history_tables(tastes, ratings, features))(
        tf.constant(ratings.user), tf.constant(ratings.book)
    ).numpy()
    # (K + σ²I) α = e, so what a process leaves of its ratings is σ² α.
    explained = ratings.mean + tastes.side[ratings.book] + found[:, 2:9].sum(axis=1) + found[:, 9:11].sum(axis=1)
    np.testing.assert_allclose(found[:, 0], explained, atol=1e-4)
    np.testing.assert_allclose(ratings.rating - found[:, 0], tastes.kernel.noise * tastes.taste, atol=1e-3)


def test_what_one_row_is_told_does_not_hang_on_the_others(world):
    _, ratings, features = world
    graph = HistoryGraph(history_tables(fit_tastes(ratings, features), ratings, features))
    user, book = ratings.user[:700], ratings.book[:700]
    together = graph(tf.constant(user), tf.constant(book)).numpy()
    alone = graph(tf.constant(user[650:651]), tf.constant(book[650:651])).numpy()
    np.testing.assert_allclose(together[650:651], alone, atol=1e-5)


def test_a_rating_has_no_part_in_its_own_nested_features(world):
    _, ratings, features = world
    folds = dealt(len(ratings.rating), 3, seed=1)
    before = nested_features(ratings, features, folds, lambda: None)
    changed = ratings.rating.copy()
    changed[folds == 0] = 6 - changed[folds == 0]
    after = nested_features(
        IndexedRatings(ratings.users, ratings.books, ratings.user, ratings.book, changed), features, folds, lambda: None
    )
    np.testing.assert_array_equal(before[folds == 0], after[folds == 0])
    assert np.abs(before[folds == 1] - after[folds == 1]).max() > 0.1


def test_the_second_stage_starts_from_the_first_and_improves_it():
    rng = np.random.default_rng(2)
    features = rng.normal(size=(4_000, 3)).astype(np.float32)
    ratings = features[:, 0] + np.where(features[:, 1] > 0, 0.5, -0.5)
    untrained = Corrector((8,), np.zeros(3, np.float32), np.ones(3, np.float32))
    np.testing.assert_allclose(untrained(tf.constant(features)).numpy(), features[:, 0], atol=1e-6)
    corrector = SecondStage(hidden=(16,), epochs=12, learning_rate=0.01).fit(features, ratings, lambda: None)
    errors = corrector(tf.constant(features)).numpy() - ratings
    # The first stage is off by 0.5 everywhere.
    assert (errors**2).mean() < 0.5 * 0.25


def test_the_pipeline_beats_the_mean_on_unseen_ratings_alike_for_one_seed(world):
    made, _, _ = world
    pipeline = Pipeline(folds=2, second_stage=SecondStage(hidden=(16,), epochs=5))
    pairs = made.test["user_id"].tolist(), made.test["book_name"].tolist()
    first, again, other = (
        pipeline.fit(made.train, made.books, seed=seed, report=silent).predict(*pairs) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0
    errors = first - made.test["rating"]
    assert (errors**2).mean() < 0.9 * made.test["rating"].var()
