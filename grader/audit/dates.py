"""Dates in columns of their own (year, month, day) or written out (2006-05-17)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.audit.competition_data import CompetitionData
from grader.audit.report import Finding, Level, counted, listed
from grader.audit.tables import Column, Table
from grader.scoring.arrays import BoolArray, Float64Array

MONTHS = 12
LONGEST_MONTHS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.float64)
WRITTEN_OUT = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?", re.ASCII)
# A column of dates has a date in nearly every cell that holds something.
DATE_SHARE = 0.90


@dataclass(frozen=True)
class DateColumns:
    """The month and the day of each row of a table, NaN where missing, and what to call them."""

    table: Table
    month_name: str
    day_name: str
    month: Float64Array
    day: Float64Array


def dates(data: CompetitionData) -> Finding:
    """Months beyond 12 where no day is (the two are swapped), and days that no month has."""
    check = "dates"
    tables = [table for table in (data.train, data.test, *data.more.values()) if table is not None]
    found = [columns for table in tables for columns in _date_columns(table)]
    if not found:
        return Finding(check, Level.INFO, "No table holds columns of month and day, or dates such as 2006-05-17.")
    evidence, swapped, wrong = [], 0, 0
    for columns in found:
        month, day = columns.month, columns.day
        where = f"{columns.table.name}, {columns.month_name} and {columns.day_name}"
        beyond = int((month > MONTHS).sum())
        if beyond and not (day > MONTHS).any():
            swapped += 1
            evidence.append(
                f"{where}: month goes to {np.nanmax(month):g} ({counted(beyond, 'row')} beyond 12), "
                f"day never beyond {np.nanmax(day):g}: swapped"
            )
            month, day = day, month
        is_wrong = _is_impossible(month, day)
        if is_wrong.any():
            wrong += int(is_wrong.sum())
            first = columns.table.line(int(is_wrong.argmax()))
            evidence.append(f"{where}: {counted(int(is_wrong.sum()), 'impossible date')}, the first on line {first:,}")
    if not evidence:
        return Finding(check, Level.OK, "Every month is one of 12, and has its day.")
    parts = [f"Month and day are swapped in {counted(swapped, 'table')}."] if swapped else []
    parts += [f"{counted(wrong, 'date')} {'does' if wrong == 1 else 'do'} not exist."] if wrong else []
    cure = "Mend the columns, or say on the data page how they are to be read."
    return Finding(check, Level.YELLOW, " ".join(parts), cure, listed(evidence))


def _date_columns(table: Table) -> Iterator[DateColumns]:
    for name, column in table.columns.items():
        partner = table.columns.get(re.sub("month", "day", name, flags=re.IGNORECASE))
        if partner is None or partner is column:
            partner = table.columns.get(re.sub("month", "Day", name, flags=re.IGNORECASE))
        if "month" in name.lower() and partner is not None and partner is not column:
            if column.numbers is not None and partner.numbers is not None:
                yield DateColumns(table, name, partner.name, column.numbers, partner.numbers)
        elif column.numbers is None:
            yield from _written_out(table, column)


def _written_out(table: Table, column: Column) -> Iterator[DateColumns]:
    matches = [WRITTEN_OUT.fullmatch(value.strip()) for value in column.values]
    is_date = np.array([match is not None for match in matches], dtype=np.bool_)
    dated, filled = int(column.counts[is_date].sum()), int((~column.is_missing).sum())
    if dated and dated >= DATE_SHARE * filled:
        parts = pd.DataFrame([(match[2], match[3]) if match else (None, None) for match in matches])
        numbers = parts.astype("float64").to_numpy()[column.codes]
        yield DateColumns(table, f"{column.name} (month)", "day", numbers[:, 0], numbers[:, 1])


def _is_impossible(month: Float64Array, day: Float64Array) -> BoolArray:
    """Which rows name a month outside 1..12 or a day that it never has; 0 and NaN say nothing."""
    says = ~np.isnan(month) & ~np.isnan(day) & (month != 0) & (day != 0)
    is_month = says & (month >= 1) & (month <= MONTHS)
    longest = LONGEST_MONTHS[np.where(is_month, month, 1).astype(np.int64) - 1]
    impossible: BoolArray = says & (~is_month | (day < 1) | (day > longest))
    return impossible
