"""What a model has answered, kept between the worker that ran it and the one that scores it.

The two share no secret and no memory: the reading side takes nothing on trust.
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.prediction_format import PredictionFormat

_ROW = np.dtype([("id", "<i8"), ("value", "<f8")])
_HEADER_BYTES = 4096


class AnswersDoNotFit(Exception):
    """The kept file is not one value in range for each of the solution's ids; the message says what it is."""


def write_answers(file: BinaryIO, row_ids: Int64Array, values: Float64Array) -> None:
    """Write ids, shape (n,), and their values, shape (n,), by ascending id (NumPy's .npy, one record a row)."""
    rows = np.empty(row_ids.shape, dtype=_ROW)
    rows["id"], rows["value"] = row_ids, values
    np.save(file, rows[np.argsort(row_ids, kind="stable")], allow_pickle=False)


def read_answers(path: Path, row_ids: Int64Array, expected: PredictionFormat) -> Float64Array:
    """The values in the order of `row_ids` (ascending, as a solution has them), shape (n,).

    Raises AnswersDoNotFit, also where test.csv has other ids since the model was run.
    """
    most = row_ids.size * _ROW.itemsize + _HEADER_BYTES
    if (found := path.stat().st_size) > most:
        raise AnswersDoNotFit(f"the model's answers take {found:,} bytes, which is more than {row_ids.size:,} rows do")
    try:
        rows = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as problem:
        raise AnswersDoNotFit(f"the model's answers cannot be read ({problem})") from problem
    if rows.dtype != _ROW or rows.shape != row_ids.shape or not np.array_equal(rows["id"], row_ids):
        raise AnswersDoNotFit("the model was asked for other ids than the solution has")
    values: Float64Array = np.ascontiguousarray(rows["value"], dtype=np.float64)
    lowest, highest = expected.bounds
    # NaN is in no range.
    if not ((values >= lowest) & (values <= highest)).all():
        raise AnswersDoNotFit(f"the model's answers do not all lie in [{lowest:g}, {highest:g}]")
    if expected.integers_only and not np.array_equal(values, np.floor(values)):
        raise AnswersDoNotFit("the model's answers are not all whole numbers")
    return values
