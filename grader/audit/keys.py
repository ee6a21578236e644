"""Users and items by name: those that train does not know, those that no table describes, and look-alikes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.audit.competition_data import CompetitionData
from grader.audit.folding import FOLDS, fold_codes, folded
from grader.audit.report import Finding, Level, counted, listed, percent
from grader.audit.tables import Column, StringArray, Table

# Below a tenth of the rows the unseen are a detail of the contest, above it they are what it is about.
MANY_UNSEEN_SHARE = 0.10


@dataclass(frozen=True)
class Lookup:
    """A further table with one row for each value of `key`, a column of test.csv: books.csv by book_name."""

    table: Table
    key: str

    def row_of(self, values: StringArray) -> "pd.Index[int]":
        """The row that describes each value, -1 where there is none."""
        column = self.table.columns[self.key]
        return pd.Index(column.values[column.codes]).get_indexer(pd.Index(values))  # type: ignore[return-value]


def lookups(data: CompetitionData) -> list[Lookup]:
    """The further tables that describe what test.csv names: each by the first column that is unique there."""
    found = []
    for table in data.more.values():
        keys = [column.name for column in data.features if column.name in table.columns]
        unique = [name for name in keys if table.columns[name].values.size == table.row_count]
        if unique:
            found.append(Lookup(table, unique[0]))
    return found


def unseen_values(data: CompetitionData) -> Finding:
    """Users or items of test.csv that never occur in train.csv: nothing about them can be learnt there."""
    check = "unseen_values"
    named = [column for column in data.shared if column.names_something]
    if data.train is None or not named:
        return Finding(check, Level.INFO, "Train and test share no column whose values come again.")
    evidence, most = [], 0.0
    for column in named:
        in_train, in_test = column.train.counts > 0, column.test.counts > 0
        unseen = in_test & ~in_train
        if unseen.any():
            rows = int(column.test.counts[unseen].sum())
            first = str(column.test.values[int(unseen.argmax())])[:60]
            most = max(most, rows / data.test.row_count)
            evidence.append(
                f"{column.name}: {unseen.sum():,} of {in_test.sum():,} values, in {counted(rows, 'row')} "
                f"({percent(rows / data.test.row_count)}), such as {first!r}"
            )
    columns = ", ".join(column.name for column in named)
    if not evidence:
        return Finding(check, Level.OK, f"Every value of {columns} in {data.test.name} occurs in {data.train.name}.")
    return Finding(
        check,
        Level.YELLOW if most >= MANY_UNSEEN_SHARE else Level.INFO,
        f"Up to {percent(most)} of the rows of {data.test.name} name something that {data.train.name} lacks.",
        f"If that is not meant, draw {data.test.name} from rows whose names occur in {data.train.name}.",
        listed(evidence),
    )


def undescribed_values(data: CompetitionData) -> Finding:
    """Values of train or test that the table which describes them (books.csv) lacks."""
    check = "undescribed_values"
    found = lookups(data)
    if not found:
        return Finding(
            check,
            Level.INFO,
            f"No other file says more about what a row of {data.test.name} names, such as the books of a rating.",
        )
    evidence = []
    for lookup in found:
        for table in (data.train, data.test):
            if table is None or lookup.key not in table.columns:
                continue
            column = table.columns[lookup.key]
            lacking = lookup.row_of(column.values) < 0
            if lacking.any():
                rows = int(column.counts[lacking].sum())
                first = str(column.values[int(lacking.argmax())])[:60]
                evidence.append(
                    f"{lookup.table.name} lacks {counted(int(lacking.sum()), 'value')} of {lookup.key} in "
                    f"{table.name} ({counted(rows, 'row')}), such as {first!r}"
                )
    names = ", ".join(lookup.table.name for lookup in found)
    if not evidence:
        return Finding(check, Level.OK, f"{names} describes every value that train and test name.")
    headline = f"{names} does not describe everything that train and test name."
    return Finding(check, Level.YELLOW, headline, f"Add the rows that {names} lacks.", listed(evidence))


def colliding_keys(data: CompetitionData) -> Finding:
    """Names that are different strings, but equal up to case, accents, punctuation, blanks or Unicode form."""
    check = "colliding_keys"
    evidence, worst = [], ""
    for name, values in _names(data).items():
        collisions = {fold: _collisions(values, fold_codes(values, FOLDS[fold])) for fold in FOLDS}
        lines = [
            f"{name}, {fold}: {counted(groups, 'group')}, {counted(together, 'value')}, such as {example}"
            for fold, (groups, together, example) in collisions.items()
            if groups
        ]
        if lines:
            together = _collisions(values, fold_codes(values, folded))[1]
            worst = worst or f"{together:,} of {values.size:,} values of {name} look like another one."
            evidence += lines
    if not evidence:
        return Finding(check, Level.OK, "No two names look alike up to case, accents, punctuation and blanks.")
    cure = "Keys must be matched exactly: say so on the data page, or give the things numbers."
    return Finding(check, Level.YELLOW, worst, cure, listed(evidence))


def _names(data: CompetitionData) -> dict[str, StringArray]:
    """All distinct values of each column of text that names rows of another table, or comes again in train."""
    columns: dict[str, list[Column]] = {}
    for column in data.shared:
        if column.names_something and column.train.numbers is None:
            columns.setdefault(column.name, []).extend((column.train, column.test))
    for lookup in lookups(data):
        column_of_table = lookup.table.columns[lookup.key]
        if column_of_table.numbers is None:
            columns.setdefault(lookup.key, []).append(column_of_table)
    return {
        name: np.asarray(pd.unique(np.concatenate([column.values for column in found])), dtype=object)
        for name, found in columns.items()
    }


def _collisions(values: StringArray, codes: "np.typing.NDArray[np.int64]") -> tuple[int, int, str]:
    """How many groups of values have one code, how many values they hold, and the first two as an example."""
    counts = np.bincount(codes)
    crowded = np.flatnonzero(counts > 1)
    if not crowded.size:
        return 0, 0, ""
    first, second = values[codes == crowded[0]][:2]
    return int(crowded.size), int(counts[crowded].sum()), f"{first[:40]!r} and {second[:40]!r}"
