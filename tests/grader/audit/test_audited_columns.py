"""Empty cells, columns that say nothing, numbers that stand for "not known", and dates."""

import numpy as np
import pytest

from grader.audit import Level


def test_empty_cells_are_counted_by_column(look, shop):
    shop.books["publisher"] = ["", " ", *["Anvil"] * 98]
    shop.books["pages"] = shop.books["pages"].astype(object)
    shop.books.loc[:9, "pages"] = "NA"
    finding = look(shop)["missing_values"]
    assert finding.level == Level.YELLOW
    assert finding.headline == "2 columns have empty cells."
    assert finding.evidence == ("books.csv, pages: 10 cells (10 %)", "books.csv, publisher: 2 cells (2 %)")


def test_one_empty_name_wants_a_look_and_one_empty_cell_elsewhere_does_not(look, shop):
    shop.books["publisher"] = ["", *["Anvil"] * 99]
    assert look(shop)["missing_values"].level == Level.INFO
    shop.train.loc[17, "title"] = ""
    assert look(shop)["missing_values"].level == Level.YELLOW


def test_a_title_that_is_called_none_is_not_missing(look, shop):
    shop.train.loc[0, "title"] = "None"
    assert look(shop)["missing_values"].level == Level.OK


def test_a_column_that_says_the_same_in_every_row_is_named(look, shop):
    shop.books["language"] = "en"
    finding = look(shop)["constant_columns"]
    assert (finding.level, finding.evidence) == (Level.YELLOW, ("books.csv, language: 'en' in all 100 rows",))


@pytest.mark.parametrize("stand_in", [0, -1, 9999])
def test_a_number_far_from_all_others_seems_to_stand_for_not_known(look, shop, stand_in):
    shop.books.loc[:6, "pages"] = stand_in
    middle = np.median(shop.books.loc[7:, "pages"])
    finding = look(shop)["stand_in_numbers"]
    assert finding.level == Level.YELLOW
    assert finding.evidence == (f"books.csv, pages: {stand_in} in 7 rows, where the middle value is {middle:g}",)


def test_zeros_among_small_counts_and_in_flags_are_numbers_like_others(look, shop):
    random = np.random.default_rng(1)
    shop.books["reviews"] = random.geometric(0.1, 100) - 1
    shop.books["is_new"] = random.integers(0, 2, 100)
    shop.books["stars"] = random.choice([0, 4, 5], 100)
    assert look(shop)["stand_in_numbers"].level == Level.OK


def test_month_and_day_that_stand_swapped_are_told(look, shop):
    names = {"publish_month": "publish_day", "publish_day": "publish_month"}
    shop.books = shop.books.rename(columns=names)
    beyond = int((shop.books["publish_month"] > 12).sum())
    finding = look(shop)["dates"]
    assert finding.level == Level.YELLOW
    assert finding.headline == "Month and day are swapped in 1 table."
    assert finding.evidence == (
        f"books.csv, publish_month and publish_day: month goes to 28 ({beyond} rows beyond 12), day never beyond 12: "
        "swapped",
    )


def test_a_day_that_no_month_has_is_named_by_its_line(look, shop):
    shop.books.loc[[2, 5], ["publish_month", "publish_day"]] = [[2, 30], [13, 1]]
    finding = look(shop)["dates"]
    assert finding.headline == "2 dates do not exist."
    assert finding.evidence == ("books.csv, publish_month and publish_day: 2 impossible dates, the first on line 4",)


def test_dates_that_are_written_out_are_read_too(look, shop):
    shop.books["bought"] = [f"2020-{1 + day % 12:02}-{1 + day % 28:02}" for day in range(100)]
    assert look(shop)["dates"].level == Level.OK
    shop.books.loc[50, "bought"] = "2021-02-30"
    assert look(shop)["dates"].evidence == (
        "books.csv, bought (month) and day: 1 impossible date, the first on line 52",
    )


def test_a_train_file_without_labels_is_told(look, shop):
    assert look(shop)["train_target"].level == Level.OK
    finding = look(shop, target_column="stars")["train_target"]
    assert (finding.level, finding.headline) == (Level.YELLOW, "train.csv has no column stars.")


def test_labels_that_are_words_are_told(look, shop):
    shop.train["rating"] = "good"
    finding = look(shop)["train_target"]
    assert finding.headline == "rating in train.csv holds something that is not a number."
