"""What participants see of a data file before they download it: size, digest, rows, columns, and the first rows.

Found once for each stored file, after the transaction that names it, or when somebody first looks; never again. Of
hidden files nothing is found, and solutions are no data files.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models.signals import post_save

from competitions.models import Competition, DataContents, DataFile

SEPARATORS = {".csv": ",", ".tsv": "\t"}
READ_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Shown:
    """A file that participants may know of. `contents` None: the disk has lost it."""

    file: DataFile
    contents: DataContents | None


def shown_files(competition: Competition) -> list[Shown]:
    """The files that are not hidden, by name."""
    files = competition.data_files.filter(is_hidden=False).select_related("contents")
    return [Shown(file, _known(file) or look_at(file)) for file in files]


def look_at(data_file: DataFile) -> DataContents | None:
    """Find what the file holds, and keep it. It is read whole, so call it outside of a transaction."""
    try:
        found = _found_in(data_file) | {"stored_name": data_file.file.name}
    except OSError:
        return None
    with suppress(IntegrityError), transaction.atomic():
        # Two may look at once, or the row may be gone by now.
        DataContents.objects.update_or_create(data_file=data_file, defaults=found)
    return DataContents(data_file=data_file, **found)


def look_after_commit(sender: object, instance: DataFile, **_: object) -> None:
    """Whoever stores a file waits for it, and nobody who reads the page does."""
    if not instance.is_hidden:
        transaction.on_commit(lambda: _known(instance) or look_at(instance))


def listen() -> None:
    post_save.connect(look_after_commit, sender=DataFile, dispatch_uid="data_contents")


def _known(data_file: DataFile) -> DataContents | None:
    """What was found of the very file that is stored now."""
    known: DataContents | None = getattr(data_file, "contents", None)
    return known if known is not None and known.stored_name == data_file.file.name else None


def _found_in(data_file: DataFile) -> dict[str, Any]:
    """The fields of a DataContents. Raises OSError where the file cannot be read."""
    digest, size = hashlib.sha256(), 0
    with data_file.file.open("rb") as file:
        while chunk := file.read(READ_AT_ONCE):
            digest.update(chunk)
            size += len(chunk)
    found: dict[str, Any] = {"size_bytes": size, "sha256": digest.hexdigest()}
    separator = SEPARATORS.get(Path(data_file.name).suffix.lower())
    if separator is None or size > settings.COUNTED_DATA_BYTES:
        return _as_no_table(found)
    try:
        with data_file.file.open("rb") as file:
            return found | _table(file, separator)
    except (UnicodeDecodeError, csv.Error):
        return _as_no_table(found)


def _as_no_table(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"row_count": None, "column_count": None, "columns": [], "first_rows": []}


def _table(file: File[bytes], separator: str) -> dict[str, Any]:
    """Rows are counted as a CSV reader does: one that is quoted over two lines is one."""
    rows = csv.reader(io.TextIOWrapper(cast(IO[bytes], file), encoding="utf-8-sig", newline=""), delimiter=separator)
    header = next(rows, [])
    first: list[list[str]] = []
    count = 0
    for row in rows:
        if not row:
            continue
        count += 1
        if len(first) < settings.PREVIEW_ROWS:
            first.append(_shortened(row))
    return {"row_count": count, "column_count": len(header), "columns": _shortened(header), "first_rows": first}


def _shortened(row: Sequence[str]) -> list[str]:
    """As much of a row as is shown. PostgreSQL's JSON takes no NUL."""
    return [cell[: settings.PREVIEW_CELL].replace("\0", "") for cell in row[: settings.PREVIEW_COLUMNS]]
