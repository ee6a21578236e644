"""Ratings made into lists: for each reader some books to put in order, of which few were liked.

A reader's list holds the books of theirs in the test ratings, and books drawn at random among those that they have
not rated, so that each list has LIST_LENGTH books. Which are which is the solution.
"""

import hmac
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from datasets.split import Int64Array, as_published, is_public, row_ids, write_whole
from datasets.tables import write_books, write_table

LIST_LENGTH = 50
# How much a book at the top of a list is worth, by the stars that its reader gave it; others are worth nothing.
WORTH = {4.0: 1, 5.0: 2}


def make_lists(train: pd.DataFrame, test: pd.DataFrame, secret: str, length: int = LIST_LENGTH) -> pd.DataFrame:
    """The rows to be put in order: user_id, book_name, relevance (0, 1 or 2), group (a number for each reader, from 1).

    `train` and `test` have user_id, book_name, rating. Readers without a liked book in test have no list; of those
    with more than half a list in test, the first ones of `test` count. The same secret makes the same lists.
    Raises ValueError for an empty secret, or when there are too few books for a list.
    """
    if not secret:
        raise ValueError("the secret is empty: everyone could draw the same books and know the others")
    catalogue = np.array(sorted(set(train["book_name"]) | set(test["book_name"])), dtype=object)
    if len(catalogue) < 2 * length:
        raise ValueError(f"{len(catalogue)} books are too few for lists of {length}: it takes twice as many")
    random = np.random.default_rng(int.from_bytes(hmac.digest(secret.encode(), b"lists", sha256), "big"))
    place = {book: number for number, book in enumerate(catalogue)}
    rated = pd.concat([train[["user_id", "book_name"]], test[["user_id", "book_name"]]])
    rated_by = {user: {place[book] for book in books} for user, books in rated.groupby("user_id")["book_name"]}
    worth = test["rating"].map(WORTH).fillna(0).astype("int64")
    parts = []
    for group, (user, own) in enumerate(test.assign(relevance=worth).groupby("user_id", sort=True), start=1):
        own = own.drop_duplicates("book_name").head(length // 2)
        if not own["relevance"].any():
            continue
        others = _draw(random, len(catalogue), rated_by[user], length - len(own))
        drawn = pd.DataFrame({"book_name": catalogue[others], "relevance": 0})
        whole = pd.concat([own[["book_name", "relevance"]], drawn], ignore_index=True)
        parts.append(whole.assign(user_id=user, group=group))
    return pd.concat(parts, ignore_index=True)[["user_id", "book_name", "relevance", "group"]]


def _draw(random: np.random.Generator, books: int, rated: set[int], count: int) -> Int64Array:
    """`count` different books that are not among the rated ones."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        for book in random.integers(books, size=count).tolist():
            if book not in rated and len(drawn) < count:
                drawn[book] = None
    return np.array(list(drawn), dtype=np.int64)


def write_list_competition(
    public_folder: Path,
    solution_path: Path,
    *,
    train: pd.DataFrame,
    test: pd.DataFrame,
    books: pd.DataFrame,
    secret: str,
    length: int = LIST_LENGTH,
) -> None:
    """Write what participants may have into `public_folder`, and the solution to `solution_path` (mode 0600).

    Public: train.csv (user_id,book_name,rating), test.csv (id,user_id,book_name by id), books.csv (as published),
    sample_submission.csv (id,score: how often the book was rated in train). Solution: id,relevance,group,Usage; a
    reader's list is public or private as a whole.
    """
    lists = make_lists(train, test, secret, length)
    groups = np.arange(1, int(lists["group"].max()) + 1)
    public = is_public(groups, secret)
    rows = lists.assign(id=row_ids(lists, secret), Usage=np.where(public[lists["group"] - 1], "Public", "Private"))
    rows = rows.sort_values("id", kind="stable")
    readers = rows["book_name"].map(train["book_name"].value_counts()).fillna(0).astype("int64")

    published_train = train[["user_id", "book_name"]].assign(rating=as_published(train["rating"]))
    write_whole(solution_path, rows[["id", "relevance", "group", "Usage"]], write_table, mode=0o600)
    write_whole(public_folder / "train.csv", published_train, write_table)
    write_whole(public_folder / "test.csv", rows[["id", "user_id", "book_name"]], write_table)
    write_whole(public_folder / "books.csv", books, write_books)
    write_whole(public_folder / "sample_submission.csv", rows[["id"]].assign(score=readers), write_table)
