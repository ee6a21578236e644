"""A model's lists of unread books, judged by hand, and what `recommend` prints."""

import math

import numpy as np
import pandas as pd
import pytest

from starter_kit.rating_model import RatingModel
from starter_kit.recommendations import judge_lists
from starter_kit.trouble import KitError

TRAIN = pd.DataFrame(
    [("u", "a", 5.0), ("u", "b", 3.0), ("v", "a", 4.0), ("v", "c", 2.0), ("w", "a", 1.0)],
    columns=["user_id", "book_name", "rating"],
).astype({"user_id": str, "book_name": str})


def nothing(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def table(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["user_id", "book_name", "rating"]).astype({"user_id": str, "book_name": str})


def model_that_loves(**bias: float) -> RatingModel:
    """Everybody gets the same ratings: 3 plus a book's bias."""
    books = tuple("abcd")
    biases = np.array([bias.get(book, 0.0) for book in books])
    return RatingModel.of_biases(3.0, ("u", "v", "w"), books, np.zeros(3), biases)


def test_two_lists_of_two_by_hand():
    # u has not read c and d, v not b and d. d is rated highest, then c, then b. u goes on to like c, v to like b;
    # w rated his held-out book 2, and has nothing to be found.
    held_out = table(("u", "c", 5.0), ("v", "b", 4.0), ("v", "d", 3.0), ("w", "b", 2.0))
    model = model_that_loves(d=0.9, c=0.5, b=0.1, a=2.0)
    found = judge_lists(model, TRAIN, held_out, k=2, most_users=10, seed=1, heard=nothing)
    # Each list holds its book at place 2: precision 1/2, recall 1, NDCG 1/log2(3); b, c and d are shown, a never.
    assert found.users == 2
    assert (found.model.precision, found.model.recall) == (0.5, 1.0)
    assert found.model.ndcg == pytest.approx(1 / math.log2(3))
    assert found.model.coverage == 0.75
    # By popularity (b and c have one rating, d none) the liked book stands at place 1.
    assert found.popularity.ndcg == 1.0


def test_only_so_many_users_are_judged_and_the_same_ones_again():
    held_out = table(("u", "c", 5.0), ("v", "b", 4.0))
    one, two = (
        judge_lists(model_that_loves(b=1.0), TRAIN, held_out, k=1, most_users=1, seed=3, heard=nothing)
        for _ in range(2)
    )
    assert one == two
    assert one.users == 1


def test_nothing_to_find_is_said():
    with pytest.raises(KitError, match="Nobody rated a held-out book 4 or better"):
        judge_lists(model_that_loves(), TRAIN, table(("u", "c", 3.0)), k=1, most_users=5, seed=1, heard=nothing)


def test_the_command_prints_both_lists(alice, competition, tmp_path):
    words = ("recommend", "item-knn", "--data", competition.public, "--work", tmp_path, "--top", 5, "--users", 20)
    result = alice(*words)
    assert result.exit_code == 0, result.output
    _, header, mine, popular = result.stdout.splitlines()
    assert header.split() == ["precision", "recall", "F1", "MAP", "NDCG", "coverage"]
    assert mine.startswith("item-knn")
    assert popular.startswith("most rated books")
    assert all(0 <= float(number) <= 1 for number in [*mine.split()[1:], *popular.split()[3:]])
    assert alice(*words).stdout == result.stdout
