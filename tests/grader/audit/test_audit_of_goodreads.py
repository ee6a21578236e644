"""What the audit finds in the ratings as their authors published them, and what it must not find in a clean world."""

import math
from pathlib import Path

import pandas as pd
import pytest

from datasets.book_lists import write_list_competition
from datasets.finished_books import make_readings, write_yes_no_competition
from datasets.split import write_competition
from datasets.synthetic import make_world
from datasets.tables import read_books, read_ratings
from grader.audit import Level, Report, audit
from grader.scoring.metrics import METRICS
from grader.scoring.predictions import PredictionFormat
from grader.scoring.solution import read_solution


def audited(folder: Path, **tables: pd.DataFrame) -> Report:
    """Make the competition's files by the door that the seed uses, and audit them."""
    public, solution = folder / "public", folder / "solution.csv"
    write_competition(public, solution, secret="only for tests", **tables)
    return audit(
        public / "train.csv",
        public / "test.csv",
        read_solution(solution, PredictionFormat()),
        id_column="id",
        target_column="rating",
        more={"books.csv": public / "books.csv"},
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("goodreads")


@pytest.fixture(scope="module")
def goodreads(goodreads_folder, files) -> dict:
    report = audited(
        files,
        train=read_ratings(goodreads_folder / "train.csv"),
        test=read_ratings(goodreads_folder / "test.csv"),
        books=read_books(goodreads_folder / "books.csv"),
    )
    assert report.worst == Level.YELLOW
    return {finding.check: finding for finding in report.findings}


def test_the_known_oddities_of_goodreads_are_found(goodreads):
    shared = goodreads["shared_rows"]
    assert shared.level == Level.YELLOW
    assert shared.headline.startswith("56 rows of test.csv (0.269 %) stand in train.csv too")
    assert (len(shared.evidence), shared.evidence[-1]) == (10, "… and 47 more")

    assert goodreads["stand_in_numbers"].evidence == (
        "books.csv, num_pages: 0 in 137 rows, where the middle value is 304",
    )
    # 31 November 2000 stands on line 4,886, whichever of the two is the month.
    assert goodreads["dates"].headline == "Month and day are swapped in 1 table. 1 date does not exist."
    assert "month goes to 31 (3,256 rows beyond 12), day never beyond 12: swapped" in goodreads["dates"].evidence[0]
    assert goodreads["dates"].evidence[1].endswith("1 impossible date, the first on line 4,886")

    keys = goodreads["colliding_keys"]
    assert keys.level == Level.YELLOW
    assert keys.evidence[0].startswith("book_name, case: 42 groups, 85 values, such as 'A Passage to India'")
    assert goodreads["near_duplicates"].level == Level.YELLOW
    assert goodreads["missing_values"].evidence == ("books.csv, publisher: 60 cells (0.713 %)",)
    assert goodreads["duplicate_keys"].level == goodreads["unseen_values"].level == Level.OK


def test_each_line_that_the_audit_names_holds_the_row(goodreads, files):
    for table in ("train.csv", "test.csv"):
        lines = (files / "public" / table).read_text().splitlines()
        for evidence in goodreads["shared_rows"].evidence[:-1]:
            place = evidence.split(f" of {table}")[0].rsplit("line ", 1)[1].replace(",", "")
            title = evidence.split("book_name ")[1].strip("'\"")
            assert title.replace('"', '""')[:50] in lines[int(place) - 1]


def test_two_models_on_goodreads_are_told_apart_as_the_formula_says(goodreads):
    # Normal errors: 1.96 · 2 σ² √(1 - ρ²) / √n, σ² = 0.772 of the damped biases, n the private rows.
    headline = goodreads["told_apart"].headline
    rows = int(goodreads["part_sizes"].headline.split(" and ")[1].split(" ")[0].replace(",", ""))
    told = [float(word) for word in headline.split() if word.startswith("0.0")]
    for rho, found in zip((0.98, 0.995), told, strict=True):
        expected = 1.96 * 2 * 0.772 * math.sqrt(1 - rho**2) / math.sqrt(rows)
        assert found == pytest.approx(expected, rel=0.1)


def test_a_made_up_world_raises_no_alarm_but_its_published_dates_and_pages(tmp_path):
    world = make_world("a clean one", users=300, books=600, ratings=12_000)
    report = audited(tmp_path, train=world.train, test=world.test, books=world.books)
    yellow = {finding.check for finding in report.findings if finding.level == Level.YELLOW}
    assert report.worst == Level.YELLOW
    assert yellow <= {"dates", "stand_in_numbers", "colliding_keys"}


def test_made_up_lists_raise_no_alarm(tmp_path):
    world = make_world("a clean one", users=300, books=600, ratings=12_000)
    public, solution = tmp_path / "public", tmp_path / "solution.csv"
    tables = {"train": world.train, "test": world.test, "books": world.books}
    write_list_competition(public, solution, secret="only for tests", **tables)
    report = audit(
        public / "train.csv",
        public / "test.csv",
        read_solution(solution, PredictionFormat(target_column="score"), metric=METRICS["ndcg_at_k"]),
        id_column="id",
        target_column="score",
        metric="ndcg_at_k",
        k=10,
        more={"books.csv": public / "books.csv"},
    )
    levels = {finding.check: finding.level for finding in report.findings}
    assert Level.RED not in levels.values()
    assert {levels[check] for check in ("row_order", "ids_and_labels", "ids_and_usage", "labels_in_features")} == {
        Level.OK
    }


def test_made_up_answers_of_yes_and_no_raise_no_alarm(tmp_path):
    public, solution = tmp_path / "public", tmp_path / "solution.csv"
    write_yes_no_competition(public, solution, readings=make_readings("a clean one"), secret="only for tests")
    report = audit(
        public / "train.csv",
        public / "test.csv",
        read_solution(solution, PredictionFormat(target_column="finished"), metric=METRICS["log_loss"]),
        id_column="id",
        target_column="finished",
        metric="log_loss",
    )
    # Two readings of seven small numbers may be alike by chance.
    odd = {finding.check for finding in report.findings if finding.level in (Level.RED, Level.YELLOW)}
    assert odd <= {"duplicate_keys"}
