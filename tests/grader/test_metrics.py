"""What the table of metrics tells a competition, a page and whoever compares two files row by row."""

import math

import numpy as np
import pytest

from grader.scoring.metrics import METRICS, TargetKind

WITH_ROW_LOSS = {"mse", "rmse", "mae", "log_loss", "accuracy"}


def test_every_metric_says_which_way_is_better():
    assert {name: metric.lower_is_better for name, metric in METRICS.items()} == {
        "mse": True,
        "rmse": True,
        "mae": True,
        "r2": False,
        "log_loss": True,
        "auc": False,
        "accuracy": False,
        "macro_f1": False,
        "precision_at_k": False,
        "recall_at_k": False,
        "f1_at_k": False,
        "map_at_k": False,
        "ndcg_at_k": False,
    }


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_the_best_score_is_that_of_the_truth(metric):
    truth = np.array([0.0, 1.0, 1.0, 0.0])
    lists = {"groups": np.array([1, 1, 2, 2]), "k": 1} if metric.takes_k else {}
    best = metric.lowest if metric.lower_is_better else metric.highest
    assert metric.score(truth, truth, **lists) == best
    assert METRICS[metric.name] is metric


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_one_sentence_explains_it(metric):
    assert metric.label
    assert metric.short
    assert metric.explanation.endswith(".")
    assert metric.explanation.count(". ") == 0


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("mse", ("id", "rating", "Usage")),
        ("auc", ("id", "rating", "Usage")),
        ("ndcg_at_k", ("id", "relevance", "group", "Usage")),
    ],
)
def test_a_solution_has_the_columns_that_its_metric_needs(name, columns):
    assert METRICS[name].solution_columns("id", "rating") == columns


def test_probabilities_have_a_range_of_their_own_and_ratings_that_of_the_competition():
    usual = {name: (metric.predictions_lowest, metric.predictions_highest) for name, metric in METRICS.items()}
    assert usual["log_loss"] == (0.0, 1.0)
    assert usual["auc"] == usual["ndcg_at_k"] == (-math.inf, math.inf)
    assert usual["mse"] == usual["r2"] == usual["accuracy"] == (None, None)


def test_lists_need_groups_and_a_k():
    asking = {name for name, metric in METRICS.items() if metric.takes_k}
    assert asking == {name for name, metric in METRICS.items() if metric.needs_groups}
    assert asking == {name for name, metric in METRICS.items() if metric.target_kind == TargetKind.RELEVANCE}
    assert asking == {name for name in METRICS if name.endswith("_at_k")}


@pytest.mark.parametrize("name", sorted(WITH_ROW_LOSS))
def test_the_mean_of_the_row_losses_leads_to_the_score(name):
    metric = METRICS[name]
    targets, predictions = np.array([1.0, 0.0, 1.0, 1.0]), np.array([1.0, 0.0, 0.0, 1.0])
    if name == "log_loss":
        predictions = np.array([0.9, 0.2, 0.6, 0.5])
    losses = metric.row_loss(targets, predictions)
    assert losses.shape == (4,)
    assert (losses >= 0).all()
    assert metric.from_mean_loss(float(losses.mean())) == pytest.approx(metric.score(targets, predictions), abs=1e-12)


def test_the_others_have_no_loss_of_a_row():
    assert {name for name, metric in METRICS.items() if metric.row_loss is not None} == WITH_ROW_LOSS
