"""How large a difference must be to count, and how far the public board foretells the private one."""

import math

import numpy as np
import pandas as pd
import pytest

from grader.audit import Level
from grader.audit.simulated_models import simulated_predictions
from grader.scoring.metrics import METRICS, TargetKind


def resized(shop, rows: int):
    """The same shop without train and with that many rows, whose labels are normal with variance 0.9."""
    random = np.random.default_rng(11)
    shop.train = shop.books = None
    shop.test = pd.DataFrame({"id": random.permutation(rows) + 1, "weight": random.normal(size=rows)})
    shop.labels = random.normal(0, math.sqrt(0.9), rows)
    shop.is_public = np.arange(rows) % 2 == 0
    return shop


def test_what_can_be_told_apart_is_what_the_closed_form_says(look, shop):
    # 1.96 · 2 · 0.9 · √(1 - ρ²) / √10,000: 0.0070 for ρ = .98 and 0.0035 for ρ = .995.
    finding = look(resized(shop, 20_000))["told_apart"]
    assert finding.level == Level.INFO
    found = [float(line.split(": ")[1].split(" on ")[0]) for line in finding.evidence]
    assert found == pytest.approx([0.0070, 0.0035], rel=0.03)


def test_ten_times_the_rows_foretell_the_winner_more_often(look, shop):
    def winner(rows: int) -> int:
        headline = look(resized(shop, rows))["rank_agreement"].headline
        return int(headline.split("the public winner wins in ")[1].split(" %")[0])

    assert winner(600) < 60 < winner(60_000)


def test_a_board_of_a_few_rows_foretells_little(look, shop):
    finding = look(resized(shop, 80))["rank_agreement"]
    assert finding.level == Level.YELLOW
    assert finding.headline.startswith("In 2,000 simulated contests public and private ranks agree with Kendall's τ 0.")


@pytest.mark.parametrize(
    ("public", "level", "headline"),
    [
        (20, Level.RED, "20 public rows and 1,980 private rows: 1 % are public."),
        (400, Level.YELLOW, "400 public rows and 1,600 private rows: 20 % are public."),
        (600, Level.OK, "600 public rows and 1,400 private rows: 30 % are public."),
        (1_400, Level.YELLOW, "1,400 public rows and 600 private rows: 70 % are public."),
    ],
)
def test_both_parts_need_rows_enough_and_the_private_one_more(look, shop, public, level, headline):
    shop.is_public = np.random.default_rng(2).permutation(2_000) < public
    finding = look(shop)["part_sizes"]
    assert (finding.level, finding.headline) == (level, headline)


def labels_for(kind: TargetKind, rows: int) -> np.ndarray:
    random = np.random.default_rng(4)
    if kind == TargetKind.NUMBER:
        return random.normal(3, 1, rows)
    return random.integers(0, 4 if kind == TargetKind.CLASS else 2, rows).astype(float)


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_every_metric_has_its_simulated_contest(look, shop, metric):
    rows = 5_000
    kind = METRICS[metric].target_kind
    resized(shop, rows)
    shop.labels = labels_for(kind, rows)
    lists = kind == TargetKind.RELEVANCE
    if lists:
        shop.groups = np.arange(rows) // 20
        shop.is_public = shop.groups % 3 == 0
    findings = look(shop, metric=metric, k=10 if lists else None)
    assert findings["told_apart"].headline.startswith("Two models are told apart on the private ")
    assert ("NDCG@10" in findings["told_apart"].headline) == (metric == "ndcg_at_k")
    assert findings["rank_agreement"].headline.startswith("In 2,000 simulated contests")
    if lists:
        assert findings["part_sizes"].headline == "84 public lists and 166 private lists: 33.6 % are public."
        assert findings["ids_and_usage"].level == findings["feature_drift_split"].level == Level.OK


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_a_made_up_model_with_less_error_scores_better(metric):
    judged, rows = METRICS[metric], 4_000
    labels = labels_for(judged.target_kind, rows)
    lists = judged.target_kind == TargetKind.RELEVANCE
    groups = np.arange(rows) // 40 if lists else None
    predictions = simulated_predictions(
        judged.target_kind, labels, np.full(rows, labels.mean()), np.array([0.7, 1.0, 1.4]), 0.5
    )
    scores = [judged.score(labels, one, groups=groups, k=5 if lists else None) for one in predictions.T]
    assert sorted(scores, reverse=not judged.lower_is_better) == scores


def test_errors_of_two_made_up_models_correlate_as_asked():
    labels = labels_for(TargetKind.NUMBER, 50_000)
    predictions = simulated_predictions(TargetKind.NUMBER, labels, np.full(50_000, 3.0), np.ones(2), 0.98)
    errors = labels[:, None] - predictions
    assert np.corrcoef(errors.T)[0, 1] == pytest.approx(0.98, abs=0.002)
    assert np.square(errors).mean() == pytest.approx(1.0, rel=0.02)


def test_relevant_rows_at_the_head_of_their_lists_block_the_launch(look, shop):
    resized(shop, 4_000)
    shop.groups = np.arange(4_000) // 20
    shop.is_public = shop.groups % 3 == 0
    shop.labels = (np.arange(4_000) % 20 < 5).astype(float)
    finding = look(shop, metric="ndcg_at_k", k=10)["row_order"]
    assert finding.level == Level.RED
    assert any("place in its list" in line for line in finding.evidence)


def test_labels_that_are_all_the_same_make_no_contest(look, shop):
    shop.labels = np.full(len(shop.labels), 3.0)
    findings = look(shop)
    assert findings["told_apart"].level == findings["rank_agreement"].level == Level.INFO


def test_a_contest_about_three_rows_of_a_class_is_luck(look, shop):
    shop.labels = (np.arange(len(shop.labels)) < 3).astype(float)
    assert look(shop, metric="auc")["rank_agreement"].level == Level.YELLOW


def test_three_rows_of_a_class_in_twenty_thousand_are_too_few_to_simulate(look, shop):
    resized(shop, 20_000).labels = (np.arange(20_000) < 3).astype(float)
    assert look(shop, metric="auc")["rank_agreement"].headline.startswith("Too few rows")
