"""Rows that stand where they should not: in train and test, twice in one file, or nearly so."""

import numpy as np

from grader.audit.competition_data import CompetitionData, SharedColumn, combined_keys
from grader.audit.folding import fold_codes, folded, number_codes
from grader.audit.report import Finding, Level, counted, listed, percent
from grader.audit.tables import Table
from grader.scoring.arrays import BoolArray, Int64Array

# A row whose answer stands in train has no error. From a hundredth of the rows on that lowers a score by as much
# as two good models differ; below, it is there to be mended, and decides nothing.
RED_SHARED_SHARE = 0.01


def shared_rows(data: CompetitionData) -> Finding:
    """Rows of test.csv that count and that train.csv has too, with their answers: equal in all shared columns."""
    check = "shared_rows"
    train = data.train
    if train is None or not data.shared:
        return _nothing_to_compare(check, data)
    is_shared = np.isin(data.test_keys, data.train_keys) & data.is_labelled
    count = int(is_shared.sum())
    if not count:
        return Finding(check, Level.OK, f"No row of {data.test.name} that counts stands in {train.name}.")
    share = count / int(data.is_labelled.sum())
    columns = ", ".join(column.name for column in data.shared)
    headline = (
        f"{counted(count, 'row')} of {data.test.name} ({percent(share)}) "
        f"{'stands' if count == 1 else 'stand'} in {train.name} too, equal in {columns}."
    )
    if not data.keys_tell_rows_apart:
        return Finding(check, Level.INFO, f"{headline} Rows repeat in {train.name} itself: this may be their nature.")
    keys, first = np.unique(data.train_keys, return_index=True)
    evidence = (
        f"line {data.test.line(row):,} of {data.test.name} = "
        f"line {train.line(int(first[np.searchsorted(keys, data.test_keys[row])])):,} of {train.name}: "
        f"{_row(data.test, data, row)}"
        for row in np.flatnonzero(is_shared).tolist()
    )
    return Finding(
        check,
        Level.RED if share >= RED_SHARED_SHARE else Level.YELLOW,
        headline,
        f"Take them out of {train.name}, or mark them Ignored in the solution: their answers can be copied.",
        listed(evidence, count),
    )


def near_duplicates(data: CompetitionData) -> Finding:
    """Rows of test.csv that count, with a key of train.csv but for case, accents, punctuation, blanks, or 7.0 for 7."""
    check = "near_duplicates"
    train = data.train
    if train is None or not data.shared:
        return _nothing_to_compare(check, data)
    in_train, in_test = combined_keys([_spelling_codes(column) for column in data.shared])
    is_near = np.isin(in_test, in_train) & ~np.isin(data.test_keys, data.train_keys) & data.is_labelled
    count = int(is_near.sum())
    if not count:
        further = "further row" if (np.isin(data.test_keys, data.train_keys) & data.is_labelled).any() else "row"
        return Finding(check, Level.OK, f"No {further} of {data.test.name} that counts is nearly one of {train.name}.")
    keys, first = np.unique(in_train, return_index=True)
    evidence = (
        f"line {data.test.line(row):,} of {data.test.name} ~ "
        f"line {train.line(int(first[np.searchsorted(keys, in_test[row])])):,} of {train.name}: "
        f"{_row(data.test, data, row)}"
        for row in np.flatnonzero(is_near).tolist()
    )
    return Finding(
        check,
        Level.YELLOW if data.keys_tell_rows_apart else Level.INFO,
        f"{counted(count, 'row')} of {data.test.name} ({percent(count / int(data.is_labelled.sum()))}) "
        f"{'is' if count == 1 else 'are'} in {train.name} under another spelling.",
        "Look whether they are the same thing twice; if so, treat them as rows that stand in both.",
        listed(evidence, count),
    )


def duplicate_keys(data: CompetitionData) -> Finding:
    """Rows that stand twice in train.csv or in test.csv: equal in all shared columns."""
    check = "duplicate_keys"
    train = data.train
    if train is None or not data.shared:
        return _nothing_to_compare(check, data)
    doubled = {table.name: (table, _repeats(keys)) for table, keys in _keyed_tables(train, data)}
    counts = {name: int(repeats.sum()) for name, (_, repeats) in doubled.items()}
    columns = ", ".join(column.name for column in data.shared)
    if not any(counts.values()):
        return Finding(check, Level.OK, f"No row stands twice in a file ({columns}).")
    headline = (
        " and ".join(f"{counted(count, 'row')} of {name}" for name, count in counts.items() if count)
        + f" {'repeats' if sum(counts.values()) == 1 else 'repeat'} an earlier one ({columns})."
    )
    if not data.keys_tell_rows_apart:
        return Finding(check, Level.INFO, f"{headline} The columns do not name a row here.")
    evidence = (
        f"line {table.line(row):,} of {name}: {_row(table, data, row)}"
        for name, (table, repeats) in doubled.items()
        for row in np.flatnonzero(repeats).tolist()
    )
    cure = "Keep one row for each key, or say on the competition's page what a repeated one means."
    return Finding(check, Level.YELLOW, headline, cure, listed(evidence, sum(counts.values())))


def matching_ids(data: CompetitionData) -> Finding:
    """Whether test.csv and the solution list the same ids, each once."""
    check = "test_ids"
    repeats = int(_repeats(data.ids).sum())
    unlabelled = int((~np.isin(data.ids, data.solution.row_ids)).sum())
    unasked = int((~np.isin(data.solution.row_ids, data.ids)).sum())
    if not repeats + unlabelled + unasked:
        return Finding(check, Level.OK, f"{data.test.name} and the solution list the same {data.ids.size:,} ids.")
    evidence = (
        f"{counted(number, 'id')} {what}"
        for number, what in (
            (repeats, f"repeated in {data.test.name}"),
            (unlabelled, f"of {data.test.name} without a label"),
            (unasked, f"of the solution not in {data.test.name}"),
        )
        if number
    )
    headline = f"The ids of {data.test.name} and of the solution are not the same, each once."
    return Finding(check, Level.RED, headline, "Upload the two files of one split.", listed(evidence))


def target_in_test(data: CompetitionData) -> Finding:
    """Whether test.csv still has the column that is to be predicted."""
    check = "target_in_test"
    if data.target_column not in data.test.columns:
        return Finding(check, Level.OK, f"{data.test.name} has no column {data.target_column}.")
    headline = f"{data.test.name} has the column {data.target_column}, which is to be predicted."
    return Finding(check, Level.RED, headline, f"Take the column out of {data.test.name}.")


def _spelling_codes(column: SharedColumn) -> tuple[Int64Array, Int64Array]:
    """Codes of the rows of train and test: other spellings of one name or whole number have the same."""
    if column.train.numbers is None:
        codes = fold_codes(column.train.values, folded)
    elif column.train.is_whole:
        codes = number_codes(column.train.values)
    else:
        return column.train.codes, column.test.codes
    return codes[column.train.codes], codes[column.test.codes]


def _keyed_tables(train: Table, data: CompetitionData) -> list[tuple[Table, Int64Array]]:
    return [(train, data.train_keys), (data.test, data.test_keys)]


def _repeats(keys: Int64Array) -> BoolArray:
    is_repeat = np.ones(keys.size, dtype=np.bool_)
    is_repeat[np.unique(keys, return_index=True)[1]] = False
    return is_repeat


def _row(table: Table, data: CompetitionData, row: int) -> str:
    cells = ((column.name, table.columns[column.name]) for column in data.shared[:3])
    return ", ".join(f"{name} {column.values[column.codes[row]][:60]!r}" for name, column in cells)


def _nothing_to_compare(check: str, data: CompetitionData) -> Finding:
    if data.train is None:
        return Finding(check, Level.INFO, "There is no train.csv to compare with.")
    return Finding(check, Level.INFO, f"{data.train.name} and {data.test.name} have no column in common.")
