"""Columns with gaps, without content, and with numbers that stand for "not known"."""

from collections.abc import Iterator

import numpy as np

from grader.audit.competition_data import CompetitionData
from grader.audit.report import Finding, Level, counted, listed, percent
from grader.audit.tables import Column, Table
from grader.scoring.arrays import Float64Array

# Fewer gaps than one row in twenty change no model's rank; a gap in a name always matters.
MANY_MISSING_SHARE = 0.05
# Fewer equal cells than this may be chance.
FEWEST_STAND_INS = 5
# A zero is odd where it is far more frequent than a number next to it: up to 1, or a fiftieth of the usual one.
NEAR_ZERO = 1 / 50
FAR_MORE = 3
# Stars, grades and small counts have a zero of their own.
SMALL_SCALE = 20.0
LONE_NEGATIVES = (-1.0, -9.0, -99.0, -999.0, -9999.0)
# 999 for "not known" lies far above what else there is.
FAR_ABOVE = 2.0
NINES = frozenset({99.0, 999.0, 9999.0, 99999.0, 999999.0})


def train_target(data: CompetitionData) -> Finding:
    """Whether train.csv has the column that is to be learnt, and numbers in it."""
    check = "train_target"
    train, name = data.train, data.target_column
    if train is None:
        return Finding(check, Level.INFO, "There is no train.csv.")
    # Who ranks candidates often learns from what was bought or read, and a row then says enough.
    level = Level.INFO if data.groups is not None else Level.YELLOW
    cure = f"Add the labels to {train.name}, or say on the data page what is to be learnt from it."
    if name not in train.columns:
        return Finding(check, level, f"{train.name} has no column {name}.", cure)
    if data.train_targets is None:
        return Finding(check, level, f"{name} in {train.name} holds something that is not a number.", cure)
    return Finding(check, Level.OK, f"{train.name} has its labels, as numbers, in the column {name}.")


def missing_values(data: CompetitionData) -> Finding:
    """Empty cells, and NA, null, inf and the like among numbers, in all tables."""
    check = "missing_values"
    names = {column.name for column in data.shared if column.names_something}
    evidence, level = [], Level.INFO
    for table, column in _columns(data):
        missing = _missing_cells(column)
        if not missing:
            continue
        share = missing / table.row_count
        evidence.append((share, f"{table.name}, {column.name}: {counted(missing, 'cell')} ({percent(share)})"))
        if share >= MANY_MISSING_SHARE or (column.name in names and table in (data.train, data.test)):
            level = Level.YELLOW
    if not evidence:
        return Finding(check, Level.OK, "No cell is empty.")
    evidence.sort(key=lambda found: -found[0])
    headline = f"{counted(len(evidence), 'column')} {'has' if len(evidence) == 1 else 'have'} empty cells."
    cure = "Say on the data page what an empty cell means, or fill the cells."
    return Finding(check, level, headline, cure, listed(line for _, line in evidence))


def constant_columns(data: CompetitionData) -> Finding:
    """Columns that hold the same in every row."""
    check = "constant_columns"
    evidence = [
        f"{table.name}, {column.name}: {str(column.values[0])[:60]!r} in all {counted(table.row_count, 'row')}"
        for table, column in _columns(data)
        if column.values.size == 1 and table.row_count > 1
    ]
    if not evidence:
        return Finding(check, Level.OK, "No column is constant.")
    headline = f"{counted(len(evidence), 'column')} {'says' if len(evidence) == 1 else 'say'} the same in every row."
    return Finding(check, Level.YELLOW, headline, "Leave such columns out: they tell nothing.", listed(evidence))


def stand_in_numbers(data: CompetitionData) -> Finding:
    """Numbers that seem to stand for "not known": 0 where all else lies well above, a lone -1, 999 far above."""
    check = "stand_in_numbers"
    evidence = []
    for table, column in _columns(data):
        if column.numbers is None or column.name == data.id_column:
            continue
        present = column.numbers[~np.isnan(column.numbers)]
        for number in _stand_ins(present):
            rows = int((present == number).sum())
            where = f"{table.name}, {column.name}"
            usual = float(np.median(present[present != number]))
            evidence.append(f"{where}: {number:g} in {counted(rows, 'row')}, where the middle value is {usual:g}")
    if not evidence:
        return Finding(check, Level.OK, 'No number seems to stand for "not known".')
    return Finding(
        check,
        Level.YELLOW,
        f"{counted(len(evidence), 'column')} {'holds' if len(evidence) == 1 else 'hold'} a number that seems to say "
        '"not known".',
        "Say on the data page what the number means, or leave the cells empty.",
        listed(evidence),
    )


def _columns(data: CompetitionData) -> Iterator[tuple[Table, Column]]:
    """Every column that participants get; the target of test.csv has a check of its own."""
    tables = [table for table in (data.train, data.test, *data.more.values()) if table is not None]
    for table in tables:
        for column in table.columns.values():
            if table is not data.test or column.name != data.target_column:
                yield table, column


def _missing_cells(column: Column) -> int:
    return int((column.is_missing if column.numbers is None else np.isnan(column.numbers)).sum())


def _stand_ins(present: Float64Array) -> Iterator[float]:
    positive = present[present > 0]
    if positive.size < 2 * FEWEST_STAND_INS:
        return
    zeros, negative = int((present == 0).sum()), present[present < 0]
    near_zero = positive[positive <= max(1.0, NEAR_ZERO * float(np.median(positive)))]
    usual_count = near_zero.size / max(1, np.unique(near_zero).size)
    is_few = FEWEST_STAND_INS <= zeros < positive.size
    if not negative.size and is_few and zeros > FAR_MORE * usual_count and positive.max() > SMALL_SCALE:
        yield 0.0
    if FEWEST_STAND_INS <= negative.size < positive.size and np.isin(negative, LONE_NEGATIVES).all():
        yield float(negative[0])
    largest = float(positive.max())
    below = positive[positive < largest]
    if (
        largest in NINES
        and positive.size - below.size >= FEWEST_STAND_INS
        and below.size
        and largest > FAR_ABOVE * below.max()
    ):
        yield largest
