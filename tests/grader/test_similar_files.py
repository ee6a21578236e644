"""Whose files are nearly one: all pairs at once against the correlation of each two, and what is left out."""

import numpy as np
import pytest

from grader.scoring import similar_files
from grader.scoring.metrics import METRICS
from grader.scoring.probing import correlated_residuals
from grader.scoring.similar_files import Compared, Pair, compared_by, fingerprint, strongest_pairs

MSE = METRICS["mse"]


def table(targets, files, metric=MSE):
    return np.array([fingerprint(metric, targets, np.asarray(file, dtype=float)) for file in files])


def strongest(made, baselines=(), most=50, **more):
    is_baseline = np.isin(np.arange(len(made)), baselines)
    return strongest_pairs(made, is_baseline, most, **more)


@pytest.mark.parametrize("block", [1, 3, 512])
def test_the_table_finds_what_comparing_each_two_finds(monkeypatch, block):
    monkeypatch.setattr(similar_files, "BLOCK", block)
    random = np.random.default_rng(3)
    labels = random.integers(1, 6, 300).astype(float)
    files = list(random.normal(3.0, 1.0, (10, 300)))
    files[7] = files[2] + random.normal(0.0, 0.01, 300)
    calls = []
    found = strongest(table(labels, files), most=5, between=lambda: calls.append(1))
    by_hand = sorted(
        (
            (round(correlated_residuals(labels - files[i], labels - files[j]).measured, 4), i, j)
            for i in range(10)
            for j in range(i + 1, 10)
        ),
        key=lambda pair: -pair[0],
    )
    assert [pair.correlation for pair in found.teams] == pytest.approx([pair[0] for pair in by_hand[:5]], abs=1.01e-4)
    assert found.teams[0] == Pair(2, 7, 1.0)
    assert len(calls) == -(-10 // block)


def test_errors_by_hand():
    # Errors 1, 0, -1, 0 and 2, 0, -2, 0 go together; 0, 1, 0, -1 have nothing in common with either.
    labels = np.array([3.0, 3, 3, 3])
    found = strongest(table(labels, [[2, 3, 4, 3], [1, 3, 5, 3], [3, 2, 3, 4]]))
    assert found.teams == [Pair(0, 1, 1.0), Pair(0, 2, 0.0), Pair(1, 2, 0.0)]


def test_a_file_that_errs_the_same_everywhere_is_like_no_other():
    labels = np.array([1.0, 2, 3, 4])
    found = strongest(table(labels, [labels, labels + 0.1, [4, 3, 2, 1]]))
    assert {pair.correlation for pair in found.teams} == {0.0}


def test_teams_that_send_a_baseline_are_paired_with_it_and_not_with_each_other():
    random = np.random.default_rng(4)
    labels = random.integers(1, 6, 500).astype(float)
    own, kit, other_kit = random.normal(3.0, 1.0, (3, 500))
    found = strongest(table(labels, [kit, kit, kit, own, own, other_kit]), baselines=(0, 5))
    assert [(pair.one, pair.other) for pair in found.with_baselines] == [(1, 0), (2, 0)]
    assert found.like_baseline_count == 2
    assert found.teams[0] == Pair(3, 4, 1.0)
    assert (1, 2) not in {(pair.one, pair.other) for pair in found.teams}


def test_a_hundred_copies_of_a_baseline_are_counted_and_the_first_listed():
    random = np.random.default_rng(5)
    labels = random.integers(1, 6, 100).astype(float)
    found = strongest(table(labels, [random.normal(3.0, 1.0, 100)] * 101), baselines=(100,), most=7)
    assert (len(found.with_baselines), found.like_baseline_count, found.teams) == (7, 100, [])


def test_no_files_and_one_file_make_no_pairs():
    for count in (0, 1):
        assert strongest(np.ones((count, 4), dtype=np.float32)).teams == []


def test_where_the_scale_is_free_the_order_is_compared():
    labels = np.array([0.0, 1, 0, 1])
    # The same order on another scale; equal values share their ranks.
    auc = table(labels, [[0.1, 0.2, 0.3, 0.4], [1, 10, 100, 1000], [0.4, 0.3, 0.2, 0.1]], METRICS["auc"])
    assert [pair.correlation for pair in strongest(auc).teams] == [1.0, -1.0, -1.0]
    tied = fingerprint(METRICS["auc"], labels, np.array([5.0, 5.0, 7.0, 7.0]))
    assert tied.tolist() == [-0.5, -0.5, 0.5, 0.5]


def test_of_classes_the_wrong_rows_are_compared():
    labels = np.array([1.0, 2, 3, 4])
    # Both are wrong in the first row alone, each with another class.
    found = strongest(table(labels, [[2, 2, 3, 4], [3, 2, 3, 4]], METRICS["accuracy"]))
    assert found.teams == [Pair(0, 1, 1.0)]


@pytest.mark.parametrize(
    ("metric", "what"),
    [
        ("mse", Compared.ERRORS),
        ("log_loss", Compared.ERRORS),
        ("auc", Compared.ORDER),
        ("ndcg_at_k", Compared.ORDER),
        ("macro_f1", Compared.WRONG_ROWS),
    ],
)
def test_what_is_compared_follows_from_the_metric(metric, what):
    assert compared_by(METRICS[metric]) == what
