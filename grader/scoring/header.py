"""Reads and checks the header line, and says how it differs from the one expected."""

import csv
import io
from collections.abc import Sequence

from grader.scoring import wording
from grader.scoring.rejection import Rejected, quoted

# Bytes of a line with its end. A valid one has some 30; int() takes no more than 4,300 digits.
MAX_LINE_BYTES = 4_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_header(stream: io.BufferedReader, columns: Sequence[str]) -> None:
    """Read the first line of `stream`, which is left at the second.

    Line ends are LF, CRLF or CR; a UTF-8 byte order mark is passed over. Raises Rejected unless the line
    holds exactly `columns`, in their order.
    """
    line = _first_line(stream).removeprefix(BYTE_ORDER_MARK).decode("utf-8", errors="replace")
    try:
        found = next(csv.reader([line], strict=True), [])
    except csv.Error:
        found = [line]
    if found != list(columns):
        raise _difference(line, found, list(columns))


def _first_line(stream: io.BufferedReader) -> bytes:
    line = bytearray()
    while len(line) < MAX_LINE_BYTES:
        byte = stream.read(1)
        if byte == b"\r" and stream.peek(1)[:1] == b"\n":
            byte = stream.read(1)
        if byte in (b"", b"\n", b"\r"):
            break
        line += byte
    return bytes(line)


def _difference(line: str, found: list[str], columns: list[str]) -> Rejected:
    shown, expected = quoted(line), ",".join(columns)
    tidy = [name.strip().lower() for name in found]
    wanted = [name.lower() for name in columns]
    missing = [name for name in columns if name not in found]
    extra = [name for name in found if name not in columns]
    for delimiter, separator in DELIMITERS.items():
        if delimiter in line and "," not in line:
            return wording.OTHER_SEPARATOR.refusal(1, separator=separator, line=shown)
    if not line.strip():
        wrong = wording.HEADER_BLANK
    elif all(_is_number(cell) for cell in found):
        wrong = wording.HEADER_MISSING
    elif tidy == wanted:
        wrong = wording.HEADER_UNTIDY
    elif sorted(tidy) == sorted(wanted):
        wrong = wording.HEADER_OTHER_ORDER
    elif not missing and extra == [""]:
        wrong = wording.HEADER_UNNAMED
    elif not missing and extra:
        return wording.HEADER_MORE.refusal(1, names=", ".join(quoted(name) for name in extra[:3]), expected=expected)
    elif missing and not extra:
        names = ", ".join(quoted(name) for name in missing)
        return wording.HEADER_LACKS.refusal(1, line=shown, names=names, expected=expected)
    else:
        wrong = wording.HEADER_OTHER
    return wrong.refusal(1, line=shown, expected=expected)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
