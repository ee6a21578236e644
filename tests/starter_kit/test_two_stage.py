"""Candidates: neighbours and recall by hand, and towers that find what a circle of readers reads."""

import numpy as np
import pandas as pd
import pytest

from datasets.tables import read_books, read_ratings
from starter_kit.features import BookFeatures
from starter_kit.fitted_model import rows_of
from starter_kit.indexed_ratings import IndexedRatings

pytest.importorskip("tensorflow")

from starter_kit.baselines.two_stage import Candidates, CandidateTowers


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def test_the_nearest_books_and_their_recall_by_hand():
    towers = Candidates(
        users=np.array([[1.0, 0.0], [0.0, 1.0]]),
        books=np.array([[3.0, 0.0], [2.0, 1.0], [1.0, 2.0], [0.0, 3.0]]),
        popular=np.array([0.0, 0.0, 0.0, 2.5]),
    )
    # For user 0 the scores are 3, 2, 1 and 2.5; book 0 is known.
    assert towers.nearest(0, 2, np.array([0])).tolist() == [3, 1]
    known = IndexedRatings(("u", "v"), ("a", "b", "c", "d"), np.array([0, 1]), np.array([0, 3]), np.array([5.0, 5.0]))
    # User 0 wants books 1 and 2: one of two is found. User 1 (scores 0, 1, 2, −) wants book 2: found.
    recall = towers.recall(known, np.array([0, 0, 1]), np.array([1, 2, 2]), count=2)
    assert recall == pytest.approx((0.5 + 1.0) / 2)


def test_towers_find_the_books_of_one_s_own_circle():
    rows = [(f"{circle}{reader}", f"{circle} {book}") for circle in "xy" for reader in range(12) for book in range(8)]
    # x0 has not read "x 7" yet.
    train = pd.DataFrame([row for row in rows if row != ("x0", "x 7")], columns=["user_id", "book_name"])
    ratings = IndexedRatings.of(train.assign(rating=4.0), more_books=["x 7"])
    books = pd.DataFrame(
        columns=["book_name", "authors", "rating", "publish_year", "publisher", "num_reviews", "num_pages"]
    )
    towers = CandidateTowers(width=4, epochs=40, batch=32, learning_rate=0.03)
    candidates = towers.fit(ratings, BookFeatures.of(ratings.books, books), seed=1, report=silent)
    reader = ratings.users.index("x0")
    (first,) = candidates.nearest(reader, 1, ratings.book[ratings.user == reader])
    assert ratings.books[first] == "x 7"


def test_the_three_tables_of_the_towers_start_apart():
    """A part of one that repeats in another would tie readers to books by the accident of their rows."""
    train = pd.DataFrame({"user_id": ["u", "v"], "book_name": ["a", "b"], "rating": [4.0, 5.0]})
    ratings = IndexedRatings.of(train)
    books = pd.DataFrame(
        columns=["book_name", "authors", "rating", "publish_year", "publisher", "num_reviews", "num_pages"]
    )
    at_first = CandidateTowers(epochs=0).fit(ratings, BookFeatures.of(ratings.books, books), seed=1, report=silent)
    # The one author row, of the unknown author, is common to both books.
    difference = at_first.books[0] - at_first.books[1]
    assert not np.allclose(difference, at_first.users[0] - at_first.users[1])


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_among_100_candidates_are_45_percent_of_what_readers_of_the_test_set_rated(goodreads_folder):
    train, test = read_ratings(goodreads_folder / "train.csv"), read_ratings(goodreads_folder / "test.csv")
    books = read_books(goodreads_folder / "books.csv")
    known = IndexedRatings.of(train, more_books=tuple(books["book_name"]))
    candidates = CandidateTowers().fit(known, BookFeatures.of(known.books, books), seed=1, report=silent)
    rated = rows_of(known.users, test["user_id"].tolist()), rows_of(known.books, test["book_name"].tolist())
    assert candidates.recall(known, *rated, count=100) >= 0.45
