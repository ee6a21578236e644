"""Labels and columns that are spread otherwise in train, in the public and in the private rows."""

import numpy as np

from grader.audit import Level
from grader.audit.distances import category_distance, numeric_distance, rank_correlation


def test_the_distance_of_numbers_is_the_largest_gap_between_the_two_staircases():
    # At or below 2 lie all of a and a third of b.
    distance = numeric_distance(np.array([1.0, 2.0]), np.array([2.0, 3.0, 4.0]))
    assert distance.size == 1 - 1 / 3
    assert numeric_distance(np.array([np.nan]), np.array([1.0])).chance == 1.0


def test_the_distance_of_names_is_the_share_of_rows_that_would_need_another():
    # 60 against 40 of a hundred: χ² = 8 with one degree of freedom, 1 in 214 by chance.
    distance = category_distance(np.array([60, 40]), np.array([40, 60]))
    assert round(distance.size, 12) == 0.2
    assert 1 / 230 < distance.chance < 1 / 200


def test_ranks_with_ties_agree_by_their_mid_ranks():
    # Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: ρ = 4.5 / √(4.5 · 5).
    assert round(rank_correlation(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0])), 12) == round(
        0.9**0.5, 12
    )


def test_test_labels_of_another_kind_than_those_of_train_want_a_look(look, shop):
    shop.labels = np.minimum(shop.labels, 3.0)
    finding = look(shop)["label_drift_train"]
    assert finding.level == Level.YELLOW
    assert finding.headline.startswith("The test labels are spread otherwise than those of train: ")


def test_public_rows_that_were_picked_by_their_label_block_the_launch(look, shop):
    shop.is_public = shop.labels >= 4
    finding = look(shop)["label_drift_split"]
    assert finding.level == Level.RED
    assert finding.headline == (
        "Public and private labels are spread otherwise than two parts drawn by chance: 100 % of the rows lie "
        "elsewhere (public and private labels)."
    )


def test_a_column_that_differs_between_train_and_test_is_named(look, shop):
    shop.test["weight"] *= 1.2
    finding = look(shop)["feature_drift_train"]
    assert finding.level == Level.YELLOW
    assert finding.evidence[0].startswith("weight: distance 0.")


def test_a_column_that_differs_between_the_parts_is_named(look, shop):
    shop.is_public = shop.test["weight"].to_numpy() > 170
    finding = look(shop)["feature_drift_split"]
    assert finding.level == Level.YELLOW
    assert finding.evidence == ("weight: distance 1.000 of 1, by chance less than 1 in 1,000,000",)


def test_two_parts_of_twenty_rows_are_never_called_different_for_their_size(look, shop):
    shop.test, shop.labels, shop.is_public = shop.test[:40], shop.labels[:40], shop.is_public[:40]
    findings = look(shop)
    assert findings["label_drift_split"].level == findings["feature_drift_split"].level == Level.OK
    assert findings["part_sizes"].level == Level.RED
