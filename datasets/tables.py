"""The competition's tables, read and written so that every key stays the exact string that was published.

Titles such as 1984, titles in other scripts, titles that differ by case or an invisible character alone are
different keys: nothing here trims, folds or normalises a user id or a book name.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from datasets.table_error import TableError as TableError

RATING_COLUMNS = ("user_id", "book_name", "rating")
TEST_COLUMNS = ("id", "user_id", "book_name")
BOOK_COLUMNS = (
    "book_name",
    "authors",
    "rating",
    "publish_year",
    "publish_month",
    "publish_day",
    "publisher",
    "num_reviews",
    "num_pages",
)


def read_ratings(path: Path) -> pd.DataFrame:
    """Columns user_id, book_name (str), rating (float64), in the file's order. Raises TableError."""
    table = _read(path, RATING_COLUMNS)
    table["rating"] = _floats(path, table, "rating")
    return table


def read_test(path: Path) -> pd.DataFrame:
    """Columns id (int64), user_id (str), book_name (str), rows in the file's order. Raises TableError."""
    table = _read(path, TEST_COLUMNS)
    table["id"] = _integers(path, table, "id")
    return table


def read_books(path: Path) -> pd.DataFrame:
    """The columns of books.csv, mended where the published file is known to be odd. Raises TableError.

    publish_month (1 to 12) and publish_day (1 to 31) stand swapped in the file and are swapped back; double
    blanks in authors and publisher are collapsed; a missing publisher is ""; 0 pages means unknown and
    becomes NaN. publish_year, publish_month, publish_day, num_reviews are int64; rating (the average) and
    num_pages float64.
    """
    table = _read(path, BOOK_COLUMNS)
    for column in ("publish_year", "publish_month", "publish_day", "num_reviews"):
        table[column] = _integers(path, table, column)
    for column in ("rating", "num_pages"):
        table[column] = _floats(path, table, column)
    table["publish_month"], table["publish_day"] = table["publish_day"].copy(), table["publish_month"].copy()
    for column in ("authors", "publisher"):
        table[column] = table[column].str.replace(r" {2,}", " ", regex=True)
    table["num_pages"] = table["num_pages"].mask(table["num_pages"] == 0)
    return table


def write_books(path: Path, books: pd.DataFrame) -> None:
    """Write what `read_books` reads, in the published form: month and day swapped, unknown pages as 0."""
    published = books.loc[:, list(BOOK_COLUMNS)].copy()
    published["publish_month"], published["publish_day"] = books["publish_day"], books["publish_month"]
    published["num_pages"] = books["num_pages"].fillna(0).astype("int64")
    write_table(path, published)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a CSV file: UTF-8, LF, quotes where needed, floats as short as reads back the same."""
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)


def _read(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """All cells as exact strings, after the header was found to be `columns`."""
    wanted = ",".join(columns)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header = next(csv.reader(stream), [])
        if header != list(columns):
            raise TableError(
                f"{path}: the header is '{','.join(header)[:200]}', it should be '{wanted}'. Take it anew."
            )
        table = pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8-sig")
        # Without a header of its own, an extra column in every row would become the index.
        if not isinstance(table.index, pd.RangeIndex):
            raise TableError(f"{path}: the rows have more cells than the header '{wanted}'. Take it anew.")
        return table
    except FileNotFoundError as error:
        raise TableError(f"{path}: there is no such file. It should hold '{wanted}'.") from error
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror or error}).") from error
    except (UnicodeDecodeError, csv.Error, pd.errors.ParserError) as error:
        raise TableError(f"{path}: this is not a CSV file in UTF-8 ({error}). Take the file anew.") from error


def _floats(path: Path, table: pd.DataFrame, column: str) -> "pd.Series[float]":
    """One column as float64; the first cell that is no number is named by its row."""
    numbers = pd.to_numeric(table[column], errors="coerce").astype("float64")
    _refuse(path, table[column], numbers.isna(), "a number")
    return numbers


def _integers(path: Path, table: pd.DataFrame, column: str) -> "pd.Series[int]":
    """One column as int64; the first cell that is no whole number is named by its row."""
    _refuse(path, table[column], ~table[column].str.fullmatch(r"-?[0-9]{1,18}"), "a whole number")
    return table[column].astype("int64")


def _refuse(path: Path, cells: "pd.Series[str]", is_bad: "pd.Series[bool]", wanted: str) -> None:
    if is_bad.any():
        row = int(is_bad.to_numpy().argmax())
        found = f"{cells.name} '{cells.iloc[row]}'"
        raise TableError(f"{path}: row {row + 1} below the header: {found} is not {wanted}. Take it anew.")
