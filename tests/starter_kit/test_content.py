"""What books are: vectors and distances by hand, and predictions from them."""

import math

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world
from starter_kit.baselines.book_prior_biases import BookPriorBiases
from starter_kit.baselines.content_based import ContentNeighbours, EuclidNeighbours, UserProfiles
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.baselines.registry import BASELINES, CONTENT
from starter_kit.book_vectors import BOOK_SIMILARITIES, BookPairs, BookVectors
from starter_kit.features import BookFeatures
from starter_kit.similarity import Deviations

WORLD = make_world("content", users=60, books=80, ratings=1_500)


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def fitted(estimator):
    return estimator.fit(WORLD.train, WORLD.books, seed=1, report=silent)


def error_of(model) -> float:
    predicted = model.predict(WORLD.test["user_id"].tolist(), WORLD.test["book_name"].tolist())
    return float(((predicted - WORLD.test["rating"]) ** 2).mean())


def similarity(name: str) -> float:
    """Of two books: the first has tokens 0 (0.8) and 1 (0.6), the second 0 (0.6) and 2 (0.8); numbers 0.1 and 0.4."""
    tokens = Deviations(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 2]), np.array([0.8, 0.6, 0.6, 0.8]), 2)
    pairs = BookPairs.of(BookVectors(tokens, np.array([[0.1], [0.4]])))
    assert (pairs.met.a.tolist(), pairs.met.b.tolist()) == ([0], [1])
    return float(BOOK_SIMILARITIES[name](pairs)[0])


def test_the_cosine_of_two_books_by_hand():
    # 0.8 · 0.6 + 0.1 · 0.4 over √(1 + 0.01) √(1 + 0.16).
    assert similarity("cosine") == pytest.approx(0.52 / math.sqrt(1.01 * 1.16))


def test_one_of_three_tokens_in_common_is_a_third():
    assert similarity("jaccard") == pytest.approx(1 / 3)


def test_distances_by_hand():
    # Differences 0.2, 0.6, 0.8 in the tokens and 0.3 in the number.
    assert similarity("manhattan") == pytest.approx(1 / (1 + 1.9))
    assert similarity("euclid") == pytest.approx(1 / (1 + math.sqrt(0.04 + 0.36 + 0.64 + 0.09)))
    assert similarity("minkowski3") == pytest.approx(1 / (1 + (0.008 + 0.216 + 0.512 + 0.027) ** (1 / 3)))


def test_a_token_weighs_by_its_rarity_and_an_author_more():
    books = pd.DataFrame(
        {
            "book_name": ["Red Moon", "Red Sun", "Blue Sun", "Night"],
            "authors": ["Ada", "Ada", "Bruno", ""],
            "publisher": ["", "", "", ""],
            "rating": 4.0,
            "num_reviews": 10,
            "num_pages": 100.0,
            "publish_year": 2000,
        }
    )
    vectors = BookVectors.of(BookFeatures.of(books["book_name"].tolist(), books), author_weight=3.0, number_weight=1.0)
    tokens = {book: np.sort(vectors.tokens.value[vectors.tokens.row == book]) for book in range(4)}
    # Of 4 books two are Ada's, two have "red", two "sun": ln 2 each, Ada's threefold. "Moon" and "blue" link nothing.
    assert tokens[0] == pytest.approx(np.array([1, 3]) / math.sqrt(10))
    assert tokens[1] == pytest.approx(np.array([1, 1, 3]) / math.sqrt(11))
    # Bruno's one book is one of four: ln 4 = 2 ln 2, threefold, beside "sun".
    assert tokens[2] == pytest.approx(np.array([1, 6]) / math.sqrt(37))
    assert tokens[3].size == 0


@pytest.mark.parametrize("estimator", [ContentNeighbours(), EuclidNeighbours(), UserProfiles()])
def test_the_graph_predicts_as_the_model_does(estimator, exported_difference):
    model = fitted(estimator)
    assert exported_difference(model) <= 1e-5
    assert model.predict(["a stranger"], ["unheard of"]).tolist() == [pytest.approx(model.base.mean)]


def test_a_profile_is_the_ridge_regression_of_its_docstring():
    model = fitted(UserProfiles(damping=0.7))
    base = BookPriorBiases().fit(WORLD.train, WORLD.books, seed=1, report=silent)
    vectors = BookVectors.of(BookFeatures.of(base.books, WORLD.books), 2.5, 0.15)
    dense = np.zeros((len(base.books), int(vectors.tokens.column.max()) + 1))
    dense[vectors.tokens.row, vectors.tokens.column] = vectors.tokens.value
    dense = np.hstack([dense, vectors.numbers])
    user = WORLD.test["user_id"].iloc[0]
    rows = WORLD.train[WORLD.train["user_id"] == user]
    read = np.array([base.books.index(name) for name in rows["book_name"]])
    who = np.full(len(read), base.users.index(user))
    x, left = dense[read], rows["rating"].to_numpy() - base.ratings_at(who, read)
    weights = np.linalg.solve(x.T @ x + 0.7 * np.eye(x.shape[1]), x.T @ left)
    unread = np.setdiff1d(np.arange(len(base.books)), read)[:30]
    who = np.full(len(unread), base.users.index(user))
    assert model.ratings_at(who, unread) == pytest.approx(base.ratings_at(who, unread) + dense[unread] @ weights)


def test_taste_for_authors_improves_on_the_biases():
    assert error_of(fitted(ContentNeighbours())) < error_of(fitted(DampedBiases()))
    assert error_of(fitted(UserProfiles())) < error_of(fitted(BookPriorBiases()))


def test_a_book_that_nobody_rated_is_judged_by_its_author():
    rated, unrated = WORLD.books.iloc[0], WORLD.books.iloc[[0]].assign(book_name="Never Rated Before")
    books = pd.concat([WORLD.books, unrated])
    fans = WORLD.train[WORLD.train["book_name"] == rated["book_name"]]
    model = BASELINES["content-cosine-books"].fit(WORLD.train, books, seed=1, report=silent)
    base = BookPriorBiases().fit(WORLD.train, books, seed=1, report=silent)
    users = fans["user_id"].tolist()
    above = model.predict(users, ["Never Rated Before"] * len(users)) - base.predict(
        users, ["Never Rated Before"] * len(users)
    )
    assert np.abs(above).max() > 0.05


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", [name for name, baseline in BASELINES.items() if baseline.family == CONTENT])
def test_where_no_two_books_share_a_word_the_biases_are_left(name):
    titles = {title: f"title{number}" for number, title in enumerate(WORLD.books["book_name"])}
    train = WORLD.train.assign(book_name=WORLD.train["book_name"].map(titles))
    model = BASELINES[name].estimator().fit(train, WORLD.books.iloc[:0], seed=1, report=silent)
    pairs = train["user_id"].tolist(), train["book_name"].tolist()
    assert model.predict(*pairs) == pytest.approx(model.base.predict(*pairs))
