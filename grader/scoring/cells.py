"""The grammar of ids and numbers, and the lines and cells of a CSV with a message for each that breaks it.

Digits are ASCII digits; blanks around a number are passed over; `1_000`, `1,000`, hexadecimal and other
scripts' digits are not numbers. This is the language that the fast path's pandas accepts, and quotes.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence

from grader.scoring.header import MAX_LINE_BYTES
from grader.scoring.prediction_format import OutOfRange, PredictionFormat
from grader.scoring.rejection import ProblemList, quoted

BLANKS = " \t\v\f"
ID = re.compile(r"[+-]?[0-9]+", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
COMMA_DECIMAL = re.compile(r"[+-]?[0-9]+,[0-9]+", re.ASCII)
NOT_FINITE = {"nan", "inf", "infinity", "na", "null", "none"}
INT64 = range(-(2**63), 2**63)
COPY_THE_IDS = "Copy the ids from test.csv."
USE_A_POINT = "Write decimals with a point: 3.5, not 3,5."


def read_lines(
    stream: io.BufferedReader, columns: Sequence[str], problems: ProblemList
) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every line with as many cells as there are columns; the others become problems.

    `stream` stands behind the header. A line longer than 4,000 bytes ends the reading, and so does a full
    list of problems; Rejected from the stream passes through.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
    try:
        line_number = 1
        while line := text.readline(MAX_LINE_BYTES + 1):
            line_number += 1
            if problems.is_full():
                return
            if len(line) > MAX_LINE_BYTES:
                problems.add(
                    line_number,
                    f"the line is longer than {MAX_LINE_BYTES:,} characters: {quoted(line)}.",
                    "Write one row a line.",
                )
                return
            cells = _split(line.rstrip("\r\n"), line_number, columns, problems)
            if cells is not None:
                yield line_number, cells
    finally:
        text.detach()


def read_id(cell: str, line: int, problems: ProblemList) -> int | None:
    """The whole number in `cell`, within int64; None after noting why there is none."""
    text = cell.strip(BLANKS)
    cure = "Copy the ids from test.csv; in pandas: astype('int64')."
    if ID.fullmatch(text):
        number = int(text)
        if number in INT64:
            return number
        problems.add(line, f"id {quoted(text)} is not in the test set.", COPY_THE_IDS)
    elif not text:
        problems.add(line, "the id is empty.", cure)
    else:
        problems.add(line, f"id {quoted(cell)} is not a whole number.", cure)
    return None


def read_group(cell: str, line: int, problems: ProblemList) -> int | None:
    """The number of the group in `cell`, within int64; None after noting why there is none."""
    text = cell.strip(BLANKS)
    if ID.fullmatch(text) and int(text) in INT64:
        return int(text)
    problems.add(line, f"group {quoted(cell)} is not a whole number of 64 bits.", "Number the groups from 1.")
    return None


def read_number(cell: str, line: int, expected: PredictionFormat, problems: ProblemList) -> float | None:
    """The number in `cell`, clipped where the format says so; None after noting what is wrong with it."""
    text, name, cure = cell.strip(BLANKS), expected.target_column, expected.number_cure
    if not NUMBER.fullmatch(text):
        if not text:
            problems.add(line, f"{name} is empty.", cure)
        elif text.lstrip("+-").lower() in NOT_FINITE:
            problems.add(line, f"{name} {quoted(text)} is not a finite number.", cure)
        elif COMMA_DECIMAL.fullmatch(text):
            problems.add(line, f"{name} {quoted(text)} has a decimal comma.", USE_A_POINT)
        else:
            problems.add(line, f"{name} {quoted(cell)} is not a number.", cure)
        return None
    number = float(text)
    if not math.isfinite(number):
        problems.add(line, f"{name} {quoted(text)} is too large for a finite number.", cure)
        return None
    if expected.integers_only and not number.is_integer():
        problems.add(line, f"{name} {quoted(text)} is not a whole number.", cure)
        return None
    lowest, highest = expected.bounds
    if lowest <= number <= highest:
        return number
    if expected.out_of_range == OutOfRange.CLIP:
        return min(max(number, lowest), highest)
    side = f"below {lowest:g}" if number < lowest else f"above {highest:g}"
    problems.add(line, f"{name} {quoted(text)} is {side}.", cure)
    return None


def _split(line: str, line_number: int, columns: Sequence[str], problems: ProblemList) -> list[str] | None:
    if not line.strip(BLANKS):
        problems.add(line_number, "the line is blank.", "Delete the line.")
        return None
    if '"' in line:
        try:
            cells = next(csv.reader([line], strict=True))
        except csv.Error:
            problems.add(
                line_number,
                f"the quotes do not close as they should: {quoted(line)}.",
                "Write numbers without quotes.",
            )
            return None
    else:
        cells = line.split(",")
    if len(cells) == len(columns):
        return cells
    finding = f"{_count(len(cells), 'column')} instead of {len(columns)}: {quoted(line)}."
    if len(cells) == len(columns) + 1 and COMMA_DECIMAL.fullmatch(",".join(cells[1:3]).strip(BLANKS)):
        problems.add(line_number, finding, USE_A_POINT)
    else:
        problems.add(line_number, finding, f"Write {','.join(columns)} and nothing else.")
    return None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
