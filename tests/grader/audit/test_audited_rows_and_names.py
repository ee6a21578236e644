"""Rows in both files, rows that stand twice, names that look alike or are unknown."""

import pandas as pd

from grader.audit import Level


def test_a_clean_competition_gets_no_red_and_no_yellow_finding(look, shop):
    findings = look(shop)
    assert {finding.check for finding in findings.values() if finding.level in (Level.RED, Level.YELLOW)} == set()
    assert all(finding.cure == "" for finding in findings.values() if finding.level == Level.OK)


def test_a_few_rows_in_both_files_are_yellow_and_named_by_line(look, shop):
    shop.train.iloc[10] = [*shop.test.iloc[3, 1:], 4]
    findings = look(shop)
    finding = findings["shared_rows"]
    assert findings["near_duplicates"].headline == "No further row of test.csv that counts is nearly one of train.csv."
    assert finding.level == Level.YELLOW
    assert finding.headline == ("1 row of test.csv (0.05 %) stands in train.csv too, equal in user_id, title, weight.")
    user, title = shop.test.loc[3, ["user_id", "title"]]
    assert finding.evidence[0].startswith(
        f"line 5 of test.csv = line 12 of train.csv: user_id '{user}', title '{title}', weight"
    )


def test_a_row_in_both_files_is_mended_by_marking_it_ignored(look, shop):
    shop.train.iloc[10] = [*shop.test.iloc[3, 1:], 4]
    shop.ignored = [shop.test.loc[3, "id"]]
    findings = look(shop)
    assert findings["shared_rows"].level == Level.OK
    assert findings["part_sizes"].evidence == ("1 row marked Ignored",)


def test_one_row_in_a_hundred_in_both_files_blocks_the_launch(look, shop):
    shared = shop.test[:20].drop(columns="id").assign(rating=3)
    shop.train = pd.concat([shop.train, shared])
    assert look(shop)["shared_rows"].level == Level.RED


def test_rows_of_a_table_whose_columns_name_no_row_are_no_alarm(look, shop):
    shop.train["title"] = shop.test["title"] = "x"
    shop.train, shop.test = (
        table.assign(user_id=table["user_id"] % 5).drop(columns="weight") for table in (shop.train, shop.test)
    )
    findings = look(shop)
    assert {findings[check].level for check in ("shared_rows", "duplicate_keys", "near_duplicates")} <= {
        Level.INFO,
        Level.OK,
    }


def test_a_row_under_another_spelling_is_nearly_the_same(look, shop):
    shop.train, shop.test = (table.drop(columns="weight") for table in (shop.train, shop.test))
    user, title = shop.test.loc[0, ["user_id", "title"]]
    shop.train["user_id"] = shop.train["user_id"].astype(str)
    shop.train.iloc[0] = [f"{user}.0", f"  {title.upper()}!", 4]
    shop.books.loc[len(shop.books)] = [f"  {title.upper()}!", 100, 2000, 1, 1]
    finding = look(shop)["near_duplicates"]
    assert finding.level == Level.YELLOW
    assert finding.headline == "1 row of test.csv (0.05 %) is in train.csv under another spelling."
    assert finding.evidence == (f"line 2 of test.csv ~ line 2 of train.csv: user_id '{user}', title '{title}'",)


def test_rows_that_stand_twice_are_counted_in_each_file(look, shop):
    shop.train = pd.concat([shop.train, shop.train[:2]])
    repeated = shop.test[:1].assign(id=len(shop.test) + 1)
    shop.test = pd.concat([shop.test, repeated], ignore_index=True)
    shop.labels, shop.is_public = [pd.Series(a)[[*range(len(a)), 0]].to_numpy() for a in (shop.labels, shop.is_public)]
    finding = look(shop)["duplicate_keys"]
    assert finding.level == Level.YELLOW
    assert finding.headline == (
        "2 rows of train.csv and 1 row of test.csv repeat an earlier one (user_id, title, weight)."
    )
    assert finding.evidence[0].startswith("line 4,002 of train.csv: user_id")
    assert finding.evidence[2].startswith("line 2,002 of test.csv: user_id")


def test_a_line_is_found_behind_a_title_of_two_lines(look, shop):
    shop.train.iloc[0, 1] = shop.train.iloc[5, 1] = "Ash\nand more"
    shop.train = pd.concat([shop.train, shop.train[7:8]])
    # The header, 4,000 rows, two of which take two lines: the repeated one begins on line 4,004.
    assert look(shop)["duplicate_keys"].evidence[0].startswith("line 4,004 of train.csv")


def test_users_that_train_lacks_are_counted(look, shop):
    is_new = shop.test["user_id"] <= 3
    shop.train = shop.train[shop.train["user_id"] > 3]
    finding = look(shop)["unseen_values"]
    assert finding.level == Level.INFO
    first = shop.test.loc[is_new.argmax(), "user_id"]
    share = f"{100 * is_new.mean():.3g} %"
    assert finding.evidence == (f"user_id: 3 of 150 values, in {is_new.sum()} rows ({share}), such as '{first}'",)


def test_a_test_set_of_strangers_wants_a_look(look, shop):
    shop.train = shop.train[shop.train["user_id"] > 75]
    assert look(shop)["unseen_values"].level == Level.YELLOW


def test_a_book_without_a_description_is_named(look, shop):
    lost = shop.books.loc[4, "title"]
    shop.books = shop.books.drop(index=4)
    finding = look(shop)["undescribed_values"]
    assert finding.level == Level.YELLOW
    assert (
        f"books.csv lacks 1 value of title in train.csv ({(shop.train['title'] == lost).sum()} rows)"
        in (finding.evidence[0])
    )


def test_a_table_with_two_rows_for_a_book_describes_none(look, shop):
    shop.books = pd.concat([shop.books, shop.books[:1]])
    assert look(shop)["undescribed_values"].level == Level.INFO


def test_names_that_look_alike_are_told_by_what_tells_them_apart(look, shop):
    shop.train.loc[:2, "title"] = ["ÉLAN", "Élan", "Elan"]
    shop.train.loc[3:5, "title"] = ["Catch 22", "Catch-22", "Catch  22"]
    shop.train.loc[6:7, "title"] = ["ﬁnal", "final"]
    finding = look(shop)["colliding_keys"]
    assert finding.level == Level.YELLOW
    assert finding.headline == "8 of 108 values of title look like another one."
    assert finding.evidence == (
        "title, case: 1 group, 2 values, such as 'ÉLAN' and 'Élan'",
        "title, accents: 1 group, 2 values, such as 'Élan' and 'Elan'",
        "title, punctuation: 1 group, 3 values, such as 'Catch 22' and 'Catch-22'",
        "title, blanks: 1 group, 2 values, such as 'Catch 22' and 'Catch  22'",
        "title, Unicode form (NFKC): 1 group, 2 values, such as 'ﬁnal' and 'final'",
        "title, all of these together: 3 groups, 8 values, such as 'ÉLAN' and 'Élan'",
    )


def test_titles_in_other_scripts_do_not_vanish_into_one(look, shop):
    shop.train.loc[:3, "title"] = ["静かな庭", "遠い島", "!!!", "???"]
    assert look(shop)["colliding_keys"].level == Level.OK


def test_ids_of_test_and_solution_must_be_the_same(look, shop):
    shop.test.loc[0, "id"] = shop.test.loc[1, "id"]
    finding = look(shop)["test_ids"]
    assert finding.level == Level.RED
    assert finding.evidence == ("1 id repeated in test.csv",)


def test_a_test_file_that_still_has_its_labels_blocks_the_launch(look, shop):
    shop.test["rating"] = 3
    assert look(shop)["target_in_test"].level == Level.RED
