"""Whether the hidden labels lie among the files that participants download: read by the scoring worker."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from competitions.launching import Line
from competitions.models import SAMPLE_FILE, Competition, DataFile, Level
from config.stored_files import local_copy_of
from grader.scoring.container import open_csv
from grader.scoring.rejection import Rejected
from grader.scoring.solution import Solution

NAME = "Labels are not among the data files"
# A column that agrees with so large a share of the labels holds them; rounding may have changed a few.
SAME_SHARE = 0.99
CHUNK_ROWS = 200_000
# As the audit, which looks at the same files.
MAX_UNPACKED_BYTES = 4_000_000_000
REMOVE = "Remove the column, or the file, and think about who may have seen it."


def labels_among_data(competition: Competition, labels: Solution) -> Line:
    """Looks into every table with the id column, packed or not, for one that holds the labels.

    No value is told, only where it is.
    """
    looked_into = 0
    doubtful: Line | None = None
    for data_file in competition.data_files.filter(is_hidden=False):
        header = _header_of(data_file)
        if competition.id_column not in header:
            continue
        looked_into += 1
        found = _found_in(data_file, header, competition, labels)
        if found is not None and found.level == Level.RED:
            return found
        doubtful = doubtful or found
    files = f"{looked_into} file{'' if looked_into == 1 else 's'}"
    return doubtful or Line(NAME, Level.GREEN, f"Looked into {files} with a column {competition.id_column!r}.")


def _found_in(data_file: DataFile, header: list[str], competition: Competition, labels: Solution) -> Line | None:
    """What is to be said of one table by id; None: nothing."""
    if "Usage" in header and competition.target_column in header:
        return Line(NAME, Level.RED, f"{data_file.name} has the columns of a solution: id, target and Usage.", REMOVE)
    try:
        column, shares_ids = _column_with_labels(data_file, competition.id_column, labels)
    except (ValueError, Rejected, OSError) as problem:
        # pandas' message may quote a cell, so only its kind is told.
        finding = f"{data_file.name} could not be looked into ({type(problem).__name__})."
        return Line(NAME, Level.YELLOW, finding, "See that it is a whole CSV file in UTF-8.")
    if column is not None:
        return Line(NAME, Level.RED, f"Column {column!r} of {data_file.name} holds the hidden labels.", REMOVE)
    if shares_ids and competition.target_column in header and data_file.name != SAMPLE_FILE:
        finding = f"{data_file.name} has a column {competition.target_column!r} beside the ids of the test set."
        return Line(NAME, Level.YELLOW, f"{finding} It differs from the labels.", "See that it is meant to be so.")
    return None


@contextmanager
def _open(data_file: DataFile) -> Iterator[io.BufferedReader]:
    with (
        local_copy_of(data_file.file) as path,
        open_csv(path, max_bytes=sys.maxsize, max_unpacked_bytes=MAX_UNPACKED_BYTES) as stream,
    ):
        yield stream


def _header_of(data_file: DataFile) -> list[str]:
    """The names of its columns; empty when it is not on the disk, or no table."""
    try:
        with _open(data_file) as stream:
            return next(csv.reader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")), [])
    except (OSError, Rejected, UnicodeDecodeError, csv.Error):
        return []


def _column_with_labels(data_file: DataFile, id_column: str, labels: Solution) -> tuple[str | None, bool]:
    """The first numeric column that equals the labels on SAME_SHARE of the test ids in the file, and is no constant.

    Beside it, whether any id of the test set is in the file at all.
    """
    agreeing: dict[str, int] = {}
    varying: dict[str, set[float]] = {}
    common = 0
    with _open(data_file) as stream:
        for chunk in pd.read_csv(stream, chunksize=CHUNK_ROWS, encoding="utf-8-sig"):
            ids = pd.to_numeric(chunk[id_column], errors="coerce").to_numpy(dtype=np.float64)
            at = np.clip(np.searchsorted(labels.row_ids, ids), 0, labels.row_ids.size - 1)
            is_common = labels.row_ids[at] == ids
            common += int(is_common.sum())
            targets = labels.targets[at[is_common]]
            for column in chunk.columns.drop(id_column):
                values = pd.to_numeric(chunk[column], errors="coerce").to_numpy(dtype=np.float64)[is_common]
                agreeing[column] = agreeing.get(column, 0) + int((values == targets).sum())
                if len(seen := varying.setdefault(column, set())) < 2:
                    seen.update(np.unique(values[np.isfinite(values)])[:2].tolist())
    for column, count in agreeing.items():
        if common and count >= SAME_SHARE * common and len(varying[column]) > 1:
            return str(column), True
    return None, common > 0
