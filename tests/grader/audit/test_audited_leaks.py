"""Labels that a column, the order of the rows or the ids give away, and ids that say which rows are public."""

import numpy as np
import pytest

from grader.audit import Level

CLASSES = np.array([2, 7, 1, 9, 4])


def reordered(shop, order):
    shop.test = shop.test.iloc[order].reset_index(drop=True)
    shop.labels, shop.is_public = shop.labels[order], shop.is_public[order]


@pytest.mark.parametrize(
    "hide",
    [
        lambda labels, weight: -3 * labels,
        lambda labels, weight: np.exp(labels),
        lambda labels, weight: CLASSES[labels.astype(int) - 1],
        lambda labels, weight: np.array(list("vwxyz"))[labels.astype(int) - 1],
    ],
    ids=["times -3", "exponential", "other numbers", "letters"],
)
def test_a_column_that_is_the_label_in_disguise_blocks_the_launch(look, shop, hide):
    shop.test["shelf"] = hide(shop.labels, shop.test["weight"])
    finding = look(shop)["labels_in_features"]
    assert finding.level == Level.RED
    assert finding.headline == "shelf gives the test labels away: it explains 1.000 of their variance."


def test_a_column_that_parts_the_two_classes_blocks_the_launch(look, shop):
    random = np.random.default_rng(3)
    shop.labels = (shop.labels > 3).astype(float)
    shop.test["risk"] = random.lognormal(0, 1, len(shop.test)) * np.where(shop.labels == 1, 1, -1)
    assert look(shop, metric="auc")["labels_in_features"].level == Level.RED


def test_two_columns_that_give_the_label_away_together_are_found(look, shop):
    random = np.random.default_rng(3)
    shop.test["left"] = random.integers(0, 5, len(shop.test))
    shop.test["right"] = (shop.labels + shop.test["left"]) % 5
    finding = look(shop)["labels_in_features"]
    assert finding.level == Level.RED
    assert finding.headline.startswith("left with right gives the test labels away")


def test_a_label_that_is_the_sum_of_columns_is_found(look, shop):
    random = np.random.default_rng(3)
    shop.test["before"] = random.normal(0, 100, len(shop.test))
    shop.test["after"] = shop.test["before"] + shop.labels
    assert look(shop)["labels_in_features"].headline.startswith("a sum of all numeric columns gives")


def test_a_good_predictor_with_noise_of_its_own_is_no_leak(look, shop):
    shop.test["hint"] = shop.labels + np.random.default_rng(3).normal(0, 0.7, len(shop.test))
    finding = look(shop)["labels_in_features"]
    assert finding.level == Level.OK
    # Of the labels' variance v the hint keeps v / (v + 0.49).
    assert (
        finding.headline
        == "No column and no pair gives the test labels away; the best explains 0.69 of their variance."
    )


def test_a_strong_feature_wants_a_look_and_is_not_condemned(look, shop):
    # Of the labels' variance v, about 2 for stars from 1 to 5, the hint keeps v / (v + 0.09): about 0.95.
    shop.test["hint"] = shop.labels + np.random.default_rng(3).normal(0, 0.3, len(shop.test))
    finding = look(shop)["labels_in_features"]
    assert finding.level == Level.YELLOW
    assert "of the variance of the test labels." in finding.headline
    assert "If it is meant as a feature, nothing is wrong" in finding.cure


def test_a_column_of_train_that_was_computed_from_its_labels_is_found(look, shop):
    shop.train["mood"] = shop.train["rating"] * 10
    findings = look(shop)
    assert findings["train_labels"].level == Level.RED
    assert findings["labels_in_features"].level == Level.OK


def test_a_book_table_that_was_made_from_the_test_labels_is_found(look, shop):
    shop.labels = shop.test["title"].str.len().to_numpy(dtype=np.float64)
    shop.books["average"] = shop.books["title"].str.len() + 0.5
    finding = look(shop)["labels_in_features"]
    assert finding.level == Level.RED
    assert "books.csv: average explains 1.000 of the labels' variance" in finding.evidence


def test_rows_in_the_order_of_their_labels_block_the_launch(look, shop):
    reordered(shop, np.argsort(shop.labels, kind="stable"))
    findings = look(shop)
    assert findings["row_order"].level == Level.RED
    assert findings["ids_and_labels"].level == Level.OK


def test_rows_in_the_order_of_their_users_give_nothing_away(look, shop):
    reordered(shop, np.argsort(shop.test["user_id"].to_numpy(), kind="stable"))
    shop.test["id"] = np.arange(len(shop.test)) + 1
    findings = look(shop)
    assert findings["row_order"].level == findings["ids_and_labels"].level == Level.OK


def test_strangers_in_a_row_give_nothing_away_either(look, shop):
    shop.train["user_id"] += 1_000
    reordered(shop, np.argsort(shop.test["user_id"].to_numpy(), kind="stable"))
    assert look(shop)["row_order"].level == Level.OK


def test_ids_that_sort_by_label_block_the_launch(look, shop):
    shop.test["id"] = np.argsort(np.argsort(shop.labels, kind="stable")) + 1
    findings = look(shop)
    assert findings["ids_and_labels"].level == Level.RED
    assert findings["row_order"].level == Level.OK


def test_ids_whose_rest_tells_the_label_block_the_launch(look, shop):
    place = np.random.default_rng(5).permutation(len(shop.test))
    shop.test["id"] = 5 * place + shop.labels.astype(int) - 1
    finding = look(shop)["ids_and_labels"]
    assert finding.level == Level.RED
    assert finding.headline == "The ids give labels away: the rest of the id divided by 5 (strength 1.00 of 1)."


@pytest.mark.parametrize(
    "is_public", [lambda ids: ids <= 600, lambda ids: ids % 3 == 0], ids=["the first 600", "every third"]
)
def test_ids_that_tell_which_rows_are_public_want_a_look(look, shop, is_public):
    shop.is_public = is_public(shop.test["id"].to_numpy())
    findings = look(shop)
    assert findings["ids_and_usage"].level == Level.YELLOW
    assert findings["ids_and_labels"].level == Level.OK
