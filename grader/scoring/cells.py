"""The grammar of ids and numbers, and the lines and cells of a CSV with a message for each that breaks it.

Digits are ASCII digits; blanks around a number are passed over; `1_000`, `1,000`, hexadecimal and other
scripts' digits are not numbers. This is the language that the fast path's pandas accepts, and quotes.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence

from grader.scoring import wording
from grader.scoring.header import MAX_LINE_BYTES
from grader.scoring.prediction_format import OutOfRange, PredictionFormat
from grader.scoring.rejection import ProblemList, quoted

BLANKS = " \t\v\f"
ID = re.compile(r"[+-]?[0-9]+", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
COMMA_DECIMAL = re.compile(r"[+-]?[0-9]+,[0-9]+", re.ASCII)
NOT_FINITE = {"nan", "inf", "infinity", "na", "null", "none"}
INT64 = range(-(2**63), 2**63)


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
                problems.add(line_number, *wording.LONG_LINE.said(most=f"{MAX_LINE_BYTES:,}", line=quoted(line)))
                return
            cells = _split(line.rstrip("\r\n"), line_number, columns, problems)
            if cells is not None:
                yield line_number, cells
    finally:
        text.detach()


def read_id(cell: str, line: int, problems: ProblemList) -> int | None:
    """The whole number in `cell`, within int64; None after noting why there is none."""
    text = cell.strip(BLANKS)
    if ID.fullmatch(text):
        number = int(text)
        if number in INT64:
            return number
        problems.add(line, *wording.UNKNOWN_ID.said(id=quoted(text)))
    elif not text:
        problems.add(line, *wording.EMPTY_ID.said())
    else:
        problems.add(line, *wording.FRACTIONAL_ID.said(id=quoted(cell)))
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
    text, bound = cell.strip(BLANKS), ""
    number = float(text) if NUMBER.fullmatch(text) else math.nan
    lowest, highest = expected.bounds
    if math.isnan(number):
        wrong = _why_no_number(text)
    elif not math.isfinite(number):
        wrong = wording.NUMBER_TOO_LARGE
    elif expected.integers_only and not number.is_integer():
        wrong = wording.NOT_WHOLE
    elif lowest <= number <= highest:
        return number
    elif expected.out_of_range == OutOfRange.CLIP:
        return min(max(number, lowest), highest)
    elif number < lowest:
        wrong, bound = wording.NUMBER_BELOW, f"{lowest:g}"
    else:
        wrong, bound = wording.NUMBER_ABOVE, f"{highest:g}"
    # What is no number at all is shown with its blanks: they may be what is wrong.
    shown = quoted(cell if wrong is wording.NOT_A_NUMBER else text)
    said = wrong.said(column=expected.target_column, number=shown, bound=bound, cure=expected.number_cure)
    problems.add(line, *said)
    return None


def _why_no_number(text: str) -> wording.Wording:
    if not text:
        return wording.NUMBER_EMPTY
    if text.lstrip("+-").lower() in NOT_FINITE:
        return wording.NUMBER_NOT_FINITE
    return wording.NUMBER_WITH_COMMA if COMMA_DECIMAL.fullmatch(text) else wording.NOT_A_NUMBER


def _split(line: str, line_number: int, columns: Sequence[str], problems: ProblemList) -> list[str] | None:
    if not line.strip(BLANKS):
        problems.add(line_number, *wording.BLANK_LINE.said())
        return None
    if '"' in line:
        try:
            cells = next(csv.reader([line], strict=True))
        except csv.Error:
            problems.add(line_number, *wording.BROKEN_QUOTES.said(line=quoted(line)))
            return None
    else:
        cells = line.split(",")
    found, count = len(cells), len(columns)
    if found == count:
        return cells
    wrong = wording.ONE_COLUMN if found == 1 else wording.OTHER_COLUMNS
    if found == count + 1 and COMMA_DECIMAL.fullmatch(",".join(cells[1:3]).strip(BLANKS)):
        wrong = wording.COMMA_COLUMNS
    said = wrong.said(found=found, count=count, line=quoted(line), expected=",".join(columns))
    problems.add(line_number, *said)
    return None
