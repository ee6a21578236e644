"""Ratings made into lists: of one length, without a book twice, and nothing in a file that tells what was liked."""

import numpy as np
import pandas as pd
import pytest

from datasets.book_lists import make_lists, write_list_competition
from datasets.synthetic import make_world

LENGTH = 20


@pytest.fixture(scope="module")
def world():
    return make_world("lists", users=60, books=400, ratings=2_000)


@pytest.fixture(scope="module")
def lists(world):
    return make_lists(world.train, world.test, "a secret", LENGTH)


def test_every_list_has_its_length_and_no_book_twice(lists):
    assert set(lists.groupby("group").size()) == {LENGTH}
    assert not lists.duplicated(["user_id", "book_name"]).any()
    assert lists.groupby("group")["user_id"].nunique().max() == 1


def test_relevance_is_what_the_reader_gave_and_drawn_books_were_never_rated(world, lists):
    given = world.test.set_index(["user_id", "book_name"])["rating"]
    rated = set(zip(world.train["user_id"], world.train["book_name"], strict=True)) | set(given.index)
    for row in lists.itertuples():
        pair = (row.user_id, row.book_name)
        if pair in given.index:
            assert row.relevance == {5.0: 2, 4.0: 1}.get(given[pair], 0)
        else:
            assert row.relevance == 0
            assert pair not in rated


def test_every_reader_with_a_liked_book_has_a_list_and_nobody_else(world, lists):
    firsts = world.test.drop_duplicates(["user_id", "book_name"]).groupby("user_id").head(LENGTH // 2)
    liked = set(firsts.loc[firsts["rating"] >= 4, "user_id"])
    assert set(lists["user_id"]) == liked
    assert (lists.groupby("group")["relevance"].max() > 0).all()


def test_the_same_secret_makes_the_same_lists_and_another_one_others(world, lists):
    assert make_lists(world.train, world.test, "a secret", LENGTH).equals(lists)
    assert not make_lists(world.train, world.test, "another", LENGTH).equals(lists)
    with pytest.raises(ValueError, match="the secret is empty"):
        make_lists(world.train, world.test, "", LENGTH)
    with pytest.raises(ValueError, match="too few for lists of 500"):
        make_lists(world.train, world.test, "a secret", 500)


def test_the_files_fit_together_and_a_list_is_public_or_private_as_a_whole(world, tmp_path):
    public, solution = tmp_path / "public", tmp_path / "labels" / "solution.csv"
    write_list_competition(
        public, solution, train=world.train, test=world.test, books=world.books, secret="a secret", length=LENGTH
    )
    hidden = pd.read_csv(solution)
    test = pd.read_csv(public / "test.csv", dtype={"user_id": str})
    sample = pd.read_csv(public / "sample_submission.csv")
    assert list(hidden) == ["id", "relevance", "group", "Usage"]
    assert list(test) == ["id", "user_id", "book_name"]
    assert test["id"].tolist() == sample["id"].tolist() == hidden["id"].tolist() == list(range(1, len(test) + 1))
    assert hidden.groupby("group")["Usage"].nunique().max() == 1
    assert set(hidden["Usage"]) == {"Public", "Private"}
    assert solution.stat().st_mode & 0o777 == 0o600
    liked = (hidden["relevance"] > 0).to_numpy(dtype=float)
    assert abs(np.corrcoef(test["id"], liked)[0, 1]) < 0.1, "the order of the ids tells nothing"
