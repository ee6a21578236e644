"""Is A better than B: the slices by hand, and what `compare` and `score --more` print."""

import re

import numpy as np
import pandas as pd
import pytest

from datasets.tables import read_test
from starter_kit.slices import slices_of

BOOKS = pd.DataFrame(
    {
        "book_name": ["Dawn (Moons, #1)", "Dusk (Moons, #2)", "Noon", "Alone"],
        "authors": ["Ada", "Ada", "Ada", "Bruno"],
        "publisher": "P",
        "rating": 4.0,
        "num_reviews": 10,
        "num_pages": 100.0,
        "publish_year": 2000,
    }
)


def table(*rows: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["user_id", "book_name"]).astype({"user_id": str, "book_name": str})
    return frame.assign(rating=4.0)


def parts(rows: pd.DataFrame, train: pd.DataFrame, kind: str) -> list[str]:
    """The label of each row's part."""
    found = [part for part in slices_of(rows, train, BOOKS) if part.kind == kind]
    assert np.sum([part.rows for part in found], axis=0).tolist() == [1] * len(rows)
    return [next(part.label for part in found if part.rows[row]) for row in range(len(rows))]


def test_what_somebody_has_read_before_is_the_series_then_the_author():
    train = table(("u", "Dawn (Moons, #1)"), ("v", "Noon"), ("w", "Alone"), ("w", "Dusk (Moons, #2)"))
    rows = table(
        ("u", "Dusk (Moons, #2)"),  # its first volume
        ("u", "Noon"),  # another book of Ada's
        ("u", "Alone"),  # nothing of Bruno's
        ("v", "Dawn (Moons, #1)"),  # Ada's, though not the series
        ("w", "Dusk (Moons, #2)"),  # itself, which is not another book
        ("stranger", "Noon"),
    )
    assert parts(rows, train, "the user has read") == [
        "a book of the series",
        "only one of the author",
        "neither",
        "only one of the author",
        "neither",
        "neither",
    ]


def test_rows_are_parted_by_how_much_their_user_and_their_book_were_rated():
    train = table(*[("u", f"{n}") for n in range(6)], *[(f"{n}", "Noon") for n in range(4)], ("v", "Noon"))
    rows = table(("u", "Noon"), ("v", "Alone"), ("stranger", "5"))
    assert parts(rows, train, "ratings of the user") == ["6 to 10", "1 to 5", "0"]
    assert parts(rows, train, "ratings of the book") == ["4 to 5", "0", "1"]


@pytest.fixture(scope="module")
def two_trained(competition, alice, tmp_path_factory):
    work = tmp_path_factory.mktemp("compare")
    for name in ("global-mean", "biases"):
        result = alice("train", name, "--data", competition.public, "--work", work, "--held-out-share", 0.3)
        assert result.exit_code == 0, result.output
    return work


def test_the_biases_are_clearly_better_than_the_mean_and_every_row_is_in_a_part(alice, two_trained):
    result = alice("compare", "global-mean", "biases", "--work", two_trained)
    assert result.exit_code == 0, result.output
    assert "biases is better than global-mean: other users would show it too." in result.stdout
    scores = [
        alice("score", two_trained / "held_out" / f"predictions-{name}.csv", "--work", two_trained, "--json")
        for name in ("global-mean", "biases")
    ]
    overall = [float(re.search(r'"overall": ([0-9.]+)', scored.stdout)[1]) for scored in scores]
    for name, score in zip(("global-mean", "biases"), overall, strict=True):
        assert f"{name}: MSE {score:.4f}, 95 % interval" in result.stdout
    assert f"difference over rows: {overall[0] - overall[1]:+.4f}" in result.stdout
    read = result.stdout.split("the user has read\n")[1]
    counts = [int(line[24:32].replace(",", "")) for line in read.splitlines()]
    assert sum(counts) == len(read_test(two_trained / "held_out" / "test.csv"))


def test_a_file_compared_with_itself_is_no_better(alice, two_trained):
    file = two_trained / "held_out" / "predictions-biases.csv"
    result = alice("compare", file, "biases", "--work", two_trained)
    assert "No clear difference" in result.stdout
    assert "difference over rows: +0.0000" in result.stdout


def test_comparing_says_the_same_twice(alice, two_trained):
    words = ("compare", "global-mean", "biases", "--work", two_trained, "--seed", 4)
    assert alice(*words).stdout == alice(*words).stdout


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            ("biases", "als"),
            "predictions-als.csv: there is no such file. Name a trained baseline or a predictions file.",
        ),
        (("biases", "bises"), "There is no baseline 'bises'. Did you mean 'biases'?"),
    ],
)
def test_what_was_not_trained_cannot_be_compared(alice, two_trained, names, sentence):
    result = alice("compare", *names, "--work", two_trained)
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_nothing_was_held_out_yet(alice, tmp_path):
    result = alice("compare", "biases", "als", "--work", tmp_path)
    assert result.exit_code == 1
    assert "Train a baseline first" in result.stderr


def test_more_of_a_score_stands_below_the_servers_number(alice, two_trained):
    file = two_trained / "held_out" / "predictions-biases.csv"
    plain, more = (alice("score", file, "--work", two_trained, *words).stdout for words in ((), ("--more",)))
    assert more.startswith(plain)
    overall = float(plain.split()[-1])
    rmse, low, high = (
        float(re.search(pattern, more)[1]) for pattern in (r"RMSE ([\d.]+)", r"from ([\d.]+)", r"to ([\d.]+)")
    )
    assert rmse == pytest.approx(overall**0.5, abs=1e-4)
    assert low < overall < high
