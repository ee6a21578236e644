"""Reads a prediction file: pandas on the fast path, the strict scan for whatever pandas refuses.

Whatever the fast path accepts, the strict scan accepts too, with the same bits; files that only the scan
accepts (numbers in quotes, CR line ends) are merely slower.
"""

import io
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.container import open_csv
from grader.scoring.fast_chunks import UnusualFile, read_chunks
from grader.scoring.header import read_header
from grader.scoring.prediction_format import OutOfRange, PredictionFormat
from grader.scoring.rejection import Rejected
from grader.scoring.row_index import RowIndex
from grader.scoring.strict_scan import scan_predictions

__all__ = ["OutOfRange", "PredictionFormat", "Rejected", "read_predictions"]


def read_predictions(path: Path, row_ids: Int64Array, expected: PredictionFormat) -> Float64Array:
    """Read a predictions file into one value per row, float64 (n,), in the order of `row_ids`.

    The file is CSV in UTF-8, alone, gzipped or the one file of a zip; rows may come in any order, each id
    exactly once. A value is the float64 nearest to its text, clipped where the format says so. Raises
    Rejected with the first problems by line number; ValueError when `row_ids` is empty or doubled; OSError
    when the disk fails.
    """
    index = RowIndex(row_ids)
    with _open(path, expected) as stream:
        values = read_fast(stream, index, expected)
    if values is not None:
        return values
    with _open(path, expected) as stream:
        return scan_predictions(stream, index, expected)


def read_fast(stream: io.BufferedReader, index: RowIndex, expected: PredictionFormat) -> Float64Array | None:
    """The values in the order of the index; None when anything at all is unusual, for the scan to say what.

    Raises Rejected where no row is at fault: a damaged or boundless container, a wrong header.
    """
    values: Float64Array = np.full(index.row_count, np.nan)
    row_count = 0
    read_header(stream, expected.columns)
    try:
        for chunk in read_chunks(stream, {1: "float64"}):
            row_count += len(chunk)
            positions = index.positions(chunk[0].to_numpy())
            targets = expected.settled(chunk[1].to_numpy())
            if row_count > index.row_count or targets is None or positions.min() < 0:
                return None
            values[positions] = targets
    except UnusualFile:
        return None
    # n finite values on n positions: when none is left open, none came twice.
    return None if row_count != index.row_count or np.isnan(values.min()) else values


def _open(path: Path, expected: PredictionFormat) -> AbstractContextManager[io.BufferedReader]:
    return open_csv(path, max_bytes=expected.max_bytes, max_unpacked_bytes=expected.max_unpacked_bytes)
