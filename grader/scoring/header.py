"""Reads and checks the header line, and says how it differs from the one expected."""

import csv
import io
from collections.abc import Sequence

from grader.scoring.rejection import Rejected, quoted, reject

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
    expected = ",".join(columns)
    cure = f"Write {expected} on line 1."
    tidy = [name.strip().lower() for name in found]
    wanted = [name.lower() for name in columns]
    missing = [name for name in columns if name not in found]
    extra = [name for name in found if name not in columns]
    for delimiter, name in DELIMITERS.items():
        if delimiter in line and "," not in line:
            finding = f"columns are separated by {name}: {quoted(line)}."
            return reject(finding, "Separate them with commas.", 1)
    if not line.strip():
        return reject("the header is missing: the line is blank.", cure, 1)
    if all(_is_number(cell) for cell in found):
        return reject(f"the header is missing: the file begins with {quoted(line)}.", cure, 1)
    if tidy == wanted:
        return reject(f"the header is {quoted(line)}, not exactly {expected!r}.", cure, 1)
    if sorted(tidy) == sorted(wanted):
        return reject(f"the columns are in another order: {quoted(line)}.", f"Order them as {expected}.", 1)
    if not missing and extra == [""]:
        finding = f"the header has a column without a name: {quoted(line)}."
        return reject(finding, "Leave it out; in pandas: to_csv(…, index=False).", 1)
    if not missing and extra:
        names = ", ".join(quoted(name) for name in extra[:3])
        return reject(f"the header has more columns than expected: {names}.", f"Keep {expected} only.", 1)
    if missing and not extra:
        names = ", ".join(quoted(name) for name in missing)
        return reject(f"the header {quoted(line)} lacks {names}.", cure, 1)
    return reject(f"the header is {quoted(line)}, not {expected!r}.", cure, 1)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
