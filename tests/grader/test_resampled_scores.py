"""Each metric over other draws of its rows, beside the metric itself on the same draws."""

import numpy as np
import pytest

from grader.scoring.bootstrap import drawn_units
from grader.scoring.metrics import METRICS
from grader.scoring.resampled_scores import ResampledScores, Unit

RANDOM = np.random.default_rng(8)
ROWS, DRAWS = 400, 60
NUMBERS = RANDOM.integers(1, 6, ROWS).astype(np.float64)
BINARY = (RANDOM.random(ROWS) < 0.3).astype(np.float64)
GUESSES = np.round(RANDOM.random(ROWS) * 0.6 + BINARY * 0.3, 2)
CASES = {
    "mse": (NUMBERS, NUMBERS + RANDOM.normal(0, 1, ROWS)),
    "rmse": (NUMBERS, NUMBERS + RANDOM.normal(0, 1, ROWS)),
    "mae": (NUMBERS, NUMBERS + RANDOM.normal(0, 1, ROWS)),
    "r2": (NUMBERS, NUMBERS + RANDOM.normal(0, 1, ROWS)),
    "log_loss": (BINARY, GUESSES),
    "accuracy": (NUMBERS, np.clip(NUMBERS + RANDOM.integers(0, 2, ROWS), 1, 5)),
    "macro_f1": (NUMBERS, np.clip(NUMBERS + RANDOM.integers(0, 2, ROWS), 1, 7)),
}


@pytest.mark.parametrize("name", CASES)
def test_each_replicate_is_the_score_of_its_draw(name):
    targets, predictions = CASES[name]
    found = ResampledScores(METRICS[name], targets, seed=1, replicates=DRAWS).of(predictions)
    expected = [METRICS[name].score(targets[drawn], predictions[drawn]) for drawn in drawn_units(1, ROWS, DRAWS)]
    assert found.tolist() == pytest.approx(expected, rel=3e-7)


def test_auc_is_so_to_the_first_order():
    found = ResampledScores(METRICS["auc"], BINARY, seed=1, replicates=DRAWS).of(GUESSES)
    exact = np.array([METRICS["auc"].score(BINARY[drawn], GUESSES[drawn]) for drawn in drawn_units(1, ROWS, DRAWS)])
    # What is left out is small beside the standard error, which is what the replicates are for: 400 rows are few.
    assert np.abs(found - exact).mean() < 0.1 * exact.std()
    assert np.abs(found - exact).max() < 0.25 * exact.std()
    assert found.std() == pytest.approx(exact.std(), rel=0.03)


@pytest.mark.parametrize("name", ["precision_at_k", "recall_at_k", "f1_at_k", "map_at_k", "ndcg_at_k"])
def test_of_lists_whole_lists_are_drawn(name):
    # Two lists count, one scored 1 in recall and one 0 in everything; the third has nothing relevant.
    groups = np.array([1, 1, 2, 2, 3, 3])
    relevance, scores = np.array([1.0, 0, 1, 0, 0, 0]), np.array([2.0, 1, 1, 2, 1, 2])
    draws = ResampledScores(METRICS[name], relevance, seed=1, groups=groups, k=1)
    assert (draws.unit, draws.resampling.unit_count) == (Unit.LIST, 2)
    assert set(draws.of(scores).tolist()) == {0.0, 0.5, 1.0}


def test_users_are_drawn_whole_when_asked_for():
    targets, users = np.array([1.0, 1, 1, 1]), np.array([5, 5, 5, 9])
    draws = ResampledScores(METRICS["accuracy"], targets, seed=1, clusters=users)
    assert draws.unit == Unit.CLUSTER
    # The user of three right rows is drawn never, once, or twice.
    expected = [[0.0, 0.75, 1.0][np.count_nonzero(drawn == 0)] for drawn in drawn_units(1, 2, 1_000)]
    assert draws.of(np.array([1.0, 1, 1, 2])).tolist() == expected


def test_many_submissions_at_once_are_as_one_at_a_time():
    targets, predictions = CASES["rmse"]
    draws = ResampledScores(METRICS["rmse"], targets, seed=1)
    both = draws.of_many(np.stack([predictions, targets]))
    assert both[0].tolist() == pytest.approx(draws.of(predictions).tolist(), rel=3e-7)
    assert set(both[1].tolist()) == {0.0}


def test_a_draw_of_one_class_alone_still_has_an_auc():
    draws = ResampledScores(METRICS["auc"], np.array([0.0, 1.0]), seed=1)
    assert set(draws.of(np.array([1.0, 2.0])).tolist()) == {1.0}


def test_a_draw_of_one_label_alone_has_the_r_squared_of_all_rows():
    draws = ResampledScores(METRICS["r2"], np.array([1.0, 2.0]), seed=1)
    # Errors 0.5 and 0: 1 - 0.25 / 0.5 over both rows, and over any draw of both.
    assert draws.of(np.array([1.5, 2.0])).tolist() == pytest.approx([0.5] * 1_000)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ResampledScores(METRICS["ndcg_at_k"], BINARY, seed=1, k=5), "groups and no clusters"),
        (lambda: ResampledScores(METRICS["ndcg_at_k"], BINARY, seed=1), "needs a k"),
        (lambda: ResampledScores(METRICS["mse"], BINARY, seed=1, groups=np.ones(ROWS, np.int64)), "no groups"),
        (lambda: ResampledScores(METRICS["auc"], np.ones(3), seed=1), "both classes"),
        (lambda: ResampledScores(METRICS["mse"], BINARY, seed=1).of(BINARY[:5]), "shape"),
    ],
)
def test_what_has_no_score_is_an_error(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
