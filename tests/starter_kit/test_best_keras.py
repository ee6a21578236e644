"""The frozen vectors of the best single model: what they stand for, and that the model learns on top of them."""

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world
from starter_kit.cooccurrence import cooccurrence_embeddings, cubic_features, fourier_features, unit_rows
from starter_kit.features import Categories
from starter_kit.indexed_ratings import IndexedRatings

pytest.importorskip("tensorflow")

from starter_kit.baselines.best_keras import BestKeras


def unit_vectors(count: int, width: int) -> np.ndarray:
    """Random directions."""
    vectors = np.random.default_rng(5).normal(size=(count, width))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_books_read_by_the_same_people_have_the_same_vector():
    pairs = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("c", "z"), ("d", "z")]
    train = pd.DataFrame(pairs, columns=["user_id", "book_name"]).assign(rating=3.0)
    ratings = IndexedRatings.of(train, more_books=["unread"])
    users, books = cooccurrence_embeddings(ratings, Categories.of([""] * 4), user_rank=2, book_rank=2)
    # Two circles of readers that share nothing, so two singular values: within a circle all are alike.
    np.testing.assert_allclose(books[:3] @ books[:3].T, [[1, 1, 0], [1, 1, 0], [0, 0, 1]], atol=1e-6)
    np.testing.assert_allclose(users @ users.T, np.kron(np.eye(2), np.ones((2, 2))), atol=1e-6)
    assert books[3].tolist() == [0, 0]


def test_a_book_that_nobody_has_read_stands_where_its_author_does():
    train = pd.DataFrame({"user_id": ["a", "a", "b"], "book_name": ["x", "y", "z"], "rating": 3.0})
    ratings = IndexedRatings.of(train, more_books=["unread"])
    authors = Categories.of(["Ada", "Bo", "Cy", "Cy"])
    _, books = cooccurrence_embeddings(ratings, authors, user_rank=2, book_rank=2)
    np.testing.assert_allclose(books[3] @ books.T, [0, 0, 1, 1], atol=1e-6)


def test_a_row_of_zeros_has_no_direction():
    assert unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0.0, 0.0]]


def test_more_ranks_than_there_are_leave_zeros():
    train = pd.DataFrame({"user_id": ["a", "b"], "book_name": ["x", "x"], "rating": 4.0})
    users, books = cooccurrence_embeddings(IndexedRatings.of(train), Categories.of([""]), user_rank=3, book_rank=4)
    assert np.abs(users).sum(axis=1).tolist() == pytest.approx([1, 1])
    assert books.shape == (1, 4)
    assert np.count_nonzero(books) == 1


def test_the_random_maps_stand_for_their_kernels():
    points, rng = unit_vectors(40, 6), np.random.default_rng(1)
    inner = points @ points.T
    cubes = cubic_features(points, 20_000, rng)
    np.testing.assert_allclose(cubes @ cubes.T, inner**3, atol=0.1)
    waves = fourier_features(points, 20_000, 1.5, rng)
    # |x − y|² = 2 − 2 x·y for unit vectors.
    np.testing.assert_allclose(waves @ waves.T, np.exp(-(2 - 2 * inner) / (2 * 1.5**2)), atol=0.03)


def test_it_learns_more_than_the_mean_and_the_loss_falls():
    world = make_world("best", users=80, books=150, ratings=3_000)
    model = BestKeras(epochs=12, batch=256).fit(world.train, world.books, seed=1, report=lambda done, total: None)
    assert model.losses[-1] < 0.6 * model.losses[0]
    errors = model.predict(world.test["user_id"].tolist(), world.test["book_name"].tolist()) - world.test["rating"]
    assert (errors**2).mean() < 0.9 * world.test["rating"].var()
