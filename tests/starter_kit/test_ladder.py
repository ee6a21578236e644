"""`ladder` climbs every baseline in turn, and the kit's page holds the table that it prints."""

import json
from pathlib import Path

import pytest

from datasets.tables import read_ratings, write_table
from starter_kit.baselines.registry import BASELINES

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
    assert "✓" not in result.stdout
    assert "✗" not in result.stdout
    assert json.loads((tmp_path / "ladder.json").read_text())[0]["must_reach"] is None


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
