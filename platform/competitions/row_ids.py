"""The ids that a prediction file must hold, as short as they can be said: for the check in the browser."""

import csv
import io
from functools import lru_cache
from hashlib import sha256

import numpy as np
from django.conf import settings

from competitions.models import TEST_FILE, Competition, DataFile, data_storage
from grader.scoring.arrays import Int64Array

# Beyond it a browser's numbers are not exact.
LARGEST_EXACT = 2**53 - 1


def public_test_file(competition: Competition) -> DataFile | None:
    """test.csv where participants may read it; None: there is none, or its rows are hidden."""
    return competition.data_files.filter(name=TEST_FILE, is_hidden=False).first()


def digest_of(data_file: DataFile, id_column: str) -> str:
    """What changes whenever the ids may have: a stored file is never written a second time."""
    return sha256(f"{data_file.file.name}:{id_column}".encode()).hexdigest()


def id_runs(data_file: DataFile, id_column: str) -> list[int] | None:
    """The ids in ascending order as gap, length, gap, length …: a gap is counted from the end of the run before.

    None where they cannot be said so: not whole, doubled, too large for a browser, more than IDS_FOR_BROWSER, or no
    file on the disk.
    """
    return _id_runs(str(data_file.file.name), id_column)


@lru_cache(maxsize=8)
def _id_runs(stored_name: str, id_column: str) -> list[int] | None:
    try:
        ids = _read_ids(stored_name, id_column)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError, IndexError, OverflowError):
        return None
    ids.sort()
    if not 0 < ids.size <= settings.IDS_FOR_BROWSER or max(-int(ids[0]), int(ids[-1])) > LARGEST_EXACT:
        return None
    steps = np.diff(ids)
    if steps.size and int(steps.min()) == 0:
        return None
    starts = np.concatenate(([0], np.flatnonzero(steps != 1) + 1))
    lengths = np.diff(np.concatenate((starts, [ids.size])))
    firsts = ids[starts]
    gaps = firsts - np.concatenate(([0], (firsts + lengths)[:-1]))
    runs: list[int] = np.stack((gaps, lengths), axis=1).ravel().tolist()
    return runs


def _read_ids(stored_name: str, id_column: str) -> Int64Array:
    with data_storage().open(stored_name, "rb") as file:
        rows = csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
        column = next(rows, []).index(id_column)
        return np.fromiter((int(row[column]) for row in rows), dtype=np.int64)
