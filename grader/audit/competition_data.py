"""What is audited: the tables, the hidden labels beside the rows of test.csv, and the columns of both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from grader.audit.tables import Column, Table, read_table
from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.solution import Solution


@dataclass(frozen=True)
class SharedColumn:
    """A column of both train and test: codes into one list of distinct values."""

    name: str
    train: Column
    test: Column

    @property
    def names_something(self) -> bool:
        """Whether the values are names that come again in train (of a user, a book)."""
        return self.train.names_something


@dataclass(frozen=True)
class CompetitionData:
    """The tables of a competition, and its solution in the order of the rows of test.csv.

    `targets`, float64 (n,), is NaN where test.csv has a row without a label, which then is neither public nor
    private; `groups` are those of the solution, -1 without one. `train` None: the competition publishes none.
    """

    train: Table | None
    test: Table
    more: Mapping[str, Table]
    solution: Solution
    id_column: str
    target_column: str
    metric: str
    k: int | None
    ids: Int64Array
    targets: Float64Array
    is_public: BoolArray
    is_private: BoolArray
    groups: Int64Array | None

    @cached_property
    def is_labelled(self) -> BoolArray:
        """Which rows of test.csv count for one of the two scores."""
        return self.is_public | self.is_private

    @cached_property
    def shared(self) -> tuple[SharedColumn, ...]:
        """The columns that train and test have in common, without id and target, in the order of test.csv."""
        if self.train is None:
            return ()
        apart = {self.id_column, self.target_column}
        names = [name for name in self.test.columns if name in self.train.columns and name not in apart]
        return tuple(_share(self.train.columns[name], self.test.columns[name]) for name in names)

    @cached_property
    def features(self) -> tuple[Column, ...]:
        """The columns of test.csv without id and target, each row beside its label."""
        return tuple(
            column for name, column in self.test.columns.items() if name not in (self.id_column, self.target_column)
        )

    @cached_property
    def train_targets(self) -> Float64Array | None:
        """The labels of train, NaN where one is missing. None: no train, no such column, or one of text."""
        if self.train is None or self.target_column not in self.train.columns:
            return None
        return self.train.columns[self.target_column].numbers

    @cached_property
    def train_keys(self) -> Int64Array:
        """A number for each row of train: rows of equal shared columns have the same."""
        return self._keys[0]

    @cached_property
    def test_keys(self) -> Int64Array:
        """As `train_keys`, for the rows of test.csv; numbers can be compared between the two."""
        return self._keys[1]

    @cached_property
    def keys_tell_rows_apart(self) -> bool:
        """Whether a row of train is named by its shared columns: most stand there once."""
        return self.train is not None and 2 * np.unique(self.train_keys).size > self.train.row_count

    @cached_property
    def _keys(self) -> tuple[Int64Array, Int64Array]:
        return combined_keys([(column.train.codes, column.test.codes) for column in self.shared])


def read_competition(
    train: Path | None,
    test: Path,
    solution: Solution,
    *,
    id_column: str,
    target_column: str,
    metric: str,
    k: int | None,
    more: Mapping[str, Path],
    say: Callable[[str], None],
) -> CompetitionData:
    """Read all tables and put the labels beside the rows of test.csv.

    Raises ValueError with file, finding and cure: a file that cannot be read as a table, a test.csv without
    `id_column`, with ids that are no integers, or with none of the solution's.
    """
    tables = {}
    for name, path in more.items():
        say(f"Reading {name}")
        tables[name] = read_table(path)
    say(f"Reading {test.name}")
    test_table = read_table(test)
    ids = _ids(test_table, id_column)
    place = np.minimum(np.searchsorted(solution.row_ids, ids), solution.row_ids.size - 1)
    is_known = solution.row_ids[place] == ids
    if not is_known.any():
        raise ValueError(f"{test.name}: none of its ids is in the solution. Take the two files of one split.")
    if not (is_known & (solution.is_public | solution.is_private)[place]).any():
        raise ValueError(f"{test.name}: none of its rows counts for a score. Mark rows Public and Private.")
    if train is not None:
        say(f"Reading {train.name}")
    return CompetitionData(
        train=None if train is None else read_table(train),
        test=test_table,
        more=tables,
        solution=solution,
        id_column=id_column,
        target_column=target_column,
        metric=metric,
        k=k,
        ids=ids,
        targets=np.where(is_known, solution.targets[place], np.nan),
        is_public=is_known & solution.is_public[place],
        is_private=is_known & solution.is_private[place],
        groups=None if solution.groups is None else np.where(is_known, solution.groups[place], -1),
    )


def combined_keys(columns: list[tuple[Int64Array, Int64Array]]) -> tuple[Int64Array, Int64Array]:
    """One number for each row of two tables, given the codes of each column in both: equal rows, equal numbers."""
    if not columns:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    first = columns[0][0].size
    key = np.concatenate(columns[0])
    for pair in columns[1:]:
        codes = np.concatenate(pair)
        # Distinct keys and distinct codes each fit 32 bits: their product does not overflow.
        key = pd.factorize(key)[0].astype(np.int64) * (int(codes.max(initial=0)) + 1) + codes
    return key[:first], key[first:]


def _share(train: Column, test: Column) -> SharedColumn:
    codes, values = pd.factorize(np.concatenate([train.values, test.values]))
    in_train, in_test = codes[: train.values.size].astype(np.int64), codes[train.values.size :].astype(np.int64)
    names = np.asarray(values, dtype=object)
    return SharedColumn(
        train.name,
        Column(train.name, in_train[train.codes], names),
        Column(test.name, in_test[test.codes], names),
    )


def _ids(test: Table, id_column: str) -> Int64Array:
    if id_column not in test.columns:
        found = ", ".join(test.columns)
        raise ValueError(f"{test.name}: there is no column {id_column!r}; found {found}. Name the column of ids.")
    column = test.columns[id_column]
    is_odd = ~pd.Series(column.values, dtype=str).str.fullmatch(r"[+-]?[0-9]{1,18}").to_numpy(dtype=np.bool_)
    if is_odd.any():
        row = int(np.isin(column.codes, np.flatnonzero(is_odd)).argmax())
        cell = column.values[column.codes[row]][:40]
        raise ValueError(f"{test.name}: line {test.line(row)}: id {cell!r} is not a whole number. Mend the ids.")
    return np.array([int(value) for value in column.values], dtype=np.int64)[column.codes]
