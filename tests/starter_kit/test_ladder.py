"""`ladder` climbs every baseline in turn, and the kit's page holds the table that it prints."""

import json
from pathlib import Path

import pytest

from datasets.tables import read_ratings, write_table
from starter_kit.baselines.baseline import Baseline
from starter_kit.baselines.registry import BASELINES
from starter_kit.ladder import labelled_test

PAGE = Path(__file__).parents[2] / "starter_kit" / "README.md"


@pytest.fixture
def published(competition, tmp_path) -> Path:
    """A folder in the published form: test.csv with its ratings."""
    folder = tmp_path / "published"
    folder.mkdir()
    train = read_ratings(competition.public / "train.csv")
    (folder / "books.csv").write_bytes((competition.public / "books.csv").read_bytes())
    write_table(folder / "train.csv", train[100:])
    write_table(folder / "test.csv", train[:100])
    return folder


def test_each_rung_is_judged_by_the_published_ratings_and_its_mark(alice, published, tmp_path):
    result = alice("ladder", "global-mean", "biases", "--data", published, "--work", tmp_path / "kit")
    assert result.exit_code == 0, result.output
    assert "Judged by the 100 ratings of test.csv." in result.stdout
    rungs = json.loads((tmp_path / "kit" / "ladder.json").read_text())
    assert [rung["name"] for rung in rungs] == ["global-mean", "biases"]
    test, train = read_ratings(published / "test.csv"), read_ratings(published / "train.csv")
    by_hand = ((test["rating"] - train["rating"].mean()) ** 2).mean()
    assert rungs[0]["mse"] == pytest.approx(by_hand)
    kept = "✓" if by_hand <= BASELINES["global-mean"].must_reach else "✗"
    row = (tmp_path / "kit" / "ladder.md").read_text().splitlines()[2]
    assert row.startswith(f"| `global-mean` | means and biases | {by_hand:.4f} | 0.983 | {kept} | ")


def test_without_published_ratings_a_part_of_train_judges_and_no_mark_counts(alice, competition, tmp_path):
    result = alice("ladder", "biases", "--data", competition.public, "--work", tmp_path)
    assert result.exit_code == 0, result.output
    count = len(read_ratings(competition.public / "train.csv"))
    assert f"Judged by {round(count / 10)} ratings, 10% of train.csv, set aside." in result.stdout
    assert "✓" not in result.stdout
    assert "✗" not in result.stdout
    assert json.loads((tmp_path / "ladder.json").read_text())[0]["must_reach"] is None


def names_in(work) -> list[str]:
    """The ladder's rows, the same in both of its files."""
    table = (work / "ladder.md").read_text().splitlines()[2:]
    names = [rung["name"] for rung in json.loads((work / "ladder.json").read_text())]
    assert [row.split("`")[1] for row in table] == names
    return names


def test_a_later_ladder_on_the_same_ratings_adds_its_rows_in_the_table_s_order(alice, published, tmp_path):
    words = ("--data", published, "--work", tmp_path / "kit")
    alice("ladder", "biases", "book-mean", *words)
    before = (tmp_path / "kit" / "ladder" / "predictions-biases.csv").read_bytes()
    result = alice("ladder", "global-mean", "book-mean", *words)
    assert result.exit_code == 0, result.output
    assert names_in(tmp_path / "kit") == ["global-mean", "book-mean", "biases"]
    assert "report.html: 3 baselines." in result.stdout
    assert (tmp_path / "kit" / "ladder" / "predictions-biases.csv").read_bytes() == before


def test_rungs_that_other_ratings_judged_or_without_predictions_leave_the_table(
    alice, published, competition, tmp_path
):
    work = tmp_path / "kit"
    alice("ladder", "global-mean", "biases", "--data", published, "--work", work)
    (work / "ladder" / "predictions-global-mean.csv").unlink()
    alice("ladder", "user-mean", "--data", published, "--work", work)
    assert names_in(work) == ["user-mean", "biases"]
    alice("ladder", "book-mean", "--data", competition.public, "--work", work)
    assert names_in(work) == ["book-mean"]
    assert [path.name for path in (work / "ladder").glob("predictions-*")] == ["predictions-book-mean.csv"]


class Interrupted(Baseline):
    """Somebody presses Ctrl-C while it is fitted."""

    def estimator(self):
        raise KeyboardInterrupt


def test_a_ladder_without_a_rung_leaves_the_last_one_as_it_is(alice, published, competition, tmp_path, monkeypatch):
    work = tmp_path / "kit"
    alice("ladder", "biases", "--data", published, "--work", work)
    before = {path: path.read_bytes() for path in work.rglob("*") if path.is_file()}
    monkeypatch.setitem(BASELINES, "stopped", Interrupted("stopped", "family", "summary", "", False, 1.0, None))
    result = alice("ladder", "stopped", "--data", competition.public, "--work", work)
    assert result.exit_code == 0, result.output
    assert {path: path.read_bytes() for path in work.rglob("*") if path.is_file()} == before


def test_too_few_ratings_are_told_before_anything_is_fitted(alice, published, tmp_path):
    rows = (published / "test.csv").read_text(encoding="utf-8").splitlines()
    (published / "test.csv").write_text("\n".join(rows[:2]) + "\n", encoding="utf-8")
    result = alice("ladder", "biases", "--data", published, "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "1 ratings are too few to judge by." in result.stderr
    assert not (tmp_path / "kit").exists()


def test_a_fault_among_the_published_ratings_is_told_and_no_other_ratings_judge(alice, published, tmp_path):
    whole = (published / "test.csv").read_text(encoding="utf-8")
    (published / "test.csv").write_text(whole + "u,b,four\n", encoding="utf-8")
    result = alice("ladder", "biases", "--data", published, "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "row 101 below the header: rating 'four' is not a number" in result.stderr
    (published / "test.csv").write_text(whole.replace("user_id", "user", 1), encoding="utf-8")
    result = alice("ladder", "biases", "--data", published, "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "the header is 'user,book_name,rating'" in result.stderr


def test_a_test_file_that_is_missing_or_empty_holds_no_ratings(tmp_path):
    assert labelled_test(tmp_path) is None
    (tmp_path / "test.csv").write_text("")
    assert labelled_test(tmp_path) is None


def test_a_name_that_is_none_is_told_the_nearest(alice, tmp_path):
    result = alice("ladder", "biasses", "--work", tmp_path)
    assert result.exit_code == 1
    assert "Did you mean 'biases'?" in result.stderr


@pytest.mark.parametrize("name", BASELINES)
def test_the_kit_s_page_has_a_row_for_every_baseline(name):
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    row = {cells[0].strip("|` "): cells for cells in rows}[name]
    baseline = BASELINES[name]
    assert row[1] == baseline.family
    # The page's number is the registry's, rounded to three digits.
    assert float(row[2]) == pytest.approx(baseline.published_mse, abs=0.00051)
    if baseline.must_reach is not None:
        assert float(row[2]) <= baseline.must_reach
        assert row[3:5] == [f"{baseline.must_reach:.3f}", "✓"]
