"""What books.csv and the titles say about each book, as arrays that a model can index by the book's row.

`read_books` has mended the file itself (month and day swapped, 0 pages, double blanks); what is odd in its
values is handled here: years from 1384 on, books without publisher, series written in a dozen ways.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array

# The years the features tell apart: a 14th-century first edition must not outweigh all others.
FIRST_YEAR, LAST_YEAR = 1950, 2012
# "(Discworld, #30; Tiffany Aching, #1)", "(Riley Jenson Guardian #3)", "(A Knitting Mystery, # 2)",
# "(Persepolis, #1-4)" and "(Robot, #0.1)": the first series of the last brackets, and its first number.
_SERIES = re.compile(r"\(([^()#;]*?)[,:]?\s*#\s*(\d+(?:\.\d+)?)[^()]*\)[^()]*$")
_WORD = re.compile(r"[^\W_]+")
# Words in more titles than this say nothing about taste ("the", "of", "a").
_WORD_MAX_SHARE = 0.05
UNKNOWN = -1


@dataclass(frozen=True)
class Categories:
    """One label a book: `code` (m,) points into `labels`; −1: unknown."""

    code: Int64Array
    labels: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[str]) -> "Categories":
        """Number the labels in the order in which they occur; "" is unknown."""
        codes, labels = pd.factorize(pd.Series(values, dtype=object).replace("", None))
        return cls(codes.astype(np.int64), tuple(labels))

    @property
    def row(self) -> Int64Array:
        """As `code`, but unknown is len(labels), the extra last row of a table."""
        return np.where(self.code == UNKNOWN, len(self.labels), self.code)


@dataclass(frozen=True)
class BookFeatures:
    """The features of m books, all in the order of the names that they were asked for.

    `numbers` (m, 5): average rating, log reviews, log pages, whether the pages are unknown, year; each with
    mean 0 and deviation 1, 0 where unknown. `bins` (m, 4) are the tenths, by count of books, of average
    rating, reviews, pages and year; 10: unknown. `volume` (m,) is the number within the series, NaN without
    one. `is_described` (m,) tells which books books.csv has. `token` and `token_book`, shape (t,), say which
    of `words` stands in which title.
    """

    is_described: BoolArray
    author: Categories
    publisher: Categories
    series: Categories
    era: Categories
    volume: Float64Array
    numbers: Float64Array
    bins: Int64Array
    token: Int64Array
    token_book: Int64Array
    words: tuple[str, ...]

    @classmethod
    def of(cls, names: Sequence[str], books: pd.DataFrame) -> "BookFeatures":
        """The features of the books called `names`, from `books` as `read_books` gives them."""
        described = pd.DataFrame({"book_name": list(names)}, dtype=object).merge(
            books.drop_duplicates("book_name"), on="book_name", how="left"
        )
        series = [series_and_volume(name) for name in names]
        facts = ("rating", "num_reviews", "num_pages", "publish_year")
        average, reviews, pages, year = (np.asarray(described[name], dtype=np.float64) for name in facts)
        year = np.clip(year, FIRST_YEAR, LAST_YEAR)
        columns = (average, np.log1p(reviews), np.log(pages), np.isnan(pages).astype(np.float64), year)
        token, token_book, words = _title_tokens(names)
        return cls(
            is_described=described["rating"].notna().to_numpy(),
            author=Categories.of(described["authors"].fillna("").tolist()),
            publisher=Categories.of(described["publisher"].fillna("").tolist()),
            series=Categories.of([name for name, _ in series]),
            era=Categories.of(["" if np.isnan(value) else era_of(value) for value in year.tolist()]),
            volume=np.array([volume for _, volume in series], dtype=np.float64),
            numbers=np.column_stack([standardised(column) for column in columns]),
            bins=np.column_stack([_quantile_bins(column, 10) for column in (average, reviews, pages, year)]),
            token=token,
            token_book=token_book,
            words=words,
        )


def series_and_volume(title: str) -> tuple[str, float]:
    """The series, in lower case, and the volume that a title names in its last brackets; ("", NaN) without."""
    found = _SERIES.search(title)
    if found is None or not found[1].strip():
        return "", float("nan")
    return found[1].strip().casefold(), float(found[2])


def title_words(title: str) -> list[str]:
    """The words of a title in any script, each once, in lower case, without the brackets that name a series."""
    bare = unicodedata.normalize("NFKC", _SERIES.sub("", title)).casefold()
    return sorted(set(_WORD.findall(bare)))


def era_of(year: float) -> str:
    """The decade of a year; all before 1950, and all after 2012, count as those."""
    return f"{int(min(max(year, FIRST_YEAR), LAST_YEAR)) // 10 * 10}s"


def standardised(column: Float64Array) -> Float64Array:
    """Mean 0 and deviation 1 over what is known, 0 elsewhere; a column without any spread becomes 0 throughout."""
    known = column[~np.isnan(column)]
    if known.size == 0:
        return np.zeros(len(column))
    spread = float(known.std()) or 1.0
    return np.asarray(np.nan_to_num((column - float(known.mean())) / spread), dtype=np.float64)


def _quantile_bins(column: Float64Array, count: int) -> Int64Array:
    """The bin of each value, 0 to count − 1, with about as many books in each; `count` where unknown."""
    known = ~np.isnan(column)
    bins = np.full(len(column), count, dtype=np.int64)
    if known.any():
        edges = np.quantile(column[known], np.arange(1, count) / count)
        bins[known] = np.searchsorted(edges, column[known], side="right")
    return bins


def _title_tokens(names: Sequence[str]) -> tuple[Int64Array, Int64Array, tuple[str, ...]]:
    """Words that link titles: in at least two and in at most a twentieth of them."""
    found = [title_words(name) for name in names]
    counts = Counter(word for words in found for word in words)
    most = max(2.0, _WORD_MAX_SHARE * len(names))
    words = tuple(sorted(word for word, count in counts.items() if 2 <= count <= most))
    number = {word: place for place, word in enumerate(words)}
    pairs = [(number[word], book) for book, each in enumerate(found) for word in each if word in number]
    token, token_book = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return token, token_book, words
