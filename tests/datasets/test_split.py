"""Row ids and the split follow from the secret alone, and the written files keep the labels apart."""

import stat

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.split import is_public, row_ids, write_competition
from datasets.synthetic import make_world
from datasets.tables import read_books, read_ratings, read_test

PAIRS = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=30)


def table(pairs) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["user_id", "book_name"], dtype=str)


@pytest.fixture(scope="module")
def world():
    return make_world("split", users=60, books=80, ratings=1_500)


@given(PAIRS)
def test_ids_are_a_permutation_of_1_to_n(pairs):
    assert sorted(row_ids(table(pairs), "olga's secret").tolist()) == list(range(1, len(pairs) + 1))


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), unique=True, max_size=30), st.randoms())
def test_a_row_keeps_its_id_wherever_it_stands(pairs, chance):
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    first = dict(zip(pairs, row_ids(table(pairs), "s").tolist(), strict=True))
    again = dict(zip(shuffled, row_ids(table(shuffled), "s").tolist(), strict=True))
    assert first == again


def test_another_secret_gives_other_ids_and_another_split(world):
    ids = row_ids(world.test, "one")
    assert (ids != row_ids(world.test, "two")).mean() > 0.9
    assert (is_public(ids, "one") != is_public(ids, "two")).any()


def test_an_id_tells_nothing_about_place_or_label():
    world = make_world("ids", users=300, books=400, ratings=20_000)
    ids = row_ids(world.test, "secret")
    # 4,000 rows: a chance correlation has a deviation of 1/√4,000 = 0.016; 0.08 is five of them.
    assert abs(np.corrcoef(ids, np.arange(len(ids)))[0, 1]) < 0.08
    assert abs(np.corrcoef(ids, world.test["rating"])[0, 1]) < 0.08
    public = is_public(ids, "secret")
    assert abs(np.corrcoef(public, world.test["rating"])[0, 1]) < 0.08


def test_three_rows_in_ten_are_public_each_by_itself():
    ids = np.arange(1, 10_001)
    public = is_public(ids, "secret")
    # Binomial: 3,000 expected, deviation √(10,000 · 0.3 · 0.7) = 46; 230 is five of them.
    assert abs(int(public.sum()) - 3_000) < 230
    assert is_public(ids[::-1].copy(), "secret").tolist() == public[::-1].tolist()
    assert is_public(ids[:10], "secret").tolist() == public[:10].tolist()


def test_the_secret_must_not_be_empty(world):
    with pytest.raises(ValueError, match="secret is empty"):
        row_ids(world.test, "")


def test_what_participants_get_has_every_row_and_no_label(tmp_path, world):
    solution = tmp_path / "hidden" / "solution.csv"
    write_competition(tmp_path / "public", solution, train=world.train, test=world.test, books=world.books, secret="s")
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == [
        "books.csv",
        "sample_submission.csv",
        "test.csv",
        "train.csv",
    ]
    test = read_test(tmp_path / "public" / "test.csv")
    assert test["id"].tolist() == list(range(1, len(world.test) + 1))
    pd.testing.assert_frame_equal(read_ratings(tmp_path / "public" / "train.csv"), world.train)
    pd.testing.assert_frame_equal(read_books(tmp_path / "public" / "books.csv"), world.books)
    labels = pd.read_csv(solution)
    assert labels.columns.tolist() == ["id", "rating", "Usage"]
    assert set(labels["Usage"]) == {"Public", "Private"}
    joined = test.merge(labels, on="id").merge(world.test, on=["user_id", "book_name"])
    assert len(joined) == len(world.test)
    assert (joined["rating_x"] == joined["rating_y"]).all()
    sample = pd.read_csv(tmp_path / "public" / "sample_submission.csv")
    assert sample["id"].tolist() == test["id"].tolist()
    assert set(sample["rating"]) == {world.train["rating"].mean()}


def test_the_solution_is_its_owner_s_alone_even_over_an_open_file(tmp_path, world):
    solution = tmp_path / "solution.csv"
    solution.write_text("old")
    solution.chmod(0o644)
    write_competition(tmp_path / "public", solution, train=world.train, test=world.test, books=world.books, secret="s")
    assert stat.S_IMODE(solution.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["solution.csv"]


def test_a_test_set_with_one_part_only_is_refused(tmp_path, world):
    with pytest.raises(ValueError, match="all 1 test rows fall into one part"):
        write_competition(
            tmp_path / "p",
            tmp_path / "s.csv",
            train=world.train,
            test=world.test[:1],
            books=world.books,
            secret="s",
        )
    assert not (tmp_path / "s.csv").exists()
