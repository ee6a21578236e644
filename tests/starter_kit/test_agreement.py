"""Likeness of users and books by hand."""

import numpy as np
import pandas as pd
import pytest

from starter_kit.agreement import alike_books, alike_users
from starter_kit.indexed_ratings import IndexedRatings


@pytest.fixture
def ratings() -> IndexedRatings:
    """u and v have both rated a and b, w has rated c alone."""
    pairs = [("u", "a"), ("u", "b"), ("v", "a"), ("v", "b"), ("w", "c")]
    return IndexedRatings.of(pd.DataFrame(pairs, columns=["user_id", "book_name"]).assign(rating=3.0))


def test_users_who_agree_on_two_books_are_alike_by_two_parts_in_sixty_two(ratings):
    # u and v err alike on a, and v twice as far on b: cos = (1·1 + 1·2) / (√2 √5).
    alike = alike_users(ratings, np.array([1.0, 1.0, 1.0, 2.0, 1.0]))
    assert alike[0, 1] == pytest.approx(3 / np.sqrt(10) * 2 / 62, abs=1e-6)
    assert alike[1, 0] == alike[0, 1]
    assert np.diag(alike).tolist() == [0, 0, 0]
    assert alike[2].tolist() == [0, 0, 0]


def test_users_who_disagree_are_not_alike_rather_than_opposite(ratings):
    assert alike_users(ratings, np.array([1.0, 1.0, -1.0, -1.0, 1.0]))[0, 1] == 0


def test_the_most_alike_books_come_with_their_likeness(ratings):
    # a: (1, 1), b: (1, 2) over u and v: the same cosine as above, seen from the side of the books.
    near, likeness = alike_books(ratings, np.array([1.0, 1.0, 1.0, 2.0, 1.0]), count=2)
    of_a = dict(zip(near[0].tolist(), likeness[0].tolist(), strict=True))
    assert of_a[1] == pytest.approx(3 / np.sqrt(10) * 2 / 62, abs=1e-6)
    assert sorted(of_a.values())[0] == 0
    assert likeness[2].tolist() == [0, 0]


def test_more_neighbours_than_books_are_filled_up_with_likeness_zero(ratings):
    near, likeness = alike_books(ratings, np.ones(5), count=5)
    assert near.shape == likeness.shape == (3, 5)
    assert likeness[:, 3:].tolist() == [[0, 0]] * 3
