"""The made-up world is the same for the same seed, looks like Goodreads, and knows its own floor."""

import math

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world, rating_moments


@pytest.fixture(scope="module")
def world():
    return make_world("a seed")


def test_the_same_seed_makes_the_same_world_and_another_one_another():
    first, again = (make_world("x", users=50, books=60, ratings=700) for _ in range(2))
    other = make_world("y", users=50, books=60, ratings=700)
    for name in ("train", "test", "books"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert first.best_mse == again.best_mse
    assert not first.train.equals(other.train)


def test_it_has_the_size_and_the_shape_of_goodreads(world):
    assert len(world.train) + len(world.test) == 104_444
    assert len(world.test) == 20_888
    assert world.train["user_id"].nunique() == 1_773
    assert len(world.books) == 8_417
    ratings = pd.concat([world.train, world.test])
    assert set(ratings["rating"]) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert 3.8 < ratings["rating"].mean() < 4.0
    assert not ratings.duplicated(["user_id", "book_name"]).any()
    per_user = ratings.groupby("user_id").size()
    assert per_user.min() >= 3
    assert per_user.max() > 5 * per_user.mean()


def test_every_user_and_book_of_test_occurs_in_train(world):
    assert set(world.test["user_id"]) <= set(world.train["user_id"])
    assert set(world.test["book_name"]) <= set(world.train["book_name"])
    assert set(world.train["book_name"]) <= set(world.books["book_name"])
    assert world.books["book_name"].is_unique


def test_its_titles_are_as_awkward_as_real_ones(world):
    names = world.books["book_name"]
    assert names.str.contains(",", regex=False).any()
    assert names.str.startswith('"').any()
    assert names.str.fullmatch("[0-9]+").any()
    assert (~names.map(str.isascii)).any()
    assert names.str.casefold().duplicated().any()
    assert names.str.contains(r", #2\)$").any()


def test_moments_of_a_rating_worked_out_by_hand():
    # On the boundary 1.5 with hardly any noise, 1 and 2 come up equally: mean 1.5, variance 0.25.
    mean, variance = rating_moments(np.array([1.5, 3.0, 9.0, -4.0]), 1e-12)
    assert mean.tolist() == pytest.approx([1.5, 3.0, 5.0, 1.0])
    assert variance.tolist() == pytest.approx([0.25, 0.0, 0.0, 0.0])
    # In the middle with deviation 1: P(1) = P(5) = Φ(−1.5), P(2) = P(4) = Φ(−0.5) − Φ(−1.5).
    tail, half = 0.5 * math.erfc(1.5 / math.sqrt(2)), 0.5 * math.erfc(0.5 / math.sqrt(2))
    mean, variance = rating_moments(np.array([3.0]), 1.0)
    assert mean[0] == pytest.approx(3.0)
    assert variance[0] == pytest.approx(2 * (half - tail) + 8 * tail)


def test_moments_agree_with_a_million_throws():
    throws = np.random.default_rng(1).normal(4.2, math.sqrt(0.3), 1_000_000)
    ratings = np.clip(np.rint(throws), 1, 5)
    mean, variance = rating_moments(np.array([4.2]), 0.3)
    # The mean's deviation is √(0.3/1,000,000) = 0.0006.
    assert ratings.mean() == pytest.approx(mean[0], abs=0.003)
    assert ratings.var() == pytest.approx(variance[0], abs=0.003)


def test_the_floor_lies_below_what_was_rated_and_above_nothing(world):
    assert world.noise_variance == 0.30
    assert 0.25 < world.best_mse < 0.40
    assert world.best_mse < 0.5 * world.test["rating"].var()


def test_ratings_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        make_world("x", users=10, books=10, ratings=100)
