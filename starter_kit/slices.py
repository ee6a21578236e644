"""Where a model errs: rows parted by what was known of their user and their book."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.scoring.arrays import BoolArray, Float64Array
from starter_kit.features import UNKNOWN, BookFeatures
from starter_kit.fitted_model import rows_of
from starter_kit.indexed_ratings import IndexedRatings

# The least number of ratings in train for each part; the last is open.
ACTIVITY = (0, 1, 6, 11, 21, 51, 101, 201)
POPULARITY = (0, 1, 2, 3, 4, 6, 11, 21, 51, 101)


@dataclass(frozen=True)
class Slice:
    """Some of n rows: by what they are parted (`kind`), which part it is, and which `rows` (n,) belong to it."""

    kind: str
    label: str
    rows: BoolArray


def slices_of(rows: pd.DataFrame, train: pd.DataFrame, books: pd.DataFrame) -> list[Slice]:
    """The parts of `rows` (user_id, book_name) that are not empty, judged by the ratings in `train`.

    By the user's ratings, by the book's ratings, and by what the user has read: another book of the series, only
    one of the author, or neither. Every row is in one part of each kind.
    """
    ratings = IndexedRatings.of(train, more_books=(*books["book_name"], *rows["book_name"]))
    user = rows_of(ratings.users, rows["user_id"].tolist())
    book = rows_of(ratings.books, rows["book_name"].tolist())
    features = BookFeatures.of(ratings.books, books)
    same_series = _has_read_another(features.series.code, ratings, user, book)
    same_author = _has_read_another(features.author.code, ratings, user, book) & ~same_series
    parts = [
        *_by_count("ratings of the user", np.append(ratings.user_counts, 0.0)[user], ACTIVITY),
        *_by_count("ratings of the book", ratings.book_counts[book], POPULARITY),
        Slice("the user has read", "a book of the series", same_series),
        Slice("the user has read", "only one of the author", same_author),
        Slice("the user has read", "neither", ~same_series & ~same_author),
    ]
    return [part for part in parts if part.rows.any()]


def _has_read_another(code: np.ndarray, ratings: IndexedRatings, user: np.ndarray, book: np.ndarray) -> BoolArray:
    """Whether the user of a row has, in train, another book with the label of the row's book; bool (n,)."""
    labels = int(code.max(initial=0)) + 1
    key = ratings.user * labels + code[ratings.book]
    pairs = pd.DataFrame({"key": key, "book": ratings.book})[code[ratings.book] != UNKNOWN]
    count = pairs.groupby("key").size()
    own = pd.MultiIndex.from_frame(pairs)
    wanted = user * labels + code[book]
    read = count.reindex(wanted, fill_value=0).to_numpy()
    itself = pd.MultiIndex.from_arrays([wanted, book]).isin(own)
    return np.asarray((code[book] != UNKNOWN) & (read - itself > 0), dtype=np.bool_)


def _by_count(kind: str, count: Float64Array, least: tuple[int, ...]) -> list[Slice]:
    part = np.searchsorted(least, count, side="right") - 1
    return [Slice(kind, label, part == number) for number, label in enumerate(_labels(least))]


def _labels(least: tuple[int, ...]) -> list[str]:
    """ "0", "1 to 5" …, and "more than 200" for the last."""
    closed = [
        str(low) if low == high else f"{low} to {high}"
        for low, high in zip(least, (following - 1 for following in least[1:]), strict=False)
    ]
    return [*closed, f"more than {least[-1] - 1}"]
