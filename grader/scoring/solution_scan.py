"""The slow, exact reading of a solution file: line by line, with a message for every line that is wrong."""

import io

import numpy as np

from grader.scoring import wording
from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.cells import BLANKS, read_group, read_id, read_lines, read_number
from grader.scoring.header import read_header
from grader.scoring.metric import GROUP_COLUMN, USAGE_COLUMN, Metric
from grader.scoring.prediction_format import PredictionFormat
from grader.scoring.rejection import ProblemList, quoted

PUBLIC, PRIVATE, IGNORED = "Public", "Private", "Ignored"
PARTS = (PRIVATE, PUBLIC)


def scan_solution(
    stream: io.BufferedReader, labels: PredictionFormat, wanted: Int64Array | None, metric: Metric
) -> tuple[Int64Array, Float64Array, BoolArray, BoolArray, Int64Array | None]:
    """Ids, labels, whether public, whether private, and groups (None: the metric has none), each (n,), as they stand.

    `wanted` are the ids of the test set, ascending; None: not known. Raises Rejected with the first 20 problems: those
    of the file as a whole, then by line number.
    """
    columns = metric.solution_columns(*labels.columns)
    read_header(stream, columns)
    problems = ProblemList()
    rows = _Rows(wanted, problems)
    for line, cells in read_lines(stream, columns, problems):
        row_id = read_id(cells[0], line, problems)
        label = read_number(cells[1], line, labels, problems)
        group = read_group(cells[2], line, problems) if metric.needs_groups else None
        rows.add(line, row_id, labels.lowest if label is None else label, group, _usage(cells[-1], line, problems))
    if not problems.is_full():
        rows.note_what_lacks()
    if not problems.count and metric.requirement is not None:
        for part in PARTS:
            if not metric.requirement.is_met_by(rows.labels_of(part)):
                finding = f"{metric.short} has no value on the {part} rows: it needs {metric.requirement.text}."
                problems.add(None, finding, "Give both parts, Public and Private, such rows.")
    if problems.count:
        raise problems.rejection()
    usage = np.array(rows.usages)
    groups = np.array(rows.groups, dtype=np.int64) if metric.needs_groups else None
    row_ids = np.array(list(rows.line_of), dtype=np.int64)
    return row_ids, np.array(rows.labels), usage == PUBLIC, usage == PRIVATE, groups


def _usage(cell: str, line: int, problems: ProblemList) -> str | None:
    if cell in (*PARTS, IGNORED):
        return cell
    finding = f"{USAGE_COLUMN} {quoted(cell.strip(BLANKS))} is neither Public, Private nor Ignored."
    problems.add(line, finding, "Write Public, Private or Ignored.")
    return None


class _Rows:
    """The rows so far, and what is wrong with them together: doubled and unknown ids, groups cut in two, gaps."""

    def __init__(self, wanted: Int64Array | None, problems: ProblemList) -> None:
        self.line_of: dict[int, int] = {}
        self.labels: list[float] = []
        self.usages: list[str | None] = []
        self.groups: list[int | None] = []
        self._wanted = wanted
        self._known = None if wanted is None else set(wanted.tolist())
        self._problems = problems
        self._parts_found: set[str] = set()
        self._part_of_group: dict[int, tuple[str, int]] = {}

    def add(self, line: int, row_id: int | None, label: float, group: int | None, usage: str | None) -> None:
        """Take one row; None: what stood there has its own message already."""
        if usage in PARTS:
            self._parts_found.add(usage)
            if group is not None:
                self._check_part(line, group, usage)
        if row_id is None:
            return
        if row_id in self.line_of:
            finding = f"id {row_id} stands twice, first on line {self.line_of[row_id]}."
            self._problems.add(line, finding, "Keep one row for each id.")
            return
        if self._known is not None and row_id not in self._known:
            self._problems.add(line, *wording.UNKNOWN_ID.said(id=row_id))
        self.line_of[row_id] = line
        self.labels.append(label)
        self.groups.append(group)
        self.usages.append(usage)

    def labels_of(self, part: str) -> Float64Array:
        """The labels of the part's rows."""
        return np.array([label for label, usage in zip(self.labels, self.usages, strict=True) if usage == part])

    def note_what_lacks(self) -> None:
        """One problem for each part without a row, and one for all ids without a row."""
        for part in PARTS:
            if part not in self._parts_found:
                self._problems.add(None, f"No row has {USAGE_COLUMN} {part}.", "Both scores need at least one row.")
        if self._wanted is None:
            return
        missing = [row_id for row_id in self._wanted.tolist() if row_id not in self.line_of]
        if missing:
            verb, which = ("is", "it is") if len(missing) == 1 else ("are", "the first is")
            finding = f"{len(missing):,} of {self._wanted.size:,} ids {verb} missing; {which} {missing[0]}."
            self._problems.add(None, finding, "Write one row for each id of the test set.")

    def _check_part(self, line: int, group: int, usage: str) -> None:
        part, first_line = self._part_of_group.setdefault(group, (usage, line))
        if part != usage:
            finding = f"{GROUP_COLUMN} {group} is {usage} here and {part} on line {first_line}."
            self._problems.add(line, finding, "Keep a list in one part; rows that count for none are Ignored.")
