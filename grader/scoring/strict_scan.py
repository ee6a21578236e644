"""The slow, exact reading of a prediction file: line by line, with a message for every line that is wrong."""

import io

import numpy as np

from grader.scoring import wording
from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.cells import read_id, read_lines, read_number
from grader.scoring.header import read_header
from grader.scoring.prediction_format import PredictionFormat
from grader.scoring.rejection import ProblemList
from grader.scoring.row_index import RowIndex

BATCH_ROWS = 1 << 16


def scan_predictions(stream: io.BufferedReader, index: RowIndex, expected: PredictionFormat) -> Float64Array:
    """One value per row, shape (n,), in the order of the index's row ids.

    Raises Rejected with the first 20 problems: that of the file as a whole (missing ids), then by line
    number.
    """
    read_header(stream, expected.columns)
    problems = ProblemList()
    rows = _Rows(index, problems)
    for line, (id_cell, target_cell) in read_lines(stream, expected.columns, problems):
        row_id = read_id(id_cell, line, problems)
        value = read_number(target_cell, line, expected, problems)
        if row_id is not None:
            # A wrong rating has its own message; its id is not missing.
            rows.add(line, row_id, expected.lowest if value is None else value)
    rows.settle()
    if not problems.is_full():
        rows.note_missing()
    if problems.count:
        raise problems.rejection()
    return rows.values


class _Rows:
    """The values by position; rows are settled in batches, where numpy finds unknown and doubled ids."""

    def __init__(self, index: RowIndex, problems: ProblemList) -> None:
        self.values: Float64Array = np.zeros(index.row_count)
        self._index = index
        self._problems = problems
        self._line_of: Int64Array = np.zeros(index.row_count, dtype=np.int64)  # 0: not seen yet
        self._batch: list[tuple[int, int, float]] = []

    def add(self, line: int, row_id: int, value: float) -> None:
        self._batch.append((line, row_id, value))
        if len(self._batch) == BATCH_ROWS:
            self.settle()

    def settle(self) -> None:
        """Write the batch into the values; note the ids that are unknown or came before."""
        if not self._batch:
            return
        lines = np.array([line for line, _, _ in self._batch], dtype=np.int64)
        ids = np.array([row_id for _, row_id, _ in self._batch], dtype=np.int64)
        values = np.array([value for _, _, value in self._batch])
        self._batch = []
        positions = self._index.positions(ids)
        for line, row_id in zip(lines[positions < 0], ids[positions < 0], strict=True):
            self._problems.add(int(line), *wording.UNKNOWN_ID.said(id=row_id))
        known = np.flatnonzero(positions >= 0)
        _, firsts = np.unique(positions[known], return_index=True)
        is_new = np.zeros(known.size, dtype=bool)
        is_new[firsts] = True
        is_new &= self._line_of[positions[known]] == 0
        new, doubled = known[is_new], known[~is_new]
        self._line_of[positions[new]] = lines[new]
        self.values[positions[new]] = values[new]
        for row in doubled:
            first = int(self._line_of[positions[row]])
            self._problems.add(int(lines[row]), *wording.DOUBLED_ID.said(id=ids[row], first=first))

    def note_missing(self) -> None:
        """One problem for all ids without a row, if there are any."""
        row_ids = self._index.row_ids
        missing = row_ids[self._line_of == 0]
        if missing.size == row_ids.size:
            self._problems.add(None, *wording.NO_KNOWN_ROW.said())
        elif missing.size:
            wrong = wording.ONE_ID_MISSING if missing.size == 1 else wording.IDS_MISSING
            said = wrong.said(count=f"{missing.size:,}", all=f"{row_ids.size:,}", first=missing.min())
            self._problems.add(None, *said)
