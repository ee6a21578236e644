"""The baselines' numbers, worked out by hand where they are small and measured where the ratings are real."""

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world
from datasets.tables import read_books, read_ratings
from starter_kit.baselines.book_prior_biases import BookPriorBiases
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.baselines.damped_means import DampedBookMean, DampedUserMean
from starter_kit.baselines.registry import BASELINES, MEANS

NO_BOOKS = pd.DataFrame(
    {
        name: pd.Series(dtype=kind)
        for name, kind in {
            "book_name": str,
            "authors": str,
            "rating": float,
            "publish_year": int,
            "publisher": str,
            "num_reviews": int,
            "num_pages": float,
        }.items()
    }
)


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def mse(name: str, train, test, books) -> float:
    model = BASELINES[name].fit(train, books, seed=1, report=silent)
    errors = model.predict(test["user_id"].tolist(), test["book_name"].tolist()) - test["rating"].to_numpy()
    return float((errors**2).mean())


def test_the_global_mean_is_four_for_everyone(two_by_two):
    model = BASELINES["global-mean"].fit(two_by_two, NO_BOOKS, seed=1, report=silent)
    assert model.predict(["u", "stranger"], ["a", "unheard of"]).tolist() == [4.0, 4.0]


def test_damped_means_by_hand(two_by_two):
    # Above the mean 4: u has +1 and 0, v has −1; a has +1 and −1, b has 0.
    by_user = DampedUserMean(damping=2).fit(two_by_two, NO_BOOKS, seed=1, report=silent)
    assert by_user.predict(["u", "v", "w"], ["a", "b", "c"]).tolist() == [4.25, 4 - 1 / 3, 4.0]
    by_book = DampedBookMean(damping=1).fit(two_by_two[:2], NO_BOOKS, seed=1, report=silent)
    assert by_book.predict(["u", "v", "w"], ["a", "b", "c"]).tolist() == [4.75, 4.25, 4.5]


def test_one_round_of_damped_biases_by_hand(two_by_two):
    model = DampedBiases(user_damping=1, book_damping=2, rounds=1).fit(two_by_two, NO_BOOKS, seed=1, report=silent)
    # Above the mean 4: (u,a) +1, (u,b) 0, (v,a) −1. Books: a (1−1)/(2+2) = 0, b 0/(1+2) = 0.
    # Users: u (1+0)/(2+1) = 1/3, v −1/(1+1) = −1/2.
    assert model.predict(["u", "v", "v", "w"], ["a", "a", "b", "c"]).tolist() == [4 + 1 / 3, 3.5, 3.5, 4.0]


def test_damped_biases_end_where_no_change_of_a_bias_helps():
    world = make_world("optimum", users=40, books=60, ratings=600)
    model = DampedBiases(user_damping=3, book_damping=5, rounds=200).fit(
        world.train, world.books, seed=1, report=silent
    )
    user = world.train["user_id"].map({key: row for row, key in enumerate(model.users)}).to_numpy()
    book = world.train["book_name"].map({key: row for row, key in enumerate(model.books)}).to_numpy()

    def loss(user_bias, book_bias) -> float:
        errors = world.train["rating"].to_numpy() - model.mean - user_bias[user] - book_bias[book]
        return float((errors**2).sum() + 3 * (user_bias**2).sum() + 5 * (book_bias**2).sum())

    least = loss(model.user_bias, model.book_bias)
    for row in range(len(model.users)):
        for step in (0.01, -0.01):
            moved = model.user_bias.copy()
            moved[row] += step
            assert loss(moved, model.book_bias) > least


def test_predictions_stay_inside_the_scale():
    train = pd.DataFrame({"user_id": "u", "book_name": [f"b{i}" for i in range(50)], "rating": 5.0})
    generous = pd.concat([train, train.assign(user_id="v", rating=1.0)])
    model = DampedBiases(user_damping=0.0, book_damping=0.0).fit(generous, NO_BOOKS, seed=1, report=silent)
    extreme = model.predict(["u", "v"], ["b0", "b0"])
    assert extreme.min() >= 1
    assert extreme.max() <= 5


def test_a_book_without_ratings_takes_its_prior_from_the_author():
    books = pd.DataFrame(
        {
            "book_name": ["good", "bad", "next of good's", "next of bad's"],
            "authors": ["Ada", "Bruno", "Ada", "Bruno"],
            "rating": 4.0,
            "publish_year": 2000,
            "publisher": "",
            "num_reviews": 10,
            "num_pages": np.nan,
        }
    )
    users = [f"u{i}" for i in range(40)]
    train = pd.concat(
        [
            pd.DataFrame({"user_id": users, "book_name": "good", "rating": 5.0}),
            pd.DataFrame({"user_id": users, "book_name": "bad", "rating": 3.0}),
        ]
    )
    model = BookPriorBiases().fit(train, books, seed=1, report=silent)
    next_good, next_bad, unheard = model.predict(["u0"] * 3, ["next of good's", "next of bad's", "unheard of"])
    assert next_bad < unheard < next_good
    assert unheard == pytest.approx(4.0)


def test_books_that_books_csv_does_not_know_are_predicted_too(two_by_two):
    model = BookPriorBiases().fit(two_by_two, NO_BOOKS, seed=1, report=silent)
    assert np.isfinite(model.predict(["u", "v"], ["a", "b"])).all()


def test_on_the_made_up_world_each_baseline_beats_the_one_before_and_none_the_floor():
    world = make_world("ladder")
    tables = world.train, world.test, world.books
    mean, biases, prior = (mse(name, *tables) for name in ("global-mean", "biases", "biases-books"))
    assert biases < 0.8 * mean
    assert prior < biases - 0.005
    assert world.best_mse < prior


def test_keras_factorization_keeps_its_learning_curve():
    pytest.importorskip("tensorflow")
    world = make_world("curve", users=60, books=80, ratings=1_500)
    curve = BASELINES["mf"].fit(world.train, world.books, seed=1, report=silent).losses
    assert len(curve) == BASELINES["mf"].estimator().epochs
    assert curve[-1] < curve[0]


QUICK = [name for name, baseline in BASELINES.items() if baseline.family == MEANS or name == "mf"]


@pytest.mark.parametrize(
    "name",
    [
        *QUICK,
        *(
            pytest.param(name, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)])
            for name in BASELINES
            if name not in QUICK
        ),
    ],
)
def test_the_published_test_set_is_predicted_as_promised(goodreads_folder, name):
    train, test = read_ratings(goodreads_folder / "train.csv"), read_ratings(goodreads_folder / "test.csv")
    found = mse(name, train, test, read_books(goodreads_folder / "books.csv"))
    mark = BASELINES[name].must_reach
    assert mark is None or found <= mark
    assert found == pytest.approx(BASELINES[name].published_mse, abs=0.003)


@pytest.mark.parametrize("name", BASELINES)
def test_each_class_says_what_it_reaches_and_beside_what(name):
    baseline = BASELINES[name]
    words = type(baseline.estimator()).__doc__.split("Published test MSE ")[1]
    assert words.startswith(f"{baseline.published_mse:.3f}")
