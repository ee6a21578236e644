"""A table as a file, row by row: CSV that no spreadsheet takes for formulas, or JSON."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.http import StreamingHttpResponse

from leaderboard.exports import Cell, Sheet

# What a spreadsheet would take for a formula, or hide one behind.
FORMULAS_BEGIN_WITH = ("=", "+", "-", "@", "\t", "\r")
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def as_file(sheet: Sheet, form: str, slug: str) -> StreamingHttpResponse:
    """The answer that carries the table. `form`: a key of CONTENT_TYPES."""
    lines = as_csv(sheet) if form == "csv" else as_json(sheet)
    return StreamingHttpResponse(
        lines,
        content_type=CONTENT_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{slug}-{sheet.name}.{form}"'},
    )


def as_csv(sheet: Sheet) -> Iterator[str]:
    """Lines of CSV; times in ISO 8601, nothing for None. A text that begins like a formula gets a ' before it."""
    writer = csv.writer(_Lines())
    yield writer.writerow(sheet.columns)
    for row in sheet.rows:
        yield writer.writerow([_in_csv(cell) for cell in row])


def as_json(sheet: Sheet) -> Iterator[str]:
    """A list of objects, one a line."""
    before = "["
    for row in sheet.rows:
        named = dict(zip(sheet.columns, map(_in_json, row), strict=True))
        yield f"{before}\n{json.dumps(named, ensure_ascii=False)}"
        before = ","
    yield "\n]\n" if before == "," else "[]\n"


class _Lines:
    """What csv.writer writes to: each line is handed back instead of kept."""

    def write(self, line: str) -> str:
        return line


def _in_csv(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULAS_BEGIN_WITH):
        return f"'{cell}"
    return cell


def _in_json(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return float(cell) if isinstance(cell, Decimal) else cell
