"""A competition's tables as the audit reads them: every cell the exact string that stands in the file."""

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.container import open_csv
from grader.scoring.rejection import Rejected

# An audit holds the tables in memory whole; ten million rows of three short columns take about 300 MB on disk.
MAX_BYTES = 2_000_000_000
MAX_UNPACKED_BYTES = 4_000_000_000
# What programs write where a value is missing. In a column of text each of them may also be a value.
MISSING_WORDS = frozenset({"na", "n/a", "nan", "null", "none", "-", "?", "#n/a"})

StringArray: TypeAlias = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Column:
    """One column: `codes`, shape (n,), say which of the distinct `values` stands in each row."""

    name: str
    codes: Int64Array
    values: StringArray

    @cached_property
    def counts(self) -> Int64Array:
        """How many rows hold each value."""
        return np.bincount(self.codes, minlength=self.values.size)

    @cached_property
    def is_missing(self) -> BoolArray:
        """Which rows hold nothing but blanks."""
        return np.array([not value.strip() for value in self.values], dtype=np.bool_)[self.codes]

    @cached_property
    def numbers(self) -> Float64Array | None:
        """The cells as numbers, NaN where one is missing or infinite. None: the column holds text, or nothing."""
        words = pd.Series(self.values, dtype=object)
        numbers = pd.to_numeric(words, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        odd = words[np.isnan(numbers)].str.strip().str.lower()
        if not bool((odd.isin(MISSING_WORDS) | (odd == "")).all()) or bool(np.isnan(numbers).all()):
            return None
        return np.where(np.isfinite(numbers), numbers, np.nan)[self.codes]

    @cached_property
    def is_whole(self) -> bool:
        """Whether all cells that hold something are whole numbers."""
        if self.numbers is None:
            return False
        present = self.numbers[~np.isnan(self.numbers)]
        return bool((present == np.floor(present)).all())

    @cached_property
    def names_something(self) -> bool:
        """Whether the values are names (of a user, an item, a class), which come again, rather than measures."""
        repeats = self.codes.size >= 2 * int(np.count_nonzero(self.counts))
        return repeats and (self.numbers is None or self.is_whole)


@dataclass(frozen=True)
class Table:
    """A file's columns by name, in its order; all have `row_count` rows."""

    name: str
    columns: dict[str, Column]
    row_count: int

    def line(self, row: int) -> int:
        """The line of the file on which a row begins, when no blank line stands before it."""
        breaks = sum(
            np.array([value.count("\n") for value in column.values], dtype=np.int64)[column.codes[:row]].sum()
            for column in self.columns.values()
            if any("\n" in value for value in column.values)
        )
        return int(row + 2 + breaks)


def read_table(path: Path) -> Table:
    """Read a CSV in UTF-8 with a header, packed or not. Raises ValueError with file, finding and cure."""
    name = path.name
    try:
        with open_csv(path, max_bytes=MAX_BYTES, max_unpacked_bytes=MAX_UNPACKED_BYTES) as stream:
            cells = pd.read_csv(stream, header=None, dtype=str, keep_default_na=False, na_filter=False)
    except Rejected as rejected:
        raise ValueError(f"{name}: {rejected}") from rejected
    except OSError as error:
        raise ValueError(f"{name}: cannot be read ({error.strerror or error}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: {_first_odd_line(path)} is not UTF-8. Save the file as UTF-8.") from error
    except (csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ValueError(f"{name}: this is not a CSV table ({str(error).strip()}). Mend the line.") from error
    header = [str(cell).removeprefix("\ufeff") for cell in cells.iloc[0]]
    _check_header(name, header)
    if len(cells) == 1:
        raise ValueError(f"{name}: no row stands below the header. Take the file anew.")
    columns = {}
    for place, column in enumerate(header):
        codes, values = pd.factorize(cells[place].iloc[1:].to_numpy(dtype=object))
        columns[column] = Column(column, codes.astype(np.int64), np.asarray(values, dtype=object))
    return Table(name, columns, len(cells) - 1)


def _check_header(name: str, header: list[str]) -> None:
    if not all(column.strip() for column in header):
        raise ValueError(f"{name}: a column of the header has no name. Leave it out; in pandas: index=False.")
    doubled = [column for column in header if header.count(column) > 1]
    if doubled:
        raise ValueError(f"{name}: the header names {doubled[0]!r} twice. Keep one of the two.")


def _first_odd_line(path: Path) -> str:
    """Which line does not decode."""
    with open_csv(path, max_bytes=MAX_BYTES, max_unpacked_bytes=MAX_UNPACKED_BYTES) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return f"line {number:,}"
    return "the file"
