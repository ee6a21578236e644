"""The report as it is stored, shown and printed: whole, and without a label."""

import json

import numpy as np
import pandas as pd
import pytest

from grader.audit import Finding, Level, Report, audit
from grader.scoring.solution import Solution


def test_a_report_survives_its_storage(look, shop):
    report = Report(tuple(look(shop).values()))
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


@pytest.mark.parametrize(
    "stored", [{}, {"findings": [{}]}, {"findings": 3}, {"findings": [{"check": "rows", "level": "pink"}]}]
)
def test_what_is_no_report_is_refused(stored):
    with pytest.raises(ValueError, match="This is no stored audit report"):
        Report.from_dict(stored)


@pytest.mark.parametrize(
    ("levels", "worst"),
    [
        ([Level.OK, Level.RED, Level.YELLOW], Level.RED),
        ([Level.INFO, Level.YELLOW], Level.YELLOW),
        ([Level.INFO], Level.OK),
        ([], Level.OK),
    ],
)
def test_the_worst_finding_decides(levels, worst):
    assert Report(tuple(Finding("check", level, "Said.") for level in levels)).worst == worst


def test_no_label_of_the_test_set_stands_in_a_report(look, shop):
    """Labels that could be mistaken for nothing else, in a competition in which everything leaks."""
    shop.labels = 7_654.321 + np.arange(len(shop.labels)) * 1.0009
    shop.test["place"] = np.arange(len(shop.labels))
    shop.train["place"] = -1
    shop.train.iloc[:100, :3] = shop.test.iloc[:100, 1:4]
    text = Report(tuple(look(shop).values())).to_text()
    assert "RED" in text
    assert not [label for label in shop.labels.tolist() if f"{label:.3f}"[:6] in text]


def test_every_finding_says_its_number_and_its_cure_in_ten_lines_at_most(look, shop):
    shop.train = pd.concat([shop.train, shop.test[:100].drop(columns="id").assign(rating=3)])
    shop.labels = np.sort(shop.labels)
    for finding in look(shop).values():
        assert finding.headline.endswith(".")
        assert len(finding.evidence) <= 10
        assert all(len(line) <= 200 for line in finding.evidence)
        assert finding.cure or finding.level in (Level.OK, Level.INFO)


def test_a_competition_may_publish_neither_train_nor_further_tables(look, shop):
    shop.train = shop.books = None
    findings = look(shop)
    assert findings["shared_rows"].level == findings["train_target"].level == Level.INFO
    assert findings["labels_in_features"].level == Level.OK
    assert Level.RED not in {finding.level for finding in findings.values()}


def test_rows_that_count_for_nothing_are_left_out(tmp_path):
    test = tmp_path / "test.csv"
    test.write_text("id,x\n" + "".join(f"{number},{number % 7}\n" for number in range(1, 101)))
    ids = np.arange(1, 101)
    solution = Solution(ids, ids * 1.0, ids <= 40, (ids > 40) & (ids <= 90))
    report = audit(None, test, solution, id_column="id", target_column="y")
    sizes = next(finding for finding in report.findings if finding.check == "part_sizes")
    assert sizes.headline == "40 public rows and 50 private rows: 44.4 % are public."
    assert sizes.evidence == ("10 rows marked Ignored",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "luck"}, "There is no metric 'luck'"),
        ({"metric": "ndcg_at_k"}, "needs a k of 1 or more"),
        ({"k": 3}, "MSE takes no k"),
        ({"id_column": "row"}, "test.csv: there is no column 'row'; found id, user_id, title, weight"),
        ({"id_column": "title"}, "test.csv: line 2: id '.*' is not a whole number"),
    ],
)
def test_what_cannot_be_audited_is_told_in_a_sentence(look, shop, options, message):
    with pytest.raises(ValueError, match=message):
        look(shop, **options)


def test_a_solution_of_another_test_set_is_told(look, shop, tmp_path):
    look(shop)
    ids = np.arange(10_001, 10_021)
    solution = Solution(ids, ids * 1.0, ids % 2 == 0)
    with pytest.raises(ValueError, match="none of its ids is in the solution"):
        audit(None, tmp_path / "test.csv", solution, id_column="id", target_column="rating")
