"""From published tables to a competition's files: row ids, the split, and what is written where.

Both come from the organizer's secret by HMAC-SHA256: who does not know the secret learns nothing from an id
about the row's place in a published file, its label or its part; who does can make the same files again.
"""

import hmac
import os
import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from datasets.tables import write_books, write_table

Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

PUBLIC_SHARE = 0.30


def row_ids(test: pd.DataFrame, secret: str) -> Int64Array:
    """One id for each row of `test` (columns user_id, book_name), shape (n,): a keyed permutation of 1..n.

    A row's id depends on the secret and on which (user, book) pairs there are, never on the row's place or
    label; the k-th row of a repeated pair is told apart by k. Raises ValueError for an empty secret.
    """
    repeats = test.groupby(["user_id", "book_name"], sort=False).cumcount()
    return keyed_order(
        secret,
        (
            f"{len(user)}:{user}{len(book)}:{book}{repeat}"
            for user, book, repeat in zip(test["user_id"], test["book_name"], repeats, strict=True)
        ),
    )


def keyed_order(secret: str, names: Iterable[str]) -> Int64Array:
    """A permutation of 1..n that belongs to the secret and to what the n rows are called, shape (n,).

    Raises ValueError for an empty secret.
    """
    keys = _keyed(secret, b"row id", (name.encode() for name in names))
    ids = np.empty(len(keys), dtype=np.int64)
    ids[np.argsort(np.array(keys, dtype="S64"), kind="stable")] = np.arange(1, len(keys) + 1)
    return ids


def is_public(row_ids: Int64Array, secret: str, share: float = PUBLIC_SHARE) -> BoolArray:
    """Which rows count for the public score, shape (n,): each id by itself, with probability `share`."""
    if not 0 < share < 1:
        raise ValueError(f"the public share is {share}; it must lie between 0 and 1")
    keys = _keyed(secret, b"usage", (str(row_id).encode() for row_id in row_ids.tolist()))
    bound = int(share * 2**64)
    return np.array([int(key[:16], 16) < bound for key in keys], dtype=np.bool_)


def write_competition(
    public_folder: Path,
    solution_path: Path,
    *,
    train: pd.DataFrame,
    test: pd.DataFrame,
    books: pd.DataFrame,
    secret: str,
) -> None:
    """Write what participants may have into `public_folder`, and the labels to `solution_path` (mode 0600).

    `train` and `test` have user_id, book_name, rating (`test` with the labels); `books` is as `read_books`
    gives it. Public: train.csv, test.csv (id,user_id,book_name by id), books.csv (as published),
    sample_submission.csv (id,rating: the mean of train). Solution: id,rating,Usage by id. Each file appears
    whole. Raises ValueError when the test set is too small for both parts to have a row.
    """
    ids = row_ids(test, secret)
    public = is_public(ids, secret)
    if public.all() or not public.any():
        raise ValueError(f"all {len(ids)} test rows fall into one part; more rows or another secret are needed")
    rows = test.assign(id=ids, Usage=np.where(public, "Public", "Private"), rating=as_published(test["rating"]))
    rows = rows.sort_values("id", kind="stable")
    mean = float(train["rating"].mean())
    sample = pd.DataFrame({"id": rows["id"], "rating": mean})

    write_whole(solution_path, rows[["id", "rating", "Usage"]], write_table, mode=0o600)
    published_train = train[["user_id", "book_name"]].assign(rating=as_published(train["rating"]))
    write_whole(public_folder / "train.csv", published_train, write_table)
    write_whole(public_folder / "test.csv", rows[["id", "user_id", "book_name"]], write_table)
    write_whole(public_folder / "books.csv", books, write_books)
    write_whole(public_folder / "sample_submission.csv", sample, write_table)


def _keyed(secret: str, purpose: bytes, messages: Iterable[bytes]) -> list[str]:
    """HMAC-SHA256 of each message as 64 hexadecimal digits, under a key of its own for each purpose."""
    if not secret:
        raise ValueError("the secret is empty: row ids and the split would be known to everyone")
    key = hmac.digest(secret.encode(), purpose, sha256)
    return [hmac.digest(key, message, "sha256").hex() for message in messages]


def as_published(ratings: "pd.Series[float]") -> "pd.Series[float] | pd.Series[int]":
    """Whole ratings as integers (4, not 4.0), as the published files have them."""
    return ratings.astype("int64") if (ratings % 1 == 0).all() else ratings


def write_whole(
    path: Path, table: pd.DataFrame, write: Callable[[Path, pd.DataFrame], None], mode: int = 0o644
) -> None:
    """Write beside `path`, to a private temporary name, and put it in place when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    arriving = Path(name)
    try:
        write(arriving, table)
        arriving.chmod(mode)
        arriving.replace(path)
    finally:
        arriving.unlink(missing_ok=True)
