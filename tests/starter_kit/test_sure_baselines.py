"""The baselines on a board of the published ratings: whose places are sure, by rows and by whole users."""

import numpy as np
import pytest

from datasets.tables import read_books, read_ratings
from grader.scoring.metrics import METRICS
from grader.scoring.rank_intervals import chances_of_top, paired_interval, sure_order
from grader.scoring.resampled_scores import ResampledScores
from starter_kit.baselines.registry import BASELINES


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


@pytest.fixture(scope="module")
def board(goodreads_folder):
    train, test, books = (
        read_ratings(goodreads_folder / "train.csv"),
        read_ratings(goodreads_folder / "test.csv"),
        read_books(goodreads_folder / "books.csv"),
    )
    predictions = [
        BASELINES[name]
        .fit(train, books, seed=1, report=silent)
        .predict(test["user_id"].tolist(), test["book_name"].tolist())
        for name in ("global-mean", "biases", "biases-books")
    ]
    users = np.unique(test["user_id"], return_inverse=True)[1]
    return test["rating"].to_numpy(np.float64), np.stack(predictions).astype(np.float64), users


@pytest.mark.parametrize("by_users", [False, True])
def test_biases_surely_beat_the_global_mean(board, by_users):
    ratings, predictions, users = board
    draws = ResampledScores(METRICS["mse"], ratings, seed=1, clusters=users if by_users else None)
    replicates = draws.of_many(predictions)
    order = sure_order(replicates)
    assert order.is_better[1:, 0].tolist() == [True, True]
    assert order.rank_intervals().low[0] == order.rank_intervals().high[0] == 3
    groups = order.groups(np.argsort(replicates.mean(axis=1)))
    assert groups[0] > groups[1:].max()
    assert chances_of_top(replicates, 1)[0] == 0.0


def test_whole_users_leave_more_doubt_about_a_score_than_rows(board):
    ratings, predictions, users = board
    rows = ResampledScores(METRICS["mse"], ratings, seed=1).of(predictions[1])
    whole_users = ResampledScores(METRICS["mse"], ratings, seed=1, clusters=users).of(predictions[1])
    assert whole_users.std() > 1.1 * rows.std()


def test_a_pair_is_surer_than_either_score(board):
    ratings, predictions, _ = board
    draws = ResampledScores(METRICS["mse"], ratings, seed=1)
    better, worse = draws.of(predictions[2]), draws.of(predictions[1])
    alone = paired_interval(better, np.zeros_like(better))
    pair = paired_interval(better, worse)
    assert pair.high - pair.low < 0.5 * (alone.high - alone.low)
