"""A solution: the hidden labels, and which rows count for the public score, for the private one, for none."""

import io
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.container import open_csv
from grader.scoring.fast_chunks import UnusualFile, read_chunks
from grader.scoring.header import read_header
from grader.scoring.metric import Metric, TargetKind
from grader.scoring.metrics import METRICS
from grader.scoring.prediction_format import OutOfRange, PredictionFormat
from grader.scoring.solution_scan import IGNORED, PRIVATE, PUBLIC, scan_solution

# What a label may be where the range of the predictions does not bind it.
_LABEL_RANGES = {
    TargetKind.BINARY: (0.0, 1.0),
    TargetKind.CLASS: (-np.inf, np.inf),
    TargetKind.RELEVANCE: (0.0, np.inf),
}


def _left_out() -> BoolArray:
    return np.empty(0, dtype=np.bool_)


@dataclass(frozen=True)
class Solution:
    """The hidden labels, arrays of shape (n,): `row_ids` int64 ascending, `targets` float64, two of bool.

    A row is public, private, or ignored: neither. Without `is_private` all that is not public is. `groups`, int64,
    says whose list each row belongs to; None: the rows are no lists. Raises ValueError for unlike shapes or a
    row of both parts.
    """

    row_ids: Int64Array
    targets: Float64Array
    is_public: BoolArray
    is_private: BoolArray = field(default_factory=_left_out)
    groups: Int64Array | None = None

    def __post_init__(self) -> None:
        if not self.is_private.size:
            object.__setattr__(self, "is_private", ~self.is_public)
        arrays = (self.targets, self.is_public, self.is_private, self.row_ids if self.groups is None else self.groups)
        if any(array.shape != self.row_ids.shape for array in arrays):
            raise ValueError(
                f"{self.row_ids.shape} ids, but {', '.join(str(array.shape) for array in arrays)} of them."
            )
        if (self.is_public & self.is_private).any():
            raise ValueError("A row is public and private at once.")

    def without(self, row_ids: Int64Array) -> "Solution":
        """The same with these rows ignored. Raises ValueError for an id that it does not have."""
        unknown = np.setdiff1d(row_ids, self.row_ids)
        if unknown.size:
            raise ValueError(f"{unknown.size:,} of the ids have no row here; the first is {unknown[0]}.")
        stays = ~np.isin(self.row_ids, row_ids)
        return replace(self, is_public=self.is_public & stays, is_private=self.is_private & stays)


def read_solution(
    path: Path, expected: PredictionFormat, test_ids: Int64Array | None = None, metric: Metric = METRICS["mse"]
) -> Solution:
    """Read a solution file with the columns that the metric asks for, packed or not, its rows in any order.

    A label lies in the competition's range where the metric compares numbers; otherwise it is 0 or 1, a whole
    number, or a relevance of 0 or more. Raises Rejected with the first problems by line number: an id that is no
    integer or stands twice, a wrong label (none is ever clipped), a Usage other than Public, Private or Ignored,
    a group with rows of both parts, no row of one of the two, a part on which the metric has no value, and, where
    `test_ids` (distinct, any order) is given, ids that lack a row or are not among them.
    """
    labels = _label_format(expected, metric)
    wanted = None if test_ids is None else np.sort(test_ids)
    with _open(path, labels) as stream:
        solution = _read_fast(stream, labels, metric)
    if solution is None or not _is_whole(solution, labels, wanted, metric):
        with _open(path, labels) as stream:
            solution = _by_ascending_id(Solution(*scan_solution(stream, labels, wanted, metric)))
    return solution


def write_solution(file: BinaryIO, solution: Solution, id_column: str, target_column: str, metric: Metric) -> None:
    """Write a solution file that `read_solution` reads to the same bits. Raises ValueError where groups are missing."""
    usage = np.where(solution.is_public, PUBLIC, np.where(solution.is_private, PRIVATE, IGNORED)).tolist()
    # The shortest text that reads to the same float; a class stays a whole number.
    targets = [repr(target).removesuffix(".0") for target in solution.targets.tolist()]
    columns: list[list[str]] = [solution.row_ids.astype(str).tolist(), targets, usage]
    if metric.needs_groups:
        if solution.groups is None:
            raise ValueError(f"{metric.short} needs the group of each row.")
        columns.insert(2, solution.groups.astype(str).tolist())
    rows = (metric.solution_columns(id_column, target_column), *zip(*columns, strict=True))
    file.write("".join(",".join(row) + "\n" for row in rows).encode())


def _label_format(expected: PredictionFormat, metric: Metric) -> PredictionFormat:
    lowest, highest = _LABEL_RANGES.get(metric.target_kind, (expected.lowest, expected.highest))
    return replace(
        expected,
        target_column=metric.solution_columns(*expected.columns)[1],
        lowest=lowest,
        highest=highest,
        out_of_range=OutOfRange.REJECT,
        integers_only=metric.target_kind in (TargetKind.BINARY, TargetKind.CLASS),
    )


def _open(path: Path, expected: PredictionFormat) -> AbstractContextManager[io.BufferedReader]:
    return open_csv(path, max_bytes=expected.max_bytes, max_unpacked_bytes=expected.max_unpacked_bytes)


def _read_fast(stream: io.BufferedReader, labels: PredictionFormat, metric: Metric) -> Solution | None:
    """The rows as they stand, by ascending id; None when anything is unusual."""
    read_header(stream, metric.solution_columns(*labels.columns))
    integers = (0, 2) if metric.needs_groups else (0,)
    usage_at = len(integers) + 1
    parts: list[tuple[Int64Array, Float64Array, BoolArray, BoolArray, Int64Array]] = []
    try:
        for chunk in read_chunks(stream, {1: "float64", usage_at: "category"}, integers):
            usage = chunk[usage_at]
            if not usage.isin((PUBLIC, PRIVATE, IGNORED)).all():
                return None
            of_usage = (usage == PUBLIC).to_numpy(), (usage == PRIVATE).to_numpy()
            parts.append((chunk[0].to_numpy(), chunk[1].to_numpy(), *of_usage, chunk[integers[-1]].to_numpy()))
    except UnusualFile:
        return None
    row_ids, targets, public, private, groups = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _by_ascending_id(Solution(row_ids, targets, public, private, groups if metric.needs_groups else None))


def _by_ascending_id(solution: Solution) -> Solution:
    order = np.argsort(solution.row_ids, kind="stable")
    return Solution(
        solution.row_ids[order],
        solution.targets[order],
        solution.is_public[order],
        solution.is_private[order],
        None if solution.groups is None else solution.groups[order],
    )


def _is_whole(solution: Solution, labels: PredictionFormat, wanted: Int64Array | None, metric: Metric) -> bool:
    """Whether nothing is wrong with the rows: the scan is needed only to say what."""
    row_ids, targets = solution.row_ids, solution.targets
    parts = (solution.is_public, solution.is_private)
    return (
        bool((row_ids[1:] > row_ids[:-1]).all())
        and labels.settled(targets) is not None
        and all(bool(part.any()) for part in parts)
        and (metric.requirement is None or all(metric.requirement.is_met_by(targets[part]) for part in parts))
        and not (solution.groups is not None and _is_cut(solution.groups, *parts))
        and (wanted is None or np.array_equal(row_ids, wanted))
    )


def _is_cut(groups: Int64Array, is_public: BoolArray, is_private: BoolArray) -> bool:
    """Whether a group has rows of both parts."""
    return np.intersect1d(groups[is_public], groups[is_private]).size > 0
