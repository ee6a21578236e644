"""What a slice is, which are put together, and how coarsely they are told: numbers by hand."""

import math
from decimal import Decimal

import numpy as np
import pytest

from grader.scoring.metrics import METRICS
from grader.scoring.slices import (
    Partition,
    Slice,
    by_count,
    by_level,
    by_novelty,
    gain_at_most,
    judged_lists,
    labels_at_most,
    largest_loss,
    step_for,
    told,
    values_of,
    why_not_sliced,
)

MSE = METRICS["mse"]
ALL = math.inf


def named(thing: Partition, first: int, last: int) -> str:
    return thing.name(first, last)


def test_eight_rows_by_how_often_their_user_was_seen():
    # Losses 4, 0 | 1, 1, 0, 0 | 9, 0: means 2, 0.5 and 4.5 in bands 0, 1 to 5 and 6 to 20.
    seen = np.array([0, 0, 1, 2, 3, 5, 6, 20])
    losses = np.array([4.0, 0, 1, 1, 0, 0, 9, 0])
    slices = told(MSE, losses, [by_count("user", seen)], most=16.0, decimals=3, least_rows=2)
    # Bands of more than 20 are empty, and stand with their neighbour. Steps: 16 / 2 = 8 → 10; 16 / 4 = 4 → 5.
    assert [(one.name, one.row_count, one.step) for one in slices] == [
        ("0", 2, 10),
        ("1 to 5", 4, 5),
        ("6 or more", 2, 10),
    ]
    assert [one.score for one in slices] == [0, 0, 0]
    fine = told(MSE, losses, [by_count("user", seen)], most=0.002, decimals=3, least_rows=2)
    assert [(one.score, one.step, one.decimals) for one in fine] == [(2.0, 0.001, 3), (0.5, 0.001, 3), (4.5, 0.001, 3)]


def test_a_small_part_joins_its_smaller_neighbour_and_no_row_is_left_out():
    counts = np.repeat([0, 1, 6, 21, 101], [500, 3, 40, 500, 460])
    slices = told(MSE, np.ones(counts.size), [by_count("user", counts)], most=16.0, decimals=3, least_rows=450)
    # 3 joins 40; those 43 join the 500 before them, which come first of two alike.
    assert [(one.name, one.row_count) for one in slices] == [("0 to 20", 540), ("21 to 100", 500), ("101 or more", 460)]


def test_a_thing_with_one_slice_is_not_told_for_it_would_be_the_score_once_more():
    few = by_count("item", np.repeat([0, 1], [10, 990]))
    two = by_count("user", np.repeat([0, 1], [500, 500]))
    slices = told(MSE, np.ones(1000), [few, two], most=16.0, decimals=3, least_rows=500)
    # Only one thing is told: its steps are 16 / 500 = 0.032 → 0.05.
    assert [(one.about, one.name, one.step) for one in slices] == [("user", "0", 0.05), ("user", "1 or more", 0.05)]
    assert told(MSE, np.ones(1000), [few], most=16.0, decimals=3, least_rows=500) == []


def test_bands_depend_on_neither_predictions_nor_scores():
    seen = np.repeat([0, 1, 6], [600, 700, 800])
    perfect, worst = (
        told(MSE, losses, [by_count("user", seen)], most=16.0, decimals=3, least_rows=500)
        for losses in (np.zeros(2100), np.full(2100, 16.0))
    )
    assert [(one.name, one.row_count, one.step, 16.0) for one in perfect] == [
        (one.name, one.row_count, one.step, one.score) for one in worst
    ]


@pytest.mark.parametrize(
    ("rows", "things", "step"),
    [(500, 4, "0.2"), (1_000, 4, "0.1"), (2_000, 4, "0.05"), (6_000, 4, "0.02"), (10**6, 4, "0.001")],
)
def test_no_row_moves_a_slice_by_more_than_a_fourth_of_a_step(rows, things, step):
    # 4 · 16 / 500 = 0.128 → 0.2 and so on; a million rows are told no finer than the board's third decimal.
    assert step_for(rows, things, 16.0, 3) == Decimal(step)
    assert 16.0 / rows <= float(step) / things


def test_the_cold_start_by_what_is_known():
    thing = by_novelty(np.array([3, 3, 0, 0]), np.array([7, 0, 7, 0]))
    assert [named(thing, part, part) for part in thing.part] == [
        "user and item known", "only the item new", "only the user new", "both new",
    ]  # fmt: skip
    assert (named(thing, 1, 3), named(thing, 2, 3)) == ("user or item new", "user new")


def test_levels_of_stars_of_a_wide_range_and_of_yes_and_no():
    stars = by_level(MSE, np.array([1.0, 2.4, 2.5, 5.0]), 1.0, 5.0)
    assert stars is not None
    assert [named(stars, part, part) for part in stars.part] == ["1", "2", "3", "5"]
    assert named(stars, 0, 1) == "1 to 2"
    wide = by_level(MSE, np.array([0.0, 19.9, 20.0, 100.0]), 0.0, 100.0)
    assert wide is not None
    assert [named(wide, part, part) for part in wide.part] == ["0 to 20", "0 to 20", "20 to 40", "80 to 100"]
    answers = by_level(METRICS["log_loss"], np.array([0.0, 1.0]), -ALL, ALL)
    assert answers is not None
    assert answers.part.tolist() == [0, 1]
    assert by_level(METRICS["accuracy"], np.array([3.0]), -ALL, ALL) is None
    assert by_level(METRICS["ndcg_at_k"], np.array([3.0]), 0.0, 5.0) is None


def test_the_largest_loss_of_a_row_by_metric():
    found = {name: largest_loss(metric, 1.0, 5.0) for name, metric in METRICS.items()}
    assert (found["mse"], found["rmse"], found["mae"], found["accuracy"], found["ndcg_at_k"]) == (16, 16, 4, 1, 1)
    assert found["log_loss"] == pytest.approx(34.54, abs=0.01)
    assert found["r2"] is None


def test_it_says_in_words_why_a_metric_or_a_range_has_no_slices():
    assert why_not_sliced(METRICS["auc"], 0.0, 1.0) == (
        "AUC is no mean over rows, so it does not come apart into slices."
    )
    assert "no bounds" in why_not_sliced(MSE, 1.0, ALL)
    assert why_not_sliced(METRICS["ndcg_at_k"], -ALL, ALL) == ""


def test_a_root_is_taken_of_the_rounded_mean():
    two = by_count("user", np.array([0, 0, 1, 1]))
    slices = told(METRICS["rmse"], np.array([4.0, 4.0, 9.0, 9.0]), [two], most=0.2, decimals=3, least_rows=1)
    # Means 4.0 and 9.0 in steps of 0.1: roots 2 and 3.
    assert [(one.score, one.decimals) for one in slices] == [(2.0, 1), (3.0, 1)]


def test_lists_are_parted_as_wholes():
    groups = np.array([7, 7, 3, 3, 9])
    relevance = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    metric = METRICS["precision_at_k"]
    values = values_of(metric, relevance, np.array([0.9, 0.1, 0.9, 0.1, 0.5]), groups, 1)
    # List 3 puts the wrong row first, list 7 the right one; list 9 has nothing relevant and is not judged.
    assert values.tolist() == [0.0, 1.0]
    assert judged_lists(relevance, groups).tolist() == [2, 0]
    with pytest.raises(ValueError, match="no mean"):
        values_of(METRICS["auc"], relevance, relevance)


def test_what_reports_give_away_in_numbers():
    two = by_count("user", np.repeat([0, 1], [500, 500]))
    slices = told(MSE, np.ones(1000), [two], most=16.0, decimals=3, least_rows=500)
    # log of 16 / 0.05 + 1 = 321 to the base 5, twice.
    assert labels_at_most(slices, 16.0, 5) == pytest.approx(2 * math.log(321) / math.log(5))
    sixteen = [Slice("user", "0", 1500, 1.0, float(step_for(1500, 4, 16.0, 3)), 2)] * 16
    assert labels_at_most(sixteen, 16.0, 5) == pytest.approx(57.4, abs=0.05)
    assert gain_at_most(30, 13, 6_000) == pytest.approx(0.065)
    assert gain_at_most(10_000, 13, 6_000) == 1.0
