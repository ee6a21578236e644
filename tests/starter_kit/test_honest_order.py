"""What the ladder costs those who play fair: the kit's baselines on the real ratings, told by either policy."""

import itertools

import numpy as np
import pytest

from datasets.split import is_public, row_ids
from datasets.tables import read_books, read_ratings
from grader.scoring.disclosure import Policy, recommended_decimals, squared_error_difference_spread
from starter_kit.baselines.registry import BASELINES
from tests.grader.attacks.board_oracle import Board

NAMES = ("global-mean", "book-mean", "user-mean", "biases", "biases-books")


@pytest.fixture(scope="module")
def boards(goodreads_folder):
    """Both boards on the public rows, and the predictions of the kit's models there, by name."""
    train, test = (read_ratings(goodreads_folder / name) for name in ("train.csv", "test.csv"))
    books = read_books(goodreads_folder / "books.csv")
    test = test[is_public(row_ids(test, "olga's secret"), "olga's secret")]
    labels = test["rating"].to_numpy(dtype=np.float64)
    models = {
        name: BASELINES[name]
        .fit(train, books, seed=1, report=lambda done, total: None)
        .predict(test["user_id"].tolist(), test["book_name"].tolist())
        .astype(np.float64)
        for name in NAMES
    }
    decimals = recommended_decimals(labels.size, squared_error_difference_spread(0.87))
    return {policy: Board(labels, policy, decimals, models["global-mean"]) for policy in Policy}, models


def test_teams_with_one_model_each_stand_on_the_ladder_as_on_a_plain_board(boards):
    by_policy, models = boards
    numbers = {policy: [] for policy in Policy}
    for policy, name in itertools.product(Policy, NAMES[1:]):
        alice = by_policy[policy].account()
        alice.send(models[name])
        numbers[policy].append(alice.number)
    assert numbers[Policy.LADDER] == numbers[Policy.PLAIN] == sorted(set(numbers[Policy.PLAIN]), reverse=True)


def test_a_team_that_sends_them_all_in_any_order_ends_with_its_best(boards):
    by_policy, models = boards
    for order in itertools.permutations(NAMES):
        plain, ladder = (by_policy[policy].account() for policy in Policy)
        for name in order:
            plain.send(models[name])
            ladder.send(models[name])
        assert ladder.number == plain.number


def test_a_model_that_gets_better_by_small_steps_is_never_further_behind_than_one_of_them(boards):
    by_policy, models = boards
    plain, ladder = (by_policy[policy].account() for policy in Policy)
    begin, end = models["global-mean"], models["biases-books"]
    behind = []
    for share in np.linspace(0.0, 1.0, 60):
        file = (1 - share) * begin + share * end
        plain.send(file)
        ladder.send(file)
        if ladder.number is not None:
            behind.append(ladder.number - plain.number)
    # One unit that a step must exceed, and one of rounding: a standard error of either score is 0.015.
    assert 0.0 <= max(behind) <= 0.0021
